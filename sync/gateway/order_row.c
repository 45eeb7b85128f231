#include "sync/gateway/order_row.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"

#define ORDER_COLUMNS \
    "SELECT id, number, order_no, kiosk, token, service, profile, term_years, amount_fen, " \
    "price_pack, slot, old_certificate, old_not_after_s, status, reason, pay_token, charge," \
    "printed, created_s, expires_s, paid_s, reviewed_s, write_before_s, closed_s, write_open, " \
    "ended_s, asked_epoch, asked_seq, asked_ms " \
    "FROM orders "

static const char *const status_names[FACT_ORDER_STATUS_COUNT] = {
    [FACT_ORDER_TO_PAY] = "to_pay",   [FACT_ORDER_IN_REVIEW] = "in_review",
    [FACT_ORDER_TO_MAKE] = "to_make", [FACT_ORDER_TO_WRITE] = "to_write",
    [FACT_ORDER_DONE] = "done",       [FACT_ORDER_CLOSED] = "closed",
    [FACT_ORDER_REFUND] = "refund",   [FACT_ORDER_REFUSED] = "refused",
};

const char *order_status_name(enum fact_order_status status)
{
    const char *name = status < FACT_ORDER_STATUS_COUNT ? status_names[status] : NULL;
    return name == NULL ? "" : name;
}

const char *order_status_told(const struct order_row *order)
{
    if (order->status == FACT_ORDER_REFUND && order->closed_s != 0) /* closed by its delivery */
        return "delivered_refunded";
    return order_status_name(order->status);
}

static enum fact_order_status status_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(status_names); i++) {
        if (status_names[i] != NULL && strcmp(status_names[i], name) == 0)
            return (enum fact_order_status)i;
    }
    return FACT_ORDER_NONE;
}

static void order_take(sqlite3_stmt *query, struct order_row *out)
{
    char status[ORDER_NAME_SIZE];
    struct order_row order = {0};

    column_text(query, 0, order.id, sizeof(order.id));
    order.number = column_number(query, 1);
    column_text(query, 2, order.order_no, sizeof(order.order_no));
    column_text(query, 3, order.kiosk, sizeof(order.kiosk));
    column_text(query, 4, order.token, sizeof(order.token));
    column_text(query, 5, order.service, sizeof(order.service));
    column_text(query, 6, order.profile, sizeof(order.profile));
    order.term_years = (uint8_t)column_number(query, 7);
    order.amount_fen = column_number(query, 8);
    order.price_pack = column_number(query, 9);
    order.slot = (uint8_t)column_number(query, 10);
    column_blob(query, 11, order.old_certificate, sizeof(order.old_certificate));
    order.old_not_after_s = column_number(query, 12);
    column_text(query, 13, status, sizeof(status));
    order.status = status_of(status);
    column_text(query, 14, order.reason, sizeof(order.reason));
    column_text(query, 15, order.pay_token, sizeof(order.pay_token));
    column_text(query, 16, order.charge, sizeof(order.charge));
    column_text(query, 17, order.printed, sizeof(order.printed));
    order.created_s = column_number(query, 18);
    order.expires_s = column_number(query, 19);
    order.paid_s = column_number(query, 20);
    order.reviewed_s = column_number(query, 21);
    order.write_before_s = column_number(query, 22);
    order.closed_s = column_number(query, 23);
    order.write_open = column_number(query, 24) != 0;
    order.ended_s = column_number(query, 25);
    column_text(query, 26, order.asked.epoch, sizeof(order.asked.epoch));
    order.asked.seq = (uint64_t)column_number(query, 27);
    order.asked.at_ms = column_number(query, 28);
    *out = order;
}

static struct err order_first(struct store *store, const char *sql, const struct value *values,
                              struct order_row *out_order)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, sql, values, &query);
    if (!failed(e))
        e = store_row(query);
    if (!failed(e))
        order_take(query, out_order);
    return e;
}

