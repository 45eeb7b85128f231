/* Whole visits from the first touch to the receipt. */
#include "kiosk/app/runner.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/visit_room.h"

static bool take_kind(void *context, const struct journal_row *row)
{
    char *text = context;
    size_t used = strlen(text);
    (void)snprintf(text + used, TEXT_MAX - used, "%s%s", used == 0 ? "" : " ", row->kind);
    return true;
}

/* What was journaled, in order, once the visit's last entry is. */
static void assert_journal(struct kiosk *kiosk, const char *want)
{
    char path[ROOM_PATH_SIZE];
    char text[TEXT_MAX] = "";
    struct journal *journal = NULL;

    room_path(&kiosk->room, "journal.db", path);
    assert_false(failed(journal_open_read(path, &journal)));
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    do {
        text[0] = '\0';
        pump(kiosk);
        assert_false(failed(journal_read(journal, 0, JOURNAL_BATCH_MAX, take_kind, text)));
    } while (strcmp(text, want) != 0 && clock_boot_ms() < until_ms);
    journal_close(journal);
    assert_string_equal(text, want);
}

/* Nothing of a visit is left but how this person likes to read. */
static void assert_forgotten(const struct kiosk *kiosk)
{
    struct visit none = {.language = flow_of(kiosk)->visit.language};
    assert_memory_equal(&flow_of(kiosk)->visit, &none, sizeof(none));
    assert_true(kiosk->forgotten > 0);
}

static void test_a_renewal_goes_from_touch_to_receipt(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    to_offer(&kiosk);
    to_pay(&kiosk);
    pay(&kiosk, &kiosk.room.renewed);
    await(&kiosk, FLOW_DONE);
    assert_on_token(&kiosk, &kiosk.room.renewed);
    assert_kept(&kiosk, false); /* it is delivered */
    assert_int_equal(room_take_printer(&kiosk.room)->pages, 1);
    room_give_printer(&kiosk.room);
    touch(&kiosk, ACTION_FINISH, 0);
    room_pull(&kiosk.room);
    await(&kiosk, FLOW_ATTRACT);
    assert_forgotten(&kiosk);
    assert_journal(&kiosk, "visit_started pin_verified order_requested write_intended delivered "
                           "receipt visit_ended");
    close_kiosk(&kiosk);
}

static void test_a_token_that_cannot_be_written_is_told_of_before_pin_and_money(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    room_take_token(&kiosk.room)->refuses_admin = true;
    room_give_token(&kiosk.room);
    touch(&kiosk, ACTION_START, 0);
    touch(&kiosk, ACTION_SERVICE, SERVICE_RENEW);
    room_insert(&kiosk.room);
    await(&kiosk, FLOW_CERTIFICATE);
    assert_int_equal(flow_of(&kiosk)->visit.eligibility.verdict, VERDICT_REFUSES);
    touch(&kiosk, ACTION_NEXT, 0);
    assert_int_equal(flow_of(&kiosk)->state, FLOW_CERTIFICATE);
    struct token_sim *sim = room_take_token(&kiosk.room);
    assert_int_equal(sim->calls[TOKEN_CALL_PROVE], 1);
    assert_int_equal(sim->calls[TOKEN_CALL_VERIFY_PIN], 0);
    assert_int_equal(sim->pin_tries_left, TOKEN_SIM_TRIES);
    sim->refuses_admin = false; /* staff have seen to it */
    room_give_token(&kiosk.room);
    room_pull(&kiosk.room);
    await(&kiosk, FLOW_ATTRACT);
    assert_journal(&kiosk, "visit_started visit_ended");
    to_offer(&kiosk);
    close_kiosk(&kiosk);
}

static void test_two_visitors_one_after_the_other(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    to_offer(&kiosk);
    room_pull(&kiosk.room);
    await_message(&kiosk, MESSAGE_PULLED_UNPAID);
    token_sim_insert(room_take_token(&kiosk.room));
    token_sim_swap(&kiosk.room.token.sim, "s20000002");
    token_sim_load(&kiosk.room.token.sim, ROOM_SLOT,
                   (struct bytes){kiosk.room.old.der, kiosk.room.old.len});
    room_give_token(&kiosk.room);
    await(&kiosk, FLOW_CERTIFICATE);
    assert_string_equal(flow_of(&kiosk)->visit.token.id, "s20000002");
    assert_false(flow_of(&kiosk)->visit.account.known); /* the other's is not this one's */
    assert_false(flow_of(&kiosk)->visit.pin_verified);
    room_pull(&kiosk.room);
    close_kiosk(&kiosk);
}

static void test_pin_keys_do_what_they_say(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    touch(&kiosk, ACTION_PIN_DIGIT, 1); /* no PIN is asked for */
    assert_int_equal(flow_of(&kiosk)->visit.pin_len, 0);
    to_certificate(&kiosk);
    touch(&kiosk, ACTION_NEXT, 0);
    await(&kiosk, FLOW_PIN);
    type_pin(&kiosk, "999");
    assert_int_equal(flow_of(&kiosk)->visit.pin_len, 3);
    touch(&kiosk, ACTION_PIN_CLEAR, 0);
    assert_int_equal(flow_of(&kiosk)->visit.pin_len, 0);
    touch(&kiosk, ACTION_PIN_ERASE, 0);
    assert_int_equal(flow_of(&kiosk)->visit.pin_len, 0);
    touch(&kiosk, ACTION_PIN_DIGIT, 10); /* no digit */
    assert_int_equal(flow_of(&kiosk)->visit.pin_len, 0);
    type_pin(&kiosk, "123456789"); /* one more than a PIN has */
    assert_int_equal(flow_of(&kiosk)->visit.pin_len, FLOW_PIN_MAX);
    touch(&kiosk, ACTION_PIN_ERASE, 0);
    touch(&kiosk, ACTION_PIN_ERASE, 0);
    touch(&kiosk, ACTION_NEXT, 0); /* 123456 */
    await(&kiosk, FLOW_OFFER);
    close_kiosk(&kiosk);
}

static void test_a_wrong_pin_counts_down_and_a_right_one_goes_on(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    to_certificate(&kiosk);
    touch(&kiosk, ACTION_NEXT, 0);
    enter_pin(&kiosk, "654321");
    await(&kiosk, FLOW_PIN_CHECKING);
    await(&kiosk, FLOW_PIN);
    assert_int_equal(flow_of(&kiosk)->visit.token.tries_left, TOKEN_SIM_TRIES - 1);
    assert_int_equal(flow_of(&kiosk)->visit.pin_len, 0);
    enter_pin(&kiosk, TOKEN_SIM_PIN);
    await(&kiosk, FLOW_OFFER);
    assert_journal(&kiosk, "visit_started pin_refused pin_verified");
    close_kiosk(&kiosk);
}

static void test_a_kiosk_can_end_in_the_middle_of_a_pin(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    to_certificate(&kiosk);
    touch(&kiosk, ACTION_NEXT, 0);
    enter_pin(&kiosk, TOKEN_SIM_PIN); /* the token has it now */
    close_kiosk(&kiosk);
    runner_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_renewal_goes_from_touch_to_receipt),
        cmocka_unit_test(test_a_token_that_cannot_be_written_is_told_of_before_pin_and_money),
        cmocka_unit_test(test_two_visitors_one_after_the_other),
        cmocka_unit_test(test_pin_keys_do_what_they_say),
        cmocka_unit_test(test_a_wrong_pin_counts_down_and_a_right_one_goes_on),
        cmocka_unit_test(test_a_kiosk_can_end_in_the_middle_of_a_pin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
