/*
 * token.c - the one place where a driver's answers are checked against the
 * contract in token.h, so that no caller has to.
 */
#include "hw/token/token.h"

#include <assert.h>
#include <string.h>

#include "hw/token/card_guard.h"
#include "hw/token/card_pcsc.h"
#include "hw/token/piv.h"
#include "hw/token/token_piv.h"
#include "hw/token/token_sim.h"
#include "kiosk/base/text.h"

#define CODE(code) (1U << (code))

/* The codes that each call may answer with, as token.h lists them. */
enum call { CALL_WATCH, CALL_IDENTIFY, CALL_VERIFY_PIN, CALL_WRITE, CALL_SIGN };

static const unsigned allowed[] = {
    [CALL_WATCH] = CODE(ERR_NONE) | CODE(ERR_IO),
    [CALL_IDENTIFY] = CODE(ERR_NONE) | CODE(ERR_GONE) | CODE(ERR_UNSUPPORTED) |
                      CODE(ERR_MALFORMED) | CODE(ERR_IO),
    [CALL_VERIFY_PIN] =
        CODE(ERR_NONE) | CODE(ERR_DENIED) | CODE(ERR_BLOCKED) | CODE(ERR_GONE) | CODE(ERR_IO),
    [CALL_WRITE] = CODE(ERR_NONE) | CODE(ERR_GONE) | CODE(ERR_DENIED) | CODE(ERR_NO_ROOM) |
                   CODE(ERR_CONFLICT) | CODE(ERR_IO),
    [CALL_SIGN] =
        CODE(ERR_NONE) | CODE(ERR_DENIED) | CODE(ERR_GONE) | CODE(ERR_NOT_FOUND) | CODE(ERR_IO),
};

static struct err checked(enum call call, struct err e)
{
    assert((allowed[call] & CODE(e.code)) != 0);
    return e;
}

static struct err open_piv(const struct token_config *config, struct token **out_token)
{
    struct card *card = NULL;

    struct err e =
        card_guard_open((struct card_guard_inner){card_pcsc_open}, config->reader, &card);
    if (failed(e))
        return e;
    return token_piv_create(config, card, out_token);
}

static struct err open_sim(const struct token_config *config, struct token **out_token)
{
    (void)config; /* a script has no reader and asks for no key */
    return token_sim_create(out_token);
}

struct err token_open(const struct token_config *config, struct token **out_token)
{
    static const struct {
        const char *name;
        struct err (*open)(const struct token_config *config, struct token **out_token);
    } drivers[] = {{"piv", open_piv}, {"sim", open_sim}};

    assert(config != NULL && config->driver != NULL && config->reader != NULL);
    for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
        if (text_same(drivers[i].name, config->driver))
            return drivers[i].open(config, out_token);
    }
    return ERR(ERR_UNSUPPORTED, 0, "no such token driver");
}

struct err token_watch(struct token *token, uint32_t timeout_ms,
                       enum token_presence *in_out_presence)
{
    return checked(CALL_WATCH, token->driver->watch(token, timeout_ms, in_out_presence));
}

static bool identity_holds(const struct token_identity *identity)
{
    size_t id_len = strnlen(identity->id, TOKEN_ID_SIZE);
    bool holds = id_len > 1 && id_len < TOKEN_ID_SIZE &&
                 (identity->id[0] == 's' || identity->id[0] == 'g') &&
                 identity->certificate_count <= TOKEN_CERTIFICATES_MAX;

    for (size_t i = 0; holds && i < identity->certificate_count; i++) {
        const struct token_certificate *certificate = &identity->certificates[i];
        holds = certificate->der_len > 0 && certificate->der_len <= TOKEN_CERTIFICATE_MAX &&
                piv_certificate_object(certificate->slot) != 0 &&
                (i == 0 || certificate->slot > identity->certificates[i - 1].slot);
    }
    return holds;
}

struct err token_identify(struct token *token, struct token_identity *out_identity)
{
    struct err e = checked(CALL_IDENTIFY, token->driver->identify(token, out_identity));
    assert(failed(e) || identity_holds(out_identity));
    return e;
}

struct err token_verify_pin(struct token *token, const struct secret *pin, uint8_t *out_tries_left)
{
    struct bytes digits = secret_reveal(pin);
    uint8_t tries_left = 0;

    if (!piv_pin_possible(digits))
        return ERR(ERR_MALFORMED, digits.len, "PIN");
    struct err e = checked(CALL_VERIFY_PIN, token->driver->verify_pin(token, digits, &tries_left));
    if (e.code == ERR_DENIED) {
        assert(tries_left > 0);
        *out_tries_left = tries_left;
    }
    return e; /* cppcheck-suppress returnDanglingLifetime; nothing in it points anywhere */
}

struct err token_write(struct token *token, const char *id, uint8_t slot, struct bytes der)
{
    assert(id != NULL && piv_certificate_object(slot) != 0);
    assert(der.len > 0 && der.len <= TOKEN_CERTIFICATE_MAX);

    return checked(CALL_WRITE, token->driver->write(token, id, slot, der));
}

/* NOLINTNEXTLINE(readability-function-size): the contract has six parameters */
struct err token_sign(struct token *token, uint8_t slot, enum token_key key, struct bytes digest,
                      uint8_t out_signature[TOKEN_SIGNATURE_MAX], size_t *out_len)
{
    static const size_t digest_len[] = {
        [TOKEN_KEY_P256] = 32, [TOKEN_KEY_P384] = 48, [TOKEN_KEY_RSA2048] = 256};
    assert(piv_certificate_object(slot) != 0);
    assert((size_t)key < ARRAY_LEN(digest_len) && digest.len == digest_len[key]);

    struct err e =
        checked(CALL_SIGN, token->driver->sign(token, slot, key, digest, out_signature, out_len));
    assert(failed(e) || (*out_len > 0 && *out_len <= TOKEN_SIGNATURE_MAX));
    return e;
}

void token_close(struct token *token)
{
    if (token != NULL)
        token->driver->close(token);
}
