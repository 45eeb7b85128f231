/*
 * inbox.h - inbox.db: what the platform sent. Written by certkiosk-syncd alone.
 *
 *     open --> put documents, advance cursor, acknowledge --> close     certkiosk-syncd
 *     open_read --> get, scan --> close                                 certkiosk, certkioskctl
 *
 * Signatures are checked before a document comes here (the ledger knows no keys); body and seal are
 * kept, so certkiosk checks them again when it uses one. A document's newest version wins; an older
 * one never replaces it. A platform that was put back from a backup counts its versions anew, in
 * another generation of its database: of those the one that came later wins.
 */
#ifndef KIOSK_LEDGER_INBOX_H
#define KIOSK_LEDGER_INBOX_H

#include <stdbool.h>

#include "kiosk/base/chain.h"
#include "kiosk/base/err.h"

#define INBOX_TYPE_SIZE 25
#define INBOX_ID_SIZE 65
#define INBOX_BODY_MAX 16384
#define INBOX_SEAL_LEN 64
#define INBOX_KEY_ID_SIZE 17
#define INBOX_CODE_SIZE 65
#define INBOX_GENERATION_SIZE (CHAIN_UUID_LEN + 1)
#define INBOX_PROOF_SIZE 65536
#define INBOX_DAMAGED_MAX 3 /* files that are kept for whoever wants to know why, ... */
#define INBOX_DAMAGED_BYTES_MAX (64 << 20) /* ... the newest, and what fits in here with it */
#define INBOX_TROUBLE_FORK "fork"          /* two histories of one journal; see agreement.h */

struct inbox;

/* Which document. */
struct inbox_name {
    char type[INBOX_TYPE_SIZE];
    char id[INBOX_ID_SIZE];
};

struct inbox_document {
    char type[INBOX_TYPE_SIZE];
    char id[INBOX_ID_SIZE];
    uint64_t version;
    char key_id[INBOX_KEY_ID_SIZE];
    uint8_t seal[INBOX_SEAL_LEN];
    size_t body_len;
    uint8_t body[INBOX_BODY_MAX]; /* exact bytes that were sealed */
};

enum inbox_line { INBOX_LINE_UNKNOWN, INBOX_LINE_UP, INBOX_LINE_DOWN };

struct inbox_state {
    char epoch[CHAIN_UUID_LEN +
               1];      /* of the journal that acked_seq speaks of; "" before the first */
    uint64_t acked_seq; /* all entries up to here are stored at the platform */
    struct hash acked_hash;
    char generation[INBOX_GENERATION_SIZE]; /* of the platform's database, that acked_seq and
                                               cursor speak of; "" before the first */
    uint64_t cursor;                        /* of the feed */
    int64_t proven_ms;                      /* newest time the platform has signed, 1970 UTC */
    int64_t proven_boot_ms;                 /* boot clock when it came */
    char boot_id[CHAIN_UUID_LEN + 1];       /* of the boot that proven_boot_ms counts in */
    enum inbox_line line;
    int64_t line_since_ms; /* wall clock */
    /* A word for staff, "" when well. Of the journal: "fork", "gap", "batch", "signature"; of the
     * feed: "conflict"; of both: "seal", "answer", "disk"; of the line: "tls", "denied", "portal";
     * and "certificate", the kiosk's own. */
    char trouble[65];
};

/* A text of the platform as it was sealed, which a part of the state is taken from. */
struct inbox_proof {
    char key_id[INBOX_KEY_ID_SIZE];
    uint8_t seal[INBOX_SEAL_LEN];
    char text[INBOX_PROOF_SIZE];
};

enum inbox_proves {
    INBOX_PROVES_MARK, /* epoch, acked_seq and acked_hash */
    INBOX_PROVES_TIME, /* proven_ms */
    INBOX_PROVES_COUNT,
};

/* As journal_open() and journal_open_read(). All that is in it can be sent again. */
MUST_CHECK struct err inbox_open(const char *path, bool create, struct inbox **out_inbox);
MUST_CHECK struct err inbox_open_read(const char *path, struct inbox **out_inbox);

/*
 * Store documents and the feed cursor behind them in one durable transaction. A version
 * older than the stored one, in the state's generation, changes nothing for that document, and the
 * same one its seal only (with another body not even that: see inbox_contradictions); an older
 * cursor changes nothing either. ERR_MALFORMED: an empty or broken type or id; ERR_NO_ROOM: a body
 * too long, or disk full. After ERR_IO close the inbox.
 */
MUST_CHECK struct err inbox_put(struct inbox *inbox, const struct inbox_document *documents,
                                size_t count, uint64_t cursor);

