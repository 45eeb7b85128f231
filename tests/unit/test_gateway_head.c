/* The head that a kiosk has signed: whose journal it is that came. */
#include <stdlib.h>

#include "kiosk/pki/device_key.h"
#include "sync/gateway/alarm.h"
#include "tests/unit/file_room.h"
#include "tests/unit/gateway_world.h"

struct fixture {
    struct world world;
    struct batch *batch;
    struct device_key *key;
};

static const struct entry started = {.kind = ENTRY_VISIT_STARTED, .service = "renew"};
static const struct entry ended = {.kind = ENTRY_VISIT_ENDED};

static struct device_key *make_key(uint8_t out_public[KIOSK_DEVICE_KEY_LEN])
{
    struct device_key *key = NULL;
    struct seal_key *public = NULL;
    (void)unlink(path);
    world_ok(device_key_make(path));
    world_ok(device_key_open(path, &key));
    world_ok(device_key_save_public(key, path));
    world_ok(seal_key_create(path, &public));
    memcpy(out_public, seal_key_public(public), KIOSK_DEVICE_KEY_LEN);
    seal_key_destroy(public);
    return key;
}

static int set_up(void **state)
{
    uint8_t public[KIOSK_DEVICE_KEY_LEN];
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    if (fixture == NULL)
        return -1;
    fixture->batch = calloc(1, sizeof(*fixture->batch));
    assert_non_null(fixture->batch);
    world_open(&fixture->world);
    fixture->key = make_key(public);
    WORLD_DO(&fixture->world,
             kiosk_set_device_key(fixture->world.platform.store, WORLD_KIOSK, public));
    world_add(&fixture->world, fixture->batch, &started);
    world_add(&fixture->world, fixture->batch, &ended);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    world_close(&fixture->world);
    device_key_destroy(fixture->key);
    free(fixture->batch);
    free(fixture);
    return 0;
}

static void sign(struct fixture *fixture, const struct device_key *key, uint64_t seq,
                 const struct hash *hash)
{
    struct batch_head *head = &fixture->batch->head;
    const struct device_head said = {
        .kiosk = WORLD_KIOSK, .epoch = WORLD_EPOCH, .seq = seq, .hash = hash};
    head->seq = seq;
    head->hash = *hash;
    world_ok(device_key_sign_head(key, &said, head->signature));
}

static struct intake_answer send_batch(struct fixture *fixture)
{
    struct intake_answer answer = {0};
    world_ok(intake_batch(&fixture->world.platform, WORLD_KIOSK, fixture->batch, &answer));
    return answer;
}

static int64_t number(struct fixture *fixture, const char *sql)
{
    return world_number(&fixture->world, sql);
}

static void sign_last(struct fixture *fixture, const struct device_key *key)
{
    const struct batch_entry *last = &fixture->batch->entries[fixture->batch->count - 1];
    sign(fixture, key, last->seq, &last->hash);
}

static void a_signed_journal_is_stored_and_known_to_be_signed(void **state)
{
    struct fixture *fixture = *state;
    sign_last(fixture, fixture->key);
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.acked_seq, 2);
    assert_int_equal(number(fixture, "SELECT signed_seq FROM heads"), 2);
    assert_int_equal(number(fixture, "SELECT count(*) FROM alarms"), 0);
    assert_int_equal(send_batch(fixture).verdict, INTAKE_STORED); /* again */
}

