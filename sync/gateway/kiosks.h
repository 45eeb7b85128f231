/* kiosks.h - the enrolled kiosks, and how far their journals have come. Inside a transaction. */
#ifndef SYNC_GATEWAY_KIOSKS_H
#define SYNC_GATEWAY_KIOSKS_H

#include "kiosk/base/err.h"
#include "kiosk/base/hash.h"
#include "kiosk/pki/issue.h"
#include "sync/gateway/store.h"
#include "sync/wire/batch.h"

#define KIOSK_ID_SIZE 33
#define KIOSK_LIST_MAX 100
#define KIOSK_DEVICE_KEY_LEN 32 /* raw Ed25519 */

struct kiosk {
    char id[KIOSK_ID_SIZE];
    struct hash certificate;        /* of its client certificate: an older one is not accepted */
    char epoch[CHAIN_UUID_LEN + 1]; /* "" before the first batch */
    int64_t contact_s;
    uint64_t seq; /* head of the journal of `epoch`; 0: nothing yet */
    struct hash head;
    int64_t open_alarms;
    bool is_unsigned;    /* no device key is known by which its journal could be verified */
    uint64_t signed_seq; /* up to where the journal was signed by it */
};

/* Whether `id` is 1 to 32 of [a-z0-9-]: it stands in paths, names and seals. */
bool kiosk_id_valid(const char *id);

/* Add the kiosk, or give a known one its new client certificate: no other counts from now on. */
MUST_CHECK struct err kiosk_enrol(struct store *store, const char *id,
                                  const struct hash *certificate, int64_t now_s);

/* Until when its certificate is valid; 0 is not known. */
MUST_CHECK struct err kiosk_set_until(struct store *store, const char *id, int64_t until_s);

/* The public key by which it signs the head of its journal. */
MUST_CHECK struct err kiosk_set_device_key(struct store *store, const char *id,
                                           const uint8_t key[KIOSK_DEVICE_KEY_LEN]);

/* That key. `*out_known` is false when there is none. */
MUST_CHECK struct err kiosk_device_key(struct store *store, const char *id,
                                       uint8_t out_key[KIOSK_DEVICE_KEY_LEN], bool *out_known);

/* The journal of `epoch` was signed up to here; never taken back. */
MUST_CHECK struct err kiosk_signed(struct store *store, const char *id, const char *epoch,
                                   uint64_t seq);

/* The certificate that it has been issued and has not used yet: counts beside the other. */
struct kiosk_next {
    struct hash request; /* SHA-256 of what it was asked for with */
    struct hash hash;
    int64_t until_s;
    const struct issue_certificate *certificate;
};
MUST_CHECK struct err kiosk_set_next(struct store *store, const char *id,
                                     const struct kiosk_next *next);

/* That certificate, if it was asked for with this request. ERR_NOT_FOUND. */
MUST_CHECK struct err kiosk_next(struct store *store, const char *id, const struct hash *request,
                                 struct issue_certificate *out_certificate);

/*
 * Whether the kiosk is known by the certificate of this hash: ERR_DENIED when not. When it is the
 * next one, the one before counts no more.
 */
MUST_CHECK struct err kiosk_known_by(struct store *store, const char *id,
                                     const struct hash *certificate);

/* ERR_NOT_FOUND. */
MUST_CHECK struct err kiosk_load(struct store *store, const char *id, struct kiosk *out_kiosk);

/* It was heard of now. */
MUST_CHECK struct err kiosk_contact(struct store *store, const char *id, int64_t now_s);

/* The head of one of its journals; seq 0 and zeros for a new epoch. */
MUST_CHECK struct err kiosk_head(struct store *store, const char *id, const char *epoch,
                                 uint64_t *out_seq, struct hash *out_hash);

/* The journal of `epoch` has come to here; it is the current one. */
MUST_CHECK struct err kiosk_advance(struct store *store, const char *id, const char *epoch,
                                    uint64_t seq, const struct hash *hash);

/* All of them, in order of their ids, at most KIOSK_LIST_MAX. */
MUST_CHECK struct err kiosk_list(struct store *store, struct kiosk *out_kiosks, size_t *out_count);

#endif
