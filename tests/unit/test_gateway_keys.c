/* What kiosks are told of the platform's keys: by whom, for ever, and so that each of them believes
 * it, whatever list it was given and however long it was away. */
#include "tests/unit/key_desk_room.h"

/* The first key is away: the second one stands before the third, and no kiosk believes it. */
static void only_who_introduced_a_key_or_is_above_revokes_it(void **state)
{
    char first[SEAL_KEY_ID_SIZE];
    char third[SEAL_KEY_ID_SIZE];
    char message[KEY_DESK_MESSAGE_SIZE];
    (void)state;
    enrol(&world.kiosks[0]);
    assert_int_equal(act(ADD, 0, NULL).code, ERR_NONE);
    id_at(0, first);
    id_at(2, third);
    expect_agreement(&world.kiosks[0]);
    private_half(first, false);
    assert_int_equal(act(REVOKE, 2, message).code, ERR_NOT_FOUND);
    assert_non_null(strstr(message, third));
    assert_non_null(strstr(message, first));
    assert_false(list_now().keys[2].revoked);
    expect_agreement(&world.kiosks[0]);

    private_half(first, true);
    assert_int_equal(act(REVOKE, 2, NULL).code, ERR_NONE);
    assert_true(list_now().keys[2].revoked);
    expect_agreement(&world.kiosks[0]);
}

/* The control: what any key that stands before would have said is not believed. */
static void what_an_earlier_key_would_say_is_refused_by_kiosks(void **state)
{
    static struct feed_document page[FEED_DOCUMENTS_MAX];
    CLEANUP(transaction_done) struct transaction work = {0};
    struct seal_key *second = NULL;
    size_t count = 0;
    uint64_t cursor = 0;
    struct err fate = ERR_OK;
    const struct publish_reader reader = {KIOSK, 0, NOW_S};
    (void)state;
    enrol(&world.kiosks[0]);
    assert_int_equal(act(ADD, 0, NULL).code, ERR_NONE);
    expect_agreement(&world.kiosks[0]);
    assert_int_equal(keys_folder_open(world.dir, list_now().keys[1].id, &second).code, ERR_NONE);
    assert_int_equal(store_begin(world.store, &work).code, ERR_NONE);
    assert_int_equal(published_after(world.store, &reader, page, &count, &cursor).code, ERR_NONE);
    assert_int_equal(count, 1);
    struct keyring_statement statement = statement_of(&page[0]);
    statement.key.version = 2;
    statement.key.revoked = true;
    memcpy(statement.key_id, seal_key_id(second), SEAL_KEY_ID_SIZE);
    const struct seal_message message = {.context = SEAL_STATEMENT,
                                         .parts = {statement.key.id, "2"},
                                         .body = {statement.body, statement.body_len}};
    assert_int_equal(seal_sign(second, &message, statement.seal).code, ERR_NONE);
    keyring_take_arriving(&world.kiosks[0].ring, &(const struct keyring_hearer){KIOSK, NOW_S},
                          &statement, 1, &fate);
    assert_int_equal(fate.code, ERR_DENIED);
    seal_key_destroy(second);
}

/* Its speaker was there for a moment only. */
static void a_revocation_reaches_a_kiosk_that_was_away(void **state)
{
    char first[SEAL_KEY_ID_SIZE];
    (void)state;
    enrol(&world.kiosks[0]);
    assert_int_equal(act(ADD, 0, NULL).code, ERR_NONE);
    assert_int_equal(act(ACTIVATE, 2, NULL).code, ERR_NONE);
    assert_int_equal(act(REVOKE, 1, NULL).code, ERR_NONE);
    id_at(0, first);
    private_half(first, false);
    assert_true(keyring_counts(&world.kiosks[0].ring, list_now().keys[1].id));
    expect_agreement(&world.kiosks[0]);
    assert_false(keyring_counts(&world.kiosks[0].ring, list_now().keys[1].id));
    /* Also one that begins anew with the first list. */
    world.kiosks[0].ring = world.kiosks[0].given;
    world.kiosks[0].kept_count = 0;
    world.kiosks[0].cursor = 0;
    expect_agreement(&world.kiosks[0]);
    assert_false(keyring_counts(&world.kiosks[0].ring, list_now().keys[1].id));
}

