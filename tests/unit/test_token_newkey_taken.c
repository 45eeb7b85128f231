/* A new key pair beside certificates that are not ours, or that cannot be read. */
#include "tests/unit/newkey_sim.h"

/* It is neither free room, nor can it go along with its key. */
static void a_certificate_that_cannot_be_shown_is_there_all_the_same(void **state)
{
    struct token_newkey_wish wish = {.main = MAIN, .key = TOKEN_KEY_P256, .moves = true};
    struct token_scope scope = token_newkey_scope(MAIN, false);
    (void)state;

    token_sim_load(&sim, MAIN, (struct bytes){NULL, 0});
    sim.slots[token_slot_index(MAIN)].key = TOKEN_KEY_NONE;
    struct token_identity identity = look_at(scope);
    assert_int_equal(token_newkey_plan(&wish, &scope, &identity).way, TOKEN_NEWKEY_EMPTY);
    identity.hidden = 1U | 1U << token_slot_index(0x82);
    struct token_newkey plan = token_newkey_plan(&wish, &scope, &identity);
    assert_int_equal(plan.way, TOKEN_NEWKEY_STAYS);
    assert_int_equal(plan.staging, 0x83);
}

enum place { NOWHERE, KEEP, MAIN_SLOT, STAGING };

/* Another certificate comes to `place`: before the pairs change their slots, or when only the new
 * certificate's has yet to. The slot it came to. */
static uint8_t let_come(const struct token_newkey *plan, enum place place)
{
    const uint8_t slots[] = {
        [KEEP] = plan->keep, [MAIN_SLOT] = plan->main, [STAGING] = plan->staging};
    bool moved = place == MAIN_SLOT || place == STAGING;

    if (moved) {
        assert_int_equal(token_newkey_settle(&sim.token, &target, plan, certificate(2)).code,
                         ERR_NONE);
    }
    if (place == MAIN_SLOT)
        token_sim_load(&sim, plan->staging, certificate(2));
    if (place != NOWHERE)
        token_sim_load(&sim, slots[place], certificate(3));
    return slots[place];
}

static void a_foreign_certificate_is_never_written_over(void **state)
{
    static const struct {
        const char *name;
        enum place place;
        enum err_code code;
    } rows[] = {
        {"nowhere", NOWHERE, ERR_NONE},
        {"where the old one was to go", KEEP, ERR_CONFLICT},
        {"where the new one was to go, once its key is there", MAIN_SLOT, ERR_CONFLICT},
        {"where the new one was", STAGING, ERR_NONE},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("  %s\n", rows[i].name);
        (void)setup(state);
        struct token_newkey plan = plan_now(0);
        assert_int_equal(begin(&plan, false).code, ERR_NONE);
        assert_int_equal(token_newkey_place(&sim.token, &target, &plan, certificate(2)).code,
                         ERR_NONE);
        uint8_t slot = let_come(&plan, rows[i].place);
        assert_int_equal(token_newkey_settle(&sim.token, &target, &plan, certificate(2)).code,
                         rows[i].code);
        if (rows[i].place != NOWHERE) {
            assert_int_equal(token_sim_slot(&sim, slot)->der_len, DER_LEN);
            assert_int_equal(token_sim_slot(&sim, slot)->der[1], 3);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_certificate_that_cannot_be_shown_is_there_all_the_same, setup),
        cmocka_unit_test_setup(a_foreign_certificate_is_never_written_over, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
