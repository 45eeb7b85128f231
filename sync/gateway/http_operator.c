#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/log.h"
#include "sync/gateway/account.h"
#include "sync/gateway/http.h"
#include "sync/gateway/kiosks.h"
#include "sync/gateway/orders.h"

static void json_done(json_t **json)
{
    json_decref(*json);
}

/* jansson's setters take the value over, also when they fail; a value that is missing shows as a
 * key that is missing, which only happens without memory. */
static void set_text(json_t *object, const char *key, const char *text)
{
    if (text[0] != '\0')
        (void)json_object_set_new(object, key, json_string(text));
}

static void set_number(json_t *object, const char *key, int64_t number)
{
    if (number != 0)
        (void)json_object_set_new(object, key, json_integer(number));
}

static void set_hex(json_t *object, const char *key, const uint8_t *at, size_t len)
{
    char text[HEX_SIZE(FACTS_FINGERPRINT_LEN)];

    hex_print(text, (struct bytes){at, len});
    set_text(object, key, text);
}

static json_t *order_json(const struct order_row *order)
{
    json_t *json = json_object();

    set_text(json, "id", order->id);
    set_text(json, "order_no", order->order_no);
    set_text(json, "status", order_status_told(order));
    set_text(json, "reason", order->reason);
    set_text(json, "kiosk", order->kiosk);
    set_text(json, "token", order->token);
    set_text(json, "service", order->service);
    set_text(json, "profile", order->profile);
    set_number(json, "term_years", order->term_years);
    (void)json_object_set_new(json, "amount_fen", json_integer(order->amount_fen));
    set_hex(json, "old_certificate", order->old_certificate, FACTS_FINGERPRINT_LEN);
    set_number(json, "old_not_after_s", order->old_not_after_s);
    set_number(json, "created_s", order->created_s);
    set_number(json, "expires_s", order->expires_s);
    set_number(json, "paid_s", order->paid_s);
    set_number(json, "reviewed_s", order->reviewed_s);
    set_number(json, "write_before_s", order->write_before_s);
    set_number(json, "closed_s", order->closed_s);
    if (order->write_open)
        (void)json_object_set_new(json, "write_open", json_true());
    set_text(json, "printed", order->printed);
    return json;
}

static struct err add_payments(struct store *store, const char *order, json_t *out_list)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    char text[ORDER_SECRET_SIZE];

    struct err e = store_query(
        store, "SELECT provider, charge, amount_fen, paid_s FROM payments WHERE order_id = ?",
        VALUES(V_TEXT(order)), &query);
    while (!failed(e) && !failed(e = store_row(query))) {
        json_t *json = json_object();
        column_text(query, 0, text, sizeof(text));
        set_text(json, "provider", text);
        column_text(query, 1, text, sizeof(text));
        set_text(json, "charge", text);
        set_number(json, "amount_fen", column_number(query, 2));
        set_number(json, "paid_s", column_number(query, 3));
        (void)json_array_append_new(out_list, json);
    }
    return e.code == ERR_NOT_FOUND ? ERR_OK : e;
}

static struct err add_deliveries(struct store *store, const char *order, json_t *out_list)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    char text[CHAIN_UUID_LEN + 1];
    uint8_t fingerprint[FACTS_FINGERPRINT_LEN];

    struct err e = store_query(
        store, "SELECT kiosk, txid, certificate, delivered_s FROM deliveries WHERE order_id = ?",
        VALUES(V_TEXT(order)), &query);
    while (!failed(e) && !failed(e = store_row(query))) {
        json_t *json = json_object();
        column_text(query, 0, text, sizeof(text));
        set_text(json, "kiosk", text);
        column_text(query, 1, text, sizeof(text));
        set_text(json, "txid", text);
        column_blob(query, 2, fingerprint, sizeof(fingerprint));
        set_hex(json, "certificate", fingerprint, sizeof(fingerprint));
        set_number(json, "delivered_s", column_number(query, 3));
        (void)json_array_append_new(out_list, json);
    }
    return e.code == ERR_NOT_FOUND ? ERR_OK : e;
}

static struct err add_certificates(struct store *store, const char *order, json_t *out_list)
{
    struct issued issued = {0};

    struct err e = issued_load_of_order(store, order, &issued);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? ERR_OK : e;
    json_t *json = json_object();
    set_hex(json, "fingerprint", issued.fingerprint, sizeof(issued.fingerprint));
    set_number(json, "slot", issued.slot);
    set_number(json, "not_before_s", issued.not_before_s);
    set_number(json, "not_after_s", issued.not_after_s);
    (void)json_array_append_new(out_list, json);
    return ERR_OK;
}

/* By the kiosk's id of it, or by the number that people have. */
static struct err load_named(struct store *store, const char *name, struct order_row *out_order)
{
    struct err e = order_load(store, ORDER_BY_ID, name, out_order);
    return e.code == ERR_NOT_FOUND ? order_load(store, ORDER_BY_NO, name, out_order) : e;
}

static json_t *set_list(json_t *object, const char *key)
{
    json_t *list = json_array();

    (void)json_object_set_new(object, key, list);
    return list;
}

static struct err full_record(struct store *store, const struct order_row *order, json_t **out)
{
    CLEANUP(json_done) json_t *json = order_json(order);

    struct err e = add_payments(store, order->id, set_list(json, "payments"));
    if (!failed(e))
        e = add_deliveries(store, order->id, set_list(json, "deliveries"));
    if (!failed(e))
        e = add_certificates(store, order->id, set_list(json, "certificates"));
    if (!failed(e))
        *out = json_incref(json);
    return e;
}

