/*
 * journal_verify.c - whether everything in a journal is what was appended, a piece at a time.
 *
 * That the orders are what the entries make of them is told without gathering all entries of an
 * order: each entry looks at its order, which may not be behind it, and each order looks at the two
 * entries that it names: the one that requested it, and the one that brought its state. Both
 * together say what summing up the whole journal would.
 */
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/ledger/journal_rows.h"

#define BIND_MAX 256
#define STEP 256 /* rows between two looks at the end, when all is verified at once */

struct hash journal_bind(const struct journal_guard *guard, const struct hash *hash,
                         const struct journal_about *about)
{
    char hex[HEX_SIZE(HASH_LEN)];
    char text[BIND_MAX];
    hex_print(hex, (struct bytes){hash->at, HASH_LEN});
    (void)text_print(text, sizeof(text), "certkiosk-order-1\n%s\n%s\n%s\n%d", hex, about->order,
                     about->token, about->order[0] == '\0' ? 0 : about->state); /* fits */
    struct bytes bytes = {(const uint8_t *)text, strlen(text)};
    if (guard == NULL)
        return hash_of(bytes);
    return hash_keyed((struct bytes){guard->key.at, JOURNAL_KEY_LEN}, bytes);
}

/* An entry's columns, and behind them what is found of its order and by its txid. */
enum column {
    AT_SEQ,
    AT_MS,
    AT_TXID,
    AT_VISIT,
    AT_KIND,
    AT_PREV,
    AT_HASH,
    AT_BODY,
    AT_ORDER,
    AT_TOKEN,
    AT_STATE,
    AT_BOUND,
    AT_BY_TXID,
    AT_ORDER_FITS,
};

#define ENTRY_COLUMNS \
    "entry.seq, entry.at, entry.txid, entry.visit, entry.kind, entry.prev, entry.hash," \
    " entry.body, entry.order_id, entry.token, entry.order_state, entry.bound"

static const char entries_sql[] =
    "SELECT " ENTRY_COLUMNS ", (SELECT same.seq FROM journal AS same WHERE same.txid = entry.txid),"
    " entry.order_id IS NULL OR coalesce(orders.token = entry.token"
    "  AND orders.state >= entry.order_state AND orders.request_seq <= entry.seq"
    "  AND (orders.request_seq < entry.seq OR orders.requested_at = entry.at)"
    "  AND (orders.state > entry.order_state OR orders.state_seq <= entry.seq), 0)"
    " FROM journal AS entry LEFT JOIN orders ON orders.order_id = entry.order_id"
    " WHERE entry.seq > ?1 ORDER BY entry.seq LIMIT ?2";

static const char orders_sql[] =
    "SELECT orders.order_id, orders.request_seq, coalesce("
    "  first.order_id = orders.order_id AND first.token = orders.token"
    "  AND first.at = orders.requested_at AND brought.order_id = orders.order_id"
    "  AND brought.order_state = orders.state AND orders.state_seq >= orders.request_seq"
    "  AND EXISTS(SELECT 1 FROM orders AS same INDEXED BY orders_by_token"
    "   WHERE same.token = orders.token AND same.request_seq = orders.request_seq"
    "   AND same.order_id = orders.order_id), 0)"
    " FROM orders LEFT JOIN journal AS first ON first.seq = orders.request_seq"
    " LEFT JOIN journal AS brought ON brought.seq = orders.state_seq"
    " WHERE orders.order_id > ?1 ORDER BY orders.order_id LIMIT ?2";

static const char plain_sql[] =
    "SELECT " ENTRY_COLUMNS " FROM journal AS entry WHERE seq > ?1 ORDER BY seq LIMIT ?2";

/* Who verifies: the epoch that the hashes are of, and the key that the entries are bound with. */
struct verifier {
    const struct database *database;
    const char *epoch;
    const struct journal_guard *guard;
    bool bound;       /* whether what is beside the chain can be verified at all */
    bool with_orders; /* and whether the orders are compared too */
};

static bool take_hash(sqlite3_stmt *statement, int column, struct hash *out)
{
    return database_blob(statement, column, out->at, HASH_LEN);
}

