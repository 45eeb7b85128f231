/* token_check.c - tables of what may be asked and answered. */
#include "hw/token/token_check.h"

#include <string.h>

#include "kiosk/base/macros.h"

#define CODE(code) (1U << (code))
#define PIN_MIN 6
#define PIN_MAX 8
#define GUID_DIGITS (2 * (size_t)TOKEN_GUID_LEN)
#define ALL_SLOTS (TOKEN_SLOTS_ACTIVE | TOKEN_SLOTS_RETIRED)

/* What a call needs in its request, and what its reply holds. */
enum needs {
    NEEDS_TARGET = 1,
    NEEDS_SLOT = 2,
    NEEDS_PIN = 4,
    NEEDS_PUK = 8,
    NEEDS_NEW_PIN = 16,
    NEEDS_KEY = 32,
    GIVES_TRIES = 64, /* with ERR_DENIED */
    GIVES_DATA = 128,
};

static const struct row {
    unsigned codes; /* beside those of every call */
    unsigned needs;
} rows[TOKEN_CALL_COUNT] = {
    [TOKEN_CALL_IDENTIFY] = {CODE(ERR_MALFORMED), 0},
    [TOKEN_CALL_VERIFY_PIN] = {CODE(ERR_DENIED) | CODE(ERR_BLOCKED), NEEDS_PIN | GIVES_TRIES},
    [TOKEN_CALL_CHANGE_PIN] = {CODE(ERR_DENIED) | CODE(ERR_BLOCKED),
                               NEEDS_PIN | NEEDS_NEW_PIN | GIVES_TRIES},
    [TOKEN_CALL_UNBLOCK] = {CODE(ERR_DENIED) | CODE(ERR_BLOCKED),
                            NEEDS_PUK | NEEDS_NEW_PIN | GIVES_TRIES},
    [TOKEN_CALL_WRITE] = {CODE(ERR_DENIED) | CODE(ERR_NO_ROOM) | CODE(ERR_CONFLICT),
                          NEEDS_TARGET | NEEDS_SLOT},
    [TOKEN_CALL_DELETE] = {CODE(ERR_DENIED), NEEDS_TARGET | NEEDS_SLOT},
    [TOKEN_CALL_GENERATE] = {CODE(ERR_DENIED) | CODE(ERR_CONFLICT),
                             NEEDS_TARGET | NEEDS_SLOT | NEEDS_KEY | GIVES_DATA},
    [TOKEN_CALL_MOVE] = {CODE(ERR_DENIED) | CODE(ERR_CONFLICT) | CODE(ERR_NOT_FOUND),
                         NEEDS_TARGET | NEEDS_SLOT},
    [TOKEN_CALL_SIGN] = {CODE(ERR_DENIED) | CODE(ERR_NOT_FOUND),
                         NEEDS_SLOT | NEEDS_KEY | GIVES_DATA},
    [TOKEN_CALL_DECRYPT] = {CODE(ERR_DENIED) | CODE(ERR_NOT_FOUND),
                            NEEDS_SLOT | NEEDS_KEY | GIVES_DATA},
    [TOKEN_CALL_PERSONALISE] = {CODE(ERR_DENIED) | CODE(ERR_BLOCKED), 0},
    [TOKEN_CALL_PROVE] = {CODE(ERR_DENIED), NEEDS_TARGET},
};

#define CODES_OF_ALL (CODE(ERR_NONE) | CODE(ERR_GONE) | CODE(ERR_IO) | CODE(ERR_UNSUPPORTED))

static bool digits_only(struct bytes text, size_t min, size_t max)
{
    bool only = text.at != NULL && text.len >= min && text.len <= max;
    for (size_t i = 0; only && i < text.len; i++)
        only = text.at[i] >= '0' && text.at[i] <= '9';
    return only;
}

bool token_pin_possible(struct bytes pin)
{
    return digits_only(pin, PIN_MIN, PIN_MAX);
}

bool token_puk_possible(struct bytes puk)
{
    return digits_only(puk, PIN_MAX, PIN_MAX);
}

size_t token_digest_len(enum token_key key)
{
    static const size_t lens[TOKEN_KEY_COUNT] = {[TOKEN_KEY_P256] = 32,
                                                 [TOKEN_KEY_P384] = 48,
                                                 [TOKEN_KEY_RSA2048] = 256,
                                                 [TOKEN_KEY_RSA3072] = 384};
    return (size_t)key < TOKEN_KEY_COUNT ? lens[key] : 0;
}

size_t token_input_len(enum token_key key)
{
    static const size_t lens[TOKEN_KEY_COUNT] = {[TOKEN_KEY_P256] = 65,
                                                 [TOKEN_KEY_P384] = 97,
                                                 [TOKEN_KEY_RSA2048] = 256,
                                                 [TOKEN_KEY_RSA3072] = 384};
    return (size_t)key < TOKEN_KEY_COUNT ? lens[key] : 0;
}

