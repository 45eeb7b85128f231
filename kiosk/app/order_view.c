#include "kiosk/app/order_view.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "sync/wire/entry.h"

bool order_view_sealed(const struct order_sources *from, const struct inbox_document *document)
{
    const struct keyring_document sealed = {
        .kiosk = from->kiosk,
        .type = document->type,
        .id = document->id,
        .version = document->version,
        .body = {document->body, document->body_len},
        .key_id = document->key_id,
        .seal = document->seal,
    };
    return !failed(keyring_document_stored(from->keys, &sealed));
}

struct err order_view_document(const struct order_sources *from, const char *type, const char *id,
                               struct inbox_document *out_document)
{
    struct err e = inbox_get(from->inbox, type, id, out_document);
    if (failed(e))
        return e;
    if (!order_view_sealed(from, out_document))
        return ERR(ERR_DENIED, 0, "seal of a stored document");
    return ERR_OK;
}

struct err order_view_account(const struct order_sources *from, const char *token,
                              struct fact_account *out_account)
{
    struct inbox_document document;
    struct document_account account = {0};

    struct err e = order_view_document(from, "account", token, &document);
    if (!failed(e))
        e = document_read_account((struct bytes){document.body, document.body_len}, &account);
    if (!failed(e))
        *out_account = account.facts;
    return e.code == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Paid ones first: money that has been taken is served before anything else. Of the others the
 * newest counts: a refund is no reason to sell nothing any more. */
static const uint8_t ranks[FACT_ORDER_STATUS_COUNT] = {
    [FACT_ORDER_TO_WRITE] = 6, [FACT_ORDER_TO_MAKE] = 5, [FACT_ORDER_IN_REVIEW] = 4,
    [FACT_ORDER_REFUND] = 2,   [FACT_ORDER_TO_PAY] = 2,  [FACT_ORDER_REQUESTED] = 2,
};

struct search {
    const struct order_sources *from;
    const char *token;
    char own[CHAIN_UUID_LEN + 1]; /* newest order of this token in our journal */
    bool own_answered;            /* the platform has said something of it */
    struct fact_order best;
    struct fact_order done; /* the newest that is over and well */
    struct err err;
};

/* What is left of the platform's word when our own journal is asked too. */
static enum fact_order_status combined(const struct journal_order *own, bool found,
                                       enum fact_order_status said)
{
    if (!found)
        return said;
    if (own->state == JOURNAL_ORDER_DELIVERED)
        return said == FACT_ORDER_REFUND ? FACT_ORDER_NONE : FACT_ORDER_DONE;
    if (own->state == JOURNAL_ORDER_LEFT && said == FACT_ORDER_TO_PAY)
        return FACT_ORDER_CLOSED;
    return said;
}

static bool consider(void *context, const struct inbox_document *document)
{
    struct search *search = context;
    struct document_order order = {0};
    struct journal_order own = {0};

    if (failed(document_read_order((struct bytes){document->body, document->body_len}, &order)) ||
        !text_same(order.token, search->token) || !order_view_sealed(search->from, document))
        return true;

    if (!text_copy(order.facts.id, sizeof(order.facts.id), document->id))
        return true; /* no id of ours */
    struct err e = journal_order_by_id(search->from->journal, order.facts.id, &own);
    if (failed(e) && e.code != ERR_NOT_FOUND) {
        search->err = e;
        return false;
    }
    order.facts.status = combined(&own, !failed(e), order.facts.status);
    bool is_own = text_same(order.facts.id, search->own);
    search->own_answered = search->own_answered || is_own;
    if (order.facts.status == FACT_ORDER_DONE) {
        if (order.facts.created_s >= search->done.created_s)
            search->done = order.facts;
        return true;
    }
    uint8_t rank = ranks[order.facts.status];
    uint8_t best = ranks[search->best.status];
    bool newer = rank == best && order.facts.created_s > search->best.created_s;
    if (rank > best || (rank > 0 && newer) || (is_own && best == 0))
        search->best = order.facts;
    return true;
}

static bool take_request(void *context, const struct journal_row *row)
{
    struct fact_order *order = context;
    struct entry entry = {0};

    if (failed(entry_read(ENTRY_ORDER_REQUESTED, (struct bytes){row->body, row->body_len}, &entry)))
        return false;
    *order = (struct fact_order){.status = FACT_ORDER_REQUESTED,
                                 .term_years = entry.term_years,
                                 .amount_fen = entry.amount_fen,
                                 .slot = entry.slot,
                                 .created_s = row->at_ms / 1000,
                                 .old_not_after_s = entry.old_not_after_s};
    (void)text_copy(order->id, sizeof(order->id), entry.order); /* same size */
    memcpy(order->old_fingerprint, entry.old_certificate, FACTS_FINGERPRINT_LEN);
    return false;
}

static struct err add_certificate(const struct order_sources *from, struct fact_order *order,
                                  struct document_issued *out_issued)
{
    struct inbox_document document;
    struct err e = order_view_document(from, "issued", order->id, &document);
    if (e.code == ERR_NOT_FOUND)
        return ERR_OK;
    if (failed(e))
        return e;
    e = document_read_issued((struct bytes){document.body, document.body_len}, out_issued);
    if (failed(e))
        return e;

