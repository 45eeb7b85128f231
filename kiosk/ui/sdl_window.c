/*
 * Hidden here: SDL's window surface and its events. Only finger events are heard: a mouse becomes
 * a finger by a hint, and fingers do not become a mouse, or each tap would come twice.
 */
#include "kiosk/ui/window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>
#include <png.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/config.h"
#include "kiosk/base/text.h"
#include "kiosk/ui/paint.h"
#include "kiosk/ui/press.h"
#include "kiosk/ui/sdl_font.h"
#include "kiosk/ui/theme.h"

#define DOWN_SLOP_UM 2000
#define UP_SLOP_UM 8000

struct window {
    SDL_Window *sdl;
    SDL_Surface *surface; /* SDL's; NULL between frames that failed */
    struct sdl_font *font;
    uint32_t wake_event;
    int32_t width, height;
    struct press press;
    struct paint_cells cells;
    struct draw_list list;
};

static struct err sdl_failed(const char *what, char *out_message)
{
    (void)text_print(out_message, CONFIG_MESSAGE_MAX, "%s: %s", what, SDL_GetError());
    return ERR(ERR_IO, 0, "SDL");
}

static struct err open_sdl(const struct window_options *options, struct window *window,
                           char *out_message)
{
    (void)SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    (void)SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "1");
    (void)SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
    /* a press that comes with the focus counts: nobody touches a kiosk to wake its window */
    (void)SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return sdl_failed("display", out_message);
    /* On X11 SDL would draw through OpenGL; elsewhere this hint leaves no surface at all. */
    const char *driver = SDL_GetCurrentVideoDriver();
    if (driver != NULL && strcmp(driver, "x11") == 0)
        (void)SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    window->wake_event = SDL_RegisterEvents(1);
    if (window->wake_event == UINT32_MAX)
        return sdl_failed("events", out_message);
    uint32_t flags = options->fullscreen ? (uint32_t)SDL_WINDOW_FULLSCREEN_DESKTOP : 0U;
    window->sdl = SDL_CreateWindow(options->title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                   options->width_px, options->height_px, flags);
    if (window->sdl == NULL)
        return sdl_failed("window", out_message);
    if (options->fullscreen && SDL_GetNumTouchDevices() > 0)
        (void)SDL_ShowCursor(SDL_DISABLE);
    return ERR_OK;
}

/* The surface as it is now; SDL makes a new one when the window changed. */
static struct err take_surface(struct window *window)
{
    window->surface = SDL_GetWindowSurface(window->sdl);
    if (window->surface == NULL)
        return ERR(ERR_IO, 0, "SDL_GetWindowSurface");
    const SDL_PixelFormat *format = window->surface->format;
    if (format->BytesPerPixel != 4 || format->Rmask != 0xFF0000 || format->Bmask != 0xFF) {
        window->surface = NULL;
        return ERR(ERR_UNSUPPORTED, 0, "pixel format of the display");
    }
    window->width = window->surface->w;
    window->height = window->surface->h;
    return ERR_OK;
}

static int32_t slop_px(const struct window *window, int32_t um)
{
    int32_t side = window->width < window->height ? window->width : window->height;
    return (int32_t)((int64_t)side * um / THEME_PANEL_SHORT_UM);
}

struct err window_open(const struct window_options *options, struct window **out_window,
                       char *out_message)
{
    CLEANUP(window_cleanup) struct window *window = calloc(1, sizeof *window);
    if (window == NULL) {
        (void)text_copy(out_message, CONFIG_MESSAGE_MAX, "window: out of memory");
        return ERR(ERR_NO_ROOM, 0, "calloc");
    }
    struct err e = open_sdl(options, window, out_message);
    if (failed(e))
        return e;
    e = take_surface(window);
    if (failed(e))
        return sdl_failed("window surface", out_message);
    e = sdl_font_open(options->assets_dir, &window->font, out_message);
    if (failed(e))
        return e;
    window->press = (struct press){.down_slop = slop_px(window, DOWN_SLOP_UM),
                                   .up_slop = slop_px(window, UP_SLOP_UM),
                                   .lockout_ms = WINDOW_LOCKOUT_MS};
    *out_window = window;
    window = NULL;
    return ERR_OK;
}

void window_close(struct window *window)
{
    if (window == NULL)
        return;
    sdl_font_close(window->font);
    if (window->sdl != NULL)
        SDL_DestroyWindow(window->sdl);
    SDL_Quit();
    explicit_bzero(window, sizeof *window);
    free(window);
}

void window_cleanup(struct window **window)
{
    window_close(*window);
}

int32_t window_width(const struct window *window)
{
    return window->width;
}

int32_t window_height(const struct window *window)
{
    return window->height;
}

const struct font *window_font(const struct window *window)
{
    return sdl_font_of(window->font);
}

struct draw_list *window_list(struct window *window)
{
    return &window->list;
}

uint32_t window_pressed(const struct window *window)
{
    return window->press.id;
}

