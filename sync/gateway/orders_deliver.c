#include "sync/gateway/orders.h"

#include <string.h>

#include "kiosk/base/log.h"
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

/* The token's certificate is the delivered one, unless the report is late and a later order has
 * been delivered in between. */
static struct err renew_account(const struct platform *platform, const struct order_row *order,
                                const uint8_t fingerprint[FACTS_FINGERPRINT_LEN])
{
    struct account account = {0};

    struct err e = account_load(platform->store, order->token, &account);
    if (failed(e))
        return e;
    if (order->status == FACT_ORDER_REFUND &&
        memcmp(account.certificate, order->old_certificate, FACTS_FINGERPRINT_LEN) != 0)
        return ERR_OK;
    memcpy(account.certificate, fingerprint, FACTS_FINGERPRINT_LEN);
    e = account_renewed(platform->store, order->token, fingerprint);
    return failed(e) ? e : publish_account(platform->store, &account);
}

static struct err store_delivery(const struct platform *platform, const struct report *report,
                                 struct order_row *order)
{
    struct store *store = platform->store;
    const uint8_t *fingerprint = report->entry->new_certificate;

    struct err e = store_run(store,
                             "INSERT INTO deliveries(order_id, kiosk, txid, certificate,"
                             " delivered_s) VALUES(?,?,?,?,?)",
                             VALUES(V_TEXT(order->id), V_TEXT(report->kiosk), V_TEXT(report->txid),
                                    V_BLOB(fingerprint, FACTS_FINGERPRINT_LEN),
                                    V_NUMBER(platform_now_s(platform))));
    if (!failed(e))
        e = renew_account(platform, order, fingerprint);
    if (failed(e))
        return e;
    if (order->status == FACT_ORDER_REFUND) {
        log_event(LOG_LEVEL_WARNING, "delivered_refunded", "order=%s kiosk=%s", order->id,
                  report->kiosk);
    } else {
        order->status = FACT_ORDER_DONE;
        order->ended_s = platform_now_s(platform);
    }
    order->write_open = false;
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
    if (order.status != FACT_ORDER_TO_WRITE && order.status != FACT_ORDER_DONE &&
        order.status != FACT_ORDER_REFUND)
        return refuse(out_code, "not_paid");
    e = issued_load_of_order(platform->store, order.id, &made);
    if (e.code == ERR_NOT_FOUND && order.status == FACT_ORDER_REFUND)
        return refuse(out_code, "not_paid"); /* given up before anything was issued */
    if (failed(e))
        return e;
    if (memcmp(made.fingerprint, report->entry->new_certificate, sizeof(made.fingerprint)) != 0)
        return refuse(out_code, "other_certificate");
    if (order.closed_s == 0) /* else delivered before */
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
    if (text_same(order.printed, "yes")) /* whatever becomes of another copy */
        return refuse(out_code, "");
    (void)text_copy(order.printed, sizeof(order.printed), report->entry->printed);
    e = order_update(platform->store, &order);
    return failed(e) ? e : refuse(out_code, "");
}

static struct err mark_write(const struct platform *platform, const struct report *report,
                             bool open, char out_code[ORDER_CODE_SIZE])
{
    struct order_row order = {0};

    struct err e = load_reported(platform, report, &order);
    if (e.code == ERR_NOT_FOUND)
        return refuse(out_code, "unknown_order");
    if (!failed(e) && order.closed_s == 0 && order.write_open != open) {
        order.write_open = open;
        e = order_update(platform->store, &order);
    }
    return failed(e) ? e : refuse(out_code, "");
}

struct err orders_intend(const struct platform *platform, const struct report *report,
                         char out_code[ORDER_CODE_SIZE])
{
    return mark_write(platform, report, true, out_code);
}

/* A kiosk that had yet to hear of a delivery after the refund has undone it. */
static struct err restore_account(const struct platform *platform, const struct report *report)
{
    struct order_row order = {0};
    struct account account = {0};
    struct issued made = {0};

    struct err e = load_reported(platform, report, &order);
    if (!failed(e))
        e = issued_load_of_order(platform->store, order.id, &made);
    if (!failed(e))
        e = account_load(platform->store, order.token, &account);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? ERR_OK : e;
    if (order.status != FACT_ORDER_REFUND ||
        memcmp(account.certificate, made.fingerprint, FACTS_FINGERPRINT_LEN) != 0 ||
        memcmp(report->entry->old_certificate, order.old_certificate, FACTS_FINGERPRINT_LEN) != 0)
        return ERR_OK;
    memcpy(account.certificate, order.old_certificate, FACTS_FINGERPRINT_LEN);
    e = account_renewed(platform->store, order.token, order.old_certificate);
    return failed(e) ? e : publish_account(platform->store, &account);
}

struct err orders_repair(const struct platform *platform, const struct report *report,
                         char out_code[ORDER_CODE_SIZE])
{
    if (!text_same(report->entry->repaired, "yes"))
        return refuse(out_code, "");
    struct err e = mark_write(platform, report, false, out_code);
    if (!failed(e))
        e = restore_account(platform, report);
    return failed(e) ? e : refuse(out_code, ""); /* whatever it was torn by, it is whole */
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
