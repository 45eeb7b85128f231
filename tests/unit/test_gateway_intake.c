#include <stdlib.h>

#include "tests/unit/gateway_world.h"

struct fixture {
    struct world world;
    struct batch *batch;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    if (fixture == NULL)
        return -1;
    fixture->batch = calloc(1, sizeof(*fixture->batch));
    if (fixture->batch == NULL) {
        free(fixture);
        return -1;
    }
    world_open(&fixture->world);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    world_close(&fixture->world);
    free(fixture->batch);
    free(fixture);
    return 0;
}

static const struct entry started = {.kind = ENTRY_VISIT_STARTED, .service = "renew"};
static const struct entry ended = {.kind = ENTRY_VISIT_ENDED};

static struct intake_answer send_batch(struct fixture *fixture)
{
    struct intake_answer answer = {0};

    world_ok(intake_batch(&fixture->world.platform, WORLD_KIOSK, fixture->batch, &answer));
    return answer;
}

static int64_t rows(struct fixture *fixture)
{
    return world_number(&fixture->world, "SELECT count(*) FROM journal");
}

static void a_batch_is_stored_up_to_its_last_entry(void **state)
{
    struct fixture *fixture = *state;

    world_add(&fixture->world, fixture->batch, &started);
    world_add(&fixture->world, fixture->batch, &ended);
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.acked_seq, 2);
    assert_string_equal(answer.ack.kiosk, WORLD_KIOSK);
    assert_string_equal(answer.ack.epoch, WORLD_EPOCH);
    assert_memory_equal(answer.ack.head_hash.at, fixture->world.head.at, HASH_LEN);
    assert_int_equal(rows(fixture), 2);
}

static void a_repair_is_stored_and_refused_by_nobody(void **state)
{
    struct fixture *fixture = *state;
    struct entry repair = {
        .kind = ENTRY_TOKEN_REPAIR, .token = WORLD_TOKEN, .slot = 0x9C, .repaired = "no"};

    (void)text_copy(repair.order, sizeof(repair.order), WORLD_ORDER);
    world_add(&fixture->world, fixture->batch, &repair);
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.rejected_count, 0);
    assert_int_equal(world_number(&fixture->world, "SELECT count(*) FROM journal WHERE kind ="
                                                   " 'token_repair' AND rejected = ''"),
                     1);
}

/* The first entry of that kiosk's journal: it could not repair the token. */
static struct intake_answer note_repair(struct fixture *fixture, const char *kiosk,
                                        const char *epoch)
{
    struct entry repair = {
        .kind = ENTRY_TOKEN_REPAIR, .token = WORLD_TOKEN, .slot = 0x9C, .repaired = "no"};
    struct intake_answer answer = {0};
    struct batch_entry *row = fixture->batch->entries;

    fixture->batch->count = 0;
    fixture->world.seq = 0;
    memset(fixture->world.head.at, 0, HASH_LEN);
    (void)text_copy(repair.order, sizeof(repair.order), WORLD_ORDER);
    world_add(&fixture->world, fixture->batch, &repair);
    (void)text_copy(fixture->batch->epoch, sizeof(fixture->batch->epoch), epoch);
    chain_uuid_once(row->txid, kiosk, epoch, "repair " WORLD_ORDER " " WORLD_TOKEN " 0");
    struct chain_entry link = {.seq = row->seq,
                               .at_ms = row->at_ms,
                               .epoch = epoch,
                               .txid = row->txid,
                               .visit = row->visit,
                               .kind = row->kind,
                               .body = {row->body, row->body_len},
                               .prev = row->prev};
    world_ok(chain_hash(&link, &row->hash));
    world_ok(intake_batch(&fixture->world.platform, kiosk, fixture->batch, &answer));
    return answer;
}

static void one_repair_is_noted_by_two_kiosks_and_in_a_new_journal(void **state)
{
    static const char other_epoch[] = "00000000-0000-4000-8000-0000000000e2";
    struct fixture *fixture = *state;
    struct hash client = {{2}};

    WORLD_DO(&fixture->world,
             kiosk_enrol(fixture->world.platform.store, "hall-2", &client, WORLD_NOW_S));
    assert_int_equal(note_repair(fixture, WORLD_KIOSK, WORLD_EPOCH).verdict, INTAKE_STORED);
    assert_int_equal(note_repair(fixture, "hall-2", WORLD_EPOCH).verdict, INTAKE_STORED);
    assert_int_equal(note_repair(fixture, WORLD_KIOSK, other_epoch).verdict, INTAKE_STORED);
    assert_int_equal(rows(fixture), 3);
}

static void a_repeated_batch_is_answered_the_same_and_applied_once(void **state)
{
    struct fixture *fixture = *state;
    struct entry request = world_request(&fixture->world, WORLD_ORDER, 1);
    struct entry unknown = {.kind = ENTRY_ORDER_LEFT, .token = WORLD_TOKEN, .why = "cancelled"};

    (void)text_copy(unknown.order, sizeof(unknown.order), WORLD_ORDER_2);
    world_add(&fixture->world, fixture->batch, &request);
    world_add(&fixture->world, fixture->batch, &unknown);
    struct intake_answer first = send_batch(fixture);
    struct intake_answer again = send_batch(fixture);
    assert_int_equal(first.ack.rejected_count, 1);
    assert_int_equal(first.ack.rejected[0].seq, 2);
    assert_string_equal(first.ack.rejected[0].code, "unknown_order");
    assert_memory_equal(&first.ack, &again.ack, sizeof(first.ack));
    assert_int_equal(rows(fixture), 2);
    assert_int_equal(world_number(&fixture->world, "SELECT count(*) FROM orders"), 1);
}

