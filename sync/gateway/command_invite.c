/* certkiosk-gateway invite: a one-time code for a kiosk. */
#include <stdio.h>

#include "kiosk/base/clock.h"
#include "sync/gateway/command.h"
#include "sync/gateway/invites.h"
#include "sync/gateway/options.h"

static struct err invite(const char *dir, const char *kiosk, int64_t expires_s,
                         struct code *out_code)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};

    struct err e = command_begin(dir, false, &store, &work);
    if (!failed(e))
        e = invite_make(store, kiosk, expires_s, out_code);
    return failed(e) ? e : transaction_commit(&work);
}

int command_invite(int argc, char **argv)
{
    const char *dir = NULL;
    const char *kiosk = NULL;
    const char *hours = "24";
    const struct option_row rows[] = {
        {"--dir", &dir, true}, {"--kiosk", &kiosk, true}, {"--hours", &hours, false}};
    char text[CODE_TEXT_SIZE];
    struct code code;
    int64_t valid = 0;

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)) ||
        !option_number("--hours", hours, 1, INVITE_HOURS_MAX, &valid) ||
        !option_kiosk("--kiosk", kiosk))
        return COMMAND_USAGE;
    struct err e = invite(dir, kiosk, clock_wall_ms() / 1000 + valid * 3600, &code);
    if (failed(e))
        return command_failed("invite", e);
    code_print(&code, text);
    if (printf("%s\n", text) < 0 || fflush(stdout) != 0)
        return command_failed("invite", ERR(ERR_IO, 0, "stdout"));
    return COMMAND_DONE;
}
