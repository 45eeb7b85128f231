#include "kiosk/app/doorbell.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/app_room.h"

#define GARBAGE_LEN 4096
#define GARBAGE_COUNT 200
#define HASH_TEXT "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"

struct hall {
    struct room room;
    char path[ROOM_PATH_SIZE];
    struct book *book;
    struct doorbell *doorbell;
    struct device device; /* without a key */
    int caller;           /* bound and connected */
};

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(text_copy(address.sun_path, sizeof(address.sun_path), path));
    return address;
}

static int bound_socket(const char *path)
{
    struct sockaddr_un address = address_of(path);
    struct timeval wait = {.tv_sec = ROOM_WAIT_MS / 1000};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)), 0);
    return fd;
}

static struct err create(struct hall *hall, const char *path, struct doorbell **out)
{
    const struct doorbell_setup setup = {path, hall->book, &hall->room.post, &hall->device};
    return doorbell_create(&setup, out);
}

static void call(struct hall *hall)
{
    struct sockaddr_un to = address_of(hall->path);
    assert_int_equal(connect(hall->caller, (struct sockaddr *)&to, sizeof(to)), 0);
}

static void open_hall(struct hall *hall)
{
    char path[ROOM_PATH_SIZE];
    struct mail mail;

    memset(hall, 0, sizeof(*hall));
    room_open(&hall->room);
    hall->book = room_book(&hall->room);
    room_path(&hall->room, "kiosk.sock", hall->path);
    assert_false(failed(create(hall, hall->path, &hall->doorbell)));
    do {
        assert_true(post_take(&hall->room.post, ROOM_WAIT_MS, &mail));
    } while (mail.kind != MAIL_LINE);
    assert_false(mail.hall.line_up); /* until someone says so */

    room_path(&hall->room, "caller.sock", path);
    hall->caller = bound_socket(path);
    call(hall);
}

static void close_hall(struct hall *hall)
{
    doorbell_destroy(hall->doorbell);
    book_destroy(hall->book);
    assert_int_equal(close(hall->caller), 0);
    assert_int_equal(access(hall->path, F_OK), -1);
    room_close(&hall->room);
}

static void say(struct hall *hall, const void *text, size_t len)
{
    assert_int_equal(send(hall->caller, text, len, 0), len);
}

static void expect_answer(struct hall *hall, const char *question, const char *want)
{
    static char answer[DOORBELL_ANSWER_MAX + 1];
    say(hall, question, strlen(question));
    ssize_t len = recv(hall->caller, answer, sizeof(answer) - 1, 0);
    assert_true(len >= 0);
    answer[len] = '\0';
    assert_string_equal(answer, want);
}

static void expect_line(struct hall *hall, bool up)
{
    struct mail mail;
    do {
        assert_true(post_take(&hall->room.post, ROOM_WAIT_MS, &mail));
    } while (mail.kind != MAIL_LINE);
    assert_int_equal(mail.hall.line_up, up);
}

/* Nobody says anything of the line for `ms`. */
static void expect_no_line(struct hall *hall, uint32_t ms)
{
    uint64_t until_ms = clock_boot_ms() + ms;
    struct mail mail;
    for (uint64_t now_ms = clock_boot_ms(); now_ms < until_ms; now_ms = clock_boot_ms()) {
        if (post_take(&hall->room.post, (uint32_t)(until_ms - now_ms), &mail))
            assert_int_not_equal(mail.kind, MAIL_LINE);
    }
}

static void test_questions_are_answered_with_what_was_told_last(void **state)
{
    (void)state;
    struct hall hall;

    open_hall(&hall);
    doorbell_tell(hall.doorbell, "state=attract\n", "target action=start\n");
    expect_answer(&hall, "status?", "state=attract\n");
    expect_answer(&hall, "screen?", "target action=start\n");
    doorbell_tell(hall.doorbell, "state=pin\n", "");
    say(&hall, "screen?", 7);                       /* an empty screen answers nothing: */
    expect_answer(&hall, "status?", "state=pin\n"); /* the next answer is this one's */
    close_hall(&hall);
}

