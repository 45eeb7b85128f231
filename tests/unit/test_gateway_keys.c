/* What kiosks are told of the platform's keys: by whom, for ever, and so that each of them believes
 * it, whatever list it was given and however long it was away. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/key_desk.h"
#include "sync/gateway/publish.h"
#include "sync/wire/document.h"
#include "tests/unit/unit.h"

#define NOW_S INT64_C(1780000000)
#define KIOSKS 4
#define HISTORIES 24
#define ACTS 40
#define KIOSK "hall-1"

/* A kiosk: what it was given, and what it has heard and kept since. */
struct kiosk {
    struct keyring given, ring;
    uint64_t cursor;
    size_t kept_count;
    struct keyring_statement kept[KEYRING_MAX];
};

static struct world {
    char dir[64];
    struct store *store;
    struct kiosk kiosks[KIOSKS];
} world;

static unsigned heard_all, refused_all, told_all;

static int set_up(void **state)
{
    struct keys_folder folder;
    (void)state;
    memset(&world, 0, sizeof(world));
    (void)text_copy(world.dir, sizeof(world.dir), "/tmp/test_keys.XXXXXX");
    assert_non_null(mkdtemp(world.dir));
    assert_int_equal(keys_folder_make(world.dir, NOW_S).code, ERR_NONE);
    assert_int_equal(keys_folder_read(world.dir, &folder).code, ERR_NONE);
    assert_int_equal(store_open(":memory:", true, &world.store).code, ERR_NONE);
    CLEANUP(transaction_done) struct transaction work = {0};
    assert_int_equal(store_begin(world.store, &work).code, ERR_NONE);
    assert_int_equal(key_desk_begin(world.store, &folder.list).code, ERR_NONE);
    assert_int_equal(transaction_commit(&work).code, ERR_NONE);
    return 0;
}

