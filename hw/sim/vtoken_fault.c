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
    {"none", VTOKEN_FAULT_NONE, 1},         {"pull-after", VTOKEN_FAULT_PULL, 2},
    {"hang-after", VTOKEN_FAULT_HANG, 2},   {"garbage-after", VTOKEN_FAULT_GARBAGE, 2},
    {"short-after", VTOKEN_FAULT_SHORT, 2}, {"sw-after", VTOKEN_FAULT_SW, 3},
};

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

enum vtoken_fault_kind vtoken_fault_count(struct vtoken_fault *fault)
{
    if (fault->kind == VTOKEN_FAULT_NONE)
        return VTOKEN_FAULT_NONE;
    if (fault->after > 0) {
        fault->after--;
        return VTOKEN_FAULT_NONE;
    }
    enum vtoken_fault_kind kind = fault->kind;
    if (kind != VTOKEN_FAULT_HANG)
        fault->kind = VTOKEN_FAULT_NONE;
    return kind;
}
