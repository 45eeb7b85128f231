#include "sync/daemon/downlink.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "sync/daemon/status.h"
#include "tests/unit/full_disk.h"
#include "tests/unit/syncd_room.h"

#define MINUTE_MS 60000

static bool asking(const struct room *room)
{
    return http_busy(room->http, LANE_FEED);
}

static struct feed *feed_of(uint64_t cursor, unsigned count, uint64_t version, const char *body)
{
    struct feed *feed = calloc(1, sizeof(*feed));
    assert_non_null(feed);
    feed->cursor = cursor;
    feed->count = count;
    for (unsigned i = 0; i < count; i++) {
        struct feed_document *document = &feed->documents[i];
        (void)text_copy(document->type, sizeof(document->type), "notice");
        (void)snprintf(document->id, sizeof(document->id), "n%u", i + 1);
        document->version = version;
        document->body_len = strlen(body);
        memcpy(document->body, body, strlen(body));
    }
    return feed;
}

static void give(struct room *room, struct feed *feed)
{
    struct ack ack = room_ack(room, 0);
    fake_feed(room->http, room->key, feed, &ack);
    free(feed);
    room_round(room, 1);
}

static bool has(struct room *room, const char *id, uint64_t version)
{
    static struct inbox_document document;
    struct err e = inbox_get(room->desk.store.inbox, "notice", id, &document);
    return !failed(e) && document.version == version;
}

static void test_the_first_question_does_not_wait(void **state)
{
    struct room *room = *state;
    room_round(room, 0);
    assert_true(asking(room));
    assert_string_equal(room->http->lanes[LANE_FEED].path,
                        "/v1/kiosks/hall-1/feed?after=0&wait=0&generation=&epoch=&acked=0");
    give(room, feed_of(0, 0, 0, ""));
    assert_true(line_up(&room->desk.line));
    assert_false(asking(room)); /* an answer without news is not asked for in circles */
    room_round(room, DOWNLINK_PACE_MS);
    assert_string_equal(room->http->lanes[LANE_FEED].path,
                        "/v1/kiosks/hall-1/feed?after=0&wait=10&generation=&epoch=&acked=0");
    assert_true(room->http->lanes[LANE_FEED].timeout_ms <= 25000);
}

static void test_documents_are_stored_and_asked_behind(void **state)
{
    struct room *room = *state;
    static struct inbox_document got;
    room_round(room, 0);
    room->desk.store.news = false;
    give(room, feed_of(12, 3, 1, "{}"));
    assert_true(room->desk.store.news); /* the kiosk is told at once */
    assert_false(failed(inbox_get(room->desk.store.inbox, "notice", "n3", &got)));
    assert_memory_equal(got.body, "{}", 2);
    assert_string_equal(got.key_id, seal_key_id(room->key));
    assert_true(asking(room)); /* there may be more */
    assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "after=12&"));
    room_restart(room);
    room_round(room, 0);
    assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "after=12&"));
}

static void test_one_bad_seal_and_nothing_is_stored(void **state)
{
    struct room *room = *state;
    struct feed *feed = feed_of(12, 3, 1, "{}");
    memset(feed->documents[1].seal, 0x55, SEAL_LEN);
    (void)text_copy(feed->documents[1].key_id, sizeof(feed->documents[1].key_id),
                    seal_key_id(room->key));
    room_round(room, 0);
    give(room, feed);
    assert_false(has(room, "n1", 1));
    assert_false(has(room, "n2", 1));
    assert_int_equal(room->desk.store.state.cursor, 0);
    assert_string_equal(room->desk.store.state.trouble, "seal");
    assert_false(line_up(&room->desk.line));
    assert_false(asking(room));
    room_round(room, LINE_PAUSE_FIRST_MS);
    assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "after=0&"));
    give(room, feed_of(12, 3, 1, "{}"));
    assert_true(has(room, "n2", 1));
    assert_string_equal(room->desk.store.state.trouble, "");
}

/* A seal of one document does not pass for another. */
static void test_a_seal_belongs_to_its_document(void **state)
{
    struct room *room = *state;
    room_round(room, 0);
    give(room, feed_of(2, 2, 1, "{}"));
    static struct inbox_document first;
    assert_false(failed(inbox_get(room->desk.store.inbox, "notice", "n1", &first)));

    struct feed *feed = feed_of(3, 1, 2, "{}"); /* as version 2 */
    memcpy(feed->documents[0].seal, first.seal, SEAL_LEN);
    (void)text_copy(feed->documents[0].key_id, sizeof(feed->documents[0].key_id), first.key_id);
    give(room, feed);
    assert_true(has(room, "n1", 1));
    assert_string_equal(room->desk.store.state.trouble, "seal");
}

