/* What is made of an answer that is no plain yes: rejected rows, lies, forks, gaps, refusals. */
#include "sync/daemon/uplink.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "sync/daemon/status.h"
#include "tests/unit/uplink_room.h"

/* Asked by SQLite itself: staff will, too. */
static int quarantined_under(struct room *room, const char *epoch)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open_v2(room->inbox_path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM quarantine WHERE epoch = ?1", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(statement, 1, epoch, -1, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return count;
}

static void test_rejected_rows_are_quarantined_and_passed(void **state)
{
    struct room *room = *state;
    uint64_t count = 0;
    send_first(room, 3);
    struct ack ack = room_ack(room, 3);
    ack.rejected_count = 2;
    ack.rejected[0].seq = 2;
    (void)text_copy(ack.rejected[0].code, sizeof(ack.rejected[0].code), "unknown_order");
    ack.rejected[1].seq = 9; /* was never sent */
    (void)text_copy(ack.rejected[1].code, sizeof(ack.rejected[1].code), "odd");
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    assert_int_equal(saved(room)->acked_seq, 3);
    assert_false(failed(inbox_quarantined(room->desk.store.inbox, &count)));
    assert_int_equal(count, 1);
    assert_int_equal(quarantined_under(room, ack.epoch), 1);
    assert_true(line_up(&room->desk.line));
}

/* Answers of "200" that must not be believed. */
enum lie { OTHER_KEY, OTHER_KIOSK, OTHER_EPOCH, TOO_LITTLE, BEYOND, OTHER_HASH, NO_JSON, CHANGED };

static const struct {
    const char *name;
    const char *trouble;
    enum lie lie;
    bool stops; /* for longer than a pause */
} lies[] = {
    {"an acknowledgement sealed by another key", "seal", OTHER_KEY, false},
    {"an acknowledgement for another kiosk", "seal", OTHER_KIOSK, false},
    {"an acknowledgement that was changed on its way", "seal", CHANGED, false},
    {"an acknowledgement of another epoch", "answer", OTHER_EPOCH, false},
    {"an acknowledgement of less than was sent", "answer", TOO_LITTLE, false},
    {"a page that is not ours", "answer", NO_JSON, false},
    {"an acknowledgement of more than we have", "fork", BEYOND, true},
    {"an acknowledgement of another history", "fork", OTHER_HASH, true},
};

static void answer_with(struct room *room, enum lie lie)
{
    struct ack ack = room_ack(room, 3);
    struct seal_key *key = room->key, *other = NULL;
    char other_path[128];
    switch (lie) {
    case OTHER_KEY:
        (void)snprintf(other_path, sizeof(other_path), "%s/other.pem", room->folder);
        key = other = fake_key(other_path);
        break;
    case OTHER_KIOSK:
        (void)text_copy(ack.kiosk, sizeof(ack.kiosk), "hall-2");
        break;
    case OTHER_EPOCH:
        ack.epoch[0] = ack.epoch[0] == 'a' ? 'b' : 'a';
        break;
    case TOO_LITTLE:
        ack = room_ack(room, 2);
        break;
    case BEYOND:
        ack.acked_seq = 4;
        break;
    case OTHER_HASH:
        ack.head_hash.at[0] ^= 1;
        break;
    case NO_JSON:
        fake_answer(room->http, LANE_JOURNAL, 200, "<html>welcome</html>");
        return;
    case CHANGED:
        break;
    }
    fake_acknowledge(room->http, key, &ack);
    if (lie == CHANGED) {
        char *seq = strstr((char *)room->http->lanes[LANE_JOURNAL].body, "acked_seq");
        assert_non_null(seq);
        seq[strlen("acked_seq\\\":")] = '2';
    }
    seal_key_destroy(other);
}

