/* Visits whose write goes wrong: pulled, torn, repaired, not what was ordered. */
#include "kiosk/app/runner.h"

#include "kiosk/base/text.h"
#include "sync/wire/entry.h"
#include "tests/unit/visit_room.h"

static void test_a_token_pulled_in_the_write_is_healed_when_it_is_back(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    to_offer(&kiosk);
    to_pay(&kiosk);
    room_take_token(&kiosk.room)->pull_after = 1; /* in the next call: the write */
    room_give_token(&kiosk.room);
    pay(&kiosk, &kiosk.room.renewed);
    await_message(&kiosk, MESSAGE_PULLED_PAID);
    assert_kept(&kiosk, true);
    assert_true(token_sim_slot(room_take_token(&kiosk.room), ROOM_SLOT)->torn);
    room_give_token(&kiosk.room);
    room_insert(&kiosk.room);
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    while (flow_of(&kiosk)->state != FLOW_PIN && clock_boot_ms() < until_ms) {
        if (flow_of(&kiosk)->state == FLOW_CERTIFICATE)
            touch(&kiosk, ACTION_NEXT, 0);
        pump(&kiosk);
    }
    enter_pin(&kiosk, TOKEN_SIM_PIN);
    await(&kiosk, FLOW_DONE);
    assert_on_token(&kiosk, &kiosk.room.renewed);
    close_kiosk(&kiosk);
}

static void await_not_kept(struct kiosk *kiosk)
{
    struct journal_kept kept;
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    while (!failed(read_kept(kiosk, &kept)) && clock_boot_ms() < until_ms)
        pump(kiosk);
    assert_kept(kiosk, false);
}

/* Pulled within the write, and gone; then the platform says that the order is `status`. */
static void end_after_a_torn_write(struct kiosk *kiosk, enum fact_order_status status)
{
    struct fact_order order;

    to_offer(kiosk);
    to_pay(kiosk);
    order = room_order(&kiosk->room, status);
    memcpy(order.id, flow_of(kiosk)->visit.order.id, sizeof(order.id));
    room_take_token(&kiosk->room)->pull_after = 1; /* in the next call: the write */
    room_give_token(&kiosk->room);
    pay(kiosk, &kiosk->room.renewed);
    await_message(kiosk, MESSAGE_PULLED_PAID);
    assert_true(token_sim_slot(room_take_token(&kiosk->room), ROOM_SLOT)->torn);
    room_give_token(&kiosk->room);
    touch(kiosk, ACTION_FINISH, 0);
    await(kiosk, FLOW_ATTRACT);
    assert_kept(kiosk, true);
    room_put_order(&kiosk->room, &order);
    book_look(kiosk->book);
}

/* What the journal says of torn tokens: "yes" and "no", one for each entry. */
static bool take_repair(void *context, const struct journal_row *row)
{
    char *text = context;
    char body[ENTRY_BODY_MAX];
    struct entry entry;

    if (strcmp(row->kind, "token_repair") != 0)
        return true;
    assert_false(
        failed(entry_read(ENTRY_TOKEN_REPAIR, (struct bytes){row->body, row->body_len}, &entry)));
    assert_string_equal(entry.token, TOKEN_SIM_ID);
    assert_int_equal(entry.slot, ROOM_SLOT);
    (void)text_print(body, sizeof(body), "%s%s ", text, entry.repaired);
    (void)text_copy(text, TEXT_MAX, body);
    return true;
}

static void assert_repairs(struct kiosk *kiosk, const char *want)
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
        assert_false(failed(journal_read(journal, 0, JOURNAL_BATCH_MAX, take_repair, text)));
    } while (strcmp(text, want) != 0 && clock_boot_ms() < until_ms);
    journal_close(journal);
    assert_string_equal(text, want);
}

/* Insert it while a visit waits for it; seen once the flow has heard of it. */
static void come_torn(struct kiosk *kiosk)
{
    touch(kiosk, ACTION_START, 0);
    touch(kiosk, ACTION_SERVICE, SERVICE_RENEW);
    room_take_token(&kiosk->room)->fail[TOKEN_CALL_WRITE] = ERR_NO_ROOM;
    room_give_token(&kiosk->room);
    room_insert(&kiosk->room);
    await(kiosk, FLOW_READING);
    while (flow_of(kiosk)->state == FLOW_READING)
        pump(kiosk);
}