bool token_id_holds(const char id[TOKEN_ID_SIZE])
{
    size_t len = strnlen(id, TOKEN_ID_SIZE);
    if (len < 2 || len == TOKEN_ID_SIZE)
        return false;

    struct bytes rest = {(const uint8_t *)id + 1, len - 1};
    if (id[0] == 's')
        return id[1] != '0' && digits_only(rest, 1, TOKEN_ID_SIZE);
    bool hex = id[0] == 'g' && rest.len == GUID_DIGITS;
    for (size_t i = 0; hex && i < rest.len; i++) {
        uint8_t c = rest.at[i];
        hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    return hex;
}

static bool admin_holds(const struct token_admin *admin)
{
    return admin != NULL && (admin->key.len == 16 || admin->key.len == 24 || admin->key.len == 32);
}

static bool secret_is(const struct secret *secret, bool (*possible)(struct bytes))
{
    return secret != NULL && possible(secret_reveal(secret));
}

static bool personal_holds(const struct token_personal *personal)
{
    return personal != NULL && secret_is(personal->pin_was, token_pin_possible) &&
           secret_is(personal->pin, token_pin_possible) &&
           secret_is(personal->puk_was, token_puk_possible) &&
           secret_is(personal->puk, token_puk_possible) && admin_holds(personal->admin_was) &&
           admin_holds(personal->admin);
}

static bool slot_holds(uint8_t slot)
{
    return token_slot_index(slot) < TOKEN_SLOT_COUNT;
}

/* What no flag of the table says. */
static bool details_hold(const struct token_request *request)
{
    const struct token_target *target = &request->target;

    switch (request->call) {
    case TOKEN_CALL_IDENTIFY:
        return (request->scope.slots & ~ALL_SLOTS) == 0;
    case TOKEN_CALL_WRITE:
        return request->data.at != NULL && request->data.len > 0 &&
               request->data.len <= TOKEN_CERTIFICATE_MAX;
    case TOKEN_CALL_MOVE:
        return slot_holds(request->to_slot) && request->to_slot != target->slot;
    case TOKEN_CALL_SIGN:
        return request->data.at != NULL && request->data.len == token_digest_len(request->key);
    case TOKEN_CALL_DECRYPT:
        return request->data.at != NULL && request->data.len == token_input_len(request->key);
    case TOKEN_CALL_PERSONALISE:
        return target->id != NULL && token_id_holds(target->id) &&
               personal_holds(request->personal);
    case TOKEN_CALL_VERIFY_PIN:
    case TOKEN_CALL_CHANGE_PIN:
    case TOKEN_CALL_UNBLOCK:
    case TOKEN_CALL_DELETE:
    case TOKEN_CALL_GENERATE:
    case TOKEN_CALL_PROVE:
    case TOKEN_CALL_COUNT:
        return true;
    }
    return false;
}

bool token_request_holds(const struct token_request *request)
{
    const struct token_target *target = &request->target;
    if ((size_t)request->call >= TOKEN_CALL_COUNT)
        return false;

    unsigned needs = rows[request->call].needs;
    bool target_holds =
        target->id != NULL && token_id_holds(target->id) && admin_holds(target->admin);
    return ((needs & NEEDS_TARGET) == 0 || target_holds) &&
           ((needs & NEEDS_SLOT) == 0 || slot_holds(target->slot)) &&
           ((needs & NEEDS_PIN) == 0 || token_pin_possible(request->pin)) &&
           ((needs & NEEDS_PUK) == 0 || token_puk_possible(request->pin)) &&
           ((needs & NEEDS_NEW_PIN) == 0 || token_pin_possible(request->new_pin)) &&
           ((needs & NEEDS_KEY) == 0 || token_digest_len(request->key) > 0) &&
           details_hold(request);
}

static bool certificates_hold(const struct token_identity *identity, uint32_t slots)
{
    bool holds = identity->certificate_count <= TOKEN_CERTIFICATES_MAX;
    size_t next = 0;

    for (size_t i = 0; holds && i < identity->certificate_count; i++) {
        const struct token_certificate *certificate = &identity->certificates[i];
        size_t index = token_slot_index(certificate->slot);
        holds = certificate->der_len > 0 && certificate->der_len <= TOKEN_CERTIFICATE_MAX &&
                index < TOKEN_SLOT_COUNT && index >= next &&
                ((slots & ~identity->torn & ~identity->hidden) >> index & 1) != 0;
        next = index + 1;
    }
    return holds;
}

static bool keys_hold(const struct token_identity *identity, uint32_t slots)
{
    bool holds = true;
    for (size_t i = 0; holds && i < TOKEN_SLOT_COUNT; i++) {
        bool asked = identity->keys_known && (slots >> i & 1) != 0;
        holds = asked ? identity->keys[i] < TOKEN_KEY_COUNT : identity->keys[i] == TOKEN_KEY_NONE;
    }
    return holds;
}

static bool identity_holds(const struct token_identity *identity, const struct token_scope *scope)
{
    return token_id_holds(identity->id) &&
           ((identity->torn | identity->hidden) & ~scope->slots) == 0 &&
           (identity->torn & identity->hidden) == 0 &&
           (identity->has_guid || identity->id[0] == 's') &&
           certificates_hold(identity, scope->slots) &&
           keys_hold(identity, scope->keys ? scope->slots : 0);
}

static size_t data_max(enum token_call call)
{
    static const size_t max[TOKEN_CALL_COUNT] = {[TOKEN_CALL_GENERATE] = TOKEN_PUBLIC_KEY_MAX,
                                                 [TOKEN_CALL_SIGN] = TOKEN_SIGNATURE_MAX,
                                                 [TOKEN_CALL_DECRYPT] = TOKEN_PLAIN_MAX};
    return max[call];
}

bool token_answer_holds(const struct token_request *request, struct err e,
                        const struct token_reply *reply)
{
    const struct row *row = &rows[request->call];

    if ((unsigned)e.code >= ERR_CODE_COUNT || ((row->codes | CODES_OF_ALL) & CODE(e.code)) == 0)
        return false;
    if (e.code == ERR_DENIED && (row->needs & GIVES_TRIES) != 0)
        return reply->tries_left > 0;
    if (failed(e))
        return true;
    if (request->call == TOKEN_CALL_IDENTIFY)
        return identity_holds(&reply->u.identity, &request->scope);
    return (row->needs & GIVES_DATA) == 0 ||
           (reply->len > 0 && reply->len <= data_max(request->call));
}
