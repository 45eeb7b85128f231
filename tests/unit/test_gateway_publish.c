/* Which kiosk is told what of an order. */
#include <stdlib.h>

#include "sync/gateway/publish.h"
#include "tests/unit/gateway_world.h"

#define OTHER "hall-2" /* stands beside, and nobody with this token came to it */
#define ASKER "hall-3" /* where the token's PIN was verified since */
#define DAY_S INT64_C(86400)

static int set_up(void **state)
{
    static const struct hash clients[] = {{{2}}, {{3}}};
    struct world *world = calloc(1, sizeof(*world));

    if (world == NULL)
        return -1;
    world_open(world);
    WORLD_DO(world, kiosk_enrol(world->platform.store, OTHER, &clients[0], WORLD_NOW_S));
    WORLD_DO(world, kiosk_enrol(world->platform.store, ASKER, &clients[1], WORLD_NOW_S));
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    world_close(world);
    free(world);
    return 0;
}

/* What a kiosk is sent behind its cursor, which follows. */
struct sent {
    bool order, issued;
    size_t count;
    uint8_t order_body[1024];
    size_t order_len;
};

static void take(const struct feed_document *document, struct sent *sent)
{
    sent->issued = sent->issued || text_same(document->type, "issued");
    if (!text_same(document->type, "order"))
        return;
    sent->order = true;
    assert_true(document->body_len <= sizeof(sent->order_body));
    memcpy(sent->order_body, document->body, document->body_len);
    sent->order_len = document->body_len;
}

static struct sent read_feed(struct world *world, const char *kiosk, uint64_t *in_out_cursor)
{
    struct feed_document *documents = calloc(FEED_DOCUMENTS_MAX, sizeof(*documents));
    const struct publish_reader reader = {kiosk, *in_out_cursor, platform_now_s(&world->platform)};
    struct sent sent = {.count = 0};

    assert_non_null(documents);
    WORLD_DO(world, published_after(world->platform.store, &reader, documents, &sent.count,
                                    in_out_cursor));
    for (size_t i = 0; i < sent.count; i++)
        take(&documents[i], &sent);
    free(documents);
    return sent;
}

static struct sent all_for(struct world *world, const char *kiosk)
{
    uint64_t cursor = 0;
    return read_feed(world, kiosk, &cursor);
}

static void ask(struct world *world, const char *kiosk)
{
    const struct entry entry = {.kind = ENTRY_PIN_VERIFIED, .token = WORLD_TOKEN};
    const struct report report = {.kiosk = kiosk, .txid = "", .entry = &entry};
    char code[ORDER_CODE_SIZE] = "?";

    WORLD_DO(world, orders_ask(&world->platform, &report, code));
    assert_string_equal(code, "");
}

static void request(struct world *world)
{
    struct entry entry = world_request(world, WORLD_ORDER, 1);
    (void)world_report(world, &entry);
}

/* How far the order has come. */
static void to_pay(struct world *world)
{
    request(world);
    ask(world, ASKER);
}

static void refused(struct world *world)
{
    struct entry entry = world_request(world, WORLD_ORDER, 9); /* years that nobody sells */
    (void)world_report(world, &entry);
    ask(world, ASKER);
}

static void closed(struct world *world)
{
    to_pay(world);
    world_clock(WORLD_PAY_S);
    world_ok(orders_round_expire(&world->platform));
}

static void to_write(struct world *world)
{
    to_pay(world);
    world_pay(world, WORLD_ORDER);
}

static void refund(struct world *world)
{
    to_write(world);
    struct order_row order = world_order(world, WORLD_ORDER);
    WORLD_DO(world, orders_refund(&world->platform, &order));
}

static void done(struct world *world)
{
    to_write(world);
    struct entry entry = world_delivered(world, WORLD_ORDER);
    assert_int_equal(world_report(world, &entry).ack.rejected_count, 0);
}

struct told {
    bool order, issued;
};

/* clang-format off */
static const struct {
    const char *sentence;
    void (*arrange)(struct world *);
    int64_t days_later;
    struct told orderer, asker, other;
} rows[] = {
    {"to be paid: nobody's business but theirs", to_pay, 0, {true, false}, {true, false}, {false, false}},
    {"refused: there is nothing to ask for", refused, 0, {true, false}, {false, false}, {false, false}},
    {"closed: who was told hears how it ended", closed, 0, {true, false}, {true, false}, {false, false}},
    {"closed long ago: nobody", closed, 31, {false, false}, {false, false}, {false, false}},
    {"to be written: any kiosk may find the token; the holder's name goes where he is", to_write, 0, {true, true}, {true, true}, {true, false}},
    {"to be written for years: it is paid", to_write, 2000, {true, true}, {true, true}, {true, false}},
    {"done: nobody needs the name any more", done, 0, {true, false}, {true, false}, {true, false}},
    {"done long ago: nobody", done, 31, {false, false}, {false, false}, {false, false}},
    {"refunded this year: a token may have to be put right", refund, 399, {true, false}, {true, false}, {true, false}},
    {"refunded long ago", refund, 401, {false, false}, {false, false}, {false, false}},
};
/* clang-format on */

static void who_is_told(struct world *world, const char *sentence, const char *kiosk,
                        struct told want)
{
    struct sent sent = all_for(world, kiosk);
    if (sent.order != want.order || sent.issued != want.issued)
        fail_msg("%s: %s has %s%s", sentence, kiosk, sent.order ? "the order" : "no order",
                 sent.issued ? " and what was issued" : "");
}

