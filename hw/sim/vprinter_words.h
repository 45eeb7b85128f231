/*
 * vprinter_words.h - what can be said to the virtual printer on its control socket.
 *
 *     paper ok|low|out     cover open|closed     printer off|on|cutter-error|silent
 *     [printer] status     receipt               [printer] fault NAME BYTES | fault none
 *
 * Faults strike after so many further bytes were processed: paper-out-after,
 * cover-open-after, cutter-error-after, silent-after, off-after.
 */
#ifndef HW_SIM_VPRINTER_WORDS_H
#define HW_SIM_VPRINTER_WORDS_H

#include "hw/sim/control.h"
#include "hw/sim/vprinter.h"
#include "hw/sim/vprinter_png.h"

struct vprinter_words {
    struct vprinter *printer;
    uint32_t slips;                   /* printed so far */
    char last[VPRINTER_PNG_PATH_MAX]; /* path of the last one; empty if none */
};

/* Obey and answer. */
void vprinter_words_answer(struct vprinter_words *words, const struct control_request *request,
                           struct control_reply *reply);

#endif