/* The second introduced the third while the first was away, and is revoked. */
static void the_active_key_does_not_fall_with_another(void **state)
{
    char first[SEAL_KEY_ID_SIZE];
    char message[KEY_DESK_MESSAGE_SIZE];
    (void)state;
    enrol(&world.kiosks[0]);
    id_at(0, first);
    private_half(first, false);
    assert_int_equal(act(ADD, 0, NULL).code, ERR_NONE);
    assert_int_equal(act(ACTIVATE, 2, NULL).code, ERR_NONE);
    expect_agreement(&world.kiosks[0]);
    private_half(first, true);
    assert_int_equal(act(REVOKE, 1, message).code, ERR_CONFLICT);
    assert_non_null(strstr(message, "would fall with it"));
    assert_int_equal(act(ACTIVATE, 2, NULL).code, ERR_NONE); /* taken over by the first */
    assert_int_equal(act(REVOKE, 1, NULL).code, ERR_NONE);
    expect_agreement(&world.kiosks[0]);
}

/* Who says what is told of key `id`. */
static void expect_speaker(const char *id, const char *speaker)
{
    static struct feed_document page[FEED_DOCUMENTS_MAX];
    CLEANUP(transaction_done) struct transaction work = {0};
    size_t count = 0;
    uint64_t cursor = 0;
    const struct publish_reader reader = {KIOSK, 0, NOW_S};
    assert_int_equal(store_begin(world.store, &work).code, ERR_NONE);
    assert_int_equal(published_after(world.store, &reader, page, &count, &cursor).code, ERR_NONE);
    size_t at = 0;
    while (at < count && !text_same(page[at].id, id))
        at++;
    assert_true(at < count);
    assert_string_equal(page[at].key_id, speaker);
}

/* What the second revoked stays revoked when the second falls: the first says it again. */
static void what_a_revoked_key_revoked_is_said_again(void **state)
{
    char first[SEAL_KEY_ID_SIZE];
    char third[SEAL_KEY_ID_SIZE];
    (void)state;
    id_at(0, first);
    private_half(first, false);
    assert_int_equal(act(ADD, 0, NULL).code, ERR_NONE);
    assert_int_equal(act(ADD, 0, NULL).code, ERR_NONE);
    enrol(&world.kiosks[0]); /* whose list has all four */
    assert_int_equal(act(REVOKE, 2, NULL).code, ERR_NONE);
    id_at(2, third);
    expect_speaker(third, list_now().keys[1].id);
    private_half(first, true);
    assert_int_equal(act(ACTIVATE, 3, NULL).code, ERR_NONE);
    assert_int_equal(act(REVOKE, 1, NULL).code, ERR_NONE);
    expect_speaker(third, first);
    expect_agreement(&world.kiosks[0]);
}

/* The first key was stolen: it revokes itself, and is taken out of the list. */
static void what_only_a_gone_key_introduced_does_not_come_back(void **state)
{
    char message[KEY_DESK_MESSAGE_SIZE];
    (void)state;
    enrol(&world.kiosks[0]);
    assert_int_equal(act(ADD, 0, NULL).code, ERR_NONE);
    assert_int_equal(act(REVOKE, 0, NULL).code, ERR_NONE);
    expect_agreement(&world.kiosks[0]);
    assert_int_equal(act(ACTIVATE, 2, NULL).code, ERR_CONFLICT);
    take_one_out();
    assert_int_equal(act(ACTIVATE, 1, message).code, ERR_CONFLICT);
    expect_agreement(&world.kiosks[0]);
    assert_int_equal(act(ADD, 0, NULL).code, ERR_NONE); /* by the second, which counts */
    assert_int_equal(act(ACTIVATE, 2, NULL).code, ERR_NONE);
    expect_agreement(&world.kiosks[0]);
}