static void no_signature(struct fixture *fixture)
{
    fixture->batch->head.seq = 0;
}
static void another_key_in_a_head(struct fixture *fixture)
{
    uint8_t unused[KIOSK_DEVICE_KEY_LEN];
    struct device_key *other = make_key(unused);
    sign_last(fixture, other);
    device_key_destroy(other);
}
static void another_bit_in_the_signature(struct fixture *fixture)
{
    fixture->batch->head.signature[20] ^= 1;
}
static void a_head_before_the_last_entry(struct fixture *fixture)
{
    sign(fixture, fixture->key, 1, &fixture->batch->entries[0].hash);
}
static void a_head_behind_the_last_entry(struct fixture *fixture)
{
    fixture->batch->count = 1;
}
static void another_seq_than_was_signed(struct fixture *fixture)
{
    a_head_before_the_last_entry(fixture);
    fixture->batch->head.seq = 2;
}
static void another_entry_signed(struct fixture *fixture)
{
    struct hash other = {{7}};
    sign(fixture, fixture->key, 2, &other);
}
static void another_kiosks_head(struct fixture *fixture)
{
    const struct batch_entry *last = &fixture->batch->entries[1];
    const struct device_head said = {
        .kiosk = "hall-2", .epoch = WORLD_EPOCH, .seq = 2, .hash = &last->hash};
    world_ok(device_key_sign_head(fixture->key, &said, fixture->batch->head.signature));
}
static void another_epoch(struct fixture *fixture)
{
    fixture->batch->epoch[0] = '9';
}
static void an_entry_before_a_signed_one(struct fixture *fixture)
{
    fixture->batch->entries[0].body[2] ^= 1;
}
static void one_that_the_signed_one_does_not_follow(struct fixture *fixture)
{
    struct world other = {.seq = 0, .txids = 70};
    struct batch_entry last = fixture->batch->entries[1];
    fixture->batch->count = 0;
    world_add(&other, fixture->batch, &ended);
    fixture->batch->entries[fixture->batch->count++] = last;
}

static const struct forgery {
    const char *what;
    void (*forge)(struct fixture *);
    enum intake_verdict verdict;
    const char *alarm;
} forgeries[] = {
    {"no signature", no_signature, INTAKE_UNSIGNED, "signature"},
    {"an entry behind the signed one", a_head_before_the_last_entry, INTAKE_UNSIGNED, "signature"},
    {"a signature of what did not come", a_head_behind_the_last_entry, INTAKE_UNSIGNED,
     "signature"},
    {"another key", another_key_in_a_head, INTAKE_SIGNATURE, "signature"},
    {"another signature", another_bit_in_the_signature, INTAKE_SIGNATURE, "signature"},
    {"another seq", another_seq_than_was_signed, INTAKE_SIGNATURE, "signature"},
    {"another entry was signed", another_entry_signed, INTAKE_SIGNATURE, "signature"},
    {"another kiosk's", another_kiosks_head, INTAKE_SIGNATURE, "signature"},
    {"the first batch of another journal", another_epoch, INTAKE_SIGNATURE, "signature"},
    {"a changed entry before a signed one", an_entry_before_a_signed_one, INTAKE_MALFORMED,
     "malformed"},
    {"another one before it", one_that_the_signed_one_does_not_follow, INTAKE_MALFORMED,
     "malformed"},
};

static enum intake_verdict send_ahead(struct fixture *fixture)
{
    struct intake_answer answer = {.verdict = INTAKE_STORED};
    world_ok(intake_ahead(&fixture->world.platform, WORLD_KIOSK, fixture->batch, &answer));
    return answer.verdict;
}

static void check_refused(struct fixture *fixture, const struct forgery *row)
{
    char alarms[128];
    (void)text_print(alarms, sizeof(alarms), "SELECT count(*) FROM alarms WHERE word = '%s'",
                     row->alarm);
    sign_last(fixture, fixture->key);
    row->forge(fixture);
    struct intake_answer answer = send_batch(fixture);
    if (answer.verdict != row->verdict || answer.seq == 0)
        fail_msg("%s: verdict %d", row->what, (int)answer.verdict);
    if (send_ahead(fixture) != row->verdict)
        fail_msg("%s: taken ahead of its turn", row->what);
    if (number(fixture, "SELECT count(*) FROM journal") != 0 ||
        number(fixture, "SELECT count(*) FROM heads") != 0 ||
        number(fixture, "SELECT count(*) FROM ahead") != 0 || number(fixture, alarms) != 1)
        fail_msg("%s: it was stored, or is not told", row->what);
}

