/*
 * piv_length.c - which form a command goes out in. A token does not say whether it takes
 * commands of extended length:
 *
 *     unknown --GET DATA answered--> extended     ... and later ones too long for it: data_max
 *        '------refused, link error---> short
 *
 * A refused command was not carried out, so it may be sent again in the other form; one that the
 * link lost may not. A link that fails twice in a row at a long command is given short ones.
 */
#include "hw/token/piv_session.h"

#define FAILURES_MAX 2

/* At the first try, whatever does not show that the command was understood. */
static bool refuses_length(const struct piv_session *session, uint16_t sw)
{
    if (session->length.length == PIV_LENGTH_UNKNOWN)
        return sw != APDU_SW_OK && sw != 0x6A82;
    return sw == 0x6700 || sw == 0x6D00 || sw == 0x6E00;
}

static bool goes_extended(const struct piv_session *session, const struct apdu *apdu)
{
    const struct piv_memory_row *known = &session->length;

    if (!apdu->wide || session->cautious || !card_carries(session->card, apdu) ||
        session->id[0] == '\0')
        return false;
    if (known->length == PIV_LENGTH_UNKNOWN)
        return apdu->ins == PIV_INS_GET_DATA;
    bool fits = apdu->len <= APDU_BLOCK_DATA_MAX ||
                (apdu->len <= known->data_max && known->failures < FAILURES_MAX);
    return known->length == PIV_LENGTH_EXTENDED && fits;
}

static void keep(struct piv_session *session, struct piv_memory_row row)
{
    session->length = row;
    piv_memory_keep(session->memory, session->id, row);
}

static void note_success(struct piv_session *session, const struct apdu *apdu)
{
    struct piv_memory_row row = session->length;
    bool forgives = row.failures > 0 && apdu->len > APDU_BLOCK_DATA_MAX;

    if (row.length == PIV_LENGTH_EXTENDED && !forgives)
        return;
    if (row.length == PIV_LENGTH_UNKNOWN)
        row.data_max = APDU_DATA_MAX;
    row.length = PIV_LENGTH_EXTENDED;
    row.failures = 0;
    keep(session, row);
}

static void note_refusal(struct piv_session *session, const struct apdu *apdu)
{
    struct piv_memory_row row = session->length;

    if (apdu->len > APDU_BLOCK_DATA_MAX) {
        row.data_max = (uint16_t)(apdu->len - 1);
    } else {
        row.length = PIV_LENGTH_SHORT;
    }
    keep(session, row);
}

static void note_failure(struct piv_session *session, const struct apdu *apdu)
{
    struct piv_memory_row row = session->length;

    if (row.length == PIV_LENGTH_UNKNOWN) {
        session->shy = true;
    } else if (apdu->len > APDU_BLOCK_DATA_MAX) {
        row.failures++;
        keep(session, row);
    }
}

struct err session_exchange(struct piv_session *session, const struct apdu *apdu,
                            struct apdu_response *out_response)
{
    struct card *card = session->card;

    if (!goes_extended(session, apdu))
        return card_exchange(card, session->deadline_ms, apdu, APDU_SHORT, out_response);
    struct err e = card_exchange(card, session->deadline_ms, apdu, APDU_EXTENDED, out_response);
    if (e.code == ERR_GONE || e.code == ERR_IO)
        note_failure(session, apdu);
    if (failed(e))
        return e;
    if (!refuses_length(session, out_response->sw)) {
        note_success(session, apdu);
        return ERR_OK;
    }
    uint16_t refusal = out_response->sw;
    e = card_exchange(card, session->deadline_ms, apdu, APDU_SHORT, out_response);
    if (!failed(e) && out_response->sw != refusal)
        note_refusal(session, apdu);
    return e;
}
