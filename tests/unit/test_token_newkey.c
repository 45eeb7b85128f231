#include "tests/unit/newkey_sim.h"

/* --- the plan ----------------------------------------------------------------------------- */

static void an_empty_slot_gets_its_pair_at_once(void **state)
{
    (void)state;
    token_sim_load(&sim, MAIN, (struct bytes){NULL, 0});
    sim.slots[token_slot_index(MAIN)].key = TOKEN_KEY_NONE;
    struct token_newkey plan = plan_now(0);

    assert_int_equal(plan.way, TOKEN_NEWKEY_EMPTY);
    assert_int_equal(plan.staging, MAIN);
}

/* It may open old bids: its certificate may have been deleted, or lost in a write. */
static void a_key_without_a_certificate_is_kept(void **state)
{
    (void)state;
    token_sim_load(&sim, MAIN, (struct bytes){NULL, 0});
    struct token_newkey plan = plan_now(0);

    assert_int_equal(plan.way, TOKEN_NEWKEY_MOVES);
    assert_int_equal(plan.staging, 0x82);
}

static void a_token_that_moves_keys_gets_two_retired_slots(void **state)
{
    (void)state;
    struct token_newkey plan = plan_now(0);

    assert_int_equal(plan.way, TOKEN_NEWKEY_MOVES);
    assert_int_equal(plan.staging, 0x82);
    assert_int_equal(plan.keep, 0x83);
    assert_int_equal(plan.key, TOKEN_KEY_RSA2048);
}

static void a_token_that_cannot_move_keeps_the_old_pair_where_it_is(void **state)
{
    (void)state;
    sim.cannot_move = true;
    struct token_newkey plan = plan_now(0);

    assert_int_equal(plan.way, TOKEN_NEWKEY_STAYS);
    assert_int_equal(plan.staging, 0x82);
    assert_int_equal(plan.keep, 0);
}

static void a_token_that_hides_its_keys_is_never_asked_to_move(void **state)
{
    (void)state;
    sim.hides_keys = true;
    struct token_newkey plan = plan_now(0);

    assert_int_equal(plan.way, TOKEN_NEWKEY_STAYS);
    assert_int_equal(sim.calls[TOKEN_CALL_MOVE], 0);
}

static void a_slot_with_a_key_a_certificate_or_torn_bytes_is_not_free(void **state)
{
    (void)state;
    token_sim_slot(&sim, 0x82)->key = TOKEN_KEY_OTHER;
    token_sim_load(&sim, 0x83, certificate(2));
    token_sim_slot(&sim, 0x84)->torn = true;
    struct token_newkey plan = plan_now(0);

    assert_int_equal(plan.way, TOKEN_NEWKEY_STAYS);
    assert_int_equal(plan.staging, 0x85);
}

static void without_a_free_slot_the_old_key_would_be_lost(void **state)
{
    (void)state;
    assert_int_equal(plan_now(TOKEN_SLOTS_RETIRED).way, TOKEN_NEWKEY_LOSES);
}

static void a_torn_certificate_has_a_key_worth_keeping(void **state)
{
    (void)state;
    token_sim_slot(&sim, MAIN)->torn = true;
    assert_int_equal(plan_now(0).way, TOKEN_NEWKEY_MOVES);
}

/* --- losing ------------------------------------------------------------------------------- */

static void nothing_is_lost_without_consent(void **state)
{
    (void)state;
    struct token_newkey plan = plan_now(TOKEN_SLOTS_RETIRED);

    assert_int_equal(begin(&plan, false).code, ERR_DENIED);
    assert_pair(MAIN, 1, certificate(1));
}

static void with_consent_the_old_pair_is_replaced(void **state)
{
    (void)state;
    struct token_newkey plan = plan_now(TOKEN_SLOTS_RETIRED);

    assert_int_equal(begin(&plan, true).code, ERR_NONE);
    assert_pair(MAIN, sim.keys_made, (struct bytes){NULL, 0});
    assert_int_equal(token_newkey_place(&sim.token, &target, &plan, certificate(2)).code, ERR_NONE);
    assert_int_equal(token_newkey_settle(&sim.token, &target, &plan, certificate(2)).code,
                     ERR_NONE);
    assert_pair(MAIN, sim.keys_made, certificate(2));
}

