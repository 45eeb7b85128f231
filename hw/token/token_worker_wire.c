/*
 * token_worker_wire.c - each message as a row of fields, written and read by functions that go
 * through them in the same order.
 */
#include "hw/token/token_worker_wire.h"

#include <assert.h>
#include <string.h>

struct writer {
    uint8_t *at;
    size_t len;
};

/* Once `bad`, it gives zeros. */
struct reader {
    struct bytes left;
    bool bad;
};

static struct writer writing_to(uint8_t *out)
{
    return (struct writer){out, 0};
}

static void put(struct writer *writer, const void *from, size_t len)
{
    assert(len <= WIRE_MESSAGE_MAX - writer->len);
    if (len > 0)
        memcpy(writer->at + writer->len, from, len);
    writer->len += len;
}

static void put_byte(struct writer *writer, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    assert(value <= UINT8_MAX);
    put(writer, &byte, 1);
}

static void put_number(struct writer *writer, uint32_t value)
{
    put(writer, &value, sizeof(value));
}

static void put_bytes(struct writer *writer, struct bytes bytes)
{
    put_number(writer, (uint32_t)bytes.len);
    put(writer, bytes.at, bytes.len);
}

static void put_text(struct writer *writer, const char *text)
{
    put_bytes(writer, (struct bytes){(const uint8_t *)text, text != NULL ? strlen(text) : 0});
}

static void put_secret(struct writer *writer, const struct secret *secret)
{
    put_bytes(writer, secret_reveal(secret));
}

static void put_admin(struct writer *writer, const struct token_admin *admin)
{
    put_byte(writer, admin != NULL);
    if (admin == NULL)
        return;
    put_secret(writer, &admin->key);
    put_byte(writer, admin->aes);
    put_byte(writer, admin->diversified);
}

static struct bytes take(struct reader *reader, size_t len)
{
    if (reader->bad || len > reader->left.len) {
        reader->bad = true;
        return (struct bytes){NULL, 0};
    }
    struct bytes taken = {reader->left.at, len};
    reader->left.at += len;
    reader->left.len -= len;
    return taken;
}

static void get(struct reader *reader, void *out, size_t len)
{
    struct bytes taken = take(reader, len);
    if (reader->bad) {
        memset(out, 0, len);
    } else {
        memcpy(out, taken.at, len);
    }
}

static uint8_t get_byte(struct reader *reader)
{
    uint8_t byte = 0;
    get(reader, &byte, 1);
    return byte;
}

/* A number below `count`. */
static uint8_t get_below(struct reader *reader, uint8_t count)
{
    uint8_t value = get_byte(reader);
    if (value >= count) {
        reader->bad = true;
        return 0;
    }
    return value;
}

static bool get_flag(struct reader *reader)
{
    return get_below(reader, 2) != 0;
}

static uint32_t get_number(struct reader *reader)
{
    uint32_t value = 0;
    get(reader, &value, sizeof(value));
    return value;
}

static struct bytes get_bytes(struct reader *reader, size_t max)
{
    uint32_t len = get_number(reader);
    if (len > max) {
        reader->bad = true;
        return (struct bytes){NULL, 0};
    }
    return take(reader, len);
}

/* Printable ASCII, so that what another process says can stand in a log. */
static void get_text(struct reader *reader, char *out, size_t size)
{
    struct bytes text = get_bytes(reader, size - 1);

    memset(out, 0, size);
    for (size_t i = 0; i < text.len; i++) {
        reader->bad = reader->bad || text.at[i] < ' ' || text.at[i] > '~';
        out[i] = (char)text.at[i];
    }
}

static void get_secret(struct reader *reader, struct secret *out)
{
    struct bytes bytes = get_bytes(reader, SECRET_LEN_MAX);
    reader->bad = failed(secret_set(out, bytes)) || reader->bad;
}