/* The answer to "sign HASH_TEXT" is the signature of the key at `path`, as hall-7's. */
static void expect_signed(struct hall *hall, const char *path)
{
    char answer[512] = "";
    uint8_t signature[SEAL_LEN];
    struct hash hash = {{0}};
    struct seal_key *public = NULL;

    say(hall, "sign " HASH_TEXT, strlen("sign " HASH_TEXT));
    ssize_t len = recv(hall->caller, answer, sizeof(answer) - 1, 0);
    assert_int_equal(len, strlen("signed " HASH_TEXT " ") + 2 * SEAL_LEN);
    assert_memory_equal(answer, "signed " HASH_TEXT " ", strlen("signed " HASH_TEXT " "));
    assert_false(failed(hex_parse(strrchr(answer, ' ') + 1, signature, SEAL_LEN)));
    assert_false(failed(hex_parse(HASH_TEXT, hash.at, HASH_LEN)));
    assert_false(failed(seal_key_create(path, &public)));
    assert_false(failed(device_request_verify(seal_key_public(public), "hall-7", &hash,
                                              (struct bytes){signature, SEAL_LEN})));
    seal_key_destroy(public);
}

static void test_a_certificate_request_is_signed_by_the_device_key(void **state)
{
    static const char *const none[] = {
        "sign", "sign ", "sign 00", "sign " HASH_TEXT "0", "sign  " HASH_TEXT, "Sign " HASH_TEXT};
    char path[ROOM_PATH_SIZE];
    struct hall hall;
    (void)state;

    open_hall(&hall);
    room_path(&hall.room, "device.key", path);
    doorbell_tell(hall.doorbell, "state=attract\n", "");
    say(&hall, "sign " HASH_TEXT, strlen("sign " HASH_TEXT));
    expect_answer(&hall, "status?", "state=attract\n"); /* without a key nothing is signed */

    doorbell_destroy(hall.doorbell);
    assert_false(failed(device_key_make(path)));
    assert_false(failed(device_key_open(path, &hall.device.key)));
    hall.device.kiosk = "hall-7";
    assert_false(failed(create(&hall, hall.path, &hall.doorbell)));
    call(&hall);
    doorbell_tell(hall.doorbell, "state=attract\n", "");
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        say(&hall, none[i], strlen(none[i]));
    expect_answer(&hall, "status?", "state=attract\n");

    expect_signed(&hall, path);
    struct device_key *key = hall.device.key;
    assert_int_equal(unlink(path), 0);
    close_hall(&hall);
    device_key_destroy(key);
}

static void test_an_answer_is_cut_and_not_lost(void **state)
{
    (void)state;
    static char longer[2 * DOORBELL_ANSWER_MAX];
    static char want[DOORBELL_ANSWER_MAX];
    struct hall hall;

    memset(longer, 'x', sizeof(longer) - 1);
    memset(want, 'x', sizeof(want) - 1);
    open_hall(&hall);
    doorbell_tell(hall.doorbell, longer, "");
    expect_answer(&hall, "status?", want);
    close_hall(&hall);
}

static void test_the_line_is_told_and_silence_takes_it_down(void **state)
{
    (void)state;
    struct hall hall;

    open_hall(&hall);
    say(&hall, "look line=up", 12);
    expect_line(&hall, true);
    say(&hall, "look line=up", 12);
    say(&hall, "look", 4);
    expect_no_line(&hall, 300);
    say(&hall, "look line=down", 14);
    expect_line(&hall, false);
    say(&hall, "look line=up", 12);
    expect_line(&hall, true);
    uint64_t from_ms = clock_boot_ms();
    expect_line(&hall, false);
    assert_true(clock_boot_ms() - from_ms >= DOORBELL_SILENCE_MS - 500);
    close_hall(&hall);
}

static void test_look_has_the_inbox_read(void **state)
{
    (void)state;
    struct hall hall;
    struct mail mail;

    open_hall(&hall);
    book_look_up(hall.book, 3, TOKEN_SIM_ID);
    room_event(&hall.room, EVENT_LOOKED_UP, &mail);
    struct fact_order order = room_order(&hall.room, FACT_ORDER_TO_PAY);
    room_put_order(&hall.room, &order);
    say(&hall, "look", 4);
    room_event(&hall.room, EVENT_ORDER, &mail);
    assert_int_equal(mail.event.u.order.status, FACT_ORDER_TO_PAY);
    close_hall(&hall);
}

/* clang-format off */
static const struct {
    const char *name;
    const char *text;
    size_t len;
} ignored[] = {
    {"an empty datagram", "", 0},
    {"a word that begins with look", "lookout", 7},
    {"a word behind the line", "look line=upwards", 17},
    {"another state of the line", "look line=maybe", 15},
    {"a NUL within", "look line=up\0", 13},
    {"a NUL at the start", "\0look line=up", 13},
    {"capitals", "LOOK LINE=UP", 12},
    {"a line end", "look line=up\n", 13},
    {"what fits the buffer but for its end",
     "look line=up                                                    ", 64},
    {"what is longer than any word of ours",
     "look line=up                                                         ", 69},
};
/* clang-format on */

