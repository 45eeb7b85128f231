/*
 * What the kiosk and its token worker read of each other. The first byte says whose message the
 * rest is: the worker's question, or the kiosk's answer to a call or line of a trace. What is taken
 * for a message can be written again, byte for byte, and holds no length, enum or flag that there
 * is not.
 */
#include "hw/token/token_check.h"
#include "hw/token/token_worker_wire.h"
#include "tests/fuzz/fuzz.h"

#define ASK 0 /* 1 + a call, or WATCH: the answer to it */
#define WATCH (1 + TOKEN_CALL_COUNT)
#define TRACE (1 + WATCH)
#define KINDS (1 + TRACE)

static uint8_t again[WIRE_MESSAGE_MAX];

static void assert_same(size_t len, struct bytes message)
{
    assert(len == message.len);
    assert(memcmp(again, message.at, len) == 0);
}

static void read_ask(struct bytes message)
{
    static struct wire_ask ask;

    if (failed(wire_get_ask(message, &ask)))
        return;
    assert_same(wire_put_ask(&ask, again), message);
    if (ask.kind == WIRE_CALL)
        (void)token_request_holds(&ask.request);
}

static void read_answer(struct bytes message, enum token_call call, bool watch)
{
    static struct wire_answer answer;
    static struct token_reply reply;
    const struct token_request request = {.call = call, .scope = {.slots = 0xFFFFFF, .keys = true}};

    if (failed(wire_get_answer(message, call, &answer, watch ? NULL : &reply)))
        return;
    assert(strnlen(answer.site, WIRE_SITE_MAX) < WIRE_SITE_MAX);
    if (watch)
        return;
    assert_same(wire_put_answer(&answer, call, &reply, again), message);
    if (!token_answer_holds(&request, answer.error, &reply) || failed(answer.error) ||
        call != TOKEN_CALL_IDENTIFY)
        return;
    assert(reply.u.identity.certificate_count <= TOKEN_CERTIFICATES_MAX);
    for (size_t i = 0; i < reply.u.identity.certificate_count; i++)
        assert(token_slot_index(reply.u.identity.certificates[i].slot) < TOKEN_SLOT_COUNT);
}

static void read_trace(struct bytes message)
{
    char line[WIRE_LINE_SIZE];

    if (failed(wire_get_trace(message, line)))
        return;
    assert(wire_said(message) == WIRE_SAID_TRACE);
    size_t len = strnlen(line, sizeof(line));
    assert(len < sizeof(line));
    for (size_t i = 0; i < len; i++)
        assert(line[i] >= ' ' && line[i] <= '~');
    assert_same(wire_put_trace(line, again), message);
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_hello hello;

    if (size < 1 || size - 1 > WIRE_MESSAGE_MAX)
        return 0;
    struct bytes message = {data + 1, size - 1};
    unsigned kind = data[0] % KINDS;
    if (kind == ASK) {
        read_ask(message);
    } else if (kind == WATCH) {
        read_answer(message, TOKEN_CALL_IDENTIFY, true);
    } else if (kind == TRACE) {
        read_trace(message);
    } else {
        read_answer(message, (enum token_call)(kind - 1), false);
    }
    if (!failed(wire_get_hello(message, &hello)))
        assert_same(wire_put_hello(&hello, again), message);
    return 0;
}