/* The statements of an earlier release were sealed when they were sent. */
static void what_was_not_sealed_is_as_soon_as_it_can_be(void **state)
{
    CLEANUP(key_desk_close) struct key_desk desk = {.store = NULL};
    CLEANUP(transaction_done) struct transaction work = {0};
    char first[SEAL_KEY_ID_SIZE];
    size_t untold = 9;
    (void)state;
    enrol(&world.kiosks[0]);
    assert_int_equal(act(ADD, 0, NULL).code, ERR_NONE);
    assert_int_equal(store_begin(world.store, &work).code, ERR_NONE);
    assert_int_equal(
        store_run(world.store, "DELETE FROM platform_keys WHERE ?", VALUES(V_NUMBER(1))).code,
        ERR_NONE);
    assert_int_equal(transaction_commit(&work).code, ERR_NONE);
    id_at(0, first);
    private_half(first, false);
    for (int here = 0; here < 2; here++) {
        assert_int_equal(key_desk_open(world.store, world.dir, NOW_S, &desk).code, ERR_NONE);
        assert_int_equal(key_desk_settle(&desk, &untold).code, ERR_NONE);
        assert_int_equal(untold, here == 0 ? 1 : 0);
        key_desk_close(&desk);
        assert_int_equal(ask(&world.kiosks[0], &world.kiosks[0].given), 0);
        assert_int_equal(world.kiosks[0].ring.count, here == 0 ? 2 : 3);
        private_half(first, true);
    }
}

/* Add, and revoke what was added, until no more is: how many there were. */
static size_t add_all(char *out_message)
{
    size_t added = 0;
    struct err e = ERR_OK;
    while (added <= KEYRING_MAX && !failed(e = act(ADD, 0, out_message))) {
        added++;
        size_t last = list_now().count - 1;
        assert_int_equal(act(REVOKE, last, NULL).code, ERR_NONE);
        take_one_out();
        expect_agreement(&world.kiosks[0]);
    }
    assert_int_equal(e.code, ERR_NOT_FOUND);
    return added;
}

/* A kiosk that was told of more would believe nothing that comes after it. */
static void no_more_keys_are_introduced_than_kiosks_take(void **state)
{
    char first[SEAL_KEY_ID_SIZE];
    char message[KEY_DESK_MESSAGE_SIZE];
    (void)state;
    enrol(&world.kiosks[0]);
    id_at(0, first);
    assert_int_equal(add_all(message), KEYRING_INTRODUCED_MAX);
    assert_non_null(strstr(message, first));
    assert_non_null(strstr(message, world.dir));
    assert_int_equal(list_now().count, 2); /* nor is anything left of the one that was refused */
    private_half(first, false);
    assert_int_equal(act(ADD, 0, NULL).code, ERR_NONE); /* by the second */
    assert_int_equal(act(ACTIVATE, 2, NULL).code, ERR_NONE);
    private_half(first, true);
    assert_int_equal(act(ACTIVATE, 2, NULL).code, ERR_NONE); /* and it stays the second's */
    expect_agreement(&world.kiosks[0]);
    enrol(&world.kiosks[1]);
    world.kiosks[1].ring = world.kiosks[1].given = world.kiosks[0].given;
    expect_agreement(&world.kiosks[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_who_introduced_a_key_or_is_above_revokes_it),
        TEST(what_an_earlier_key_would_say_is_refused_by_kiosks),
        TEST(a_revocation_reaches_a_kiosk_that_was_away),
        TEST(the_active_key_does_not_fall_with_another),
        TEST(what_a_revoked_key_revoked_is_said_again),
        TEST(what_only_a_gone_key_introduced_does_not_come_back),
        TEST(what_was_not_sealed_is_as_soon_as_it_can_be),
        TEST(no_more_keys_are_introduced_than_kiosks_take),
    };
    return cmocka_run_group_tests_name("gateway keys", tests, NULL, NULL);
}
