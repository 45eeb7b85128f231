/*
 * kiosks.h - the enrolled kiosks, which client certificate each is known by, and how far their
 * journals have come. Inside a transaction. Each call fails as store_run() and store_row() do,
 * beside what it says.
 *
 *     kiosk_enrol --> one certificate counts
 *         kiosk_add_next --> beside it each one that was issued since and not used yet
 *             kiosk_judge: one of these --> it alone counts from then on
 *         kiosk_judge: a newer one than was ever issued here --> it alone counts from then on
 *         kiosk_disable --> none counts
 *
 * A newer one than was ever issued here, by our CA and for this kiosk: the database was put back
 * from a backup, and the kiosk renewed since. What this database has issued, used or not, began at
 * kiosks.issued_s at the latest, so nothing that it knows to be superseded, or that was of the
 * kiosk before it was enrolled anew, can come in that way. What was stolen and superseded after
 * that backup can, until the kiosk itself comes, whose certificate is newer still; therefore it is
 * an alarm, and who was disabled since is to be disabled again.
 */
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
    int64_t until_s;     /* its certificate's last second; 0: not known */
    int64_t disabled_s;  /* 0: it is not */
};

/* A client certificate, by its dates and the SHA-256 of its DER. */
struct kiosk_certificate {
    struct hash hash;
    int64_t from_s, until_s;
};

/* Whether `id` is 1 to 32 of [a-z0-9-]: it stands in paths, names and seals. And not
 * ALARM_PLATFORM, which stands in its place where it is about no kiosk. */
bool kiosk_id_valid(const char *id);

/* Add the kiosk, or give a known one its new client certificate: no other counts from now on. It is
 * not disabled any more. */
MUST_CHECK struct err kiosk_enrol(struct store *store, const char *id,
                                  const struct hash *certificate, int64_t now_s);

/* That certificate's dates; `until_s` 0 is not known. */
MUST_CHECK struct err kiosk_set_term(struct store *store, const char *id, int64_t from_s,
                                     int64_t until_s);

/* None of its certificates counts until it is enrolled anew, and no code made before this lets it
 * in. ERR_NOT_FOUND: it is neither enrolled nor invited. */
MUST_CHECK struct err kiosk_disable(struct store *store, const char *id, int64_t now_s);

/* The public key by which it signs its journal. Another one than before has signed nothing of what
 * came ahead of its turn. */
MUST_CHECK struct err kiosk_set_device_key(struct store *store, const char *id,
                                           const uint8_t key[KIOSK_DEVICE_KEY_LEN]);

/* That key. `*out_known` is false when there is none. */
MUST_CHECK struct err kiosk_device_key(struct store *store, const char *id,
                                       uint8_t out_key[KIOSK_DEVICE_KEY_LEN], bool *out_known);

/* The journal of `epoch` was signed up to here; never taken back. */
MUST_CHECK struct err kiosk_signed(struct store *store, const char *id, const char *epoch,
                                   uint64_t seq);

#define KIOSK_NEXT_MAX 3            /* issued and not used; above, who asks has to wait */
#define KIOSK_NEXT_S INT64_C(86400) /* until the oldest of them makes room */

/* A certificate that it has been issued and has not used yet. */
struct kiosk_next {
    struct hash request; /* SHA-256 of what it was asked for with */
    struct kiosk_certificate certificate;
    const struct issue_certificate *issued;
};

/* How it went. A kiosk that lost nothing has one, for it uses it at once. */
struct kiosk_added {
    int64_t count;  /* of such certificates that it has now */
    int64_t wait_s; /* 0, or the seconds until one more may be asked for: nothing has happened */
};

/* It counts beside the others. */
MUST_CHECK struct err kiosk_add_next(struct store *store, const char *id,
                                     const struct kiosk_next *next, int64_t now_s,
                                     struct kiosk_added *out_added);

/* The one that was asked for with this request. ERR_NOT_FOUND. */
MUST_CHECK struct err kiosk_next(struct store *store, const char *id, const struct hash *request,
                                 struct issue_certificate *out_certificate);

enum kiosk_standing {
    KIOSK_CURRENT,
    KIOSK_FOLLOWS, /* one of the next ones: it is the current one from now on */
    KIOSK_NEWER,   /* than all that were issued here: it is the current one from now on */
    KIOSK_EARLIER, /* it counts no more, or never did */
    KIOSK_DISABLED,
    KIOSK_UNKNOWN,
};

/* Where the kiosk stands that has proven to be the owner of `shown`, which our CA issued to `id`
 * and which has not expired. The first three are known by it. */
MUST_CHECK struct err kiosk_judge(struct store *store, const char *id,
                                  const struct kiosk_certificate *shown,
                                  enum kiosk_standing *out_standing);

/* ERR_NOT_FOUND. */
MUST_CHECK struct err kiosk_load(struct store *store, const char *id, struct kiosk *out_kiosk);

#define KIOSK_CONTACT_S 30

/* It was heard of now; within KIOSK_CONTACT_S of what stands nothing is written, so that a kiosk
 * that only waits costs no write to the disk each time it is woken. */
MUST_CHECK struct err kiosk_contact(struct store *store, const char *id, int64_t now_s);

/* The head of one of its journals; seq 0 and zeros for a new epoch. */
MUST_CHECK struct err kiosk_head(struct store *store, const char *id, const char *epoch,
                                 uint64_t *out_seq, struct hash *out_hash);

/* The journal of `epoch` has come to here; it is the current one. */
MUST_CHECK struct err kiosk_advance(struct store *store, const char *id, const char *epoch,
                                    uint64_t seq, const struct hash *hash);

/* Those behind `after` ("": from the first), in order of their ids, at most KIOSK_LIST_MAX. */
MUST_CHECK struct err kiosk_list(struct store *store, const char *after, struct kiosk *out_kiosks,
                                 size_t *out_count);

#endif
