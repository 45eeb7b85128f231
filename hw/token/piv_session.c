#include "hw/token/piv_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/hex.h"

void session_set_deadline(struct piv_session *session)
{
    session->deadline_ms = clock_boot_ms() + TOKEN_CALL_TIMEOUT_MS;
}

static uint32_t time_left_ms(const struct piv_session *session)
{
    uint64_t now_ms = clock_boot_ms();
    return now_ms < session->deadline_ms ? (uint32_t)(session->deadline_ms - now_ms) : 0;
}

struct err session_exchange(struct piv_session *session, const struct apdu *apdu,
                            struct apdu_response *out_response)
{
    return card_exchange(session->card, session->deadline_ms, apdu, out_response);
}

static struct err select_piv(struct piv_session *session)
{
    struct apdu apdu;
    struct apdu_response response;

    piv_select(&apdu);
    struct err e = session_exchange(session, &apdu, &response);
    if (failed(e))
        return e;
    if (response.sw != APDU_SW_OK)
        return ERR(ERR_UNSUPPORTED, response.sw, "SELECT");
    return ERR_OK;
}

/* The id by serial number. ERR_NOT_FOUND when the token has none. */
static struct err read_serial_id(struct piv_session *session, char out_id[TOKEN_ID_SIZE])
{
    struct apdu apdu;
    struct apdu_response response;
    uint32_t serial = 0;

    piv_get_serial(&apdu);
    struct err e = session_exchange(session, &apdu, &response);
    if (failed(e))
        return e;
    if (response.sw != APDU_SW_OK)
        return ERR(ERR_NOT_FOUND, response.sw, "GET SERIAL");
    e = piv_read_serial(apdu_data(&response), &serial);
    if (failed(e))
        return e;
    (void)snprintf(out_id, TOKEN_ID_SIZE, "s%" PRIu32, serial);
    return ERR_OK;
}

static struct err read_guid_id(struct piv_session *session, char out_id[TOKEN_ID_SIZE])
{
    struct apdu_response response;
    uint8_t guid[PIV_GUID_LEN];

    struct err e = session_get(session, PIV_OBJECT_CHUID, &response);
    if (!failed(e))
        e = piv_read_guid(apdu_data(&response), guid);
    if (e.code == ERR_NOT_FOUND)
        return ERR(ERR_UNSUPPORTED, e.native, "token without an id");
    if (failed(e))
        return e;
    out_id[0] = 'g';
    hex_print(out_id + 1, (struct bytes){guid, sizeof(guid)});
    return ERR_OK;
}

static struct err read_id(struct piv_session *session)
{
    char id[TOKEN_ID_SIZE] = "";

    struct err e = read_serial_id(session, id);
    session->has_no_serial = e.code == ERR_NOT_FOUND;
    if (session->has_no_serial)
        e = read_guid_id(session, id);
    if (failed(e))
        return e;
    memcpy(session->id, id, sizeof(id));
    return ERR_OK;
}

struct err session_confirm(struct piv_session *session)
{
    char id[TOKEN_ID_SIZE] = "";

    struct err e = session->has_no_serial ? read_guid_id(session, id) : read_serial_id(session, id);
    if (e.code == ERR_IO || e.code == ERR_GONE)
        return e;
    if (failed(e) || strcmp(id, session->id) != 0)
        return ERR(ERR_GONE, e.native, "another token");
    return ERR_OK;
}

static struct err begin(struct piv_session *session, bool *out_reset)
{
    struct card *card = session->card;
    return card->driver->begin(card, time_left_ms(session), out_reset);
}

struct err session_start(struct piv_session *session)
{
    bool reset = false;

    session_stop(session);
    struct err e = session->card->driver->connect(session->card, time_left_ms(session));
    if (failed(e))
        return e;
    e = begin(session, &reset);
    if (!failed(e))
        e = select_piv(session);
    if (!failed(e))
        e = read_id(session);
    if (failed(e)) {
        session_stop(session);
        return e; /* cppcheck-suppress returnDanglingLifetime; nothing in it points anywhere */
    }
    session->started = true;
    return ERR_OK;
}

struct err session_enter(struct piv_session *session)
{
    bool reset = false;

    if (!session->started)
        return ERR(ERR_GONE, 0, "no session");
    struct err e = begin(session, &reset);
    if (failed(e) || !reset)
        return e; /* cppcheck-suppress returnDanglingLifetime; nothing in it points anywhere */
    e = select_piv(session);
    if (e.code == ERR_UNSUPPORTED)
        return ERR(ERR_GONE, e.native, "another token");
    return failed(e) ? e : session_confirm(session);
}

void session_leave(struct piv_session *session)
{
    session->card->driver->end(session->card);
}

void session_stop(struct piv_session *session)
{
    struct card *card = session->card;
    uint64_t deadline_ms = session->deadline_ms;

    card->driver->disconnect(card);
    explicit_bzero(session, sizeof(*session));
    *session = (struct piv_session){.card = card, .deadline_ms = deadline_ms};
}

struct err session_metadata(struct piv_session *session, uint8_t key,
                            struct piv_metadata *out_metadata)
{
    struct apdu apdu;
    struct apdu_response response;

    piv_get_metadata(key, &apdu);
    struct err e = session_exchange(session, &apdu, &response);
    if (failed(e))
        return e;
    if (response.sw != APDU_SW_OK)
        return ERR(ERR_UNSUPPORTED, response.sw, "GET METADATA");
    return piv_read_metadata(apdu_data(&response), out_metadata);
}

struct err session_get(struct piv_session *session, uint32_t object,
                       struct apdu_response *out_response)
{
    struct apdu apdu;

    piv_get_data(object, &apdu);
    struct err e = session_exchange(session, &apdu, out_response);
    if (failed(e))
        return e;
    if (out_response->sw != APDU_SW_OK)
        return ERR(ERR_NOT_FOUND, out_response->sw, "GET DATA");
    return ERR_OK;
}
