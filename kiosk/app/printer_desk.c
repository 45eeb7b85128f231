#include "kiosk/app/printer_desk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/app/worker.h"
#include "kiosk/base/log.h"

#define LOOK_MS 2000
#define JOBS_MAX 2

struct job {
    uint32_t id; /* 0: stop */
    struct printer_page page;
    uint8_t dots[PRINTER_DESK_DOTS_MAX];
};

struct printer_desk {
    struct printer *printer;
    struct post *post;
    struct worker worker;
    enum fact_printer last;
    bool said;
    struct job job; /* 170 KB: here rather than on a stack */
    struct job draft;
};

static const enum fact_printer facts[PRINTER_STATE_COUNT] = {
    [PRINTER_READY] = FACT_PRINTER_READY,         [PRINTER_PAPER_LOW] = FACT_PRINTER_PAPER_LOW,
    [PRINTER_PAPER_OUT] = FACT_PRINTER_PAPER_OUT, [PRINTER_COVER_OPEN] = FACT_PRINTER_COVER_OPEN,
    [PRINTER_FAILED] = FACT_PRINTER_FAILED,       [PRINTER_SILENT] = FACT_PRINTER_SILENT,
};

static void look(struct printer_desk *desk)
{
    enum fact_printer now = facts[printer_status(desk->printer)];
    if (desk->said && now == desk->last)
        return;

    desk->said = true;
    desk->last = now;
    struct mail mail = {.kind = MAIL_PRINTER, .hall.printer = now};
    post_send(desk->post, &mail);
}

static void *work(void *context)
{
    struct printer_desk *desk = context;

    for (;;) {
        look(desk);
        if (failed(queue_pop(&desk->worker.jobs, LOOK_MS, &desk->job)))
            continue;
        if (desk->job.id == 0)
            return NULL;

        desk->job.page.dots = desk->job.dots;
        struct err e = printer_print(desk->printer, &desk->job.page);
        if (failed(e))
            log_err("printer_print", e);
        struct mail mail = {.kind = MAIL_EVENT,
                            .event = {.kind = EVENT_PRINTED, .id = desk->job.id, .result = e.code}};
        explicit_bzero(&desk->job, sizeof(desk->job));
        post_send(desk->post, &mail);
    }
}

struct err printer_desk_create(struct printer *printer, struct post *post,
                               struct printer_desk **out_desk)
{
    struct printer_desk *desk = calloc(1, sizeof(*desk));
    if (desk == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    desk->printer = printer;
    desk->post = post;

    struct err e = worker_start(&desk->worker, sizeof(struct job), JOBS_MAX, work, desk);
    if (failed(e)) {
        free(desk);
        return e;
    }
    *out_desk = desk;
    return ERR_OK;
}

static void ask(struct printer_desk *desk)
{
    struct err e = queue_push(&desk->worker.jobs, &desk->draft);
    assert(!failed(e)); /* the flow prints one page at a time */
    (void)e;
    explicit_bzero(&desk->draft, sizeof(desk->draft));
}

void printer_desk_destroy(struct printer_desk *desk)
{
    if (desk == NULL)
        return;
    ask(desk); /* an empty job stops the thread */
    worker_join(&desk->worker);
    printer_close(desk->printer);
    free(desk);
}

void printer_desk_print(struct printer_desk *desk, uint32_t id, const struct printer_page *page)
{
    size_t len = (size_t)page->width / 8 * page->rows;
    assert(id != 0 && len <= PRINTER_DESK_DOTS_MAX);

    desk->draft.id = id;
    desk->draft.page = *page;
    memcpy(desk->draft.dots, page->dots, len);
    ask(desk);
}
