/* hall_pcscd.c - one row a request. */
#include "hw/sim/hall_pcscd.h"

#include "hw/sim/hall.h"
#include "hw/sim/hall_reader.h"
#include "kiosk/base/text.h"

static bool runs(const struct hall_pcscd *pcscd)
{
    return pcscd->child->pid > 0;
}

static void start(struct hall_pcscd *pcscd, struct control_reply *reply)
{
    struct err e = runs(pcscd)
                       ? ERR(ERR_CONFLICT, 0, "pcscd runs")
                       : hall_reader_again(pcscd->dir, pcscd->port, pcscd->log, pcscd->child);
    if (failed(e)) {
        control_refuse(reply, "%s", e.site);
    } else {
        control_ok(reply, "running pid=%d", (int)pcscd->child->pid);
    }
}

static void end(struct hall_pcscd *pcscd, void (*how)(struct hall_child *child),
                struct control_reply *reply)
{
    if (!runs(pcscd)) {
        control_refuse(reply, "pcscd does not run");
        return;
    }
    how(pcscd->child);
    control_ok(reply, "stopped");
}

static void stop(struct hall_pcscd *pcscd, struct control_reply *reply)
{
    end(pcscd, hall_child_end, reply);
    hall_reader_deaf(pcscd->dir);
}

/* A killed one leaves its socket behind, as it does in life. */
static void slay(struct hall_pcscd *pcscd, struct control_reply *reply)
{
    end(pcscd, hall_child_kill, reply);
}

static void restart(struct hall_pcscd *pcscd, struct control_reply *reply)
{
    hall_child_end(pcscd->child);
    start(pcscd, reply);
}

static void status(struct hall_pcscd *pcscd, struct control_reply *reply)
{
    if (runs(pcscd)) {
        control_ok(reply, "running pid=%d", (int)pcscd->child->pid);
    } else {
        control_ok(reply, "stopped");
    }
}

static const struct {
    const char *word;
    void (*answer)(struct hall_pcscd *pcscd, struct control_reply *reply);
} requests[] = {
    {"start", start}, {"stop", stop}, {"kill", slay}, {"restart", restart}, {"status", status}};

struct err hall_pcscd_open(struct hall_pcscd *pcscd)
{
    char path[CONTROL_PATH_MAX];
    if (!text_print(path, sizeof path, "%s/" HALL_CONTROL, pcscd->dir))
        return ERR(ERR_NO_ROOM, 0, "path too long for a socket");
    return control_serve_open(path, &pcscd->server);
}

void hall_pcscd_close(struct hall_pcscd *pcscd)
{
    control_serve_close(&pcscd->server);
}

void hall_pcscd_request(void *context, const struct control_request *request,
                        struct control_reply *reply)
{
    if (request->count != 2 || !text_same(request->word[0], "pcscd"))
        return;
    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        if (text_same(requests[i].word, request->word[1]))
            requests[i].answer(context, reply);
    }
}
