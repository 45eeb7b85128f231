/* What follows from a revocation: it is final, and nothing stands that the key has sealed. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "sync/daemon/ring.h"
#include "tests/unit/key_feed.h"
#include "tests/unit/ring.h"

#define BEFORE "11111111-1111-4111-8111-111111111111"
#define RESTORED "22222222-2222-4222-8222-222222222222"

/* By a ring that is made of what stands in the inbox, as certkiosk makes it at each change. */
static bool counts_anew(struct room *room, const struct seal_key *key)
{
    struct keyring ring = ring_of(room->key);
    assert_false(failed(ring_load(room->desk.store.inbox, FAKE_KIOSK, &ring)));
    return keyring_counts(&ring, seal_key_id(key));
}

static void say_of(struct room *room, const struct seal_key *key, uint64_t version,
                   const struct document_key *facts, const char *generation)
{
    struct feed *feed = feed_of(version);
    add_key(feed, key, version, facts);
    seal_last(room->key, feed);
    give_of(room, room->key, feed, generation);
}

/* Its backup is of the days before, and it says again what it said then. */
static void test_a_restored_platform_does_not_undo_a_revocation(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    say_of(room, other, 1, &fine, BEFORE);
    assert_true(counts_anew(room, other));
    say_of(room, other, 2, &revoked, BEFORE);
    assert_false(counts_anew(room, other));

    say_of(room, other, 1, &fine, RESTORED);
    assert_string_equal(trouble(room), "");
    assert_string_equal(room->desk.store.state.generation, RESTORED);
    assert_int_equal(room->desk.store.state.cursor, 1);
    assert_false(counts_anew(room, other));
    room_restart(room);
    struct feed *feed = feed_of(3);
    add_notice(feed, "n1");
    give_of(room, other, feed, RESTORED);
    assert_string_equal(trouble(room), "seal");
    assert_false(sealed_by(room, "n1", other));

    /* Other statements of that platform are heard, and a later revocation too. */
    struct seal_key *third = other_key(room);
    say_of(room, third, 1, &fine, RESTORED);
    assert_true(counts_anew(room, third));
    say_of(room, other, 3, &revoked, RESTORED);
    assert_string_equal(trouble(room), "");
    assert_false(counts_anew(room, other));
    seal_key_destroy(third);
    seal_key_destroy(other);
}

static void add_order(struct feed *feed, enum fact_order_status status, uint64_t version)
{
    struct document_order order = {.token = "t1", .service = "renew", .profile = "p"};
    uint8_t body[DOCUMENT_BODY_MAX];
    size_t len = 0;
    order.facts.status = status;
    assert_false(failed(document_write_order(&order, body, &len)));
    add(feed, "order", "o1", version, (struct bytes){body, len});
}

static bool stands(struct room *room, const char *type, const char *id, const struct seal_key *key)
{
    static struct inbox_document document;
    struct err e = inbox_get(room->desk.store.inbox, type, id, &document);
    assert_true(!failed(e) || e.code == ERR_NOT_FOUND);
    return !failed(e) && text_same(document.key_id, seal_key_id(key));
}

/* Whoever had the key sealed what no later word could replace. */
static void test_what_a_revoked_key_sealed_is_replaced(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    struct feed *feed = feed_of(7);
    put_above(room, other);
    add(feed, "notice", "n1", 1000000, (struct bytes){(const uint8_t *)"{\"x\":1}", 7});
    add(feed, "notice", "n2", 1, (struct bytes){(const uint8_t *)"{\"x\":1}", 7});
    add(feed, "nothing", "x1", 1, (struct bytes){(const uint8_t *)"{}", 2});
    add_order(feed, FACT_ORDER_DONE, 1);
    give(room, room->key, feed);
    assert_true(stands(room, "order", "o1", room->key));
    feed = feed_of(8);
    add_notice(feed, "n3");
    give(room, other, feed);
    add_key(feed = feed_of(9), room->key, 1, &revoked);
    give(room, other, feed);
    assert_false(stands(room, "nothing", "x1", room->key));
    assert_true(stands(room, "notice", "n3", other));

    feed = feed_of(9);
    add_notice(feed, "n1");
    add_notice(feed, "n2");
    add_order(feed, FACT_ORDER_TO_PAY, 2);
    give(room, other, feed);
    assert_string_equal(trouble(room), "");
    assert_true(stands(room, "notice", "n1", other));
    assert_true(stands(room, "notice", "n2", other));
    assert_true(stands(room, "order", "o1", other));
    seal_key_destroy(other);
}

