/* token_piv_pin.c - PIN and PUK. A token that took this one's place must not be shown them, so the
 * id is read right before; and what a change did was done to this one only if it still is there. */
#include "hw/token/token_piv_jobs.h"

/* One command with a PIN or PUK, to the token that was identified. */
static struct err send(struct piv_session *session, enum piv_command command,
                       const struct apdu *apdu, uint8_t *out_tries_left)
{
    CLEANUP(apdu_response_wipe) struct apdu_response response = {.len = 0};

    struct err e = session_confirm(session);
    if (!failed(e))
        e = session_exchange(session, apdu, &response);
    if (failed(e))
        return e;
    e = piv_pin_answer(command, response.sw, out_tries_left);
    return e.code == ERR_IO || e.code == ERR_UNSUPPORTED ? session_own_no(session, e) : e;
}

struct err job_pin_change(struct piv_session *session, const struct apdu *apdu,
                          uint8_t *out_tries_left)
{
    struct err e = send(session, PIV_COMMAND_CHANGE, apdu, out_tries_left);
    bool answered = e.code == ERR_NONE || e.code == ERR_DENIED || e.code == ERR_BLOCKED;
    return answered ? session_own_no(session, e) : e;
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

struct err job_unblock(struct piv_session *session, const struct token_request *request,
                       struct token_reply *out_reply)
{
    CLEANUP(apdu_wipe) struct apdu apdu = {.len = 0};

    piv_unblock(request->pin, request->new_pin, &apdu);
    return job_pin_change(session, &apdu, &out_reply->tries_left);
}