static void test_an_acknowledgement_of_another_key_stores_nothing(void **state)
{
    struct room *room = *state;
    struct feed *feed = feed_of(12, 1, 1, "{}");
    struct ack ack = room_ack(room, 0);
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/other.pem", room->folder);
    struct seal_key *other = fake_key(path);
    room_round(room, 0);
    fake_feed(room->http, other, feed, &ack);
    room_round(room, 1);
    assert_false(has(room, "n1", 1));
    assert_string_equal(room->desk.store.state.trouble, "seal");
    assert_int_equal(room->desk.store.state.proven_ms, 0);
    seal_key_destroy(other);
    free(feed);
}

static void test_of_the_same_version_with_another_body_ours_stays(void **state)
{
    struct room *room = *state;
    room_round(room, 0);
    give(room, feed_of(1, 1, 5, "{}"));
    give(room, feed_of(2, 2, 5, "{\"zh\":1}"));
    assert_string_equal(room->desk.store.state.trouble, "conflict");
    assert_int_equal(room->desk.store.state.cursor, 2); /* nothing else is held up by it */
    assert_true(has(room, "n2", 5));
    give(room, feed_of(3, 1, 6, "{}"));
    assert_string_equal(room->desk.store.state.trouble, "conflict"); /* until somebody has looked */
    room->desk.store.news = false;
    give(room, feed_of(3, 0, 0, ""));
    assert_string_equal(room->desk.store.state.trouble, "conflict");
    assert_false(room->desk.store.news); /* not over, and there again */
}

#define GENERATION_1 "11111111-1111-4111-8111-111111111111"
#define GENERATION_2 "22222222-2222-4222-8222-222222222222"

/* One page of a platform of that generation, with an order in that status. */
static void give_order(struct room *room, const char *generation, uint64_t cursor, uint64_t version,
                       const char *status)
{
    char body[160];
    struct ack ack = room_ack(room, 0);
    (void)snprintf(body, sizeof(body),
                   "{\"status\":\"%s\",\"token\":\"s1\",\"service\":\"renew\","
                   "\"profile\":\"p\"}",
                   status);
    struct feed *feed = feed_of(cursor, 1, version, body);
    (void)text_copy(feed->documents[0].type, sizeof(feed->documents[0].type), "order");
    (void)text_copy(ack.generation, sizeof(ack.generation), generation);
    fake_feed(room->http, room->key, feed, &ack);
    free(feed);
    room_round(room, 1);
    room_round(room, DOWNLINK_PACE_MS);
}

static bool order_is(struct room *room, uint64_t version)
{
    static struct inbox_document document;
    struct err e = inbox_get(room->desk.store.inbox, "order", "n1", &document);
    return !failed(e) && document.version == version;
}

static void test_a_platform_that_was_put_back_is_asked_from_the_start(void **state)
{
    struct room *room = *state;
    room_round(room, 0);
    give_order(room, GENERATION_1, 9, 3, "to_make");
    give_order(room, GENERATION_2, 4, 2, "to_write");
    assert_int_equal(room->desk.store.state.cursor, 4);
    assert_string_equal(room->desk.store.state.generation, GENERATION_2);
    assert_string_equal(room->desk.store.state.trouble, "");
    assert_true(order_is(room, 2));
    assert_string_equal(room->http->lanes[LANE_FEED].path,
                        "/v1/kiosks/hall-1/feed?after=4&wait=10&generation=" GENERATION_2
                        "&epoch=&acked=0");
    room_restart(room);
    assert_string_equal(room->desk.store.state.generation, GENERATION_2);
}

static void test_the_feed_of_one_generation_never_goes_back(void **state)
{
    struct room *room = *state;
    room_round(room, 0);
    give_order(room, GENERATION_1, 9, 3, "to_make");
    give_order(room, GENERATION_1, 4, 4, "to_write");
    assert_int_equal(room->desk.store.state.cursor, 9);
    assert_string_equal(room->desk.store.state.trouble, "conflict");
}

static void test_what_was_paid_stays_paid(void **state)
{
    struct room *room = *state;
    room_round(room, 0);
    give_order(room, GENERATION_1, 9, 5, "to_write");
    give_order(room, GENERATION_2, 4, 2, "to_pay");
    assert_true(order_is(room, 5));
    assert_int_equal(room->desk.store.state.cursor, 4);
    give_order(room, GENERATION_2, 5, 3, "done");
    assert_true(order_is(room, 3));
}

static void test_an_older_version_never_replaces(void **state)
{
    struct room *room = *state;
    room_round(room, 0);
    give(room, feed_of(1, 1, 5, "{}"));
    give(room, feed_of(2, 1, 4, "{\"zh\":1}"));
    assert_true(has(room, "n1", 5));
    assert_int_equal(room->desk.store.state.cursor, 2);
    assert_string_equal(room->desk.store.state.trouble, "");
}

