#include "sync/daemon/wake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

struct hall {
    char folder[64], own[96], kiosk[96];
    struct wake wake;
    int peer;
};

static int bound(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static int set_up(void **state)
{
    struct hall *hall = calloc(1, sizeof(*hall));
    assert_non_null(hall);
    (void)text_copy(hall->folder, sizeof(hall->folder), "/tmp/test_wake.XXXXXX");
    assert_non_null(mkdtemp(hall->folder));
    (void)snprintf(hall->own, sizeof(hall->own), "%s/syncd.sock", hall->folder);
    (void)snprintf(hall->kiosk, sizeof(hall->kiosk), "%s/kiosk.sock", hall->folder);
    hall->peer = bound(hall->kiosk);
    (void)close(bound(hall->own)); /* what a crash leaves */
    assert_false(failed(wake_open(hall->own, hall->kiosk, &hall->wake)));
    *state = hall;
    return 0;
}

static int tear_down(void **state)
{
    struct hall *hall = *state;
    wake_close(&hall->wake);
    assert_int_not_equal(access(hall->own, F_OK), 0);
    (void)close(hall->peer);
    (void)unlink(hall->kiosk);
    assert_int_equal(rmdir(hall->folder), 0);
    free(hall);
    return 0;
}

static void say(struct hall *hall, const char *text)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, hall->own, sizeof(address.sun_path) - 1);
    assert_int_equal(
        sendto(hall->peer, text, strlen(text), 0, (struct sockaddr *)&address, sizeof(address)),
        strlen(text));
}

static void hear(struct hall *hall, const char *want)
{
    char text[64] = "";
    ssize_t len = recv(hall->peer, text, sizeof(text) - 1, 0);
    assert_int_equal(len, strlen(want));
    assert_string_equal(text, want);
}

static void test_words_come_in_order(void **state)
{
    struct hall *hall = *state;
    struct wake_asker asker;
    say(hall, "look");
    say(hall, "what?");
    say(hall, "status?");
    say(hall, "");
    say(hall, "look line=up");
    assert_int_equal(wake_read(&hall->wake, &asker), WAKE_LOOK);
    assert_int_equal(wake_read(&hall->wake, &asker),
                     WAKE_UNKNOWN); /* a flood of them holds nobody */
    assert_int_equal(wake_read(&hall->wake, &asker), WAKE_STATUS);
    wake_answer(&hall->wake, &asker, "line=up\n");
    hear(hall, "line=up\n");
    assert_int_equal(wake_read(&hall->wake, &asker), WAKE_UNKNOWN);
    assert_int_equal(wake_read(&hall->wake, &asker), WAKE_LOOK);
    assert_int_equal(wake_read(&hall->wake, &asker), WAKE_NOTHING);
}

#define HASH_TEXT "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
#define SIGNATURE_TEXT HASH_TEXT HASH_TEXT

static void test_certkiosk_is_asked_to_sign_and_answers(void **state)
{
    static const char *const rows[] = {
        "signed " HASH_TEXT " " HASH_TEXT,          "signed " HASH_TEXT,
        "signed " HASH_TEXT " " SIGNATURE_TEXT "0", "signed " HASH_TEXT SIGNATURE_TEXT,
        "signed x" HASH_TEXT " " SIGNATURE_TEXT,    "signed 0",
    };
    struct hall *hall = *state;
    struct wake_signature signature;
    struct wake_asker asker;
    struct hash hash = {{0}};

    for (size_t i = 0; i < HASH_LEN; i++)
        hash.at[i] = i + 1 < HASH_LEN ? (uint8_t)i : 0xFF;
    char text[128] = "";
    wake_ask_signature(&hall->wake, &hash);
    assert_int_equal(recv(hall->peer, text, sizeof(text) - 1, 0), strlen("sign " HASH_TEXT));
    assert_string_equal(text, "sign " HASH_TEXT);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        say(hall, rows[i]);
        assert_int_equal(wake_read(&hall->wake, &asker), WAKE_SIGNED);
        if (wake_read_signature(&asker, &signature).code != ERR_MALFORMED)
            fail_msg("it was taken: %s", rows[i]);
    }
    say(hall, "signed " HASH_TEXT " " SIGNATURE_TEXT);
    assert_int_equal(wake_read(&hall->wake, &asker), WAKE_SIGNED);
    assert_false(failed(wake_read_signature(&asker, &signature)));
    assert_memory_equal(signature.request.at, hash.at, HASH_LEN);
    assert_memory_equal(signature.at, hash.at, HASH_LEN);
    assert_memory_equal(signature.at + HASH_LEN, hash.at, HASH_LEN);
}

static void test_the_kiosk_hears_how_the_line_is(void **state)
{
    struct hall *hall = *state;
    wake_kiosk(&hall->wake, true);
    wake_kiosk(&hall->wake, false);
    hear(hall, "look line=up");
    hear(hall, "look line=down");
}

static void test_a_kiosk_that_does_not_listen_stops_nobody(void **state)
{
    struct hall *hall = *state;
    for (int i = 0; i < 5000; i++)
        wake_kiosk(&hall->wake, true); /* its buffer is full long before */
    assert_int_equal(unlink(hall->kiosk), 0);
    wake_kiosk(&hall->wake, true);
}

static void test_one_without_an_address_gets_no_answer(void **state)
{
    struct hall *hall = *state;
    struct wake_asker asker;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int nobody = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strncpy(address.sun_path, hall->own, sizeof(address.sun_path) - 1);
    assert_int_equal(sendto(nobody, "status?", 7, 0, (struct sockaddr *)&address, sizeof(address)),
                     7);
    assert_int_equal(wake_read(&hall->wake, &asker), WAKE_STATUS);
    wake_answer(&hall->wake, &asker, "line=up\n");
    (void)close(nobody);
}

static void test_a_path_that_is_too_long_is_refused(void **state)
{
    (void)state;
    struct wake wake;
    char path[200];
    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(wake_open(path, "/tmp/k", &wake).code, ERR_NO_ROOM);
    assert_int_equal(wake_open("/nowhere/at/all", "/tmp/k", &wake).code, ERR_IO);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_words_come_in_order),
        TEST(test_certkiosk_is_asked_to_sign_and_answers),
        TEST(test_the_kiosk_hears_how_the_line_is),
        TEST(test_a_kiosk_that_does_not_listen_stops_nobody),
        TEST(test_one_without_an_address_gets_no_answer),
        cmocka_unit_test(test_a_path_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
