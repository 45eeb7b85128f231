#include "sync/gateway/orders.h"

static struct err expire(const struct platform *platform, struct order_row *order)
{
    return orders_close(platform, order, "expired");
}

static struct err round_one(const struct platform *platform, struct order_search *search,
                            struct err (*act)(const struct platform *, struct order_row *))
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct order_row order = {0};

    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = order_find(platform->store, search, &order);
    if (failed(e)) {
        search->after = INT64_MAX; /* nothing more to do, or nothing that can be done now */
        return e.code == ERR_NOT_FOUND ? ERR_OK : e;
    }
    search->after = order.number;
    e = act(platform, &order);
    return failed(e) ? e : transaction_commit(&work);
}

static struct err round_all(const struct platform *platform, struct order_search search,
                            struct err (*act)(const struct platform *, struct order_row *))
{
    struct err first = ERR_OK;

    while (search.after < INT64_MAX) {
        struct err e = round_one(platform, &search, act);
        if (!failed(first))
            first = e;
    }
    return first;
}

struct err orders_round_expire(const struct platform *platform)
{
    struct order_search search = {FACT_ORDER_TO_PAY, 0, platform_now_s(platform)};
    return round_all(platform, search, expire);
}

struct err orders_round_make(const struct platform *platform)
{
    struct order_search search = {FACT_ORDER_TO_MAKE, 0, INT64_MAX};
    return round_all(platform, search, orders_make);
}