static void a_kind_of_key_that_is_refused_leaves_the_old_pair(void **state)
{
    (void)state;
    struct token_newkey plan = plan_now(TOKEN_SLOTS_RETIRED);

    sim.no_keys = 1U << TOKEN_KEY_RSA2048;
    assert_int_equal(begin(&plan, true).code, ERR_UNSUPPORTED);
    assert_pair(MAIN, 1, certificate(1));
}

static void a_slot_that_is_missing_changes_nothing(void **state)
{
    (void)state;
    sim.slots_absent = TOKEN_SLOTS_RETIRED;
    sim.cannot_move = true;
    struct token_newkey_wish wish = {.main = MAIN, .key = TOKEN_KEY_P256};
    struct token_scope scope = token_newkey_scope(MAIN, false);
    struct token_identity identity = look_at(scope);
    struct token_newkey plan = token_newkey_plan(&wish, &scope, &identity);

    assert_int_equal(plan.way, TOKEN_NEWKEY_STAYS);
    assert_int_equal(begin(&plan, false).code, ERR_UNSUPPORTED);
    assert_pair(MAIN, 1, certificate(1));
}

/* --- interrupted at every call ------------------------------------------------------------ */

/* The whole renewal of `plan`; stops at the first error. */
static struct err renew(const struct token_newkey *plan, bool begun)
{
    struct token_scope scope = {.slots = 0};
    struct token_identity identity;

    struct err e = token_identify(&sim.token, &scope, &identity);
    if (!failed(e) && !begun)
        e = begin(plan, true);
    if (!failed(e))
        e = token_newkey_place(&sim.token, &target, plan, certificate(2));
    if (!failed(e))
        e = token_newkey_settle(&sim.token, &target, plan, certificate(2));
    return e;
}

/* The old pair is whole somewhere, unless it was given up; no certificate is at another's key
 * once the token was repaired. */
static bool old_pair_is_there(void)
{
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++) {
        const struct token_sim_slot *slot = &sim.slots[i];
        if (slot->key_number == 1 && slot->der_len == DER_LEN && !slot->torn &&
            slot->der[1] == certificate(1).at[1])
            return true;
    }
    return false;
}

static void interrupt_at(uint32_t call, enum token_sim_cut cut, bool moves)
{
    (void)setup(NULL);
    sim.cannot_move = !moves;
    struct token_newkey plan = plan_now(0);
    sim.pull_after = call;
    sim.cut = cut;
    assert_int_equal(renew(&plan, false).code, ERR_GONE);
    assert_true(old_pair_is_there());

    token_sim_insert(&sim);
    const struct token_sim_slot *staging = token_sim_slot(&sim, plan.staging);
    bool begun = staging->der_len > 0 || staging->torn || sim.slots[0].key_number != 1;
    assert_int_equal(renew(&plan, begun).code, ERR_NONE);
    assert_pair(moves ? MAIN : plan.staging, sim.keys_made, certificate(2));
    assert_pair(moves ? plan.keep : MAIN, 1, certificate(1));
    if (moves)
        assert_empty(plan.staging);
}

static uint32_t calls_of(bool moves)
{
    uint32_t before = 0, after = 0;

    (void)setup(NULL);
    sim.cannot_move = !moves;
    struct token_newkey plan = plan_now(0);
    for (size_t i = 0; i < TOKEN_CALL_COUNT; i++)
        before += sim.calls[i];
    assert_int_equal(renew(&plan, false).code, ERR_NONE);
    for (size_t i = 0; i < TOKEN_CALL_COUNT; i++)
        after += sim.calls[i];
    return after - before;
}

