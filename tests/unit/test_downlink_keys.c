/* What the feed says of the platform's keys, and what time they prove. */
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "sync/daemon/status.h"
#include "tests/unit/key_feed.h"

static void test_a_key_may_seal_the_answer_that_introduces_it(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    struct feed *feed = feed_of(2);
    add_notice(feed, "n1");
    add_key(feed, other, 1, &fine);
    seal_last(room->key, feed);
    give(room, other, feed);
    assert_string_equal(trouble(room), "");
    assert_true(sealed_by(room, "n1", other));

    room_restart(room); /* the inbox knows it */
    feed = feed_of(3);
    add_notice(feed, "n2");
    give(room, other, feed);
    assert_true(sealed_by(room, "n2", other));
    seal_key_destroy(other);
}

static void test_a_key_that_introduces_itself_brings_nothing(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    struct feed *feed = feed_of(2);
    add_notice(feed, "n1");
    add_key(feed, other, 1, &fine);
    give(room, other, feed);
    assert_string_equal(trouble(room), "seal");
    assert_false(sealed_by(room, "n1", other));
    assert_int_equal(room->desk.store.state.cursor, 0);
    assert_int_equal(room->desk.store.state.proven_ms, 0);
    assert_int_equal(room->desk.keys.count, 1);
    seal_key_destroy(other);
}

/* One of the answer's statements is by a key that may not make it: the rest of it counts. */
static void test_a_statement_that_its_speaker_may_not_make_is_left_out(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    static struct inbox_document document;
    char text[STATUS_TEXT_MAX];
    struct feed *feed = feed_of(3);
    put_above(room, other);
    add_key(feed, other, 1, &revoked); /* by the lower one */
    add_notice(feed, "n1");
    give(room, room->key, feed);
    assert_string_equal(trouble(room), "");
    assert_true(sealed_by(room, "n1", room->key));
    assert_true(keyring_counts(&room->desk.keys, seal_key_id(other)));
    assert_int_equal(room->desk.store.state.cursor, 3);
    assert_int_equal(
        inbox_get(room->desk.store.inbox, KEYRING_STATEMENT, seal_key_id(other), &document).code,
        ERR_NOT_FOUND);
    status_print(text, &room->desk, 0);
    assert_non_null(strstr(text, "statements_refused=1\n"));

    /* Neither does one that cannot be read, or that is of another key than it says, hold it up. */
    feed = feed_of(4);
    add(feed, KEYRING_STATEMENT, seal_key_id(other), 2, (struct bytes){(const uint8_t *)"{}", 2});
    add_key(feed, other, 2, &fine);
    (void)text_copy(feed->documents[1].id, sizeof(feed->documents[1].id), "0123456789abcdef");
    add_notice(feed, "n2");
    give(room, room->key, feed);
    assert_true(sealed_by(room, "n2", room->key));
    assert_int_equal(room->desk.statements_refused, 3);

    /* A document is not a statement: one that nobody may seal refuses the answer. */
    feed = feed_of(5);
    add_notice(feed, "n3");
    seal_last(other, feed); /* with the context of a statement */
    add_notice(feed, "n4");
    give(room, room->key, feed);
    assert_string_equal(trouble(room), "seal");
    assert_int_equal(room->desk.store.state.cursor, 4);
    seal_key_destroy(other);
}

/* It has been away, and what it hears first is said by a key that fell meanwhile. */
static void test_what_a_fallen_key_said_does_not_hold_up_the_feed(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    struct seal_key *third = other_key(room);
    struct feed *feed = feed_of(3);
    add_key(feed, other, 2, &revoked);
    seal_last(room->key, feed);
    add_key(feed, third, 1, &fine);
    seal_last(other, feed);
    add_notice(feed, "n1");
    give(room, room->key, feed);
    assert_string_equal(trouble(room), "");
    assert_true(sealed_by(room, "n1", room->key));
    assert_false(keyring_counts(&room->desk.keys, seal_key_id(third)));
    assert_int_equal(room->desk.statements_refused, 1);
    seal_key_destroy(third);
    seal_key_destroy(other);
}

