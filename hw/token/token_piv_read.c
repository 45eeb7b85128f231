/* token_piv_read.c - what there is on a token; nothing is changed and no try is spent. */
#include <string.h>

#include "hw/token/token_piv_jobs.h"

static bool is_link_error(struct err e)
{
    return e.code == ERR_GONE || e.code == ERR_IO || e.code == ERR_MALFORMED;
}

/* The tries that metadata of a PIN or PUK tell. A token that does not tell is no error. */
static struct err read_metadata_tries(struct piv_session *session, uint8_t key,
                                      uint8_t *out_tries_left)
{
    struct piv_metadata metadata = {.tries_left = PIV_TRIES_UNKNOWN};

    struct err e = session_metadata(session, key, &metadata);
    if (is_link_error(e))
        return e;
    *out_tries_left = metadata.tries_left;
    return ERR_OK;
}

struct err job_pin_tries(struct piv_session *session, uint8_t *out_tries_left)
{
    struct apdu apdu;
    struct apdu_response response;
    uint8_t tries_left = 0;

    piv_ask_tries(&apdu);
    job_aim(session, &apdu);
    struct err e = session_exchange(session, &apdu, &response);
    if (!failed(e) && response.sw == APDU_SW_NO_REFERENCE) {
        e = job_other_pin(session);
        job_aim(session, &apdu);
        if (!failed(e))
            e = session_exchange(session, &apdu, &response);
    }
    if (failed(e) && e.code != ERR_UNSUPPORTED)
        return e;
    e = piv_pin_answer(PIV_COMMAND_PIN, response.sw, &tries_left);
    if (e.code != ERR_DENIED && e.code != ERR_BLOCKED)
        return read_metadata_tries(session, apdu.p2, out_tries_left);
    *out_tries_left = tries_left;
    return ERR_OK;
}

struct err job_puk_tries(struct piv_session *session, uint8_t *out_tries_left)
{
    return read_metadata_tries(session, PIV_KEY_PUK, out_tries_left);
}

static void add_certificate(struct token_identity *identity, uint8_t slot, struct bytes der)
{
    struct token_certificate *certificate = &identity->certificates[identity->certificate_count++];
    certificate->slot = slot;
    certificate->der_len = (uint16_t)der.len;
    memcpy(certificate->der, der.at, der.len);
}

/* A slot that the token does not have. */
static bool has_no_such_object(uint16_t sw)
{
    return sw == 0x6A80 || sw == 0x6A81 || sw == 0x6A86;
}

/* The certificate of slot `index`, if there is one. Only link errors are errors. */
static struct err read_certificate(struct piv_session *session, size_t index,
                                   struct token_identity *identity)
{
    CLEANUP(apdu_response_wipe) struct apdu_response response = {.len = 0};
    uint8_t slot = token_slot_at(index);
    struct bytes der = {NULL, 0};

    struct err e = session_get(session, piv_certificate_object(slot), &response);
    if (is_link_error(e))
        return e;
    if (!failed(e))
        e = piv_read_certificate(apdu_data(&response), &der);
    if (e.code == ERR_NOT_FOUND)
        session->empty |= 1U << index;
    if (e.code == ERR_MALFORMED)
        identity->torn |= 1U << index;
    if (!failed(e) && der.len <= TOKEN_CERTIFICATE_MAX) {
        add_certificate(identity, slot, der);
    } else if (!failed(e) || (e.code == ERR_UNSUPPORTED && !has_no_such_object(response.sw))) {
        identity->hidden |= 1U << index;
    }
    return ERR_OK;
}

static struct err read_key(struct piv_session *session, size_t index,
                           struct token_identity *identity)
{
    struct piv_metadata metadata = {.algorithm = PIV_ALGORITHM_NONE};

    struct err e = session_metadata(session, token_slot_at(index), &metadata);
    if (is_link_error(e))
        return e;
    if (identity->keys_known && session->no_metadata)
        return ERR(ERR_GONE, 0, "another token: this one told of its keys");
    identity->keys_known = !session->no_metadata;
    enum token_key key = failed(e) ? TOKEN_KEY_OTHER : job_key_of(metadata.algorithm);
    if (e.code == ERR_NOT_FOUND || session->no_metadata) {
        key = TOKEN_KEY_NONE;
    } else if (key == TOKEN_KEY_NONE) {
        key =
            TOKEN_KEY_OTHER; /* only a clear no is none: what is taken for free gets overwritten */
    }
    identity->keys[index] = (uint8_t)key;
    return ERR_OK;
}

/* What is asked for of each slot; certificates first, since those tell the most. */
static struct err read_slots(struct piv_session *session, const struct token_scope *scope,
                             struct token_identity *identity)
{
    struct err e = ERR_OK;

    for (size_t i = 0; i < TOKEN_SLOT_COUNT && !failed(e); i++) {
        if ((scope->slots >> i & 1) != 0)
            e = read_certificate(session, i, identity);
    }
    for (size_t i = 0; i < TOKEN_SLOT_COUNT && !failed(e); i++) {
        if (scope->keys && (scope->slots >> i & 1) != 0 && !session->no_metadata)
            e = read_key(session, i, identity);
    }
    return e;
}

static struct err read_guid(struct piv_session *session, struct token_identity *identity)
{
    struct err e = session_guid(session, identity->guid);
    if (is_link_error(e))
        return e;
    identity->has_guid = !failed(e);
    return ERR_OK;
}

/* A token that took commands only after extended length was given up takes none of that length,
 * unless it is known to. */
static void settle_length(struct piv_session *session)
{
    if (session->shy)
        piv_memory_keep(session->memory, session->id, session->length);
    session->shy = false;
    session->memory->hung = 0;
}

struct err job_read(struct piv_session *session, const struct token_scope *scope,
                    struct token_identity *out_identity)
{
    struct err e = ERR_OK;

    memcpy(out_identity->id, session->id, sizeof(out_identity->id));
    out_identity->pin_tries_left = TOKEN_TRIES_UNKNOWN;
    out_identity->puk_tries_left = TOKEN_TRIES_UNKNOWN;
    if (scope->pin_tries)
        e = job_pin_tries(session, &out_identity->pin_tries_left);
    if (!failed(e) && scope->puk_tries)
        e = job_puk_tries(session, &out_identity->puk_tries_left);
    if (!failed(e) && (scope->guid || session->has_guid))
        e = read_guid(session, out_identity);
    if (!failed(e))
        e = read_slots(session, scope, out_identity);
    if (failed(e))
        return e;
    settle_length(session);
    out_identity->extended = session->length.length == PIV_LENGTH_EXTENDED && !session->cautious;
    return ERR_OK;
}