static void a_renewal_interrupted_at_any_call_is_completed_and_loses_nothing(void **state)
{
    static const enum token_sim_cut cuts[] = {TOKEN_SIM_CUT_TORN, TOKEN_SIM_CUT_OLD,
                                              TOKEN_SIM_CUT_NEW};
    uint32_t points = 0;
    (void)state;

    for (int moves = 0; moves <= 1; moves++) {
        uint32_t calls = calls_of(moves != 0);
        assert_int_equal(calls, moves != 0 ? 9 : 4);
        for (uint32_t call = 1; call <= calls; call++) {
            for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
                interrupt_at(call, cuts[i], moves != 0);
                points++;
            }
        }
    }
    print_message("  interrupted at %u points\n", points);
    assert_int_equal(points, 39);
}

static void settling_again_changes_nothing(void **state)
{
    (void)state;
    struct token_newkey plan = plan_now(0);

    assert_int_equal(renew(&plan, false).code, ERR_NONE);
    uint32_t writes = sim.calls[TOKEN_CALL_WRITE];
    assert_int_equal(token_newkey_settle(&sim.token, &target, &plan, certificate(2)).code,
                     ERR_NONE);
    assert_int_equal(sim.calls[TOKEN_CALL_WRITE], writes);
}

static void nothing_is_moved_before_the_new_pair_is_whole(void **state)
{
    (void)state;
    struct token_newkey plan = plan_now(0);

    assert_int_equal(token_newkey_settle(&sim.token, &target, &plan, certificate(2)).code,
                     ERR_NOT_FOUND);
    assert_int_equal(begin(&plan, false).code, ERR_NONE);
    assert_int_equal(token_newkey_settle(&sim.token, &target, &plan, certificate(2)).code,
                     ERR_NOT_FOUND);
    token_sim_load(&sim, plan.staging, certificate(3));
    assert_int_equal(token_newkey_settle(&sim.token, &target, &plan, certificate(2)).code,
                     ERR_NOT_FOUND);
    assert_pair(MAIN, 1, certificate(1));
}

static void another_key_in_the_kept_slot_is_not_touched(void **state)
{
    (void)state;
    struct token_newkey plan = plan_now(0);

    assert_int_equal(begin(&plan, false).code, ERR_NONE);
    token_sim_slot(&sim, plan.keep)->key = TOKEN_KEY_P384;
    token_sim_slot(&sim, plan.keep)->key_number = 99;
    assert_int_equal(token_newkey_place(&sim.token, &target, &plan, certificate(2)).code, ERR_NONE);
    assert_int_equal(token_newkey_settle(&sim.token, &target, &plan, certificate(2)).code,
                     ERR_CONFLICT);
    assert_pair(MAIN, 1, certificate(1));
    assert_int_equal(token_sim_slot(&sim, plan.keep)->key_number, 99);
}

static void another_token_is_not_settled(void **state)
{
    (void)state;
    struct token_newkey plan = plan_now(0);

    assert_int_equal(begin(&plan, false).code, ERR_NONE);
    assert_int_equal(token_newkey_place(&sim.token, &target, &plan, certificate(2)).code, ERR_NONE);
    token_sim_swap(&sim, "s20000002");
    assert_int_equal(token_newkey_settle(&sim.token, &target, &plan, certificate(2)).code,
                     ERR_GONE);
    assert_int_equal(sim.calls[TOKEN_CALL_MOVE], 1); /* the probe's */
}

/* --- found by looking --------------------------------------------------------------------- */

