/* card_trace.c - hides what of which command may be shown. */
#include "hw/token/card_trace.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

#define HEADER_LEN 4
#define INS_GET_RESPONSE 0xC0
#define CLA_CHAINED 0x10
#define TAG_LIST 0x5C

struct card_trace {
    struct card card;
    struct card *inner; /* owned */
    struct token_trace sink;
    bool in_chain; /* the last block said that more of the command follows */
    uint8_t ins;   /* of the command that is being sent or answered */
    bool shows_data, shows_answer;
};

enum shown { NOTHING, ALL, PUBLIC_OBJECT };

/* A command that is not here shows nothing. */
static const struct rule {
    uint8_t ins;
    const char *name;
    enum shown data, answer;
} rules[] = {
    {0xA4, "SELECT", ALL, ALL},
    {0xCB, "GET DATA", ALL, PUBLIC_OBJECT},
    {0xDB, "PUT DATA", PUBLIC_OBJECT, NOTHING},
    {0x47, "GENERATE", ALL, ALL},
    {0xF6, "MOVE KEY", NOTHING, NOTHING},
    {0xF7, "GET METADATA", NOTHING, ALL},
    {0xF8, "GET SERIAL", NOTHING, ALL},
    {0xFD, "GET VERSION", NOTHING, ALL},
    {0x20, "VERIFY", NOTHING, NOTHING},
    {0x24, "CHANGE REFERENCE DATA", NOTHING, NOTHING},
    {0x2C, "RESET RETRY COUNTER", NOTHING, NOTHING},
    {0x87, "GENERAL AUTHENTICATE", NOTHING, NOTHING},
    {0xFE, "IMPORT KEY", NOTHING, NOTHING},
    {0xFF, "SET MANAGEMENT KEY", NOTHING, NOTHING},
};

static const struct rule *rule_of(uint8_t ins)
{
    static const struct rule unknown = {0, "(not known)", NOTHING, NOTHING};
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        if (rules[i].ins == ins)
            return &rules[i];
    }
    return &unknown;
}

static struct card_trace *trace_of(struct card *card)
{
    return CONTAINER_OF(card, struct card_trace, card);
}

static void tell(struct card_trace *trace, const char *text)
{
    trace->sink.line(trace->sink.context, text);
}

static void tell_error(struct card_trace *trace, const char *what, struct err e)
{
    char line[CARD_TRACE_LINE_MAX];
    if (!failed(e))
        return;
    (void)text_print(line, sizeof(line), "  %s: %s, %s", what, err_name(e.code), e.site);
    tell(trace, line);
}

/* " 5C 03 ..", or how many bytes there are. */
static void append(char line[CARD_TRACE_LINE_MAX], struct bytes bytes, bool shown)
{
    size_t count = shown ? bytes.len : 0;
    if (count > CARD_TRACE_SHOWN_MAX)
        count = CARD_TRACE_SHOWN_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t at = strlen(line);
        (void)text_print(line + at, CARD_TRACE_LINE_MAX - at, " %02X", bytes.at[i]);
    }
    size_t at = strlen(line);
    if (bytes.len > count && shown) {
        (void)text_print(line + at, CARD_TRACE_LINE_MAX - at, " .. (%zu bytes)", bytes.len);
    } else if (bytes.len > count) {
        (void)text_print(line + at, CARD_TRACE_LINE_MAX - at, " [%zu bytes not shown]", bytes.len);
    }
}

/* The data of a short or extended block; empty when there is none. `*out_fits`: its length holds.
 */
static struct bytes data_of(struct bytes block, bool *out_fits)
{
    *out_fits = true;
    struct bytes rest = {block.at + HEADER_LEN, block.len - HEADER_LEN};
    bool extended = rest.len > 1 && rest.at[0] == 0;
    size_t head = extended ? 3 : 1;
    if (rest.len <= head)
        return (struct bytes){NULL, 0};
    size_t len = extended ? (size_t)rest.at[1] << 8 | rest.at[2] : rest.at[0];
    *out_fits = len <= rest.len - head;
    if (!*out_fits)
        return rest;
    return (struct bytes){rest.at + head, len};
}

/* Whether `data` begins with the tag list of an object that anyone may read. */
static bool names_public_object(struct bytes data)
{
    static const struct {
        uint32_t first, last;
    } tags[] = {
        {0x7E, 0x7E},         /* discovery object */
        {0x5FC101, 0x5FC102}, /* certificate of 9E, CHUID */
        {0x5FC105, 0x5FC105}, /* certificate of 9A */
        {0x5FC107, 0x5FC107}, /* card capabilities */
        {0x5FC10A, 0x5FC10B}, /* certificates of 9C and 9D */
        {0x5FC10D, 0x5FC120}, /* of the retired slots */
    };
    uint32_t tag = 0;
    if (data.len < 2 || data.at[0] != TAG_LIST || data.at[1] > 3 || data.len < 2U + data.at[1])
        return false;
    for (size_t i = 0; i < data.at[1]; i++)
        tag = tag << 8 | data.at[2 + i];
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        if (tag >= tags[i].first && tag <= tags[i].last)
            return true;
    }
    return false;
}

