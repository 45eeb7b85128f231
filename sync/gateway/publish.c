#include "sync/gateway/publish.h"

#include <string.h>

#include "kiosk/base/text.h"

/* JSON escapes can double a body, and names and seals come on top. */
#define PUBLISH_BYTES_MAX (FEED_BYTES_MAX / 4)
/* Of a page, statements: the rest is for documents, so that the feed goes on beside any number. */
#define PUBLISH_STATEMENTS_MAX 40
_Static_assert(PUBLISH_STATEMENTS_MAX *KEYRING_BODY_MAX + DOCUMENT_BODY_MAX <= PUBLISH_BYTES_MAX,
               "beside statements a document fits");
#define PHONE_HEAD 3
#define PHONE_TAIL 4

static struct err publish(struct store *store, const char *type, const char *id, struct bytes body)
{
    struct err e = store_run(
        store,
        "INSERT INTO documents(type, id, version, cursor, body)"
        " VALUES(?, ?, 1, (SELECT coalesce(max(cursor), 0) + 1 FROM documents), ?)"
        " ON CONFLICT(type, id) DO UPDATE SET version = version + 1, cursor = excluded.cursor,"
        " body = excluded.body WHERE body <> excluded.body",
        VALUES(V_TEXT(type), V_TEXT(id), V_BLOB(body.at, body.len)));
    if (!failed(e) && store_changes(store) > 0)
        store_mark_changed(store);
    return e;
}

struct err publish_account(struct store *store, const struct account *account)
{
    struct document_account document = {
        .facts = {.known = true, .status = account->status, .seals = account->seals},
    };
    uint8_t body[DOCUMENT_BODY_MAX];
    size_t len = 0;

    (void)text_copy(document.facts.account, sizeof(document.facts.account), account->account);
    (void)text_copy(document.facts.key_no, sizeof(document.facts.key_no), account->key_no);
    text_mask(document.facts.phone_masked, sizeof(document.facts.phone_masked), account->phone,
              PHONE_HEAD, PHONE_TAIL);
    (void)text_copy(document.profile, sizeof(document.profile), account->profile);
    memcpy(document.fingerprint, account->certificate, sizeof(document.fingerprint));
    struct err e = document_write_account(&document, body, &len);
    return failed(e) ? e : publish(store, "account", account->token, (struct bytes){body, len});
}

/* What was issued for it, if anything, without the certificate: whoever has that one on a token
 * knows it by this. */
static struct err name_issued(struct store *store, const char *order, struct fact_order *facts)
{
    struct issued made = {0};

    struct err e = issued_load_of_order(store, order, &made);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? ERR_OK : e;
    facts->slot = made.slot;
    memcpy(facts->new_fingerprint, made.fingerprint, sizeof(facts->new_fingerprint));
    facts->new_not_before_s = made.not_before_s;
    facts->new_not_after_s = made.not_after_s;
    return ERR_OK;
}

static void fill_order(const struct platform *platform, const struct order_row *order,
                       struct document_order *out)
{
    struct document_order document = {.ended_s = order->ended_s};
    struct fact_order *facts = &document.facts;

    facts->status = order->status;
    (void)text_copy(facts->id, sizeof(facts->id), order->id);
    (void)text_copy(facts->order_no, sizeof(facts->order_no), order->order_no);
    if (order->status == FACT_ORDER_TO_PAY) {
        (void)text_print(facts->pay_url, sizeof(facts->pay_url), "%s/p/%s", platform->public_url,
                         order->pay_token);
    }
    (void)text_print(facts->check_url, sizeof(facts->check_url), "%s/r/%s?c=%.*s",
                     platform->public_url, order->order_no, ORDER_CHECK_LEN, order->id);
    if (order->paid_s != 0)
        (void)text_copy(facts->method, sizeof(facts->method), platform->provider->name);
    if (order->status == FACT_ORDER_REFUSED || order->status == FACT_ORDER_REFUND)
        (void)text_copy(facts->refusal, sizeof(facts->refusal), order->reason);
    facts->term_years = order->term_years;
    facts->amount_fen = order->amount_fen;
    facts->created_s = order->created_s;
    facts->expires_s = order->expires_s;
    facts->paid_s = order->paid_s;
    facts->write_before_s = order->write_before_s;
    memcpy(facts->old_fingerprint, order->old_certificate, sizeof(facts->old_fingerprint));
    facts->old_not_after_s = order->old_not_after_s;
    (void)text_copy(document.token, sizeof(document.token), order->token);
    (void)text_copy(document.service, sizeof(document.service), order->service);
    (void)text_copy(document.profile, sizeof(document.profile), order->profile);
    *out = document;
}

