/*
 * Any line to a device of the virtual hall, and any line back: words as they were said, faults
 * that are known, an answer of one line. Over a real socket, the other end in a second thread.
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hw/sim/control.h"
#include "hw/sim/vtoken_fault.h"
#include "hw/sim/vtoken_quirks.h"
#include "hw/sim/vtoken_state.h"
#include "kiosk/base/bytes.h"
#include "kiosk/base/text.h"
#include "tests/fuzz/fuzz.h"

#define ASK_MS 2000

static char dir[] = "/tmp/fuzz_control.XXXXXX";
static struct control_server server = {.fd = -1};

static void leave(void)
{
    control_serve_close(&server);
    (void)rmdir(dir);
}

static void enter(void)
{
    char path[CONTROL_PATH_MAX];

    if (server.fd >= 0)
        return;
    assert(mkdtemp(dir) != NULL && text_print(path, sizeof(path), "%s/ctl", dir));
    assert(!failed(control_serve_open(path, &server)) && atexit(leave) == 0);
}

/* As the virtual token does at its start. */
static void quirks_read(const char *text)
{
    struct vtoken_model model = *vtoken_model_default();
    char bad[VTOKEN_QUIRK_NAME_MAX];

    if (failed(vtoken_quirks_apply(text, &model, bad)))
        assert(strlen(bad) < sizeof(bad) && model.capacity == vtoken_model_default()->capacity);
    assert(model.retired <= VTOKEN_RETIRED_MAX && model.capacity <= VTOKEN_OBJECT_MAX);
}

/* As the virtual token does with "token fault ...". */
static void on_request(void *context, const struct control_request *request,
                       struct control_reply *reply)
{
    struct vtoken_fault fault;
    uint32_t number = 0;
    (void)context;

    assert(request->count >= 1 && request->count <= CONTROL_WORDS_MAX);
    for (size_t i = 0; i + 1 < request->count; i++)
        assert(strchr(request->word[i], ' ') == NULL);
    if (!failed(vtoken_fault_parse(request->word, request->count, &fault)))
        assert(text_same(vtoken_fault_name(fault.kind), request->word[0]));
    if (!failed(control_number(request->word[0], 1000, &number)))
        assert(number <= 1000);
    quirks_read(request->word[request->count - 1]);
    control_ok(reply, "%s", request->word[request->count - 1]);
}

static void say_to_device(struct bytes line)
{
    const struct control_handler handler = {NULL, on_request};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert(fd >= 0 && text_copy(address.sun_path, sizeof(address.sun_path), server.path));
    assert(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    (void)send(fd, line.at, line.len, MSG_NOSIGNAL | MSG_DONTWAIT); /* cut is fine */
    assert(shutdown(fd, SHUT_WR) == 0);
    control_answer(&server, &handler);
    assert(close(fd) == 0);
}

static void *reply(void *context)
{
    const struct bytes *line = context;
    char request[64];
    int fd = accept4(server.fd, NULL, NULL, SOCK_CLOEXEC);

    for (int i = 0; fd < 0 && i < ASK_MS; i++) {
        (void)usleep(1000);
        fd = accept4(server.fd, NULL, NULL, SOCK_CLOEXEC);
    }
    assert(fd >= 0);
    (void)recv(fd, request, sizeof(request), 0); /* what was asked does not matter */
    (void)send(fd, line->at, line->len, MSG_NOSIGNAL);
    assert(close(fd) == 0);
    return NULL;
}

static void say_to_asker(struct bytes line)
{
    static struct control_reply answer;
    pthread_t thread;

    assert(pthread_create(&thread, NULL, reply, &line) == 0);
    struct err e = control_ask(server.path, "status", ASK_MS, &answer);
    assert(pthread_join(thread, NULL) == 0);
    if (!failed(e))
        assert(strlen(answer.text) < CONTROL_LINE_MAX && strchr(answer.text, '\n') == NULL);
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    enter();
    (data[0] == 'r' ? say_to_asker : say_to_device)((struct bytes){data + 1, size - 1});
    return 0;
}
