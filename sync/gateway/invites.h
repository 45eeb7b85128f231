/*
 * invites.h - one-time codes by which kiosks are let in, and who tried them. Inside a transaction.
 *
 *     invite_make --> (staff carry the code to the hall) --> invite_try --> invite_use
 *
 * Only a salted hash of a code is kept. A kiosk has one code at most: the next one is in its place.
 */
#ifndef SYNC_GATEWAY_INVITES_H
#define SYNC_GATEWAY_INVITES_H

#include "kiosk/base/hash.h"
#include "kiosk/pki/issue.h"
#include "sync/gateway/guests.h"
#include "sync/gateway/store.h"
#include "sync/wire/code.h"

#define INVITE_HOURS_MAX 720
#define INVITE_TRIES_MAX 20        /* wrong codes for one kiosk; then a new code is needed */
#define INVITE_ADDRESS_TRIES_MAX 5 /* refused tries of one address within the time below */
#define INVITE_ADDRESS_S 900
#define INVITE_REFUSED_MAX 10000 /* refused tries that are remembered */

/* Draw a code for the kiosk, which need not be known yet. ERR_IO. */
MUST_CHECK struct err invite_make(struct store *store, const char *kiosk, int64_t expires_s,
                                  struct code *out_code);

enum invite_verdict {
    INVITE_OPEN,
    INVITE_UNKNOWN,
    INVITE_WRONG,
    INVITE_SPENT,
    INVITE_EXPIRED,
    INVITE_USED
};

struct invite {
    enum invite_verdict verdict;
    int64_t tries_left;
    struct hash request;                  /* INVITE_USED: SHA-256 of what it was used with */
    struct issue_certificate certificate; /* INVITE_USED */
};

/* Whether `code` is the kiosk's; a wrong one costs it a try. */
MUST_CHECK struct err invite_try(struct store *store, const char *kiosk, const struct code *code,
                                 int64_t now_s, struct invite *out_invite);

/* It is used, by the request of this hash, for this certificate. */
MUST_CHECK struct err invite_use(struct store *store, const char *kiosk, const struct hash *request,
                                 const struct issue_certificate *certificate, int64_t now_s);

/* Remember that one of this address was refused. */
MUST_CHECK struct err invite_refused(struct store *store, const uint8_t address[GUESTS_ADDRESS_LEN],
                                     int64_t now_s);

/* Seconds until this address may try again; 0: it may. */
MUST_CHECK struct err invite_wait(struct store *store, const uint8_t address[GUESTS_ADDRESS_LEN],
                                  int64_t now_s, int64_t *out_wait_s);

#endif
