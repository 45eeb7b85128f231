/*
 * journal_signed.c - the entries that the kiosk has signed, and with each all before it.
 *
 * The platform takes a piece of the journal that ends at one of them and no other, so there is one
 * every few entries, for as long as the entries stand. Each is bound to the one before it: none is
 * taken away between two others unseen.
 */
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/ledger/journal_rows.h"

#define BIND_MAX 384

static struct hash bind_signed(const struct journal *journal, uint64_t before_seq,
                               const struct journal_head *head)
{
    char hash[HEX_SIZE(HASH_LEN)];
    char signature[HEX_SIZE(JOURNAL_SIGNATURE_LEN)];
    char text[BIND_MAX];
    hex_print(hash, (struct bytes){head->hash.at, HASH_LEN});
    hex_print(signature, (struct bytes){head->signature, JOURNAL_SIGNATURE_LEN});
    (void)text_print(text, sizeof(text), "certkiosk-signed-1\n%s\n%llu\n%llu\n%s\n%s",
                     journal->epoch, (unsigned long long)before_seq, (unsigned long long)head->seq,
                     hash, signature); /* fits */
    return hash_keyed((struct bytes){journal->guard->key.at, JOURNAL_KEY_LEN},
                      (struct bytes){(const uint8_t *)text, strlen(text)});
}

struct err journal_signed_put(struct journal *journal, const struct journal_head *head,
                              struct journal_tail *tail)
{
    CLEANUP(journal_rest) sqlite3_stmt *statement = NULL;
    struct err e = journal_statement(journal, JOURNAL_PUT_HEAD,
                                     "INSERT INTO heads(seq, signature, bound) VALUES(?1, ?2, ?3)",
                                     &statement);
    if (failed(e))
        return e;
    struct hash bound = bind_signed(journal, tail->signed_seq, head);
    int result =
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)head->seq) |
        sqlite3_bind_blob(statement, 2, head->signature, JOURNAL_SIGNATURE_LEN, SQLITE_STATIC) |
        sqlite3_bind_blob(statement, 3, bound.at, HASH_LEN, SQLITE_STATIC);
    e = result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
    if (failed(e))
        return e;
    tail->signed_seq = head->seq;
    tail->bytes = 0;
    return ERR_OK;
}

struct err journal_signed_add(struct journal *journal, struct journal_head *head, bool awaited,
                              struct journal_tail *tail)
{
    const struct journal_guard *guard = journal->guard;
    if (!awaited && head->seq - tail->signed_seq < JOURNAL_UNSIGNED_MAX &&
        tail->bytes < JOURNAL_UNSIGNED_BYTES_MAX)
        return ERR_OK;
    /* A key that cannot sign is told of when the journal is quiet: no entry is lost for it. */
    if (failed(
            guard->sign(guard->context, journal->epoch, head->seq, &head->hash, head->signature)))
        return ERR_OK;
    return journal_signed_put(journal, head, tail);
}

struct err journal_tail_read(struct journal *journal)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(
        &journal->database,
        "SELECT newest.seq, (SELECT coalesce(sum(length(body)), 0) FROM journal"
        "  WHERE seq > newest.seq) FROM (SELECT coalesce(max(seq), 0) AS seq FROM heads) AS newest",
        &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e) || !row)
        return failed(e) ? e : ERR(ERR_IO, 0, "heads");
    struct journal_tail tail = {
        .signed_seq = (uint64_t)sqlite3_column_int64(statement, 0),
        .bytes = (uint64_t)sqlite3_column_int64(statement, 1),
    };
    e = journal_newest(journal, &tail.seq, &tail.hash);
    if (!failed(e))
        journal->tail = tail;
    return e;
}

/* seq and signature of a signed entry, and its hash; no text stands between SELECT and them. */
#define HEADS " heads.seq, heads.signature, journal.hash"
#define FROM_HEADS " FROM heads LEFT JOIN journal ON journal.seq = heads.seq "

/* ERR_CONFLICT: what was signed does not stand. */
static struct err take_head(sqlite3_stmt *statement, struct journal_head *out)
{
    struct journal_head head = {.seq = (uint64_t)sqlite3_column_int64(statement, 0)};
    if (!database_blob(statement, 1, head.signature, JOURNAL_SIGNATURE_LEN) ||
        !database_blob(statement, 2, head.hash.at, HASH_LEN))
        return ERR(ERR_CONFLICT, head.seq, "a signed entry that does not stand");
    *out = head;
    return ERR_OK;
}