/* What the entry says of an order. */
static bool take_about(sqlite3_stmt *statement, struct journal_about *out)
{
    *out = (struct journal_about){.state = sqlite3_column_int(statement, AT_STATE)};
    return sqlite3_column_type(statement, AT_ORDER) == SQLITE_NULL ||
           (database_text(statement, AT_ORDER, out->order, sizeof(out->order)) &&
            database_text(statement, AT_TOKEN, out->token, sizeof(out->token)));
}

static bool is_bound(const struct verifier *verifier, sqlite3_stmt *statement,
                     const struct hash *hash)
{
    struct journal_about about;
    struct hash bound;
    if (!verifier->bound)
        return true;
    if (!take_hash(statement, AT_BOUND, &bound) || !take_about(statement, &about))
        return false;
    struct hash expected = journal_bind(verifier->guard, hash, &about);
    return hash_same(&expected, &bound);
}

/* Whether the row is the entry behind `*walk`, which then moves to it. */
static bool entry_fits(const struct verifier *verifier, sqlite3_stmt *statement,
                       struct journal_walk *walk)
{
    char txid[CHAIN_UUID_LEN + 1];
    char visit[CHAIN_UUID_LEN + 1];
    char kind[CHAIN_KIND_MAX];
    struct hash said;
    struct hash hash;
    struct chain_entry entry = {.seq = (uint64_t)sqlite3_column_int64(statement, AT_SEQ),
                                .at_ms = sqlite3_column_int64(statement, AT_MS),
                                .epoch = verifier->epoch,
                                .txid = txid,
                                .visit = visit,
                                .kind = kind};
    if (!database_text(statement, AT_TXID, txid, sizeof(txid)) ||
        !database_text(statement, AT_VISIT, visit, sizeof(visit)) ||
        !database_text(statement, AT_KIND, kind, sizeof(kind)) ||
        !take_hash(statement, AT_PREV, &entry.prev) || !take_hash(statement, AT_HASH, &said))
        return false;
    entry.body = (struct bytes){sqlite3_column_blob(statement, AT_BODY),
                                (size_t)sqlite3_column_bytes(statement, AT_BODY)};
    if (entry.seq != walk->seq + 1 || !hash_same(&entry.prev, &walk->hash) ||
        failed(chain_hash(&entry, &hash)) || !hash_same(&hash, &said) ||
        !is_bound(verifier, statement, &hash))
        return false;
    walk->seq = entry.seq;
    walk->hash = hash;
    return true;
}

static bool found_by_txid(sqlite3_stmt *statement)
{
    return sqlite3_column_int64(statement, AT_BY_TXID) == sqlite3_column_int64(statement, AT_SEQ);
}

/* ERR_CONFLICT: the entry after `walk->seq`. */
static struct err check_entry(const struct verifier *verifier, sqlite3_stmt *statement,
                              struct journal_walk *walk)
{
    struct journal_walk next = *walk;
    if (!entry_fits(verifier, statement, &next))
        return ERR(ERR_CONFLICT, walk->seq + 1, "the chain is broken");
    if (sqlite3_column_count(statement) > AT_BY_TXID && !found_by_txid(statement))
        return ERR(ERR_CONFLICT, walk->seq + 1, "an entry is not found by its txid");
    if (verifier->with_orders && sqlite3_column_int(statement, AT_ORDER_FITS) == 0)
        return ERR(ERR_CONFLICT, walk->seq + 1, "an order is not what the journal says");
    *walk = next;
    return ERR_OK;
}

static struct err prepare_from(const struct database *database, const char *sql,
                               const struct journal_walk *walk, size_t max,
                               sqlite3_stmt **out_statement)
{
    struct err e = database_prepare(database, sql, out_statement);
    if (failed(e))
        return e;
    int result = walk->in_orders
                     ? sqlite3_bind_text(*out_statement, 1, walk->order, -1, SQLITE_STATIC)
                     : sqlite3_bind_int64(*out_statement, 1, (sqlite3_int64)walk->seq);
    result |= sqlite3_bind_int64(*out_statement, 2, (sqlite3_int64)max);
    return result == SQLITE_OK ? ERR_OK : ERR(ERR_IO, result, "bind");
}

