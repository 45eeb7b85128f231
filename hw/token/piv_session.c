/* piv_session.c - whose card it is; piv_length.c has how commands get there. */
#include "hw/token/piv_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/hex.h"

void session_set_deadline(struct piv_session *session, uint32_t timeout_ms)
{
    session->deadline_ms = clock_boot_ms() + timeout_ms;
}

static uint32_t time_left_ms(const struct piv_session *session)
{
    uint64_t now_ms = clock_boot_ms();
    return now_ms < session->deadline_ms ? (uint32_t)(session->deadline_ms - now_ms) : 0;
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

static void print_guid_id(const uint8_t guid[PIV_GUID_LEN], char out_id[TOKEN_ID_SIZE])
{
    out_id[0] = 'g';
    hex_print(out_id + 1, (struct bytes){guid, PIV_GUID_LEN});
}

static struct err read_guid(struct piv_session *session, uint8_t out_guid[PIV_GUID_LEN])
{
    struct apdu_response response;

    struct err e = session_get(session, PIV_OBJECT_CHUID, &response);
    if (failed(e))
        return e;
    e = piv_read_guid(apdu_data(&response), out_guid);
    return failed(e) ? ERR(ERR_NOT_FOUND, e.native, "GUID") : ERR_OK;
}

struct err session_guid(struct piv_session *session, uint8_t out_guid[PIV_GUID_LEN])
{
    if (!session->has_guid) {
        uint8_t guid[PIV_GUID_LEN];
        struct err e = read_guid(session, guid);
        if (failed(e))
            return e;
        memcpy(session->guid, guid, sizeof(guid));
        session->has_guid = true;
    }
    memcpy(out_guid, session->guid, PIV_GUID_LEN);
    return ERR_OK;
}

static struct err read_id(struct piv_session *session)
{
    char id[TOKEN_ID_SIZE] = "";
    uint8_t guid[PIV_GUID_LEN] = {0};

    struct err e = read_serial_id(session, id);
    session->has_no_serial = e.code == ERR_NOT_FOUND;
    if (session->has_no_serial) {
        e = session_guid(session, guid);
        if (e.code == ERR_NOT_FOUND || e.code == ERR_UNSUPPORTED)
            return ERR(ERR_UNSUPPORTED, e.native, "token without an id");
        print_guid_id(guid, id);
    }
    if (failed(e))
        return e;
    memcpy(session->id, id, sizeof(id));
    session->length = piv_memory_find(session->memory, id);
    session->admin_algorithm = (enum piv_algorithm)session->length.admin;
    session->admin_one_way = session->length.one_way != 0;
    session->admin_recalled = session->length.admin != PIV_ALGORITHM_NONE;
    session->cautious = session->shy && session->length.length == PIV_LENGTH_EXTENDED;
    if (session->shy && !session->cautious)
        session->length.length = PIV_LENGTH_SHORT;
    return ERR_OK;
}

struct err session_confirm(struct piv_session *session)
{
    char id[TOKEN_ID_SIZE] = "";
    uint8_t guid[PIV_GUID_LEN] = {0};

    struct err e = session->has_no_serial ? read_guid(session, guid) : read_serial_id(session, id);
    if (e.code == ERR_IO || e.code == ERR_GONE)
        return e;
    if (!failed(e) && session->has_no_serial)
        print_guid_id(guid, id);
    if (failed(e) || strcmp(id, session->id) != 0)
        return ERR(ERR_GONE, e.native, "another token");
    session->unsure = false;
    return ERR_OK;
}

struct err session_be_sure(struct piv_session *session)
{
    return session->unsure ? session_confirm(session) : ERR_OK;
}

struct err session_own_no(struct piv_session *session, struct err no)
{
    struct err e = session_confirm(session);
    return failed(e) ? e : no;
}

void session_renamed(struct piv_session *session, const uint8_t guid[PIV_GUID_LEN])
{
    memcpy(session->guid, guid, PIV_GUID_LEN);
    session->has_guid = true;
    if (!session->has_no_serial)
        return;
    print_guid_id(guid, session->id);
    piv_memory_keep(session->memory, session->id, session->length);
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

/* What someone who reset the card may have changed, or what the reset did. */
static void forget_state(struct piv_session *session)
{
    session->unsure = true;
    session->empty = 0;
    session_forget_proof(session);
}

struct err session_enter(struct piv_session *session)
{
    bool reset = false;

    if (!session->started)
        return ERR(ERR_GONE, 0, "no session");
    struct err e = begin(session, &reset);
    if (failed(e) || !reset)
        return e; /* cppcheck-suppress returnDanglingLifetime; nothing in it points anywhere */
    forget_state(session);
    e = select_piv(session);
    if (e.code == ERR_UNSUPPORTED)
        return ERR(ERR_GONE, e.native, "another token");
    return e;
}

void session_leave(struct piv_session *session)
{
    session->card->driver->end(session->card);
}

void session_stop(struct piv_session *session)
{
    struct piv_session blank = {.card = session->card,
                                .memory = session->memory,
                                .deadline_ms = session->deadline_ms,
                                .shy = session->shy};

    session->card->driver->disconnect(session->card);
    explicit_bzero(session, sizeof(*session));
    *session = blank;
}

static bool lacks_command(uint16_t sw)
{
    return sw == 0x6D00 || sw == 0x6E00 || sw == 0x6A81;
}

struct err session_metadata(struct piv_session *session, uint8_t key,
                            struct piv_metadata *out_metadata)
{
    struct apdu apdu;
    struct apdu_response response;

    if (session->no_metadata)
        return ERR(ERR_UNSUPPORTED, 0, "GET METADATA");
    piv_get_metadata(key, &apdu);
    struct err e = session_exchange(session, &apdu, &response);
    if (failed(e))
        return e;
    e = piv_answer(PIV_COMMAND_METADATA, response.sw);
    session->no_metadata = lacks_command(response.sw);
    return failed(e) ? e : piv_read_metadata(apdu_data(&response), out_metadata);
}

struct err session_get(struct piv_session *session, uint32_t object,
                       struct apdu_response *out_response)
{
    struct apdu apdu;

    piv_get_data(object, &apdu);
    struct err e = session_exchange(session, &apdu, out_response);
    return failed(e) ? e : piv_answer(PIV_COMMAND_GET, out_response->sw);
}
