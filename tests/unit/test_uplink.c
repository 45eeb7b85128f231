/* How entries go up: in order, in batches, again after a cut, on from where they were. */
#include "sync/daemon/uplink.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/uplink_room.h"

static void test_rows_go_up_as_they_are(void **state)
{
    struct room *room = *state;
    struct journal_status status;
    send_first(room, 3);
    assert_string_equal(room->http->lanes[LANE_JOURNAL].path, "/v1/kiosks/hall-1/journal");
    assert_int_equal(room->http->batch.count, 3);
    assert_false(failed(journal_get_status(room->journal, &status)));
    assert_string_equal(room->http->batch.epoch, status.epoch);
    assert_memory_equal(&room->http->batch.entries[2].hash, &status.head_hash, HASH_LEN);
    assert_memory_equal(room->http->batch.entries[0].body, "{}", 2);
}

static void test_an_acknowledgement_moves_on(void **state)
{
    struct room *room = *state;
    send_first(room, 3);
    struct ack ack = room_ack(room, 3);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 5);
    assert_false(on_its_way(room));
    assert_int_equal(saved(room)->acked_seq, 3);
    assert_memory_equal(&saved(room)->acked_hash, &ack.head_hash, HASH_LEN);
    assert_string_equal(saved(room)->epoch, ack.epoch);
    assert_int_equal(saved(room)->proven_ms, ack.time_ms);
    assert_string_equal(saved(room)->trouble, "");

    room_append(room, 1);
    uplink_look(room->uplink);
    room_round(room, 1);
    assert_true(on_its_way(room));
    assert_int_equal(room->http->batch.count, 1);
    assert_int_equal(room->http->batch.entries[0].seq, 4);
}

static void acknowledge(struct room *room, uint64_t seq)
{
    struct ack ack = room_ack(room, seq);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 5);
}

static void test_a_batch_ends_at_a_signed_entry_and_takes_its_signature_along(void **state)
{
    struct room *room = *state;
    struct journal_head head;
    room_open_journal(room, 7);
    room_append(room, 1);
    room_append_unsigned(room, 2);
    room_line_up(room);
    assert_int_equal(room->http->batch.count, 1); /* what is not signed waits */
    assert_int_equal(room->http->batch.head.seq, 1);
    acknowledge(room, 1);
    uplink_look(room->uplink);
    room_round(room, UPLINK_LOOK_MS);
    assert_false(on_its_way(room));
    assert_int_equal(uplink_head_seq(room->uplink), 3); /* and is pending all the same */

    assert_false(failed(journal_sign_head(room->journal)));
    assert_false(failed(journal_get_head(room->journal, &head)));
    uplink_look(room->uplink);
    room_round(room, 5);
    assert_int_equal(room->http->batch.count, 2);
    assert_int_equal(room->http->batch.head.seq, 3);
    assert_memory_equal(&room->http->batch.head.hash, &head.hash, HASH_LEN);
    assert_memory_equal(room->http->batch.head.signature, head.signature, BATCH_SIGNATURE_LEN);
    acknowledge(room, 3);
    uplink_look(room->uplink);
    room_round(room, UPLINK_LOOK_MS);
    assert_false(on_its_way(room));
}

static void test_a_batch_is_cut_where_it_is_signed(void **state)
{
    struct room *room = *state;
    room_open_journal(room, 7);
    room_append_unsigned(room, UPLINK_BATCH_FIRST + JOURNAL_UNSIGNED_MAX);
    room_line_up(room);
    uint64_t whole = UPLINK_BATCH_FIRST - UPLINK_BATCH_FIRST % JOURNAL_UNSIGNED_MAX;
    assert_int_equal(room->http->batch.count, whole);
    assert_int_equal(room->http->batch.head.seq, whole);
    fake_answer(room->http, LANE_JOURNAL, 413, "");
    room_round(room, 1);
    assert_int_equal(room->http->batch.head.seq, whole / 2); /* signed, too */
}

static void test_the_smallest_batch_is_what_is_signed_together(void **state)
{
    struct room *room = *state;
    room_open_journal(room, 7);
    room_append_unsigned(room, JOURNAL_UNSIGNED_MAX);
    room_line_up(room);
    for (int twice = 0; twice < 2; twice++) {
        assert_true(on_its_way(room));
        assert_int_equal(room->http->batch.count, JOURNAL_UNSIGNED_MAX);
        fake_answer(room->http, LANE_JOURNAL, 413, "");
        room_round(room, 1);
    }
    assert_false(on_its_way(room));
    assert_string_equal(saved(room)->trouble, "batch");
}

