/*
 * token_piv.c - each call of token.h as one transaction of APDUs.
 *
 * Whatever fails on the link ends the session, since a card that came back may be another one;
 * and the next watch tells that the token was away, even if the reader did not notice.
 */
#include "hw/token/token_piv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hw/token/piv_session.h"

#define IDENTIFY_ATTEMPTS 2
#define SETTLE_MS 600 /* a reader notices a pulled card within 400 ms */
#define ECDSA_DER_MAX 104

struct token_piv {
    struct token token;
    struct card *card;
    struct piv_session session;
    struct secret *admin_key;
    bool admin_key_aes;
    bool was_lost; /* watch has yet to say so */
};

static const uint8_t slots[TOKEN_CERTIFICATES_MAX] = {0x9A, 0x9C, 0x9D, 0x9E};

static struct token_piv *piv_of(struct token *token)
{
    return CONTAINER_OF(token, struct token_piv, token);
}

static bool is_link_error(struct err e)
{
    return e.code == ERR_GONE || e.code == ERR_IO;
}

/* An answer that makes no sense is, to callers that expect none, a token that does not work. */
static struct err malformed_is_io(struct err e)
{
    return e.code == ERR_MALFORMED ? (struct err){ERR_IO, e.native, e.site} : e;
}

/* End a call: after a link error nothing is certain, so the session ends with it. */
static struct err finish(struct token_piv *piv, struct err e)
{
    e = malformed_is_io(e);
    if (is_link_error(e)) {
        session_stop(&piv->session);
        piv->was_lost = e.code == ERR_GONE;
    } else {
        session_leave(&piv->session);
    }
    return e;
}

static struct err piv_watch(struct token *token, uint32_t timeout_ms,
                            enum token_presence *in_out_presence)
{
    struct token_piv *piv = piv_of(token);
    bool was_lost = piv->was_lost;

    piv->was_lost = false;
    if (was_lost && *in_out_presence == TOKEN_PRESENT) {
        *in_out_presence = TOKEN_ABSENT;
        return ERR_OK;
    }
    struct err e = piv->card->driver->watch(piv->card, timeout_ms, in_out_presence);
    if (failed(e) || *in_out_presence != TOKEN_PRESENT)
        session_stop(&piv->session);
    return e;
}

/* Tries left without spending one; a token that tells in no way is no error. */
static struct err read_tries(struct piv_session *session, uint8_t *out_tries_left)
{
    struct apdu apdu;
    struct apdu_response response;
    struct piv_metadata metadata = {.tries_left = TOKEN_TRIES_UNKNOWN};
    uint8_t tries_left = TOKEN_TRIES_UNKNOWN;

    piv_ask_tries(&apdu);
    struct err e = session_exchange(session, &apdu, &response);
    if (failed(e))
        return e;
    e = piv_verify_answer(response.sw, &tries_left);
    if (e.code == ERR_BLOCKED)
        tries_left = 0;
    if (e.code == ERR_NONE || e.code == ERR_IO) {
        e = session_metadata(session, PIV_KEY_PIN, &metadata);
        if (is_link_error(e))
            return e;
        tries_left = metadata.tries_left;
    }
    *out_tries_left = tries_left;
    return ERR_OK;
}

/* The certificate of `slot`, if there is one that can be read. Only link errors are errors. */
static struct err read_certificate(struct piv_session *session, uint8_t slot,
                                   struct token_identity *identity)
{
    CLEANUP(apdu_response_wipe) struct apdu_response response = {.len = 0};
    struct bytes der = {NULL, 0};

    struct err e = session_get(session, piv_certificate_object(slot), &response);
    if (is_link_error(e))
        return e;
    if (!failed(e))
        e = piv_read_certificate(apdu_data(&response), &der);
    if (failed(e) || der.len > TOKEN_CERTIFICATE_MAX)
        return ERR_OK;

    struct token_certificate *certificate = &identity->certificates[identity->certificate_count++];
    certificate->slot = slot;
    certificate->der_len = (uint16_t)der.len;
    memcpy(certificate->der, der.at, der.len);
    return ERR_OK;
}

/* Certificates carry names of people. */
static void identity_wipe(struct token_identity *identity)
{
    explicit_bzero(identity, sizeof(*identity));
}

