/* The window on SDL's dummy driver: no display is needed, the events are real ones. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <SDL.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "kiosk/ui/window.h"

#define WIDTH 540
#define HEIGHT 960
#define WAIT_MS 5000

static struct window *window;

/* A green button in the middle of a white window. */
static void draw(uint32_t colour)
{
    struct draw_list *list = window_list(window);
    struct rect button = {100, 400, 340, 100};
    draw_clear(list);
    draw_fill(list, (struct rect){0, 0, WIDTH, HEIGHT}, 0xFFFFFFFFU);
    draw_round(list, button, 20, colour);
    struct draw_text text = {{FONT_BOLD, 40}, 0xFF000000U, 150, 465, "续签", 6};
    (void)draw_text(list, window_font(window), &text);
    draw_target(
        list,
        (struct draw_target){.rect = button, .action = ACTION_TERM, .value = 2, .enabled = true},
        "button");
}

static int open_window(void **state)
{
    (void)state;
    char message[CONFIG_MESSAGE_MAX];
    struct window_options options = {
        .title = "test", .assets_dir = "assets", .width_px = WIDTH, .height_px = HEIGHT};
    (void)SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy"); /* closing a window forgets it */
    if (failed(window_open(&options, &window, message))) {
        (void)fprintf(stderr, "%s\n", message);
        return -1;
    }
    draw(0xFF00C000U);
    return failed(window_show(window, 1)) ? -1 : 0;
}

static int close_window(void **state)
{
    (void)state;
    window_close(window);
    window = NULL;
    return 0;
}

static void push_finger(uint32_t type, SDL_FingerID finger, int32_t x, int32_t y)
{
    SDL_Event event = {
        .tfinger = {
            .type = type, .fingerId = finger, .x = (float)x / WIDTH, .y = (float)y / HEIGHT}};
    assert_int_equal(SDL_PushEvent(&event), 1);
}

/* The next event that says something, or NOTHING when none comes in time. */
static struct window_event next(void)
{
    struct window_event event;
    do {
        window_wait(window, clock_boot_ms() + 300, &event);
    } while (event.kind == WINDOW_EXPOSED);
    return event;
}

static void skip_lockout(void)
{
    (void)usleep((WINDOW_LOCKOUT_MS + 50) * 1000);
}

static void a_tap_lights_the_button_and_then_acts(void **state)
{
    (void)state;
    skip_lockout();
    push_finger(SDL_FINGERDOWN, 7, 270, 450);
    assert_int_equal(next().kind, WINDOW_PRESSED);
    assert_int_equal(window_pressed(window), draw_target_id(ACTION_TERM, 2));
    push_finger(SDL_FINGERUP, 7, 275, 455);
    struct window_event event = next();
    assert_int_equal(event.kind, WINDOW_TOUCHED);
    assert_int_equal(event.action, ACTION_TERM);
    assert_int_equal(event.value, 2);
    assert_int_equal(window_pressed(window), 0);
}

static void a_tap_right_after_the_page_changed_does_nothing(void **state)
{
    (void)state;
    skip_lockout();
    assert_false(failed(window_show(window, 2)));
    push_finger(SDL_FINGERDOWN, 7, 270, 450);
    push_finger(SDL_FINGERUP, 7, 270, 450);
    assert_int_equal(next().kind, WINDOW_NOTHING);
}

static void a_tap_beside_does_nothing(void **state)
{
    (void)state;
    skip_lockout();
    push_finger(SDL_FINGERDOWN, 7, 270, 800);
    push_finger(SDL_FINGERUP, 7, 270, 800);
    assert_int_equal(next().kind, WINDOW_NOTHING);
}

static void a_finger_at_exactly_0_is_not_believed(void **state)
{
    (void)state;
    skip_lockout();
    struct draw_list *list = window_list(window);
    list->targets[0].rect = (struct rect){0, 0, WIDTH, HEIGHT};
    push_finger(SDL_FINGERDOWN, 7, 0, 450);
    push_finger(SDL_FINGERUP, 7, 0, 450);
    assert_int_equal(next().kind, WINDOW_NOTHING);
}

static void *wake(void *unused)
{
    (void)unused;
    (void)usleep(20000);
    window_wake(window);
    return NULL;
}

static void another_thread_wakes_the_wait(void **state)
{
    (void)state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, wake, NULL), 0);
    uint64_t start_ms = clock_boot_ms();
    struct window_event event;
    do {
        window_wait(window, start_ms + WAIT_MS, &event);
    } while (event.kind == WINDOW_EXPOSED);
    assert_int_equal(event.kind, WINDOW_WOKEN);
    assert_true(clock_boot_ms() - start_ms < WAIT_MS / 2);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void a_wait_ends_at_its_deadline(void **state)
{
    (void)state;
    uint64_t start_ms = clock_boot_ms();
    struct window_event event = {.kind = WINDOW_EXPOSED};
    while (event.kind == WINDOW_EXPOSED)
        window_wait(window, start_ms + 100, &event);
    assert_int_equal(event.kind, WINDOW_NOTHING);
    assert_in_range(clock_boot_ms() - start_ms, 100, 2000);
    window_wait(window, 1, &event);
}

static void what_is_shown_is_what_is_saved(void **state)
{
    (void)state;
    char path[] = "/tmp/test_window.XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    (void)close(file);
    assert_false(failed(window_save(window, path)));
    FILE *saved = fopen(path, "re");
    assert_non_null(saved);
    char magic[8] = "";
    assert_int_equal(fread(magic, 1, sizeof magic, saved), sizeof magic);
    assert_memory_equal(magic, "\x89PNG\r\n\x1a\n", sizeof magic);
    (void)fclose(saved);
    assert_int_equal(unlink(path), 0);
    assert_true(failed(window_save(window, "/nonexistent/x.png")));
}

static bool all_zero(const void *at, size_t len)
{
    const uint8_t *bytes = at;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

static void nothing_is_left_when_it_forgets(void **state)
{
    (void)state;
    assert_false(all_zero(window_list(window), sizeof(struct draw_list)));
    window_forget(window);
    assert_true(all_zero(window_list(window), sizeof(struct draw_list)));
    draw(0xFF00C000U);
    assert_false(failed(window_show(window, 1)));
}

static void a_missing_font_is_said(void **state)
{
    (void)state;
    struct window_options options = {
        .title = "test", .assets_dir = "/nonexistent", .width_px = WIDTH, .height_px = HEIGHT};
    struct window *none = NULL;
    (void)SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    char message[CONFIG_MESSAGE_MAX] = "";
    struct err e = window_open(&options, &none, message);
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(message, "/nonexistent/fonts.conf"));
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tap_lights_the_button_and_then_acts, open_window,
                                        close_window),
        cmocka_unit_test_setup_teardown(a_tap_right_after_the_page_changed_does_nothing,
                                        open_window, close_window),
        cmocka_unit_test_setup_teardown(a_tap_beside_does_nothing, open_window, close_window),
        cmocka_unit_test_setup_teardown(a_finger_at_exactly_0_is_not_believed, open_window,
                                        close_window),
        cmocka_unit_test_setup_teardown(another_thread_wakes_the_wait, open_window, close_window),
        cmocka_unit_test_setup_teardown(a_wait_ends_at_its_deadline, open_window, close_window),
        cmocka_unit_test_setup_teardown(what_is_shown_is_what_is_saved, open_window, close_window),
        cmocka_unit_test_setup_teardown(nothing_is_left_when_it_forgets, open_window, close_window),
        cmocka_unit_test(a_missing_font_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
