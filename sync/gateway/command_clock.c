/* certkiosk-gateway clock: what the platform holds of this machine's clock, and the operator's word
 * that it is right. */
#include <stdio.h>

#include "kiosk/base/clock.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/command.h"
#include "sync/gateway/options.h"
#include "sync/gateway/platform_clock.h"

#define TIME_SIZE 72 /* of any numbers */

static const char *time_text(int64_t at_ms, char out[TIME_SIZE])
{
    struct civil at = civil_of(at_ms / 1000);

    (void)snprintf(out, TIME_SIZE, "%04d-%02u-%02u %02u:%02u:%02u", at.year, at.month, at.day,
                   at.hour, at.minute, at.second);
    return out;
}

void command_clock_print(FILE *out, int64_t newest_ms, enum platform_clock_verdict verdict)
{
    static const char *const words[] = {
        [PLATFORM_CLOCK_RIGHT] = "as far as can be told it is right",
        [PLATFORM_CLOCK_BEHIND] = "it was set back: set it right",
        [PLATFORM_CLOCK_AHEAD] = "it jumped, or the platform was away for long: set it right",
    };
    char now[TIME_SIZE];
    char newest[TIME_SIZE];

    (void)fprintf(
        out, "the clock says       %s (Beijing)\nthe newest stored is %s\n%s%s\n",
        time_text(clock_wall_ms(), now), newest_ms == 0 ? "none" : time_text(newest_ms, newest),
        words[verdict],
        verdict == PLATFORM_CLOCK_RIGHT
            ? ""
            : ", or when it is right say so:\n    certkiosk-gateway clock --dir D --right 1");
}

static struct err run(const char *dir, bool is_right)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};
    int64_t newest_ms = 0;

    struct err e = command_begin(dir, false, &store, &work);
    if (!failed(e) && is_right)
        e = platform_clock_trust(store, clock_wall_ms());
    if (!failed(e))
        e = platform_clock_newest(store, &newest_ms);
    if (!failed(e))
        command_clock_print(stdout, newest_ms, platform_clock_judge(newest_ms, clock_wall_ms()));
    return failed(e) ? e : transaction_commit(&work);
}

int command_clock(int argc, char **argv)
{
    const char *dir = NULL;
    const char *right_text = "0";
    int64_t right = 0;
    const struct option_row rows[] = {{"--dir", &dir, true}, {"--right", &right_text, false}};

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)) ||
        !option_number("--right", right_text, 0, 1, &right))
        return COMMAND_USAGE;
    struct err e = run(dir, right == 1);
    return failed(e) ? command_failed("clock", e) : COMMAND_DONE;
}
