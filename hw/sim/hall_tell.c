/* hall_tell.c - certkiosk-hall DIR COMMAND: which device it is for, and the three commands that
 * are more than a line each way. */
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

#define ANSWER_MS 10000 /* swap makes a key */
#define SEEN_MS 5000    /* the reader looks every 400 ms */
#define SEEN_POLL_MS 10
#define CERTIFICATE_MAX 4096
#define KEY_DER_MAX 512

struct ask {
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

/* Done when the reader has powered it, so that the next program finds it there. */
static bool insert(struct ask *in_out_ask)
{
    if (!ask(in_out_ask))
        return false;
    struct ask status = *in_out_ask;
    (void)text_copy(status.line, sizeof status.line, "token status");
    uint64_t until_ms = clock_boot_ms() + SEEN_MS;
    while (clock_boot_ms() < until_ms) {
        if (ask(&status) && strstr(status.reply.text, "seen=yes") != NULL)
            return true;
        (void)poll(NULL, 0, SEEN_POLL_MS); /* a nap; an early end of it does no harm */
    }
    control_refuse(&in_out_ask->reply, "the reader does not look at it");
    return false;
}

static bool certificate_load(struct ask *in_out_ask)
{
    /* "token load SLOT FILE": the file's bytes in place of its name. */
    char *name = strrchr(in_out_ask->line, ' ') + 1;
    uint8_t der[CERTIFICATE_MAX];
    FILE *file = fopen(name, "re");
    size_t len = file == NULL ? 0 : fread(der, 1, sizeof der, file);
    if (file != NULL)
        (void)fclose(file); /* only read */
    if (len == 0 || len == sizeof der) {
        control_refuse(&in_out_ask->reply, "no certificate can be read from this file");
        return false;
    }
    hex_print(name, (struct bytes){der, len}); /* a line has room for more than CERTIFICATE_MAX */
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
    {"insert", NULL, 1, 1, "token.ctl", insert, false},
    {"pull", NULL, 1, 1, "token.ctl", ask, false},
    {"swap", NULL, 1, 2, "token.ctl", ask, false},
    {"token", "status", 2, 2, "token.ctl", ask, false},
    {"token", "public-key", 3, 3, "token.ctl", public_key, true},
    {"token", "load", 4, 4, "token.ctl", certificate_load, false},
    {"token", "fault", 3, 5, "token.ctl", ask, false},
    {"paper", NULL, 2, 2, "printer.ctl", ask, false},
    {"cover", NULL, 2, 2, "printer.ctl", ask, false},
    {"printer", NULL, 2, 4, "printer.ctl", ask, false},
    {"receipt", NULL, 1, 1, "printer.ctl", ask, false},
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