static void what_the_device_key_has_not_signed_is_refused_and_told(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(forgeries); i++) {
        struct fixture *fixture = *state;
        check_refused(fixture, &forgeries[i]);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

/* And the kiosk itself goes on: nothing of what was refused stands in its way. */
static void after_each_forgery_the_kiosk_is_served(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(forgeries); i++) {
        struct fixture *fixture = *state;
        struct batch *own = malloc(sizeof(*own));
        assert_non_null(own);
        sign_last(fixture, fixture->key);
        memcpy(own, fixture->batch, sizeof(*own));
        forgeries[i].forge(fixture);
        (void)send_batch(fixture);
        (void)send_ahead(fixture);
        free(fixture->batch);
        fixture->batch = own;
        if (send_batch(fixture).verdict != INTAKE_STORED)
            fail_msg("%s: the kiosk is shut out", forgeries[i].what);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

/* The control: where nobody asks for a signature, each of them is stored. */
static void without_the_key_what_was_forged_is_believed(void **state)
{
    struct fixture *fixture = *state;
    struct store *store = fixture->world.platform.store;
    WORLD_DO(&fixture->world, store_run(store, "UPDATE kiosks SET device_key = NULL", NULL));
    another_key_in_a_head(fixture);
    assert_int_equal(send_batch(fixture).verdict, INTAKE_STORED);
    sign_last(fixture, fixture->key);
    assert_int_equal(number(fixture, "SELECT count(*) FROM journal"), 2);
    assert_int_equal(number(fixture, "SELECT signed_seq FROM heads"), 0);
}

static void a_kiosk_whose_key_is_not_known_is_shown_as_unsigned_and_refused(void **state)
{
    struct fixture *fixture = *state;
    struct kiosk kiosk = {.is_unsigned = false};
    struct store *store = fixture->world.platform.store;
    WORLD_DO(&fixture->world, kiosk_load(store, WORLD_KIOSK, &kiosk));
    assert_false(kiosk.is_unsigned);
    WORLD_DO(&fixture->world, store_run(store, "UPDATE kiosks SET device_key = NULL", NULL));
    WORLD_DO(&fixture->world, kiosk_load(store, WORLD_KIOSK, &kiosk));
    assert_true(kiosk.is_unsigned);

    fixture->world.platform.takes_unsigned = false;
    sign_last(fixture, fixture->key);
    assert_int_equal(send_batch(fixture).verdict, INTAKE_UNSIGNED);
    assert_int_equal(send_ahead(fixture), INTAKE_UNSIGNED);
    assert_int_equal(number(fixture, "SELECT count(*) FROM journal"), 0);
    assert_int_equal(number(fixture, "SELECT count(*) FROM alarms WHERE word = 'signature'"), 1);
    fixture->batch->count = 0; /* how far its journal is here it may ask */
    assert_int_equal(send_batch(fixture).verdict, INTAKE_STORED);
}

/* What came ahead before there was a signature to ask for: it is not applied twice when it was the
 * kiosk's, and in nobody's way when it was not. */
static void what_came_ahead_unsigned_gives_way_to_what_is_signed(void **state)
{
    struct fixture *fixture = *state;
    struct store *store = fixture->world.platform.store;
    struct entry request = world_request(&fixture->world, WORLD_ORDER, 1);
    uint8_t public[KIOSK_DEVICE_KEY_LEN];
    bool known = false;
    WORLD_DO(&fixture->world, kiosk_device_key(store, WORLD_KIOSK, public, &known));
    WORLD_DO(&fixture->world, store_run(store, "UPDATE kiosks SET device_key = NULL", NULL));
    world_add(&fixture->world, fixture->batch, &request);
    assert_int_equal(send_ahead(fixture), INTAKE_STORED);
    assert_int_equal(number(fixture, "SELECT count(*) FROM ahead WHERE signed = 0"), 1);
    WORLD_DO(&fixture->world,
             store_run(store,
                       "INSERT INTO ahead(kiosk, epoch, seq, txid, hash) SELECT id, '" WORLD_EPOCH
                       "', 4, '00000000-0000-4000-9000-000000000004', zeroblob(32) FROM kiosks",
                       VALUES(V_NUMBER(0))));
    WORLD_DO(&fixture->world, kiosk_set_device_key(store, WORLD_KIOSK, public));

    struct entry left = {.kind = ENTRY_ORDER_LEFT, .token = WORLD_TOKEN, .why = "cancelled"};
    (void)text_copy(left.order, sizeof(left.order), WORLD_ORDER);
    world_add(&fixture->world, fixture->batch, &left); /* the fourth, with that txid */
    sign_last(fixture, fixture->key);
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.acked_seq, 4);
    assert_int_equal(answer.ack.rejected_count, 0);
    assert_int_equal(number(fixture, "SELECT count(*) FROM ahead"), 0);
    assert_int_equal(number(fixture, "SELECT count(*) FROM orders WHERE status = 'closed'"), 1);
}

static void what_came_ahead_counts_no_more_with_another_journal_or_key(void **state)
{
    static const char *const rows[] = {
        "UPDATE ahead SET epoch = '00000000-0000-4000-8000-0000000000e9'",
        "UPDATE ahead SET signed = 0",
    };
    struct fixture *fixture = *state;
    struct store *store = fixture->world.platform.store;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        WORLD_DO(&fixture->world,
                 store_run(store,
                           "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE"
                           " i < 1099) INSERT OR REPLACE INTO ahead SELECT id, '" WORLD_EPOCH
                           "', i, 'x' || i, zeroblob(32), 1 FROM n, kiosks",
                           VALUES(V_NUMBER(0))));
        sign_last(fixture, fixture->key);
        assert_int_equal(send_ahead(fixture), INTAKE_FULL);
        WORLD_DO(&fixture->world, store_run(store, rows[i], VALUES(V_NUMBER(0))));
        assert_int_equal(send_ahead(fixture), INTAKE_STORED);
    }
}

