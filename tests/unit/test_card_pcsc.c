/* The PC/SC link over a winscard that this file defines: readers come and go, services die. */
#include "hw/token/card_pcsc.h"

#include <reader.h>
#include <string.h>
#include <winscard.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

static struct {
    bool service;
    bool context_dead; /* the service was restarted: old contexts are void */
    const char *readers[4];
    bool present;
    DWORD events;
    LONG transmit_rc, begin_rc, connect_rc;
    DWORD reply_len;
    DWORD protocol;
    uint32_t max_input; /* 0: the reader does not say */
    DWORD disposition;  /* of the last disconnect */
    int contexts, released, connects, transactions, waits;
    bool arrives; /* a reader arrives during the next wait for one */
} world;

/* NOLINTBEGIN(readability-function-size, readability-inconsistent-declaration-parameter-name):
 * the service has its own view of parameters */
LONG SCardEstablishContext(DWORD scope, LPCVOID a, LPCVOID b, LPSCARDCONTEXT context)
{
    (void)scope;
    (void)a;
    (void)b;
    if (!world.service)
        return SCARD_E_NO_SERVICE;
    world.context_dead = false;
    *context = ++world.contexts;
    return SCARD_S_SUCCESS;
}

LONG SCardReleaseContext(SCARDCONTEXT context)
{
    (void)context;
    world.released++;
    return SCARD_S_SUCCESS;
}

static LONG service_rc(void)
{
    if (!world.service)
        return SCARD_E_NO_SERVICE;
    return world.context_dead ? SCARD_E_INVALID_HANDLE : SCARD_S_SUCCESS;
}

LONG SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR names, LPDWORD len)
{
    size_t used = 0;
    (void)context;
    (void)groups;
    if (service_rc() != SCARD_S_SUCCESS)
        return service_rc();
    for (size_t i = 0; i < ARRAY_LEN(world.readers) && world.readers[i] != NULL; i++) {
        size_t size = strlen(world.readers[i]) + 1;
        assert_true(used + size + 1 <= *len);
        memcpy(names + used, world.readers[i], size);
        used += size;
    }
    if (used == 0)
        return SCARD_E_NO_READERS_AVAILABLE;
    names[used++] = '\0';
    *len = used;
    return SCARD_S_SUCCESS;
}

static DWORD state_of(const char *reader)
{
    for (size_t i = 0; i < ARRAY_LEN(world.readers) && world.readers[i] != NULL; i++) {
        if (strcmp(world.readers[i], reader) == 0) {
            return (DWORD)(world.present ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY) | world.events
                                                                                          << 16;
        }
    }
    return SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE;
}

LONG SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE *states,
                          DWORD count)
{
    (void)context;
    if (service_rc() != SCARD_S_SUCCESS)
        return service_rc();
    if (count == 1) { /* only for a reader to arrive */
        assert_string_equal(states[0].szReader, "\\\\?PnP?\\Notification");
        if (world.arrives)
            world.readers[0] = "Token 00";
        return world.arrives ? SCARD_S_SUCCESS : SCARD_E_TIMEOUT;
    }
    DWORD now = state_of(states[0].szReader);
    states[0].dwEventState = now | SCARD_STATE_CHANGED;
    if (states[0].dwCurrentState == SCARD_STATE_UNAWARE || states[0].dwCurrentState != now)
        return SCARD_S_SUCCESS;
    world.waits++;
    assert_true(timeout > 0);
    world.present = !world.present;
    world.events++;
    return SCARD_E_TIMEOUT; /* noticed at the next look */
}

LONG SCardConnect(SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols,
                  LPSCARDHANDLE handle, LPDWORD protocol)
{
    (void)context;
    (void)reader;
    (void)protocols;
    assert_int_equal(share, SCARD_SHARE_SHARED);
    if (service_rc() != SCARD_S_SUCCESS || world.connect_rc != SCARD_S_SUCCESS)
        return service_rc() != SCARD_S_SUCCESS ? service_rc() : world.connect_rc;
    *handle = ++world.connects;
    *protocol = world.protocol;
    return SCARD_S_SUCCESS;
}