static bool is_shown(enum shown shown, bool public_object)
{
    return shown == ALL || (shown == PUBLIC_OBJECT && public_object);
}

/* What follows in a chain, and what fetches the rest of an answer, is shown as its beginning was.
 */
static void judge(struct card_trace *trace, struct bytes block, struct bytes data)
{
    uint8_t ins = block.at[1];
    if (ins == INS_GET_RESPONSE) {
        trace->shows_data = false;
        trace->in_chain = false;
        return;
    }
    if (!trace->in_chain || ins != trace->ins) {
        const struct rule *rule = rule_of(ins);
        bool public_object = names_public_object(data);
        trace->ins = ins;
        trace->shows_data = is_shown(rule->data, public_object);
        trace->shows_answer = is_shown(rule->answer, public_object);
    }
    trace->in_chain = (block.at[0] & CLA_CHAINED) != 0;
}

static void tell_block(struct card_trace *trace, struct bytes block)
{
    char line[CARD_TRACE_LINE_MAX];
    if (block.len < HEADER_LEN) {
        (void)text_copy(line, sizeof(line), "(no command)");
        append(line, block, false);
        tell(trace, line);
        return;
    }
    bool fits = false;
    struct bytes data = data_of(block, &fits);
    judge(trace, block, data);
    uint8_t ins = block.at[1];
    (void)text_print(line, sizeof(line), "%02X %02X %02X %02X %s", block.at[0], ins, block.at[2],
                     block.at[3], ins == INS_GET_RESPONSE ? "GET RESPONSE" : rule_of(ins)->name);
    append(line, data, trace->shows_data && fits);
    tell(trace, line);
}

static void tell_reply(struct card_trace *trace, struct bytes reply, uint64_t took_ms)
{
    char line[CARD_TRACE_LINE_MAX] = " ";
    if (reply.len < 2) {
        append(line, reply, false);
        tell(trace, line);
        return;
    }
    struct bytes data = {reply.at, reply.len - 2};
    (void)text_print(line, sizeof(line), "  %02X %02X, %u ms", reply.at[data.len],
                     reply.at[data.len + 1], (unsigned)took_ms);
    append(line, data, trace->shows_answer);
    tell(trace, line);
}

static struct err trace_watch(struct card *card, uint32_t timeout_ms,
                              enum token_presence *in_out_presence)
{
    struct card_trace *trace = trace_of(card);
    struct err e = trace->inner->driver->watch(trace->inner, timeout_ms, in_out_presence);
    tell_error(trace, "watch", e);
    return e;
}

static struct err trace_connect(struct card *card, uint32_t timeout_ms)
{
    struct card_trace *trace = trace_of(card);
    struct err e = trace->inner->driver->connect(trace->inner, timeout_ms);
    trace->card.max_block = trace->inner->max_block;
    trace->in_chain = false;
    trace->shows_answer = false;
    tell(trace, "(powered)");
    tell_error(trace, "connect", e);
    return e;
}

static struct err trace_begin(struct card *card, uint32_t timeout_ms, bool *out_reset)
{
    struct card_trace *trace = trace_of(card);
    struct err e = trace->inner->driver->begin(trace->inner, timeout_ms, out_reset);
    trace->card.max_block = trace->inner->max_block;
    trace->in_chain = false;
    tell_error(trace, "begin", e);
    return e;
}

static struct err trace_transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                                 struct card_reply *out_reply)
{
    struct card_trace *trace = trace_of(card);
    tell_block(trace, block);
    uint64_t from_ms = clock_boot_ms();
    struct err e = trace->inner->driver->transmit(trace->inner, block, timeout_ms, out_reply);
    if (failed(e)) {
        tell_error(trace, "transmit", e);
    } else {
        tell_reply(trace, (struct bytes){out_reply->at, out_reply->len}, clock_boot_ms() - from_ms);
    }
    return e;
}

static void trace_end(struct card *card)
{
    struct card *inner = trace_of(card)->inner;
    inner->driver->end(inner);
}

static void trace_disconnect(struct card *card)
{
    struct card *inner = trace_of(card)->inner;
    inner->driver->disconnect(inner);
}

static void trace_close(struct card *card)
{
    struct card_trace *trace = trace_of(card);
    trace->inner->driver->close(trace->inner);
    free(trace);
}

struct err card_trace_create(struct card *inner, const struct token_trace *sink,
                             struct card **out_card)
{
    static const struct card_driver driver = {
        .watch = trace_watch,
        .connect = trace_connect,
        .begin = trace_begin,
        .transmit = trace_transmit,
        .end = trace_end,
        .disconnect = trace_disconnect,
        .close = trace_close,
    };
    struct card_trace *trace = calloc(1, sizeof(*trace));
    if (trace == NULL) {
        inner->driver->close(inner);
        return ERR(ERR_NO_ROOM, 0, "calloc");
    }
    trace->card = (struct card){.driver = &driver, .max_block = inner->max_block};
    trace->inner = inner;
    trace->sink = *sink;
    *out_card = &trace->card;
    return ERR_OK;
}
