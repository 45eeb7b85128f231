/*
 * token_watchdog.h - a token driver around one that runs in this process and cannot be ended when
 * it hangs: then the process ends, with a line that says so.
 */
#ifndef KIOSK_CTL_TOKEN_WATCHDOG_H
#define KIOSK_CTL_TOKEN_WATCHDOG_H

#include "hw/token/token.h"

#define TOKEN_WATCHDOG_SLACK_MS 2000 /* for a driver that keeps its limits by itself */

struct token_watchdog_limits {
    uint32_t call_ms;
    uint32_t key_ms; /* of a call that makes a key */
};

/* `inner` is taken, also on failure. ERR_NO_ROOM. */
MUST_CHECK struct err token_watchdog_create(struct token *inner,
                                            const struct token_watchdog_limits *limits,
                                            struct token **out_token);

#endif
