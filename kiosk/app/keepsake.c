#include "kiosk/app/keepsake.h"

#include <assert.h>
#include <string.h>

#include "kiosk/base/text.h"

static_assert(JOURNAL_KEPT_MAX <= DOCUMENT_CERTIFICATE_MAX, "what was kept fits");

bool keepsake_is_lost(enum fact_order_status status)
{
    switch (status) {
    case FACT_ORDER_CLOSED:
    case FACT_ORDER_REFUND:
    case FACT_ORDER_REFUSED:
        return true;
    case FACT_ORDER_NONE:
    case FACT_ORDER_REQUESTED:
    case FACT_ORDER_TO_PAY:
    case FACT_ORDER_IN_REVIEW:
    case FACT_ORDER_TO_MAKE:
    case FACT_ORDER_TO_WRITE:
    case FACT_ORDER_DONE:
    case FACT_ORDER_STATUS_COUNT:
        return false;
    }
    return false;
}

/* NONE while the platform has said nothing. */
static struct err status_of(const struct order_sources *from, const char *order,
                            enum fact_order_status *out_status)
{
    struct inbox_document document;
    struct document_order word = {0};

    *out_status = FACT_ORDER_NONE;
    struct err e = order_view_document(from, "order", order, &document);
    if (e.code == ERR_NOT_FOUND)
        return ERR_OK;
    if (!failed(e))
        e = document_read_order((struct bytes){document.body, document.body_len}, &word);
    if (!failed(e))
        *out_status = word.facts.status;
    return e;
}

struct err keepsake_of_token(const struct order_sources *from, const char *token,
                             struct fact_order *out_order, struct document_issued *out_old)
{
    struct journal_kept kept;
    struct fact_order order = {.status = FACT_ORDER_NONE};

    struct err e = journal_kept_of_token(from->journal, token, &kept);
    if (!failed(e))
        e = status_of(from, kept.order, &order.status);
    if (failed(e))
        return e;
    (void)text_copy(order.id, sizeof(order.id), kept.order); /* same size */
    out_old->slot = kept.slot;
    out_old->der_len = kept.der_len;
    memcpy(out_old->der, kept.der, kept.der_len);
    *out_order = order;
    explicit_bzero(&kept, sizeof(kept));
    return ERR_OK;
}

static bool is_past(const struct order_sources *from, const struct journal_kept *kept,
                    int64_t now_s)
{
    struct fact_certificate facts = {0};
    enum fact_order_status status = FACT_ORDER_NONE;

    if (failed(status_of(from, kept->order, &status)) || !keepsake_is_lost(status))
        return false;
    struct err e = certificate_read((struct bytes){kept->der, kept->der_len}, from->trust, &facts);
    bool past = failed(e) || facts.not_after_s < now_s;
    explicit_bzero(&facts, sizeof(facts));
    return past;
}

struct err keepsake_sweep(const struct order_sources *from, int64_t now_s)
{
    struct journal_kept kept = {.order = ""};
    struct err e = journal_kept_after(from->journal, "", &kept);

    while (!failed(e)) {
        if (is_past(from, &kept, now_s))
            e = journal_kept_erase(from->journal, kept.order);
        if (!failed(e))
            e = journal_kept_after(from->journal, kept.order, &kept);
    }
    explicit_bzero(&kept, sizeof(kept));
    return e.code == ERR_NOT_FOUND ? ERR_OK : e;
}
