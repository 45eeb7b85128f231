/* When a kiosk has what it cannot have from this database. */
#include <stdlib.h>

#include "sync/gateway/generation.h"
#include "sync/gateway/publish.h"
#include "tests/unit/gateway_world.h"

#define OTHER "99999999-9999-4999-8999-999999999999"
#define ROWS 3 /* of the kiosk's journal */

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    const struct entry entry = {.kind = ENTRY_VISIT_ENDED};

    if (world == NULL)
        return -1;
    world_open(world);
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

static void name(struct world *world, char out[GENERATION_SIZE])
{
    WORLD_DO(world, generation_read(world->platform.store, out));
    assert_true(chain_is_uuid(out, strlen(out)));
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

/* Whoever has a kiosk's certificate cannot make the whole fleet ask again and again. */
static void a_kiosk_s_word_counts_once_in_a_while(void **state)
{
    char first[GENERATION_SIZE];
    char second[GENERATION_SIZE];
    struct world *world = *state;

    for (int i = 0; i < 3; i++) {
        struct feed_place place = place_of(world);
        cursor_beyond(&place);
        assert_int_equal(settle(world, &place), i == 1 ? place.cursor : 0);
        name(world, i == 0 ? first : second);
        if (i == 1)
            assert_string_equal(first, second);
        if (i == 2)
            assert_string_not_equal(first, second);
        world_clock(i == 0 ? GENERATION_PAUSE_S - 1 : GENERATION_PAUSE_S);
    }
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
        TEST(a_kiosk_s_word_counts_once_in_a_while),
        TEST(an_acknowledgement_names_the_generation),
        TEST(two_databases_are_two_generations),
    };
    return cmocka_run_group_tests_name("gateway generation", tests, NULL, NULL);
}
