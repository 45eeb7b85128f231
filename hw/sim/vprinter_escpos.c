/*
 * vprinter_escpos.c - the lengths of the commands, as a table, and the five states that walk it.
 */
#include "hw/sim/vprinter_escpos.h"

#include <assert.h>
#include <stdbool.h>

#include "kiosk/base/macros.h"

/* How the bytes behind the fixed arguments are counted. */
enum tail {
    TAIL_NONE,
    TAIL_LEN16,   /* the last two arguments are the length */
    TAIL_LEN32,   /* the last four are */
    TAIL_RASTER,  /* the last four are bytes a row and rows */
    TAIL_COLUMNS, /* m nL nH: 1 or 3 bytes a column */
    TAIL_DEFINED, /* x y: x * y * 8 */
    TAIL_GLYPH,   /* 32 or 72 bytes; only the larger is in use */
    TAIL_LIST,    /* up to a NUL */
    TAIL_SYMBOL,  /* GS k m: NUL-ended, or one more argument is the length */
    TAIL_CUT,     /* GS V m: some m have one more argument */
    TAIL_STATUS,  /* DLE EOT n: 7, 8 and 18 have one more argument */
    TAIL_PULSE,   /* DLE DC4 fn: 1 and 2 have two more, 8 has seven */
};

struct shape {
    uint8_t lead;
    uint8_t code;
    uint8_t args;
    enum tail tail;
};

#define DLE VPRINTER_DLE
#define ESC VPRINTER_ESC
#define FS VPRINTER_FS
#define GS VPRINTER_GS

// clang-format off
static const struct shape shapes[] = {
    {DLE, 0x04, 1, TAIL_STATUS}, {DLE, 0x05, 1, TAIL_NONE}, {DLE, 0x14, 1, TAIL_PULSE},
    {ESC, 0x06, 1, TAIL_NONE}, {ESC, ' ', 1, TAIL_NONE}, {ESC, '!', 1, TAIL_NONE},
    {ESC, '$', 2, TAIL_NONE}, {ESC, '%', 1, TAIL_NONE}, {ESC, '(', 3, TAIL_LEN16},
    {ESC, '*', 3, TAIL_COLUMNS}, {ESC, '-', 1, TAIL_NONE}, {ESC, '3', 1, TAIL_NONE},
    {ESC, '=', 1, TAIL_NONE}, {ESC, '?', 1, TAIL_NONE}, {ESC, 'D', 0, TAIL_LIST},
    {ESC, 'E', 1, TAIL_NONE}, {ESC, 'G', 1, TAIL_NONE}, {ESC, 'J', 1, TAIL_NONE},
    {ESC, 'K', 1, TAIL_NONE}, {ESC, 'M', 1, TAIL_NONE}, {ESC, 'R', 1, TAIL_NONE},
    {ESC, 'T', 1, TAIL_NONE}, {ESC, 'U', 1, TAIL_NONE}, {ESC, 'V', 1, TAIL_NONE},
    {ESC, 'W', 8, TAIL_NONE}, {ESC, '\\', 2, TAIL_NONE}, {ESC, 'a', 1, TAIL_NONE},
    {ESC, 'c', 2, TAIL_NONE}, {ESC, 'd', 1, TAIL_NONE}, {ESC, 'e', 1, TAIL_NONE},
    {ESC, 'p', 3, TAIL_NONE}, {ESC, 'r', 1, TAIL_NONE}, {ESC, 't', 1, TAIL_NONE},
    {ESC, 'u', 1, TAIL_NONE}, {ESC, '{', 1, TAIL_NONE},
    {GS, '!', 1, TAIL_NONE}, {GS, '$', 2, TAIL_NONE}, {GS, '(', 3, TAIL_LEN16},
    {GS, '*', 2, TAIL_DEFINED}, {GS, '/', 1, TAIL_NONE}, {GS, '8', 5, TAIL_LEN32},
    {GS, 'B', 1, TAIL_NONE}, {GS, 'E', 1, TAIL_NONE}, {GS, 'H', 1, TAIL_NONE},
    {GS, 'I', 1, TAIL_NONE}, {GS, 'L', 2, TAIL_NONE}, {GS, 'P', 2, TAIL_NONE},
    {GS, 'T', 1, TAIL_NONE}, {GS, 'V', 1, TAIL_CUT}, {GS, 'W', 2, TAIL_NONE},
    {GS, '\\', 2, TAIL_NONE}, {GS, '^', 3, TAIL_NONE}, {GS, 'a', 1, TAIL_NONE},
    {GS, 'b', 1, TAIL_NONE}, {GS, 'f', 1, TAIL_NONE}, {GS, 'g', 4, TAIL_NONE},
    {GS, 'h', 1, TAIL_NONE}, {GS, 'j', 1, TAIL_NONE}, {GS, 'k', 1, TAIL_SYMBOL},
    {GS, 'r', 1, TAIL_NONE}, {GS, 'v', 6, TAIL_RASTER}, {GS, 'w', 1, TAIL_NONE},
    {GS, 'z', 3, TAIL_NONE},
    {FS, '!', 1, TAIL_NONE}, {FS, '(', 3, TAIL_LEN16}, {FS, '-', 1, TAIL_NONE},
    {FS, '2', 2, TAIL_GLYPH}, {FS, '?', 2, TAIL_NONE}, {FS, 'C', 1, TAIL_NONE},
    {FS, 'S', 2, TAIL_NONE}, {FS, 'W', 1, TAIL_NONE}, {FS, 'p', 2, TAIL_NONE},
};
// clang-format on

