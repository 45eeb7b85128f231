#include "kiosk/app/keepsake.h"

#include <assert.h>
#include <string.h>

#include "kiosk/base/hash.h"
#include "kiosk/base/log.h"
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

/* Status NONE while the platform has said nothing. */
static struct err order_of(const struct order_sources *from, const char *id,
                           struct fact_order *out_order)
{
    struct inbox_document document;
    struct document_order word = {.facts = {.status = FACT_ORDER_NONE}};

    struct err e = order_view_document(from, "order", id, &document);
    if (!failed(e))
        e = document_read_order((struct bytes){document.body, document.body_len}, &word);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    *out_order = word.facts;
    (void)text_copy(out_order->id, sizeof(out_order->id), id); /* same size */
    return ERR_OK;
}

/* What is kept, or no bytes with the order whose write was begun without. */
static struct err begun_of_token(struct journal *journal, const char *token,
                                 struct journal_kept *out_kept)
{
    struct journal_order begun;

    struct err e = journal_kept_of_token(journal, token, out_kept);
    if (e.code == ERR_DENIED)
        log_err("kept", e); /* changed, or another device's: as good as not there */
    if (e.code != ERR_NOT_FOUND && e.code != ERR_DENIED)
        return e;
    e = journal_order_of_token(journal, token, &begun);
    if (failed(e))
        return e;
    if (begun.state != JOURNAL_ORDER_INTENDED)
        return ERR(ERR_NOT_FOUND, 0, "no write was begun");
    *out_kept = (struct journal_kept){.slot = 0};
    (void)text_copy(out_kept->order, sizeof(out_kept->order), begun.order); /* same size */
    return ERR_OK;
}

/* The certificate itself, of an order that does not name it. */
static struct err name_issued(const struct order_sources *from, struct fact_order *order)
{
    struct inbox_document document;
    struct document_issued issued;

    struct err e = order_view_document(from, "issued", order->id, &document);
    if (!failed(e))
        e = document_read_issued((struct bytes){document.body, document.body_len}, &issued);
    if (failed(e))
        return e;
    struct hash name = hash_of((struct bytes){issued.der, issued.der_len});
    order->slot = issued.slot;
    memcpy(order->new_fingerprint, name.at, FACTS_FINGERPRINT_LEN);
    return ERR_OK;
}

/* The certificate that was issued for it, and whether the account has that one. */
static struct err add_issued(const struct order_sources *from, const char *token,
                             struct fact_order *order)
{
    struct inbox_document document;
    struct document_account account;

    struct err e = order->new_not_after_s != 0 ? ERR_OK : name_issued(from, order);
    if (!failed(e))
        e = order_view_document(from, "account", token, &document);
    if (!failed(e))
        e = document_read_account((struct bytes){document.body, document.body_len}, &account);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? ERR_OK : e;
    order->has_certificate = true;
    if (memcmp(account.fingerprint, order->new_fingerprint, FACTS_FINGERPRINT_LEN) == 0)
        order->status = FACT_ORDER_DONE;
    return ERR_OK;
}

/* A write that was begun twice may have kept what the first one wrote: that is not the old one. */
static void tell_old(const struct journal_kept *kept, struct fact_order *order,
                     struct document_issued *out_old)
{
    struct hash name = hash_of((struct bytes){kept->der, kept->der_len});
    bool is_new = order->has_certificate &&
                  memcmp(order->new_fingerprint, name.at, FACTS_FINGERPRINT_LEN) == 0;

    *out_old = (struct document_issued){.slot = order->slot};
    if (kept->der_len == 0 || is_new)
        return;
    out_old->slot = kept->slot;
    out_old->der_len = kept->der_len;
    memcpy(out_old->der, kept->der, kept->der_len);
    memcpy(order->old_fingerprint, name.at, FACTS_FINGERPRINT_LEN);
}

struct err keepsake_of_token(const struct order_sources *from, const char *token,
                             struct fact_order *out_order, struct document_issued *out_old)
{
    struct journal_kept kept;
    struct fact_order order = {.status = FACT_ORDER_NONE};

    struct err e = begun_of_token(from->journal, token, &kept);
    if (!failed(e))
        e = order_of(from, kept.order, &order);
    if (!failed(e) && keepsake_is_lost(order.status))
        e = add_issued(from, token, &order);
    if (!failed(e) && kept.der_len == 0 && !order.has_certificate)
        e = ERR(ERR_NOT_FOUND, 0, "nothing kept");
    if (failed(e))
        return e;
    tell_old(&kept, &order, out_old);
    *out_order = order;
    explicit_bzero(&kept, sizeof(kept));
    return ERR_OK;
}

/* Something may be there that is whole. */
static bool is_hidden(const struct fact_token *token, uint8_t slot)
{
    for (uint8_t i = 0; i < token->hidden_count; i++) {
        if (token->hidden[i] == slot)
            return true;
    }
    return false;
}

static const struct fact_certificate *in_slot(const struct fact_token *token, uint8_t slot)
{
    for (uint8_t i = 0; i < token->certificate_count; i++) {
        if (token->certificates[i].slot == slot)
            return &token->certificates[i];
    }
    return NULL;
}

enum keepsake_next keepsake_next(const struct fact_order *order, const struct document_issued *old,
                                 const struct fact_token *token)
{
    const struct fact_certificate *on = in_slot(token, old->slot);
    bool is_kept = old->der_len > 0;

    if (order->status == FACT_ORDER_DONE)
        return is_kept ? KEEPSAKE_GOES : KEEPSAKE_STAYS;
    if (!keepsake_is_lost(order->status) || is_hidden(token, old->slot))
        return KEEPSAKE_STAYS;
    if (on == NULL)
        return is_kept ? KEEPSAKE_GOES_BACK : KEEPSAKE_STAYS;
    if (!order->has_certificate)
        return KEEPSAKE_STAYS; /* whether it is that one is not known yet */
    if (memcmp(on->fingerprint, order->new_fingerprint, FACTS_FINGERPRINT_LEN) != 0)
        return is_kept ? KEEPSAKE_GOES : KEEPSAKE_STAYS;
    return is_kept ? KEEPSAKE_GOES_BACK : KEEPSAKE_IS_MISSED;
}

static bool is_past(const struct order_sources *from, const struct journal_kept *kept,
                    int64_t now_s)
{
    struct fact_certificate facts = {0};
    struct fact_order order = {.status = FACT_ORDER_NONE};

    if (failed(order_of(from, kept->order, &order)))
        return false;
    if (order.status == FACT_ORDER_DONE)
        return true;
    if (!keepsake_is_lost(order.status))
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
