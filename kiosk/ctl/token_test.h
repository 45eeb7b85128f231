/* token_test.h - whether a key on a token does what its certificate says. */
#ifndef KIOSK_CTL_TOKEN_TEST_H
#define KIOSK_CTL_TOKEN_TEST_H

#include "kiosk/ctl/token_room.h"

/*
 * The key in `slot` signs, or deciphers, for the certificate `der`; the PIN was verified. Errors as
 * token_sign() and token_decrypt(); ERR_CONFLICT: it did, and the certificate is not its own.
 */
MUST_CHECK struct err token_test_sign(struct token *token, uint8_t slot, struct bytes der);
MUST_CHECK struct err token_test_decrypt(struct token *token, uint8_t slot, struct bytes der);

/* PIN and both tests, the second where it is due; says what failed. */
enum token_exit token_test_pair(struct token_room *room, uint8_t slot, struct bytes der,
                                bool *out_decrypts);

#endif
