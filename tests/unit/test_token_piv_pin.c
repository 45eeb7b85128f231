/* Which PIN a token is shown: its own, or its card's global one where it says so itself. */
#include "tests/unit/fake_piv.h"

#define OWN "123456"
#define GLOBAL "606060"

static void the_global_pin_is_tried_only_where_its_holder_types_it(void **state)
{
    static const struct {
        const char *name;
        uint8_t policy[2];
        enum err_code code;
    } rows[] = {
        {"both, the global one first", {0x60, 0x20}, ERR_NONE},
        {"both, the own one first", {0x60, 0x10}, ERR_UNSUPPORTED},
        {"both, and no word of which", {0x60, 0x00}, ERR_UNSUPPORTED},
        {"the global one alone", {0x20, 0x20}, ERR_NONE},
        {"the global one alone, in one byte", {0x20, 0x00}, ERR_NONE},
        {"the own one alone", {0x40, 0x00}, ERR_UNSUPPORTED},
        {"the own one alone, whatever the second byte says", {0x40, 0x20}, ERR_UNSUPPORTED},
        {"no discovery object", {0, 0}, ERR_UNSUPPORTED},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token)
        struct token *token = start((struct fake_quirks){.has_global = true, .no_own_pin = true});

        print_message("  %s\n", rows[i].name);
        memcpy(tokens[0].quirks.policy, rows[i].policy, sizeof(rows[i].policy));
        assert_false(failed(identify(token)));
        assert_int_equal(show_pin(token, GLOBAL).code, rows[i].code);
        assert_int_equal(tokens[0].globals_seen, rows[i].code == ERR_NONE ? 1 : 0);
        assert_int_equal(tokens[0].global.tries_left, FAKE_TRIES);
    }
}

/* Serial numbers are not proved: what one token said is no word of another with the same. */
static void a_token_is_not_taken_for_what_another_said_under_its_id(void **state)
{
    static const struct {
        const char *name;
        struct fake_quirks quirks;
    } rows[] = {
        {"no global PIN", {.no_own_pin = false}},
        {"a global PIN of its own", {.has_global = true}},
        {"that, and it tells of both", {.has_global = true, .policy = {0x60, 0x10}}},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token)
        struct token *token = start(
            (struct fake_quirks){.has_global = true, .no_own_pin = true, .policy = {0x60, 0x20}});

        print_message("  %s\n", rows[i].name);
        assert_false(failed(identify(token)));
        assert_false(failed(show_pin(token, GLOBAL)));
        fake_token_init(&tokens[1], FAKE_SERIAL, rows[i].quirks);
        fake_pull(&fake);
        fake.in = &tokens[1];
        assert_false(failed(identify(token)));
        assert_int_equal(identity.pin_tries_left, FAKE_TRIES);
        assert_false(failed(show_pin(token, OWN)));
        assert_false(failed(unblock(token, FAKE_PUK, OWN)));
        assert_int_equal(tokens[1].globals_seen, 0);
        assert_int_equal(tokens[1].pins_seen, 1);
    }
}

/* Swapped in right after the look at the id. */
static void who_said_it_is_looked_at_before_it_is_believed(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.has_global = true});
    (void)state;

    tokens[1].quirks =
        (struct fake_quirks){.has_global = true, .no_own_pin = true, .policy = {0x60, 0x20}};
    assert_false(failed(identify(token)));
    tokens[1].selected = true;
    fake.other = &tokens[1];
    plan(FAKE_SWAP, 2, 0);
    assert_int_equal(show_pin(token, OWN).code, ERR_GONE);
    assert_int_equal(tokens[1].globals_seen, 0);
    fake_pull(&fake);
    fake.in = &tokens[0];
    assert_false(failed(identify(token)));
    assert_false(failed(show_pin(token, OWN)));
    assert_int_equal(tokens[0].globals_seen, 0);
}

static void a_puk_is_refused_by_a_token_without_a_pin_of_its_own(void **state)
{
    CLEANUP(close_token)
    struct token *token =
        start((struct fake_quirks){.has_global = true, .no_own_pin = true, .policy = {0x20, 0x00}});
    (void)state;

    assert_false(failed(identify(token)));
    assert_int_equal(unblock(token, "99999999", OWN).code, ERR_UNSUPPORTED);
    assert_int_equal(tokens[0].puk.tries_left, FAKE_TRIES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_global_pin_is_tried_only_where_its_holder_types_it),
        cmocka_unit_test(a_token_is_not_taken_for_what_another_said_under_its_id),
        cmocka_unit_test(who_said_it_is_looked_at_before_it_is_believed),
        cmocka_unit_test(a_puk_is_refused_by_a_token_without_a_pin_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
