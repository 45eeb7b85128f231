/*
 * worker_sandbox.h - the token worker locks itself in.
 *
 *     begin --> (open what is needed) --> lock in --> (talk to strangers)
 *
 * Its filter of system calls is in worker_filter.c; worker_filter_none.c takes its place in builds
 * with a sanitizer, which needs calls of its own.
 */
#ifndef HW_TOKEN_WORKER_SANDBOX_H
#define HW_TOKEN_WORKER_SANDBOX_H

#include "kiosk/base/err.h"

/*
 * First of all: nobody traces this process or gets a dump of it, none of its memory is ever swapped
 * out where the limit of locked memory has room for all of it, and it dies with its parent,
 * whose end of the pair `fd` shows whether it still lives. ERR_GONE: it does not. ERR_IO.
 */
MUST_CHECK struct err sandbox_begin(int fd);

/*
 * A part of it: PINs and keys pass through the stack, libraries and what they allocate, so all
 * memory there is and will be is locked. Where the limit is below `least` bytes, nothing is.
 * ERR_IO.
 */
MUST_CHECK struct err sandbox_lock_memory(uint64_t least);

/*
 * From now on nothing new is opened, reached or started: the descriptors below `fd_limit` are
 * all there will be. A call that libraries try by themselves (open, socket, connect ...) fails
 * with EPERM; one that has no business here ends the process. ERR_IO: it could not be locked in.
 */
MUST_CHECK struct err sandbox_lock_in(int fd_limit);

/* The filter alone. `*out_loaded` is false where there is none. ERR_IO. */
MUST_CHECK struct err worker_filter_load(bool *out_loaded);

/* Whether this build has a filter. */
bool worker_filter_there(void);

#endif