static void a_batch_that_overlaps_takes_only_what_is_new(void **state)
{
    struct fixture *fixture = *state;

    world_add(&fixture->world, fixture->batch, &started);
    (void)send_batch(fixture);
    world_add(&fixture->world, fixture->batch, &ended);
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.acked_seq, 2);
    assert_int_equal(rows(fixture), 2);
}

static void a_gap_stores_nothing_and_says_what_is_expected(void **state)
{
    struct fixture *fixture = *state;

    world_add(&fixture->world, fixture->batch, &started);
    (void)send_batch(fixture);
    fixture->batch->count = 0;
    world_add(&fixture->world, fixture->batch, &started);
    fixture->batch->count = 0;
    world_add(&fixture->world, fixture->batch, &ended);
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_GAP);
    assert_int_equal(answer.seq, 2);
    assert_int_equal(rows(fixture), 1);
}

static void another_entry_at_a_known_seq_is_a_fork(void **state)
{
    struct fixture *fixture = *state;

    world_add(&fixture->world, fixture->batch, &started);
    (void)send_batch(fixture);
    fixture->batch->count = 0;
    fixture->world.seq = 0;
    memset(fixture->world.head.at, 0, HASH_LEN);
    world_add(&fixture->world, fixture->batch, &ended);
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_FORK);
    assert_int_equal(answer.seq, 1);
    assert_int_equal(rows(fixture), 1);
}

static void an_entry_chained_to_another_past_is_a_fork(void **state)
{
    struct fixture *fixture = *state;

    world_add(&fixture->world, fixture->batch, &started);
    (void)send_batch(fixture);
    fixture->batch->count = 0;
    fixture->world.head.at[0] ^= 1;
    world_add(&fixture->world, fixture->batch, &ended);
    assert_int_equal(send_batch(fixture).verdict, INTAKE_FORK);
    assert_int_equal(rows(fixture), 1);
}

static void a_txid_that_comes_again_elsewhere_is_a_fork(void **state)
{
    struct fixture *fixture = *state;

    world_add(&fixture->world, fixture->batch, &started);
    (void)send_batch(fixture);
    fixture->batch->count = 0;
    fixture->world.txids = 0;
    world_add(&fixture->world, fixture->batch, &ended);
    assert_int_equal(send_batch(fixture).verdict, INTAKE_FORK);
    assert_int_equal(rows(fixture), 1);
}

static void an_entry_that_does_not_hash_to_what_it_says_is_malformed(void **state)
{
    struct fixture *fixture = *state;

    world_add(&fixture->world, fixture->batch, &started);
    world_add(&fixture->world, fixture->batch, &ended);
    fixture->batch->entries[1].at_ms++;
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_MALFORMED);
    assert_int_equal(answer.seq, 2);
    assert_int_equal(rows(fixture), 0);
}

static void a_body_that_makes_no_sense_is_kept_and_rejected(void **state)
{
    static const struct {
        const char *kind;
        const char *body;
        const char *code;
    } cases[] = {
        {"order_requested", "{\"order\":1}", "malformed"},
        {"order_left", "not json", "malformed"},
        {"tea_served", "{}", "unknown_kind"},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct batch_entry *row = &fixture->batch->entries[i];
        world_add(&fixture->world, fixture->batch, &ended);
        (void)text_copy(row->kind, sizeof(row->kind), cases[i].kind);
        row->body_len = strlen(cases[i].body);
        memcpy(row->body, cases[i].body, row->body_len);
        struct chain_entry link = {.seq = row->seq,
                                   .at_ms = row->at_ms,
                                   .epoch = WORLD_EPOCH,
                                   .txid = row->txid,
                                   .visit = row->visit,
                                   .kind = row->kind,
                                   .body = {row->body, row->body_len},
                                   .prev = row->prev};
        world_ok(chain_hash(&link, &row->hash));
        fixture->world.head = row->hash;
    }
    struct intake_answer answer = send_batch(fixture);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.rejected_count, ARRAY_LEN(cases));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(answer.ack.rejected[i].code, cases[i].code);
    assert_int_equal(rows(fixture), 3);
}

static void a_new_epoch_begins_at_one_and_becomes_the_current_one(void **state)
{
    struct fixture *fixture = *state;
    struct ack ack = {0};

    WORLD_DO(&fixture->world, intake_ack(&fixture->world.platform, WORLD_KIOSK, &ack));
    assert_string_equal(ack.epoch, "");
    world_add(&fixture->world, fixture->batch, &started);
    (void)send_batch(fixture);
    WORLD_DO(&fixture->world, intake_ack(&fixture->world.platform, WORLD_KIOSK, &ack));
    assert_string_equal(ack.epoch, WORLD_EPOCH);
    assert_int_equal(ack.acked_seq, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_batch_is_stored_up_to_its_last_entry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_repair_is_stored_and_refused_by_nobody, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_repair_is_noted_by_two_kiosks_and_in_a_new_journal,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_repeated_batch_is_answered_the_same_and_applied_once,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_batch_that_overlaps_takes_only_what_is_new, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_gap_stores_nothing_and_says_what_is_expected, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_entry_at_a_known_seq_is_a_fork, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_entry_chained_to_another_past_is_a_fork, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_txid_that_comes_again_elsewhere_is_a_fork, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_entry_that_does_not_hash_to_what_it_says_is_malformed,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_body_that_makes_no_sense_is_kept_and_rejected, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_new_epoch_begins_at_one_and_becomes_the_current_one,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
