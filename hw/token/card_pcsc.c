/*
 * card_pcsc.c - the only file that includes winscard.h.
 *
 * Three things that pcsc-lite leaves to its callers are done here. A context dies with the
 * service, so it is made anew at the next call. A swap leaves a handle looking valid, so
 * the reader's count of events (upper half of dwEventState) is compared. And a new reader has
 * no state to wait for, so waits for one are short and end in a fresh list.
 */
#include "hw/token/card_pcsc.h"

#include <poll.h>
#include <reader.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

#define READERS_MAX 4096
#define NO_SERVICE_WAIT_MS 500U /* between two tries to reach the service */
#define NO_READER_WAIT_MS 1000U /* between two looks at the list of readers */
#define CONNECT_ATTEMPTS 3
#define POWERING_MS 250 /* between two of them */
#define PROTOCOLS (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
#define NOTIFICATION "\\\\?PnP?\\Notification"

struct card_pcsc {
    struct card card;
    char wanted[MAX_READERNAME];
    char reader[MAX_READERNAME]; /* the one found; "" for none */
    bool has_context;
    SCARDCONTEXT context;
    bool connected;
    bool broken; /* the card did not answer since it was connected to */
    SCARDHANDLE handle;
    DWORD protocol;
    DWORD connected_events; /* the reader's count when connected */
    bool reported_present;  /* by watch, with this count: */
    DWORD reported_events;
};

static struct card_pcsc *pcsc_of(struct card *card)
{
    return CONTAINER_OF(card, struct card_pcsc, card);
}

/* What a return code of PC/SC means; any other is ERR_IO. */
static const struct meaning {
    LONG rc;
    enum err_code code;
    bool service_lost; /* the context is dead */
} meanings[] = {
    {SCARD_S_SUCCESS, ERR_NONE, false},
    {SCARD_W_REMOVED_CARD, ERR_GONE, false},
    {SCARD_W_RESET_CARD, ERR_GONE, false},
    {SCARD_W_UNPOWERED_CARD, ERR_GONE, false},
    {SCARD_W_UNRESPONSIVE_CARD, ERR_GONE, false},
    {SCARD_E_NO_SMARTCARD, ERR_GONE, false},
    {SCARD_E_NOT_TRANSACTED, ERR_GONE, false},
    {SCARD_E_READER_UNAVAILABLE, ERR_GONE, false},
    {SCARD_E_UNKNOWN_READER, ERR_GONE, false},
    {SCARD_E_NO_READERS_AVAILABLE, ERR_GONE, false},
    {SCARD_E_INSUFFICIENT_BUFFER, ERR_MALFORMED, false}, /* an answer longer than any */
    {SCARD_F_COMM_ERROR, ERR_GONE, false},
    {SCARD_E_PROTO_MISMATCH, ERR_GONE, false}, /* the service powered it again under us */
    {SCARD_E_NO_SERVICE, ERR_IO, true},
    {SCARD_E_SERVICE_STOPPED, ERR_IO, true},
    {SCARD_E_INVALID_HANDLE, ERR_IO, true},
    {SCARD_F_INTERNAL_ERROR, ERR_IO, true},
};

static const struct meaning *meaning_of(LONG rc)
{
    static const struct meaning other = {SCARD_F_UNKNOWN_ERROR, ERR_IO, false};

    for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
        if (meanings[i].rc == rc)
            return &meanings[i];
    }
    return &other;
}

static void drop_context(struct card_pcsc *pcsc)
{
    if (pcsc->has_context)
        (void)SCardReleaseContext(pcsc->context); /* the service may be gone */
    pcsc->has_context = false;
    pcsc->connected = false;
    pcsc->reader[0] = '\0';
}

/* ERR() with its meaning; a dead context is dropped on the way. */
#define PCSC_ERR(pcsc, rc, what) ERR(note(pcsc, rc), rc, what)

static enum err_code note(struct card_pcsc *pcsc, LONG rc)
{
    const struct meaning *meaning = meaning_of(rc);
    if (meaning->service_lost)
        drop_context(pcsc);
    return meaning->code;
}

