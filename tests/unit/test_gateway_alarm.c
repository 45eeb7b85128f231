#include <stdlib.h>

#include "sync/gateway/alarm.h"
#include "sync/gateway/watch.h"
#include "tests/unit/gateway_world.h"

static const char other_epoch[] = "00000000-0000-4000-8000-0000000000e2";
static const struct entry started = {.kind = ENTRY_VISIT_STARTED, .service = "renew"};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));

    if (world == NULL)
        return -1;
    world_open(world);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    world_close(*state);
    free(*state);
    return 0;
}

static struct alarm *open_alarms(struct world *world, size_t *out_count)
{
    struct alarm *list = calloc(ALARM_LIST_MAX, sizeof(*list));

    assert_non_null(list);
    WORLD_DO(world, alarm_list(world->platform.store, true, list, out_count));
    return list;
}

static void one_row_counts_until_it_is_cleared(void **state)
{
    struct world *world = *state;
    struct alarm cleared = {0};
    size_t count = 0;

    for (int i = 0; i < 3; i++) {
        world_clock(10 * i);
        world_ok(alarm_raise_alone(&world->platform, WORLD_KIOSK, ALARM_GAP, i == 2 ? "b" : "a"));
    }
    world_ok(alarm_raise_alone(&world->platform, WORLD_KIOSK, ALARM_FORK, ""));
    world_ok(alarm_raise_alone(&world->platform, "hall-9", ALARM_GAP, ""));
    struct alarm *list = open_alarms(world, &count);
    assert_int_equal(count, 3);
    const struct alarm *gap = &list[2];
    assert_string_equal(gap->word, "gap");
    assert_string_equal(gap->detail, "b");
    assert_int_equal(gap->count, 3);
    assert_int_equal(gap->first_s, WORLD_NOW_S);
    assert_int_equal(gap->last_s, WORLD_NOW_S + 20);
    WORLD_DO(world, alarm_clear(&world->platform, gap->id, &cleared));
    world_clock(30);
    WORLD_DO(world, alarm_clear(&world->platform, gap->id, &cleared));
    assert_int_equal(cleared.cleared_s, WORLD_NOW_S + 20);
    world_ok(alarm_raise_alone(&world->platform, WORLD_KIOSK, ALARM_GAP, "c"));
    free(list);
    list = open_alarms(world, &count);
    assert_int_equal(count, 3);
    assert_int_equal(list[0].count, 1);
    assert_int_equal(world_number(world, "SELECT count(*) FROM alarms"), 4);
    free(list);
}

static void few_of_those_that_were_cleared_are_kept(void **state)
{
    struct world *world = *state;
    struct alarm cleared = {0};

    for (int i = 0; i < ALARM_CLEARED_MAX + 7; i++) {
        world_ok(alarm_raise_alone(&world->platform, WORLD_KIOSK, ALARM_CLOCK, ""));
        int64_t newest = world_number(world, "SELECT max(id) FROM alarms");
        WORLD_DO(world, alarm_clear(&world->platform, newest, &cleared));
    }
    assert_int_equal(world_number(world, "SELECT count(*) FROM alarms"), ALARM_CLEARED_MAX);
    assert_int_equal(alarm_clear(&world->platform, 12345, &cleared).code, ERR_NOT_FOUND);
}

static void forget_the_past(struct world *world, struct batch *batch)
{
    (void)batch;
    memset(world->head.at, 1, HASH_LEN);
}

static void leave_one_out(struct world *world, struct batch *batch)
{
    (void)batch;
    world->seq++;
}

static void begin_again(struct world *world, struct batch *batch)
{
    (void)batch;
    world->seq = 0;
    memset(world->head.at, 0, HASH_LEN);
}

static void use_a_txid_again(struct world *world, struct batch *batch)
{
    (void)batch;
    world->txids--;
}

static void be_early(struct world *world, struct batch *batch)
{
    (void)world;
    batch->entries[0].at_ms += 2 * WATCH_AHEAD_MAX_MS;
}

static void be_late(struct world *world, struct batch *batch)
{
    (void)world;
    batch->entries[0].at_ms -= 2 * WATCH_BACK_MAX_MS;
}

static void be_of_1970(struct world *world, struct batch *batch)
{
    (void)world;
    batch->entries[0].at_ms = 1;
}

static void make_no_sense(struct world *world, struct batch *batch)
{
    (void)world;
    (void)text_copy(batch->entries[0].kind, sizeof(batch->entries[0].kind), "tea_served");
}

static void be_another_journal(struct world *world, struct batch *batch)
{
    (void)world;
    (void)text_copy(batch->epoch, sizeof(batch->epoch), other_epoch);
}

static void rehash(struct batch *batch)
{
    struct batch_entry *row = batch->entries;
    const struct chain_entry link = {.seq = row->seq,
                                     .at_ms = row->at_ms,
                                     .epoch = batch->epoch,
                                     .txid = row->txid,
                                     .visit = row->visit,
                                     .kind = row->kind,
                                     .body = {row->body, row->body_len},
                                     .prev = row->prev};

    world_ok(chain_hash(&link, &row->hash));
}

static void break_the_hash(struct world *world, struct batch *batch)
{
    (void)world;
    batch->entries[0].hash.at[0] ^= 1;
}

