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
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    while (read_kept(kiosk).code == ERR_DENIED && clock_boot_ms() < until_ms)
        pump(kiosk);
    assert_kept(kiosk, false);
}

static char ended[FACTS_UUID_SIZE]; /* the order that was */

enum { IN_THE_WRITE = 1, IN_THE_TEST };

/* Pulled in that call, and gone; then the platform says that the order is `status`. */
static void end_when_pulled(struct kiosk *kiosk, uint32_t call, enum fact_order_status status)
{
    struct fact_order order;

    to_offer(kiosk);
    to_pay(kiosk);
    order = room_order(&kiosk->room, status);
    memcpy(order.id, flow_of(kiosk)->visit.order.id, sizeof(order.id));
    room_take_token(&kiosk->room)->pull_after = call;
    room_give_token(&kiosk->room);
    pay(kiosk, &kiosk->room.renewed);
    await_message(kiosk, MESSAGE_PULLED_PAID);
    assert_int_equal(token_sim_slot(room_take_token(&kiosk->room), ROOM_SLOT)->torn,
                     call == IN_THE_WRITE);
    room_give_token(&kiosk->room);
    touch(kiosk, ACTION_FINISH, 0);
    await(kiosk, FLOW_ATTRACT);
    assert_kept(kiosk, true);
    (void)text_copy(ended, sizeof(ended), order.id); /* same size */
    room_put_order(&kiosk->room, &order);
    book_look(kiosk->book);
}

static void end_after_a_torn_write(struct kiosk *kiosk, enum fact_order_status status)
{
    end_when_pulled(kiosk, IN_THE_WRITE, status);
}

struct repairs {
    struct journal_status status;
    int no; /* what its name has for "no": 0, or 2 when nothing was kept */
    char text[TEXT_MAX];
};

/* What the journal says of torn tokens: "yes" and "no", one for each entry. */
static bool take_repair(void *context, const struct journal_row *row)
{
    struct repairs *repairs = context;
    char body[ENTRY_BODY_MAX];
    char name[RECORD_ONCE_MAX];
    char txid[CHAIN_UUID_LEN + 1];
    struct entry entry;

    if (strcmp(row->kind, "token_repair") != 0)
        return true;
    assert_false(
        failed(entry_read(ENTRY_TOKEN_REPAIR, (struct bytes){row->body, row->body_len}, &entry)));
    assert_string_equal(entry.token, TOKEN_SIM_ID);
    assert_int_equal(entry.slot, ROOM_SLOT);
    (void)text_print(body, sizeof(body), "%s%s ", repairs->text, entry.repaired);
    (void)text_copy(repairs->text, TEXT_MAX, body);
    (void)text_print(name, sizeof(name), "repair %s %s %d", entry.order, entry.token,
                     strcmp(entry.repaired, "yes") == 0 ? 1 : repairs->no);
    chain_uuid_once(txid, ROOM_KIOSK, repairs->status.epoch, name); /* no other journal's */
    assert_string_equal(row->txid, txid);
    return true;
}

static void assert_repairs_named(struct kiosk *kiosk, const char *want, int no)
{
    char path[ROOM_PATH_SIZE];
    struct repairs repairs = {.no = no};
    struct journal *journal = NULL;

    room_path(&kiosk->room, "journal.db", path);
    assert_false(failed(journal_open_read(path, &journal)));
    assert_false(failed(journal_get_status(journal, &repairs.status)));
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    do {
        repairs.text[0] = '\0';
        pump(kiosk);
        assert_false(failed(journal_read(journal, 0, JOURNAL_BATCH_MAX, take_repair, &repairs)));
    } while (strcmp(repairs.text, want) != 0 && clock_boot_ms() < until_ms);
    journal_close(journal);
    assert_string_equal(repairs.text, want);
}

