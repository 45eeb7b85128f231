/*
 * pending.h - a key of this kiosk whose certificate is still to come.
 *
 *     pending_take --> (pending.csr to the platform) --> pending_settle --> pending_done
 *
 * The key is in a file before its request leaves the kiosk, so that an answer is never for a key
 * that is lost: whatever is interrupted goes on with the same key and the same request. Key and
 * certificate then get their place in one file, by one rename.
 */
#ifndef SYNC_DAEMON_PENDING_H
#define SYNC_DAEMON_PENDING_H

#include "kiosk/pki/client.h"
#include "sync/wire/enrol.h"

#define PENDING_PATH_SIZE 272
#define PENDING_SUFFIX_ENROL ".enrol" /* behind the identity's path */

struct pending {
    char path[PENDING_PATH_SIZE];
    const char *identity; /* borrowed: where key and certificate go */
    const char *kiosk;    /* borrowed */
    struct key *key;
    size_t csr_len;
    uint8_t csr[CLIENT_REQUEST_MAX];
};

/* The pending key of `kiosk` beside the identity's place, or a new one. ERR_IO (native: errno),
 * ERR_NO_ROOM. */
MUST_CHECK struct err pending_take(const char *identity, const char *suffix, const char *kiosk,
                                   struct pending *out);

/* Check that the answer is a certificate for this key and kiosk, in its dates by the platform's own
 * time, and put both at their place. Errors of client_certificate_fits() and client_pair_save();
 * the identity is then the one that it was. */
MUST_CHECK struct err pending_settle(const struct pending *pending,
                                     const struct enrol_answer *answer);

/* The key's memory; the file stays until it is settled. Zeroed is fine. */
void pending_done(struct pending *pending);

#endif
