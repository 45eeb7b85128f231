/* certkiosk-gateway alarms: what is odd about a kiosk, and what to do about each word. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/alarm.h"
#include "sync/gateway/command.h"
#include "sync/gateway/options.h"

#define TIME_SIZE 24

/* What each word means, and what is to be done. */
static const char *const meanings[ALARM_WORD_COUNT] = {
    [ALARM_FORK] = "the kiosk's journal tells another history than the one stored here: it was set"
                   " back or cloned.\n    Find the kiosk that has the right journal, stop the"
                   " other",
    [ALARM_GAP] = "entries are missing between what is stored here and what the kiosk sends: one"
                  " of the two databases\n    was set back. The kiosk goes on when it still has"
                  " them",
    [ALARM_SIGNATURE] = "something that the kiosk has signed does not verify: its journal was"
                        " changed, or not by it",
    [ALARM_CLOCK] = "the kiosk's clock is wrong, or was when this happened",
    [ALARM_REJECTED] = "an entry was stored but goes against the rules: see its order",
    [ALARM_DUPLICATE_TXID] = "a transaction came again at another place: a journal was copied",
    [ALARM_EPOCH_CHANGED] = "the kiosk has a new journal: what its old one still held and had not"
                            " sent is not here",
    [ALARM_CERTIFICATE] = "somebody came in the kiosk's name with a certificate that does not"
                          " count, or asked for one\n    as the kiosk itself would not. If it was"
                          " not the kiosk, its key was stolen: invite it anew",
    [ALARM_CERTIFICATE_ENDS] = "the kiosk has not renewed its certificate: it is switched off, or"
                               " cannot. When it has ended,\n    invite the kiosk anew",
    [ALARM_RESTORED] =
        "the kiosk has more of the platform's database than there is. It alone fetches all"
        " anew and sends again\n    what was lost. Was a backup put back? Say so for all kiosks:"
        " certkiosk-gateway restored. Payments and\n    certificates that were lost do not come"
        " again: compare with the payment provider and the authority.\n    Was none put back?"
        " Then somebody else has the kiosk's TLS key: invite it anew",
    [ALARM_MALFORMED] = "the kiosk sends what cannot be stored, and gets no further: its journal"
                        " is damaged, or its\n    program and the platform's do not fit together",
    [ALARM_PLATFORM_CLOCK] = "this machine's clock jumped. The platform goes on by the time that it"
                             " had. Set the clock\n    right; when it is right say so:"
                             " certkiosk-gateway clock --right 1",
};

static void print_time(int64_t at_s, char out[TIME_SIZE])
{
    struct civil at = civil_of(at_s);

    (void)snprintf(out, TIME_SIZE, "%04d-%02u-%02u %02u:%02u", at.year, at.month, at.day, at.hour,
                   at.minute);
}

static const char *meaning_of(const char *name)
{
    for (int word = 0; word < ALARM_WORD_COUNT; word++) {
        if (strcmp(alarm_word_name((enum alarm_word)word), name) == 0)
            return meanings[word];
    }
    return "";
}

static void print_alarm(const struct alarm *alarm)
{
    char first[TIME_SIZE];
    char last[TIME_SIZE];

    print_time(alarm->first_s, first);
    print_time(alarm->last_s, last);
    (void)printf("%lld  %s  %s: %s\n    %s%s%s, %lld time%s%s\n    %s\n", (long long)alarm->id,
                 alarm->kiosk, alarm->word, alarm->detail, first, alarm->count > 1 ? " to " : "",
                 alarm->count > 1 ? last : "", (long long)alarm->count, alarm->count > 1 ? "s" : "",
                 alarm->cleared_s != 0 ? ", cleared" : "", meaning_of(alarm->word));
}

static void list_done(struct alarm **list)
{
    free(*list);
}

static struct err show(struct store *store, bool only_open)
{
    CLEANUP(list_done) struct alarm *list = calloc(ALARM_LIST_MAX, sizeof(*list));
    size_t count = 0;

    struct err e = list == NULL ? ERR(ERR_NO_ROOM, 0, "calloc") : ERR_OK;
    if (!failed(e))
        e = alarm_list(store, only_open, list, &count);
    if (failed(e))
        return e;
    for (size_t i = 0; i < count; i++)
        print_alarm(&list[i]);
    if (count == 0)
        (void)printf("no alarms\n");
    if (count == ALARM_LIST_MAX) {
        (void)printf("these are the newest %d; the others are shown when some are cleared\n",
                     ALARM_LIST_MAX);
    }
    return ERR_OK;
}

static struct err run(const char *dir, bool only_open, int64_t clear)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};
    struct alarm cleared = {0};

    struct err e = command_begin(dir, false, &store, &work);
    struct platform platform = {.store = store, .now_ms = clock_wall_ms};
    if (!failed(e))
        e = clear == 0 ? show(store, only_open) : alarm_clear(&platform, clear, &cleared);
    if (!failed(e) && clear != 0)
        print_alarm(&cleared);
    return failed(e) ? e : transaction_commit(&work);
}

int command_alarms(int argc, char **argv)
{
    const char *dir = NULL;
    const char *show_all = "0";
    const char *clear_text = "0";
    int64_t all = 0;
    int64_t clear = 0;
    const struct option_row rows[] = {
        {"--dir", &dir, true}, {"--all", &show_all, false}, {"--clear", &clear_text, false}};

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)) ||
        !option_number("--all", show_all, 0, 1, &all) ||
        !option_number("--clear", clear_text, 0, INT64_MAX, &clear))
        return COMMAND_USAGE;
    struct err e = run(dir, all == 0, clear);
    if (e.code == ERR_NOT_FOUND && clear != 0)
        (void)fprintf(stderr, "there is no alarm %lld\n", (long long)clear);
    return failed(e) ? command_failed("alarms", e) : COMMAND_DONE;
}
