/* What the platform had and lost is sent again without being asked for, and nothing else is. */
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "tests/unit/uplink_room.h"

#define GENERATION_1 "11111111-1111-4111-8111-111111111111"
#define GENERATION_2 "22222222-2222-4222-8222-222222222222"
#define ALL 6 /* entries, and all are acknowledged */

static int64_t acked_ms;

/* The platform has all, and has said so; the feed is being asked. */
static void all_there(struct room *room)
{
    send_first(room, ALL);
    struct ack ack = room_ack(room, ALL);
    fake_acknowledge(room->http, room->key, &ack);
    acked_ms = ack.time_ms;
    room_round(room, DOWNLINK_PACE_MS);
    assert_int_equal(saved(room)->acked_seq, ALL);
    assert_false(on_its_way(room));
}

static void say(struct room *room, const struct ack *ack)
{
    struct feed *feed = calloc(1, sizeof(*feed));
    assert_non_null(feed);
    feed->cursor = room->desk.store.state.cursor;
    fake_feed(room->http, room->key, feed, ack);
    free(feed);
    room_round(room, DOWNLINK_PACE_MS);
}

/* clang-format off */
static const struct {
    const char *sentence;
    const char *generation;
    int64_t later_ms; /* than the acknowledgement it is said */
    uint64_t seq;     /* up to where the platform has it */
    bool other_epoch; /* of another journal than ours */
    uint64_t first;   /* that is sent; 0: nothing is */
    uint64_t mark;    /* in the inbox */
} rows[] = {
    {"it has all: nothing is sent", "", 5, ALL, false, 0, ALL},
    {"it says later that it has less: the rest is sent", "", 5, 2, false, 3, ALL},
    {"it says later that it has nothing: all is sent", "", 5, 0, false, 1, ALL},
    {"a word from before the acknowledgement is late: nothing is sent", "", -5, 2, false, 0, ALL},
    {"a word of the same moment may be: nothing is sent", "", 0, 2, false, 0, ALL},
    {"another journal of ours is not this one: nothing is sent", "", 5, 2, true, 0, ALL},
    {"put back: the rest is sent, and the mark is what it has", GENERATION_2, 5, 2, false, 3, 2},
    {"put back, by its clock too", GENERATION_2, -5, 2, false, 3, 2},
    {"put back to before this journal: all is sent", GENERATION_2, 5, 0, false, 1, 0},
    {"put back to another journal: all is sent", GENERATION_2, 5, 2, true, 1, 0},
    {"put back, and it has all: nothing is sent", GENERATION_2, 5, ALL, false, 0, ALL},
};
/* clang-format on */

static void test_what_the_platform_lost_is_sent_again(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(room_tear_down(state), 0);
        assert_int_equal(room_set_up(state), 0);
        struct room *room = *state;
        all_there(room);
        struct ack ack = room_ack(room, rows[i].seq);
        ack.time_ms = acked_ms + rows[i].later_ms;
        (void)text_copy(ack.generation, sizeof(ack.generation), rows[i].generation);
        if (rows[i].other_epoch)
            ack.epoch[0] = ack.epoch[0] == 'a' ? 'b' : 'a';
        say(room, &ack);
        if (on_its_way(room) != (rows[i].first != 0))
            fail_msg("%s", rows[i].sentence);
        if (rows[i].first != 0 && room->http->batch.entries[0].seq != rows[i].first)
            fail_msg("%s: from %llu", rows[i].sentence,
                     (unsigned long long)room->http->batch.entries[0].seq);
        if (saved(room)->acked_seq != rows[i].mark)
            fail_msg("%s: the mark is %llu", rows[i].sentence,
                     (unsigned long long)saved(room)->acked_seq);
    }
}

/* What it has all the same it says when the first of it comes. */
static void test_what_it_did_not_lose_is_not_sent_to_the_end(void **state)
{
    struct room *room = *state;
    all_there(room);
    room_append(room, 2);
    struct ack ack = room_ack(room, 0);
    (void)text_copy(ack.generation, sizeof(ack.generation), GENERATION_2);
    say(room, &ack);
    assert_int_equal(room->http->batch.entries[0].seq, 1);
    ack = room_ack(room, ALL + 2);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 5);
    room_round(room, UPLINK_LOOK_MS);
    assert_false(on_its_way(room));
    assert_int_equal(saved(room)->acked_seq, ALL + 2);
}

/* After a restart nothing is known but what the inbox says. */
static void test_a_loss_is_found_by_a_daemon_that_was_not_there(void **state)
{
    struct room *room = *state;
    all_there(room);
    room_restart(room);
    room_round(room, 0);
    struct ack ack = room_ack(room, 2);
    ack.time_ms = acked_ms + 5;
    say(room, &ack);
    room_round(room, UPLINK_LOOK_MS);
    assert_true(on_its_way(room));
    assert_int_equal(room->http->batch.entries[0].seq, 3);
}

static void test_another_history_of_a_platform_put_back_is_a_fork(void **state)
{
    struct room *room = *state;
    all_there(room);
    struct ack ack = room_ack(room, 2);
    ack.head_hash.at[0] ^= 1;
    (void)text_copy(ack.generation, sizeof(ack.generation), GENERATION_1);
    say(room, &ack);
    assert_false(on_its_way(room));
    assert_string_equal(saved(room)->trouble, INBOX_TROUBLE_FORK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_the_platform_lost_is_sent_again),
        TEST(test_what_it_did_not_lose_is_not_sent_to_the_end),
        TEST(test_a_loss_is_found_by_a_daemon_that_was_not_there),
        TEST(test_another_history_of_a_platform_put_back_is_a_fork),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
