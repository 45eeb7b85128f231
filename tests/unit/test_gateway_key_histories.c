/* Whatever operators do with the platform's keys, every kiosk believes in the end what the platform
 * does. */
#include "tests/unit/key_desk_room.h"

#define HISTORIES 24
#define ACTS 40

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = (uint32_t)((*seed * UINT64_C(1664525) + UINT64_C(1013904223)) & UINT32_MAX);
    return (*seed >> 8) % below;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kiosk_believes_what_the_platform_says)};
    return cmocka_run_group_tests_name("gateway key histories", tests, NULL, NULL);
}
