/*
 * wipe.h - what is left of a visit where no name points to it any more.
 *
 * Two places keep copies of what was there: the unused part of a stack, and memory that was given
 * back to the heap. The first is wiped by wipe_stack(), called by each thread when it has dealt
 * with something personal. The second by kiosk/base/wipe_free.c, which stands in for free() and
 * realloc() in certkiosk and certkiosk-syncd, for every library in them; a build with a sanitizer,
 * which has its own heap, goes without.
 */
#ifndef KIOSK_APP_WIPE_H
#define KIOSK_APP_WIPE_H

#define WIPE_STACK_LEN (256 * 1024) /* deeper than any call of ours or of a library goes */

/* Marks a function whose locals its caller wipes: they are below the caller's own. */
#define WIPE_BELOW __attribute__((noinline))

/* Overwrite WIPE_STACK_LEN bytes of this thread's stack below the caller. */
void wipe_stack(void);

#endif
