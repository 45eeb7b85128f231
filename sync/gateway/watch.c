#include "sync/gateway/watch.h"

#include <stdarg.h>
#include <stdio.h>

void watch_note(struct watch *watch, enum alarm_word word, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    /* Only words of ours: what is cut is ASCII. */
    (void)vsnprintf(watch->detail[word], ALARM_DETAIL_SIZE, format, args);
    va_end(args);
    watch->is_seen[word] = true;
}

void watch_clock(struct watch *watch, uint64_t seq, int64_t at_ms, int64_t now_ms)
{
    unsigned long long number = seq;

    if (at_ms < WATCH_EARLIEST_MS) {
        watch_note(watch, ALARM_CLOCK, "entry %llu is from before 2020", number);
    } else if (at_ms - now_ms > WATCH_AHEAD_MAX_MS) {
        watch_note(watch, ALARM_CLOCK, "entry %llu is %lld s ahead of the platform", number,
                   (long long)((at_ms - now_ms) / 1000));
    } else if (watch->before_ms - at_ms > WATCH_BACK_MAX_MS) {
        watch_note(watch, ALARM_CLOCK, "entry %llu is %lld s before the one it follows", number,
                   (long long)((watch->before_ms - at_ms) / 1000));
    }
    watch->before_ms = at_ms;
}

struct err watch_raise(const struct watch *watch, const struct platform *platform,
                       const char *kiosk)
{
    struct err e = ERR_OK;

    for (int word = 0; word < ALARM_WORD_COUNT && !failed(e); word++) {
        if (watch->is_seen[word])
            e = alarm_raise(platform, kiosk, (enum alarm_word)word, watch->detail[word]);
    }
    return e;
}

struct err watch_raise_alone(const struct watch *watch, const struct platform *platform,
                             const char *kiosk)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    bool any = false;

    for (int word = 0; word < ALARM_WORD_COUNT; word++)
        any = any || watch->is_seen[word];
    if (!any)
        return ERR_OK;
    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = watch_raise(watch, platform, kiosk);
    return failed(e) ? e : transaction_commit(&work);
}