static void test_a_head_that_the_platform_refuses_is_a_trouble_of_its_own(void **state)
{
    static const char *const answers[] = {"{\"error\":\"signature\",\"seq\":2}",
                                          "{\"error\":\"unsigned\",\"seq\":2}"};
    struct room *room = *state;
    send_first(room, 2);
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        assert_true(on_its_way(room));
        fake_answer(room->http, LANE_JOURNAL, 409, answers[i]);
        room_round(room, 5);
        assert_string_equal(saved(room)->trouble, "signature");
        assert_int_equal(saved(room)->acked_seq, 0);
        room_round(room, MINUTE_MS);
        room_line_up(room);
    }
}

static void test_a_lost_word_costs_a_second(void **state)
{
    struct room *room = *state;
    room_open_journal(room, 7);
    room_line_up(room);
    assert_false(on_its_way(room));
    room_append(room, 1);
    room_round(room, 10);
    assert_false(on_its_way(room));
    room_round(room, UPLINK_LOOK_MS);
    assert_true(on_its_way(room));
}

static void test_a_journal_that_comes_later_is_waited_for(void **state)
{
    struct room *room = *state;
    room_line_up(room);
    room_round(room, MINUTE_MS);
    assert_false(on_its_way(room));
    room_open_journal(room, 7);
    room_append(room, 2);
    room_round(room, UPLINK_LOOK_MS);
    assert_true(on_its_way(room));
    assert_int_equal(room->http->batch.count, 2);
}

/* The platform stores what it was sent, and its answer takes so long. */
static void acknowledge_after(struct room *room, uint64_t after_ms)
{
    const struct batch *batch = &room->http->batch;
    room_round(room, after_ms);
    struct ack ack = room_ack(room, batch->entries[batch->count - 1].seq);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 0);
}

static void test_a_long_journal_goes_in_batches(void **state)
{
    struct room *room = *state;
    send_first(room, UPLINK_BATCH_FIRST + 30);
    assert_int_equal(room->http->batch.count, UPLINK_BATCH_FIRST);
    acknowledge_after(room, 1);
    assert_true(on_its_way(room)); /* at once */
    assert_int_equal(room->http->batch.entries[0].seq, UPLINK_BATCH_FIRST + 1);
    assert_int_equal(room->http->batch.count, 30);
}

static void test_batches_are_as_large_as_the_line_is_fast(void **state)
{
    static const struct {
        const char *name;
        uint64_t after_ms; /* 0: the answer never comes */
        size_t count;      /* of the batch that follows */
    } rows[] = {
        {"the one that was packed meanwhile", 5, 100},
        {"a fast answer doubles it", 5, 200},
        {"again one that was packed meanwhile", 5, 200},
        {"and again", UPLINK_FAST_MS - 1, 400},
        {"the last that was packed meanwhile", 5, 400},
        {"up to what a batch may hold", 5, BATCH_ENTRIES_MAX},
        {"an answer in good time leaves it", UPLINK_FAST_MS, BATCH_ENTRIES_MAX},
        {"a slow answer halves it", UPLINK_SLOW_MS + 1, BATCH_ENTRIES_MAX / 2},
        {"none at all does so too", 0, BATCH_ENTRIES_MAX / 4},
    };
    struct room *room = *state;
    send_first(room, 3000);
    assert_int_equal(room->http->batch.count, UPLINK_BATCH_FIRST);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("  %s\n", rows[i].name);
        if (rows[i].after_ms > 0) {
            acknowledge_after(room, rows[i].after_ms);
        } else {
            fake_fail(room->http, LANE_JOURNAL, ERR_TIMEOUT);
            room_round(room, 1);
            room_round(room, MINUTE_MS);
            room_line_up(room);
        }
        assert_true(on_its_way(room));
        assert_int_equal(room->http->batch.count, rows[i].count);
    }
}

static void test_what_was_packed_ahead_is_what_is_there_now(void **state)
{
    struct room *room = *state;
    send_first(room, 10);
    room_append(room, 1);
    uplink_look(room->uplink);
    room_round(room, 1); /* one is on its way, nothing known is left to pack */
    room_append(room, 1);
    acknowledge_after(room, 1);
    assert_int_equal(room->http->batch.entries[0].seq, 11);
    assert_int_equal(room->http->batch.count, 2);

    room_append(room, 700);
    acknowledge_after(room, 1);
    assert_int_equal(room->http->batch.entries[0].seq, 13);
    assert_int_equal(room->http->batch.count, UPLINK_BATCH_FIRST);
    room_round(room, 1);
    room_append(room, 5);
    acknowledge_after(room, 1);
    assert_int_equal(room->http->batch.entries[0].seq, 113);
    assert_true(room->http->batch.count >= UPLINK_BATCH_FIRST);
}