LONG SCardReconnect(SCARDHANDLE handle, DWORD share, DWORD protocols, DWORD init, LPDWORD protocol)
{
    (void)handle;
    (void)share;
    (void)protocols;
    (void)init;
    *protocol = world.protocol;
    world.begin_rc = SCARD_S_SUCCESS;
    return service_rc();
}

LONG SCardGetAttrib(SCARDHANDLE handle, DWORD id, LPBYTE at, LPDWORD len)
{
    (void)handle;
    assert_int_equal(id, SCARD_ATTR_MAXINPUT);
    if (world.max_input == 0)
        return SCARD_E_UNSUPPORTED_FEATURE;
    assert_true(*len >= sizeof(world.max_input));
    memcpy(at, &world.max_input, sizeof(world.max_input));
    *len = sizeof(world.max_input);
    return SCARD_S_SUCCESS;
}

LONG SCardDisconnect(SCARDHANDLE handle, DWORD disposition)
{
    (void)handle;
    world.disposition = disposition;
    world.transactions = 0;
    return service_rc();
}

LONG SCardBeginTransaction(SCARDHANDLE handle)
{
    (void)handle;
    if (service_rc() != SCARD_S_SUCCESS || world.begin_rc != SCARD_S_SUCCESS)
        return service_rc() != SCARD_S_SUCCESS ? service_rc() : world.begin_rc;
    world.transactions++;
    return SCARD_S_SUCCESS;
}

LONG SCardEndTransaction(SCARDHANDLE handle, DWORD disposition)
{
    (void)handle;
    (void)disposition;
    world.transactions--;
    return service_rc();
}

LONG SCardTransmit(SCARDHANDLE handle, const SCARD_IO_REQUEST *send, LPCBYTE command, DWORD len,
                   SCARD_IO_REQUEST *receive, LPBYTE reply, LPDWORD reply_len)
{
    (void)handle;
    (void)send;
    (void)command;
    (void)len;
    (void)receive;
    if (world.transmit_rc != SCARD_S_SUCCESS)
        return world.transmit_rc;
    assert_true(world.reply_len <= *reply_len);
    memset(reply, 0x90, world.reply_len);
    *reply_len = world.reply_len;
    return SCARD_S_SUCCESS;
}

/* NOLINTEND(readability-function-size, readability-inconsistent-declaration-parameter-name) */

static struct card *start(const char *reader)
{
    struct card *card = NULL;
    memset(&world, 0, sizeof(world));
    world.service = true;
    world.readers[0] = "Other 00";
    world.readers[1] = "Token 00";
    world.reply_len = 2;
    world.protocol = SCARD_PROTOCOL_T1;
    world.events = 3;
    assert_false(failed(card_pcsc_open(reader, &card)));
    return card;
}

static enum token_presence watch(struct card *card, uint32_t timeout_ms, enum token_presence from)
{
    enum token_presence presence = from;
    assert_false(failed(card->driver->watch(card, timeout_ms, &presence)));
    return presence;
}

static struct err transmit(struct card *card)
{
    static const uint8_t block[] = {0x00, 0xA4, 0x04, 0x00};
    struct card_reply reply;
    return card->driver->transmit(card, (struct bytes){block, sizeof(block)}, 1000, &reply);
}

static void connect_and_begin(struct card *card)
{
    bool reset = true;
    world.present = true;
    assert_false(failed(card->driver->connect(card, 1000)));
    assert_false(failed(card->driver->begin(card, 1000, &reset)));
    assert_false(reset);
}

static void presence_is_looked_at_and_waited_for(void **state)
{
    struct card *card = start("Token");
    (void)state;

    assert_int_equal(watch(card, 0, TOKEN_PRESENT), TOKEN_ABSENT);
    assert_int_equal(watch(card, 0, TOKEN_ABSENT), TOKEN_ABSENT);
    assert_int_equal(world.waits, 0);
    assert_int_equal(watch(card, 5000, TOKEN_ABSENT), TOKEN_PRESENT);
    assert_int_equal(world.waits, 1);
    card->driver->close(card);
    assert_int_equal(world.contexts, world.released);
}

