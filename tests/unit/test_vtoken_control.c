/* The line each way by which simulated devices are told what to do. */
#include "tests/unit/unit.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hw/sim/control.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

#define POLL_MS 20
#define ASK_MS 2000

struct device {
    char dir[CONTROL_PATH_MAX - 16];
    char path[CONTROL_PATH_MAX];
    struct control_server server;
    pthread_t thread;
    atomic_bool over;
};

static void answer(void *context, const struct control_request *request,
                   struct control_reply *reply)
{
    (void)context;
    if (text_same(request->word[0], "count")) {
        control_ok(reply, "%zu <%s>", request->count, request->word[request->count - 1]);
    } else if (text_same(request->word[0], "empty")) {
        control_ok(reply, "%s", "");
    } else if (text_same(request->word[0], "lines")) {
        control_ok(reply, "a\nb");
    } else if (text_same(request->word[0], "no")) {
        control_refuse(reply, "because of %d reasons", 3);
    }
}

static void *serve(void *context)
{
    struct device *device = context;
    const struct control_handler handler = {.answer = answer};
    while (!atomic_load(&device->over)) {
        struct pollfd wait = {.fd = device->server.fd, .events = POLLIN};
        if (poll(&wait, 1, POLL_MS) > 0)
            control_answer(&device->server, &handler);
    }
    return NULL;
}

static int device_up(void **state)
{
    static struct device device;
    assert_true(text_copy(device.dir, sizeof device.dir, "/tmp/test_control.XXXXXX"));
    assert_non_null(mkdtemp(device.dir));
    assert_true(text_print(device.path, sizeof device.path, "%s/device.ctl", device.dir));
    assert_false(failed(control_serve_open(device.path, &device.server)));
    atomic_store(&device.over, false);
    assert_int_equal(pthread_create(&device.thread, NULL, serve, &device), 0);
    *state = &device;
    return 0;
}

static int device_down(void **state)
{
    struct device *device = *state;
    atomic_store(&device->over, true);
    assert_int_equal(pthread_join(device->thread, NULL), 0);
    control_serve_close(&device->server);
    assert_int_equal(rmdir(device->dir), 0); /* so the socket is gone */
    return 0;
}

static void a_request_is_answered_by_its_words(void **state)
{
    const struct device *device = *state;
    static const struct {
        const char *line;
        bool done;
        const char *text;
    } rows[] = {
        {"count", true, "1 <count>"},
        {"count a b", true, "3 <b>"},
        {"count 2 3 4 5 6 7 8 9", true, "8 <8 9>"},
        {"empty", true, ""},
        {"lines", true, "a b"},
        {"no", false, "because of 3 reasons"},
        {"what", false, "no such request"},
        {"", false, "no such request"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct control_reply reply = {.done = false};
        print_message("    \"%s\"\n", rows[i].line);
        assert_false(failed(control_ask(device->path, rows[i].line, ASK_MS, &reply)));
        assert_int_equal(reply.done, rows[i].done);
        assert_string_equal(reply.text, rows[i].text);
    }
}

static void a_line_of_the_greatest_length_passes_and_a_longer_one_does_not(void **state)
{
    const struct device *device = *state;
    static char line[CONTROL_LINE_MAX + 1];
    static struct control_reply reply;
    memset(line, 'x', sizeof line - 1);
    memcpy(line, "count ", strlen("count "));
    assert_int_equal(control_ask(device->path, line, ASK_MS, &reply).code, ERR_NO_ROOM);
    line[CONTROL_LINE_MAX - 64] = '\0';
    assert_false(failed(control_ask(device->path, line, ASK_MS, &reply)));
    assert_int_equal(strlen(reply.text), strlen(line) - strlen("count ") + strlen("2 <>"));
    assert_int_equal(control_ask(device->path, "a\nb", ASK_MS, &reply).code, ERR_NO_ROOM);
}

static int silent_client(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(text_copy(address.sun_path, sizeof address.sun_path, path));
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address),
                     0);
    return fd;
}

static void a_client_that_says_nothing_does_not_keep_the_others_waiting(void **state)
{
    const struct device *device = *state;
    int fd = silent_client(device->path);
    struct control_reply reply;
    uint64_t begin_ms = clock_boot_ms();
    assert_false(failed(control_ask(device->path, "count", ASK_MS, &reply)));
    assert_true(clock_boot_ms() - begin_ms < ASK_MS);
    assert_int_equal(close(fd), 0);
    fd = silent_client(device->path);
    assert_int_equal(send(fd, "cou", 3, 0), 3);
    assert_int_equal(close(fd), 0);
    assert_false(failed(control_ask(device->path, "count", ASK_MS, &reply)));
}

static void a_live_socket_is_left_alone_and_a_dead_one_replaced(void **state)
{
    const struct device *device = *state;
    struct control_server second = {.fd = -1};
    assert_int_equal(control_serve_open(device->path, &second).code, ERR_CONFLICT);
    char dead[CONTROL_PATH_MAX];
    assert_true(text_print(dead, sizeof dead, "%s/dead.ctl", device->dir));
    assert_false(failed(control_serve_open(dead, &second)));
    assert_int_equal(close(second.fd), 0); /* as if killed: the socket's name stays */
    struct control_reply reply;
    assert_int_equal(control_ask(dead, "count", ASK_MS, &reply).code, ERR_NOT_FOUND);
    assert_false(failed(control_serve_open(dead, &second)));
    control_serve_close(&second);
    assert_int_equal(access(dead, F_OK), -1);
}

static void nobody_there_and_no_answer_are_told_apart(void **state)
{
    const struct device *device = *state;
    struct control_reply reply;
    struct control_server silent = {.fd = -1};
    char path[CONTROL_PATH_MAX];
    assert_true(text_print(path, sizeof path, "%s/silent.ctl", device->dir));
    assert_int_equal(control_ask(path, "count", ASK_MS, &reply).code, ERR_NOT_FOUND);
    assert_false(failed(control_serve_open(path, &silent)));
    assert_int_equal(control_ask(path, "count", 50, &reply).code, ERR_TIMEOUT);
    control_serve_close(&silent);
    char too_long[2 * CONTROL_PATH_MAX];
    memset(too_long, 'x', sizeof too_long);
    too_long[sizeof too_long - 1] = '\0';
    assert_int_equal(control_ask(too_long, "count", ASK_MS, &reply).code, ERR_NO_ROOM);
    assert_int_equal(control_serve_open(too_long, &silent).code, ERR_NO_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_by_its_words),
        cmocka_unit_test(a_line_of_the_greatest_length_passes_and_a_longer_one_does_not),
        cmocka_unit_test(a_client_that_says_nothing_does_not_keep_the_others_waiting),
        cmocka_unit_test(a_live_socket_is_left_alone_and_a_dead_one_replaced),
        cmocka_unit_test(nobody_there_and_no_answer_are_told_apart),
    };
    return cmocka_run_group_tests(tests, device_up, device_down);
}