static void test_lies(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
        void *at = NULL;
        print_message("  %s\n", lies[i].name);
        assert_int_equal(room_set_up(&at), 0);
        struct room *room = at;
        send_first(room, 3);
        answer_with(room, lies[i].lie);
        room_round(room, 1);
        assert_int_equal(saved(room)->acked_seq, 0);
        assert_string_equal(saved(room)->trouble, lies[i].trouble);
        assert_false(line_up(&room->desk.line));
        assert_false(on_its_way(room)); /* not in circles */
        room_round(room, UPLINK_FORK_MS - 2);
        assert_int_equal(on_its_way(room), !lies[i].stops);
        assert_int_equal(room_tear_down(&at), 0);
    }
}

static void test_a_fork_stops_sending_and_is_remembered(void **state)
{
    struct room *room = *state;
    send_first(room, 3);
    fake_answer(room->http, LANE_JOURNAL, 409, "{\"error\":\"fork\",\"seq\":2}");
    room_round(room, 1);
    assert_string_equal(saved(room)->trouble, "fork");
    for (uint64_t ms = 1000; ms < UPLINK_FORK_MS; ms += 1000) {
        room_round(room, 1000);
        assert_false(on_its_way(room));
    }
    assert_false(line_up(&room->desk.line));
    room_restart(room);
    assert_string_equal(room->desk.store.state.trouble, "fork");
    room_line_up(room);
    assert_true(on_its_way(room)); /* asks once more */
    struct ack ack = room_ack(room, 3);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    assert_string_equal(saved(room)->trouble, "");
}

static void test_a_fork_is_asked_about_again_and_ends_with_the_platforms_word(void **state)
{
    struct room *room = *state;
    send_first(room, 3);
    for (int i = 0; i < 3; i++) {
        fake_answer(room->http, LANE_JOURNAL, 409, "{\"error\":\"fork\",\"seq\":2}");
        room_round(room, 1);
        assert_string_equal(saved(room)->trouble, "fork");
        assert_false(on_its_way(room));
        room_round(room, UPLINK_FORK_MS + LINE_PAUSE_MAX_MS);
        room_round(room, UPLINK_FORK_MS + LINE_PAUSE_MAX_MS);
        assert_true(on_its_way(room));
        assert_string_equal(saved(room)->trouble, "fork"); /* until it has answered */
        assert_int_equal(room->http->batch.entries[0].seq, 1);
    }
    struct ack ack = room_ack(room, 3);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    assert_string_equal(saved(room)->trouble, "");
}

/* Staff put another file into the journal's place, while certkiosk-syncd runs. */
static void put_journal(struct room *room, const char *name)
{
    journal_close(room->journal);
    (void)snprintf(room->journal_path, sizeof(room->journal_path), "%s/%s", room->folder, name);
    room_open_journal(room, 7); /* the same epoch */
}

static void test_the_right_journal_in_its_place_ends_a_fork(void **state)
{
    struct room *room = *state;
    send_first(room, 3);
    struct ack ack = room_ack(room, 3);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    put_journal(room, "old.db");
    room_append(room, 4); /* another history */
    room_restart(room);
    room_line_up(room);
    for (int i = 0; i < 3; i++) {
        room_round(room, UPLINK_FORK_MS + LINE_PAUSE_MAX_MS);
        assert_string_equal(saved(room)->trouble, "fork");
        assert_false(on_its_way(room)); /* the platform need not be asked */
    }
    put_journal(room, "journal.db");
    room_append(room, 1);
    room_round(room, UPLINK_FORK_MS + LINE_PAUSE_MAX_MS);
    assert_true(on_its_way(room));
    assert_int_equal(room->http->batch.count, 1);
    assert_int_equal(room->http->batch.entries[0].seq, 4);
    ack = room_ack(room, 4);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    assert_string_equal(saved(room)->trouble, "");
    assert_int_equal(saved(room)->acked_seq, 4);
}

