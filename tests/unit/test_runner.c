/* Whole visits in this process: real flow, threads, ledger and certificates; the token and the
 * printer are simulators, the platform is the test. No window. */
#include "kiosk/app/runner.h"

#include <stdio.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "tests/unit/app_room.h"

#define TICK_MS 50
#define TEXT_MAX 512

struct kiosk {
    struct room room;
    struct book *book;
    struct token_desk *token;
    struct printer_desk *printer;
    struct runner *runner;
    uint32_t forgotten; /* how often a visit was */
};

static void print_a_page(void *context, uint32_t id, const struct visit *visit)
{
    static const uint8_t dots[PRINTER_WIDTH_80MM / 8];
    struct kiosk *kiosk = context;
    struct printer_page page = {.width = PRINTER_WIDTH_80MM, .rows = 1, .dots = dots};

    assert_string_equal(visit->order.order_no, "20261122000001");
    printer_desk_print(kiosk->printer, id, &page);
}

static void count_forgotten(void *context)
{
    ((struct kiosk *)context)->forgotten++;
}

static const struct flow *flow_of(const struct kiosk *kiosk)
{
    return runner_flow(kiosk->runner);
}

static void pump(struct kiosk *kiosk)
{
    struct mail mail;
    if (post_take(&kiosk->room.post, TICK_MS, &mail))
        runner_mail(kiosk->runner, &mail);
    runner_tick(kiosk->runner);
}

static void await(struct kiosk *kiosk, enum flow_state state)
{
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    while (flow_of(kiosk)->state != state && clock_boot_ms() < until_ms)
        pump(kiosk);
    assert_int_equal(flow_of(kiosk)->state, state);
}

static void await_message(struct kiosk *kiosk, enum flow_message message)
{
    await(kiosk, FLOW_MESSAGE);
    assert_int_equal(flow_of(kiosk)->message, message);
}

static void touch(struct kiosk *kiosk, enum action action, uint32_t value)
{
    runner_touch(kiosk->runner, action, value);
}

static void insert(struct kiosk *kiosk)
{
    token_sim_insert(room_take_token(&kiosk->room));
    room_give_token(&kiosk->room);
}

static void pull(struct kiosk *kiosk)
{
    token_sim_pull(room_take_token(&kiosk->room));
    room_give_token(&kiosk->room);
}

static void open_kiosk(struct kiosk *kiosk)
{
    memset(kiosk, 0, sizeof(*kiosk));
    room_open(&kiosk->room);
    room_prove_clock(&kiosk->room);
    room_put_account(&kiosk->room);
    kiosk->book = room_book(&kiosk->room);
    kiosk->token = room_token_desk(&kiosk->room);
    kiosk->printer = room_printer_desk(&kiosk->room);
    struct runner_setup setup = {.rules = &kiosk->room.rules,
                                 .book = kiosk->book,
                                 .token = kiosk->token,
                                 .print = print_a_page,
                                 .forget = count_forgotten,
                                 .context = kiosk};
    assert_false(failed(runner_create(&setup, &kiosk->runner)));
    struct mail line = {.kind = MAIL_LINE, .hall.line_up = true};
    post_send(&kiosk->room.post, &line);
    await(kiosk, FLOW_ATTRACT);
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    while (flow_service_block(flow_of(kiosk), &kiosk->room.rules, SERVICE_RENEW) != SERVICE_HERE &&
           clock_boot_ms() < until_ms)
        pump(kiosk);
}

static void close_kiosk(struct kiosk *kiosk)
{
    token_desk_destroy(kiosk->token);
    runner_destroy(kiosk->runner);
    printer_desk_destroy(kiosk->printer);
    book_destroy(kiosk->book);
    room_close(&kiosk->room);
}

static void to_certificate(struct kiosk *kiosk)
{
    touch(kiosk, ACTION_START, 0);
    assert_int_equal(flow_of(kiosk)->state, FLOW_SERVICES);
    touch(kiosk, ACTION_SERVICE, SERVICE_RENEW);
    assert_int_equal(flow_of(kiosk)->state, FLOW_INSERT);
    insert(kiosk);
    await(kiosk, FLOW_CERTIFICATE);
    assert_int_equal(flow_of(kiosk)->visit.eligibility.verdict, VERDICT_OK);
}

static void type_pin(struct kiosk *kiosk, const char *digits)
{
    for (; *digits != '\0'; digits++)
        touch(kiosk, ACTION_PIN_DIGIT, (uint32_t)(*digits - '0'));
}