#define GLYPH_BYTES 72
#define SYMBOL_NUL_ENDED_MAX 6 /* GS k m: m up to this ends with NUL, above it is counted */
#define PULSE_CLEAR_ARGS 8     /* DLE DC4 8 d1...d7 */

static const struct shape *shape_find(uint8_t lead, uint8_t code)
{
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        if (shapes[i].lead == lead && shapes[i].code == code)
            return &shapes[i];
    }
    return NULL;
}

static enum tail tail_of(const struct vprinter_escpos *parser)
{
    const struct shape *shape = shape_find(parser->lead, parser->code);
    return shape == NULL ? TAIL_NONE : shape->tail;
}

static uint64_t little_endian(const uint8_t *at, size_t len)
{
    uint64_t value = 0;
    for (size_t i = len; i > 0; i--)
        value = value << 8 | at[i - 1];
    return value;
}

/* Arguments that the first one asks for in addition. */
static size_t args_more(const struct vprinter_escpos *parser)
{
    uint8_t first = parser->args[0];
    switch (tail_of(parser)) {
    case TAIL_CUT:
        return (first >= 65 && first <= 66) || (first >= 97 && first <= 104) ? 1 : 0;
    case TAIL_SYMBOL:
        return first > SYMBOL_NUL_ENDED_MAX ? 1 : 0;
    case TAIL_STATUS:
        return first == 7 || first == 8 || first == 18 ? 1 : 0;
    case TAIL_PULSE:
        return first == 8 ? PULSE_CLEAR_ARGS - 1 : 2;
    case TAIL_NONE:
    case TAIL_LEN16:
    case TAIL_LEN32:
    case TAIL_RASTER:
    case TAIL_COLUMNS:
    case TAIL_DEFINED:
    case TAIL_GLYPH:
    case TAIL_LIST:
        return 0;
    }
    return 0;
}

static uint64_t data_len(const struct vprinter_escpos *parser)
{
    const uint8_t *args = parser->args;
    switch (tail_of(parser)) {
    case TAIL_LEN16:
        return little_endian(&args[parser->arg_count - 2], 2);
    case TAIL_LEN32:
        return little_endian(&args[parser->arg_count - 4], 4);
    case TAIL_RASTER:
        return little_endian(&args[2], 2) * little_endian(&args[4], 2);
    case TAIL_COLUMNS:
        return little_endian(&args[1], 2) * (args[0] >= 32 ? 3U : 1U);
    case TAIL_DEFINED:
        return (uint64_t)args[0] * args[1] * 8U;
    case TAIL_GLYPH:
        return GLYPH_BYTES;
    case TAIL_SYMBOL:
        return parser->arg_count == 2 ? args[1] : 0;
    case TAIL_NONE:
    case TAIL_LIST:
    case TAIL_CUT:
    case TAIL_STATUS:
    case TAIL_PULSE:
        return 0;
    }
    return 0;
}