static void test_a_journal_that_was_set_back_is_a_fork_at_once(void **state)
{
    static const struct {
        const char *name;
        unsigned appended;
    } rows[] = {{"nothing was appended since", 0}, {"as much was appended as was lost", 1}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        void *at = NULL;
        print_message("  %s\n", rows[i].name);
        assert_int_equal(room_set_up(&at), 0);
        struct room *room = at;
        send_first(room, 3);
        struct ack ack = room_ack(room, 3);
        fake_acknowledge(room->http, room->key, &ack);
        room_round(room, 1);
        journal_close(room->journal);
        (void)snprintf(room->journal_path, sizeof(room->journal_path), "%s/old.db", room->folder);
        room_open_journal(room, 7); /* the same epoch */
        room_append(room, 2 + rows[i].appended);
        room_restart(room);
        room_round(room, UPLINK_LOOK_MS);
        assert_string_equal(saved(room)->trouble, "fork");
        assert_int_equal(saved(room)->acked_seq, 3);
        room_line_up(room);
        assert_false(on_its_way(room)); /* the line to the platform is not needed to see it */
        assert_int_equal(room_tear_down(&at), 0);
    }
}

static void test_a_fork_is_not_hidden_by_a_later_trouble(void **state)
{
    struct room *room = *state;
    send_first(room, 3);
    fake_answer(room->http, LANE_JOURNAL, 409, "{\"error\":\"fork\",\"seq\":2}");
    room_round(room, 1);
    room_restart(room);
    room_line_up(room);
    assert_true(on_its_way(room)); /* asks once more */
    fake_answer(room->http, LANE_JOURNAL, 403, "");
    room_round(room, 1);
    assert_string_equal(saved(room)->trouble, "fork");
}

static void test_a_fork_names_its_journal_before_anything_is_acknowledged(void **state)
{
    struct room *room = *state;
    struct journal_status status;
    send_first(room, 3);
    assert_string_equal(saved(room)->epoch, "");
    fake_answer(room->http, LANE_JOURNAL, 409, "{\"error\":\"fork\",\"seq\":2}");
    room_round(room, 1);
    assert_false(failed(journal_get_status(room->journal, &status)));
    assert_string_equal(saved(room)->epoch, status.epoch);
    assert_int_equal(saved(room)->acked_seq, 0);
}

static void test_a_gap_goes_back_to_where_the_platform_is(void **state)
{
    struct room *room = *state;
    send_first(room, 2);
    struct ack ack = room_ack(room, 2);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    room_append(room, 2);
    room_round(room, UPLINK_LOOK_MS);
    assert_int_equal(room->http->batch.entries[0].seq, 3);

    fake_answer(room->http, LANE_JOURNAL, 409, "{\"error\":\"gap\",\"expected_seq\":2}");
    room_round(room, 1);
    assert_true(on_its_way(room));
    assert_int_equal(room->http->batch.entries[0].seq, 2);
    assert_int_equal(room->http->batch.count, 3);
    ack = room_ack(room, 4);
    fake_acknowledge(room->http, room->key, &ack);
    room_round(room, 1);
    assert_int_equal(saved(room)->acked_seq, 4);
    assert_string_equal(saved(room)->trouble, "");
}