/* Paint and upload the rects that changed. */
static struct err upload(struct window *window, const struct rect *rects, uint16_t count)
{
    struct paint_surface surface = {window->surface->pixels, window->width, window->height,
                                    window->surface->pitch / 4};
    SDL_Rect changed[PAINT_RECTS_MAX];
    for (uint16_t i = 0; i < count; i++) {
        paint_list(&surface, &window->list, sdl_font_of(window->font), rects[i]);
        changed[i] = (SDL_Rect){rects[i].x, rects[i].y, rects[i].w, rects[i].h};
    }
    if (SDL_UpdateWindowSurfaceRects(window->sdl, changed, count) != 0) {
        window->cells.width = 0;
        return ERR(ERR_IO, 0, "SDL_UpdateWindowSurfaceRects");
    }
    return ERR_OK;
}

struct err window_show(struct window *window, uint32_t page)
{
    struct err e = take_surface(window);
    if (failed(e))
        return e;
    press_page(&window->press, page, clock_boot_ms());
    struct rect rects[PAINT_RECTS_MAX];
    uint16_t count =
        paint_changes(&window->cells, &window->list, window->width, window->height, rects);
    return count > 0 ? upload(window, rects, count) : ERR_OK;
}

/* A finger; an exact 0 is a coordinate that the driver has not seen yet. */
static bool take_finger(struct window *window, const SDL_TouchFingerEvent *finger,
                        struct window_event *out)
{
    struct press_point at = {.finger = finger->fingerId,
                             .x = (int32_t)(finger->x * (float)window->width),
                             .y = (int32_t)(finger->y * (float)window->height),
                             .now_ms = clock_boot_ms()};
    bool changed = false;
    if (finger->type == SDL_FINGERDOWN) {
        if (finger->x <= 0.0F || finger->y <= 0.0F)
            return false;
        changed = press_down(&window->press, &window->list, &at);
    } else if (finger->type == SDL_FINGERMOTION) {
        changed = press_move(&window->press, &window->list, &at);
    } else {
        changed = window->press.id != 0 && window->press.finger == at.finger;
        const struct draw_target *target = press_up(&window->press, &window->list, &at);
        if (target != NULL) {
            *out = (struct window_event){WINDOW_TOUCHED, target->action, target->value};
            return true;
        }
    }
    if (changed)
        out->kind = WINDOW_PRESSED;
    return changed;
}

/* Whether the event says something to the caller; `*out` then says what. */
static bool take_event(struct window *window, const SDL_Event *event, struct window_event *out)
{
    *out = (struct window_event){.kind = WINDOW_NOTHING};
    switch (event->type) {
    case SDL_FINGERDOWN:
    case SDL_FINGERMOTION:
    case SDL_FINGERUP:
        return take_finger(window, &event->tfinger, out);
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_CLOSE)
            out->kind = WINDOW_CLOSED;
        if (event->window.event == SDL_WINDOWEVENT_EXPOSED) {
            window->cells.width = 0;
            out->kind = WINDOW_EXPOSED;
        }
        return out->kind != WINDOW_NOTHING;
    case SDL_QUIT:
        out->kind = WINDOW_CLOSED;
        return true;
    default:
        if (event->type == window->wake_event)
            out->kind = WINDOW_WOKEN;
        return out->kind != WINDOW_NOTHING;
    }
}

void window_wait(struct window *window, uint64_t deadline_ms, struct window_event *out_event)
{
    uint64_t start_ms = clock_boot_ms();
    uint64_t until_ms = start_ms + WINDOW_WAIT_MAX_MS;
    if (deadline_ms != 0 && deadline_ms < until_ms)
        until_ms = deadline_ms;
    for (;;) {
        uint64_t now_ms = clock_boot_ms();
        int timeout_ms = until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
        SDL_Event event;
        int got = timeout_ms > 0 ? SDL_WaitEventTimeout(&event, timeout_ms) : SDL_PollEvent(&event);
        if (got == 0 && timeout_ms > 0)
            continue; /* SDL's clock may be a millisecond ahead of ours */
        if (got == 0) {
            *out_event = (struct window_event){.kind = WINDOW_NOTHING};
            return;
        }
        if (take_event(window, &event, out_event))
            return;
    }
}

void window_wake(struct window *window)
{
    SDL_Event event = {.type = window->wake_event};
    (void)SDL_PushEvent(&event); /* a full queue wakes as well */
}

void window_forget(struct window *window)
{
    sdl_font_forget(window->font);
    explicit_bzero(&window->list, sizeof window->list);
    window->cells.width = 0;
    window->press.id = 0;
    if (window->surface != NULL) {
        memset(window->surface->pixels, 0,
               (size_t)window->surface->pitch * (size_t)window->surface->h);
    }
}

struct err window_save(const struct window *window, const char *path)
{
    if (window->surface == NULL)
        return ERR(ERR_IO, 0, "no surface");
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)window->width,
                       .height = (png_uint_32)window->height,
                       .format = PNG_FORMAT_BGRA};
    if (png_image_write_to_file(&image, path, 0, window->surface->pixels, window->surface->pitch,
                                NULL) == 0)
        return ERR(ERR_IO, errno, "png_image_write_to_file");
    return ERR_OK;
}