/* More than one pile of them, beside what counts. */
static void test_all_that_a_revoked_key_sealed_goes(void **state)
{
    enum { FORGED = 3 * RING_FOREIGN_MAX };
    static struct inbox_document document;
    static struct ring_foreign foreign;
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    say_of(room, other, 1, &fine, "");
    (void)text_copy(document.type, sizeof(document.type), "notice");
    for (int i = 0; i < 2 * FORGED; i++) {
        const struct seal_key *key = i % 2 == 0 ? other : room->key;
        (void)snprintf(document.id, sizeof(document.id), "n%d", i);
        (void)text_copy(document.key_id, sizeof(document.key_id), seal_key_id(key));
        assert_false(failed(inbox_put(room->desk.store.inbox, &document, 1, 1)));
    }
    say_of(room, other, 2, &revoked, "");
    assert_false(failed(ring_find_foreign(room->desk.store.inbox, &room->desk.keys, &foreign)));
    assert_int_equal(foreign.count, 0);
    for (int i = 0; i < 2 * FORGED; i++) {
        (void)snprintf(document.id, sizeof(document.id), "n%d", i);
        assert_int_equal(stands(room, "notice", document.id, room->key), i % 2);
    }
    assert_int_equal(inbox_check(room->desk.store.inbox).code, ERR_NONE);
    seal_key_destroy(other);
}

/* It sealed no document, only that there are none up to there. */
static void test_a_cursor_falls_with_the_key_that_sealed_it(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    struct inbox_state saved;
    say_of(room, other, 1, &fine, "");
    give(room, other, feed_of(50));
    assert_int_equal(room->desk.store.state.cursor, 50);
    say_of(room, other, 51, &revoked, "");
    assert_false(failed(inbox_get_state(room->desk.store.inbox, &saved)));
    assert_int_equal(saved.cursor, 0);
    room_round(room, 60000);
    assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "after=0&"));
    say_of(room, other, 51, &revoked, ""); /* it does not begin again for ever */
    assert_int_equal(room->desk.store.state.cursor, 51);
    seal_key_destroy(other);
}

static void test_what_a_revoked_key_sealed_is_asked_for_again(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    struct feed *feed = feed_of(7);
    put_above(room, other);
    add_notice(feed, "n1");
    give(room, room->key, feed);
    assert_true(sealed_by(room, "n1", room->key));

    feed = feed_of(8);
    add_key(feed, room->key, 1, &revoked);
    give(room, other, feed);
    assert_string_equal(trouble(room), "");
    assert_false(keyring_counts(&room->desk.keys, seal_key_id(room->key)));
    room_round(room, 60000);
    assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "after=0&"));

    /* The platform seals anew what it said before. */
    feed = feed_of(8);
    add_notice(feed, "n1");
    add_key(feed, room->key, 1, &revoked);
    give(room, other, feed);
    assert_true(sealed_by(room, "n1", other));
    room_round(room, 60000);
    assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "after=8&"));

    feed = feed_of(9);
    add_notice(feed, "n2");
    give(room, room->key, feed);
    assert_string_equal(trouble(room), "seal");
    seal_key_destroy(other);
}

