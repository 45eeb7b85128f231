#include "sync/gateway/orders.h"

#include "kiosk/base/text.h"
#include "sync/gateway/publish.h"

static struct err order_store(const struct platform *platform, const struct order_row *order)
{
    struct err e = order_update(platform->store, order);
    return failed(e) ? e : publish_order(platform, order);
}

struct err orders_settle(const struct platform *platform, struct order_row *order)
{
    enum pay_state state = PAY_OPEN;

    if (order->status != FACT_ORDER_TO_PAY)
        return ERR_OK;
    struct err e = pay_query(platform->provider, platform->store, order->charge, &state);
    if (failed(e) || state != PAY_PAID)
        return e;
    const struct profile *profile = platform_profile(platform, order->profile);
    order->paid_s = platform_now_s(platform);
    order->status =
        profile != NULL && profile->renew_reviewed ? FACT_ORDER_IN_REVIEW : FACT_ORDER_TO_MAKE;
    e = store_run(platform->store,
                  "INSERT INTO payments(order_id, provider, charge, amount_fen, paid_s)"
                  " VALUES(?,?,?,?,?)",
                  VALUES(V_TEXT(order->id), V_TEXT(platform->provider->name), V_TEXT(order->charge),
                         V_NUMBER(order->amount_fen), V_NUMBER(order->paid_s)));
    return failed(e) ? e : order_store(platform, order);
}

struct err orders_close(const struct platform *platform, struct order_row *order,
                        const char *reason)
{
    if (order->status != FACT_ORDER_TO_PAY)
        return ERR_OK;
    struct err e = platform->provider->close(platform->store, order->charge);
    if (e.code == ERR_CONFLICT)
        return orders_settle(platform, order);
    if (failed(e))
        return e;
    order->status = FACT_ORDER_CLOSED;
    order->closed_s = platform_now_s(platform);
    order->ended_s = order->closed_s;
    (void)text_copy(order->reason, sizeof(order->reason), reason);
    return order_store(platform, order);
}

struct err orders_leave(const struct platform *platform, const struct report *report,
                        char out_code[ORDER_CODE_SIZE])
{
    struct order_row order = {0};

    struct err e = order_load(platform->store, ORDER_BY_ID, report->entry->order, &order);
    if (e.code == ERR_NOT_FOUND || (!failed(e) && !text_same(order.token, report->entry->token))) {
        (void)text_copy(out_code, ORDER_CODE_SIZE, "unknown_order");
        return ERR_OK;
    }
    if (!failed(e))
        e = orders_close(platform, &order, report->entry->why);
    if (!failed(e))
        out_code[0] = '\0';
    return e;
}

struct err orders_approve(const struct platform *platform, struct order_row *order)
{
    if (order->status != FACT_ORDER_IN_REVIEW) {
        bool was = order->reviewed_s != 0 && order->status != FACT_ORDER_REFUND;
        return was ? ERR_OK : ERR(ERR_CONFLICT, 0, "not in review");
    }
    order->status = FACT_ORDER_TO_MAKE;
    order->reviewed_s = platform_now_s(platform);
    return order_store(platform, order);
}

struct err orders_deny(const struct platform *platform, struct order_row *order)
{
    if (order->status != FACT_ORDER_IN_REVIEW) {
        bool was = order->reviewed_s != 0 && order->status == FACT_ORDER_REFUND;
        return was ? ERR_OK : ERR(ERR_CONFLICT, 0, "not in review");
    }
    order->status = FACT_ORDER_REFUND;
    order->reviewed_s = platform_now_s(platform);
    order->ended_s = order->reviewed_s;
    (void)text_copy(order->reason, sizeof(order->reason), "review_refused");
    return order_store(platform, order);
}

struct err orders_refund(const struct platform *platform, struct order_row *order)
{
    if (order->status == FACT_ORDER_TO_WRITE && order->write_open)
        return ERR(ERR_BLOCKED, 0, "may be on the token");
    return orders_refund_forced(platform, order);
}

struct err orders_refund_forced(const struct platform *platform, struct order_row *order)
{
    static const char undeliverable[] = "undeliverable";

    if (order->status != FACT_ORDER_TO_MAKE && order->status != FACT_ORDER_TO_WRITE) {
        bool was = order->status == FACT_ORDER_REFUND && text_same(order->reason, undeliverable);
        return was ? ERR_OK : ERR(ERR_CONFLICT, 0, "not to be delivered");
    }
    order->status = FACT_ORDER_REFUND;
    order->ended_s = platform_now_s(platform);
    (void)text_copy(order->reason, sizeof(order->reason), undeliverable);
    return order_store(platform, order);
}
