/*
 * token_newpair.h - a new key pair by hand, in two steps with a CA between them.
 *
 *     request SLOT --new-key KIND --out FILE    makes the pair beside the old one; FILE is the
 *                                               request, FILE.plan says where everything goes
 *     write SLOT CERTIFICATE --plan FILE.plan   puts the certificate to it, tests it, and only then
 *                                               brings both pairs to their places
 *
 * Both may be interrupted and repeated. Before the first change FILE.old.pem has the certificate
 * that is in the slot, FILE.plan (token_plan.h) is written, the name was tried and the PIN was
 * right. `request` goes on with a FILE.plan that is there: the pair is made again in the same
 * place, and its name taken from FILE.old.pem where the certificate is gone. A FILE.plan of another
 * token or slot, and another FILE.old.pem, are in the way. Where `write` was interrupted while both
 * pairs move, and its FILE.plan is lost, `request` makes no key but that plan anew, from what is on
 * the token, and says how to go on; so it does for a plan that is there (unless --in-place).
 */
#ifndef KIOSK_CTL_TOKEN_NEWPAIR_H
#define KIOSK_CTL_TOKEN_NEWPAIR_H

#include "kiosk/ctl/token_room.h"
#include "kiosk/pki/request.h"

enum token_exit token_newpair_begin(const struct token_options *options, uint8_t slot);
enum token_exit token_newpair_settle(const struct token_options *options, uint8_t slot,
                                     struct bytes der);

/* token_certify.c: have `request` signed by the key in `slot`, and give it out. */
enum token_exit token_request_sign(struct token_room *room, uint8_t slot,
                                   const struct request *request);

#endif
