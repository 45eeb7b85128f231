/* vtoken_fault.c - the names of the faults, and their counting. */
#include "hw/sim/vtoken_fault.h"

#include <string.h>

#include "hw/sim/control.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define AFTER_MAX 1000000

static const struct {
    const char *name;
    enum vtoken_fault_kind kind;
    size_t words;
} faults[] = {
    {"none", VTOKEN_FAULT_NONE, 1},
    {"pull-after", VTOKEN_FAULT_PULL, 2},
    {"hang-after", VTOKEN_FAULT_HANG, 2},
    {"garbage-after", VTOKEN_FAULT_GARBAGE, 2},
    {"short-after", VTOKEN_FAULT_SHORT, 2},
    {"sw-after", VTOKEN_FAULT_SW, 3},
    {"lost-after", VTOKEN_FAULT_LOST, 2},
    {"swap-after", VTOKEN_FAULT_SWAP, 2},
    {"endless-after", VTOKEN_FAULT_ENDLESS, 2},
    {"empty-after", VTOKEN_FAULT_EMPTY, 2},
    {"flood-after", VTOKEN_FAULT_FLOOD, 2},
    {"overrun-after", VTOKEN_FAULT_OVERRUN, 2},
};

#define ENDLESS_LEN 255

/* Tag 53 that promises 64 KB, and in it a certificate that promises as much. */
static const uint8_t overrun[] = {0x53, 0x82, 0xFF, 0xFF, 0x70, 0x82, 0xFF, 0xF0, 0x30, 0x82,
                                  0xFF, 0xEC, 0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 0x90, 0x00};

struct err vtoken_fault_parse(const char *const *words, size_t count,
                              struct vtoken_fault *out_fault)
{
    size_t i = 0;
    while (i < ARRAY_LEN(faults) && !(count > 0 && text_same(faults[i].name, words[0])))
        i++;
    if (i == ARRAY_LEN(faults) || count != faults[i].words)
        return ERR(ERR_MALFORMED, 0, "fault");
    struct vtoken_fault fault = {.kind = faults[i].kind};
    if (count > 1) {
        struct err e = control_number(words[1], AFTER_MAX, &fault.after);
        if (failed(e))
            return e;
    }
    if (count > 2) {
        uint8_t sw[2];
        struct err e = hex_parse(words[2], sw, sizeof sw);
        if (failed(e))
            return e;
        fault.sw = (uint16_t)(sw[0] << 8 | sw[1]);
    }
    *out_fault = fault;
    return ERR_OK;
}

const char *vtoken_fault_name(enum vtoken_fault_kind kind)
{
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        if (faults[i].kind == kind)
            return faults[i].name;
    }
    return "none";
}

bool vtoken_fault_lasts(enum vtoken_fault_kind kind)
{
    return kind == VTOKEN_FAULT_HANG || kind == VTOKEN_FAULT_ENDLESS || kind == VTOKEN_FAULT_EMPTY;
}

enum vtoken_fault_kind vtoken_fault_count(struct vtoken_fault *fault)
{
    if (fault->kind == VTOKEN_FAULT_NONE)
        return VTOKEN_FAULT_NONE;
    if (fault->after > 0) {
        fault->after--;
        return VTOKEN_FAULT_NONE;
    }
    enum vtoken_fault_kind kind = fault->kind;
    fault->hit = vtoken_fault_lasts(kind);
    if (!fault->hit)
        fault->kind = VTOKEN_FAULT_NONE;
    return kind;
}

static size_t filled(uint8_t *out, size_t len, uint8_t sw1, uint8_t sw2)
{
    memset(out, 0, len);
    out[len] = sw1;
    out[len + 1] = sw2;
    return len + 2;
}

size_t vtoken_fault_answer(enum vtoken_fault_kind kind, uint8_t *out, size_t size)
{
    switch (kind) {
    case VTOKEN_FAULT_ENDLESS:
        return filled(out, ENDLESS_LEN, 0x61, 0xFF);
    case VTOKEN_FAULT_EMPTY:
        return filled(out, 0, 0x61, 0x00);
    case VTOKEN_FAULT_FLOOD:
        return filled(out, size - 2, 0x90, 0x00);
    case VTOKEN_FAULT_OVERRUN:
        memcpy(out, overrun, sizeof overrun);
        return sizeof overrun;
    case VTOKEN_FAULT_NONE:
    case VTOKEN_FAULT_PULL:
    case VTOKEN_FAULT_HANG:
    case VTOKEN_FAULT_GARBAGE:
    case VTOKEN_FAULT_SHORT:
    case VTOKEN_FAULT_SW:
    case VTOKEN_FAULT_LOST:
    case VTOKEN_FAULT_SWAP:
        break;
    }
    return 0;
}
