/*
 * token_piv_personal.c - a blank token gets its own values, in an order that can be resumed:
 *
 *     CHUID --> PUK --> PIN --> card management key
 *
 * Until the last step the factory's key opens the token, so an interrupted call goes on where it
 * was. A token without the command for the last step is told before the first, by setting the
 * key that is there.
 */
#include <string.h>

#include "hw/token/token_piv_jobs.h"

#define LAST_TRY 1

/* The factory's key, or the own one when an earlier call came that far. */
static struct err prove_either(struct piv_session *session, const struct token_personal *personal,
                               bool *out_own)
{
    struct err e = session_prove(session, personal->admin_was);
    bool own = e.code == ERR_DENIED;
    if (own) {
        session->admin_algorithm = PIV_ALGORITHM_NONE;
        e = session_prove(session, personal->admin);
    }
    if (failed(e))
        return e;
    *out_own = own;
    return ERR_OK;
}

static struct err set_guid(struct piv_session *session, const uint8_t guid[PIV_GUID_LEN])
{
    uint8_t was[PIV_GUID_LEN] = {0};
    struct apdu apdu;

    struct err e = session_guid(session, was);
    if (e.code == ERR_GONE || e.code == ERR_IO || e.code == ERR_MALFORMED)
        return e;
    if (!failed(e) && memcmp(was, guid, PIV_GUID_LEN) == 0)
        return ERR_OK;
    piv_put_chuid(guid, &apdu);
    e = job_command(session, PIV_COMMAND_PUT, &apdu);
    if (!failed(e))
        session_renamed(session, guid);
    return e.code == ERR_NO_ROOM ? ERR(ERR_UNSUPPORTED, e.native, "CHUID") : e;
}

static struct err change(struct piv_session *session, uint8_t key, const struct secret *was,
                         const struct secret *next, uint8_t *out_tries_left)
{
    CLEANUP(apdu_wipe) struct apdu apdu = {.len = 0};

    piv_change(key, secret_reveal(was), secret_reveal(next), &apdu);
    return job_pin_change(session, &apdu, out_tries_left);
}

/*
 * From the factory's value to the own one. When that is wrong, the own one may be there already,
 * which a change of it to itself tells; but a wrong guess must not spend the last try.
 */
static struct err set_reference(struct piv_session *session, uint8_t key, const struct secret *was,
                                const struct secret *own)
{
    uint8_t tries_left = 0;

    struct err e = change(session, key, was, own, &tries_left);
    if (e.code != ERR_DENIED || tries_left <= LAST_TRY ||
        admin_same(secret_reveal(was), secret_reveal(own)))
        return e;
    return change(session, key, own, own, &tries_left);
}

/* No guess with the last try of the PIN or PUK, where the token tells how many are left. */
static struct err spare_last_try(struct piv_session *session)
{
    uint8_t tries_left[2] = {TOKEN_TRIES_UNKNOWN, TOKEN_TRIES_UNKNOWN};

    struct err e = job_puk_tries(session, &tries_left[0]);
    if (!failed(e))
        e = job_pin_tries(session, &tries_left[1]);
    for (size_t i = 0; i < ARRAY_LEN(tries_left) && !failed(e); i++) {
        if (tries_left[i] == 0)
            e = ERR(ERR_BLOCKED, 0, "PIN or PUK");
        if (tries_left[i] == LAST_TRY)
            e = ERR(ERR_DENIED, LAST_TRY, "the last try of the PIN or PUK");
    }
    return e;
}

static struct err put_admin(struct piv_session *session, enum piv_algorithm algorithm,
                            const struct secret *key)
{
    CLEANUP(apdu_wipe) struct apdu apdu = {.len = 0};

    piv_set_admin(algorithm, secret_reveal(key), &apdu);
    return job_command(session, PIV_COMMAND_SET_ADMIN, &apdu);
}

/* Whether it will be possible: the key that is there is set again. */
static struct err try_admin(struct piv_session *session, const struct token_personal *personal)
{
    return put_admin(session, session->admin_algorithm, &personal->admin_was->key);
}

static struct err set_admin(struct piv_session *session, const struct token_admin *admin)
{
    enum piv_algorithm algorithm = admin_algorithm(admin->key.len, admin->aes);

    struct err e = put_admin(session, algorithm, &admin->key);
    if (failed(e))
        return e;
    session_forget_proof(session);
    session->admin_algorithm = algorithm;
    return session_prove(session, admin);
}

struct err job_personalise(struct piv_session *session, const struct token_request *request,
                           struct token_reply *out_reply)
{
    const struct token_personal *personal = request->personal;
    bool own = false;
    (void)out_reply;

    if (strcmp(request->target.id, session->id) != 0)
        return ERR(ERR_GONE, 0, "another token");
    struct err e = prove_either(session, personal, &own);
    if (!failed(e))
        e = spare_last_try(session);
    if (!failed(e) && !own)
        e = try_admin(session, personal);
    if (!failed(e))
        e = set_guid(session, personal->guid);
    if (!failed(e))
        e = set_reference(session, PIV_KEY_PUK, personal->puk_was, personal->puk);
    if (!failed(e))
        e = set_reference(session, PIV_KEY_PIN, personal->pin_was, personal->pin);
    if (!failed(e) && !own)
        e = set_admin(session, personal->admin);
    return e;
}
