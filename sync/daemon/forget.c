#include "sync/daemon/forget.h"

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/wire/document.h"

struct pile {
    int64_t before_s;
    size_t count;
    struct inbox_name names[2 * FORGET_MAX];
};

static void name_one(struct pile *pile, const char *type, const char *id)
{
    struct inbox_name *name = &pile->names[pile->count++];
    (void)text_copy(name->type, sizeof(name->type), type); /* same sizes */
    (void)text_copy(name->id, sizeof(name->id), id);
}

/* The latest moment at which it can have been written. */
static int64_t last_of(const struct fact_order *order)
{
    int64_t last_s = order->created_s;
    if (order->paid_s > last_s)
        last_s = order->paid_s;
    return order->write_before_s > last_s ? order->write_before_s : last_s;
}

static bool take_old(void *context, const struct inbox_document *document)
{
    struct pile *pile = context;
    struct document_order order;
    struct err e = document_read_order((struct bytes){document->body, document->body_len}, &order);
    if (failed(e) || order.facts.status != FACT_ORDER_DONE || last_of(&order.facts) == 0 ||
        last_of(&order.facts) >= pile->before_s)
        return true;
    name_one(pile, "order", document->id);
    name_one(pile, "issued", document->id);
    return pile->count < ARRAY_LEN(pile->names);
}

struct err forget_old_orders(struct inbox *inbox, int64_t now_s)
{
    struct pile pile = {.before_s = now_s - FORGET_AFTER_S};
    struct err e = inbox_scan(inbox, "order", take_old, &pile);
    if (failed(e) || pile.count == 0)
        return e;
    e = inbox_erase(inbox, pile.names, pile.count);
    if (!failed(e))
        log_event(LOG_LEVEL_INFO, "inbox", "forgotten=%zu", pile.count / 2);
    return e;
}