static void reply_failure(struct http_reply *reply, struct err e)
{
    if (e.code == ERR_NOT_FOUND) {
        http_refuse(reply, MHD_HTTP_NOT_FOUND, "not_found", 0, "");
    } else if (e.code == ERR_CONFLICT) {
        http_refuse(reply, MHD_HTTP_CONFLICT, "conflict", 0, "not in this state of the order");
    } else if (e.code == ERR_BLOCKED) {
        http_refuse(reply, MHD_HTTP_CONFLICT, "write_open", 0,
                    "a kiosk may have written it: insert the token at a kiosk, or, with the token "
                    "in hand, repeat with ?force=1");
    } else {
        http_unavailable(reply, e);
    }
}

static void reply_object(struct http_reply *reply, const json_t *json)
{
    http_reply_json(reply, MHD_HTTP_OK, json_dumps(json, JSON_INDENT(2)));
}

/* Load it, do `act` (NULL: nothing) and answer its record as it then is. */
static enum http_result answer_order(struct gateway *gateway, const char *name,
                                     struct err (*act)(const struct platform *, struct order_row *),
                                     struct http_reply *reply)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    CLEANUP(json_done) json_t *json = NULL;
    struct store *store = gateway->platform.store;
    struct order_row order = {0};

    struct err e = store_begin(store, &work);
    if (!failed(e))
        e = load_named(store, name, &order);
    if (!failed(e) && act != NULL)
        e = act(&gateway->platform, &order);
    if (!failed(e))
        e = full_record(store, &order, &json);
    if (!failed(e))
        e = transaction_commit(&work);
    if (failed(e)) {
        reply_failure(reply, e);
    } else {
        reply_object(reply, json);
    }
    return HTTP_ANSWER;
}

enum http_result http_order(struct gateway *gateway, struct http_request *request,
                            struct http_reply *reply)
{
    return answer_order(gateway, request->part[0], NULL, reply);
}

enum http_result http_order_approve(struct gateway *gateway, struct http_request *request,
                                    struct http_reply *reply)
{
    enum http_result result = answer_order(gateway, request->part[0], orders_approve, reply);
    struct err e = orders_round_make(&gateway->platform);

    if (failed(e))
        log_err("make", e); /* the next round tries again */
    return result;
}

enum http_result http_order_refuse(struct gateway *gateway, struct http_request *request,
                                   struct http_reply *reply)
{
    return answer_order(gateway, request->part[0], orders_deny, reply);
}

enum http_result http_order_refund(struct gateway *gateway, struct http_request *request,
                                   struct http_reply *reply)
{
    uint64_t force = 0;

    if (!http_query_number(request, "force", 1, &force)) {
        http_refuse(reply, MHD_HTTP_BAD_REQUEST, "malformed", 0, "force: 0 or 1");
        return HTTP_ANSWER;
    }
    return answer_order(gateway, request->part[0], force ? orders_refund_forced : orders_refund,
                        reply);
}

enum http_result http_orders(struct gateway *gateway, struct http_request *request,
                             struct http_reply *reply)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    CLEANUP(http_scratch_done) struct order_row *rows = http_scratch(ORDER_LIST_MAX, sizeof(*rows));
    CLEANUP(json_done) json_t *json = json_object();
    size_t count = 0;

    (void)request;
    struct err e = rows == NULL ? ERR(ERR_NO_ROOM, 0, "calloc") : ERR_OK;
    if (!failed(e))
        e = store_begin(gateway->platform.store, &work);
    if (!failed(e))
        e = order_list(gateway->platform.store, ORDER_LIST_MAX, rows, &count);
    if (failed(e)) {
        reply_failure(reply, e);
        return HTTP_ANSWER;
    }
    json_t *list = set_list(json, "orders");
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, order_json(&rows[i]));
    reply_object(reply, json);
    return HTTP_ANSWER;
}

static json_t *kiosk_json(const struct kiosk *kiosk)
{
    json_t *json = json_object();

    set_text(json, "id", kiosk->id);
    set_text(json, "epoch", kiosk->epoch);
    (void)json_object_set_new(json, "acked_seq", json_integer((json_int_t)kiosk->seq));
    set_number(json, "contact_s", kiosk->contact_s);
    (void)json_object_set_new(json, "open_alarms", json_integer(kiosk->open_alarms));
    (void)json_object_set_new(json, "unsigned", json_boolean(kiosk->is_unsigned));
    (void)json_object_set_new(json, "signed_seq", json_integer((json_int_t)kiosk->signed_seq));
    set_number(json, "certificate_until_s", kiosk->until_s);
    set_number(json, "disabled_s", kiosk->disabled_s);
    return json;
}

enum http_result http_kiosks(struct gateway *gateway, struct http_request *request,
                             struct http_reply *reply)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    CLEANUP(http_scratch_done) struct kiosk *kiosks = http_scratch(KIOSK_LIST_MAX, sizeof(*kiosks));
    CLEANUP(json_done) json_t *json = json_object();
    const char *after =
        MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, "after");
    size_t count = 0;

    if (after != NULL && !kiosk_id_valid(after)) {
        http_refuse(reply, MHD_HTTP_BAD_REQUEST, "malformed", 0, "after: the id of a kiosk");
        return HTTP_ANSWER;
    }
    struct err e = kiosks == NULL ? ERR(ERR_NO_ROOM, 0, "calloc") : ERR_OK;
    if (!failed(e))
        e = store_begin(gateway->platform.store, &work);
    if (!failed(e))
        e = kiosk_list(gateway->platform.store, after == NULL ? "" : after, kiosks, &count);
    if (failed(e)) {
        reply_failure(reply, e);
        return HTTP_ANSWER;
    }
    json_t *list = set_list(json, "kiosks");
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, kiosk_json(&kiosks[i]));
    reply_object(reply, json);
    return HTTP_ANSWER;
}
