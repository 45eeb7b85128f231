/*
 * vtoken_fault.h - how a token is told to misbehave, once.
 *
 * "NAME N": the next N commands are answered as usual, and the one after them is hit. Pull and
 * sw come before the token acts on it; garbage and short after, so that what was asked for has
 * happened and only its answer is lost. Pure.
 */
#ifndef HW_SIM_VTOKEN_FAULT_H
#define HW_SIM_VTOKEN_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiosk/base/err.h"

enum vtoken_fault_kind {
    VTOKEN_FAULT_NONE,
    VTOKEN_FAULT_PULL,    /* the token leaves the reader instead of answering */
    VTOKEN_FAULT_HANG,    /* no answer until it is pulled or the fault is taken away */
    VTOKEN_FAULT_GARBAGE, /* the right length, the wrong bytes */
    VTOKEN_FAULT_SHORT,   /* one byte of an answer */
    VTOKEN_FAULT_SW       /* a status word instead of doing it */
};

struct vtoken_fault {
    enum vtoken_fault_kind kind;
    uint32_t after;
    uint16_t sw; /* of VTOKEN_FAULT_SW */
};

/* From the words "pull-after", "3" and so on; "none" takes the fault away. ERR_MALFORMED. */
MUST_CHECK struct err vtoken_fault_parse(const char *const *words, size_t count,
                                         struct vtoken_fault *out_fault);

/* Its name, "none" without one. */
const char *vtoken_fault_name(enum vtoken_fault_kind kind);

/* Count one command: the kind that hits it, or VTOKEN_FAULT_NONE. Every kind but a hang is
 * over once it has hit. */
enum vtoken_fault_kind vtoken_fault_count(struct vtoken_fault *fault);

#endif
