/*
 * workbench_main.c - certkiosk-workbench DIR --gateway-public URL --gateway-ca FILE
 * [--line SOCKET] [--words FILE] [--font FILE]: a window beside the kiosk, for people
 * who try it with a mouse. The address to pay is read from DIR/pay.url.
 */
#define SDL_MAIN_HANDLED
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "hw/sim/workbench.h"
#include "hw/sim/workbench_draw.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

#define LOOK_MS 400
#define WHEEL_ROWS 40
#define EXIT_USAGE 2

struct options {
    const char *dir;
    const char *gateway_public;
    const char *gateway_ca;
    const char *line;
    const char *words;
    const char *font;
};

static bool set_option(struct options *options, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = {
        {"--gateway-public", &options->gateway_public},
        {"--gateway-ca", &options->gateway_ca},
        {"--line", &options->line},
        {"--words", &options->words},
        {"--font", &options->font},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (text_same(name, known[i].name)) {
            *known[i].value = value;
            return true;
        }
    }
    return false;
}

static bool parse_options(int argc, char **argv, struct options *options)
{
    if (argc < 2 || argc % 2 != 0)
        return false;
    options->dir = argv[1];
    for (int i = 2; i < argc; i += 2) {
        if (!set_option(options, argv[i], argv[i + 1]))
            return false;
    }
    return options->gateway_public != NULL && options->gateway_ca != NULL;
}

static struct err workbench_init(struct workbench *workbench, const struct options *options)
{
    *workbench = (struct workbench){.dir = ""};
    bool fits = text_copy(workbench->dir, sizeof(workbench->dir), options->dir) &&
                text_print(workbench->socket[DEVICE_TOKEN], WORKBENCH_PATH_MAX, "%s/token.ctl",
                           options->dir) &&
                text_print(workbench->socket[DEVICE_PRINTER], WORKBENCH_PATH_MAX, "%s/printer.ctl",
                           options->dir);
    if (options->line != NULL) {
        fits = fits && text_copy(workbench->socket[DEVICE_LINE], WORKBENCH_PATH_MAX, options->line);
    } else {
        fits = fits && text_print(workbench->socket[DEVICE_LINE], WORKBENCH_PATH_MAX, "%s/line.ctl",
                                  options->dir);
    }
    if (!fits)
        return ERR(ERR_NO_ROOM, 0, "folder name");
    return workbench_pay_init(&workbench->pay, options->gateway_public, options->gateway_ca);
}

/* What one event of the window asks for; false when it is to close. */
static bool handle(struct workbench_window *window, struct workbench *workbench,
                   const SDL_Event *event)
{
    const struct workbench_button *under = NULL;
    switch (event->type) {
    case SDL_QUIT:
        return false;
    case SDL_MOUSEBUTTONDOWN:
        window->pushed = workbench_window_hit(event->button.x, event->button.y);
        break;
    case SDL_MOUSEBUTTONUP:
        under = workbench_window_hit(event->button.x, event->button.y);
        if (under != NULL && under == window->pushed)
            workbench_press(workbench, under);
        window->pushed = NULL;
        break;
    case SDL_MOUSEWHEEL:
        workbench_window_scroll(window, -event->wheel.y * WHEEL_ROWS);
        break;
    default:
        break;
    }
    return true;
}

static void run(struct workbench_window *window, struct workbench *workbench)
{
    uint64_t look_ms = 0;
    bool open = true;
    enum workbench_pay_state paid = PAY_NOTHING;
    bool dirty = true;
    while (open) {
        SDL_Event event;
        if (SDL_WaitEventTimeout(&event, LOOK_MS) != 0) {
            open = handle(window, workbench, &event);
            dirty = true;
        }
        if (clock_boot_ms() >= look_ms) {
            dirty = workbench_look(workbench) || dirty;
            look_ms = clock_boot_ms() + LOOK_MS;
        }
        dirty = dirty || paid != atomic_load(&workbench->pay.state);
        paid = atomic_load(&workbench->pay.state);
        if (dirty)
            workbench_window_draw(window, workbench);
        dirty = false;
    }
}

static int start(const struct options *options)
{
    static struct workbench workbench;
    static struct workbench_window window;
    static struct workbench_words words;
    char message[CONFIG_MESSAGE_MAX] = "";

    struct err e = workbench_words_read(options->words, &words, message);
    if (failed(e)) {
        (void)fprintf(stderr, "certkiosk-workbench: %s\n", message);
        return EXIT_FAILURE;
    }
    e = workbench_init(&workbench, options);
    if (!failed(e))
        e = workbench_window_open(&window, &words, options->font);
    if (!failed(e)) {
        run(&window, &workbench);
        workbench_pay_done(&workbench.pay);
    } else {
        log_err("start", e);
        log_event(LOG_LEVEL_ERROR, "start", "sdl=\"%s\"", SDL_GetError());
    }
    workbench_window_close(&window);
    return failed(e) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct options options = {
        .words = "assets/words/workbench.ini",
        .font = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    };
    if (!parse_options(argc, argv, &options)) {
        (void)fputs("usage: certkiosk-workbench DIR --gateway-public URL --gateway-ca FILE\n"
                    "       [--line SOCKET] [--words FILE] [--font FILE]\n",
                    stderr);
        return EXIT_USAGE;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return EXIT_FAILURE;
    SDL_SetMainReady();
    int status = start(&options);
    curl_global_cleanup();
    return status;
}