static void test_a_cut_answer_sends_the_same_again(void **state)
{
    struct room *room = *state;
    send_first(room, 2);
    struct batch_entry first = room->http->batch.entries[0];
    room_round(room, DOWNLINK_PACE_MS);
    assert_true(http_busy(room->http, LANE_FEED));
    fake_fail(room->http, LANE_JOURNAL, ERR_IO);
    room_round(room, 1);
    assert_false(on_its_way(room));
    assert_false(line_up(&room->desk.line));
    assert_int_equal(room->http->lanes[LANE_FEED].cancelled, 1);
    room_round(room, 1000);
    assert_true(http_busy(room->http, LANE_FEED)); /* one probe alone */
    assert_false(on_its_way(room));
    room_line_up(room);
    room_round(room, 1000);
    assert_true(on_its_way(room));
    assert_memory_equal(&room->http->batch.entries[0], &first, sizeof(first));
    assert_int_equal(saved(room)->acked_seq, 0);

    struct ack ack = room_ack(room, 2);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    assert_int_equal(saved(room)->acked_seq, 2);
    assert_true(line_up(&room->desk.line));
}

static void test_a_restart_goes_on_behind_what_is_acknowledged(void **state)
{
    struct room *room = *state;
    send_first(room, 2);
    struct ack ack = room_ack(room, 2);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    room_append(room, 1);
    room_restart(room);
    room_line_up(room);
    assert_true(on_its_way(room));
    assert_int_equal(room->http->batch.count, 1);
    assert_int_equal(room->http->batch.entries[0].seq, 3);
}

static void test_retry_after_is_honoured(void **state)
{
    struct room *room = *state;
    send_first(room, 1);
    fake_answer(room->http, LANE_JOURNAL, 503, "");
    room->http->lanes[LANE_JOURNAL].answer.retry_after_s = 20;
    room_round(room, 1);
    room_round(room, 19000);
    assert_false(on_its_way(room));
    room_round(room, 2000);
    assert_true(on_its_way(room));
}

static void test_a_batch_that_is_too_large_is_halved(void **state)
{
    struct room *room = *state;
    send_first(room, 4);
    fake_answer(room->http, LANE_JOURNAL, 413, "");
    room_round(room, 1);
    assert_int_equal(room->http->batch.count, 2);
    fake_answer(room->http, LANE_JOURNAL, 413, "");
    room_round(room, 1);
    assert_int_equal(room->http->batch.count, 1);
    fake_answer(room->http, LANE_JOURNAL, 413, "");
    room_round(room, 1);
    assert_false(on_its_way(room));
    assert_string_equal(saved(room)->trouble, "batch");
}

static void test_the_feed_tells_of_an_answer_that_was_cut(void **state)
{
    struct room *room = *state;
    send_first(room, 3);
    fake_fail(room->http, LANE_JOURNAL, ERR_TIMEOUT); /* after the platform had stored it */
    room_round(room, 1);
    struct ack ack = room_ack(room, 3);
    room_round(room, UPLINK_LOOK_MS);
    struct feed *feed = calloc(1, sizeof(*feed));
    assert_non_null(feed);
    fake_feed(room->http, room->key, feed, &ack);
    free(feed);
    room_round(room, 1);
    assert_false(on_its_way(room)); /* nothing is sent twice */
    assert_int_equal(saved(room)->acked_seq, 3);
    assert_true(line_up(&room->desk.line));
}

static void test_a_new_journal_starts_from_its_first_entry(void **state)
{
    struct room *room = *state;
    send_first(room, 3);
    struct ack ack = room_ack(room, 3);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    journal_close(room->journal);
    /* staff put a new one in its place */
    (void)snprintf(room->journal_path, sizeof(room->journal_path), "%s/new.db", room->folder);
    room_open_journal(room, 8);
    room_append(room, 1);
    room_restart(room);
    room_line_up(room);
    assert_true(on_its_way(room));
    assert_int_equal(room->http->batch.entries[0].seq, 1);
    ack = room_ack(room, 1);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    assert_int_equal(saved(room)->acked_seq, 1);
    assert_string_equal(saved(room)->epoch, ack.epoch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rows_go_up_as_they_are),
        TEST(test_an_acknowledgement_moves_on),
        TEST(test_a_batch_ends_at_a_signed_entry_and_takes_its_signature_along),
        TEST(test_a_batch_is_cut_where_it_is_signed),
        TEST(test_the_smallest_batch_is_what_is_signed_together),
        TEST(test_a_head_that_the_platform_refuses_is_a_trouble_of_its_own),
        TEST(test_a_lost_word_costs_a_second),
        TEST(test_a_journal_that_comes_later_is_waited_for),
        TEST(test_a_long_journal_goes_in_batches),
        TEST(test_batches_are_as_large_as_the_line_is_fast),
        TEST(test_what_was_packed_ahead_is_what_is_there_now),
        TEST(test_a_cut_answer_sends_the_same_again),
        TEST(test_a_restart_goes_on_behind_what_is_acknowledged),
        TEST(test_retry_after_is_honoured),
        TEST(test_a_batch_that_is_too_large_is_halved),
        TEST(test_the_feed_tells_of_an_answer_that_was_cut),
        TEST(test_a_new_journal_starts_from_its_first_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
