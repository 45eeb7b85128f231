/*
 * watch.h - what is odd about one batch, collected while it is taken and raised as alarms.
 *
 *     watch_note, watch_clock for what is found  ->  watch_raise
 */
#ifndef SYNC_GATEWAY_WATCH_H
#define SYNC_GATEWAY_WATCH_H

#include "sync/gateway/alarm.h"

#define WATCH_AHEAD_MAX_MS (INT64_C(300) * 1000) /* of an entry before the platform's clock */
#define WATCH_BACK_MAX_MS (INT64_C(300) * 1000)  /* of an entry behind the one before it */
#define WATCH_EARLIEST_MS INT64_C(1577836800000) /* 2020-01-01 UTC: no kiosk is older */

struct watch {
    bool is_seen[ALARM_WORD_COUNT];
    char detail[ALARM_WORD_COUNT][ALARM_DETAIL_SIZE]; /* of the newest */
    int64_t before_ms;                                /* time of the entry before; 0: none */
};

PRINTF_LIKE(3, 4)
void watch_note(struct watch *watch, enum alarm_word word, const char *format, ...);

/* The next entry, in order, says `at_ms`; the platform's clock says `now_ms`. */
void watch_clock(struct watch *watch, uint64_t seq, int64_t at_ms, int64_t now_ms);

/* Raise each word once, however often it was noted. Inside a transaction. */
MUST_CHECK struct err watch_raise(const struct watch *watch, const struct platform *platform,
                                  const char *kiosk);

/* The same in a transaction of its own, if anything was noted. */
MUST_CHECK struct err watch_raise_alone(const struct watch *watch, const struct platform *platform,
                                        const char *kiosk);

#endif