static void an_order_is_told_to_whom_it_concerns(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
        struct world *world = *state;
        rows[i].arrange(world);
        world_clock(WORLD_PAY_S + rows[i].days_later * DAY_S);
        who_is_told(world, rows[i].sentence, WORLD_KIOSK, rows[i].orderer);
        who_is_told(world, rows[i].sentence, ASKER, rows[i].asker);
        who_is_told(world, rows[i].sentence, OTHER, rows[i].other);
    }
}

/* It stands behind what the asker has read: its feed would never come to it. */
static void who_asks_late_is_told_what_was_published_before(void **state)
{
    struct world *world = *state;
    uint64_t cursor = 0;

    request(world);
    world_pay(world, WORLD_ORDER);
    struct sent sent = read_feed(world, OTHER, &cursor);
    assert_true(sent.order && !sent.issued);
    assert_int_equal(read_feed(world, OTHER, &cursor).count, 0);
    ask(world, OTHER);
    sent = read_feed(world, OTHER, &cursor);
    assert_true(sent.order && sent.issued);
    uint64_t told = cursor;
    ask(world, OTHER); /* says nothing more */
    assert_int_equal(read_feed(world, OTHER, &cursor).count, 0);
    assert_int_equal(cursor, told);
}

static void the_kiosk_of_the_order_need_not_ask(void **state)
{
    struct world *world = *state;
    uint64_t cursor = 0;

    request(world);
    world_pay(world, WORLD_ORDER);
    (void)read_feed(world, WORLD_KIOSK, &cursor);
    ask(world, WORLD_KIOSK);
    assert_int_equal(read_feed(world, WORLD_KIOSK, &cursor).count, 0);
    assert_int_equal(world_number(world, "SELECT count(*) FROM askers"), 0);
}

static void what_is_for_others_is_passed_by(void **state)
{
    struct world *world = *state;
    uint64_t cursor = 0;
    uint64_t newest = 0;

    request(world);
    (void)read_feed(world, OTHER, &cursor);
    WORLD_DO(world, published_newest(world->platform.store, &newest));
    assert_int_equal(cursor, newest);
}

static void an_order_names_what_was_issued_for_it(void **state)
{
    struct world *world = *state;
    struct document_order order = {0};

    done(world);
    struct sent sent = all_for(world, OTHER);
    const struct entry entry = world_delivered(world, WORLD_ORDER);
    world_ok(document_read_order((struct bytes){sent.order_body, sent.order_len}, &order));
    assert_memory_equal(order.facts.new_fingerprint, entry.new_certificate, FACTS_FINGERPRINT_LEN);
    assert_int_equal(order.facts.slot, 0x9A);
    assert_int_equal(order.facts.new_not_before_s, WORLD_NOW_S);
    assert_true(order.facts.new_not_after_s > WORLD_NOW_S);
    assert_int_equal(order.ended_s, WORLD_NOW_S);
}

#define KEYS 130 /* as many as a kiosk knows at most, nearly */
#define NOTICES 30

static void say_of_a_key(struct world *world, int at)
{
    char id[17];
    uint64_t version = 0;

    (void)text_print(id, sizeof(id), "%016d", at);
    WORLD_DO(world, publish_key(world->platform.store, id, (struct bytes){(const uint8_t *)"{}", 2},
                                &version));
    WORLD_DO(world, store_run(world->platform.store,
                              "INSERT INTO platform_keys(id, introducer, speaker, seal)"
                              " VALUES(?, '', ?, zeroblob(64))",
                              VALUES(V_TEXT(id), V_TEXT(id))));
}

static void give_notice(struct world *world, int at)
{
    const struct fact_announcement notice = {.zh = "zh", .en = "en"};
    char id[17];

    (void)text_print(id, sizeof(id), "n%d", at);
    WORLD_DO(world, publish_notice(world->platform.store, id, &notice));
}

/* clang-format off */
static const struct {
    const char *sentence;
    int before, keys, behind; /* notices, statements, notices */
} feeds[] = {
    {"no statement", NOTICES, 0, NOTICES},
    {"a page of statements, then documents", 0, FEED_DOCUMENTS_MAX, NOTICES},
    {"documents, then a page of statements", NOTICES, FEED_DOCUMENTS_MAX, 0},
    {"pages of statements between documents", NOTICES, KEYS, NOTICES},
    {"statements alone", 0, KEYS, 0},
};
/* clang-format on */

/* Each answer brings the kiosk on, until it has been told all. */
static void the_feed_goes_on_beside_any_number_of_statements(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(feeds); i++) {
        uint64_t cursor = 0;
        uint64_t newest = 0;
        size_t told = 0;
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
        struct world *world = *state;
        for (int at = 0; at < feeds[i].before; at++)
            give_notice(world, at);
        for (int at = 0; at < feeds[i].keys; at++)
            say_of_a_key(world, at);
        for (int at = 0; at < feeds[i].behind; at++)
            give_notice(world, NOTICES + at);
        WORLD_DO(world, published_newest(world->platform.store, &newest));
        while (cursor < newest) {
            uint64_t was = cursor;
            told += read_feed(world, OTHER, &cursor).count;
            if (cursor <= was)
                fail_msg("%s: stands still at %llu", feeds[i].sentence, (unsigned long long)was);
        }
        if (told < (size_t)(feeds[i].before + feeds[i].keys + feeds[i].behind))
            fail_msg("%s: %zu told", feeds[i].sentence, told);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_order_is_told_to_whom_it_concerns),
        TEST(who_asks_late_is_told_what_was_published_before),
        TEST(the_kiosk_of_the_order_need_not_ask),
        TEST(what_is_for_others_is_passed_by),
        TEST(the_feed_goes_on_beside_any_number_of_statements),
        TEST(an_order_names_what_was_issued_for_it),
    };
    return cmocka_run_group_tests_name("gateway publish", tests, NULL, NULL);
}
