#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kiosk/base/log.h"
#include "sync/gateway/http.h"
#include "sync/gateway/orders.h"
#include "sync/gateway/page.h"

#define FORM_MAX 1024

static enum http_result http_pay_page(struct gateway *, struct http_request *, struct http_reply *);
static enum http_result http_pay(struct gateway *, struct http_request *, struct http_reply *);
static enum http_result http_receipt(struct gateway *, struct http_request *, struct http_reply *);

const struct http_route http_public_routes[] = {
    {"GET", "/p/*", HTTP_PUBLIC, 0, http_pay_page},
    {"POST", "/p/*", HTTP_PUBLIC, FORM_MAX, http_pay},
    {"GET", "/r/*", HTTP_PUBLIC, 0, http_receipt},
};
const size_t http_public_route_count = ARRAY_LEN(http_public_routes);

static void page_free(struct page **page)
{
    free(*page);
}

static void reply_page(struct http_reply *reply, unsigned status, const struct page *page)
{
    reply->status = page->is_cut ? MHD_HTTP_INTERNAL_SERVER_ERROR : status;
    reply->type = HTTP_REPLY_TYPE_HTML;
    reply->body = strndup(page->text, page->len);
    reply->body_len = reply->body == NULL ? 0 : page->len;
}

static struct page *page_create(struct gateway *gateway)
{
    struct page *page = calloc(1, sizeof(*page));

    if (page != NULL)
        page->words = &gateway->words;
    return page;
}

void http_reply_message(struct gateway *gateway, struct http_reply *reply, unsigned status,
                        enum word_id title, enum word_id text)
{
    CLEANUP(page_free) struct page *page = page_create(gateway);

    reply->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    if (page == NULL)
        return;
    page_message(page, title, text);
    reply_page(reply, status, page);
}

static void reply_failure(struct gateway *gateway, struct http_reply *reply, struct err e)
{
    if (e.code == ERR_NOT_FOUND) {
        http_reply_message(gateway, reply, MHD_HTTP_NOT_FOUND, WORD_MISSING_TITLE,
                           WORD_MISSING_TEXT);
        return;
    }
    log_err("page", e);
    http_reply_message(gateway, reply, MHD_HTTP_SERVICE_UNAVAILABLE, WORD_BUSY_TITLE,
                       WORD_BUSY_TEXT);
}

static void reply_order(struct gateway *gateway, struct http_reply *reply, unsigned status,
                        const struct order_row *order,
                        void (*draw)(struct page *, const struct page_order *))
{
    CLEANUP(page_free) struct page *page = page_create(gateway);
    bool delivered = order->status == FACT_ORDER_DONE || order->status == FACT_ORDER_REFUND;
    struct page_order shown = {
        .order = order,
        .profile = platform_profile(&gateway->platform, order->profile),
        .delivered_s = delivered ? order->closed_s : 0,
    };

    reply->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    if (page == NULL)
        return;
    draw(page, &shown);
    reply_page(reply, status, page);
}

/* The order, closed first when its time is over. */
static struct err load_current(const struct platform *platform, enum order_key key,
                               const char *value, struct order_row *out_order)
{
    struct err e = order_load(platform->store, key, value, out_order);

    if (!failed(e) && out_order->status == FACT_ORDER_TO_PAY &&
        out_order->expires_s <= platform_now_s(platform))
        e = orders_close(platform, out_order, "expired");
    return e;
}

static struct err look_up(const struct platform *platform, enum order_key key, const char *value,
                          struct order_row *out_order)
{
    CLEANUP(transaction_done) struct transaction work = {0};

    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = load_current(platform, key, value, out_order);
    return failed(e) ? e : transaction_commit(&work);
}

static enum http_result http_pay_page(struct gateway *gateway, struct http_request *request,
                                      struct http_reply *reply)
{
    struct order_row order = {0};

    struct err e = look_up(&gateway->platform, ORDER_BY_PAY_TOKEN, request->part[0], &order);
    if (failed(e)) {
        reply_failure(gateway, reply, e);
    } else {
        reply_order(gateway, reply, order.status == FACT_ORDER_CLOSED ? MHD_HTTP_GONE : MHD_HTTP_OK,
                    &order, page_pay);
    }
    return HTTP_ANSWER;
}

/* Pay with the provider's button, if it is still to pay; `*out_taken` when this was the payment. */
static struct err pay(const struct platform *platform, const char *pay_token,
                      struct order_row *out_order, bool *out_taken)
{
    CLEANUP(transaction_done) struct transaction work = {0};

    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = load_current(platform, ORDER_BY_PAY_TOKEN, pay_token, out_order);
    bool open = !failed(e) && out_order->status == FACT_ORDER_TO_PAY;
    if (open && platform->provider->confirm == NULL)
        return ERR(ERR_NOT_FOUND, 0, "this provider has no button here");
    if (open)
        e = platform->provider->confirm(platform->store, out_order->charge);
    if (open && !failed(e))
        e = orders_settle(platform, out_order);
    if (!failed(e))
        e = transaction_commit(&work);
    if (!failed(e))
        *out_taken = open;
    return e;
}

static enum http_result http_pay(struct gateway *gateway, struct http_request *request,
                                 struct http_reply *reply)
{
    struct order_row order = {0};
    bool taken = false;

    struct err e = pay(&gateway->platform, request->part[0], &order, &taken);
    if (failed(e)) {
        reply_failure(gateway, reply, e);
        return HTTP_ANSWER;
    }
    if (taken) {
        log_event(LOG_LEVEL_INFO, "paid", "order=%s amount_fen=%lld", order.id,
                  (long long)order.amount_fen);
        e = orders_round_make(&gateway->platform);
        if (failed(e))
            log_err("make", e); /* the next round tries again */
        reply_order(gateway, reply, MHD_HTTP_OK, &order, page_pay);
    } else if (order.paid_s != 0) {
        reply_order(gateway, reply, MHD_HTTP_CONFLICT, &order, page_already_paid);
    } else {
        reply_order(gateway, reply, MHD_HTTP_GONE, &order, page_pay);
    }
    return HTTP_ANSWER;
}

static enum http_result http_receipt(struct gateway *gateway, struct http_request *request,
                                     struct http_reply *reply)
{
    const char *check =
        MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, "c");
    struct order_row order = {0};

    struct err e = look_up(&gateway->platform, ORDER_BY_NO, request->part[0], &order);
    if (!failed(e) && (check == NULL || strlen(check) != ORDER_CHECK_LEN ||
                       strncasecmp(check, order.id, ORDER_CHECK_LEN) != 0)) {
        e = ERR(ERR_NOT_FOUND, 0,
                "check code"); /* a wrong code tells no more than a wrong number */
    }
    if (failed(e)) {
        reply_failure(gateway, reply, e);
    } else {
        reply_order(gateway, reply, MHD_HTTP_OK, &order, page_receipt);
    }
    return HTTP_ANSWER;
}
