/* certkiosk-gateway kiosks and disable: all kiosks in a table, and one of them shut out. */
#include <stdio.h>
#include <stdlib.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/command.h"
#include "sync/gateway/kiosks.h"
#include "sync/gateway/options.h"

#define DAY_SIZE 11

/* A day in UTC; "-": none. */
static void print_day(int64_t at_s, char out[DAY_SIZE])
{
    struct civil at = civil_of(at_s);

    if (at_s == 0 || !text_print(out, DAY_SIZE, "%04d-%02u-%02u", at.year, at.month, at.day))
        (void)text_copy(out, DAY_SIZE, "-");
}

static void print_kiosk(const struct kiosk *kiosk)
{
    char contact[DAY_SIZE];
    char until[DAY_SIZE];

    print_day(kiosk->contact_s, contact);
    print_day(kiosk->until_s, until);
    (void)printf("%-32s  %-8s  %-10s  %-10s  %10llu  %6lld\n", kiosk->id,
                 kiosk->disabled_s != 0 ? "disabled"
                 : kiosk->is_unsigned   ? "unsigned"
                                        : "ok",
                 contact, until, (unsigned long long)kiosk->seq, (long long)kiosk->open_alarms);
}

static void list_done(struct kiosk **list)
{
    free(*list);
}

static struct err show(const char *dir)
{
    CLEANUP(list_done) struct kiosk *list = calloc(KIOSK_LIST_MAX, sizeof(*list));
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};
    char after[KIOSK_ID_SIZE] = "";
    size_t count = KIOSK_LIST_MAX;

    struct err e = list == NULL ? ERR(ERR_NO_ROOM, 0, "calloc") : ERR_OK;
    if (!failed(e))
        e = command_begin(dir, false, &store, &work);
    if (!failed(e)) {
        (void)printf("%-32s  %-8s  %-10s  %-10s  %10s  %6s\n", "kiosk", "state", "seen", "until",
                     "entries", "alarms");
    }
    while (!failed(e) && count == KIOSK_LIST_MAX) {
        e = kiosk_list(store, after, list, &count);
        for (size_t i = 0; i < count && !failed(e); i++)
            print_kiosk(&list[i]);
        if (!failed(e) && count > 0)
            (void)text_copy(after, sizeof(after), list[count - 1].id); /* as large */
    }
    return e;
}

int command_kiosks(int argc, char **argv)
{
    const char *dir = NULL;
    const struct option_row rows[] = {{"--dir", &dir, true}};

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)))
        return COMMAND_USAGE;
    struct err e = show(dir);
    if (!failed(e) && fflush(stdout) != 0)
        e = ERR(ERR_IO, 0, "stdout");
    return failed(e) ? command_failed("kiosks", e) : COMMAND_DONE;
}

static struct err disable(const char *dir, const char *kiosk, bool *out_known)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};

    struct err e = command_begin(dir, false, &store, &work);
    if (!failed(e))
        e = kiosk_disable(store, kiosk, clock_wall_ms() / 1000);
    *out_known = work.store == NULL || e.code != ERR_NOT_FOUND;
    return failed(e) ? e : transaction_commit(&work);
}

int command_disable(int argc, char **argv)
{
    const char *dir = NULL;
    const char *kiosk = NULL;
    const struct option_row rows[] = {{"--dir", &dir, true}, {"--kiosk", &kiosk, true}};
    bool known = true;

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)) || !option_kiosk("--kiosk", kiosk))
        return COMMAND_USAGE;
    struct err e = disable(dir, kiosk, &known);
    if (!known)
        (void)fprintf(stderr, "--kiosk %s: no kiosk of this name is enrolled or invited\n", kiosk);
    return failed(e) ? command_failed("disable", e) : COMMAND_DONE;
}
