#include "sync/daemon/enrol_command.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "sync/daemon/enrol.h"
#include "sync/wire/enrol.h"

static struct err become_owner(const char *identity)
{
    char folder[SETTINGS_PATH_SIZE];
    struct stat facts;
    const char *slash = strrchr(identity, '/');
    if (geteuid() != 0 || slash == NULL)
        return ERR_OK;
    memcpy(folder, identity, (size_t)(slash - identity) + 1);
    folder[slash - identity + 1] = '\0';
    if (stat(folder, &facts) != 0)
        return ERR(ERR_IO, errno, "folder");
    if (facts.st_uid == 0)
        return ERR_OK;
    if (setgroups(0, NULL) != 0 || setgid(facts.st_gid) != 0 || setuid(facts.st_uid) != 0)
        return ERR(ERR_IO, errno, "setuid");
    return ERR_OK;
}

static bool read_code(char out[ENROL_CODE_SIZE])
{
    if (isatty(STDIN_FILENO) == 1)
        (void)fprintf(stderr, "one-time code: "); /* without it the code is read all the same */
    return fgets(out, ENROL_CODE_SIZE, stdin) != NULL && strchr(out, '\n') != NULL;
}

int enrol_command(const struct settings *settings)
{
    char code[ENROL_CODE_SIZE] = "";
    char message[ENROL_MESSAGE_MAX] = "";
    if (strchr(settings->key, '/') == NULL || !text_same(settings->key, settings->certificate)) {
        (void)fprintf(stderr,
                      "%s: [kiosk] key and certificate are to be one file that "
                      "certkiosk-syncd may write, as in the sample configuration\n",
                      settings->path);
        return EXIT_FAILURE;
    }
    struct err e = become_owner(settings->key);
    if (failed(e)) {
        (void)fprintf(stderr, "the folder of %s: %s\n", settings->key, err_words(e.native));
        return EXIT_FAILURE;
    }
    if (!read_code(code)) {
        (void)fprintf(stderr, "no code on standard input: one line, as certkiosk-gateway invite "
                              "prints it\n");
        return EXIT_FAILURE;
    }
    e = enrol_run(settings, code, message);
    (void)fprintf(stderr, "%s\n", message);
    return failed(e) ? EXIT_FAILURE : EXIT_SUCCESS;
}
