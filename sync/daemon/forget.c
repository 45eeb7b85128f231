#include "sync/daemon/forget.h"

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/wire/document.h"

struct pile {
    struct inbox *inbox;
    int64_t now_s;
    struct err err;
    size_t count;
    struct inbox_name names[2 * FORGET_MAX];
};

static void name_one(struct pile *pile, const char *type, const char *id)
{
    struct inbox_name *name = &pile->names[pile->count++];
    (void)text_copy(name->type, sizeof(name->type), type); /* same sizes */
    (void)text_copy(name->id, sizeof(name->id), id);
}

/* For a release that did not say when it ended: the latest moment at which it can have. */
static int64_t end_of(const struct document_order *order)
{
    const struct fact_order *facts = &order->facts;
    int64_t last_s = facts->created_s;
    if (order->ended_s != 0)
        return order->ended_s;
    if (facts->paid_s > last_s)
        last_s = facts->paid_s;
    return facts->write_before_s > last_s ? facts->write_before_s : last_s;
}

/* Until when it is kept; 0: as long as it stands so. */
static int64_t kept_until(const struct document_order *order)
{
    switch (order->facts.status) {
    case FACT_ORDER_DONE:
    case FACT_ORDER_CLOSED:
    case FACT_ORDER_REFUSED:
        return end_of(order) == 0 ? 0 : end_of(order) + DOCUMENT_ENDED_KEPT_S;
    case FACT_ORDER_REFUND:
        return end_of(order) == 0 ? 0 : end_of(order) + DOCUMENT_REFUND_KEPT_S;
    case FACT_ORDER_TO_PAY: /* the word of its end was for others, or is long past */
        return order->facts.expires_s == 0 ? 0 : order->facts.expires_s + DOCUMENT_ENDED_KEPT_S;
    case FACT_ORDER_NONE:
    case FACT_ORDER_REQUESTED:
    case FACT_ORDER_IN_REVIEW:
    case FACT_ORDER_TO_MAKE:
    case FACT_ORDER_TO_WRITE:
    case FACT_ORDER_STATUS_COUNT:
        return 0;
    }
    return 0;
}

static bool take_old(void *context, const struct inbox_document *document)
{
    struct pile *pile = context;
    struct document_order order;
    struct err e = document_read_order((struct bytes){document->body, document->body_len}, &order);
    if (failed(e) || kept_until(&order) == 0 || kept_until(&order) >= pile->now_s)
        return true;
    name_one(pile, "order", document->id);
    name_one(pile, "issued", document->id);
    return pile->count + 1 < ARRAY_LEN(pile->names);
}

static bool is_over(const struct document_order *order)
{
    enum fact_order_status status = order->facts.status;
    return order->facts.new_not_after_s != 0 &&
           (status == FACT_ORDER_DONE || status == FACT_ORDER_REFUND);
}

static bool take_issued(void *context, const struct inbox_document *document)
{
    struct pile *pile = context;
    struct inbox_document word;
    struct document_order order;
    pile->err = inbox_get(pile->inbox, "order", document->id, &word);
    if (pile->err.code == ERR_NOT_FOUND) {
        pile->err = ERR_OK;
        return true;
    }
    if (failed(pile->err))
        return false;
    struct err e = document_read_order((struct bytes){word.body, word.body_len}, &order);
    if (!failed(e) && is_over(&order))
        name_one(pile, "issued", document->id);
    return pile->count < ARRAY_LEN(pile->names);
}

struct err forget_what_is_over(struct inbox *inbox, int64_t now_s, size_t *out_count)
{
    struct pile pile = {.inbox = inbox, .now_s = now_s, .err = ERR_OK};
    struct err e = inbox_scan(inbox, "issued", take_issued, &pile);
    if (!failed(e))
        e = pile.err;
    if (!failed(e) && pile.count + 1 < ARRAY_LEN(pile.names))
        e = inbox_scan(inbox, "order", take_old, &pile);
    if (!failed(e) && pile.count > 0)
        e = inbox_erase(inbox, pile.names, pile.count);
    if (failed(e))
        return e;
    if (pile.count > 0)
        log_event(LOG_LEVEL_INFO, "inbox", "forgotten=%zu", pile.count);
    *out_count = pile.count;
    return ERR_OK;
}