static struct err ensure_context(struct card_pcsc *pcsc)
{
    if (pcsc->has_context)
        return ERR_OK;
    LONG rc = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &pcsc->context);
    if (rc != SCARD_S_SUCCESS)
        return ERR(ERR_IO, rc, "SCardEstablishContext");
    pcsc->has_context = true;
    return ERR_OK;
}

/* The first reader with the wanted name; ERR_GONE when there is none. */
static struct err find_reader(struct card_pcsc *pcsc)
{
    char names[READERS_MAX] = "";
    DWORD len = sizeof(names) - 2;

    LONG rc = SCardListReaders(pcsc->context, NULL, names, &len);
    if (rc != SCARD_S_SUCCESS)
        return PCSC_ERR(pcsc, rc, "SCardListReaders");
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1) {
        if (strstr(name, pcsc->wanted) != NULL && text_copy(pcsc->reader, MAX_READERNAME, name))
            return ERR_OK;
    }
    return ERR(ERR_GONE, 0, "no such reader");
}

static DWORD events_of(DWORD state)
{
    return state >> 16 & 0xFFFF;
}

static enum token_presence presence_of(DWORD state)
{
    if ((state & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0)
        return TOKEN_READER_GONE;
    return (state & SCARD_STATE_PRESENT) != 0 ? TOKEN_PRESENT : TOKEN_ABSENT;
}

/* Wait until the reader's state is not `*in_out_state` any more; SCARD_STATE_UNAWARE only
 * looks. ERR_TIMEOUT: it still is. */
static struct err wait_state(struct card_pcsc *pcsc, uint32_t timeout_ms, DWORD *in_out_state)
{
    SCARD_READERSTATE states[] = {
        {.szReader = pcsc->reader, .dwCurrentState = *in_out_state & ~(DWORD)SCARD_STATE_CHANGED},
        {.szReader = NOTIFICATION},
    };

    LONG rc = SCardGetStatusChange(pcsc->context, timeout_ms, states, ARRAY_LEN(states));
    if (rc == SCARD_E_TIMEOUT)
        return ERR(ERR_TIMEOUT, rc, "SCardGetStatusChange");
    if (rc != SCARD_S_SUCCESS)
        return PCSC_ERR(pcsc, rc, "SCardGetStatusChange");
    *in_out_state = states[0].dwEventState;
    return ERR_OK;
}

/* What is in the reader now; a missing reader or service is an answer too. */
static struct err look(struct card_pcsc *pcsc, DWORD *out_state)
{
    DWORD state = SCARD_STATE_UNAWARE;

    struct err e = ensure_context(pcsc);
    if (!failed(e) && pcsc->reader[0] == '\0')
        e = find_reader(pcsc);
    if (!failed(e))
        e = wait_state(pcsc, 0, &state);
    if (failed(e) && (e.code == ERR_GONE || !pcsc->has_context)) {
        pcsc->reader[0] = '\0';
        *out_state = SCARD_STATE_UNKNOWN;
        return ERR_OK;
    }
    if (failed(e))
        return e.code == ERR_TIMEOUT ? ERR(ERR_IO, e.native, "no state") : e;
    if (presence_of(state) == TOKEN_READER_GONE)
        pcsc->reader[0] = '\0';
    *out_state = state;
    return ERR_OK;
}

/* Wait for anything new, from `state` on. Never longer than `timeout_ms`, often shorter. */
static struct err wait_any(struct card_pcsc *pcsc, uint32_t timeout_ms, DWORD state)
{
    if (!pcsc->has_context) {
        uint32_t wait_ms = timeout_ms < NO_SERVICE_WAIT_MS ? timeout_ms : NO_SERVICE_WAIT_MS;
        (void)poll(NULL, 0, (int)wait_ms);
        return ERR_OK;
    }
    if (pcsc->reader[0] == '\0') {
        SCARD_READERSTATE arrival = {.szReader = NOTIFICATION};
        uint32_t wait_ms = timeout_ms < NO_READER_WAIT_MS ? timeout_ms : NO_READER_WAIT_MS;
        LONG rc = SCardGetStatusChange(pcsc->context, wait_ms, &arrival, 1);
        (void)note(pcsc, rc); /* what is there now is looked at next */
        return ERR_OK;
    }
    struct err e = wait_state(pcsc, timeout_ms, &state);
    return e.code == ERR_IO && pcsc->has_context ? e : ERR_OK;
}

static struct err pcsc_watch(struct card *card, uint32_t timeout_ms,
                             enum token_presence *in_out_presence)
{
    struct card_pcsc *pcsc = pcsc_of(card);
    uint64_t end_ms = clock_boot_ms() + timeout_ms;