static const struct token_admin *get_admin(struct reader *reader, struct token_admin *out)
{
    if (!get_flag(reader))
        return NULL;
    get_secret(reader, &out->key);
    out->aes = get_flag(reader);
    out->diversified = get_flag(reader);
    return out;
}

static struct err whole(const struct reader *reader)
{
    if (reader->bad || reader->left.len > 0)
        return ERR(ERR_MALFORMED, 0, "message between kiosk and token worker");
    return ERR_OK;
}

/* --- hello -------------------------------------------------------------------------------- */

size_t wire_put_hello(const struct wire_hello *hello, uint8_t out[WIRE_MESSAGE_MAX])
{
    struct writer writer = writing_to(out);

    put_byte(&writer, WIRE_VERSION);
    put_byte(&writer, hello->has_service);
    put_byte(&writer, hello->sandboxed);
    return writer.len;
}

struct err wire_get_hello(struct bytes message, struct wire_hello *out_hello)
{
    struct reader reader = {message, false};

    reader.bad = get_byte(&reader) != WIRE_VERSION;
    out_hello->has_service = get_flag(&reader);
    out_hello->sandboxed = get_flag(&reader);
    return whole(&reader);
}

/* --- ask ---------------------------------------------------------------------------------- */

static void put_personal(struct writer *writer, const struct token_personal *personal)
{
    put_byte(writer, personal != NULL);
    if (personal == NULL)
        return;
    put_secret(writer, personal->pin_was);
    put_secret(writer, personal->pin);
    put_secret(writer, personal->puk_was);
    put_secret(writer, personal->puk);
    put_admin(writer, personal->admin_was);
    put_admin(writer, personal->admin);
    put(writer, personal->guid, sizeof(personal->guid));
}

static void get_personal(struct reader *reader, struct wire_ask *ask)
{
    struct token_personal *personal = &ask->personal;

    if (!get_flag(reader))
        return;
    for (size_t i = 0; i < ARRAY_LEN(ask->secrets); i++)
        get_secret(reader, &ask->secrets[i]);
    personal->pin_was = &ask->secrets[0];
    personal->pin = &ask->secrets[1];
    personal->puk_was = &ask->secrets[2];
    personal->puk = &ask->secrets[3];
    personal->admin_was = get_admin(reader, &ask->admin_was);
    personal->admin = get_admin(reader, &ask->admin_next);
    reader->bad = reader->bad || personal->admin_was == NULL || personal->admin == NULL;
    get(reader, personal->guid, sizeof(personal->guid));
    ask->request.personal = personal;
}

static void put_request(struct writer *writer, const struct token_request *request)
{
    const struct token_scope *scope = &request->scope;

    put_byte(writer, request->call);
    put_number(writer, scope->slots);
    put_byte(writer, scope->pin_tries);
    put_byte(writer, scope->puk_tries);
    put_byte(writer, scope->guid);
    put_byte(writer, scope->keys);
    put_text(writer, request->target.id);
    put_byte(writer, request->target.slot);
    put_admin(writer, request->target.admin);
    put_byte(writer, request->to_slot);
    put_byte(writer, request->key);
    put_bytes(writer, request->data);
    put_bytes(writer, request->pin);
    put_bytes(writer, request->new_pin);
    put_personal(writer, request->personal);
}

static void get_request(struct reader *reader, struct wire_ask *ask)
{
    struct token_request *request = &ask->request;
    struct token_scope *scope = &request->scope;

    request->call = get_below(reader, TOKEN_CALL_COUNT);
    scope->slots = get_number(reader);
    scope->pin_tries = get_flag(reader);
    scope->puk_tries = get_flag(reader);
    scope->guid = get_flag(reader);
    scope->keys = get_flag(reader);
    get_text(reader, ask->id, sizeof(ask->id));
    request->target.id = ask->id[0] != '\0' ? ask->id : NULL;
    request->target.slot = get_byte(reader);
    request->target.admin = get_admin(reader, &ask->admin);
    request->to_slot = get_byte(reader);
    request->key = get_below(reader, TOKEN_KEY_COUNT);
    request->data = get_bytes(reader, WIRE_DATA_MAX);
    request->pin = get_bytes(reader, SECRET_LEN_MAX);
    request->new_pin = get_bytes(reader, SECRET_LEN_MAX);
    get_personal(reader, ask);
}