static void test_what_is_no_word_of_ours_is_ignored(void **state)
{
    (void)state;
    struct hall hall;

    open_hall(&hall);
    doorbell_tell(hall.doorbell, "state=attract\n", "");
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++) {
        print_message("  %s\n", ignored[i].name);
        say(&hall, ignored[i].text, ignored[i].len);
        expect_answer(&hall, "status?", "state=attract\n"); /* it has been read by then */
    }
    expect_no_line(&hall, 100);
    close_hall(&hall);
}

static void test_a_burst_of_garbage_does_no_harm(void **state)
{
    (void)state;
    static uint8_t garbage[GARBAGE_LEN];
    struct hall hall;
    uint32_t random = 12345;

    open_hall(&hall);
    doorbell_tell(hall.doorbell, "state=attract\n", "");
    for (int i = 0; i < GARBAGE_COUNT; i++) {
        for (size_t j = 0; j < sizeof(garbage); j++) {
            random = (uint32_t)((random * UINT64_C(1664525) + 1013904223U) & UINT32_MAX);
            garbage[j] = (uint8_t)(random >> 24);
        }
        say(&hall, garbage, i % 3 == 0 ? (size_t)i : sizeof(garbage));
    }
    expect_answer(&hall, "status?", "state=attract\n");
    say(&hall, "look line=up", 12);
    expect_line(&hall, true);
    close_hall(&hall);
}

static void test_one_who_asks_without_an_address_or_has_gone_is_no_trouble(void **state)
{
    (void)state;
    struct hall hall;
    char path[ROOM_PATH_SIZE];

    open_hall(&hall);
    doorbell_tell(hall.doorbell, "state=attract\n", "");
    struct sockaddr_un to = address_of(hall.path);
    int nameless = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(sendto(nameless, "status?", 7, 0, (struct sockaddr *)&to, sizeof(to)), 7);
    assert_int_equal(close(nameless), 0);
    room_path(&hall.room, "gone.sock", path);
    int gone = bound_socket(path);
    assert_int_equal(sendto(gone, "status?", 7, 0, (struct sockaddr *)&to, sizeof(to)), 7);
    assert_int_equal(close(gone), 0);
    expect_answer(&hall, "status?", "state=attract\n");
    close_hall(&hall);
}

static void test_a_stale_socket_is_replaced_and_a_live_one_is_not(void **state)
{
    (void)state;
    struct hall hall;
    struct doorbell *second = NULL;

    open_hall(&hall);
    struct err e = create(&hall, hall.path, &second);
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_null(second);
    doorbell_tell(hall.doorbell, "state=attract\n", "");
    expect_answer(&hall, "status?", "state=attract\n"); /* the first one still has it */

    char path[ROOM_PATH_SIZE];
    room_path(&hall.room, "stale.sock", path);
    assert_int_equal(close(bound_socket(path)), 0);
    assert_int_equal(access(path, F_OK), 0);
    assert_false(failed(create(&hall, path, &second)));
    doorbell_destroy(second);
    doorbell_destroy(NULL);
    close_hall(&hall);
}

static void test_a_folder_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct hall hall;
    struct doorbell *second = NULL;

    open_hall(&hall);
    struct err e = create(&hall, "/nowhere/at/all.sock", &second);
    assert_int_equal(e.code, ERR_IO);
    char longest[200];
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(create(&hall, longest, &second).code, ERR_IO);
    close_hall(&hall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions_are_answered_with_what_was_told_last),
        cmocka_unit_test(test_a_certificate_request_is_signed_by_the_device_key),
        cmocka_unit_test(test_an_answer_is_cut_and_not_lost),
        cmocka_unit_test(test_the_line_is_told_and_silence_takes_it_down),
        cmocka_unit_test(test_look_has_the_inbox_read),
        cmocka_unit_test(test_what_is_no_word_of_ours_is_ignored),
        cmocka_unit_test(test_a_burst_of_garbage_does_no_harm),
        cmocka_unit_test(test_one_who_asks_without_an_address_or_has_gone_is_no_trouble),
        cmocka_unit_test(test_a_stale_socket_is_replaced_and_a_live_one_is_not),
        cmocka_unit_test(test_a_folder_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
