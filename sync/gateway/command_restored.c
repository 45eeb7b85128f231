/* certkiosk-gateway restored: the database was put back from a backup, says who did it. */
#include <stdio.h>

#include "kiosk/base/clock.h"
#include "sync/gateway/command.h"
#include "sync/gateway/generation.h"
#include "sync/gateway/options.h"

static struct err restored(const char *dir, char out_generation[GENERATION_SIZE])
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};

    struct err e = command_begin(dir, false, &store, &work);
    const struct platform platform = {.store = store, .now_ms = clock_wall_ms};
    if (!failed(e))
        e = generation_renew(&platform);
    if (!failed(e))
        e = generation_of(store, "", out_generation);
    return failed(e) ? e : transaction_commit(&work);
}

int command_restored(int argc, char **argv)
{
    const char *dir = NULL;
    const struct option_row rows[] = {{"--dir", &dir, true}};
    char generation[GENERATION_SIZE];

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)))
        return COMMAND_USAGE;
    struct err e = restored(dir, generation);
    if (failed(e))
        return command_failed("restored", e);
    if (printf("%s\n", generation) < 0 || fflush(stdout) != 0)
        return command_failed("restored", ERR(ERR_IO, 0, "stdout"));
    return COMMAND_DONE;
}