size_t wire_put_ask(const struct wire_ask *ask, uint8_t out[WIRE_MESSAGE_MAX])
{
    struct writer writer = writing_to(out);

    put_number(&writer, ask->number);
    put_byte(&writer, ask->kind);
    if (ask->kind == WIRE_WATCH) {
        put_number(&writer, ask->timeout_ms);
        put_byte(&writer, ask->presence);
    } else {
        put(&writer, &ask->memory, sizeof(ask->memory));
        put_request(&writer, &ask->request);
    }
    return writer.len;
}

struct err wire_get_ask(struct bytes message, struct wire_ask *out_ask)
{
    struct reader reader = {message, false};

    memset(out_ask, 0, sizeof(*out_ask));
    out_ask->number = get_number(&reader);
    out_ask->kind = get_below(&reader, WIRE_KIND_COUNT);
    if (out_ask->kind == WIRE_WATCH) {
        out_ask->timeout_ms = get_number(&reader);
        out_ask->presence = get_below(&reader, TOKEN_PRESENT + 1);
    } else {
        get(&reader, &out_ask->memory, sizeof(out_ask->memory));
        get_request(&reader, out_ask);
    }
    return whole(&reader);
}

/* --- answer ------------------------------------------------------------------------------- */

static void put_identity(struct writer *writer, const struct token_identity *identity)
{
    put_text(writer, identity->id);
    put_byte(writer, identity->has_guid);
    put(writer, identity->guid, sizeof(identity->guid));
    put_byte(writer, identity->pin_tries_left);
    put_byte(writer, identity->puk_tries_left);
    put_byte(writer, identity->extended);
    put_byte(writer, identity->certificate_count);
    for (size_t i = 0; i < identity->certificate_count; i++) {
        put_byte(writer, identity->certificates[i].slot);
        put_bytes(writer,
                  (struct bytes){identity->certificates[i].der, identity->certificates[i].der_len});
    }
    put_number(writer, identity->torn);
    put_number(writer, identity->hidden);
    put_byte(writer, identity->keys_known);
    put(writer, identity->keys, sizeof(identity->keys));
}

static void get_certificate(struct reader *reader, struct token_certificate *out)
{
    out->slot = get_byte(reader);
    struct bytes der = get_bytes(reader, TOKEN_CERTIFICATE_MAX);
    out->der_len = (uint16_t)der.len;
    if (der.len > 0)
        memcpy(out->der, der.at, der.len);
}

static void get_identity(struct reader *reader, struct token_identity *out)
{
    memset(out, 0, sizeof(*out));
    get_text(reader, out->id, sizeof(out->id));
    out->has_guid = get_flag(reader);
    get(reader, out->guid, sizeof(out->guid));
    out->pin_tries_left = get_byte(reader);
    out->puk_tries_left = get_byte(reader);
    out->extended = get_flag(reader);
    out->certificate_count = get_below(reader, TOKEN_CERTIFICATES_MAX + 1);
    for (size_t i = 0; i < out->certificate_count; i++)
        get_certificate(reader, &out->certificates[i]);
    out->torn = get_number(reader);
    out->hidden = get_number(reader);
    out->keys_known = get_flag(reader);
    get(reader, out->keys, sizeof(out->keys));
    for (size_t i = 0; i < ARRAY_LEN(out->keys); i++)
        reader->bad = reader->bad || out->keys[i] >= TOKEN_KEY_COUNT;
}