/* The plan that a kiosk which knows nothing of it sees, in every state that settling passes. */
static void a_plan_that_was_lost_is_seen_whenever_the_pair_is_not_whole(void **state)
{
    static const enum token_sim_cut cuts[] = {TOKEN_SIM_CUT_TORN, TOKEN_SIM_CUT_OLD,
                                              TOKEN_SIM_CUT_NEW};
    struct token_scope scope = token_newkey_scope(MAIN, false);
    uint32_t seen = 0;
    (void)state;

    for (uint32_t at = 1; at <= 27; at++) {
        struct token_newkey plan, found;
        (void)setup(NULL);
        token_sim_slot(&sim, 0x82)->key = TOKEN_KEY_P256; /* the pair before the last */
        token_sim_slot(&sim, 0x82)->key_number = 50;
        token_sim_load(&sim, 0x82, certificate(0));
        plan = plan_now(0);
        sim.pull_after = (at + 2) / 3;
        sim.cut = cuts[at % 3];
        assert_int_equal(renew(&plan, false).code, ERR_GONE);
        token_sim_insert(&sim);
        struct token_identity identity = look_at(scope);
        bool whole = (sim.slots[0].key_number == 1 && sim.slots[0].der[1] == 1) ||
                     (sim.slots[0].key_number == sim.keys_made && sim.slots[0].der[1] == 2);
        whole = whole && !sim.slots[0].torn;
        if (!token_newkey_find(MAIN, &scope, &identity, newer, &found)) {
            assert_true(whole);
            continue;
        }
        seen++;
        assert_int_equal(found.staging, plan.staging);
        assert_int_equal(token_newkey_settle(&sim.token, &target, &found, certificate(2)).code,
                         ERR_NONE);
        assert_pair(MAIN, sim.keys_made, certificate(2));
        assert_pair(plan.keep, 1, certificate(1));
        assert_pair(0x82, 50, certificate(0));
        assert_empty(plan.staging);
    }
    assert_true(seen >= 9);
}

static void a_whole_token_is_not_taken_for_one_left_in_the_middle(void **state)
{
    struct token_scope scope = token_newkey_scope(MAIN, true);
    struct token_newkey found;
    (void)state;

    struct token_identity identity = look_at(scope);
    assert_false(token_newkey_find(MAIN, &scope, &identity, newer, &found));
    struct token_newkey plan = plan_now(0);
    assert_int_equal(renew(&plan, false).code, ERR_NONE);
    identity = look_at(scope);
    assert_false(token_newkey_find(MAIN, &scope, &identity, newer, &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_slot_gets_its_pair_at_once, setup),
        cmocka_unit_test_setup(a_key_without_a_certificate_is_kept, setup),
        cmocka_unit_test_setup(a_token_that_moves_keys_gets_two_retired_slots, setup),
        cmocka_unit_test_setup(a_token_that_cannot_move_keeps_the_old_pair_where_it_is, setup),
        cmocka_unit_test_setup(a_token_that_hides_its_keys_is_never_asked_to_move, setup),
        cmocka_unit_test_setup(a_slot_with_a_key_a_certificate_or_torn_bytes_is_not_free, setup),
        cmocka_unit_test_setup(without_a_free_slot_the_old_key_would_be_lost, setup),
        cmocka_unit_test_setup(a_torn_certificate_has_a_key_worth_keeping, setup),
        cmocka_unit_test_setup(nothing_is_lost_without_consent, setup),
        cmocka_unit_test_setup(with_consent_the_old_pair_is_replaced, setup),
        cmocka_unit_test_setup(a_kind_of_key_that_is_refused_leaves_the_old_pair, setup),
        cmocka_unit_test_setup(a_slot_that_is_missing_changes_nothing, setup),
        cmocka_unit_test_setup(a_renewal_interrupted_at_any_call_is_completed_and_loses_nothing,
                               setup),
        cmocka_unit_test_setup(settling_again_changes_nothing, setup),
        cmocka_unit_test_setup(nothing_is_moved_before_the_new_pair_is_whole, setup),
        cmocka_unit_test_setup(another_key_in_the_kept_slot_is_not_touched, setup),
        cmocka_unit_test_setup(another_token_is_not_settled, setup),
        cmocka_unit_test_setup(a_plan_that_was_lost_is_seen_whenever_the_pair_is_not_whole, setup),
        cmocka_unit_test_setup(a_whole_token_is_not_taken_for_one_left_in_the_middle, setup),
    };
    return cmocka_run_group_tests_name("token_newkey", tests, NULL, NULL);
}
