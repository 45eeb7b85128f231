/* Which worker does a session: the one that watched, and never one that a token has spoken to. This
 * program is also the worker, see play_worker.h. */
#include "hw/token/token_worker.h"
#include "hw/token/token_worker_process.h"
#include "kiosk/base/macros.h"
#include "tests/unit/worker_room.h"

/* `part`, with a folder that counts the workers that are started. */
static struct token *open_counted(const char *part_name, uint32_t call_ms, char folder[])
{
    char name[64];

    assert_non_null(mkdtemp(folder));
    assert_true(text_print(name, sizeof(name), "%s%s", part_name, folder));
    return open_worker(name, call_ms);
}

/* clang-format off */
static const struct {
    const char *name;
    const char *part;
    uint32_t call_ms;
    enum err_code identify;
    int starts;
} handovers[] = {
    {"the worker that watched does the session",     "good",                   LONG_MS, ERR_NONE, 1},
    {"one that died watching is replaced",           "dies watching",          LONG_MS, ERR_NONE, 2},
    {"one that lost the service is replaced",        "loses service watching", LONG_MS, ERR_NONE, 2},
    {"one that hangs at the token took all the time", "hangs watching",        SHORT_MS, ERR_IO, 1},
    {"one that says no of the token is believed",    "unknown card",           LONG_MS, ERR_UNSUPPORTED, 1},
};
/* clang-format on */

static void the_worker_that_watched_goes_on_unless_it_cannot(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(handovers); i++) {
        char folder[] = FOLDER;
        struct token *token = open_counted(handovers[i].part, handovers[i].call_ms, folder);

        print_message("  %s\n", handovers[i].name);
        assert_int_equal(watch(token, TOKEN_ABSENT), TOKEN_PRESENT);
        assert_int_equal(identify(token).code, handovers[i].identify);
        token_close(token);
        assert_int_equal(empty_folder(folder), handovers[i].starts);
    }
}

/* Whatever the first token said to it, or left in its memory, the second one gets none of it. */
static void a_worker_that_a_token_spoke_to_sees_no_other(void **state)
{
    static const char *const parts[] = {"good", "unknown card", "absent after identify"};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char folder[] = FOLDER;
        struct token *token = open_counted(parts[i], LONG_MS, folder);

        print_message("  %s\n", parts[i]);
        assert_int_equal(watch(token, TOKEN_ABSENT), TOKEN_PRESENT);
        (void)identify(token);
        (void)watch(token, TOKEN_PRESENT);
        (void)identify(token);
        token_close(token);
        assert_int_equal(empty_folder(folder), 2);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && text_same(argv[0], WORKER_PROGRAM))
        _exit(play(argv[1], false));

    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_worker_that_watched_goes_on_unless_it_cannot, remember,
                                        nothing_is_left),
        cmocka_unit_test_setup_teardown(a_worker_that_a_token_spoke_to_sees_no_other, remember,
                                        nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
