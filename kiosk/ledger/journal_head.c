/*
 * journal_head.c - the one row that says up to where a journal is signed and verified.
 *
 * It is bound as a whole, so that neither the mark can be moved over a changed entry nor the head
 * taken back behind entries that were cut off; and it names the key that it is bound with, so that
 * another kiosk's journal is told from a damaged one.
 */
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/ledger/journal_rows.h"

#define BIND_MAX 512

struct head_row {
    struct hash owner;
    struct journal_head head;
    uint64_t verified_seq;
    struct hash verified_hash;
    uint64_t bad_seq; /* an entry that did not fit; 0: none was found */
    struct hash mac;
};

static struct hash keyed(const struct journal_guard *guard, const char *text)
{
    return hash_keyed((struct bytes){guard->key.at, JOURNAL_KEY_LEN},
                      (struct bytes){(const uint8_t *)text, strlen(text)});
}

static struct hash owner_of(const struct journal_guard *guard, const char *epoch)
{
    char text[BIND_MAX];
    (void)text_print(text, sizeof(text), "certkiosk-owner-1\n%s", epoch); /* fits */
    return keyed(guard, text);
}

static struct hash mac_of(const struct journal_guard *guard, const char *epoch,
                          const struct head_row *row)
{
    char hash[HEX_SIZE(HASH_LEN)];
    char verified[HEX_SIZE(HASH_LEN)];
    char signature[HEX_SIZE(JOURNAL_SIGNATURE_LEN)];
    char text[BIND_MAX];
    hex_print(hash, (struct bytes){row->head.hash.at, HASH_LEN});
    hex_print(verified, (struct bytes){row->verified_hash.at, HASH_LEN});
    hex_print(signature, (struct bytes){row->head.signature, JOURNAL_SIGNATURE_LEN});
    (void)text_print(text, sizeof(text), "certkiosk-mark-1\n%s\n%llu\n%s\n%s\n%llu\n%s\n%llu",
                     epoch, (unsigned long long)row->head.seq, hash, signature,
                     (unsigned long long)row->verified_seq, verified,
                     (unsigned long long)row->bad_seq); /* fits */
    return keyed(guard, text);
}

static int bind_hash(sqlite3_stmt *statement, int at, const struct hash *hash)
{
    return sqlite3_bind_blob(statement, at, hash->at, HASH_LEN, SQLITE_STATIC);
}

static struct err put_row(const struct database *database, const char *sql,
                          const struct head_row *row)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e = database_prepare(database, sql, &statement);
    if (failed(e))
        return e;
    int result =
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)row->head.seq) |
        bind_hash(statement, 2, &row->head.hash) |
        sqlite3_bind_blob(statement, 3, row->head.signature, JOURNAL_SIGNATURE_LEN, SQLITE_STATIC) |
        sqlite3_bind_int64(statement, 4, (sqlite3_int64)row->verified_seq) |
        bind_hash(statement, 5, &row->verified_hash) | bind_hash(statement, 6, &row->mac) |
        bind_hash(statement, 7, &row->owner) |
        sqlite3_bind_int64(statement, 8, (sqlite3_int64)row->bad_seq);
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

struct err journal_head_fill(const struct database *database, const struct journal_guard *guard,
                             const char *epoch, const struct journal_walk *mark)
{
    struct head_row row = {
        .owner = owner_of(guard, epoch), .verified_seq = mark->seq, .verified_hash = mark->hash};
    row.mac = mac_of(guard, epoch, &row);
    return put_row(database,
                   "INSERT INTO head(id, seq, hash, signature, verified_seq, verified_hash, mac,"
                   " owner, bad_seq) VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                   &row);
}

static struct err read_row(const struct database *database, struct head_row *out)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct head_row row = {.verified_seq = 0};
    bool there = false;
    struct err e = database_prepare(database,
                                    "SELECT seq, hash, signature, verified_seq, verified_hash,"
                                    " mac, owner, bad_seq FROM head",
                                    &statement);
    if (!failed(e))
        e = database_step(statement, &there);
    if (failed(e))
        return e;
    row.head.seq = (uint64_t)sqlite3_column_int64(statement, 0);
    row.verified_seq = (uint64_t)sqlite3_column_int64(statement, 3);
    row.bad_seq = (uint64_t)sqlite3_column_int64(statement, 7);
    if (!there || !database_blob(statement, 1, row.head.hash.at, HASH_LEN) ||
        !database_blob(statement, 2, row.head.signature, JOURNAL_SIGNATURE_LEN) ||
        !database_blob(statement, 4, row.verified_hash.at, HASH_LEN) ||
        !database_blob(statement, 5, row.mac.at, HASH_LEN) ||
        !database_blob(statement, 6, row.owner.at, HASH_LEN))
        return ERR(ERR_CONFLICT, 0, "the head is no head");
    *out = row;
    return ERR_OK;
}