/* A call whose answer is bytes in u.data; what it is not is an identity, or nothing. */
static bool answers_data(enum token_call call)
{
    return call == TOKEN_CALL_SIGN || call == TOKEN_CALL_DECRYPT || call == TOKEN_CALL_GENERATE;
}

size_t wire_put_answer(const struct wire_answer *answer, enum token_call call,
                       const struct token_reply *reply, uint8_t out[WIRE_MESSAGE_MAX])
{
    struct writer writer = writing_to(out);
    const char *site = answer->error.site;
    size_t site_len = site != NULL ? strnlen(site, WIRE_SITE_MAX - 1) : 0;

    put_byte(&writer, WIRE_SAID_ANSWER);
    put_number(&writer, answer->number);
    put_byte(&writer, answer->error.code);
    put(&writer, &answer->error.native, sizeof(answer->error.native));
    put_bytes(&writer, (struct bytes){(const uint8_t *)site, site_len});
    put_byte(&writer, answer->has_service);
    put_byte(&writer, answer->presence);
    put(&writer, &answer->memory, sizeof(answer->memory));
    put_byte(&writer, reply != NULL ? reply->tries_left : 0);
    if (reply == NULL || failed(answer->error))
        return writer.len;
    if (call == TOKEN_CALL_IDENTIFY)
        put_identity(&writer, &reply->u.identity);
    if (answers_data(call))
        put_bytes(&writer, (struct bytes){reply->u.data, reply->len});
    return writer.len;
}

static void get_data(struct reader *reader, struct token_reply *out)
{
    struct bytes data = get_bytes(reader, sizeof(out->u.data));

    out->len = data.len;
    if (data.len > 0)
        memcpy(out->u.data, data.at, data.len);
}

struct err wire_get_answer(struct bytes message, enum token_call call,
                           struct wire_answer *out_answer, struct token_reply *out_reply)
{
    struct reader reader = {message, false};

    memset(out_answer, 0, sizeof(*out_answer));
    reader.bad = get_byte(&reader) != WIRE_SAID_ANSWER;
    out_answer->number = get_number(&reader);
    out_answer->error.code = get_below(&reader, ERR_CODE_COUNT);
    get(&reader, &out_answer->error.native, sizeof(out_answer->error.native));
    get_text(&reader, out_answer->site, sizeof(out_answer->site));
    out_answer->error.site = out_answer->site;
    out_answer->has_service = get_flag(&reader);
    out_answer->presence = get_below(&reader, TOKEN_PRESENT + 1);
    get(&reader, &out_answer->memory, sizeof(out_answer->memory));
    uint8_t tries_left = get_byte(&reader);
    if (out_reply != NULL) {
        out_reply->tries_left = tries_left;
        out_reply->len = 0;
    }
    if (out_reply != NULL && !failed(out_answer->error)) {
        if (call == TOKEN_CALL_IDENTIFY)
            get_identity(&reader, &out_reply->u.identity);
        if (answers_data(call))
            get_data(&reader, out_reply);
    }
    return whole(&reader);
}

/* --- trace -------------------------------------------------------------------------------- */

enum wire_said wire_said(struct bytes message)
{
    if (message.len == 0 || message.at[0] >= WIRE_SAID_COUNT)
        return WIRE_SAID_COUNT;
    return (enum wire_said)message.at[0];
}

size_t wire_put_trace(const char *line, uint8_t out[WIRE_TRACE_MAX])
{
    struct writer writer = writing_to(out);

    put_byte(&writer, WIRE_SAID_TRACE);
    put_bytes(&writer, (struct bytes){(const uint8_t *)line, strnlen(line, WIRE_LINE_SIZE - 1)});
    return writer.len;
}

struct err wire_get_trace(struct bytes message, char out_line[WIRE_LINE_SIZE])
{
    struct reader reader = {message, false};

    reader.bad = get_byte(&reader) != WIRE_SAID_TRACE;
    get_text(&reader, out_line, WIRE_LINE_SIZE);
    return whole(&reader);
}