/* How many documents came, since it was opened, in a version that is stored with another body. */
unsigned inbox_contradictions(const struct inbox *inbox);

/* Erase these documents, durable on return; one that is not there is fine. An older version of it
 * may come again. Errors as inbox_put(). */
MUST_CHECK struct err inbox_erase(struct inbox *inbox, const struct inbox_name *names,
                                  size_t count);

/* The stored document. ERR_NOT_FOUND. */
MUST_CHECK struct err inbox_get(struct inbox *inbox, const char *type, const char *id,
                                struct inbox_document *out_document);

/* Every document of a type to `visit_document`, by id; it returns false to stop. */
MUST_CHECK struct err inbox_scan(struct inbox *inbox, const char *type,
                                 bool (*visit_document)(void *, const struct inbox_document *),
                                 void *context);

/* The name of every document and the id of the key that sealed it to `visit_name`; false to stop.
 */
MUST_CHECK struct err inbox_sealers(struct inbox *inbox,
                                    bool (*visit_name)(void *, const struct inbox_name *name,
                                                       const char *key_id),
                                    void *context);

/* A number that grows with every change: a reader that sees the same one need not look again. */
MUST_CHECK struct err inbox_change(struct inbox *inbox, uint64_t *out_change);

/* The state as it was set last; in a fresh inbox nothing is known: zeros and "". ERR_IO,
 * ERR_MALFORMED (damaged). */
MUST_CHECK struct err inbox_get_state(struct inbox *inbox, struct inbox_state *out_state);

/* Durable. acked_seq never goes back within an epoch and a generation, nor gets another hash, and
 * proven_ms not even then: ERR_CONFLICT. The state that stands already costs no write. */
MUST_CHECK struct err inbox_set_state(struct inbox *inbox, const struct inbox_state *state);

/* The same, and what proves it in the same transaction; a NULL leaves the proof as it is. */
MUST_CHECK struct err inbox_set_proven(struct inbox *inbox, const struct inbox_state *state,
                                       const struct inbox_proof *const proofs[INBOX_PROVES_COUNT]);

/* The one way back for proven_ms: the key that sealed its proof counts no more. `state` has what
 * stands in its place, and `instead` proves that; NULL: no time is proven, and `state` has 0. Else
 * as inbox_set_proven(). */
MUST_CHECK struct err inbox_drop_time(struct inbox *inbox, const struct inbox_state *state,
                                      const struct inbox_proof *instead);

/* ERR_NOT_FOUND: none is kept. */
MUST_CHECK struct err inbox_get_proof(struct inbox *inbox, enum inbox_proves what,
                                      struct inbox_proof *out_proof);

/* Keep what the platform said of a rejected entry of the state's epoch; `code` has 1 to 64 bytes.
 * Durable; a repeat changes nothing. */
MUST_CHECK struct err inbox_quarantine(struct inbox *inbox, uint64_t seq, const char *code);

/* How many entries are in quarantine. */
MUST_CHECK struct err inbox_quarantined(struct inbox *inbox, uint64_t *out_count);

/* What the platform said of the rejected entry `seq` of the journal `epoch`, in INBOX_CODE_SIZE
 * bytes. ERR_NOT_FOUND: it did not reject it. */
MUST_CHECK struct err inbox_quarantine_of(struct inbox *inbox, const char *epoch, uint64_t seq,
                                          char out_code[INBOX_CODE_SIZE]);

/* SQLite's own look at pages, indexes and what the tables require. ERR_MALFORMED: damaged. */
MUST_CHECK struct err inbox_verify_pages(struct inbox *inbox);

/* Whether every row is what was written, by the sums over them; the writer does so on opening.
 * ERR_MALFORMED when not, ERR_IO. */
MUST_CHECK struct err inbox_check(struct inbox *inbox);

MUST_CHECK struct err inbox_checkpoint(struct inbox *inbox);

/* Whether `e`, of opening or reading an inbox, says that it is damaged, and not of another release
 * or out of reach. */
bool inbox_is_damage(struct err e);

/* Put a damaged inbox, which nobody has open to write, aside as `<path>.damaged-N`, N up to
 * INBOX_DAMAGED_MAX + 1: all of it can be sent again. After a cut half way the next opening says
 * that it is damaged, and this goes on. `*out_dropped`: how many of the oldest had to go. ERR_IO,
 * ERR_NO_ROOM. */
MUST_CHECK struct err inbox_put_aside(const char *path, unsigned *out_dropped);

/* How many stand aside. */
unsigned inbox_count_damaged(const char *path);

/* NULL is fine; inbox_done() is for CLEANUP. */
void inbox_close(struct inbox *inbox);
void inbox_done(struct inbox **at);

#endif
