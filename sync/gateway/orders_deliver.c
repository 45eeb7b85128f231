#include "sync/gateway/orders.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "sync/gateway/account.h"
#include "sync/gateway/publish.h"

static struct err refuse(char out_code[ORDER_CODE_SIZE], const char *code)
{
    (void)text_copy(out_code, ORDER_CODE_SIZE, code);
    return ERR_OK;
}

/* The reported order, which must be of the reported token. ERR_NOT_FOUND. */
static struct err load_reported(const struct platform *platform, const struct report *report,
                                struct order_row *out_order)
{
    struct order_row order = {0};
    const char *token = report->entry->token;

    struct err e = order_load(platform->store, ORDER_BY_ID, report->entry->order, &order);
    if (failed(e))
        return e;
    if (token[0] != '\0' && strcmp(order.token, token) != 0)
        return ERR(ERR_NOT_FOUND, 0, "of another token");
    *out_order = order;
    return ERR_OK;
}

static struct err store_delivery(const struct platform *platform, const struct report *report,
                                 struct order_row *order)
{
    struct store *store = platform->store;
    const uint8_t *fingerprint = report->entry->new_certificate;
    struct account account = {0};

    struct err e = store_run(store,
                             "INSERT INTO deliveries(order_id, kiosk, txid, certificate,"
                             " delivered_s) VALUES(?,?,?,?,?)",
                             VALUES(V_TEXT(order->id), V_TEXT(report->kiosk), V_TEXT(report->txid),
                                    V_BLOB(fingerprint, FACTS_FINGERPRINT_LEN),
                                    V_NUMBER(platform_now_s(platform))));
    if (!failed(e))
        e = account_renewed(store, order->token, fingerprint);
    if (!failed(e))
        e = account_load(store, order->token, &account);
    if (!failed(e))
        e = publish_account(store, &account);
    if (failed(e))
        return e;
    order->status = FACT_ORDER_DONE;
    order->closed_s = platform_now_s(platform);
    e = order_update(store, order);
    return failed(e) ? e : publish_order(platform, order);
}

struct err orders_deliver(const struct platform *platform, const struct report *report,
                          char out_code[ORDER_CODE_SIZE])
{
    struct order_row order = {0};
    struct issued made = {0};

    struct err e = load_reported(platform, report, &order);
    if (e.code == ERR_NOT_FOUND)
        return refuse(out_code, "unknown_order");
    if (failed(e))
        return e;
    if (order.status != FACT_ORDER_TO_WRITE && order.status != FACT_ORDER_DONE)
        return refuse(out_code, "not_paid");
    e = issued_load_of_order(platform->store, order.id, &made);
    if (failed(e))
        return e;
    if (memcmp(made.fingerprint, report->entry->new_certificate, sizeof(made.fingerprint)) != 0)
        return refuse(out_code, "other_certificate");
    if (order.status == FACT_ORDER_TO_WRITE)
        e = store_delivery(platform, report, &order);
    if (!failed(e))
        out_code[0] = '\0';
    return e;
}

struct err orders_receipt(const struct platform *platform, const struct report *report,
                          char out_code[ORDER_CODE_SIZE])
{
    struct order_row order = {0};

    if (report->entry->order[0] == '\0')
        return refuse(out_code, "");
    struct err e = load_reported(platform, report, &order);
    if (e.code == ERR_NOT_FOUND)
        return refuse(out_code, "unknown_order");
    if (failed(e))
        return e;
    (void)text_copy(order.printed, sizeof(order.printed), report->entry->printed);
    e = order_update(platform->store, &order);
    return failed(e) ? e : refuse(out_code, "");
}

struct err orders_note(const struct platform *platform, const struct report *report,
                       char out_code[ORDER_CODE_SIZE])
{
    struct order_row order = {0};

    struct err e = load_reported(platform, report, &order);
    if (e.code == ERR_NOT_FOUND)
        return refuse(out_code, "unknown_order");
    return failed(e) ? e : refuse(out_code, "");
}
