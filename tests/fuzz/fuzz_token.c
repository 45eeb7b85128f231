/*
 * The whole PIV driver before a token that answers anything: each call ends, with what the
 * contract of token.h allows. The first bytes say what is asked (a scope, then up to three calls),
 * then come the answers: a length of two bytes, then that many bytes.
 */
#include "hw/token/token_check.h"
#include "hw/token/token_piv.h"
#include "tests/fuzz/fuzz.h"

#define CALLS 3
#define HEAD_LEN (1 + CALLS)
#define LENGTH_LEN 2
#define DER_LEN 300
#define APDUS_MAX 2500

#define FLAG_TRIES 0x01
#define FLAG_GUID 0x02
#define FLAG_KEYS 0x04
#define FLAG_RETIRED 0x08
#define FLAG_EXTENDED 0x10 /* the link carries it */
#define FLAG_KNOWN 0x20    /* the memory is full of bytes */
#define FLAG_DIVERSIFIED 0x40
#define FLAG_AES 0x80

struct script {
    struct card card;
    struct bytes rest;
    unsigned apdus;
};

static struct token_admin admin;
static char id[TOKEN_ID_SIZE];

static struct err script_watch(struct card *card, uint32_t timeout_ms,
                               enum token_presence *in_out_presence)
{
    (void)card;
    (void)timeout_ms;
    *in_out_presence = TOKEN_PRESENT;
    return ERR_OK;
}

static struct err script_connect(struct card *card, uint32_t timeout_ms)
{
    (void)card;
    (void)timeout_ms;
    return ERR_OK;
}

static struct err script_begin(struct card *card, uint32_t timeout_ms, bool *out_reset)
{
    (void)card;
    (void)timeout_ms;
    *out_reset = false;
    return ERR_OK;
}

static struct err script_transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                                  struct card_reply *out_reply)
{
    struct script *script = (struct script *)card;
    struct bytes rest = script->rest;
    (void)timeout_ms;

    assert(block.len >= 4 && block.len <= APDU_BLOCK_MAX);
    assert(++script->apdus <= APDUS_MAX);
    if (rest.len < LENGTH_LEN)
        return ERR(ERR_GONE, 0, "end of the script");
    size_t len = ((size_t)rest.at[0] << 8 | rest.at[1]) % (APDU_REPLY_MAX + 1);
    rest = (struct bytes){rest.at + LENGTH_LEN, rest.len - LENGTH_LEN};
    len = len < rest.len ? len : rest.len;
    memcpy(out_reply->at, rest.at, len);
    out_reply->len = len;
    script->rest = (struct bytes){rest.at + len, rest.len - len};
    return ERR_OK;
}

static void script_nothing(struct card *card)
{
    (void)card;
}

static struct bytes text(const char *at)
{
    return (struct bytes){(const uint8_t *)at, strlen(at)};
}

/* What is personalised: fixed values, as others would be. */
static const struct token_personal *personal(void)
{
    static struct secret pin, puk;
    static struct token_personal all = {.pin_was = &pin,
                                        .pin = &pin,
                                        .puk_was = &puk,
                                        .puk = &puk,
                                        .admin_was = &admin,
                                        .admin = &admin,
                                        .guid = {1}};

    assert(!failed(secret_set(&pin, text("123456"))));
    assert(!failed(secret_set(&puk, text("12345678"))));
    return &all;
}

static struct token_request request_of(uint8_t pick)
{
    static const uint8_t der[400] = {0x30, 0x82, 0x01, 0x28};
    static const enum token_key keys[] = {TOKEN_KEY_P256, TOKEN_KEY_P384, TOKEN_KEY_RSA2048,
                                          TOKEN_KEY_RSA3072};
    enum token_call call = (enum token_call)(pick % TOKEN_CALL_COUNT);
    struct token_request request = {.call = call,
                                    .target = {.id = id, .slot = 0x9A, .admin = &admin},
                                    .to_slot = 0x82,
                                    .key = keys[pick >> 6],
                                    .data = {der, DER_LEN},
                                    .pin = text("12345678"),
                                    .new_pin = text("123456"),
                                    .personal = personal()};

    if (call == TOKEN_CALL_SIGN)
        request.data.len = token_digest_len(request.key);
    if (call == TOKEN_CALL_DECRYPT)
        request.data.len = token_input_len(request.key);
    return request;
}

static struct err ask(struct token *token, const struct token_request *request)
{
    static struct token_reply reply;

    assert(token_request_holds(request));
    struct err e = token->driver->call(token, request, &reply);
    assert(token_answer_holds(request, e, &reply));
    if (!failed(e) && request->call == TOKEN_CALL_IDENTIFY)
        memcpy(id, reply.u.identity.id, sizeof(id));
    return e;
}

static struct token_request identify_of(uint8_t flags)
{
    return (struct token_request){
        .call = TOKEN_CALL_IDENTIFY,
        .scope = {.slots =
                      TOKEN_SLOTS_ACTIVE | ((flags & FLAG_RETIRED) != 0 ? TOKEN_SLOTS_RETIRED : 0),
                  .pin_tries = (flags & FLAG_TRIES) != 0,
                  .puk_tries = (flags & FLAG_TRIES) != 0,
                  .guid = (flags & FLAG_GUID) != 0,
                  .keys = (flags & FLAG_KEYS) != 0}};
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct card_driver driver = {script_watch,    script_connect, script_begin,
                                              script_transmit, script_nothing, script_nothing,
                                              script_nothing};
    static struct piv_memory memory;
    struct script script = {.card = {.driver = &driver}};
    struct token *token = NULL;

    if (size < HEAD_LEN)
        return 0;
    script.rest = (struct bytes){data + HEAD_LEN, size - HEAD_LEN};
    script.card.max_block = (data[0] & FLAG_EXTENDED) != 0 ? APDU_BLOCK_MAX : 0;
    memset(&memory, (data[0] & FLAG_KNOWN) != 0 ? 0x01 : 0, sizeof(memory));
    admin = (struct token_admin){.key.len = 24,
                                 .aes = (data[0] & FLAG_AES) != 0,
                                 .diversified = (data[0] & FLAG_DIVERSIFIED) != 0};
    assert(!failed(token_piv_create(&script.card, &memory, &token)));
    struct token_request identify = identify_of(data[0]);
    struct err e = ask(token, &identify);
    for (size_t i = 0; i < CALLS && !failed(e); i++) {
        struct token_request request = request_of(data[1 + i]);
        (void)failed(ask(token, &request));
    }
    token->driver->close(token);
    return 0;
}