/* The next entries; `*out_count` says how many there were. */
static struct err step_entries(const struct verifier *verifier, struct journal_walk *walk,
                               size_t max, size_t *out_count)
{
    const char *sql = verifier->with_orders ? entries_sql : plain_sql;
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    size_t count = 0;
    bool more = true;
    struct err e = prepare_from(verifier->database, sql, walk, max, &statement);
    while (!failed(e)) {
        e = database_step(statement, &more);
        if (failed(e) || !more)
            break;
        e = check_entry(verifier, statement, walk);
        count++;
    }
    *out_count = count;
    return e;
}

/* The entry that a wrong order names; the first where it names none that could be. */
static uint64_t named_entry(sqlite3_stmt *statement)
{
    int64_t seq = sqlite3_column_int64(statement, 1);
    return seq > 0 ? (uint64_t)seq : 1;
}

/* The next orders. */
static struct err step_orders(const struct database *database, struct journal_walk *walk,
                              size_t max, size_t *out_count)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct journal_walk from = *walk;
    size_t count = 0;
    bool more = true;
    struct err e = prepare_from(database, orders_sql, &from, max, &statement);
    while (!failed(e)) {
        e = database_step(statement, &more);
        if (failed(e) || !more)
            break;
        if (sqlite3_column_int(statement, 2) == 0 ||
            !database_text(statement, 0, walk->order, sizeof(walk->order)))
            e = ERR(ERR_CONFLICT, named_entry(statement), "an order of no entry");
        count++;
    }
    *out_count = count;
    return e;
}

static struct verifier verifier_of(const struct journal *journal, bool with_orders)
{
    return (struct verifier){.database = &journal->database,
                             .epoch = journal->epoch,
                             .guard = journal->guard,
                             .bound = journal->guard != NULL,
                             .with_orders = with_orders};
}

struct err journal_verify_step(struct journal *journal, struct journal_walk *walk, size_t max,
                               uint64_t *out_bad_seq)
{
    struct verifier verifier = verifier_of(journal, true);
    struct journal_walk next = *walk;
    size_t count = 0;
    struct err e = next.in_orders ? step_orders(&journal->database, &next, max, &count)
                                  : step_entries(&verifier, &next, max, &count);
    if (!failed(e) && !next.in_orders)
        e = journal_signed_verify(journal, walk->seq, next.seq);
    if (e.code == ERR_CONFLICT)
        *out_bad_seq = (uint64_t)e.native;
    if (failed(e))
        return e;
    if (count < max && next.in_orders) {
        next = (struct journal_walk){.rounds = walk->rounds + 1};
    } else if (count < max) {
        next.in_orders = true;
    }
    *walk = next;
    return ERR_OK;
}

/* All entries behind `walk`. */
static struct err verify_entries(const struct verifier *verifier, struct journal_walk *walk)
{
    size_t count = STEP;
    struct err e = ERR_OK;
    while (!failed(e) && count == STEP)
        e = step_entries(verifier, walk, STEP, &count);
    return e;
}

struct err journal_verify(struct journal *journal, uint64_t *out_bad_seq)
{
    struct verifier verifier = verifier_of(journal, false);
    struct journal_walk walk = {0};
    struct err e = verify_entries(&verifier, &walk);
    if (!failed(e))
        e = journal_signed_verify(journal, 0, UINT64_MAX);
    if (e.code == ERR_CONFLICT)
        *out_bad_seq = (uint64_t)e.native;
    return e;
}

struct err journal_verify_since(struct journal *journal, const struct journal_walk *mark)
{
    struct verifier verifier = verifier_of(journal, true);
    struct journal_walk walk = *mark;
    struct err e = verify_entries(&verifier, &walk);
    return failed(e) ? e : journal_signed_verify(journal, mark->seq, UINT64_MAX);
}

struct err journal_verify_unkeyed(const struct database *database, const char *epoch,
                                  struct journal_walk *out_end)
{
    struct verifier verifier = {.database = database, .epoch = epoch, .bound = true};
    struct journal_walk walk = {0};
    struct err e = verify_entries(&verifier, &walk);
    if (!failed(e))
        *out_end = walk;
    return e;
}