/* What certkiosk-syncd tells of itself. */
static const char *told(struct room *room, const char *key)
{
    static char value[64];
    char text[STATUS_TEXT_MAX], line[64];
    status_print(text, &room->desk, uplink_head_seq(room->uplink));
    (void)snprintf(line, sizeof(line), "\n%s=", key);
    const char *at = strstr(text, line);
    assert_non_null(at);
    at += strlen(line);
    (void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\n"), at);
    return value;
}

/* clang-format off */
static const struct {
    const char *name;
    int status;
    const char *body;
    const char *trouble;
    const char *why;
} refusals[] = {
    {"a gap before what we ever had",      409, "{\"error\":\"gap\",\"expected_seq\":0}",  "gap", "gap"},
    {"a gap beyond our journal",           409, "{\"error\":\"gap\",\"expected_seq\":9}",  "gap", "gap"},
    {"a gap where we are",                 409, "{\"error\":\"gap\",\"expected_seq\":1}",  "gap", "gap"},
    {"a conflict of an unknown kind",      409, "{\"error\":\"strange\"}",                 "answer", "answer"},
    {"a conflict that is not JSON",        409, "no",                                      "answer", "answer"},
    {"our batch is called malformed",      400, "{\"error\":\"malformed\"}",               "answer", "answer"},
    {"we are not let in",                  403, "",                                        "denied", "denied"},
    {"a redirection is not followed",      302, "",                                        "portal", "portal"},
    {"the platform is being repaired",     503, "",                                        "", "busy"},
    {"the platform is busy",               429, "",                                        "", "busy"},
    {"the platform stumbled",              500, "",                                        "", "error"},
    {"the network wants a login",          511, "",                                        "portal", "portal"},
};
/* clang-format on */

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        void *at = NULL;
        print_message("  %s\n", refusals[i].name);
        assert_int_equal(room_set_up(&at), 0);
        struct room *room = at;
        send_first(room, 3);
        fake_answer(room->http, LANE_JOURNAL, refusals[i].status, refusals[i].body);
        room_round(room, 1);
        assert_string_equal(saved(room)->trouble, refusals[i].trouble);
        assert_string_equal(told(room, "line_why"), refusals[i].why);
        assert_true(strtoll(told(room, "line_next_ms"), NULL, 10) > 0);
        assert_false(on_its_way(room));
        assert_false(line_up(&room->desk.line));
        room_round(room, LINE_PAUSE_FIRST_MS);
        assert_true(on_its_way(room)); /* tries again */
        struct ack ack = room_ack(room, 3);
        fake_acknowledge(room->http, room->key, &ack);
        room_round(room, 1);
        assert_string_equal(saved(room)->trouble, "");
        assert_string_equal(told(room, "line_why"), "");
        assert_string_equal(told(room, "line_next_ms"), "0");
        assert_true(line_up(&room->desk.line));
        assert_int_equal(room_tear_down(&at), 0);
    }
}

static void test_a_page_in_place_of_an_answer_is_a_portal(void **state)
{
    struct room *room = *state;
    send_first(room, 3);
    fake_answer(room->http, LANE_JOURNAL, 200, "<html>welcome</html>");
    room->http->lanes[LANE_JOURNAL].answer.is_portal = true;
    room_round(room, 1);
    assert_string_equal(saved(room)->trouble, "portal");
    assert_string_equal(told(room, "line_why"), "portal");
    assert_int_equal(saved(room)->acked_seq, 0);
}

/* Why nobody answers is told, and is no trouble of the platform's. */
static void test_a_line_that_is_down_says_why(void **state)
{
    struct room *room = *state;
    send_first(room, 3);
    fake_fail(room->http, LANE_JOURNAL, ERR_IO);
    room->http->lanes[LANE_JOURNAL].answer.why = "refused";
    room_round(room, 1);
    assert_string_equal(told(room, "line"), "down");
    assert_string_equal(told(room, "line_why"), "refused");
    assert_string_equal(saved(room)->trouble, "");
}

static void test_the_feed_tells_of_a_fork(void **state)
{
    struct room *room = *state;
    room_open_journal(room, 7);
    room_append(room, 2);
    room_round(room, 0);
    struct ack ack = room_ack(room, 2);
    ack.acked_seq = 3; /* a journal that was set back from a copy */
    struct feed *feed = calloc(1, sizeof(*feed));
    assert_non_null(feed);
    fake_feed(room->http, room->key, feed, &ack);
    free(feed);
    room_round(room, 1);
    assert_string_equal(saved(room)->trouble, "fork");
    assert_false(on_its_way(room));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rejected_rows_are_quarantined_and_passed),
        cmocka_unit_test(test_lies),
        TEST(test_a_fork_stops_sending_and_is_remembered),
        TEST(test_a_fork_is_asked_about_again_and_ends_with_the_platforms_word),
        TEST(test_the_right_journal_in_its_place_ends_a_fork),
        cmocka_unit_test(test_a_journal_that_was_set_back_is_a_fork_at_once),
        TEST(test_a_fork_is_not_hidden_by_a_later_trouble),
        TEST(test_a_fork_names_its_journal_before_anything_is_acknowledged),
        TEST(test_a_gap_goes_back_to_where_the_platform_is),
        cmocka_unit_test(test_refusals),
        TEST(test_a_page_in_place_of_an_answer_is_a_portal),
        TEST(test_a_line_that_is_down_says_why),
        TEST(test_the_feed_tells_of_a_fork),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