static enum vprinter_event command_whole(struct vprinter_escpos *parser)
{
    bool list =
        tail_of(parser) == TAIL_LIST || (tail_of(parser) == TAIL_SYMBOL && parser->arg_count == 1);
    parser->data_at = 0;
    parser->data_len = data_len(parser);
    if (list) {
        parser->state = VPRINTER_PARSE_LIST;
    } else {
        parser->state = parser->data_len > 0 ? VPRINTER_PARSE_DATA : VPRINTER_PARSE_IDLE;
    }
    return VPRINTER_EVENT_COMMAND;
}

static enum vprinter_event push_idle(struct vprinter_escpos *parser, uint8_t byte)
{
    switch (byte) {
    case VPRINTER_DLE:
    case VPRINTER_ESC:
    case VPRINTER_FS:
    case VPRINTER_GS:
        parser->lead = byte;
        parser->arg_count = 0;
        parser->state = VPRINTER_PARSE_CODE;
        return VPRINTER_EVENT_NONE;
    case '\t':
    case '\n':
    case '\f':
    case '\r':
    case 0x18:
        return VPRINTER_EVENT_CONTROL;
    default:
        return byte < 0x20 ? VPRINTER_EVENT_NONE : VPRINTER_EVENT_TEXT;
    }
}

static enum vprinter_event push_code(struct vprinter_escpos *parser, uint8_t byte)
{
    const struct shape *shape = shape_find(parser->lead, byte);
    parser->code = byte;
    parser->arg_want = shape == NULL ? 0 : shape->args;
    if (parser->arg_want == 0)
        return command_whole(parser);
    parser->state = VPRINTER_PARSE_ARGS;
    return VPRINTER_EVENT_NONE;
}

static enum vprinter_event push_arg(struct vprinter_escpos *parser, uint8_t byte)
{
    assert(parser->arg_count < VPRINTER_ARGS_MAX);
    parser->args[parser->arg_count++] = byte;
    if (parser->arg_count == 1)
        parser->arg_want += args_more(parser);
    return parser->arg_count < parser->arg_want ? VPRINTER_EVENT_NONE : command_whole(parser);
}

static enum vprinter_event push_data(struct vprinter_escpos *parser)
{
    if (++parser->data_at >= parser->data_len)
        parser->state = VPRINTER_PARSE_IDLE;
    return VPRINTER_EVENT_DATA;
}

static enum vprinter_event push_list(struct vprinter_escpos *parser, uint8_t byte)
{
    if (byte == 0) {
        parser->state = VPRINTER_PARSE_IDLE;
        return VPRINTER_EVENT_NONE;
    }
    parser->data_at++;
    return VPRINTER_EVENT_DATA;
}

void vprinter_escpos_init(struct vprinter_escpos *parser)
{
    *parser = (struct vprinter_escpos){.state = VPRINTER_PARSE_IDLE};
}

enum vprinter_event vprinter_escpos_push(struct vprinter_escpos *parser, uint8_t byte)
{
    parser->byte = byte;
    switch (parser->state) {
    case VPRINTER_PARSE_IDLE:
        return push_idle(parser, byte);
    case VPRINTER_PARSE_CODE:
        return push_code(parser, byte);
    case VPRINTER_PARSE_ARGS:
        return push_arg(parser, byte);
    case VPRINTER_PARSE_DATA:
        return push_data(parser);
    case VPRINTER_PARSE_LIST:
        return push_list(parser, byte);
    }
    return VPRINTER_EVENT_NONE;
}
