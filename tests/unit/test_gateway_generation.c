/* When a kiosk has what it cannot have from this database. */
#include <stdlib.h>

#include "sync/gateway/generation.h"
#include "sync/gateway/publish.h"
#include "tests/unit/gateway_world.h"

#define OTHER "99999999-9999-4999-8999-999999999999"
#define NEIGHBOUR "hall-2"
#define ROWS 3 /* of the kiosk's journal */

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    const struct entry entry = {.kind = ENTRY_VISIT_ENDED};
    static const struct hash client = {{2}};

    if (world == NULL)
        return -1;
    world_open(world);
    WORLD_DO(world, kiosk_enrol(world->platform.store, NEIGHBOUR, &client, WORLD_NOW_S));
    for (int i = 0; i < ROWS; i++)
        (void)world_report(world, &entry);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    world_close(world);
    free(world);
    return 0;
}

static void name_of(struct world *world, const char *kiosk, char out[GENERATION_SIZE])
{
    WORLD_DO(world, generation_of(world->platform.store, kiosk, out));
    assert_true(chain_is_uuid(out, strlen(out)));
}

static void name(struct world *world, char out[GENERATION_SIZE])
{
    name_of(world, WORLD_KIOSK, out);
}

static uint64_t newest(struct world *world)
{
    uint64_t cursor = 0;
    WORLD_DO(world, published_newest(world->platform.store, &cursor));
    return cursor;
}

/* A kiosk that has all there is of the generation that stands. */
static struct feed_place place_of(struct world *world)
{
    struct feed_place place = {.kiosk = WORLD_KIOSK,
                               .tells = true,
                               .cursor = newest(world),
                               .epoch = WORLD_EPOCH,
                               .acked_seq = ROWS};
    name(world, place.generation);
    return place;
}

static uint64_t settle(struct world *world, const struct feed_place *place)
{
    uint64_t cursor = UINT64_MAX;
    WORLD_DO(world, feed_place_settle(&world->platform, place, &cursor));
    return cursor;
}

static void earlier_release(struct feed_place *place)
{
    place->tells = false;
    place->cursor += 5;
}
static void all(struct feed_place *place)
{
    (void)place;
}
static void part(struct feed_place *place)
{
    place->cursor--;
    place->acked_seq--;
}
static void nothing(struct feed_place *place)
{
    *place = (struct feed_place){.kiosk = WORLD_KIOSK, .tells = true};
}
static void far_beyond(struct feed_place *place)
{
    place->cursor = UINT64_C(1) << 53;
}
static void of_another(struct feed_place *place)
{
    (void)text_copy(place->generation, sizeof(place->generation), OTHER);
    place->cursor += 5;
    place->acked_seq += 5;
}
static void cursor_beyond(struct feed_place *place)
{
    place->cursor++;
}
static void mark_beyond(struct feed_place *place)
{
    place->acked_seq++;
}
static void another_journal(struct feed_place *place)
{
    (void)text_copy(place->epoch, sizeof(place->epoch), OTHER);
}

/* clang-format off */
static const struct {
    const char *sentence;
    void (*change)(struct feed_place *);
    bool from_start, restored;
} rows[] = {
    {"all of it: goes on", all, false, false},
    {"part of it: goes on", part, false, false},
    {"nothing yet: from the start", nothing, true, false},
    {"of another generation: from the start, whatever it has", of_another, true, false},
    {"of a release that tells no generation: as it says", earlier_release, false, false},
    {"a document that is not there: put back", cursor_beyond, true, true},
    {"the greatest cursor there is: put back", far_beyond, true, true},
    {"an entry was acknowledged that is not there: put back", mark_beyond, true, true},
    {"a journal was acknowledged that is not there: put back", another_journal, true, true},
};
/* clang-format on */

static void what_a_kiosk_has_tells_whether_the_database_was_put_back(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char after[GENERATION_SIZE];
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
        struct world *world = *state;
        struct feed_place place = place_of(world);
        char before[GENERATION_SIZE];
        name(world, before);
        rows[i].change(&place);
        uint64_t cursor = settle(world, &place);
        name(world, after);
        if (cursor != (rows[i].from_start ? 0 : place.cursor))
            fail_msg("%s: from %llu", rows[i].sentence, (unsigned long long)cursor);
        if (text_same(before, after) == rows[i].restored)
            fail_msg("%s", rows[i].sentence);
        assert_int_equal(world_number(world, "SELECT count(*) FROM alarms WHERE word = 'restored'"),
                         rows[i].restored ? 1 : 0);
    }
}