static void enter_pin(struct kiosk *kiosk, const char *digits)
{
    await(kiosk, FLOW_PIN);
    type_pin(kiosk, digits);
    touch(kiosk, ACTION_NEXT, 0);
}

static void to_offer(struct kiosk *kiosk)
{
    to_certificate(kiosk);
    touch(kiosk, ACTION_NEXT, 0);
    enter_pin(kiosk, TOKEN_SIM_PIN);
    await(kiosk, FLOW_OFFER);
}

/* The platform's next word on the order of the visit at hand. */
static void platform_says(struct kiosk *kiosk, enum fact_order_status status)
{
    struct fact_order order = room_order(&kiosk->room, status);
    memcpy(order.id, flow_of(kiosk)->visit.order.id, sizeof(order.id));
    room_put_order(&kiosk->room, &order);
    book_look(kiosk->book);
}

static void to_pay(struct kiosk *kiosk)
{
    touch(kiosk, ACTION_NEXT, 0);
    await(kiosk, FLOW_ORDERING);
    /* Requested and durable, before the platform can have heard of it. */
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    while (flow_of(kiosk)->waiting_for != 0 && clock_boot_ms() < until_ms)
        pump(kiosk);
    platform_says(kiosk, FACT_ORDER_TO_PAY);
    await(kiosk, FLOW_PAY);
}

static void pay(struct kiosk *kiosk, const struct issue_certificate *issued)
{
    platform_says(kiosk, FACT_ORDER_TO_MAKE);
    await(kiosk, FLOW_ISSUING);
    room_put_issued(&kiosk->room, flow_of(kiosk)->visit.order.id, issued);
    platform_says(kiosk, FACT_ORDER_TO_WRITE);
}

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

static void assert_on_token(struct kiosk *kiosk, const struct issue_certificate *want)
{
    struct bytes on = token_sim_certificate(room_take_token(&kiosk->room), ROOM_SLOT);
    assert_int_equal(on.len, want->len);
    assert_memory_equal(on.at, want->der, want->len);
    room_give_token(&kiosk->room);
}

/* Whether the ledger has what the write overwrites, by a reader beside the writer. */
static struct err read_kept(struct kiosk *kiosk, struct journal_kept *out)
{
    char path[ROOM_PATH_SIZE];
    struct journal *journal = NULL;

    room_path(&kiosk->room, "journal.db", path);
    assert_false(failed(journal_open_read(path, &journal)));
    struct err e = journal_kept_of_token(journal, TOKEN_SIM_ID, out);
    journal_close(journal);
    return e;
}

static void assert_kept(struct kiosk *kiosk, bool want)
{
    struct journal_kept kept = {.slot = 0};
    struct err e = read_kept(kiosk, &kept);

    assert_int_equal(e.code, want ? ERR_NONE : ERR_NOT_FOUND);
    if (!want)
        return;
    assert_int_equal(kept.slot, ROOM_SLOT);
    assert_int_equal(kept.der_len, kiosk->room.old.len);
    assert_memory_equal(kept.der, kiosk->room.old.der, kept.der_len);
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
    pull(&kiosk);
    await(&kiosk, FLOW_ATTRACT);
    assert_forgotten(&kiosk);
    assert_journal(&kiosk, "visit_started pin_verified order_requested write_intended delivered "
                           "receipt visit_ended");
    close_kiosk(&kiosk);
}

static void test_two_visitors_one_after_the_other(void **state)
{
    (void)state;
    struct kiosk kiosk;

    open_kiosk(&kiosk);
    to_offer(&kiosk);
    pull(&kiosk);
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
    pull(&kiosk);
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
    insert(&kiosk);
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
    insert(&kiosk);
    await(&kiosk, FLOW_CERTIFICATE);
    assert_on_token(&kiosk, &kiosk.room.old);
    await_not_kept(&kiosk);
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
        cmocka_unit_test(test_two_visitors_one_after_the_other),
        cmocka_unit_test(test_pin_keys_do_what_they_say),
        cmocka_unit_test(test_a_wrong_pin_counts_down_and_a_right_one_goes_on),
        cmocka_unit_test(test_a_token_pulled_in_the_write_is_healed_when_it_is_back),
        cmocka_unit_test(test_a_torn_token_whose_order_is_refunded_gets_its_old_certificate_back),
        cmocka_unit_test(test_a_repair_that_is_torn_itself_is_done_the_next_time),
        cmocka_unit_test(test_what_was_kept_goes_when_the_token_turns_out_well),
        cmocka_unit_test(test_a_certificate_that_was_not_ordered_is_not_written),
        cmocka_unit_test(test_a_kiosk_can_end_in_the_middle_of_a_pin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
