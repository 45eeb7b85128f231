/*
 * The whole PIV driver before a token that answers anything: each call ends, with an identity that
 * is well-formed or with an error it may give. Answers are cut from the input: a length of two
 * bytes, then that many bytes.
 */
#include "hw/token/card.h"
#include "hw/token/token_piv.h"
#include "tests/fuzz/fuzz.h"

#define SLOT 0x9A
#define LENGTH_LEN 2

struct script {
    struct card card;
    struct bytes rest;
};

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

static void assert_identity(const struct token_identity *identity)
{
    assert(strnlen(identity->id, TOKEN_ID_SIZE) < TOKEN_ID_SIZE);
    assert(identity->id[0] == 's' || identity->id[0] == 'g');
    assert(identity->certificate_count <= TOKEN_CERTIFICATES_MAX);
    for (size_t i = 0; i < identity->certificate_count; i++) {
        assert(identity->certificates[i].der_len <= TOKEN_CERTIFICATE_MAX);
        assert(identity->certificates[i].der[0] == 0x30);
    }
}

static void use(struct token *token, const struct token_identity *identity)
{
    static const uint8_t der[300] = {0x30, 0x82, 0x01, 0x28};
    static const uint8_t digest[32] = {1};
    uint8_t signature[TOKEN_SIGNATURE_MAX];
    struct secret pin = {.len = 0};
    uint8_t tries_left = 0;
    size_t len = 0;

    assert(!failed(secret_set(&pin, (struct bytes){(const uint8_t *)"123456", 6})));
    if (token_verify_pin(token, &pin, &tries_left).code == ERR_DENIED)
        assert(tries_left >= 1);
    (void)failed(token_write(token, identity->id, SLOT, (struct bytes){der, sizeof(der)}));
    if (!failed(token_sign(token, SLOT, TOKEN_KEY_P256, (struct bytes){digest, sizeof(digest)},
                           signature, &len)))
        assert(len <= sizeof(signature));
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct card_driver driver = {script_watch,    script_connect, script_begin,
                                              script_transmit, script_nothing, script_nothing,
                                              script_nothing};
    static struct token_identity identity;
    struct script script = {.card = {&driver}, .rest = {data, size}};
    struct token_config config = {.driver = "piv", .reader = "", .admin_key.len = 24};
    struct token *token = NULL;

    assert(!failed(token_piv_create(&config, &script.card, &token)));
    if (!failed(token_identify(token, &identity))) {
        assert_identity(&identity);
        use(token, &identity);
    }
    token_close(token);
    return 0;
}
