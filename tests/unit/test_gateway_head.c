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

static void a_signed_journal_is_stored_and_known_to_be_signed(void **state)
{
    struct fixture *fixture = *state;
    sign(fixture, fixture->key, 2, &fixture->batch->entries[1].hash);
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.acked_seq, 2);
    assert_int_equal(number(fixture, "SELECT signed_seq FROM heads"), 2);
    assert_int_equal(number(fixture, "SELECT count(*) FROM alarms"), 0);
    assert_int_equal(send_batch(fixture).verdict, INTAKE_STORED); /* again */
}

static void a_signature_that_comes_after_its_entries_counts_too(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(send_batch(fixture).verdict, INTAKE_STORED);
    assert_int_equal(number(fixture, "SELECT signed_seq FROM heads"), 0);
    sign(fixture, fixture->key, 2, &fixture->batch->entries[1].hash);
    fixture->batch->count = 0;
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.acked_seq, 2);
    assert_int_equal(number(fixture, "SELECT signed_seq FROM heads"), 2);
}

static void a_head_further_on_is_compared_when_it_is_reached(void **state)
{
    struct fixture *fixture = *state;
    struct hash later = {{7}};
    sign(fixture, fixture->key, 9, &later);
    assert_int_equal(send_batch(fixture).verdict, INTAKE_STORED);
    assert_int_equal(number(fixture, "SELECT signed_seq FROM heads"), 0);
}

static void another_key_in_a_head(struct fixture *fixture)
{
    uint8_t unused[KIOSK_DEVICE_KEY_LEN];
    struct device_key *other = make_key(unused);
    sign(fixture, other, 2, &fixture->batch->entries[1].hash);
    device_key_destroy(other);
}
static void another_bit_in_the_signature(struct fixture *fixture)
{
    sign(fixture, fixture->key, 2, &fixture->batch->entries[1].hash);
    fixture->batch->head.signature[20] ^= 1;
}
static void another_seq_than_was_signed(struct fixture *fixture)
{
    sign(fixture, fixture->key, 1, &fixture->batch->entries[0].hash);
    fixture->batch->head.seq = 2;
}
static void another_entry_signed(struct fixture *fixture)
{
    struct hash other = {{7}};
    sign(fixture, fixture->key, 2, &other);
}

static void what_the_device_key_has_not_signed_is_refused_and_told(void **state)
{
    static const struct {
        const char *what;
        void (*forge)(struct fixture *);
        enum intake_verdict verdict;
        const char *alarms;
    } rows[] = {
        {"another key", another_key_in_a_head, INTAKE_SIGNATURE,
         "SELECT count(*) FROM alarms WHERE word = 'signature' AND cleared_s = 0"},
        {"another signature", another_bit_in_the_signature, INTAKE_SIGNATURE,
         "SELECT count(*) FROM alarms WHERE word = 'signature' AND cleared_s = 0"},
        {"another seq", another_seq_than_was_signed, INTAKE_SIGNATURE,
         "SELECT count(*) FROM alarms WHERE word = 'signature' AND cleared_s = 0"},
        {"another entry, signed by the kiosk itself", another_entry_signed, INTAKE_FORK,
         "SELECT count(*) FROM alarms WHERE word = 'fork' AND cleared_s = 0"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        rows[i].forge(fixture);
        struct intake_answer answer = send_batch(fixture);
        if (answer.verdict != rows[i].verdict || answer.seq != 2)
            fail_msg("%s: verdict %d", rows[i].what, (int)answer.verdict);
        if (number(fixture, "SELECT count(*) FROM journal") != 0 ||
            number(fixture, rows[i].alarms) != 1)
            fail_msg("%s: it was stored, or is not told", rows[i].what);
    }
}

static void a_kiosk_whose_key_is_not_known_is_served_and_shown_as_unsigned(void **state)
{
    struct fixture *fixture = *state;
    struct kiosk kiosk = {.is_unsigned = false};
    struct store *store = fixture->world.platform.store;
    WORLD_DO(&fixture->world, kiosk_load(store, WORLD_KIOSK, &kiosk));
    assert_false(kiosk.is_unsigned);
    WORLD_DO(&fixture->world, store_run(store, "UPDATE kiosks SET device_key = NULL", NULL));
    another_key_in_a_head(fixture);
    assert_int_equal(send_batch(fixture).verdict, INTAKE_STORED);
    WORLD_DO(&fixture->world, kiosk_load(store, WORLD_KIOSK, &kiosk));
    assert_true(kiosk.is_unsigned);
    assert_int_equal(kiosk.signed_seq, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_signed_journal_is_stored_and_known_to_be_signed),
        TEST(a_signature_that_comes_after_its_entries_counts_too),
        TEST(a_head_further_on_is_compared_when_it_is_reached),
        TEST(what_the_device_key_has_not_signed_is_refused_and_told),
        TEST(a_kiosk_whose_key_is_not_known_is_served_and_shown_as_unsigned),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
