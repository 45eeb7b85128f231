/*
 * clock.h - the two clocks.
 *
 * Intervals and deadlines use boot time, which nothing sets back; wall time
 * is only for people and for records. The core asks neither: events carry both.
 */
#ifndef KIOSK_BASE_CLOCK_H
#define KIOSK_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_BOOT_ID_LEN 36 /* a UUID in text form */

/* CLOCK_BOOTTIME in milliseconds: goes on through a suspend. */
uint64_t clock_boot_ms(void);

/* CLOCK_REALTIME in milliseconds since 1970-01-01 UTC. */
int64_t clock_wall_ms(void);

/* Which boot this is, so that boot times can be compared: the same text until the next one; empty
 * when the system does not tell. `out` has CLOCK_BOOT_ID_LEN + 1 bytes. */
void clock_boot_id(char *out);

#endif
