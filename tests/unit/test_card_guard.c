#include "hw/token/card_guard.h"

#include <pthread.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

/* A link that hangs in transmit while `hangs`. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool hangs;
static bool hanging;
static int opened, closed;
static struct card link_card;

static void set_hangs(bool value)
{
    (void)pthread_mutex_lock(&lock);
    hangs = value;
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&lock);
}

static struct err link_watch(struct card *card, uint32_t timeout_ms,
                             enum token_presence *in_out_presence)
{
    (void)card;
    (void)timeout_ms;
    *in_out_presence = TOKEN_PRESENT;
    return ERR_OK;
}

static struct err link_connect(struct card *card, uint32_t timeout_ms)
{
    (void)card;
    (void)timeout_ms;
    return ERR(ERR_UNSUPPORTED, 7, "mute");
}

static struct err link_begin(struct card *card, uint32_t timeout_ms, bool *out_reset)
{
    (void)card;
    (void)timeout_ms;
    *out_reset = true;
    return ERR_OK;
}

static struct err link_transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                                struct card_reply *out_reply)
{
    (void)card;
    (void)timeout_ms;
    (void)pthread_mutex_lock(&lock);
    hanging = hangs;
    while (hangs)
        (void)pthread_cond_wait(&changed, &lock);
    hanging = false;
    (void)pthread_mutex_unlock(&lock);
    memcpy(out_reply->at, block.at, block.len);
    out_reply->len = block.len;
    return ERR_OK;
}

static void link_nothing(struct card *card)
{
    (void)card;
}

static void link_close(struct card *card)
{
    (void)card;
    (void)pthread_mutex_lock(&lock);
    closed++;
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&lock);
}

static struct err link_open(const char *reader, struct card **out_card)
{
    static const struct card_driver driver = {link_watch,   link_connect, link_begin, link_transmit,
                                              link_nothing, link_nothing, link_close};
    assert_string_equal(reader, "hall");
    link_card.driver = &driver;
    opened++;
    *out_card = &link_card;
    return ERR_OK;
}

static struct card *start(void)
{
    struct card *card = NULL;
    opened = closed = 0;
    hangs = hanging = false;
    assert_false(failed(card_guard_open((struct card_guard_inner){link_open}, "hall", &card)));
    return card;
}

static struct err transmit(struct card *card, uint32_t timeout_ms, struct card_reply *reply)
{
    static const uint8_t block[] = {0x00, 0xCB, 0x3F, 0xFF};
    return card->driver->transmit(card, (struct bytes){block, sizeof(block)}, timeout_ms, reply);
}

static void wait_closed(int count)
{
    (void)pthread_mutex_lock(&lock);
    while (closed < count)
        (void)pthread_cond_wait(&changed, &lock);
    (void)pthread_mutex_unlock(&lock);
}

static void calls_and_answers_go_through(void **state)
{
    struct card *card = start();
    struct card_reply reply = {.len = 0};
    enum token_presence presence = TOKEN_ABSENT;
    bool reset = false;
    (void)state;

    assert_false(failed(card->driver->watch(card, 10, &presence)));
    assert_int_equal(presence, TOKEN_PRESENT);
    struct err e = card->driver->connect(card, 1000);
    assert_int_equal(e.code, ERR_UNSUPPORTED);
    assert_int_equal(e.native, 7);
    assert_false(failed(card->driver->begin(card, 1000, &reset)));
    assert_true(reset);
    assert_false(failed(transmit(card, 1000, &reply)));
    assert_int_equal(reply.len, 4);
    assert_memory_equal(reply.at, "\x00\xCB\x3F\xFF", 4);
    card->driver->end(card);
    card->driver->disconnect(card);
    card->driver->close(card);
    assert_int_equal(opened, 1);
    assert_int_equal(closed, 1);
}

static void a_link_that_hangs_is_given_up_in_time_and_taken_anew_when_it_returns(void **state)
{
    struct card *card = start();
    struct card_reply reply = {.len = 0};
    (void)state;

    set_hangs(true);
    uint64_t from_ms = clock_boot_ms();
    assert_int_equal(transmit(card, 50, &reply).code, ERR_IO);
    assert_true(clock_boot_ms() - from_ms < 1000);
    assert_int_equal(reply.len, 0);
    assert_int_equal(transmit(card, 20, &reply).code, ERR_IO);
    card->driver->disconnect(card);
    assert_int_equal(opened, 1); /* never a second one while the first hangs */

    set_hangs(false);
    wait_closed(1);
    assert_false(failed(transmit(card, 1000, &reply)));
    assert_int_equal(opened, 2);
    card->driver->close(card);
    assert_int_equal(closed, 2);
}

static void closing_does_not_wait_for_a_link_that_hangs(void **state)
{
    struct card *card = start();
    struct card_reply reply = {.len = 0};
    (void)state;

    set_hangs(true);
    assert_int_equal(transmit(card, 20, &reply).code, ERR_IO);
    uint64_t from_ms = clock_boot_ms();
    card->driver->close(card);
    assert_true(clock_boot_ms() - from_ms < 1000);
    assert_int_equal(closed, 0);
    set_hangs(false);
    wait_closed(1);
}

static void a_name_that_is_too_long_is_refused(void **state)
{
    char name[CARD_READER_MAX + 1];
    struct card *card = NULL;
    (void)state;

    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(card_guard_open((struct card_guard_inner){link_open}, name, &card).code,
                     ERR_NO_ROOM);
    assert_null(card);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_and_answers_go_through),
        cmocka_unit_test(a_link_that_hangs_is_given_up_in_time_and_taken_anew_when_it_returns),
        cmocka_unit_test(closing_does_not_wait_for_a_link_that_hangs),
        cmocka_unit_test(a_name_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
