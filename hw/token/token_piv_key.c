/* token_piv_key.c - key pairs: made, moved, used. */
#include <assert.h>
#include <string.h>

#include "hw/token/token_piv_jobs.h"

#define ECDSA_DER_MIN 8
#define ECDSA_DER_MAX 104

struct range {
    size_t min, max;
};

/* How long what each kind of key answers is. */
static const struct kind {
    enum piv_algorithm algorithm;
    bool rsa;
    struct range signature, secret;
} kinds[TOKEN_KEY_COUNT] = {
    [TOKEN_KEY_P256] = {PIV_ALGORITHM_P256, false, {ECDSA_DER_MIN, ECDSA_DER_MAX}, {32, 32}},
    [TOKEN_KEY_P384] = {PIV_ALGORITHM_P384, false, {ECDSA_DER_MIN, ECDSA_DER_MAX}, {48, 48}},
    [TOKEN_KEY_RSA2048] = {PIV_ALGORITHM_RSA2048, true, {256, 256}, {256, 256}},
    [TOKEN_KEY_RSA3072] = {PIV_ALGORITHM_RSA3072, true, {384, 384}, {384, 384}},
};

enum token_key job_key_of(uint8_t algorithm)
{
    if (algorithm == PIV_ALGORITHM_NONE)
        return TOKEN_KEY_NONE;
    for (size_t i = TOKEN_KEY_P256; i < TOKEN_KEY_COUNT; i++) {
        if (kinds[i].algorithm == algorithm)
            return (enum token_key)i;
    }
    return TOKEN_KEY_OTHER;
}

/* ERR_CONFLICT when there is anything in the slot's object; what this session has seen to be empty
 * is not looked at again. */
static struct err expect_no_certificate(struct piv_session *session, uint8_t slot)
{
    struct apdu_response response;
    struct bytes der = {NULL, 0};

    if ((session->empty >> token_slot_index(slot) & 1) != 0)
        return ERR_OK;
    struct err e = session_get(session, piv_certificate_object(slot), &response);
    if (e.code == ERR_NOT_FOUND)
        return ERR_OK;
    if (failed(e))
        return e.code == ERR_UNSUPPORTED ? session_own_no(session, e) : e;
    e = piv_read_certificate(apdu_data(&response), &der);
    return e.code == ERR_NOT_FOUND ? ERR_OK : ERR(ERR_CONFLICT, slot, "certificate in the slot");
}

static struct err read_spki(enum piv_algorithm algorithm, struct bytes answer,
                            struct token_reply *out_reply)
{
    struct tlv_writer writer = {.at = out_reply->u.data, .max = sizeof(out_reply->u.data)};
    struct piv_public_key key = {.point = {NULL, 0}};

    struct err e = piv_read_public_key(algorithm, answer, &key);
    if (!failed(e))
        e = piv_write_spki(algorithm, &key, &writer);
    if (failed(e))
        return ERR(ERR_MALFORMED, e.native, "public key");
    out_reply->len = writer.len;
    return ERR_OK;
}

struct err job_generate(struct piv_session *session, const struct token_request *request,
                        struct token_reply *out_reply)
{
    enum piv_algorithm algorithm = kinds[request->key].algorithm;
    struct apdu apdu;
    struct apdu_response response;

    struct err e = expect_no_certificate(session, request->target.slot);
    if (failed(e))
        return e;
    piv_generate(algorithm, request->target.slot, &apdu);
    e = session_exchange(session, &apdu, &response);
    if (failed(e))
        return e;
    e = piv_answer(PIV_COMMAND_GENERATE, response.sw);
    if (failed(e))
        return session_own_no(session, e);
    e = read_spki(algorithm, apdu_data(&response), out_reply);
    return failed(e) ? session_own_no(session, e) : ERR_OK;
}

/* Tokens differ in what they do to a key that is in the way: so it is looked for, and a token that
 * cannot tell is not asked to move. */
struct err job_move(struct piv_session *session, const struct token_request *request,
                    struct token_reply *out_reply)
{
    struct piv_metadata metadata;
    struct apdu apdu;
    (void)out_reply;

    struct err e = session_metadata(session, request->to_slot, &metadata);
    if (!failed(e))
        return session_own_no(session, ERR(ERR_CONFLICT, request->to_slot, "key in the slot"));
    if (e.code != ERR_NOT_FOUND)
        return e.code == ERR_UNSUPPORTED ? session_own_no(session, e) : e;
    piv_move(request->target.slot, request->to_slot, &apdu);
    return job_command(session, PIV_COMMAND_MOVE, &apdu);
}

/* The value in an answer, of a length in `range`. */
static struct err read_value(struct bytes answer, struct range range, struct bytes *out_value)
{
    struct bytes value = {NULL, 0};

    struct err e = piv_read_authenticate(answer, PIV_AUTH_RESPONSE, &value);
    if (failed(e))
        return e;
    if (value.len < range.min || value.len > range.max)
        return ERR(ERR_MALFORMED, value.len, "answer of another length");
    *out_value = value;
    return ERR_OK;
}

/* What the key pair of the slot makes of the input. */
static struct err use(struct piv_session *session, const struct token_request *request,
                      enum piv_auth tag, struct range range, struct token_reply *out_reply)
{
    const struct tlv input = {(uint32_t)tag, request->data};
    CLEANUP(apdu_wipe) struct apdu apdu = {.len = 0};
    CLEANUP(apdu_response_wipe) struct apdu_response response = {.len = 0};
    struct bytes value = {NULL, 0};

    struct err e = session_be_sure(session);
    if (failed(e))
        return e;
    piv_use(kinds[request->key].algorithm, request->target.slot, &input, &apdu);
    e = session_exchange(session, &apdu, &response);
    if (failed(e))
        return e;
    e = piv_answer(PIV_COMMAND_USE, response.sw);
    if (!failed(e))
        e = read_value(apdu_data(&response), range, &value);
    if (failed(e))
        return session_own_no(session, e);
    assert(value.len <= sizeof(out_reply->u.data));
    memcpy(out_reply->u.data, value.at, value.len);
    out_reply->len = value.len;
    return ERR_OK;
}

struct err job_sign(struct piv_session *session, const struct token_request *request,
                    struct token_reply *out_reply)
{
    return use(session, request, PIV_AUTH_CHALLENGE, kinds[request->key].signature, out_reply);
}

struct err job_decrypt(struct piv_session *session, const struct token_request *request,
                       struct token_reply *out_reply)
{
    const struct kind *kind = &kinds[request->key];
    return use(session, request, kind->rsa ? PIV_AUTH_CHALLENGE : PIV_AUTH_EXPONENTIATION,
               kind->secret, out_reply);
}
