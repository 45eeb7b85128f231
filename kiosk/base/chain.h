/*
 * chain.h - how journal entries are chained: each entry's hash covers the one before.
 *
 * Both ends compute it: the kiosk when it appends, the platform when it stores.
 *
 *   hash = SHA-256( "certkiosk-journal-1" LF epoch LF seq LF txid LF at LF visit LF kind LF
 *                   hex(prev) LF body )
 *
 * with seq and at in decimal and prev 32 zero bytes for the first entry. No field
 * but the body can contain LF, so the hashed text has one reading only.
 */
#ifndef KIOSK_BASE_CHAIN_H
#define KIOSK_BASE_CHAIN_H

#include "kiosk/base/err.h"
#include "kiosk/base/hash.h"

#define CHAIN_UUID_LEN 36 /* text form, RFC 9562: 8-4-4-4-12 */
#define CHAIN_KIND_MAX 32 /* with the NUL */
#define CHAIN_BODY_MAX 8192

struct chain_entry {
    uint64_t seq;      /* 1, 2, 3, ... within an epoch */
    int64_t at_ms;     /* wall clock of the kiosk, 1970 UTC */
    const char *epoch; /* UUID made when the journal was created */
    const char *txid;  /* UUID, unique for ever: the idempotency key */
    const char *visit; /* UUID */
    const char *kind;  /* "order_requested" and so on */
    struct bytes body; /* exact bytes, JSON */
    struct hash prev;
};

/* Whether `at[0..len)` is a UUID in text form, lower case. */
bool chain_is_uuid(const char *at, size_t len);

/* A UUID (version 4) in text form from 16 random bytes; `out` has CHAIN_UUID_LEN + 1. */
void chain_uuid(char *out, const uint8_t random[16]);

/* A UUID (version 7, RFC 9562, 5.7): the moment `at_ms`, 1970 UTC, then 74 bits of `random`. What
 * is made later sorts later, so that an index over millions of them grows at its end. `out` as
 * above. */
void chain_uuid_at(char *out, int64_t at_ms, const uint8_t random[16]);

/* A UUID for what is said once in a journal: the same for the same `name` in that journal, another
 * one in each other journal, of this kiosk or not. `out` has CHAIN_UUID_LEN + 1. */
void chain_uuid_once(char *out, const char *kiosk, const char *epoch, const char *name);

/*
 * The entry's hash. ERR_MALFORMED when epoch, txid or visit is not a UUID in
 * lower case or kind is not 1 to 31 of [a-z_]; ERR_NO_ROOM when the body is
 * longer than CHAIN_BODY_MAX.
 */
MUST_CHECK struct err chain_hash(const struct chain_entry *entry, struct hash *out_hash);

#endif