static struct err identify_once(struct piv_session *session, struct token_identity *out_identity)
{
    struct err e = session_start(session);
    if (failed(e))
        return e;
    memcpy(out_identity->id, session->id, sizeof(out_identity->id));
    e = read_tries(session, &out_identity->pin_tries_left);
    for (size_t i = 0; i < ARRAY_LEN(slots) && !failed(e); i++)
        e = read_certificate(session, slots[i], out_identity);
    if (failed(e))
        session_stop(session);
    return e;
}

/* Whether the token went away, as far as the reader knows once it had time to notice. */
static bool went_away(struct token_piv *piv)
{
    enum token_presence presence = TOKEN_PRESENT;
    struct err e = piv->card->driver->watch(piv->card, SETTLE_MS, &presence);
    return !failed(e) && presence != TOKEN_PRESENT;
}

static struct err piv_identify(struct token *token, struct token_identity *out_identity)
{
    struct token_piv *piv = piv_of(token);
    CLEANUP(identity_wipe) struct token_identity identity = {.certificate_count = 0};
    struct err e = ERR_OK;

    session_set_deadline(&piv->session);
    for (int i = 0; i < IDENTIFY_ATTEMPTS; i++) {
        identity_wipe(&identity);
        e = identify_once(&piv->session, &identity);
        if (e.code != ERR_GONE)
            break;
        piv->was_lost = went_away(piv);
        if (piv->was_lost)
            return e;
    }
    if (e.code == ERR_GONE)
        return ERR(ERR_IO, e.native, "the token is in but does not answer");
    if (failed(e))
        return e;
    session_leave(&piv->session);
    *out_identity = identity;
    return ERR_OK;
}

static struct err verify(struct piv_session *session, struct bytes pin, uint8_t *out_tries_left)
{
    CLEANUP(apdu_wipe) struct apdu apdu = {.len = 0};
    CLEANUP(apdu_response_wipe) struct apdu_response response = {.len = 0};

    /* a token that took this one's place must not be shown the PIN */
    struct err e = session_confirm(session);
    if (failed(e))
        return e;
    piv_verify(pin, &apdu);
    e = session_exchange(session, &apdu, &response);
    if (failed(e))
        return e;
    return piv_verify_answer(response.sw, out_tries_left);
}

static struct err piv_verify_pin(struct token *token, struct bytes pin, uint8_t *out_tries_left)
{
    struct token_piv *piv = piv_of(token);

    session_set_deadline(&piv->session);
    struct err e = session_enter(&piv->session);
    if (!failed(e))
        e = verify(&piv->session, pin, out_tries_left);
    return finish(piv, e);
}

/* A no of the token; of another one that took its place unseen, it means that ours is gone. */
static struct err no_of_this_token(struct piv_session *session, struct err no)
{
    struct err e = session_confirm(session);
    return failed(e) ? e : no;
}

static struct err put(struct piv_session *session, uint32_t object, struct bytes der)
{
    struct apdu apdu;
    struct apdu_response response;

    struct err e = piv_put_certificate(object, der, &apdu);
    if (failed(e))
        return e;
    e = session_exchange(session, &apdu, &response);
    if (failed(e))
        return e;
    e = piv_put_answer(response.sw);
    return failed(e) ? no_of_this_token(session, e) : ERR_OK;
}

static struct err compare(struct piv_session *session, uint32_t object, struct bytes der)
{
    struct apdu_response response;
    struct bytes got = {NULL, 0};

    struct err e = session_get(session, object, &response);
    if (!failed(e))
        e = piv_read_certificate(apdu_data(&response), &got);
    if (is_link_error(e))
        return e;
    if (failed(e) || got.len != der.len || memcmp(got.at, der.at, der.len) != 0)
        return no_of_this_token(session, ERR(ERR_CONFLICT, e.native, "read back"));
    return ERR_OK;
}

/*
 * The id is read after the proof: whoever takes the token's place from then on has proved nothing
 * to itself, and refuses to be written to.
 */
static struct err write_certificate(struct token_piv *piv, const char *id, uint32_t object,
                                    struct bytes der)
{
    struct piv_session *session = &piv->session;