static void test_a_feed_does_not_go_back(void **state)
{
    struct room *room = *state;
    room_round(room, 0);
    give(room, feed_of(9, 1, 1, "{}"));
    give(room, feed_of(8, 1, 2, "{}"));
    assert_true(has(room, "n1", 1));
    assert_string_equal(room->desk.store.state.trouble, "conflict");
}

/* clang-format off */
static const struct {
    const char *name;
    int status; /* 0: no answer */
    enum err_code error;
    const char *body;
    const char *trouble;
} failures[] = {
    {"nobody listens",                      0,   ERR_IO,      "", ""},
    {"nothing comes in time",               0,   ERR_TIMEOUT, "", ""},
    {"the server is not our platform",      0,   ERR_DENIED,  "", "tls"},
    {"the answer is endless",               0,   ERR_NO_ROOM, "", ""},
    {"a proxy says bad gateway",            502, ERR_NONE,    "<html>", ""},
    {"our certificate is not accepted",     403, ERR_NONE,    "", "denied"},
    {"the kiosk is not known",              404, ERR_NONE,    "", "answer"},
    {"a portal shows its page",             200, ERR_NONE,    "<html>log in</html>", "answer"},
    {"an answer without anything",          200, ERR_NONE,    "{}", "answer"},
};
/* clang-format on */

static void test_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
        void *at = NULL;
        print_message("  %s\n", failures[i].name);
        assert_int_equal(room_set_up(&at), 0);
        struct room *room = at;
        room_line_up(room);
        assert_true(line_up(&room->desk.line));
        room_round(room, DOWNLINK_PACE_MS);
        if (failures[i].status == 0) {
            fake_fail(room->http, LANE_FEED, failures[i].error);
        } else {
            fake_answer(room->http, LANE_FEED, failures[i].status, failures[i].body);
        }
        room_round(room, 1);
        assert_false(line_up(&room->desk.line)); /* at once */
        assert_string_equal(room->desk.store.state.trouble, failures[i].trouble);
        assert_false(asking(room));
        room_round(room, LINE_PAUSE_FIRST_MS);
        assert_true(asking(room));
        assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "wait=0"));
        give(room, feed_of(0, 0, 0, ""));
        assert_true(line_up(&room->desk.line));
        assert_string_equal(room->desk.store.state.trouble, "");
        assert_int_equal(room_tear_down(&at), 0);
    }
}

static void test_a_dead_line_is_asked_less_and_less(void **state)
{
    struct room *room = *state;
    unsigned asked = 0;
    for (uint64_t ms = 0; ms < (uint64_t)10 * MINUTE_MS; ms += 50) {
        room_round(room, 50);
        if (!asking(room))
            continue;
        fake_fail(room->http, LANE_FEED, ERR_IO);
        asked++;
    }
    assert_in_range(asked, 20, 50); /* 600 s in pauses of 15 to 30 s, after the short ones */
    assert_int_equal(room->http->lanes[LANE_JOURNAL].started, 0);
}

static void test_proven_time_comes_with_every_answer(void **state)
{
    struct room *room = *state;
    struct inbox_state saved;
    struct ack ack = room_ack(room, 0);
    room_round(room, 0);
    give(room, feed_of(0, 0, 0, ""));
    assert_false(failed(inbox_get_state(room->desk.store.inbox, &saved)));
    assert_true(saved.proven_ms >= ack.time_ms); /* the feed's own was sealed a little later */
    assert_true(saved.proven_boot_ms > 0);

    room_round(room, DOWNLINK_PACE_MS);
    struct feed *feed = feed_of(0, 0, 0, "");
    ack.time_ms = saved.proven_ms - 1000; /* an answer that was recorded earlier */
    fake_feed(room->http, room->key, feed, &ack);
    free(feed);
    room_round(room, 1);
    assert_int_equal(room->desk.store.state.proven_ms, saved.proven_ms);
}

static void test_status_tells_all_of_it(void **state)
{
    struct room *room = *state;
    char text[STATUS_TEXT_MAX];
    room_open_journal(room, 7);
    room_append(room, 4);
    room_line_up(room);
    (void)store_line(&room->desk.store, true, 1234);
    status_print(text, &room->desk, uplink_head_seq(room->uplink));
    assert_non_null(strstr(text, "kiosk=hall-1\n"));
    assert_non_null(strstr(text, "line=up\n"));
    assert_non_null(strstr(text, "line_since_ms=1234\n"));
    assert_non_null(strstr(text, "head_seq=4\n"));
    assert_non_null(strstr(text, "queued=4\n"));
    assert_non_null(strstr(text, "quarantined=0\n"));
    assert_non_null(strstr(text, "trouble=\n"));
    (void)store_trouble(&room->desk.store, LANE_FEED, "seal");
    (void)store_trouble(&room->desk.store, LANE_JOURNAL, "fork");
    status_print(text, &room->desk, 4);
    assert_non_null(strstr(text, "trouble=fork\n"));
    (void)store_trouble(&room->desk.store, LANE_JOURNAL, "");
    status_print(text, &room->desk, 4);
    assert_non_null(strstr(text, "trouble=seal\n"));
}

