/* hall_tell.c - certkiosk-hall DIR COMMAND: which device it is for, and the commands that are
 * more than a line each way. */
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "hw/sim/control.h"
#include "hw/sim/hall.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define ANSWER_MS 30000 /* swap makes a key, pcscd starts */
#define TOKEN_SOCKET "token.ctl"
#define SEEN_MS 5000 /* the reader looks every 400 ms */
#define SEEN_POLL_MS 10
#define FILE_MAX 8000 /* in hex it fits into a line */
#define KEY_DER_MAX 512

struct ask {
    const char *dir;
    char socket[CONTROL_PATH_MAX];
    char line[CONTROL_LINE_MAX];
    struct control_reply reply;
};

static bool ask(struct ask *ask)
{
    struct err e = control_ask(ask->socket, ask->line, ANSWER_MS, &ask->reply);
    if (failed(e))
        control_refuse(&ask->reply, "no device answers (%s)", err_name(e.code));
    return ask->reply.done;
}

/* Until the reader has powered the token, so that the next program finds it there. One that is out
 * is waited for only when it was just put in. */
static bool seen_wait(struct ask *in_out_ask, bool inserted)
{
    static struct ask status;
    bool told =
        text_print(status.socket, sizeof status.socket, "%s/" TOKEN_SOCKET, in_out_ask->dir);
    (void)text_copy(status.line, sizeof status.line, "token status");
    uint64_t until_ms = clock_boot_ms() + SEEN_MS;
    while (told && clock_boot_ms() < until_ms) {
        if (ask(&status) && (strstr(status.reply.text, "seen=yes") != NULL ||
                             (!inserted && strncmp(status.reply.text, "out", 3) == 0)))
            return true;
        (void)poll(NULL, 0, SEEN_POLL_MS); /* a nap; an early end of it does no harm */
    }
    control_refuse(&in_out_ask->reply, "the reader does not look at it");
    return false;
}

static bool insert(struct ask *in_out_ask)
{
    return ask(in_out_ask) && seen_wait(in_out_ask, true);
}

static bool pcscd(struct ask *in_out_ask)
{
    bool runs = strstr(in_out_ask->line, "start") != NULL; /* or restart */
    return ask(in_out_ask) && (!runs || seen_wait(in_out_ask, false));
}

/* "token load SLOT FILE": the file's bytes in place of its name. */
static bool file_load(struct ask *in_out_ask)
{
    char *name = strrchr(in_out_ask->line, ' ') + 1;
    uint8_t bytes[FILE_MAX + 1];
    FILE *file = fopen(name, "re");
    size_t len = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
    if (file != NULL)
        (void)fclose(file); /* only read */
    if (len == 0 || len > FILE_MAX) {
        control_refuse(&in_out_ask->reply, "no more than %d bytes can be read from this file",
                       FILE_MAX);
        return false;
    }
    hex_print(name, (struct bytes){bytes, len}); /* a line has room for more than FILE_MAX */
    return ask(in_out_ask);
}

static bool public_key(struct ask *in_out_ask)
{
    uint8_t der[KEY_DER_MAX];
    if (!ask(in_out_ask))
        return false;
    size_t len = strlen(in_out_ask->reply.text) / 2;
    if (len > sizeof der || failed(hex_parse(in_out_ask->reply.text, der, len)) ||
        PEM_write(stdout, PEM_STRING_PUBLIC, "", der, (long)len) <= 0) {
        control_refuse(&in_out_ask->reply, "the token's answer is no key");
        return false;
    }
    in_out_ask->reply.text[0] = '\0';
    return true;
}

static const struct row {
    const char *first;
    const char *second; /* NULL: any or none */
    int count_min;
    int count_max;
    const char *socket;
    bool (*run)(struct ask *in_out_ask);
    bool printed; /* by run */
} commands[] = {
    {"insert", NULL, 1, 1, TOKEN_SOCKET, insert, false},
    {"pull", NULL, 1, 1, TOKEN_SOCKET, ask, false},
    {"swap", NULL, 1, 2, TOKEN_SOCKET, ask, false},
    {"token", "status", 2, 2, TOKEN_SOCKET, ask, false},
    {"token", "public-key", 3, 3, TOKEN_SOCKET, public_key, true},
    {"token", "load", 4, 4, TOKEN_SOCKET, file_load, false},
    {"token", "fault", 3, 5, TOKEN_SOCKET, ask, false},
    {"token", "object", 3, 3, TOKEN_SOCKET, ask, false},
    {"token", "load-object", 4, 4, TOKEN_SOCKET, file_load, false},
    {"token", "keys", 2, 2, TOKEN_SOCKET, ask, false},
    {"token", "latency", 3, 3, TOKEN_SOCKET, ask, false},
    {"token", "ready-key", 3, 3, TOKEN_SOCKET, ask, false},
    {"token", "snapshot", 2, 2, TOKEN_SOCKET, ask, false},
    {"token", "restore", 2, 2, TOKEN_SOCKET, ask, false},
    {"pcscd", NULL, 2, 2, HALL_CONTROL, pcscd, false},
    {"paper", NULL, 2, 2, "printer.ctl", ask, false},
    {"cover", NULL, 2, 2, "printer.ctl", ask, false},
    {"printer", NULL, 2, 4, "printer.ctl", ask, false},
    {"receipt", NULL, 1, 1, "printer.ctl", ask, false},
    {"line", "slow", 3, 3, "line.ctl", ask, false},
    {"line", NULL, 2, 2, "line.ctl", ask, false},
};

static const struct row *row_find(int count, char **words)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const struct row *row = &commands[i];
        if (text_same(row->first, words[0]) && count >= row->count_min && count <= row->count_max &&
            (row->second == NULL || text_same(row->second, words[1])))
            return row;
    }
    return NULL;
}

static bool line_join(int count, char **words, char line[CONTROL_LINE_MAX])
{
    size_t len = 0;
    for (int i = 0; i < count; i++) {
        if (!text_print(line + len, PATH_MAX, "%s%s", i == 0 ? "" : " ", words[i]))
            return false;
        len += strlen(line + len);
        if (len > CONTROL_LINE_MAX - PATH_MAX)
            return false;
    }
    return true;
}

int hall_tell(const char *dir, int argc, char **argv)
{
    static struct ask request;
    request.dir = dir;
    const struct row *row = row_find(argc, argv);
    if (row == NULL || !line_join(argc, argv, request.line) ||
        !text_print(request.socket, sizeof request.socket, "%s/%s", dir, row->socket))
        return HALL_EXIT_USAGE;
    if (!row->run(&request)) {
        (void)printf("refused: %s\n", request.reply.text);
        return HALL_EXIT_FAILED;
    }
    if (!row->printed)
        (void)puts(request.reply.text[0] == '\0' ? "ok" : request.reply.text);
    return HALL_EXIT_DONE;
}
