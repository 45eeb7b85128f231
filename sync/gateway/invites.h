/*
 * invites.h - one-time codes by which kiosks are let in. Inside a transaction.
 *
 *     invite_make --> (staff carry the code to the hall) --> invite_try --> invite_use
 *
 * Only a salted hash of a code is kept. A kiosk has one code at most: the next one is in its place.
 * Wrong codes are not counted: whoever knows a kiosk's id could use such a count up and shut out
 * who has the right one, and 80 random bits need none. A million tries a second for
 * INVITE_HOURS_MAX would find one with a chance of 1 in 400,000,000,000.
 */
#ifndef SYNC_GATEWAY_INVITES_H
#define SYNC_GATEWAY_INVITES_H

#include "kiosk/base/hash.h"
#include "kiosk/pki/issue.h"
#include "sync/gateway/store.h"
#include "sync/wire/code.h"

#define INVITE_HOURS_MAX 720

/* Draw a code for the kiosk, which need not be known yet. ERR_IO. */
MUST_CHECK struct err invite_make(struct store *store, const char *kiosk, int64_t expires_s,
                                  struct code *out_code);

enum invite_verdict { INVITE_OPEN, INVITE_UNKNOWN, INVITE_WRONG, INVITE_EXPIRED, INVITE_USED };

struct invite {
    enum invite_verdict verdict;
    struct hash request;                  /* INVITE_USED: SHA-256 of what it was used with */
    struct issue_certificate certificate; /* INVITE_USED */
};

/* Whether `code` is the kiosk's. */
MUST_CHECK struct err invite_try(struct store *store, const char *kiosk, const struct code *code,
                                 int64_t now_s, struct invite *out_invite);

/* It is used, by the request of this hash, for this certificate. */
MUST_CHECK struct err invite_use(struct store *store, const char *kiosk, const struct hash *request,
                                 const struct issue_certificate *certificate, int64_t now_s);

#endif