static int remove_one(const char *path, const struct stat *what, int type, struct FTW *where)
{
    (void)what;
    (void)type;
    (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    store_close(world.store);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread */
    return nftw(world.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct keyring list_now(void)
{
    struct keys_folder folder;
    assert_int_equal(keys_folder_read(world.dir, &folder).code, ERR_NONE);
    return folder.list;
}

static void id_at(size_t at, char out[SEAL_KEY_ID_SIZE])
{
    struct keyring list = list_now();
    assert_true(at < list.count);
    memcpy(out, list.keys[at].id, SEAL_KEY_ID_SIZE);
}

static void enrol(struct kiosk *kiosk)
{
    memset(kiosk, 0, sizeof(*kiosk));
    kiosk->given = kiosk->ring = list_now();
}

static void private_half(const char *id, bool here)
{
    char in[128];
    char away[128];
    (void)text_print(in, sizeof(in), "%s/platform-%s.key", world.dir, id);
    (void)text_print(away, sizeof(away), "%s/away-%s", world.dir, id);
    (void)(here ? rename(away, in) : rename(in, away)); /* it may be there already */
}

static struct keyring_statement statement_of(const struct feed_document *document)
{
    struct keyring_statement made = {.body_len = document->body_len};
    struct document_key said;
    assert_int_equal(
        document_read_key((struct bytes){document->body, document->body_len}, &said).code,
        ERR_NONE);
    (void)text_copy(made.key.id, sizeof(made.key.id), document->id);
    (void)text_copy(made.key_id, sizeof(made.key_id), document->key_id);
    made.key.version = document->version;
    made.key.not_before_s = said.not_before_s;
    made.key.not_after_s = said.not_after_s;
    made.key.revoked = said.revoked_s != 0;
    memcpy(made.key.public_key, said.public_key, sizeof(said.public_key));
    memcpy(made.seal, document->seal, sizeof(made.seal));
    memcpy(made.body, document->body, document->body_len);
    return made;
}

static void keep(struct kiosk *kiosk, const struct keyring_statement *taken)
{
    size_t at = 0;
    while (at < kiosk->kept_count && !text_same(kiosk->kept[at].key.id, taken->key.id))
        at++;
    if (at < kiosk->kept_count && kiosk->kept[at].key.version > taken->key.version)
        return;
    kiosk->kept[at] = *taken;
    kiosk->kept_count += at == kiosk->kept_count ? 1 : 0;
}

/* Whether a statement that was refused needs to be believed: nobody is told of what fell. */
static bool matters(const struct keyring *ring, const struct keyring_statement *statement)
{
    return statement->key.revoked || keyring_counts(ring, statement->key.id);
}

/* The kiosk asks for what is new; how many statements it did not believe that matter. */
static unsigned ask(struct kiosk *kiosk, const struct keyring *platform)
{
    static struct feed_document page[FEED_DOCUMENTS_MAX];
    static struct keyring_statement statements[FEED_DOCUMENTS_MAX];
    CLEANUP(transaction_done) struct transaction work = {0};
    struct err fates[FEED_DOCUMENTS_MAX];
    size_t count = 0;
    unsigned refused = 0;
    const struct publish_reader reader = {KIOSK, kiosk->cursor, NOW_S};
    assert_int_equal(store_begin(world.store, &work).code, ERR_NONE);
    assert_int_equal(published_after(world.store, &reader, page, &count, &kiosk->cursor).code,
                     ERR_NONE);
    for (size_t i = 0; i < count; i++)
        statements[i] = statement_of(&page[i]);
    keyring_take_arriving(&kiosk->ring, &(const struct keyring_hearer){KIOSK, NOW_S}, statements,
                          count, fates);
    for (size_t i = 0; i < count; i++) {
        heard_all++;
        if (!failed(fates[i]))
            keep(kiosk, &statements[i]);
        else if (matters(platform, &statements[i]))
            refused++;
    }
    return refused;
}

static struct keyring platform_ring(char out_active[SEAL_KEY_ID_SIZE])
{
    CLEANUP(key_desk_close) struct key_desk desk = {.store = NULL};
    assert_int_equal(key_desk_open(world.store, world.dir, NOW_S, &desk).code, ERR_NONE);
    memcpy(out_active, desk.folder.active, SEAL_KEY_ID_SIZE);
    return desk.ring;
}

/* Every kiosk believes what it hears, and knows of each key what the platform does; so it does when
 * it starts anew with what it kept. */
static void expect_agreement(struct kiosk *kiosk)
{
    char active[SEAL_KEY_ID_SIZE];
    struct keyring platform = platform_ring(active);
    unsigned refused = ask(kiosk, &platform);
    refused_all += refused;
    assert_int_equal(refused, 0);
    struct keyring again = kiosk->given;
    keyring_take_stored(&again, KIOSK, kiosk->kept, kiosk->kept_count);
    assert_true(keyring_counts(&kiosk->ring, active));
    for (size_t i = 0; i < platform.count; i++) {
        const char *id = platform.keys[i].id;
        bool counts = keyring_counts(&platform, id);
        if (counts)
            assert_true(keyring_counts(&kiosk->ring, id));
        if (list_now().keys[i].revoked)
            assert_false(keyring_counts(&kiosk->ring, id));
        assert_int_equal(keyring_counts(&again, id), keyring_counts(&kiosk->ring, id));
    }
}

enum act { ADD, ACTIVATE, REVOKE };

static struct err act(enum act what, size_t at, char *out_message)
{
    CLEANUP(key_desk_close) struct key_desk desk = {.store = NULL};
    size_t made = 0;
    struct err e = ERR_OK;
    assert_int_equal(key_desk_open(world.store, world.dir, NOW_S, &desk).code, ERR_NONE);
    switch (what) {
    case ADD:
        e = key_add(&desk, 3650, &made);
        break;
    case ACTIVATE:
        e = key_activate(&desk, at);
        break;
    case REVOKE:
        e = key_revoke(&desk, at);
        break;
    }
    if (out_message != NULL)
        (void)text_copy(out_message, KEY_DESK_MESSAGE_SIZE, desk.message);
    told_all += failed(e) ? 0 : 1;
    return e;
}

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

static void take_one_out(void);

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

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = (uint32_t)((*seed * UINT64_C(1664525) + UINT64_C(1013904223)) & UINT32_MAX);
    return (*seed >> 8) % below;
}

/* As an operator may, by hand, when the list is full. */
static void take_one_out(void)
{
    struct keyring list = list_now();
    size_t at = 0;
    while (at < list.count && !list.keys[at].revoked)
        at++;
    if (at == list.count)
        return;
    memmove(&list.keys[at], &list.keys[at + 1], (list.count - at - 1) * sizeof(list.keys[0]));
    list.count--;
    assert_int_equal(keys_folder_write(world.dir, &list).code, ERR_NONE);
}

static void one_act(uint32_t *seed)
{
    char id[SEAL_KEY_ID_SIZE];
    size_t at = draw(seed, (uint32_t)list_now().count);
    struct err e = ERR_OK;
    switch (draw(seed, 8)) {
    case 0:
        e = act(ADD, 0, NULL);
        if (e.code == ERR_NO_ROOM)
            take_one_out();
        break;
    case 1:
    case 2:
        e = act(ACTIVATE, at, NULL);
        break;
    case 3:
        e = act(REVOKE, at, NULL);
        break;
    case 4:
    case 5:
        id_at(at, id);
        private_half(id, draw(seed, 2) == 0 || text_same(id, list_now().keys[0].id));
        break;
    case 6:
        enrol(&world.kiosks[draw(seed, KIOSKS)]);
        break;
    default:
        id_at(0, id);
        private_half(id, draw(seed, 3) == 0);
        break;
    }
    assert_true(e.code == ERR_NONE || e.code == ERR_NOT_FOUND || e.code == ERR_CONFLICT ||
                e.code == ERR_NO_ROOM);
}

/* Of every kiosk, whatever it has missed. */
static void every_kiosk_believes_what_the_platform_says(void **state)
{
    heard_all = refused_all = told_all = 0;
    for (uint32_t history = 1; history <= HISTORIES; history++) {
        uint32_t seed = history;
        assert_int_equal(set_up(state), 0);
        for (size_t i = 0; i < KIOSKS; i++)
            enrol(&world.kiosks[i]);
        for (size_t i = 0; i < ACTS; i++) {
            one_act(&seed);
            expect_agreement(&world.kiosks[draw(&seed, KIOSKS)]);
        }
        for (size_t i = 0; i < KIOSKS; i++)
            expect_agreement(&world.kiosks[i]);
        assert_int_equal(tear_down(state), 0);
    }
    assert_true(told_all > HISTORIES && heard_all > HISTORIES);
    (void)printf(
        "points: %d histories of the platform's keys, %u acts, %u statements heard by kiosks,"
        " %u not believed\n",
        HISTORIES, told_all, heard_all, refused_all);
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
        cmocka_unit_test(every_kiosk_believes_what_the_platform_says),
    };
    return cmocka_run_group_tests_name("gateway keys", tests, NULL, NULL);
}
