/*
 * fake_piv.h - the PIV driver before two tokens in memory, and each call of token.h on it.
 *
 * Calls go to the driver as token.c would send them, and what it answers is judged as there.
 */
#ifndef TESTS_UNIT_FAKE_PIV_H
#define TESTS_UNIT_FAKE_PIV_H

#include "hw/token/token_check.h"
#include "hw/token/token_piv.h"
#include "kiosk/base/macros.h"
#include "tests/unit/fake_card.h"
#include "tests/unit/unit.h"

#define FAKE_SERIAL 10000001U
#define FAKE_OTHER_SERIAL 20000002U
#define FAKE_DER_LEN 786
#define FAKE_OWN_PIN "135790"
#define FAKE_OWN_PUK "86420975"

static struct fake_card fake;
static struct fake_token tokens[2];
static struct piv_memory memory;
static struct token_reply reply;
static struct token_admin admin;
static struct token_identity identity; /* of the last identify that worked */

/* A driver; token 0 is in. Nothing is remembered of it. */
static inline struct token *start(struct fake_quirks quirks)
{
    struct token *token = NULL;

    fake_token_init(&tokens[0], FAKE_SERIAL, quirks);
    fake_token_init(&tokens[1], FAKE_OTHER_SERIAL, quirks);
    fake_card_init(&fake, &tokens[0]);
    memset(&memory, 0, sizeof(memory));
    admin = (struct token_admin){.key = tokens[0].admin_key,
                                 .aes = tokens[0].admin_algorithm != PIV_ALGORITHM_3DES};
    assert_false(failed(token_piv_create(&fake.card, &memory, &token)));
    return token;
}

static inline void close_token(struct token **token)
{
    (*token)->driver->close(*token);
    assert_true(fake.closed);
    assert_false(fake.alone);
}

/* The `fault` strikes at the n-th APDU from now. */
static inline void plan(enum fake_fault fault, uint32_t in_apdus, uint16_t sw)
{
    fake.fault = fault;
    fake.fault_at = fake.apdus + in_apdus;
    fake.fault_sw = sw;
}

static inline struct err call(struct token *token, const struct token_request *request)
{
    memset(&reply, 0, sizeof(reply));
    assert_true(token_request_holds(request));
    struct err e = token->driver->call(token, request, &reply);
    assert_true(token_answer_holds(request, e, &reply));
    assert_false(fake.alone);
    return e;
}

static inline struct bytes text(const char *at)
{
    return (struct bytes){(const uint8_t *)at, strlen(at)};
}

static inline struct bytes filled(size_t len, uint8_t with)
{
    static uint8_t at[TOKEN_CERTIFICATE_MAX];
    memset(at, with, len);
    return (struct bytes){at, len};
}

/* DER of so many bytes; `mark` tells one from another. */
static inline struct bytes certificate_of(size_t len, uint8_t mark)
{
    static uint8_t at[2][TOKEN_CERTIFICATE_MAX];
    uint8_t *der = at[mark & 1];

    memset(der, mark, len);
    der[0] = 0x30;
    der[1] = 0x82;
    der[2] = (uint8_t)((len - 4) >> 8);
    der[3] = (uint8_t)((len - 4) & 0xFF);
    return (struct bytes){der, len};
}

static inline struct err identify_scope(struct token *token, struct token_scope scope)
{
    struct err e =
        call(token, &(struct token_request){.call = TOKEN_CALL_IDENTIFY, .scope = scope});
    if (!failed(e))
        identity = reply.u.identity;
    return e;
}

static inline struct err identify(struct token *token)
{
    return identify_scope(token, TOKEN_SCOPE_VISIT);
}

static inline struct err show_pin(struct token *token, const char *pin)
{
    return call(token, &(struct token_request){.call = TOKEN_CALL_VERIFY_PIN, .pin = text(pin)});
}

static inline struct token_target target(uint8_t slot)
{
    return (struct token_target){.id = identity.id, .slot = slot, .admin = &admin};
}