struct err publish_order(const struct platform *platform, const struct order_row *order)
{
    struct document_order document = {0};
    uint8_t body[DOCUMENT_BODY_MAX];
    size_t len = 0;

    fill_order(platform, order, &document);
    struct err e = name_issued(platform->store, order->id, &document.facts);
    if (!failed(e))
        e = document_write_order(&document, body, &len);
    return failed(e) ? e : publish(platform->store, "order", order->id, (struct bytes){body, len});
}

struct err publish_issued(struct store *store, const struct issued *issued)
{
    struct document_issued document = {.slot = issued->slot, .der_len = issued->der_len};
    uint8_t body[DOCUMENT_BODY_MAX];
    size_t len = 0;

    memcpy(document.der, issued->der, issued->der_len);
    struct err e = document_write_issued(&document, body, &len);
    return failed(e) ? e : publish(store, "issued", issued->order, (struct bytes){body, len});
}

struct err publish_notice(struct store *store, const char *id,
                          const struct fact_announcement *notice)
{
    uint8_t body[DOCUMENT_BODY_MAX];
    size_t len = 0;

    struct err e = document_write_notice(notice, body, &len);
    return failed(e) ? e : publish(store, "notice", id, (struct bytes){body, len});
}

struct err publish_key(struct store *store, const char *id, struct bytes body,
                       uint64_t *out_version)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    struct err e = store_run(
        store,
        "INSERT INTO documents(type, id, version, cursor, body) VALUES('" KEYRING_STATEMENT "',"
        " ?, 1, (SELECT coalesce(max(cursor), 0) + 1 FROM documents), ?)"
        " ON CONFLICT(type, id) DO UPDATE SET version = version + 1, cursor = excluded.cursor,"
        " body = excluded.body",
        VALUES(V_TEXT(id), V_BLOB(body.at, body.len)));
    if (!failed(e)) {
        e = store_query(
            store, "SELECT version FROM documents WHERE type = '" KEYRING_STATEMENT "' AND id = ?",
            VALUES(V_TEXT(id)), &query);
    }
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    store_mark_changed(store);
    *out_version = (uint64_t)column_number(query, 0);
    return ERR_OK;
}

/* What is issued before the order, which says that it is there. */
struct err publish_again(struct store *store, const char *order)
{
    static const char *const types[] = {"issued", "order"};
    struct err e = ERR_OK;

    for (size_t i = 0; i < ARRAY_LEN(types) && !failed(e); i++) {
        e = store_run(store,
                      "UPDATE documents SET cursor = (SELECT max(cursor) + 1 FROM documents)"
                      " WHERE type = ? AND id = ?",
                      VALUES(V_TEXT(types[i]), V_TEXT(order)));
    }
    if (!failed(e))
        store_mark_changed(store);
    return e;
}

static struct err published_take(sqlite3_stmt *query, struct feed_document *out)
{
    size_t len = (size_t)sqlite3_column_bytes(query, 4);

    if (len > sizeof(out->body))
        return ERR(ERR_NO_ROOM, len, "document");
    memset(out, 0, sizeof(*out));
    column_text(query, 1, out->type, sizeof(out->type));
    column_text(query, 2, out->id, sizeof(out->id));
    out->version = (uint64_t)column_number(query, 3);
    column_blob(query, 4, out->body, len);
    out->body_len = len;
    column_text(query, 5, out->key_id, sizeof(out->key_id));
    column_blob(query, 6, out->seal, sizeof(out->seal));
    return ERR_OK;
}

