/* Entries and orders of a journal: what is appended, refused and found. */
#include "tests/unit/unit.h"

#include "tests/unit/journal_room.h"

struct rows {
    size_t count, stop_at;
    struct journal_row last;
};

static bool count_row(void *context, const struct journal_row *row)
{
    struct rows *rows = context;
    rows->count++;
    rows->last = *row;
    return rows->count != rows->stop_at;
}

static void a_new_journal_is_empty_and_has_an_epoch(void **state)
{
    (void)state;
    struct journal_status status = status_of(journal);
    char epoch[CHAIN_UUID_LEN + 1];
    chain_uuid(epoch, ledger_random);
    assert_string_equal(status.epoch, epoch);
    assert_int_equal(status.head_seq, 0);
    assert_int_equal(status.head_at_ms, 0);
    assert_int_equal(status.schema, 4);
    struct rows rows = {0};
    assert_int_equal(journal_read(journal, 0, 10, count_row, &rows).code, ERR_NONE);
    assert_int_equal(rows.count, 0);
}

static void entries_come_back_byte_for_byte(void **state)
{
    (void)state;
    uint8_t body[CHAIN_BODY_MAX];
    for (size_t i = 0; i < sizeof(body); i++)
        body[i] = (uint8_t)(i * 7);
    struct journal_draft draft = draft_of(1, 0, JOURNAL_ORDER_REQUESTED);
    draft.body = (struct bytes){body, sizeof(body)};
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
    struct journal_draft bare = draft_of(2, 0, JOURNAL_ORDER_REQUESTED);
    bare.body = (struct bytes){NULL, 0};
    assert_int_equal(journal_append(journal, &bare).code, ERR_NONE);
    reopen(ERR_NONE);

    struct rows rows = {.stop_at = 1};
    assert_int_equal(journal_read(journal, 0, 10, count_row, &rows).code, ERR_NONE);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.last.seq, 1);
    assert_int_equal(rows.last.at_ms, draft.at_ms);
    assert_string_equal(rows.last.txid, draft.txid);
    assert_string_equal(rows.last.visit, draft.visit);
    assert_string_equal(rows.last.kind, draft.kind);
    assert_int_equal(rows.last.body_len, sizeof(body));
    assert_memory_equal(rows.last.body, body, sizeof(body));
    struct hash first = rows.last.hash;

    rows = (struct rows){0};
    assert_int_equal(journal_read(journal, 1, 10, count_row, &rows).code, ERR_NONE);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.last.seq, 2);
    assert_int_equal(rows.last.body_len, 0);
    assert_memory_equal(rows.last.prev.at, first.at, HASH_LEN);
    struct journal_status status = status_of(journal);
    assert_int_equal(status.head_seq, 2);
    assert_memory_equal(status.head_hash.at, rows.last.hash.at, HASH_LEN);
}

static void a_batch_has_a_limit(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 5; i++)
        put(i, 0, JOURNAL_ORDER_REQUESTED);
    struct rows rows = {0};
    assert_int_equal(journal_read(journal, 1, 3, count_row, &rows).code, ERR_NONE);
    assert_int_equal(rows.count, 3);
    assert_int_equal(rows.last.seq, 4);
    assert_int_equal(journal_read(journal, UINT64_MAX, 3, count_row, &rows).code, ERR_NONE);
    assert_int_equal(rows.count, 3);
}

static void a_repeat_adds_nothing(void **state)
{
    (void)state;
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    struct hash head = status_of(journal).head_hash;
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    reopen(ERR_NONE);
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(status_of(journal).head_seq, 1);
    assert_memory_equal(status_of(journal).head_hash.at, head.at, HASH_LEN);
}

static void other_kind(struct journal_draft *draft)
{
    (void)text_copy(draft->kind, sizeof(draft->kind), "order_left");
}
static void other_body(struct journal_draft *draft)
{
    draft->body = (struct bytes){(const uint8_t *)"{\"n\":7}", 7};
}
static void order_of_another_token(struct journal_draft *draft)
{
    uuid_of(draft->txid, 99);
    (void)text_copy(draft->token, sizeof(draft->token), "s2");
}
static void txid_in_capitals(struct journal_draft *draft)
{
    (void)text_copy(draft->txid, sizeof(draft->txid), "ABCDEF00-0000-4000-8000-000000000000");
}
static void txid_without_end(struct journal_draft *draft)
{
    memset(draft->txid, 'a', sizeof(draft->txid));
}
static void kind_with_newline(struct journal_draft *draft)
{
    uuid_of(draft->txid, 99);
    (void)text_copy(draft->kind, sizeof(draft->kind), "a\nb");
}
static void short_order(struct journal_draft *draft)
{
    uuid_of(draft->txid, 99);
    (void)text_copy(draft->order, sizeof(draft->order), "1");
}
static void odd_token(struct journal_draft *draft)
{
    uuid_of(draft->txid, 99);
    (void)text_copy(draft->token, sizeof(draft->token), "a\nb");
}
static void state_out_of_range(struct journal_draft *draft)
{
    uuid_of(draft->txid, 99);
    draft->order_state = JOURNAL_ORDER_STATE_COUNT;
}
static void long_body(struct journal_draft *draft)
{
    static const uint8_t body[CHAIN_BODY_MAX + 1];
    uuid_of(draft->txid, 99);
    draft->body = (struct bytes){body, sizeof(body)};
}