static struct err bind_range(sqlite3_stmt *statement, uint64_t after_seq, uint64_t upto_seq)
{
    uint64_t upto = upto_seq < INT64_MAX ? upto_seq : INT64_MAX;
    uint64_t after = after_seq < INT64_MAX ? after_seq : INT64_MAX;
    int result = sqlite3_bind_int64(statement, 1, (sqlite3_int64)after) |
                 sqlite3_bind_int64(statement, 2, (sqlite3_int64)upto);
    return result == SQLITE_OK ? ERR_OK : ERR(ERR_IO, result, "bind");
}

static struct err find_head(struct journal *journal, const char *sql, uint64_t after_seq,
                            uint64_t upto_seq, struct journal_head *out_head)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(&journal->database, sql, &statement);
    if (!failed(e))
        e = bind_range(statement, after_seq, upto_seq);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    return row ? take_head(statement, out_head) : ERR(ERR_NOT_FOUND, 0, "no signed entry");
}

struct err journal_head_behind(struct journal *journal, uint64_t after_seq, uint64_t upto_seq,
                               struct journal_head *out_head)
{
    static const char newest[] = "SELECT" HEADS FROM_HEADS "WHERE heads.seq > ?1 AND heads.seq"
                                 " <= ?2 ORDER BY heads.seq DESC LIMIT 1";
    static const char next[] = "SELECT" HEADS FROM_HEADS "WHERE heads.seq > ?1 AND heads.seq <= ?2"
                               " ORDER BY heads.seq LIMIT 1";
    struct err e = find_head(journal, newest, after_seq, upto_seq, out_head);
    return e.code == ERR_NOT_FOUND ? find_head(journal, next, after_seq, UINT64_MAX, out_head) : e;
}

struct err journal_get_head(struct journal *journal, struct journal_head *out_head)
{
    struct journal_head head = {.seq = 0};
    struct err e = journal_head_behind(journal, 0, UINT64_MAX, &head);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    *out_head = head;
    return ERR_OK;
}

static struct err check_bound(const struct journal *journal, sqlite3_stmt *statement,
                              const struct journal_head *head)
{
    struct hash bound;
    if (journal->guard == NULL)
        return ERR_OK;
    struct hash expected = bind_signed(journal, (uint64_t)sqlite3_column_int64(statement, 4), head);
    return database_blob(statement, 3, bound.at, HASH_LEN) && hash_same(&bound, &expected)
               ? ERR_OK
               : ERR(ERR_CONFLICT, head->seq, "a signature was changed, or one before it is gone");
}

struct err journal_signed_verify(struct journal *journal, uint64_t after_seq, uint64_t upto_seq)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct journal_head head;
    bool more = true;
    struct err e = database_prepare(
        &journal->database,
        "SELECT" HEADS ", heads.bound, (SELECT coalesce(max(before.seq), 0) FROM heads AS before"
        "  WHERE before.seq < heads.seq)" FROM_HEADS "WHERE heads.seq > ?1 AND heads.seq <= ?2"
        " ORDER BY heads.seq",
        &statement);
    if (!failed(e))
        e = bind_range(statement, after_seq, upto_seq);
    while (!failed(e)) {
        e = database_step(statement, &more);
        if (failed(e) || !more)
            return e;
        e = take_head(statement, &head);
        if (!failed(e))
            e = check_bound(journal, statement, &head);
    }
    return e;
}

static struct err sign_each(struct journal *journal, sqlite3_stmt *rows)
{
    const struct journal_guard *guard = journal->guard;
    struct journal_head head = {.seq = 0};
    struct err e = ERR_OK;
    for (bool more = true; !failed(e) && more;) {
        e = database_step(rows, &more);
        if (failed(e) || !more)
            break;
        head.seq = (uint64_t)sqlite3_column_int64(rows, 0);
        if (!database_blob(rows, 1, head.hash.at, HASH_LEN))
            return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "hash");
        journal->tail.bytes += (uint64_t)sqlite3_column_int64(rows, 2);
        e = journal_signed_add(journal, &head, false, &journal->tail);
    }
    if (failed(e) || head.seq == journal->tail.signed_seq)
        return e;
    e = guard->sign(guard->context, journal->epoch, head.seq, &head.hash, head.signature);
    return failed(e) ? e : journal_signed_put(journal, &head, &journal->tail);
}

struct err journal_sign_all(struct journal *journal)
{
    CLEANUP(database_finalize) sqlite3_stmt *rows = NULL;
    struct err e = database_prepare(
        &journal->database, "SELECT seq, hash, length(body) FROM journal ORDER BY seq", &rows);
    return failed(e) ? e : sign_each(journal, rows);
}