    struct bytes der = {out_issued->der, out_issued->der_len};
    struct fact_certificate facts = {0};
    e = certificate_read(der, from->trust, &facts);
    if (failed(e))
        return e;
    order->has_certificate = true;
    order->slot = out_issued->slot;
    order->new_not_before_s = facts.not_before_s;
    order->new_not_after_s = facts.not_after_s;
    memcpy(order->new_fingerprint, facts.fingerprint, FACTS_FINGERPRINT_LEN);
    return ERR_OK;
}

/* Our own request that the platform has said nothing of, unless something else is newer. */
static struct err consider_request(const struct order_sources *from,
                                   const struct journal_order *own, struct search *search)
{
    struct fact_order request = {.status = FACT_ORDER_NONE};
    enum fact_order_status best = search->best.status;

    if (own->order[0] == '\0' || own->state != JOURNAL_ORDER_REQUESTED || search->own_answered ||
        (best != FACT_ORDER_NONE && best != FACT_ORDER_REFUND))
        return ERR_OK;
    struct err e = journal_read(from->journal, own->request_seq - 1, 1, take_request, &request);
    if (failed(e))
        return e;
    if (best == FACT_ORDER_NONE || request.created_s >= search->best.created_s)
        search->best = request;
    return ERR_OK;
}

/* What is over and well matters when nothing newer is open; with its certificate, if that can be
 * named, for the receipt. */
static void consider_done(struct search *search)
{
    enum fact_order_status best = search->best.status;
    bool open = ranks[best] > 0 && best != FACT_ORDER_REFUND;

    if (search->done.status != FACT_ORDER_DONE || open ||
        search->done.created_s < search->best.created_s)
        return;
    search->best = search->done;
    search->best.has_certificate = search->best.new_not_after_s != 0;
}

struct err order_view_of_token(const struct order_sources *from, const char *token,
                               struct fact_order *out_order, struct document_issued *out_issued)
{
    struct search search = {.from = from, .token = token};
    struct journal_order own = {0};
    struct document_issued issued = {.der_len = 0};

    struct err e = journal_order_of_token(from->journal, token, &own);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    (void)text_copy(search.own, sizeof(search.own), own.order); /* same size */

    e = inbox_scan(from->inbox, "order", consider, &search);
    if (!failed(e))
        e = search.err;
    if (failed(e))
        return e;
    e = consider_request(from, &own, &search);
    if (failed(e))
        return e;
    consider_done(&search);
    if (search.best.status == FACT_ORDER_TO_WRITE)
        e = add_certificate(from, &search.best, &issued);
    if (failed(e))
        return e;
    *out_order = search.best;
    *out_issued = issued;
    return ERR_OK;
}