static void what_does_not_fit_leaves_the_journal_as_it_was(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct journal_draft *);
        enum err_code expected;
    } rows[] = {
        {"a txid that stands, with another kind", other_kind, ERR_CONFLICT},
        {"a txid that stands, with another body", other_body, ERR_CONFLICT},
        {"an order that is another token's", order_of_another_token, ERR_CONFLICT},
        {"a txid in capitals", txid_in_capitals, ERR_MALFORMED},
        {"a txid without its end", txid_without_end, ERR_MALFORMED},
        {"a kind of two lines", kind_with_newline, ERR_MALFORMED},
        {"an order that is no UUID", short_order, ERR_MALFORMED},
        {"a token of two lines", odd_token, ERR_MALFORMED},
        {"a state that does not exist", state_out_of_range, ERR_MALFORMED},
        {"a body too long", long_body, ERR_NO_ROOM},
    };
    (void)state;
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct journal_draft draft = draft_of(1, 1, JOURNAL_ORDER_REQUESTED);
        rows[i].change(&draft);
        struct err e = journal_append(journal, &draft);
        if (e.code != rows[i].expected || status_of(journal).head_seq != 1)
            fail_msg("%s: %s", rows[i].what, err_name(e.code));
    }
    put(2, 1, JOURNAL_ORDER_INTENDED);
    reopen(ERR_NONE);
    assert_int_equal(status_of(journal).head_seq, 2);
}

static void an_entry_about_no_order_may_name_a_token(void **state)
{
    (void)state;
    struct journal_draft draft = draft_of(1, 0, JOURNAL_ORDER_INTENDED);
    (void)text_copy(draft.token, sizeof(draft.token), "s1");
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
    reopen(ERR_NONE);
    struct journal_order order;
    assert_int_equal(journal_order_of_token(journal, "s1", &order).code, ERR_NOT_FOUND);
}

static void an_order_goes_forward_only(void **state)
{
    static const struct {
        const char *what;
        enum journal_order_state said, expected;
    } steps[] = {
        {"requested", JOURNAL_ORDER_REQUESTED, JOURNAL_ORDER_REQUESTED},
        {"left", JOURNAL_ORDER_LEFT, JOURNAL_ORDER_LEFT},
        {"requested again, after it was left", JOURNAL_ORDER_REQUESTED, JOURNAL_ORDER_LEFT},
        {"a write begun on an order that was left", JOURNAL_ORDER_INTENDED, JOURNAL_ORDER_INTENDED},
        {"left in the middle of a write", JOURNAL_ORDER_LEFT, JOURNAL_ORDER_INTENDED},
        {"delivered", JOURNAL_ORDER_DELIVERED, JOURNAL_ORDER_DELIVERED},
        {"a write begun after delivery", JOURNAL_ORDER_INTENDED, JOURNAL_ORDER_DELIVERED},
    };
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(steps); i++) {
        struct journal_order order;
        put(i + 1, 1, steps[i].said);
        char id[CHAIN_UUID_LEN + 1];
        uuid_of(id, 0x10001);
        assert_int_equal(journal_order_by_id(journal, id, &order).code, ERR_NONE);
        if (order.state != steps[i].expected)
            fail_msg("%s: %d", steps[i].what, (int)order.state);
        assert_int_equal(order.request_seq, 1);
        assert_int_equal(order.requested_at_ms, 1760000000001);
        assert_string_equal(order.token, "s1");
    }
    reopen(ERR_NONE);
}

static void the_newest_open_order_of_a_token_is_found(void **state)
{
    (void)state;
    struct journal_order order = {.request_seq = 77};
    assert_int_equal(journal_order_of_token(journal, "s1", &order).code, ERR_NOT_FOUND);
    assert_int_equal(order.request_seq, 77);

    put(1, 1, JOURNAL_ORDER_REQUESTED);
    struct journal_draft second = draft_of(2, 2, JOURNAL_ORDER_LEFT);
    (void)text_copy(second.token, sizeof(second.token), "s1");
    assert_int_equal(journal_append(journal, &second).code, ERR_NONE);
    put(3, 3, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(journal_order_of_token(journal, "s1", &order).code, ERR_NONE);
    assert_string_equal(order.order, second.order);
    assert_int_equal(order.state, JOURNAL_ORDER_LEFT);

    uuid_of(second.txid, 4);
    second.order_state = JOURNAL_ORDER_DELIVERED;
    assert_int_equal(journal_append(journal, &second).code, ERR_NONE);
    assert_int_equal(journal_order_of_token(journal, "s1", &order).code, ERR_NONE);
    assert_int_equal(order.request_seq, 1);
    assert_int_equal(journal_order_by_id(journal, "none", &order).code, ERR_NOT_FOUND);
}

static void open_orders_are_listed_newest_first(void **state)
{
    (void)state;
    struct journal_order orders[JOURNAL_ORDERS_MAX];
    size_t count = 99;
    assert_int_equal(journal_open_orders(journal, orders, &count).code, ERR_NONE);
    assert_int_equal(count, 0);
    for (unsigned i = 1; i <= JOURNAL_ORDERS_MAX + 2; i++)
        put(i, i, i == 5 ? JOURNAL_ORDER_DELIVERED : JOURNAL_ORDER_REQUESTED);
    assert_int_equal(journal_open_orders(journal, orders, &count).code, ERR_NONE);
    assert_int_equal(count, JOURNAL_ORDERS_MAX);
    assert_int_equal(orders[0].request_seq, JOURNAL_ORDERS_MAX + 2);
    assert_int_equal(orders[count - 1].request_seq, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_journal_is_empty_and_has_an_epoch),
        TEST(entries_come_back_byte_for_byte),
        TEST(a_batch_has_a_limit),
        TEST(a_repeat_adds_nothing),
        TEST(what_does_not_fit_leaves_the_journal_as_it_was),
        TEST(an_entry_about_no_order_may_name_a_token),
        TEST(an_order_goes_forward_only),
        TEST(the_newest_open_order_of_a_token_is_found),
        TEST(open_orders_are_listed_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