/* ERR_CONFLICT: no entry `seq` with this hash stands. */
static struct err check_stands(const struct database *database, uint64_t seq,
                               const struct hash *hash)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct hash stands;
    bool row = false;
    if (seq == 0)
        return ERR_OK;
    struct err e =
        database_prepare(database, "SELECT hash FROM journal WHERE seq = ?1", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq);
    e = result == SQLITE_OK ? database_step(statement, &row) : ERR(ERR_IO, result, "bind");
    if (failed(e))
        return e;
    return row && database_blob(statement, 0, stands.at, HASH_LEN) && hash_same(&stands, hash)
               ? ERR_OK
               : ERR(ERR_CONFLICT, seq, "an entry that was there is not");
}

struct err journal_mark(struct journal *journal, struct journal_walk *out_mark)
{
    struct head_row row;
    struct err e = read_row(&journal->database, &row);
    if (failed(e))
        return e;
    struct hash owner = owner_of(journal->guard, journal->epoch);
    struct hash mac = mac_of(journal->guard, journal->epoch, &row);
    if (!hash_same(&owner, &row.owner))
        return ERR(ERR_DENIED, 0, "the journal of another device key");
    if (!hash_same(&mac, &row.mac))
        return ERR(ERR_CONFLICT, 0, "the head was changed");
    if (row.bad_seq != 0)
        return ERR(ERR_CONFLICT, row.bad_seq, "an entry that did not fit was found before");
    e = check_stands(&journal->database, row.head.seq, &row.head.hash);
    if (!failed(e))
        e = check_stands(&journal->database, row.verified_seq, &row.verified_hash);
    if (!failed(e))
        *out_mark = (struct journal_walk){.seq = row.verified_seq, .hash = row.verified_hash};
    return e;
}

struct err journal_unsigned(struct journal *journal, uint64_t *out_count)
{
    struct hash hash;
    struct head_row row;
    uint64_t seq = 0;
    struct err e = journal_newest(journal, &seq, &hash);
    if (!failed(e))
        e = read_row(&journal->database, &row);
    if (!failed(e))
        *out_count = seq - row.head.seq;
    return e;
}

static struct err write_row(struct journal *journal, struct head_row *row)
{
    row->mac = mac_of(journal->guard, journal->epoch, row);
    return put_row(&journal->database,
                   "UPDATE head SET seq = ?1, hash = ?2, signature = ?3, verified_seq = ?4,"
                   " verified_hash = ?5, mac = ?6, owner = ?7, bad_seq = ?8",
                   row);
}

/* The entry may have been signed when it was appended: then the mark alone is behind. */
static struct err write_signed(struct journal *journal, struct head_row *row)
{
    struct journal_tail tail = journal->tail;
    struct err e = database_begin(&journal->database);
    if (failed(e))
        return e;
    if (tail.signed_seq < row->head.seq)
        e = journal_signed_put(journal, &row->head, &tail);
    if (!failed(e))
        e = write_row(journal, row);
    e = database_end(&journal->database, e);
    if (!failed(e))
        journal->tail = tail;
    return e;
}

/* All behind the mark was verified at open or appended since, so the mark moves with the head. */
struct err journal_sign_head(struct journal *journal)
{
    struct head_row row;
    const struct journal_guard *guard = journal->guard;
    struct err e = read_row(&journal->database, &row);
    uint64_t signed_seq = failed(e) ? 0 : row.head.seq;
    if (!failed(e))
        e = journal_newest(journal, &row.head.seq, &row.head.hash);
    if (failed(e) || row.head.seq == signed_seq)
        return e;
    e = guard->sign(guard->context, journal->epoch, row.head.seq, &row.head.hash,
                    row.head.signature);
    if (failed(e))
        return e;
    row.verified_seq = row.head.seq;
    row.verified_hash = row.head.hash;
    return write_signed(journal, &row);
}

struct err journal_condemn(struct journal *journal, uint64_t bad_seq)
{
    struct head_row row;
    struct err e = read_row(&journal->database, &row);
    if (failed(e) || row.bad_seq != 0)
        return e;
    row.bad_seq = bad_seq;
    e = database_begin(&journal->database);
    return failed(e) ? e : database_end(&journal->database, write_row(journal, &row));
}
