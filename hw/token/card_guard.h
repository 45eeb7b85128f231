/*
 * card_guard.h - a link that keeps its time limits, around one that cannot.
 *
 * PC/SC has no limit for an answer, nor for having a card alone: a token that hangs would hold
 * its caller for ever. The guard runs the real link in a thread of its own and gives up waiting
 * in time; the thread is then left to itself, and until it comes back (the visitor pulls the
 * token, or the service ends) every call is ERR_IO. At most one thread is ever left like that.
 */
#ifndef HW_TOKEN_CARD_GUARD_H
#define HW_TOKEN_CARD_GUARD_H

#include "hw/token/card.h"

#define CARD_READER_MAX 128 /* MAX_READERNAME of pcsc-lite */

/* Opens the real link; called again for each new thread. As card_pcsc_open(). */
struct card_guard_inner {
    struct err (*open)(const char *reader, struct card **out_card);
};

/* ERR_NO_ROOM: no memory, no thread, or a name longer than CARD_READER_MAX - 1. */
MUST_CHECK struct err card_guard_open(struct card_guard_inner inner, const char *reader,
                                      struct card **out_card);

#endif