static inline struct err write_der(struct token *token, uint8_t slot, struct bytes der)
{
    return call(token, &(struct token_request){
                           .call = TOKEN_CALL_WRITE, .target = target(slot), .data = der});
}

static inline struct err write(struct token *token)
{
    return write_der(token, 0x9A, certificate_of(FAKE_DER_LEN, 1));
}

static inline struct err prove(struct token *token)
{
    return call(token, &(struct token_request){.call = TOKEN_CALL_PROVE, .target = target(0)});
}

static inline struct err delete (struct token *token, uint8_t slot)
{
    return call(token, &(struct token_request){.call = TOKEN_CALL_DELETE, .target = target(slot)});
}

static inline struct err generate(struct token *token, uint8_t slot, enum token_key key)
{
    return call(token, &(struct token_request){
                           .call = TOKEN_CALL_GENERATE, .target = target(slot), .key = key});
}

static inline struct err move(struct token *token, uint8_t from, uint8_t to)
{
    return call(token, &(struct token_request){
                           .call = TOKEN_CALL_MOVE, .target = target(from), .to_slot = to});
}

static inline struct err sign(struct token *token, uint8_t slot, enum token_key key)
{
    return call(token, &(struct token_request){.call = TOKEN_CALL_SIGN,
                                               .target.slot = slot,
                                               .key = key,
                                               .data = filled(token_digest_len(key), 0x11)});
}

static inline struct err decrypt(struct token *token, uint8_t slot, enum token_key key)
{
    return call(token, &(struct token_request){.call = TOKEN_CALL_DECRYPT,
                                               .target.slot = slot,
                                               .key = key,
                                               .data = filled(token_input_len(key), 0x04)});
}

static inline struct err change_pin(struct token *token, const char *pin, const char *next)
{
    return call(token, &(struct token_request){
                           .call = TOKEN_CALL_CHANGE_PIN, .pin = text(pin), .new_pin = text(next)});
}

static inline struct err unblock(struct token *token, const char *puk, const char *next)
{
    return call(token, &(struct token_request){
                           .call = TOKEN_CALL_UNBLOCK, .pin = text(puk), .new_pin = text(next)});
}

/* The values that personalise() gives. */
static struct fake_personal {
    struct secret pin_was, pin, puk_was, puk;
    struct token_admin was, own;
    struct token_personal all;
} personal;

static inline void set_personal(enum piv_algorithm own)
{
    static const uint8_t guid[TOKEN_GUID_LEN] = {0xC0, 0x01};

    memset(&personal, 0, sizeof(personal));
    assert_false(failed(secret_set(&personal.pin_was, text("123456"))));
    assert_false(failed(secret_set(&personal.puk_was, text(FAKE_PUK))));
    assert_false(failed(secret_set(&personal.pin, text(FAKE_OWN_PIN))));
    assert_false(failed(secret_set(&personal.puk, text(FAKE_OWN_PUK))));
    personal.was = admin;
    fake_factory_key(own, &personal.own.key);
    personal.own.key.at[0] = 0xD7;
    personal.own.aes = own != PIV_ALGORITHM_3DES;
    personal.own.diversified = true;
    personal.all = (struct token_personal){&personal.pin_was,
                                           &personal.pin,
                                           &personal.puk_was,
                                           &personal.puk,
                                           &personal.was,
                                           &personal.own,
                                           {0}};
    memcpy(personal.all.guid, guid, sizeof(guid));
}

static inline struct err personalise(struct token *token)
{
    return call(token, &(struct token_request){.call = TOKEN_CALL_PERSONALISE,
                                               .target.id = identity.id,
                                               .personal = &personal.all});
}

static inline bool has_personal(const struct fake_token *token)
{
    return memcmp(token->pin.at, FAKE_OWN_PIN "\xFF\xFF", FAKE_PIN_LEN) == 0 &&
           memcmp(token->puk.at, FAKE_OWN_PUK, FAKE_PIN_LEN) == 0 &&
           token->admin_key.len == personal.own.key.len &&
           memcmp(token->admin_key.at, personal.own.key.at, token->admin_key.len) == 0;
}

#endif
