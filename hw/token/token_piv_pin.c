/* token_piv_pin.c - PIN and PUK. A token that took this one's place must not be shown them, so the
 * id is read right before; and what a change did was done to this one only if it still is there. */
#include "hw/token/token_piv_jobs.h"

static struct err no_unblock(void)
{
    return ERR(ERR_UNSUPPORTED, APDU_SW_NO_REFERENCE, "a PUK does not unblock a global PIN");
}

static bool names_pin(const struct apdu *apdu)
{
    return apdu->p2 == PIV_KEY_PIN || apdu->p2 == PIV_KEY_GLOBAL_PIN;
}

void job_aim(const struct piv_session *session, struct apdu *apdu)
{
    if (names_pin(apdu))
        apdu->p2 = session->global_pin ? PIV_KEY_GLOBAL_PIN : PIV_KEY_PIN;
}

struct err job_other_pin(struct piv_session *session)
{
    struct apdu_response response;
    struct piv_discovery policy = {.global_pin = false};

    if (session->global_pin)
        return ERR(ERR_UNSUPPORTED, 0, "the global PIN is gone");
    struct err e = session_get(session, PIV_OBJECT_DISCOVERY, &response);
    if (e.code == ERR_GONE || e.code == ERR_IO || e.code == ERR_MALFORMED)
        return e;
    if (!failed(e))
        e = piv_read_discovery(apdu_data(&response), &policy);
    bool global = policy.global_pin && (policy.global_first || !policy.application_pin);
    if (failed(e) || !global)
        return ERR(ERR_UNSUPPORTED, e.native, "no PIN that opens it is known");
    e = session_confirm(session);
    session->global_pin = !failed(e);
    return e;
}

static struct err send_once(struct piv_session *session, const struct apdu *apdu,
                            struct apdu_response *out_response)
{
    struct err e = session_confirm(session);
    return failed(e) ? e : session_exchange(session, apdu, out_response);
}

/*
 * One command with a PIN or PUK, to the token that was identified. One that has no such PIN, and
 * spent no try therefore, is shown it as its global one where that is what its holder types.
 */
static struct err send(struct piv_session *session, enum piv_command command, struct apdu *apdu,
                       uint8_t *out_tries_left)
{
    CLEANUP(apdu_response_wipe) struct apdu_response response = {.len = 0};

    job_aim(session, apdu);
    struct err e = send_once(session, apdu, &response);
    if (!failed(e) && response.sw == APDU_SW_NO_REFERENCE && names_pin(apdu)) {
        e = job_other_pin(session);
        job_aim(session, apdu);
        if (!failed(e))
            e = session_exchange(session, apdu, &response); /* its id was read right before */
    }
    if (e.code == ERR_UNSUPPORTED)
        return session_own_no(session, e);
    if (failed(e))
        return e;
    e = piv_pin_answer(command, response.sw, out_tries_left);
    return e.code == ERR_IO || e.code == ERR_UNSUPPORTED ? session_own_no(session, e) : e;
}

/* What `e` says of a change was done to this token, if it still is there. */
static struct err changed(struct piv_session *session, struct err e)
{
    bool answered = e.code == ERR_NONE || e.code == ERR_DENIED || e.code == ERR_BLOCKED;
    return answered ? session_own_no(session, e) : e;
}

struct err job_pin_change(struct piv_session *session, struct apdu *apdu, uint8_t *out_tries_left)
{
    return changed(session, send(session, PIV_COMMAND_CHANGE, apdu, out_tries_left));
}

struct err job_verify_pin(struct piv_session *session, const struct token_request *request,
                          struct token_reply *out_reply)
{
    CLEANUP(apdu_wipe) struct apdu apdu = {.len = 0};

    piv_verify(request->pin, &apdu);
    return send(session, PIV_COMMAND_PIN, &apdu, &out_reply->tries_left);
}

struct err job_change_pin(struct piv_session *session, const struct token_request *request,
                          struct token_reply *out_reply)
{
    CLEANUP(apdu_wipe) struct apdu apdu = {.len = 0};

    piv_change(PIV_KEY_PIN, request->pin, request->new_pin, &apdu);
    return job_pin_change(session, &apdu, &out_reply->tries_left);
}

/* The PUK is the application's: a global PIN is reset by whoever manages the card. Whose PIN it is,
 * the token says: without one of the application it has nothing to try the PUK for. */
struct err job_unblock(struct piv_session *session, const struct token_request *request,
                       struct token_reply *out_reply)
{
    CLEANUP(apdu_wipe) struct apdu apdu = {.len = 0};
    CLEANUP(apdu_response_wipe) struct apdu_response response = {.len = 0};

    piv_unblock(request->pin, request->new_pin, &apdu);
    struct err e = send_once(session, &apdu, &response);
    if (failed(e))
        return e;
    if (response.sw == APDU_SW_NO_REFERENCE)
        return session_own_no(session, no_unblock());
    e = piv_pin_answer(PIV_COMMAND_CHANGE, response.sw, &out_reply->tries_left);
    return e.code == ERR_IO || e.code == ERR_UNSUPPORTED ? session_own_no(session, e)
                                                         : changed(session, e);
}