static void test_a_fork_is_told_to_the_platform_until_it_is_over(void **state)
{
    static const char *const words[] = {"", "fork", "fork", "gap", ""};
    struct room *room = *state;
    room_line_up(room);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        (void)store_trouble(&room->desk.store, LANE_JOURNAL, "");
        (void)store_trouble(&room->desk.store, LANE_JOURNAL, words[i]);
        http_cancel(room->http, LANE_FEED);
        room_round(room, DOWNLINK_PACE_MS);
        assert_true(http_busy(room->http, LANE_FEED));
        bool told = strstr(room->http->lanes[LANE_FEED].path, "&fork=1") != NULL;
        assert_int_equal(told, text_same(words[i], "fork"));
    }
}

static void test_a_full_disk_takes_the_reserve_then_waits_for_room(void **state)
{
    struct room *room = *state;
    room_line_up(room);
    full_disk_take(room->desk.store.reserve);
    full_disk.on = true;
    room_round(room, DOWNLINK_PACE_MS);
    give(room, feed_of(1, 1, 1, "{}"));
    assert_true(has(room, "n1", 1)); /* in what was reserved */
    full_disk.spent = true;
    room_round(room, DOWNLINK_PACE_MS);
    give(room, feed_of(2, 1, 2, "{}"));
    assert_true(has(room, "n1", 1));
    assert_string_equal(room->desk.store.troubles[LANE_FEED], "disk");
    assert_int_equal(room->desk.line.lanes[LANE_FEED].failures,
                     1); /* it pauses, and asks from where it was */
    full_disk.on = false;
    full_disk.spent = false;
    room_round(room, MINUTE_MS);
    assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "after=1&"));
    give(room, feed_of(2, 1, 2, "{}"));
    assert_true(has(room, "n1", 2));
    assert_string_equal(room->desk.store.troubles[LANE_FEED], "");
    store_hold_reserve(&room->desk.store);
    assert_false(room->desk.store.short_of_room);
    full_disk_give_back();
}

/* All of it can be sent again. */
static void test_a_damaged_inbox_is_made_anew_and_said(void **state)
{
    struct room *room = *state;
    char text[STATUS_TEXT_MAX];
    room_round(room, 0);
    give(room, feed_of(12, 3, 1, "{}"));
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(room->inbox_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE state SET cursor = 99", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);

    struct err e = inbox_check(room->desk.store.inbox);
    assert_int_equal(e.code, ERR_MALFORMED);
    assert_int_equal(store_mend(&room->desk.store, room->inbox_path, e).code, ERR_NONE);
    status_print(text, &room->desk, 0);
    assert_non_null(strstr(text, "damaged_inboxes=1\n"));
    assert_false(has(room, "n1", 1));
    assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "after=12&"));
    give(room, feed_of(13, 0, 1, "")); /* which would leave the rest out */
    assert_int_equal(room->desk.store.state.cursor, 0);
    room_round(room, 60000);
    assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "after=0&"));
    give(room, feed_of(12, 3, 1, "{}"));
    assert_true(has(room, "n1", 1));
    room_restart(room);
    assert_true(has(room, "n1", 1));
    assert_int_equal(store_mend(&room->desk.store, room->inbox_path, ERR(ERR_IO, 5, "disk")).code,
                     ERR_IO);
    assert_int_equal(room->desk.store.damaged, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_first_question_does_not_wait),
        TEST(test_documents_are_stored_and_asked_behind),
        TEST(test_one_bad_seal_and_nothing_is_stored),
        TEST(test_a_seal_belongs_to_its_document),
        TEST(test_an_acknowledgement_of_another_key_stores_nothing),
        TEST(test_of_the_same_version_with_another_body_ours_stays),
        TEST(test_a_platform_that_was_put_back_is_asked_from_the_start),
        TEST(test_the_feed_of_one_generation_never_goes_back),
        TEST(test_what_was_paid_stays_paid),
        TEST(test_an_older_version_never_replaces),
        TEST(test_a_feed_does_not_go_back),
        cmocka_unit_test(test_failures),
        TEST(test_a_dead_line_is_asked_less_and_less),
        TEST(test_proven_time_comes_with_every_answer),
        TEST(test_status_tells_all_of_it),
        TEST(test_a_damaged_inbox_is_made_anew_and_said),
        TEST(test_a_fork_is_told_to_the_platform_until_it_is_over),
        TEST(test_a_full_disk_takes_the_reserve_then_waits_for_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