static void a_reader_that_is_not_there_is_waited_for(void **state)
{
    struct card *card = start("Token");
    (void)state;

    world.readers[1] = NULL;
    assert_int_equal(watch(card, 0, TOKEN_ABSENT), TOKEN_READER_GONE);
    world.readers[0] = NULL;
    assert_int_equal(watch(card, 0, TOKEN_ABSENT), TOKEN_READER_GONE);
    world.arrives = true;
    world.present = true;
    assert_int_equal(watch(card, 5000, TOKEN_READER_GONE), TOKEN_PRESENT);
    world.readers[0] = NULL; /* a USB token takes its reader with it */
    assert_int_equal(watch(card, 0, TOKEN_PRESENT), TOKEN_READER_GONE);
    card->driver->close(card);
}

static void the_service_may_come_late_and_go_and_come(void **state)
{
    struct card *card = start("");
    (void)state;

    world.service = false;
    uint64_t from_ms = clock_boot_ms();
    assert_int_equal(watch(card, 30, TOKEN_READER_GONE), TOKEN_READER_GONE);
    assert_true(clock_boot_ms() - from_ms >= 30);
    assert_int_equal(card->driver->connect(card, 1000).code, ERR_GONE);
    world.service = true;
    assert_int_equal(watch(card, 0, TOKEN_READER_GONE), TOKEN_ABSENT);
    connect_and_begin(card);
    world.context_dead = true;
    world.transmit_rc = SCARD_E_INVALID_HANDLE;
    assert_int_equal(transmit(card).code, ERR_IO);
    assert_int_equal(transmit(card).code, ERR_GONE);
    world.transmit_rc = SCARD_S_SUCCESS;
    connect_and_begin(card);
    assert_int_equal(world.contexts, 2);
    world.context_dead = true;
    assert_int_equal(watch(card, 0, TOKEN_ABSENT), TOKEN_READER_GONE);
    assert_int_equal(watch(card, 0, TOKEN_READER_GONE), TOKEN_PRESENT);
    assert_int_equal(world.contexts, 3);
    card->driver->close(card);
    assert_int_equal(world.contexts, world.released);
}

static void a_swap_between_two_looks_is_an_absence(void **state)
{
    struct card *card = start("");
    bool reset = false;
    (void)state;

    world.present = true;
    assert_int_equal(watch(card, 0, TOKEN_ABSENT), TOKEN_PRESENT);
    connect_and_begin(card);
    card->driver->end(card);
    world.events += 2;
    assert_int_equal(card->driver->begin(card, 1000, &reset).code, ERR_GONE);
    assert_int_equal(watch(card, 0, TOKEN_PRESENT), TOKEN_ABSENT);
    assert_int_equal(watch(card, 0, TOKEN_ABSENT), TOKEN_PRESENT);
    card->driver->close(card);
}

static void a_reset_is_told_and_lived_through(void **state)
{
    struct card *card = start("");
    bool reset = false;
    (void)state;

    connect_and_begin(card);
    card->driver->end(card);
    world.begin_rc = SCARD_W_RESET_CARD;
    assert_false(failed(card->driver->begin(card, 1000, &reset)));
    assert_true(reset);
    assert_int_equal(world.transactions, 1);
    card->driver->close(card);
    assert_int_equal(world.disposition, SCARD_UNPOWER_CARD);
}

static void what_the_service_answers_has_its_code(void **state)
{
    static const struct {
        LONG rc;
        enum err_code code;
    } rows[] = {
        {SCARD_W_REMOVED_CARD, ERR_GONE},
        {SCARD_E_NOT_TRANSACTED, ERR_GONE},
        {SCARD_W_RESET_CARD, ERR_GONE},
        {SCARD_E_READER_UNAVAILABLE, ERR_GONE},
        {SCARD_E_UNKNOWN_READER, ERR_GONE},
        {SCARD_E_NO_SMARTCARD, ERR_GONE},
        {SCARD_F_COMM_ERROR, ERR_GONE},
        {SCARD_W_UNRESPONSIVE_CARD, ERR_GONE},
        {SCARD_E_INSUFFICIENT_BUFFER, ERR_MALFORMED},
        {SCARD_E_NO_SERVICE, ERR_IO},
        {SCARD_E_SERVICE_STOPPED, ERR_IO},
        {SCARD_F_INTERNAL_ERROR, ERR_IO},
        {SCARD_E_INVALID_VALUE, ERR_IO},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct card *card = start("");
        connect_and_begin(card);
        world.transmit_rc = rows[i].rc;
        struct err e = transmit(card);
        assert_int_equal(e.code, rows[i].code);
        assert_int_equal((uint32_t)e.native, (uint32_t)rows[i].rc);
        card->driver->close(card);
        assert_int_equal(world.disposition == SCARD_UNPOWER_CARD, rows[i].code == ERR_MALFORMED);
        assert_int_equal(world.contexts, world.released);
    }
}

