/*
 * token.c - the one place where arguments and a driver's answers are checked against the contract
 * in token.h, so that no caller and no driver has to, and where an answer is wiped.
 */
#include "hw/token/token.h"

#include <assert.h>
#include <string.h>

#include "hw/token/token_check.h"
#include "hw/token/token_sim.h"
#include "hw/token/token_worker.h"
#include "kiosk/base/text.h"

static struct err open_sim(const struct token_config *config, struct token **out_token)
{
    (void)config; /* a script has no reader */
    return token_sim_create(out_token);
}

struct err token_open(const struct token_config *config, struct token **out_token)
{
    static const struct {
        const char *name;
        struct err (*open)(const struct token_config *config, struct token **out_token);
    } drivers[] = {{"piv", token_worker_open}, {"sim", open_sim}};

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
    struct err e = token->driver->watch(token, timeout_ms, in_out_presence);
    assert(!failed(e) || e.code == ERR_IO);
    return e;
}

struct err token_trouble(const struct token *token)
{
    return token->trouble;
}

/* The answer stays in token->reply until forget(). */
static struct err ask(struct token *token, const struct token_request *request)
{
    assert(token_request_holds(request));
    token->reply.tries_left = 0;
    token->reply.len = 0;
    struct err e = token->driver->call(token, request, &token->reply);
    assert(token_answer_holds(request, e, &token->reply));
    return (struct err){e.code, e.native, e.site};
}

static void forget(struct token *token)
{
    explicit_bzero(&token->reply, sizeof(token->reply));
}

/* For calls that answer nothing but whether it was done. */
static struct err ask_for_done(struct token *token, const struct token_request *request)
{
    struct err e = ask(token, request);
    forget(token);
    return e;
}

/* For calls with a PIN: malformed ones are never sent. */
static struct err ask_with_pin(struct token *token, const struct token_request *request,
                               uint8_t *out_tries_left)
{
    struct err e = ask(token, request);
    if (e.code == ERR_DENIED)
        *out_tries_left = token->reply.tries_left;
    forget(token);
    return e;
}

static struct err ask_for_data(struct token *token, const struct token_request *request,
                               uint8_t *out, size_t *out_len)
{
    struct err e = ask(token, request);
    if (!failed(e)) {
        memcpy(out, token->reply.u.data, token->reply.len);
        *out_len = token->reply.len;
    }
    forget(token);
    return e;
}

struct err token_identify(struct token *token, const struct token_scope *scope,
                          struct token_identity *out_identity)
{
    struct token_request request = {.call = TOKEN_CALL_IDENTIFY, .scope = *scope};

    struct err e = ask(token, &request);
    if (!failed(e))
        *out_identity = token->reply.u.identity;
    forget(token);
    return e;
}

struct err token_verify_pin(struct token *token, const struct secret *pin, uint8_t *out_tries_left)
{
    struct token_request request = {.call = TOKEN_CALL_VERIFY_PIN, .pin = secret_reveal(pin)};

    if (!token_pin_possible(request.pin))
        return ERR(ERR_MALFORMED, request.pin.len, "PIN");
    return ask_with_pin(token, &request, out_tries_left);
}

struct err token_change_pin(struct token *token, const struct secret *pin,
                            const struct secret *next, uint8_t *out_tries_left)
{
    struct token_request request = {
        .call = TOKEN_CALL_CHANGE_PIN, .pin = secret_reveal(pin), .new_pin = secret_reveal(next)};

    if (!token_pin_possible(request.pin) || !token_pin_possible(request.new_pin))
        return ERR(ERR_MALFORMED, 0, "PIN");
    return ask_with_pin(token, &request, out_tries_left);
}

struct err token_unblock(struct token *token, const struct secret *puk, const struct secret *next,
                         uint8_t *out_tries_left)
{
    struct token_request request = {
        .call = TOKEN_CALL_UNBLOCK, .pin = secret_reveal(puk), .new_pin = secret_reveal(next)};

    if (!token_puk_possible(request.pin) || !token_pin_possible(request.new_pin))
        return ERR(ERR_MALFORMED, 0, "PUK or PIN");
    return ask_with_pin(token, &request, out_tries_left);
}

struct err token_prove(struct token *token, const struct token_target *target)
{
    return ask_for_done(token,
                        &(struct token_request){.call = TOKEN_CALL_PROVE, .target = *target});
}

struct err token_write(struct token *token, const struct token_target *target, struct bytes der)
{
    return ask_for_done(
        token, &(struct token_request){.call = TOKEN_CALL_WRITE, .target = *target, .data = der});
}

struct err token_delete(struct token *token, const struct token_target *target)
{
    return ask_for_done(token,
                        &(struct token_request){.call = TOKEN_CALL_DELETE, .target = *target});
}

struct err token_generate(struct token *token, const struct token_target *target,
                          enum token_key key, uint8_t out_spki[TOKEN_PUBLIC_KEY_MAX],
                          size_t *out_len)
{
    struct token_request request = {.call = TOKEN_CALL_GENERATE, .target = *target, .key = key};
    return ask_for_data(token, &request, out_spki, out_len);
}

struct err token_move(struct token *token, const struct token_target *target, uint8_t to_slot)
{
    return ask_for_done(token, &(struct token_request){
                                   .call = TOKEN_CALL_MOVE, .target = *target, .to_slot = to_slot});
}

/* NOLINTNEXTLINE(readability-function-size): the contract has six parameters */
struct err token_sign(struct token *token, uint8_t slot, enum token_key key, struct bytes digest,
                      uint8_t out_signature[TOKEN_SIGNATURE_MAX], size_t *out_len)
{
    struct token_request request = {
        .call = TOKEN_CALL_SIGN, .target.slot = slot, .key = key, .data = digest};
    return ask_for_data(token, &request, out_signature, out_len);
}

/* NOLINTNEXTLINE(readability-function-size): the contract has six parameters */
struct err token_decrypt(struct token *token, uint8_t slot, enum token_key key, struct bytes input,
                         uint8_t out_plain[TOKEN_PLAIN_MAX], size_t *out_len)
{
    struct token_request request = {
        .call = TOKEN_CALL_DECRYPT, .target.slot = slot, .key = key, .data = input};
    return ask_for_data(token, &request, out_plain, out_len);
}

struct err token_personalise(struct token *token, const char *id,
                             const struct token_personal *personal)
{
    if (!token_pin_possible(secret_reveal(personal->pin_was)) ||
        !token_pin_possible(secret_reveal(personal->pin)) ||
        !token_puk_possible(secret_reveal(personal->puk_was)) ||
        !token_puk_possible(secret_reveal(personal->puk)))
        return ERR(ERR_MALFORMED, 0, "PIN or PUK");
    return ask_for_done(token, &(struct token_request){.call = TOKEN_CALL_PERSONALISE,
                                                       .target.id = id,
                                                       .personal = personal});
}

void token_close(struct token *token)
{
    if (token != NULL)
        token->driver->close(token);
}
