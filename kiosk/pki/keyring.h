/*
 * keyring.h - the platform's public keys that a kiosk knows, and whether a seal of one of them
 * counts. Used by certkiosk and certkiosk-syncd.
 *
 * They are distributed beforehand in a file, the first rank first:
 *
 *     [key1]
 *     public = 32 bytes in hexadecimal, the raw Ed25519 key (RFC 8032)
 *     not_before = 2026-11-01
 *     not_after = 2046-11-01
 *     revoked = no
 *     [key2]
 *     ...
 *
 * A key counts for what arrives from not_before up to not_after, both beginnings of the day in
 * Beijing, by proven time and never by the machine's clock alone. What has arrived keeps counting
 * when its key ends, until the key is revoked.
 *
 * Afterwards the platform speaks of its keys in statements, which are documents sealed as all are:
 * a key that counts introduces another, also its own successor, or revokes one.
 *
 *     keyring_read --> keyring_take_stored (what is kept) --> keyring_take_arriving, ...
 *
 * - Who has a key of the platform shall not be the platform: a key speaks of those that it
 *   introduced and of the file's that stand after it, and of what these introduced; one of the
 *   file may revoke itself, too. So the first key of the file is best kept offline and used for
 * statements alone.
 * - A revocation is final, and what only the revoked key introduced goes with it: what a thief
 *   introduced, and what stood under a thief. A key of a higher rank may take a key over before.
 * - Of the file's keys a statement can only revoke.
 * - A statement that is older than what is known says nothing; one that is repeated neither.
 */
#ifndef KIOSK_PKI_KEYRING_H
#define KIOSK_PKI_KEYRING_H

#include "kiosk/pki/seal.h"

#define KEYRING_FILE_MAX 8        /* keys in a file */
#define KEYRING_INTRODUCED_MAX 16 /* under each of them, by statements, the revoked ones too */
#define KEYRING_MAX ((size_t)KEYRING_FILE_MAX * (1 + KEYRING_INTRODUCED_MAX))
#define KEYRING_ALLOWED "a file with the platform's public keys, platform.keys of the enrolment"
#define KEYRING_STATEMENT "platform_key" /* type of the documents; their id is the key's */
#define KEYRING_BODY_MAX 512

struct keyring_key {
    char id[SEAL_KEY_ID_SIZE];
    uint8_t public_key[SEAL_PUBLIC_LEN];
    int64_t not_before_s, not_after_s; /* since 1970 UTC */
    bool revoked;                      /* for good */
    char introducer[SEAL_KEY_ID_SIZE]; /* "": the file */
    uint64_t version;                  /* of the last statement; 0: none */
};

struct keyring {
    size_t count;
    struct keyring_key keys[KEYRING_MAX]; /* the file's first, in its order */
};

/* A document of the platform, sealed with context SEAL_DOCUMENT. */
struct keyring_document {
    const char *kiosk, *type, *id;
    uint64_t version;
    struct bytes body;
    const char *key_id;
    const uint8_t *seal; /* SEAL_LEN bytes */
};

/* What a document of type KEYRING_STATEMENT says. It is the same for every kiosk, and so is its
 * seal, which is made once: context SEAL_STATEMENT, parts id and version in decimal. One
 * that is sealed for a kiosk as its other documents are counts as well: earlier platforms made
 * these. */
struct keyring_statement {
    struct keyring_key key;        /* id and version: the document's; without introducer */
    char key_id[SEAL_KEY_ID_SIZE]; /* who says it */
    uint8_t seal[SEAL_LEN];
    size_t body_len;
    uint8_t body[KEYRING_BODY_MAX];
};

/*
 * Read the file. ERR_IO (native: errno), ERR_MALFORMED; `out_message`, of CONFIG_MESSAGE_MAX bytes,
 * then says in one line what, where and what is allowed.
 */
MUST_CHECK struct err keyring_read(const char *path, struct keyring *out_ring, char *out_message);

/* The same for text in memory; `name` stands in messages. */
MUST_CHECK struct err keyring_parse(const char *name, const char *text, struct keyring *out_ring,
                                    char *out_message);

/* The key with this id; NULL: not known. */
const struct keyring_key *keyring_find(const struct keyring *ring, const char *id);

/* Whether it is known, and neither it nor what introduced it is revoked. */
bool keyring_counts(const struct keyring *ring, const char *id);

struct keyring_hearer {
    const char *kiosk;
    int64_t now_s; /* by proven time */
};

/*
 * Whether `speaker` may say now of the key `subject` that it is one of the platform's or, with
 * `revoked`, no more: the one rule for who says it and for who hears it. A subject that is not
 * known is introduced. ERR_DENIED.
 */
MUST_CHECK struct err keyring_may_say(const struct keyring *ring, int64_t now_s,
                                      const char *speaker, const char *subject, bool revoked);

/* Whether the seal is over `message` by the key `key_id`, and that key counts and is in its
 * validity. ERR_DENIED when not. */
MUST_CHECK struct err keyring_verify_arriving(const struct keyring *ring, int64_t now_s,
                                              const char *key_id,
                                              const struct seal_message *message,
                                              const uint8_t seal[SEAL_LEN]);

/* The same for what arrived before: whenever that was. */
MUST_CHECK struct err keyring_verify_stored(const struct keyring *ring, const char *key_id,
                                            const struct seal_message *message,
                                            const uint8_t seal[SEAL_LEN]);

/* Both for a document. */
MUST_CHECK struct err keyring_document_arriving(const struct keyring *ring, int64_t now_s,
                                                const struct keyring_document *document);
MUST_CHECK struct err keyring_document_stored(const struct keyring *ring,
                                              const struct keyring_document *document);

/*
 * Statements that came to `hearer` together, KEYRING_MAX at most and in any order: one may
 * introduce who seals another. Each is taken by itself, and `out_fates` says of each what became of
 * it. ERR_DENIED: sealed by nobody who may say that now; ERR_MALFORMED: no key of that id, or no
 * validity; ERR_NO_ROOM: more keys than KEYRING_INTRODUCED_MAX.
 */
void keyring_take_arriving(struct keyring *ring, const struct keyring_hearer *hearer,
                           const struct keyring_statement *statements, size_t count,
                           struct err *out_fates);

/* The same for those that arrived before: neither the moment nor what was revoked since takes one
 * of them away, only what they introduced. One that nobody of the ring may have said is left out.
 */
void keyring_take_stored(struct keyring *ring, const char *kiosk,
                         const struct keyring_statement *statements, size_t count);

#endif
