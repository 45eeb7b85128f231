#include "sync/gateway/pay.h"

#include <string.h>

#include "sync/gateway/random.h"

static struct err demo_create(struct store *store, const char *order_id, int64_t amount_fen,
                              char *out_charge)
{
    char charge[ORDER_SECRET_SIZE];
    struct err e = random_name(charge);

    if (failed(e))
        return e;
    e = store_run(store,
                  "INSERT INTO demo_charges(id, order_id, amount_fen, state) VALUES(?,?,?,'open')",
                  VALUES(V_TEXT(charge), V_TEXT(order_id), V_NUMBER(amount_fen)));
    if (failed(e))
        return e;
    memcpy(out_charge, charge, sizeof(charge));
    return ERR_OK;
}

static struct err demo_query(struct store *store, const char *charge, enum pay_state *out_state)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    char state[8];

    struct err e = store_query(store, "SELECT state FROM demo_charges WHERE id = ?",
                               VALUES(V_TEXT(charge)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    column_text(query, 0, state, sizeof(state));
    if (strcmp(state, "paid") == 0) {
        *out_state = PAY_PAID;
    } else {
        *out_state = strcmp(state, "open") == 0 ? PAY_OPEN : PAY_CLOSED;
    }
    return ERR_OK;
}

static struct err demo_close(struct store *store, const char *charge)
{
    enum pay_state state = PAY_OPEN;
    struct err e = demo_query(store, charge, &state);

    if (failed(e))
        return e;
    if (state == PAY_PAID)
        return ERR(ERR_CONFLICT, 0, "paid");
    return store_run(store, "UPDATE demo_charges SET state = 'closed' WHERE id = ?",
                     VALUES(V_TEXT(charge)));
}

static struct err demo_confirm(struct store *store, const char *charge)
{
    struct err e =
        store_run(store, "UPDATE demo_charges SET state = 'paid' WHERE id = ? AND state = 'open'",
                  VALUES(V_TEXT(charge)));
    if (failed(e))
        return e;
    return store_changes(store) == 1 ? ERR_OK : ERR(ERR_CONFLICT, 0, "not open");
}

const struct pay_provider pay_demo = {
    .name = "demo",
    .create = demo_create,
    .query = demo_query,
    .close = demo_close,
    .confirm = demo_confirm,
};