/* The answer tells the time, and the machine's clock does not come into it. */
static void test_validity_is_judged_by_proven_time(void **state)
{
    struct room *room = *state;
    struct ack ack = room_ack(room, 0);
    int64_t said_s = ack.time_ms / 1000;
    room->desk.keys.keys[0].not_after_s = said_s;
    give(room, room->key, feed_of(1));
    assert_string_equal(trouble(room), "seal");
    assert_int_equal(room->desk.store.state.proven_ms, 0);

    room->desk.keys.keys[0].not_after_s = said_s + 3600;
    give(room, room->key, feed_of(1));
    assert_string_equal(trouble(room), "");
    assert_true(room->desk.store.state.proven_ms >= ack.time_ms);

    /* An old answer does not bring an old time back, in which the key was good. */
    room->desk.store.state.proven_ms += INT64_C(7200000);
    give(room, room->key, feed_of(2));
    assert_string_equal(trouble(room), "seal");
}

/* What `key` says of the time, after `after_ms`. */
static void tell_time(struct room *room, const struct seal_key *key, struct feed *feed,
                      int64_t time_ms)
{
    struct ack ack = room_ack(room, 0);
    ack.time_ms = time_ms;
    room_round(room, 60000);
    fake_feed(room->http, key, feed, &ack);
    free(feed);
    room_round(room, 1);
}

static int64_t proven(const struct room *room)
{
    struct inbox_state saved;
    assert_false(failed(inbox_get_state(room->desk.store.inbox, &saved)));
    assert_int_equal(saved.proven_ms, room->desk.store.state.proven_ms);
    return saved.proven_ms;
}

static struct feed *revocation_of(const struct seal_key *key, uint64_t cursor)
{
    struct feed *feed = feed_of(cursor);
    add_key(feed, key, cursor, &revoked);
    return feed;
}

#define NOW_MS INT64_C(1795000000000)
#define YEAR_MS (INT64_C(365) * 86400 * 1000)

/* The platform's clock was wrong for a moment, or somebody had the key. */
static void test_a_time_falls_with_the_key_that_sealed_it(void **state)
{
    static const struct {
        const char *name;
        int64_t wrong_ms; /* what the key says that falls */
        int64_t ends_s;   /* the key that revokes it */
    } rows[] = {
        {"a year ahead", NOW_MS + YEAR_MS, INT64_MAX},
        {"73 years ahead, when no other key is valid any more", NOW_MS + 73 * YEAR_MS,
         (NOW_MS + 20 * YEAR_MS) / 1000},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i > 0)
            assert_int_equal(room_tear_down(state) | room_set_up(state), 0);
        struct room *room = *state;
        struct seal_key *other = other_key(room);
        print_message("  %s\n", rows[i].name);
        put_above(room, other);
        room->desk.keys.keys[0].not_after_s = rows[i].ends_s;
        tell_time(room, room->key, feed_of(1), NOW_MS);
        tell_time(room, room->key, feed_of(1), rows[i].wrong_ms);
        assert_int_equal(proven(room), rows[i].wrong_ms);

        /* As long as that key counts time does not go back. */
        tell_time(room, other, feed_of(2), NOW_MS + 1000);
        assert_int_equal(proven(room), rows[i].wrong_ms);

        tell_time(room, other, revocation_of(room->key, 3), NOW_MS + 2000);
        assert_string_equal(trouble(room), "");
        assert_int_equal(proven(room), NOW_MS + 2000);
        tell_time(room, other, feed_of(3), NOW_MS + 1000);
        assert_int_equal(proven(room), NOW_MS + 2000);   /* forwards again */
        room->desk.keys.keys[0].not_after_s = INT64_MAX; /* of both, as in the file */
        seal_key_destroy(other);
    }
}

