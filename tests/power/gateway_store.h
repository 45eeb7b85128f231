/* gateway_store.h - the platform's database on the disk of disk.h, for the tests of this folder. */
#ifndef TESTS_POWER_GATEWAY_STORE_H
#define TESTS_POWER_GATEWAY_STORE_H

#include <stdlib.h>

#include "sync/gateway/store_inner.h"
#include "tests/power/sweep.h"
#include "tests/unit/gateway_world.h"
#include "tests/unit/ledger.h"

#define BATCHES 4U
#define CHECKPOINT_AT 25 /* pages: every few batches */

static struct folder folder;
static struct world world;
static struct batch *batches[BATCHES]; /* fixed once they are made: a kiosk repeats its bytes */

static inline void must(struct err e)
{
    if (failed(e))
        fail_msg("%s %d at %s", err_name(e.code), (int)e.native, e.site);
}

static inline void close_store(void)
{
    store_close(world.platform.store);
    world.platform.store = NULL;
}

static inline struct err open_store(bool first)
{
    (void)first;
    struct err e = store_open(folder.path, false, &world.platform.store);
    if (!failed(e))
        world.platform.store->checkpoint_pages = CHECKPOINT_AT;
    return e;
}

/* The same order has the same certificate, however often it is asked for. */
static inline struct err renew(struct authority *authority, const struct authority_order *order,
                               uint8_t out_der[DOCUMENT_CERTIFICATE_MAX], size_t *out_len)
{
    (void)authority;
    memcpy(out_der, order->old.at, order->old.len);
    memcpy(out_der + order->old.len, &order->not_after_s, sizeof(int64_t));
    *out_len = order->old.len + sizeof(int64_t);
    return ERR_OK;
}

static inline void prepare_platform(void)
{
    world_open_at(&world, folder.path);
    world.authority.renew = renew;
    close_store();
}

static inline int64_t number(const char *sql)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    struct store *store = world.platform.store;
    struct err e = store_begin(store, &work);
    if (!failed(e))
        e = store_query(store, sql, VALUES(V_NUMBER(0)), &query);
    if (!failed(e))
        e = store_row(query);
    return failed(e) ? -1 : column_number(query, 0);
}

static inline bool platform_stands(void)
{
    return number("SELECT count(*) FROM accounts") == 1 &&
           number("SELECT count(*) FROM kiosks WHERE id = '" WORLD_KIOSK "'") == 1;
}

/* Pages, references, and the head of the journal where the journal ends. */
static inline bool is_whole(void)
{
    return number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") ==
               1 &&
           number("SELECT count(*) FROM pragma_foreign_key_check") == 0 &&
           number("SELECT coalesce((SELECT seq FROM heads), 0)") ==
               number("SELECT count(*) FROM journal") &&
           number("SELECT count(*) FROM journal AS a JOIN journal AS b ON b.seq = a.seq + 1"
                  " WHERE b.prev <> a.hash") == 0;
}

static inline struct err send_batch(size_t i)
{
    struct intake_answer answer = {0};
    struct err e = intake_batch(&world.platform, WORLD_KIOSK, batches[i], &answer);
    uint64_t last = batches[i]->entries[batches[i]->count - 1].seq;
    if (!failed(e) && (answer.verdict != INTAKE_STORED || answer.ack.acked_seq < last))
        return ERR(ERR_CONFLICT, answer.verdict, "verdict");
    return e;
}

/* How often batch `i` is in `table`. */
static inline unsigned count_rows(const char *table, const char *column, size_t i)
{
    char sql[128];
    uint64_t first = batches[i]->entries[0].seq;
    (void)text_print(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE %s BETWEEN %llu AND %llu",
                     table, column, (unsigned long long)first,
                     (unsigned long long)(first + batches[i]->count - 1));
    int64_t rows = number(sql);
    return rows < 0
               ? 0
               : (unsigned)((size_t)rows + batches[i]->count - 1) / (unsigned)batches[i]->count;
}

static inline unsigned count_batch(size_t i)
{
    return count_rows("journal", "seq", i);
}

static inline void begin_batches(void)
{
    for (size_t i = 0; i < BATCHES; i++)
        batches[i]->count = 0;
}

/* The visitor presses the button; or the platform looks whether he did. */
static inline struct err pay_or_settle(bool pays)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct order_row order = {0};
    enum pay_state state = PAY_OPEN;
    struct store *store = world.platform.store;
    struct err e = store_begin(store, &work);
    if (!failed(e))
        e = order_load(store, ORDER_BY_ID, WORLD_ORDER, &order);
    if (!failed(e))
        e = pay_demo.query(store, order.charge, &state);
    if (!failed(e) && pays && state == PAY_OPEN)
        e = pay_demo.confirm(store, order.charge);
    if (!failed(e) && !pays)
        e = orders_settle(&world.platform, &order);
    return failed(e) ? e : transaction_commit(&work);
}

/* Run the tests with the disk in memory, and report of `what`. */
static inline int run_on_disk(const char *what, const struct CMUnitTest *tests, size_t count)
{
    char told[96];
    for (size_t i = 0; i < BATCHES; i++) {
        batches[i] = calloc(1, sizeof(*batches[i]));
        if (batches[i] == NULL)
            return EXIT_FAILURE;
    }
    folder_make(&folder, "gateway.db");
    disk_install(folder.at);
    int status = _cmocka_run_group_tests("power", tests, count, NULL, NULL);
    disk_clear();
    folder_remove(&folder); /* the lock */
    for (size_t i = 0; i < BATCHES; i++)
        free(batches[i]);
    (void)text_print(told, sizeof(told), "kill, power cuts and disk troubles of %s", what);
    sweep_report(told);
    return status;
}

#endif
