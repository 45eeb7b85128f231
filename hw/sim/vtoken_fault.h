/*
 * vtoken_fault.h - how a token is told to misbehave.
 *
 * "NAME N": the next N commands are answered as usual, and the one after them is hit. Pull, swap
 * and sw come before the token acts on it; lost, garbage and short after, so that what was asked
 * for has happened and only its answer is lost. Most are over once they have hit; hang, endless
 * and empty last until the token is pulled or the fault is taken away. Pure.
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
    VTOKEN_FAULT_SW,      /* a status word instead of doing it */
    VTOKEN_FAULT_LOST,    /* it does it, and leaves the reader instead of answering */
    VTOKEN_FAULT_SWAP,    /* the other token has taken its place unseen, and is asked */
    VTOKEN_FAULT_ENDLESS, /* each answer is 255 bytes of nothing, and says that more follow */
    VTOKEN_FAULT_EMPTY,   /* each answer is no bytes, and says that more follow */
    VTOKEN_FAULT_FLOOD,   /* an answer as long as the wire can carry */
    VTOKEN_FAULT_OVERRUN  /* an object whose lengths point past its end */
};

struct vtoken_fault {
    enum vtoken_fault_kind kind;
    uint32_t after;
    uint16_t sw; /* of VTOKEN_FAULT_SW */
    bool hit;    /* one that lasts has begun */
};

/* From the words "pull-after", "3" and so on; "none" takes the fault away. ERR_MALFORMED. */
MUST_CHECK struct err vtoken_fault_parse(const char *const *words, size_t count,
                                         struct vtoken_fault *out_fault);

/* Its name, "none" without one. */
const char *vtoken_fault_name(enum vtoken_fault_kind kind);

/* Whether it lasts once it has hit. */
bool vtoken_fault_lasts(enum vtoken_fault_kind kind);

/* Count one command: the kind that hits it, or VTOKEN_FAULT_NONE. */
enum vtoken_fault_kind vtoken_fault_count(struct vtoken_fault *fault);

/* The false answers of FLOOD, OVERRUN, ENDLESS and EMPTY, whose length is returned; 0 for another
 * kind. `size` is all there is room for. */
size_t vtoken_fault_answer(enum vtoken_fault_kind kind, uint8_t *out, size_t size);

#endif