    if (strcmp(id, session->id) != 0)
        return ERR(ERR_GONE, 0, "another token");
    struct err e = session_authenticate(session, piv->admin_key, piv->admin_key_aes);
    if (e.code == ERR_DENIED)
        e = no_of_this_token(session, e);
    if (!failed(e))
        e = session_confirm(session);
    if (!failed(e))
        e = put(session, object, der);
    if (!failed(e))
        e = compare(session, object, der);
    return failed(e) ? e : session_confirm(session);
}

static struct err piv_write(struct token *token, const char *id, uint8_t slot, struct bytes der)
{
    struct token_piv *piv = piv_of(token);

    session_set_deadline(&piv->session);
    struct err e = session_enter(&piv->session);
    if (!failed(e))
        e = write_certificate(piv, id, piv_certificate_object(slot), der);
    return finish(piv, e);
}

/* What a signature of each kind of key looks like. */
static const struct kind {
    enum piv_algorithm algorithm;
    size_t signature_min, signature_max;
} kinds[] = {
    [TOKEN_KEY_P256] = {PIV_ALGORITHM_P256, 8, ECDSA_DER_MAX},
    [TOKEN_KEY_P384] = {PIV_ALGORITHM_P384, 8, ECDSA_DER_MAX},
    [TOKEN_KEY_RSA2048] = {PIV_ALGORITHM_RSA2048, 256, 256},
};

/* The signature over what `apdu` asks to be signed, in `response`. */
static struct err exchange_signature(struct piv_session *session, const struct apdu *apdu,
                                     const struct kind *kind, struct apdu_response *response,
                                     struct bytes *out_signature)
{
    struct bytes value = {NULL, 0};

    struct err e = session_exchange(session, apdu, response);
    if (failed(e))
        return e;
    e = piv_sign_answer(response->sw);
    if (failed(e))
        return no_of_this_token(session, e);
    e = piv_read_authenticate(apdu_data(response), PIV_AUTH_RESPONSE, &value);
    if (failed(e))
        return e;
    if (value.len < kind->signature_min || value.len > kind->signature_max)
        return ERR(ERR_MALFORMED, value.len, "signature");
    *out_signature = value;
    return ERR_OK;
}

/* NOLINTNEXTLINE(readability-function-size): the contract has six parameters */
static struct err piv_sign_digest(struct token *token, uint8_t slot, enum token_key key,
                                  struct bytes digest, uint8_t out_signature[TOKEN_SIGNATURE_MAX],
                                  size_t *out_len)
{
    struct token_piv *piv = piv_of(token);
    struct apdu apdu;
    struct apdu_response response;
    struct bytes signature = {NULL, 0};

    session_set_deadline(&piv->session);
    piv_sign(kinds[key].algorithm, slot, digest, &apdu);
    struct err e = session_enter(&piv->session);
    if (!failed(e))
        e = exchange_signature(&piv->session, &apdu, &kinds[key], &response, &signature);
    e = finish(piv, e);
    if (failed(e))
        return e;
    assert(signature.len <= TOKEN_SIGNATURE_MAX);
    memcpy(out_signature, signature.at, signature.len);
    *out_len = signature.len;
    return ERR_OK;
}

static void piv_close(struct token *token)
{
    struct token_piv *piv = piv_of(token);

    session_stop(&piv->session);
    piv->card->driver->close(piv->card);
    secret_destroy(piv->admin_key);
    free(piv);
}

static const struct token_driver piv_driver = {
    .name = "piv",
    .watch = piv_watch,
    .identify = piv_identify,
    .verify_pin = piv_verify_pin,
    .write = piv_write,
    .sign = piv_sign_digest,
    .close = piv_close,
};

struct err token_piv_create(const struct token_config *config, struct card *card,
                            struct token **out_token)
{
    struct token_piv *piv = calloc(1, sizeof(*piv));
    struct secret *admin_key = secret_create();

    if (piv == NULL || admin_key == NULL) {
        secret_destroy(admin_key);
        free(piv);
        card->driver->close(card);
        return ERR(ERR_NO_ROOM, 0, "token_piv_create");
    }
    *admin_key = config->admin_key;
    *piv = (struct token_piv){
        .token.driver = &piv_driver,
        .card = card,
        .session.card = card,
        .admin_key = admin_key,
        .admin_key_aes = config->admin_key_aes,
    };
    *out_token = &piv->token;
    return ERR_OK;
}
