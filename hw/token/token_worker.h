/*
 * token_worker.h - the driver "piv": PIV cards over PC/SC, in a process of their own.
 *
 * What a token, a reader or the PC/SC service says is read by the program certkiosk-token, which
 * has locked itself in: it can open nothing, reach nothing and start nothing. This side only
 * passes calls on, keeps their time limits, and believes no byte that comes back. Whatever
 * happens to the worker (it hangs, crashes, says nonsense, loses the service), it is killed and
 * the next call has a new one. Each session has one of its own: the one that watched until the
 * token came, which had spoken to none, or else a new one.
 *
 * A watch lasts its time and, at most, that of one worker which does not start (start_ms) and of
 * one which does not answer (watch_ms).
 */
#ifndef HW_TOKEN_TOKEN_WORKER_H
#define HW_TOKEN_TOKEN_WORKER_H

#include "hw/token/token.h"

/* Limits are milliseconds. */
struct token_worker_setup {
    const char *program;
    const char *reader;       /* as in struct token_config */
    uint32_t call_ms, key_ms; /* of a call, and of one that makes a key */
    uint32_t start_ms;        /* until a new worker has reached the service */
    uint32_t watch_ms;        /* that a watch may take beyond its own time */
    uint32_t retry_ms;        /* from a worker that failed in a watch, or reached no service, to the
                                 next one that watch starts */
    const struct token_trace *trace; /* as in struct token_config */
    bool filter; /* a worker that says it runs without a filter of system calls is refused */
};

#define TOKEN_WORKER_START_MS 5000
#define TOKEN_WORKER_WATCH_MS 2000
#define TOKEN_WORKER_RETRY_MS 1000
_Static_assert(TOKEN_WORKER_START_MS + TOKEN_WORKER_WATCH_MS <= TOKEN_WATCH_EXTRA_MS,
               "a watch may last as long");

/*
 * ERR_NOT_FOUND: the program certkiosk-token is not beside the calling program. ERR_NO_ROOM: no
 * memory, or none that can be locked; a name too long. Close with token_close().
 */
MUST_CHECK struct err token_worker_open(const struct token_config *config,
                                        struct token **out_token);

/* The same with a setup, which is copied. For tests. */
MUST_CHECK struct err token_worker_create(const struct token_worker_setup *setup,
                                          struct token **out_token);

#endif
