/*
 * token_piv_write.c - certificates onto the token and off it.
 *
 * Whoever takes the token's place after the proof has proved nothing to itself, and refuses to be
 * written to. What was just issued and is read back byte for byte is in no other token, so
 * nothing is asked after that.
 */
#include <string.h>

#include "hw/token/token_piv_jobs.h"

struct err job_command(struct piv_session *session, enum piv_command command,
                       const struct apdu *apdu)
{
    struct apdu_response response;

    struct err e = session_exchange(session, apdu, &response);
    if (failed(e))
        return e;
    e = piv_answer(command, response.sw);
    return failed(e) ? session_own_no(session, e) : ERR_OK;
}

static struct err compare(struct piv_session *session, uint32_t object, struct bytes der)
{
    struct apdu_response response;
    struct bytes got = {NULL, 0};

    struct err e = session_get(session, object, &response);
    if (e.code == ERR_GONE || e.code == ERR_IO)
        return e;
    if (!failed(e))
        e = piv_read_certificate(apdu_data(&response), &got);
    if (failed(e) || got.len != der.len || memcmp(got.at, der.at, der.len) != 0)
        return session_own_no(session, ERR(ERR_CONFLICT, e.native, "read back"));
    return ERR_OK;
}

struct err job_prove(struct piv_session *session, const struct token_request *request,
                     struct token_reply *out_reply)
{
    (void)session;
    (void)request;
    (void)out_reply;
    return ERR_OK;
}

struct err job_write(struct piv_session *session, const struct token_request *request,
                     struct token_reply *out_reply)
{
    uint32_t object = piv_certificate_object(request->target.slot);
    struct apdu apdu;
    (void)out_reply;

    struct err e = piv_put_certificate(object, request->data, &apdu);
    session->empty &= ~(1U << token_slot_index(request->target.slot));
    if (!failed(e))
        e = job_command(session, PIV_COMMAND_PUT, &apdu);
    return failed(e) ? e : compare(session, object, request->data);
}

struct err job_delete(struct piv_session *session, const struct token_request *request,
                      struct token_reply *out_reply)
{
    struct apdu apdu;
    (void)out_reply;

    piv_put_empty(piv_certificate_object(request->target.slot), &apdu);
    struct err e = job_command(session, PIV_COMMAND_EMPTY, &apdu);
    if (!failed(e))
        session->empty |= 1U << token_slot_index(request->target.slot);
    return e;
}