static void test_a_power_cut_after_a_revocation_asks_again_too(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    struct feed *feed = feed_of(7);
    add_notice(feed, "n1");
    add_key(feed, other, 1, &fine);
    seal_last(room->key, feed);
    give(room, other, feed);
    assert_int_equal(room->desk.store.state.cursor, 7);

    /* The statement is stored, and the cursor not yet set back. */
    static struct inbox_document document;
    assert_false(failed(
        inbox_get(room->desk.store.inbox, KEYRING_STATEMENT, seal_key_id(other), &document)));
    feed = feed_of(8);
    add_key(feed, other, 2, &revoked);
    seal_last(room->key, feed);
    const struct feed_document *said = &feed->documents[0];
    document.version = 2;
    document.body_len = said->body_len;
    memcpy(document.body, said->body, said->body_len);
    memcpy(document.seal, said->seal, sizeof(document.seal));
    assert_false(failed(inbox_put(room->desk.store.inbox, &document, 1, 8)));
    free(feed);
    room_restart(room);
    assert_false(keyring_counts(&room->desk.keys, seal_key_id(other)));
    assert_int_equal(room->desk.store.state.cursor, 0);
    seal_key_destroy(other);
}

static void run_sql(const struct room *room, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(room->inbox_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The answer with the revocation comes, and the daemon ends at a step of what it does then. */
static void cut_at(struct room *room, const struct seal_key *other, const char *step)
{
    char sql[256];
    struct ack ack = room_ack(room, 0);
    struct feed *feed = feed_of(9);
    add_key(feed, other, 9, &revoked);
    seal_last(room->key, feed);
    room_round(room, 60000);
    fake_feed(room->http, room->key, feed, &ack);
    free(feed);
    (void)snprintf(sql, sizeof(sql),
                   "CREATE TRIGGER cut BEFORE %s BEGIN SELECT RAISE(ABORT, 'cut'); END", step);
    run_sql(room, sql);
    struct err e = downlink_step(room->downlink, room->now_ms);
    assert_true(failed(e) || room->desk.line.lanes[LANE_FEED].failures > 0);
    run_sql(room, "DROP TRIGGER cut");
    room_restart(room);
}

static void test_a_cut_at_each_step_of_a_revocation_ends_right(void **state)
{
    static const struct {
        const char *name, *step;
        bool stored; /* the revocation is */
    } rows[] = {
        {"before the cursor goes back", "UPDATE OF cursor ON state", false},
        {"before the revocation is stored", "INSERT ON document WHEN NEW.type = 'platform_key'",
         false},
        {"before what the key sealed is erased", "DELETE ON document", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i > 0)
            assert_int_equal(room_tear_down(state) | room_set_up(state), 0);
        struct room *room = *state;
        struct seal_key *other = other_key(room);
        print_message("  %s\n", rows[i].name);
        say_of(room, other, 1, &fine, "");
        struct feed *feed = feed_of(8);
        add(feed, "notice", "n1", 1000000, (struct bytes){(const uint8_t *)"{}", 2});
        give(room, other, feed);
        assert_true(sealed_by(room, "n1", other));

        cut_at(room, other, rows[i].step);
        assert_int_equal(keyring_counts(&room->desk.keys, seal_key_id(other)), !rows[i].stored);
        if (!rows[i].stored)
            say_of(room, other, 9, &revoked, "");
        assert_false(counts_anew(room, other));
        assert_false(sealed_by(room, "n1", other));
        room_round(room, 60000);
        assert_non_null(strstr(room->http->lanes[LANE_FEED].path, "after=0&"));
        feed = feed_of(9);
        add_notice(feed, "n1");
        give(room, room->key, feed);
        assert_true(sealed_by(room, "n1", room->key));
        seal_key_destroy(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_restored_platform_does_not_undo_a_revocation),
        TEST(test_what_a_revoked_key_sealed_is_replaced),
        TEST(test_all_that_a_revoked_key_sealed_goes),
        TEST(test_a_cursor_falls_with_the_key_that_sealed_it),
        TEST(test_what_a_revoked_key_sealed_is_asked_for_again),
        TEST(test_a_power_cut_after_a_revocation_asks_again_too),
        TEST(test_a_cut_at_each_step_of_a_revocation_ends_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
