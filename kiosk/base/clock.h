/*
 * clock.h - the two clocks.
 *
 * Intervals and deadlines use boot time, which nothing sets back; wall time
 * is only for people and for records. The core asks neither: events carry both.
 */
#ifndef KIOSK_BASE_CLOCK_H
#define KIOSK_BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_BOOTTIME in milliseconds: goes on through a suspend. */
uint64_t clock_boot_ms(void);

/* CLOCK_REALTIME in milliseconds since 1970-01-01 UTC. */
int64_t clock_wall_ms(void);

#endif