/* The journal's mark was acknowledged by the key that still counts. */
static void test_it_falls_no_lower_than_what_is_still_proven(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    const struct proven_clocks clocks = proven_clocks_now();
    struct sealed_ack sealed = {.key_id = ""};
    char *text = NULL;
    put_above(room, other);
    struct ack ack = room_ack(room, 0);
    (void)text_copy(ack.epoch, sizeof(ack.epoch), "0badcafe-0000-4000-8000-000000000000");
    ack.time_ms = NOW_MS;
    assert_false(failed(ack_write(&ack, &text)));
    (void)text_copy(sealed.text, sizeof(sealed.text), text);
    free(text);
    (void)text_copy(sealed.key_id, sizeof(sealed.key_id), seal_key_id(other));
    const struct seal_message message = {
        .context = "certkiosk-ack-1",
        .parts = {FAKE_KIOSK},
        .body = {(const uint8_t *)sealed.text, strlen(sealed.text)}};
    assert_false(failed(seal_sign(other, &message, sealed.seal)));
    store_take_time(&room->desk.store, NOW_MS, &clocks, &sealed);
    store_acknowledge(&room->desk.store, ack.epoch, 1, &ack.head_hash, &sealed);

    tell_time(room, room->key, feed_of(1), NOW_MS + YEAR_MS);
    assert_int_equal(proven(room), NOW_MS + YEAR_MS);
    tell_time(room, other, revocation_of(room->key, 3), NOW_MS - 1000); /* a recorded one */
    assert_int_equal(proven(room), NOW_MS);
    tell_time(room, other, feed_of(3), NOW_MS + 1000);
    assert_int_equal(proven(room), NOW_MS + 1000);
    seal_key_destroy(other);
}

static void test_a_power_cut_before_the_time_falls_is_made_good(void **state)
{
    static struct inbox_document document;
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    struct feed *feed = feed_of(7);
    add_key(feed, other, 1, &fine);
    seal_last(room->key, feed);
    give(room, room->key, feed);
    int64_t before_ms = proven(room);
    tell_time(room, other, feed_of(8), before_ms + YEAR_MS);
    assert_int_equal(proven(room), before_ms + YEAR_MS);

    feed = revocation_of(other, 9);
    seal_last(room->key, feed);
    const struct feed_document *said = &feed->documents[0];
    (void)text_copy(document.type, sizeof(document.type), said->type);
    (void)text_copy(document.id, sizeof(document.id), said->id);
    (void)text_copy(document.key_id, sizeof(document.key_id), said->key_id);
    document.version = said->version;
    document.body_len = said->body_len;
    memcpy(document.body, said->body, said->body_len);
    memcpy(document.seal, said->seal, sizeof(document.seal));
    assert_false(failed(inbox_put(room->desk.store.inbox, &document, 1, 9)));
    free(feed);
    room_restart(room);
    assert_int_equal(proven(room), 0);
    tell_time(room, room->key, feed_of(9), before_ms + 1000);
    assert_int_equal(proven(room), before_ms + 1000);
    seal_key_destroy(other);
}

/* A key of which the proven time says that it has ended may not speak, but about the witness. */
static void test_a_key_that_has_ended_takes_only_the_witness_away(void **state)
{
    struct room *room = *state;
    struct seal_key *other = other_key(room);
    struct seal_key *third = other_key(room);
    struct feed *feed = feed_of(1);
    put_above(room, other);
    room->desk.keys.keys[0].not_after_s = (NOW_MS + YEAR_MS) / 1000;
    add_key(feed, third, 1, &fine);
    seal_last(room->key, feed);
    tell_time(room, room->key, feed, NOW_MS + 2 * YEAR_MS);
    assert_true(keyring_counts(&room->desk.keys, seal_key_id(third)));

    feed = revocation_of(third, 2);
    seal_last(other, feed);
    tell_time(room, room->key, feed, NOW_MS);
    assert_true(keyring_counts(&room->desk.keys, seal_key_id(third)));
    assert_int_equal(room->desk.statements_refused, 1);
    assert_int_equal(proven(room), NOW_MS + 2 * YEAR_MS);
    seal_key_destroy(third);
    seal_key_destroy(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_key_may_seal_the_answer_that_introduces_it),
        TEST(test_a_key_that_introduces_itself_brings_nothing),
        TEST(test_a_statement_that_its_speaker_may_not_make_is_left_out),
        TEST(test_what_a_fallen_key_said_does_not_hold_up_the_feed),
        TEST(test_validity_is_judged_by_proven_time),
        TEST(test_a_time_falls_with_the_key_that_sealed_it),
        TEST(test_it_falls_no_lower_than_what_is_still_proven),
        TEST(test_a_power_cut_before_the_time_falls_is_made_good),
        TEST(test_a_key_that_has_ended_takes_only_the_witness_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