    for (;;) {
        DWORD state = 0;
        struct err e = look(pcsc, &state);
        if (failed(e))
            return e;
        enum token_presence now = presence_of(state);
        bool swapped = now == TOKEN_PRESENT && *in_out_presence == TOKEN_PRESENT &&
                       pcsc->reported_present && events_of(state) != pcsc->reported_events;
        if (swapped)
            now = TOKEN_ABSENT;
        uint64_t now_ms = clock_boot_ms();
        if (now != *in_out_presence || now_ms >= end_ms) {
            pcsc->reported_present = now == TOKEN_PRESENT;
            pcsc->reported_events = events_of(state);
            *in_out_presence = now;
            return ERR_OK;
        }
        e = wait_any(pcsc, (uint32_t)(end_ms - now_ms), state);
        if (failed(e))
            return e;
    }
}

/*
 * Powers down only a card that answers. pcscd powers a pulled one down by itself, and asked to do
 * so before it has noticed, it may take the next card for the same one and call it absent.
 */
static void pcsc_disconnect(struct card *card)
{
    struct card_pcsc *pcsc = pcsc_of(card);

    if (pcsc->connected)
        (void)SCardDisconnect(pcsc->handle, pcsc->broken ? SCARD_LEAVE_CARD : SCARD_UNPOWER_CARD);
    pcsc->connected = false;
}

/* What the reader says it takes in one message (dwMaxCCIDMessageLength without its head); one that
 * does not say is believed to take any. T=0 has no commands of extended length. */
static uint32_t max_block_of(const struct card_pcsc *pcsc)
{
    uint32_t max = 0;
    DWORD len = sizeof(max);

    if (pcsc->protocol == SCARD_PROTOCOL_T0)
        return 0;
    LONG rc = SCardGetAttrib(pcsc->handle, SCARD_ATTR_MAXINPUT, (LPBYTE)&max, &len);
    return rc == SCARD_S_SUCCESS && len == sizeof(max) && max > 0 ? max : APDU_BLOCK_MAX;
}

static struct err connect_once(struct card_pcsc *pcsc)
{
    DWORD state = 0;

    pcsc_disconnect(&pcsc->card);
    struct err e = look(pcsc, &state);
    if (failed(e))
        return e;
    if (presence_of(state) != TOKEN_PRESENT)
        return ERR(ERR_GONE, 0, "no card");
    LONG rc = SCardConnect(pcsc->context, pcsc->reader, SCARD_SHARE_SHARED, PROTOCOLS,
                           &pcsc->handle, &pcsc->protocol);
    pcsc->connected = rc == SCARD_S_SUCCESS;
    /* another program may have left it powered, with its PIN verified */
    if (pcsc->connected) {
        rc = SCardReconnect(pcsc->handle, SCARD_SHARE_SHARED, PROTOCOLS, SCARD_RESET_CARD,
                            &pcsc->protocol);
    }
    pcsc->broken = rc != SCARD_S_SUCCESS;
    if (rc == SCARD_W_UNRESPONSIVE_CARD || rc == SCARD_W_UNSUPPORTED_CARD ||
        rc == SCARD_E_PROTO_MISMATCH)
        return ERR(ERR_UNSUPPORTED, rc, "SCardConnect");
    if (rc != SCARD_S_SUCCESS)
        return PCSC_ERR(pcsc, rc, "SCardConnect");
    pcsc->connected_events = events_of(state);
    pcsc->card.max_block = max_block_of(pcsc);
    return ERR_OK;
}

/* A card that the service is powering up or down at this moment also looks foreign, or has no
 * power. */
static bool is_powering(struct err e)
{
    return e.code == ERR_UNSUPPORTED || (failed(e) && e.native == (int32_t)SCARD_W_UNPOWERED_CARD);
}

static struct err pcsc_connect(struct card *card, uint32_t timeout_ms)
{
    struct err e = connect_once(pcsc_of(card));
    (void)timeout_ms;