static void assert_repairs(struct kiosk *kiosk, const char *want)
{
    assert_repairs_named(kiosk, want, 0);
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

#define OTHER_ID "s20000002"

static struct issue_certificate found; /* what stands there after a meddler */

/* Another token that has the very certificate, so that only its id tells. */
static void swap(struct room_token *token)
{
    token_sim_swap(&token->sim, OTHER_ID);
    token_sim_load(&token->sim, ROOM_SLOT, (struct bytes){found.der, found.len});
}

static void fail_and_swap_later(struct room_token *token)
{
    token->sim.fail[TOKEN_CALL_WRITE] = ERR_NO_ROOM;
    token->meddle = swap;
    token->meddle_in = 1;
}

static void load(struct room_token *token)
{
    token_sim_load(&token->sim, ROOM_SLOT, (struct bytes){found.der, found.len});
}

static void fail_and_load_later(struct room_token *token)
{
    token->sim.fail[TOKEN_CALL_WRITE] = ERR_NO_ROOM;
    token->meddle = load;
    token->meddle_in = 1;
}

/* clang-format off */
static const struct {
    const char *sentence;
    void (*meddle)(struct room_token *token); /* before the repair's write */
    bool finds_kept;                          /* else the renewed one */
    const char *repairs;
} meddled[] = {
    {"swapped before the repair writes", swap, true, ""},
    {"swapped after the repair failed to write", fail_and_swap_later, true, ""},
    {"another certificate than was kept came to stand there", fail_and_load_later, false, "no "},
};
/* clang-format on */

/* As the write left it, back in the reader. */
static void bring_back_torn(struct kiosk *kiosk)
{
    struct token_sim *sim = room_take_token(&kiosk->room);

    sim->inserted = true;
    token_sim_swap(sim, TOKEN_SIM_ID);
    token_sim_load(sim, ROOM_SLOT, (struct bytes){kiosk->room.old.der, kiosk->room.old.len});
    token_sim_slot(sim, ROOM_SLOT)->torn = true;
    token_sim_pull(sim);
    room_give_token(&kiosk->room);
}

static void test_only_the_certificate_that_was_kept_on_its_own_token_is_a_repair(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(meddled); i++) {
        struct kiosk kiosk;

        print_message("  %s\n", meddled[i].sentence);
        open_kiosk(&kiosk);
        found = meddled[i].finds_kept ? kiosk.room.old : kiosk.room.renewed;
        end_after_a_torn_write(&kiosk, FACT_ORDER_REFUND);
        touch(&kiosk, ACTION_START, 0);
        touch(&kiosk, ACTION_SERVICE, SERVICE_RENEW);
        kiosk.room.token.meddle = meddled[i].meddle;
        token_sim_insert(room_take_token(&kiosk.room));
        kiosk.room.token.meddle_in = 2; /* identified, then the write */
        room_give_token(&kiosk.room);
        await(&kiosk, FLOW_READING);
        while (flow_of(&kiosk)->state == FLOW_READING)
            pump(&kiosk);
        for (int k = 0; k < 20; k++) /* what follows a swap */
            pump(&kiosk);
        assert_repairs(&kiosk, meddled[i].repairs);
        assert_kept(&kiosk, true);
        room_pull(&kiosk.room);
        touch(&kiosk, ACTION_FINISH, 0);
        touch(&kiosk, ACTION_BACK, 0);
        await(&kiosk, FLOW_ATTRACT);
        bring_back_torn(&kiosk);
        to_certificate(&kiosk);
        await_not_kept(&kiosk);
        assert_on_token(&kiosk, &kiosk.room.old);
        close_kiosk(&kiosk);
    }
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

static void refuse_writes(struct kiosk *kiosk)
{
    room_take_token(&kiosk->room)->refuses_admin = true;
    room_give_token(&kiosk->room);
}

static void lose_the_kept(struct kiosk *kiosk)
{
    book_erase_kept(kiosk->book, ended);
    await_not_kept(kiosk);
}

static void deliver_elsewhere(struct kiosk *kiosk)
{
    room_put_account_of(&kiosk->room, &kiosk->room.renewed_facts);
    book_look(kiosk->book);
}

static void no_more(struct kiosk *kiosk)
{
    (void)kiosk;
}

/* The write was done and its order given up before the delivery was told. */
/* clang-format off */
static const struct {
    const char *sentence;
    enum fact_order_status status;
    void (*then)(struct kiosk *kiosk);
    bool back, kept; /* the old one is on the token; or in the ledger, still */
    const char *repairs;
    int no;
} undone[] = {
    {"what the refunded order wrote is undone", FACT_ORDER_REFUND, no_more, true, false, "yes ", 0},
    {"what the closed order wrote is undone", FACT_ORDER_CLOSED, no_more, true, false, "yes ", 0},
    {"a token that does not let it be undone is told of once", FACT_ORDER_REFUND, refuse_writes, false, true, "no ", 0},
    {"without the old one it is told of once", FACT_ORDER_REFUND, lose_the_kept, false, false, "no ", 2},
    {"a delivery that the platform has taken is not undone", FACT_ORDER_REFUND, deliver_elsewhere, false, false, "", 0},
    {"what can be delivered yet is not undone", FACT_ORDER_TO_WRITE, no_more, false, true, "", 0},
};
/* clang-format on */

static void come_and_go(struct kiosk *kiosk)
{
    touch(kiosk, ACTION_START, 0);
    touch(kiosk, ACTION_SERVICE, SERVICE_RENEW);
    room_insert(&kiosk->room);
    await(kiosk, FLOW_READING);
    while (flow_of(kiosk)->state == FLOW_READING)
        pump(kiosk);
    room_pull(&kiosk->room);
    while (flow_of(kiosk)->state != FLOW_MESSAGE)
        pump(kiosk);
    touch(kiosk, ACTION_FINISH, 0);
    await(kiosk, FLOW_ATTRACT);
}

static void test_what_an_order_that_is_over_wrote_does_not_stay_unsaid(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(undone); i++) {
        struct kiosk kiosk;

        print_message("  %s\n", undone[i].sentence);
        open_kiosk(&kiosk);
        end_when_pulled(&kiosk, IN_THE_TEST, undone[i].status);
        undone[i].then(&kiosk);
        for (int k = 0; k < 2; k++) {
            come_and_go(&kiosk);
            assert_repairs_named(&kiosk, undone[i].repairs, undone[i].no);
            if (!undone[i].kept)
                await_not_kept(&kiosk);
            assert_kept(&kiosk, undone[i].kept);
            assert_on_token(&kiosk, undone[i].back ? &kiosk.room.old : &kiosk.room.renewed);
        }
        close_kiosk(&kiosk);
    }
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
        cmocka_unit_test(test_only_the_certificate_that_was_kept_on_its_own_token_is_a_repair),
        cmocka_unit_test(test_a_repair_that_is_torn_itself_is_done_the_next_time),
        cmocka_unit_test(test_a_token_that_cannot_be_repaired_is_told_of_once),
        cmocka_unit_test(test_what_was_kept_goes_when_the_token_turns_out_well),
        cmocka_unit_test(test_what_an_order_that_is_over_wrote_does_not_stay_unsaid),
        cmocka_unit_test(test_a_certificate_that_was_not_ordered_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