static void a_mute_card_is_no_card_of_ours(void **state)
{
    struct card *card = start("");
    (void)state;

    world.present = true;
    world.connect_rc = SCARD_W_UNRESPONSIVE_CARD;
    assert_int_equal(card->driver->connect(card, 1000).code, ERR_UNSUPPORTED);
    world.connect_rc = SCARD_E_NO_SMARTCARD;
    assert_int_equal(card->driver->connect(card, 1000).code, ERR_GONE);
    world.connect_rc = SCARD_E_SHARING_VIOLATION;
    assert_int_equal(card->driver->connect(card, 1000).code, ERR_IO);
    world.present = false;
    assert_int_equal(card->driver->connect(card, 1000).code, ERR_GONE);
    card->driver->close(card);
}

static void the_longest_command_is_the_readers(void **state)
{
    static const struct {
        uint32_t max_input;
        DWORD protocol;
        uint32_t want;
    } rows[] = {{3062, SCARD_PROTOCOL_T1, 3062},
                {261, SCARD_PROTOCOL_T1, 261},
                {0, SCARD_PROTOCOL_T1, APDU_BLOCK_MAX},
                {3062, SCARD_PROTOCOL_T0, 0}};
    struct apdu apdu = {.ins = 0xDB, .len = 804};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct card *card = start("");
        world.max_input = rows[i].max_input;
        world.protocol = rows[i].protocol;
        connect_and_begin(card);
        assert_int_equal(card->max_block, rows[i].want);
        assert_int_equal(card_carries(card, &apdu), rows[i].want >= 813);
        card->driver->close(card);
    }
}

static void an_answer_may_be_as_long_as_a_reply_holds(void **state)
{
    static const uint8_t block[] = {0x00, 0xCB, 0x3F, 0xFF};
    static struct card_reply reply;
    struct card *card = start("");
    (void)state;

    connect_and_begin(card);
    world.reply_len = APDU_REPLY_MAX;
    assert_false(
        failed(card->driver->transmit(card, (struct bytes){block, sizeof(block)}, 1000, &reply)));
    assert_int_equal(reply.len, APDU_REPLY_MAX);
    world.transmit_rc = SCARD_E_INSUFFICIENT_BUFFER;
    assert_int_equal(transmit(card).code, ERR_MALFORMED);
    world.transmit_rc = SCARD_S_SUCCESS;
    assert_false(failed(transmit(card)));
    card->driver->close(card);
    assert_int_equal(world.disposition, SCARD_UNPOWER_CARD);
}

static void whether_the_service_is_reached_is_told(void **state)
{
    struct card *card = start("");
    (void)state;

    assert_false(card_pcsc_has_service(card));
    assert_int_equal(watch(card, 0, TOKEN_PRESENT), TOKEN_ABSENT);
    assert_true(card_pcsc_has_service(card));
    world.service = false;
    assert_int_equal(watch(card, 0, TOKEN_ABSENT), TOKEN_READER_GONE);
    assert_false(card_pcsc_has_service(card));
    card->driver->close(card);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presence_is_looked_at_and_waited_for),
        cmocka_unit_test(a_reader_that_is_not_there_is_waited_for),
        cmocka_unit_test(the_service_may_come_late_and_go_and_come),
        cmocka_unit_test(a_swap_between_two_looks_is_an_absence),
        cmocka_unit_test(a_reset_is_told_and_lived_through),
        cmocka_unit_test(what_the_service_answers_has_its_code),
        cmocka_unit_test(a_mute_card_is_no_card_of_ours),
        cmocka_unit_test(the_longest_command_is_the_readers),
        cmocka_unit_test(an_answer_may_be_as_long_as_a_reply_holds),
        cmocka_unit_test(whether_the_service_is_reached_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