struct err order_load(struct store *store, enum order_key key, const char *value,
                      struct order_row *out_order)
{
    static const char *const sql[] = {
        [ORDER_BY_ID] = ORDER_COLUMNS "WHERE id = ?",
        [ORDER_BY_NO] = ORDER_COLUMNS "WHERE order_no = ?",
        [ORDER_BY_PAY_TOKEN] = ORDER_COLUMNS "WHERE pay_token = ?",
        [ORDER_OPEN_BY_TOKEN] = ORDER_COLUMNS "WHERE token = ? AND status IN "
                                              "('to_pay', 'in_review', 'to_make', 'to_write')",
    };
    return order_first(store, sql[key], VALUES(V_TEXT(value)), out_order);
}

struct err order_find(struct store *store, const struct order_search *search,
                      struct order_row *out_order)
{
    return order_first(store,
                       ORDER_COLUMNS "WHERE status = ? AND number > ? AND expires_s <= ?"
                                     " ORDER BY number LIMIT 1",
                       VALUES(V_TEXT(order_status_name(search->status)), V_NUMBER(search->after),
                              V_NUMBER(search->before_s)),
                       out_order);
}

static struct err order_number(struct store *store, struct order_row *order)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, "SELECT coalesce(max(number), 0) + 1 FROM orders",
                               VALUES(V_NUMBER(0)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    order->number = column_number(query, 0);
    struct civil day = civil_of(order->created_s);
    (void)text_print(order->order_no, sizeof(order->order_no), "%04d%02d%02d%06lld", (int)day.year,
                     day.month, day.day, (long long)order->number);
    return ERR_OK;
}

struct err order_insert(struct store *store, struct order_row *order)
{
    struct err e = order_number(store, order);
    if (failed(e))
        return e;
    return store_run(
        store,
        "INSERT INTO orders(id, number, order_no, kiosk, token, service, profile, term_years,"
        " amount_fen, price_pack, slot, old_certificate, old_not_after_s, status, reason,"
        " pay_token, charge, created_s, expires_s, closed_s, ended_s, asked_epoch, asked_seq,"
        " asked_ms) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        VALUES(V_TEXT(order->id), V_NUMBER(order->number), V_TEXT(order->order_no),
               V_TEXT(order->kiosk), V_TEXT(order->token), V_TEXT(order->service),
               V_TEXT(order->profile), V_NUMBER(order->term_years), V_NUMBER(order->amount_fen),
               V_NUMBER(order->price_pack), V_NUMBER(order->slot),
               V_BLOB(order->old_certificate, sizeof(order->old_certificate)),
               V_NUMBER(order->old_not_after_s), V_TEXT(order_status_name(order->status)),
               V_TEXT(order->reason), V_TEXT(order->pay_token), V_TEXT(order->charge),
               V_NUMBER(order->created_s), V_NUMBER(order->expires_s), V_NUMBER(order->closed_s),
               V_NUMBER(order->ended_s), V_TEXT(order->asked.epoch), V_NUMBER(order->asked.seq),
               V_NUMBER(order->asked.at_ms)));
}

struct err order_update(struct store *store, const struct order_row *order)
{
    return store_run(
        store,
        "UPDATE orders SET status = ?, reason = ?, charge = ?, printed = ?, paid_s = ?,"
        " reviewed_s = ?, write_before_s = ?, closed_s = ?, write_open = ?, ended_s = ? WHERE id = "
        "?",
        VALUES(V_TEXT(order_status_name(order->status)), V_TEXT(order->reason),
               V_TEXT(order->charge), V_TEXT(order->printed), V_NUMBER(order->paid_s),
               V_NUMBER(order->reviewed_s), V_NUMBER(order->write_before_s),
               V_NUMBER(order->closed_s), V_NUMBER(order->write_open), V_NUMBER(order->ended_s),
               V_TEXT(order->id)));
}

struct err order_list(struct store *store, size_t max, struct order_row *out_orders,
                      size_t *out_count)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    size_t count = 0;

    struct err e = store_query(store, ORDER_COLUMNS "ORDER BY number DESC LIMIT ?",
                               VALUES(V_NUMBER(max)), &query);
    while (!failed(e) && count < max) {
        e = store_row(query);
        if (!failed(e))
            order_take(query, &out_orders[count++]);
    }
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    *out_count = count;
    return ERR_OK;
}