#define COLUMNS "SELECT cursor, type, id, version, body, '', NULL FROM documents "
#define STATEMENTS \
    "SELECT cursor, type, id, version, body, speaker, seal FROM documents" \
    " JOIN platform_keys USING (id) WHERE type = '" KEYRING_STATEMENT "' AND seal IS NOT NULL "
/* Whether a document of an order is for kiosk ?3, and not past: ?4 and ?5 are the ends of those
 * that were over then, and of those whose money went back. */
#define OF_ORDERS \
    "EXISTS (SELECT 1 FROM orders AS o WHERE o.id = documents.id" \
    " AND (o.kiosk = ?3 OR (type = 'order' AND o.paid_s <> 0) OR EXISTS" \
    "  (SELECT 1 FROM askers WHERE order_id = o.id AND kiosk = ?3))" \
    " AND (o.status = 'to_write' OR type = 'order')" \
    " AND (o.ended_s = 0 OR o.ended_s > iif(o.status = 'refund', ?5, ?4)))"

struct page {
    const struct publish_reader *reader;
    struct feed_document *documents; /* FEED_DOCUMENTS_MAX */
    size_t count, bytes;
    size_t limit;     /* of count */
    uint64_t until;   /* none behind this cursor */
    uint64_t reached; /* cursor of the last one taken */
    bool is_full;     /* there may be more */
};

/* Take what `sql` gives for cursor, limit, reader and the last cursor. */
static struct err fill(struct store *store, const char *sql, struct page *page)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    const struct publish_reader *reader = page->reader;
    struct err e =
        store_query(store, sql,
                    VALUES(V_NUMBER(reader->cursor), V_NUMBER(page->limit - page->count),
                           V_TEXT(reader->kiosk), V_NUMBER(reader->now_s - DOCUMENT_ENDED_KEPT_S),
                           V_NUMBER(reader->now_s - DOCUMENT_REFUND_KEPT_S), V_NUMBER(page->until)),
                    &query);

    page->reached = reader->cursor;
    while (!failed(e) && !failed(e = store_row(query))) {
        size_t len = (size_t)sqlite3_column_bytes(query, 4);
        page->is_full = page->count > 0 && page->bytes + len > PUBLISH_BYTES_MAX;
        if (page->is_full)
            return ERR_OK;
        page->bytes += len;
        e = published_take(query, &page->documents[page->count]);
        if (failed(e))
            return e;
        page->reached = (uint64_t)column_number(query, 0);
        page->count++;
    }
    page->is_full = page->count == page->limit;
    return e.code == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What is for others is passed by, so that it is not looked at again and again. Behind the last of
 * the statements nothing is told while there may be more of them. */
struct err published_after(struct store *store, const struct publish_reader *reader,
                           struct feed_document out_documents[FEED_DOCUMENTS_MAX],
                           size_t *out_count, uint64_t *out_cursor)
{
    struct page page = {.reader = reader,
                        .documents = out_documents,
                        .limit = PUBLISH_STATEMENTS_MAX,
                        .until = INT64_MAX};
    uint64_t newest = 0;

    struct err e =
        fill(store, STATEMENTS "AND +cursor BETWEEN ?1 + 1 AND ?6 ORDER BY cursor LIMIT ?2", &page);
    if (!failed(e))
        e = published_newest(store, &newest);
    if (failed(e))
        return e;
    page.until = page.is_full ? page.reached : newest;
    page.limit = FEED_DOCUMENTS_MAX;
    e = fill(store,
             COLUMNS "WHERE cursor > ?1 AND cursor <= ?6 AND +type <> '" KEYRING_STATEMENT
                     "' AND (type NOT IN ('order', 'issued') OR " OF_ORDERS
                     ") ORDER BY cursor LIMIT ?2",
             &page);
    if (failed(e))
        return e;
    *out_count = page.count;
    *out_cursor = page.is_full || page.until < page.reached ? page.reached : page.until;
    return ERR_OK;
}

struct err published_newest(struct store *store, uint64_t *out_cursor)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, "SELECT coalesce(max(cursor), 0) FROM documents",
                               VALUES(V_NUMBER(0)), &query);
    if (!failed(e))
        e = store_row(query);
    if (!failed(e))
        *out_cursor = (uint64_t)column_number(query, 0);
    return e;
}