    for (int i = 1; is_powering(e) && i < CONNECT_ATTEMPTS; i++) {
        (void)poll(NULL, 0, POWERING_MS);
        e = connect_once(pcsc_of(card));
    }
    return e;
}

/* Take the card for ourselves; after someone's reset it must be asked twice. */
static struct err begin_anyway(struct card_pcsc *pcsc, bool *out_reset)
{
    bool reset = false;

    LONG rc = SCardBeginTransaction(pcsc->handle);
    if (rc == SCARD_W_RESET_CARD) {
        reset = true;
        rc = SCardReconnect(pcsc->handle, SCARD_SHARE_SHARED, PROTOCOLS, SCARD_LEAVE_CARD,
                            &pcsc->protocol);
        if (rc == SCARD_S_SUCCESS)
            rc = SCardBeginTransaction(pcsc->handle);
    }
    pcsc->broken = pcsc->broken || rc != SCARD_S_SUCCESS;
    if (rc != SCARD_S_SUCCESS)
        return PCSC_ERR(pcsc, rc, "SCardBeginTransaction");
    *out_reset = reset;
    return ERR_OK;
}

static struct err pcsc_begin(struct card *card, uint32_t timeout_ms, bool *out_reset)
{
    struct card_pcsc *pcsc = pcsc_of(card);
    DWORD state = 0;
    bool reset = false;
    (void)timeout_ms;

    if (!pcsc->connected)
        return ERR(ERR_GONE, 0, "not connected");
    struct err e = begin_anyway(pcsc, &reset);
    if (failed(e))
        return e;
    e = look(pcsc, &state);
    if (failed(e))
        return e;
    if (!pcsc->connected)
        return ERR(ERR_IO, 0, "service lost");
    if (presence_of(state) != TOKEN_PRESENT || events_of(state) != pcsc->connected_events)
        return ERR(ERR_GONE, 0, "another card");
    *out_reset = reset;
    return ERR_OK;
}

static struct err pcsc_transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                                struct card_reply *out_reply)
{
    struct card_pcsc *pcsc = pcsc_of(card);
    DWORD len = sizeof(out_reply->at);
    (void)timeout_ms;

    if (!pcsc->connected)
        return ERR(ERR_GONE, 0, "not connected");
    const SCARD_IO_REQUEST *protocol =
        pcsc->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    LONG rc = SCardTransmit(pcsc->handle, protocol, block.at, (DWORD)block.len, NULL, out_reply->at,
                            &len);
    bool answered = rc == SCARD_S_SUCCESS && len >= 2;
    pcsc->broken = pcsc->broken || (!answered && rc != SCARD_E_INSUFFICIENT_BUFFER);
    if (rc != SCARD_S_SUCCESS)
        return PCSC_ERR(pcsc, rc, "SCardTransmit");
    out_reply->len = len;
    return ERR_OK;
}

static void pcsc_end(struct card *card)
{
    struct card_pcsc *pcsc = pcsc_of(card);

    if (pcsc->connected)
        (void)SCardEndTransaction(pcsc->handle, SCARD_LEAVE_CARD); /* the next begin tells */
}

static void pcsc_close(struct card *card)
{
    struct card_pcsc *pcsc = pcsc_of(card);

    pcsc_disconnect(card);
    drop_context(pcsc);
    free(pcsc);
}

static const struct card_driver pcsc_driver = {
    .watch = pcsc_watch,
    .connect = pcsc_connect,
    .begin = pcsc_begin,
    .transmit = pcsc_transmit,
    .end = pcsc_end,
    .disconnect = pcsc_disconnect,
    .close = pcsc_close,
};

bool card_pcsc_has_service(const struct card *card)
{
    return ((const struct card_pcsc *)card)->has_context;
}

struct err card_pcsc_open(const char *reader, struct card **out_card)
{
    struct card_pcsc *pcsc = calloc(1, sizeof(*pcsc));
    if (pcsc == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    pcsc->card.driver = &pcsc_driver;
    if (!text_copy(pcsc->wanted, sizeof(pcsc->wanted), reader)) {
        free(pcsc);
        return ERR(ERR_NO_ROOM, MAX_READERNAME, "reader");
    }
    *out_card = &pcsc->card;
    return ERR_OK;
}