static void another_device_key_has_signed_nothing_of_what_is_ahead(void **state)
{
    struct fixture *fixture = *state;
    struct store *store = fixture->world.platform.store;
    struct entry request = world_request(&fixture->world, WORLD_ORDER, 1);
    uint8_t public[KIOSK_DEVICE_KEY_LEN];
    uint8_t other[KIOSK_DEVICE_KEY_LEN];
    bool known = false;
    world_add(&fixture->world, fixture->batch, &request);
    sign_last(fixture, fixture->key);
    assert_int_equal(send_ahead(fixture), INTAKE_STORED);
    WORLD_DO(&fixture->world, kiosk_device_key(store, WORLD_KIOSK, public, &known));
    WORLD_DO(&fixture->world, kiosk_set_device_key(store, WORLD_KIOSK, public));
    assert_int_equal(number(fixture, "SELECT sum(signed) FROM ahead"), 1); /* the same one has */
    device_key_destroy(make_key(other));
    WORLD_DO(&fixture->world, kiosk_set_device_key(store, WORLD_KIOSK, other));
    assert_int_equal(number(fixture, "SELECT sum(signed) FROM ahead"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_signed_journal_is_stored_and_known_to_be_signed),
        TEST(what_the_device_key_has_not_signed_is_refused_and_told),
        TEST(after_each_forgery_the_kiosk_is_served),
        TEST(without_the_key_what_was_forged_is_believed),
        TEST(a_kiosk_whose_key_is_not_known_is_shown_as_unsigned_and_refused),
        TEST(what_came_ahead_unsigned_gives_way_to_what_is_signed),
        TEST(what_came_ahead_counts_no_more_with_another_journal_or_key),
        TEST(another_device_key_has_signed_nothing_of_what_is_ahead),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