/* What is odd about a batch of one entry, after one that was stored. */
static const struct {
    const char *sentence;
    void (*before)(struct world *, struct batch *); /* the entry is made */
    void (*after)(struct world *, struct batch *);
    bool is_hashed; /* again, so that only that is odd */
    enum intake_verdict verdict;
    const char *word; /* NULL: nothing is odd */
} cases[] = {
    {"nothing", NULL, NULL, false, INTAKE_STORED, NULL},
    {"an entry is left out", leave_one_out, NULL, false, INTAKE_GAP, "gap"},
    {"it follows another past", forget_the_past, NULL, false, INTAKE_FORK, "fork"},
    {"its place is taken", begin_again, NULL, false, INTAKE_FORK, "fork"},
    {"its txid is known", use_a_txid_again, NULL, false, INTAKE_FORK, "duplicate_txid"},
    {"it does not hash to what it says", NULL, break_the_hash, false, INTAKE_MALFORMED,
     "malformed"},
    {"nobody knows its kind", NULL, make_no_sense, true, INTAKE_STORED, "rejected"},
    {"it is from the future", NULL, be_early, true, INTAKE_STORED, "clock"},
    {"it is before the one it follows", NULL, be_late, true, INTAKE_STORED, "clock"},
    {"it is from 1970", NULL, be_of_1970, true, INTAKE_STORED, "clock"},
    {"the journal is another", begin_again, be_another_journal, true, INTAKE_STORED,
     "epoch_changed"},
};

static void send_odd(struct world *world, size_t i)
{
    struct batch *batch = calloc(1, sizeof(*batch));
    struct intake_answer answer = {0};

    assert_non_null(batch);
    (void)world_report(world, &started);
    if (cases[i].before != NULL)
        cases[i].before(world, batch);
    world_add(world, batch, &started);
    if (cases[i].after != NULL)
        cases[i].after(world, batch);
    if (cases[i].is_hashed)
        rehash(batch);
    for (int again = 0; again < 2; again++) {
        world_ok(intake_batch(&world->platform, WORLD_KIOSK, batch, &answer));
        if (answer.verdict != cases[i].verdict)
            fail_msg("%s: verdict %d", cases[i].sentence, (int)answer.verdict);
    }
    free(batch);
}

/* Also when nothing of the batch is kept; and what was stored is odd once, however often it comes.
 */
static void what_is_odd_about_a_batch_is_an_alarm(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct world *world = calloc(1, sizeof(*world));
        size_t count = 0;
        assert_non_null(world);
        world_open(world);
        send_odd(world, i);
        struct alarm *list = open_alarms(world, &count);
        if (count != (cases[i].word != NULL))
            fail_msg("%s: %zu alarms", cases[i].sentence, count);
        if (count > 0 && strcmp(list[0].word, cases[i].word) != 0)
            fail_msg("%s: %s, %s", cases[i].sentence, list[0].word, list[0].detail);
        if (count > 0 && list[0].count != (cases[i].verdict == INTAKE_STORED ? 1 : 2))
            fail_msg("%s: %lld times", cases[i].sentence, (long long)list[0].count);
        free(list);
        world_close(world);
        free(world);
    }
}

static void a_kiosk_says_how_many_are_open(void **state)
{
    struct world *world = *state;
    struct kiosk kiosk = {0};

    WORLD_DO(world, kiosk_load(world->platform.store, WORLD_KIOSK, &kiosk));
    assert_int_equal(kiosk.open_alarms, 0);
    world_ok(alarm_raise_alone(&world->platform, WORLD_KIOSK, ALARM_GAP, ""));
    world_ok(alarm_raise_alone(&world->platform, WORLD_KIOSK, ALARM_FORK, ""));
    world_ok(alarm_raise_alone(&world->platform, "hall-2", ALARM_FORK, ""));
    WORLD_DO(world, kiosk_load(world->platform.store, WORLD_KIOSK, &kiosk));
    assert_int_equal(kiosk.open_alarms, 2);
}

static void what_is_about_no_kiosk_is_no_kiosk(void **state)
{
    static const struct {
        const char *what, *id;
        bool valid;
    } rows[] = {
        {"one letter", "a", true},
        {"all that may stand in it", "hall-7-az09", true},
        {"as long as can be", "abcdefghijklmnopqrstuvwxyz012345", true},
        {"a longer one", "abcdefghijklmnopqrstuvwxyz0123456", false},
        {"nothing", "", false},
        {"a capital letter", "Hall-7", false},
        {"a path", "hall/7", false},
        {"what alarms of this machine stand under", ALARM_PLATFORM, false},
        {"what begins so", ALARM_PLATFORM "-1", true},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (kiosk_id_valid(rows[i].id) != rows[i].valid)
            fail_msg("%s", rows[i].what);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_row_counts_until_it_is_cleared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(few_of_those_that_were_cleared_are_kept, set_up, tear_down),
        cmocka_unit_test(what_is_odd_about_a_batch_is_an_alarm),
        cmocka_unit_test_setup_teardown(a_kiosk_says_how_many_are_open, set_up, tear_down),
        cmocka_unit_test(what_is_about_no_kiosk_is_no_kiosk),
    };
    return cmocka_run_group_tests_name("gateway alarm", tests, NULL, NULL);
}
