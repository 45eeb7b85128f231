/* What a visitor waits for goes ahead of a long queue, once, and stands in nobody's way. */
#include "sync/daemon/ahead.h"

#include <stdlib.h>

#include "kiosk/base/text.h"
#include "tests/unit/syncd_room.h"

#define QUEUE (BATCH_ENTRIES_MAX + 10)
#define VISIT "00000000-0000-4000-8000-0000000000b1"

static struct ahead *ahead;

static int set_up(void **state)
{
    if (room_set_up(state) != 0)
        return -1;
    struct room *room = *state;
    room_open_journal(room, 7);
    assert_false(failed(ahead_create(&room->desk, room->journal_path, &ahead)));
    return 0;
}

static int tear_down(void **state)
{
    ahead_destroy(ahead);
    return room_tear_down(state);
}

/* An entry of the visit that is on. */
static void report(struct room *room, const char *kind, unsigned number)
{
    struct journal_draft draft = {.at_ms = 1790000000000,
                                  .body = {(const uint8_t *)"{}", 2},
                                  .awaited = !text_same(kind, "visit_started")};
    uint8_t random[16] = {(uint8_t)number, 0x77};
    chain_uuid_at(draft.txid, draft.at_ms, random);
    (void)text_copy(draft.visit, sizeof(draft.visit), VISIT);
    (void)text_copy(draft.kind, sizeof(draft.kind), kind);
    assert_false(failed(journal_append(room->journal, &draft)));
    room->appended++;
}

static void step(struct room *room, uint64_t after_ms)
{
    room->now_ms += after_ms;
    ahead_look(ahead);
    ahead_step(ahead, room->now_ms);
}

static bool on_its_way(const struct room *room)
{
    return http_busy(room->http, LANE_AHEAD);
}

static void a_request_behind_a_long_queue_goes_ahead_with_its_visit(void **state)
{
    struct room *room = *state;
    room_append(room, QUEUE);
    report(room, "visit_started", 1);
    report(room, "order_requested", 2);
    room_line_up(room);
    step(room, 1);
    assert_true(on_its_way(room));
    assert_string_equal(room->http->lanes[LANE_AHEAD].path, "/v1/kiosks/hall-1/ahead");
    assert_int_equal(room->http->batch.count, 2);
    assert_int_equal(room->http->batch.entries[0].seq, QUEUE + 1);
    assert_string_equal(room->http->batch.entries[1].kind, "order_requested");
    assert_int_equal(room->http->batch.head.seq, QUEUE + 2);
    assert_memory_equal(&room->http->batch.head.hash, &room->http->batch.entries[1].hash, HASH_LEN);
}

static void what_is_not_signed_is_not_sent_ahead(void **state)
{
    struct room *room = *state;
    room_append(room, QUEUE);
    report(room, "order_requested", 1);
    report(room, "visit_started", 2);
    room_line_up(room);
    step(room, 1);
    assert_true(on_its_way(room));
    assert_int_equal(room->http->batch.count, 1);
    assert_int_equal(room->http->batch.head.seq, QUEUE + 1);
}

static void it_is_sent_once_and_what_follows_by_itself(void **state)
{
    struct room *room = *state;
    room_append(room, QUEUE);
    report(room, "order_requested", 1);
    room_line_up(room);
    step(room, 1);
    fake_answer(room->http, LANE_AHEAD, 200, "{}");
    step(room, 1);
    assert_false(on_its_way(room));
    report(room, "order_left", 2);
    step(room, 1);
    assert_true(on_its_way(room));
    assert_int_equal(room->http->batch.count, 1);
    assert_string_equal(room->http->batch.entries[0].kind, "order_left");
}

static void what_nobody_waits_for_stays_in_the_queue(void **state)
{
    struct room *room = *state;
    room_append(room, QUEUE);
    report(room, "order_requested", 1);
    report(room, "delivered", 2);
    room_append(room, 1); /* another visit is the last one */
    room_line_up(room);
    step(room, 1);
    assert_false(on_its_way(room));
}

static void behind_a_short_queue_nothing_goes_ahead(void **state)
{
    struct room *room = *state;
    room_append(room, 5);
    report(room, "order_requested", 1);
    room_line_up(room);
    step(room, 1);
    assert_false(on_its_way(room));
}

static void nothing_goes_while_the_line_is_down(void **state)
{
    struct room *room = *state;
    room_append(room, QUEUE);
    report(room, "order_requested", 1);
    step(room, 1);
    assert_false(on_its_way(room));
    room_line_up(room);
    step(room, 1);
    assert_true(on_its_way(room));
}

static void a_refusal_is_no_trouble_and_a_busy_platform_is_asked_again(void **state)
{
    static const struct {
        const char *name;
        int status; /* 0: the line fails */
        bool again;
    } rows[] = {
        {"stored", 200, false},
        {"a fork is the journal's trouble", 409, false},
        {"a platform without this", 404, false},
        {"too many are ahead", 429, true},
        {"busy", 503, true},
        {"no answer", 0, true},
    };
    struct room *room = *state;
    room_append(room, QUEUE);
    room_line_up(room);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        report(room, "order_requested", (unsigned)(10 + i));
        step(room, 60000);
        assert_true(on_its_way(room));
        if (rows[i].status == 0) {
            fake_fail(room->http, LANE_AHEAD, ERR_IO);
        } else {
            fake_answer(room->http, LANE_AHEAD, rows[i].status, "{}");
        }
        step(room, 1);
        assert_false(on_its_way(room));
        assert_string_equal(room->desk.store.state.trouble, "");
        assert_true(line_up(&room->desk.line));
        step(room, 60000);
        if (on_its_way(room) != rows[i].again)
            fail_msg("%s", rows[i].name);
        if (rows[i].again) {
            fake_answer(room->http, LANE_AHEAD, 200, "{}");
            step(room, 1);
        }
    }
}

#undef TEST
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_behind_a_long_queue_goes_ahead_with_its_visit),
        TEST(what_is_not_signed_is_not_sent_ahead),
        TEST(it_is_sent_once_and_what_follows_by_itself),
        TEST(what_nobody_waits_for_stays_in_the_queue),
        TEST(behind_a_short_queue_nothing_goes_ahead),
        TEST(nothing_goes_while_the_line_is_down),
        TEST(a_refusal_is_no_trouble_and_a_busy_platform_is_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
