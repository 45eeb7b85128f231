/* certkiosk-gateway operator: a folder with all that an operator's own machine needs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kiosk/base/clock.h"
#include "sync/gateway/command.h"
#include "sync/gateway/folder.h"
#include "sync/gateway/identity.h"
#include "sync/gateway/options.h"

#define COPY_MAX 65536
#define OUT_MODE 0700

static void text_done(char **text)
{
    free(*text);
}

static struct err copy(const char *dir, const char *name, const char *suffix, const char *out)
{
    CLEANUP(text_done) char *text = NULL;
    char from[FOLDER_PATH_SIZE];
    char to[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, name, suffix, from);
    if (!failed(e))
        e = folder_path(out, name, suffix, to);
    if (!failed(e))
        e = folder_read(from, COPY_MAX, &text);
    return failed(e) ? e : folder_write(to, text, strlen(text));
}

static struct err make_out(const char *out)
{
    if (mkdir(out, OUT_MODE) != 0 && errno != EEXIST)
        return ERR(ERR_IO, errno, "mkdir");
    return ERR_OK;
}

int command_operator(int argc, char **argv)
{
    const char *dir = NULL;
    const char *out = NULL;
    const struct option_row rows[] = {{"--dir", &dir, true}, {"--out", &out, true}};

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)))
        return COMMAND_USAGE;
    struct err e = make_out(out);
    if (!failed(e))
        e = copy(dir, FOLDER_SERVER_CA, ".crt", out);
    if (!failed(e))
        e = identity_operator(dir, out, clock_wall_ms() / 1000);
    return failed(e) ? command_failed("operator", e) : COMMAND_DONE;
}