static void test_a_token_that_cannot_be_repaired_is_told_of_once(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    end_after_a_torn_write(&kiosk, FACT_ORDER_REFUND);
    for (int i = 0; i < 2; i++) {
        come_torn(&kiosk);
        assert_repairs(&kiosk, "no ");
        room_pull(&kiosk.room);
        touch(&kiosk, ACTION_FINISH, 0);
        await(&kiosk, FLOW_ATTRACT);
    }
    assert_kept(&kiosk, true);
    to_certificate(&kiosk);
    assert_repairs(&kiosk, "no yes ");
    await_not_kept(&kiosk);
    close_kiosk(&kiosk);
}

static void test_a_torn_token_whose_order_is_refunded_gets_its_old_certificate_back(void **state)
{
    (void)state;
    static const enum fact_order_status over[] = {FACT_ORDER_REFUND, FACT_ORDER_REFUSED,
                                                  FACT_ORDER_CLOSED};
    for (size_t i = 0; i < ARRAY_LEN(over); i++) {
        struct kiosk kiosk;

        open_kiosk(&kiosk);
        end_after_a_torn_write(&kiosk, over[i]);
        to_certificate(&kiosk); /* as if nothing had been written */
        assert_memory_equal(flow_of(&kiosk)->visit.token.certificates[0].fingerprint,
                            kiosk.room.old_facts.fingerprint, FACTS_FINGERPRINT_LEN);
        assert_on_token(&kiosk, &kiosk.room.old);
        await_not_kept(&kiosk); /* it is on the token, and needed no more */
        assert_repairs(&kiosk, "yes ");
        close_kiosk(&kiosk);
    }
}

static void test_a_repair_that_is_torn_itself_is_done_the_next_time(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    end_after_a_torn_write(&kiosk, FACT_ORDER_REFUND);
    touch(&kiosk, ACTION_START, 0);
    touch(&kiosk, ACTION_SERVICE, SERVICE_RENEW);
    token_sim_insert(room_take_token(&kiosk.room));
    kiosk.room.token.sim.pull_after = 2; /* identified, then in the write */
    room_give_token(&kiosk.room);
    await(&kiosk, FLOW_READING);
    while (flow_of(&kiosk)->state == FLOW_READING)
        pump(&kiosk);
    assert_kept(&kiosk, true);
    assert_int_equal(room_take_token(&kiosk.room)->calls[TOKEN_CALL_WRITE], 2);
    room_give_token(&kiosk.room);
    room_insert(&kiosk.room);
    await(&kiosk, FLOW_CERTIFICATE);
    assert_on_token(&kiosk, &kiosk.room.old);
    await_not_kept(&kiosk);
    assert_repairs(&kiosk, "yes ");
    close_kiosk(&kiosk);
}

static void test_what_was_kept_goes_when_the_token_turns_out_well(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    end_after_a_torn_write(&kiosk, FACT_ORDER_REFUND);
    token_sim_load(room_take_token(&kiosk.room), ROOM_SLOT,
                   (struct bytes){kiosk.room.old.der, kiosk.room.old.len}); /* by staff, say */
    room_give_token(&kiosk.room);
    to_certificate(&kiosk);
    await_not_kept(&kiosk);
    assert_int_equal(room_take_token(&kiosk.room)->calls[TOKEN_CALL_WRITE], 1);
    room_give_token(&kiosk.room);
    assert_repairs(&kiosk, "");
    close_kiosk(&kiosk);
}

static void test_a_certificate_that_was_not_ordered_is_not_written(void **state)
{
    (void)state;
    struct kiosk kiosk;
    struct issue_certificate other;

    open_kiosk(&kiosk);
    to_offer(&kiosk);
    to_pay(&kiosk);
    /* For ten years, and not as a renewal of what is there. */
    room_issue(&kiosk.room, NULL, kiosk.room.paid_s + INT64_C(3650) * 86400, &other);
    pay(&kiosk, &other);
    await(&kiosk, FLOW_MESSAGE);
    assert_true(flow_of(&kiosk)->message == MESSAGE_WRITE_FAILED ||
                flow_of(&kiosk)->message == MESSAGE_STAFF_NEEDED);
    assert_on_token(&kiosk, &kiosk.room.old);
    assert_int_equal(room_take_token(&kiosk.room)->calls[TOKEN_CALL_WRITE], 0);
    room_give_token(&kiosk.room);
    close_kiosk(&kiosk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_pulled_in_the_write_is_healed_when_it_is_back),
        cmocka_unit_test(test_a_torn_token_whose_order_is_refunded_gets_its_old_certificate_back),
        cmocka_unit_test(test_a_repair_that_is_torn_itself_is_done_the_next_time),
        cmocka_unit_test(test_a_token_that_cannot_be_repaired_is_told_of_once),
        cmocka_unit_test(test_what_was_kept_goes_when_the_token_turns_out_well),
        cmocka_unit_test(test_a_certificate_that_was_not_ordered_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
