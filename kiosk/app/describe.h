/*
 * describe.h - the kiosk's state in words: for certkioskctl, tests and the demo. Pure.
 */
#ifndef KIOSK_APP_DESCRIBE_H
#define KIOSK_APP_DESCRIBE_H

#include "kiosk/core/flow.h"
#include "kiosk/ui/draw.h"

/* state, message, line, reader, printer, ledger and clock, as key=value lines; nothing of a visit.
 */
void describe_status(const struct flow *flow, char *out, size_t size);

/* The same, and of the visit what a script needs to act; whether something is lit under a finger,
 * never what, which may be a digit of the PIN; and a line for each target:
 * "target action=next value=0 x=56 y=1536 w=624 h=120 enabled=1 label=..." */
void describe_screen(const struct flow *flow, const struct draw_list *list, bool pressed, char *out,
                     size_t size);

#endif