/* Whoever has a kiosk's certificate makes no other kiosk ask for anything. */
static void a_kiosk_s_word_counts_for_itself_alone(void **state)
{
    struct world *world = *state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char before[2][GENERATION_SIZE];
        char after[2][GENERATION_SIZE];
        static const char *const others[] = {NEIGHBOUR, ""};
        struct feed_place place = place_of(world);
        struct feed_place beside = {.kiosk = NEIGHBOUR, .tells = true, .cursor = newest(world)};
        for (size_t k = 0; k < ARRAY_LEN(others); k++)
            name_of(world, others[k], before[k]);
        (void)text_copy(beside.generation, sizeof(beside.generation), before[0]);
        rows[i].change(&place);
        (void)settle(world, &place);
        for (size_t k = 0; k < ARRAY_LEN(others); k++) {
            name_of(world, others[k], after[k]);
            if (!text_same(before[k], after[k]))
                fail_msg("%s: so does \"%s\"", rows[i].sentence, others[k]);
        }
        assert_int_equal(settle(world, &beside), beside.cursor);
        world_clock((int64_t)(i + 1) * GENERATION_PAUSE_S);
    }
}

/* Nor itself again and again; a clock that goes back makes the pause no shorter. */
static void a_kiosk_s_word_counts_once_in_a_while(void **state)
{
    static const struct {
        int64_t after_s;
        bool counts;
    } claims[] = {{0, true},
                  {0, false},
                  {GENERATION_PAUSE_S - 1, false},
                  {-1, false},
                  {GENERATION_PAUSE_S, true},
                  {0, false}};
    struct world *world = *state;
    char before[GENERATION_SIZE];
    char after[GENERATION_SIZE];

    for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
        world_clock(claims[i].after_s);
        struct feed_place place = place_of(world);
        cursor_beyond(&place);
        name(world, before);
        assert_int_equal(settle(world, &place), claims[i].counts ? 0 : place.cursor);
        name(world, after);
        assert_int_equal(!text_same(before, after), claims[i].counts);
    }
}

/* Those too that were told one of their own. */
static void the_command_is_for_all(void **state)
{
    struct world *world = *state;
    struct feed_place place = place_of(world);
    char own[GENERATION_SIZE];
    char all_of[3][GENERATION_SIZE];

    cursor_beyond(&place);
    assert_int_equal(settle(world, &place), 0);
    name(world, own);
    WORLD_DO(world, generation_renew(&world->platform));
    name_of(world, WORLD_KIOSK, all_of[0]);
    name_of(world, NEIGHBOUR, all_of[1]);
    name_of(world, "", all_of[2]);
    assert_string_not_equal(all_of[0], own);
    assert_string_equal(all_of[0], all_of[1]);
    assert_string_equal(all_of[0], all_of[2]);
}

static void its_own_is_what_a_kiosk_is_told(void **state)
{
    struct world *world = *state;
    const struct entry entry = {.kind = ENTRY_VISIT_ENDED};
    struct feed_place place = place_of(world);
    struct ack ack = {0};
    char own[GENERATION_SIZE];

    mark_beyond(&place);
    assert_int_equal(settle(world, &place), 0);
    name(world, own);
    WORLD_DO(world, intake_ack(&world->platform, WORLD_KIOSK, &ack));
    assert_string_equal(ack.generation, own);
    assert_string_equal(world_report(world, &entry).ack.generation, own);
    WORLD_DO(world, intake_ack(&world->platform, NEIGHBOUR, &ack));
    assert_string_not_equal(ack.generation, own);
}

static void an_acknowledgement_names_the_generation(void **state)
{
    struct world *world = *state;
    const struct entry entry = {.kind = ENTRY_VISIT_ENDED};
    char before[GENERATION_SIZE];
    struct ack ack = {0};

    name(world, before);
    assert_string_equal(world_report(world, &entry).ack.generation, before);
    WORLD_DO(world, generation_renew(&world->platform));
    WORLD_DO(world, intake_ack(&world->platform, WORLD_KIOSK, &ack));
    assert_string_not_equal(ack.generation, before);
    assert_true(chain_is_uuid(ack.generation, strlen(ack.generation)));
}

static void two_databases_are_two_generations(void **state)
{
    static struct world other;
    char one[GENERATION_SIZE];
    char two[GENERATION_SIZE];

    world_open(&other);
    name(*state, one);
    name(&other, two);
    assert_string_not_equal(one, two);
    world_close(&other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_kiosk_has_tells_whether_the_database_was_put_back),
        TEST(a_kiosk_s_word_counts_for_itself_alone),
        TEST(a_kiosk_s_word_counts_once_in_a_while),
        TEST(the_command_is_for_all),
        TEST(its_own_is_what_a_kiosk_is_told),
        TEST(an_acknowledgement_names_the_generation),
        TEST(two_databases_are_two_generations),
    };
    return cmocka_run_group_tests_name("gateway generation", tests, NULL, NULL);
}
