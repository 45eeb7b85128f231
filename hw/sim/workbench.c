#include "hw/sim/workbench.h"

#include <stdio.h>
#include <string.h>

#include "hw/sim/control.h"
#include "kiosk/base/text.h"

#define ASK_MS 250

const struct workbench_button workbench_buttons[] = {
    {WORD_TOKEN, WORD_INSERT, DEVICE_TOKEN, "insert", "in", NULL},
    {WORD_TOKEN, WORD_PULL, DEVICE_TOKEN, "pull", "out", NULL},
    {WORD_TOKEN, WORD_SWAP, DEVICE_TOKEN, "swap", NULL, NULL},
    /* The token that was kept for this; in a reader nobody would notice that it is another. */
    {WORD_TOKEN, WORD_RENEWABLE, DEVICE_TOKEN, "token restore", NULL, "out"},
    {WORD_PHONE, WORD_PAY, DEVICE_PHONE, NULL, NULL, NULL},
    {WORD_LINE, WORD_LINE_UP, DEVICE_LINE, "line up", "up", NULL},
    {WORD_LINE, WORD_LINE_DOWN, DEVICE_LINE, "line down", "down", NULL},
    {WORD_PAPER, WORD_PAPER_OK, DEVICE_PRINTER, "paper ok", "paper=ok", NULL},
    {WORD_PAPER, WORD_PAPER_LOW, DEVICE_PRINTER, "paper low", "paper=low", NULL},
    {WORD_PAPER, WORD_PAPER_OUT, DEVICE_PRINTER, "paper out", "paper=out", NULL},
    {WORD_COVER, WORD_COVER_CLOSED, DEVICE_PRINTER, "cover closed", "cover=closed", NULL},
    {WORD_COVER, WORD_COVER_OPEN, DEVICE_PRINTER, "cover open", "cover=open", NULL},
    {WORD_PRINTER, WORD_PRINTER_ON, DEVICE_PRINTER, "printer on", "power=on", NULL},
    {WORD_PRINTER, WORD_PRINTER_OFF, DEVICE_PRINTER, "printer off", "power=off", NULL},
};
const size_t workbench_button_count = ARRAY_LEN(workbench_buttons);

static const char *const status_requests[WORKBENCH_SOCKETS] = {
    [DEVICE_TOKEN] = "token status",
    [DEVICE_PRINTER] = "status",
    [DEVICE_LINE] = "line status",
};

/* Copy and say whether it was another text before. */
static bool replace(char *to, size_t size, const char *from)
{
    if (text_same(to, from))
        return false;
    (void)text_copy(to, size, from);
    return true;
}

static bool look_at(struct workbench *workbench, enum workbench_device device)
{
    struct control_reply reply;
    bool there =
        !failed(control_ask(workbench->socket[device], status_requests[device], ASK_MS, &reply)) &&
        reply.done;
    return replace(workbench->status[device], WORKBENCH_STATUS_MAX, there ? reply.text : "");
}

static bool look_for_receipt(struct workbench *workbench)
{
    struct control_reply reply;
    bool there =
        !failed(control_ask(workbench->socket[DEVICE_PRINTER], "receipt", ASK_MS, &reply)) &&
        reply.done;
    return replace(workbench->receipt, sizeof(workbench->receipt), there ? reply.text : "");
}

static bool look_for_payment(struct workbench *workbench)
{
    char path[WORKBENCH_PATH_MAX];
    char url[WORKBENCH_URL_MAX] = "";
    if (!text_print(path, sizeof(path), "%s/pay.url", workbench->dir))
        return false;
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fgets(url, sizeof(url), file) == NULL)
            url[0] = '\0';
        (void)fclose(file);
    }
    url[strcspn(url, "\r\n")] = '\0';
    return workbench_pay_offer(&workbench->pay, url);
}

bool workbench_look(struct workbench *workbench)
{
    bool changed = false;
    for (size_t i = 0; i < WORKBENCH_SOCKETS; i++)
        changed = look_at(workbench, (enum workbench_device)i) || changed;
    changed = look_for_receipt(workbench) || changed;
    return look_for_payment(workbench) || changed;
}

void workbench_press(struct workbench *workbench, const struct workbench_button *button)
{
    struct control_reply reply;
    if (!workbench_is_enabled(workbench, button))
        return;
    if (button->device == DEVICE_PHONE) {
        workbench_pay_start(&workbench->pay);
    } else {
        (void)!failed(
            control_ask(workbench->socket[button->device], button->command, ASK_MS, &reply));
    }
    (void)workbench_look(workbench);
}

bool workbench_is_state(const struct workbench *workbench, const struct workbench_button *button)
{
    return button->status != NULL &&
           workbench_has(workbench->status[button->device], button->status);
}

bool workbench_is_enabled(const struct workbench *workbench, const struct workbench_button *button)
{
    if (button->device == DEVICE_PHONE)
        return workbench_pay_possible(&workbench->pay);
    const char *status = workbench->status[button->device];
    return status[0] != '\0' && (button->wants == NULL || workbench_has(status, button->wants));
}

bool workbench_has(const char *status, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = status; at != NULL && *at != '\0'; at = strchr(at, ' ')) {
        at += strspn(at, " ");
        if (strncmp(at, word, len) == 0 && (at[len] == ' ' || at[len] == '\0'))
            return true;
    }
    return false;
}

void workbench_value(const char *status, const char *key, char *out, size_t size)
{
    size_t len = strlen(key);
    out[0] = '\0';
    for (const char *at = status; at != NULL && *at != '\0'; at = strchr(at, ' ')) {
        at += strspn(at, " ");
        if (strncmp(at, key, len) == 0 && at[len] == '=') {
            at += len + 1;
            (void)text_print(out, size, "%.*s", (int)strcspn(at, " "), at);
            return;
        }
    }
}
