#include "kiosk/app/printer_desk.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/unit/app_room.h"

#define ROWS 10

static struct printer_page a_page(uint8_t *dots, uint8_t fill)
{
    size_t len = (size_t)PRINTER_WIDTH_80MM / 8 * ROWS;
    memset(dots, fill, len);
    return (struct printer_page){.width = PRINTER_WIDTH_80MM, .rows = ROWS, .dots = dots};
}

static void set_state(struct room *room, enum printer_state state)
{
    room_take_printer(room)->state = state;
    room_give_printer(room);
}

static void test_the_state_of_the_printer_is_told_at_once_and_when_it_changes(void **state)
{
    (void)state;
    struct room room;
    struct mail mail;

    room_open(&room);
    struct printer_desk *desk = room_printer_desk(&room);
    room_mail(&room, MAIL_PRINTER, &mail);
    assert_int_equal(mail.hall.printer, FACT_PRINTER_READY);
    set_state(&room, PRINTER_PAPER_OUT);
    room_mail(&room, MAIL_PRINTER, &mail);
    assert_int_equal(mail.hall.printer, FACT_PRINTER_PAPER_OUT);
    assert_false(post_take(&room.post, 2500, &mail)); /* a look at the same says nothing */
    printer_desk_destroy(desk);
    room_close(&room);
}

/* clang-format off */
static const struct {
    const char *name;
    enum printer_state state;
    enum err_code fails;
    enum err_code want;
} rows[] = {
    {"a page that is out is printed", PRINTER_READY, ERR_NONE, ERR_NONE},
    {"low paper still prints", PRINTER_PAPER_LOW, ERR_NONE, ERR_NONE},
    {"no paper is not printed", PRINTER_PAPER_OUT, ERR_NONE, ERR_NO_ROOM},
    {"an open cover is not printed", PRINTER_COVER_OPEN, ERR_NONE, ERR_BLOCKED},
    {"a printer that is away has not printed", PRINTER_SILENT, ERR_NONE, ERR_GONE},
    {"silence in the middle is not known", PRINTER_READY, ERR_TIMEOUT, ERR_TIMEOUT},
};
/* clang-format on */

static void test_a_page_is_answered_as_the_printer_did(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        static uint8_t dots[PRINTER_DESK_DOTS_MAX];
        struct room room;
        struct mail mail;

        print_message("  %s\n", rows[i].name);
        room_open(&room);
        struct printer_sim *sim = room_take_printer(&room);
        sim->state = rows[i].state;
        sim->fail_next = rows[i].fails;
        room_give_printer(&room);
        struct printer_desk *desk = room_printer_desk(&room);
        struct printer_page page = a_page(dots, 0xA5);
        printer_desk_print(desk, 7, &page);
        memset(dots, 0, sizeof(dots)); /* the dots were copied */
        room_event(&room, EVENT_PRINTED, &mail);
        assert_int_equal(mail.event.id, 7);
        assert_int_equal(mail.event.result, rows[i].want);
        printer_desk_destroy(desk);
        assert_int_equal(room_take_printer(&room)->pages, rows[i].want == ERR_NONE ? 1 : 0);
        if (rows[i].want == ERR_NONE) {
            (void)a_page(dots, 0xA5);
            assert_memory_equal(sim->last_dots, dots, (size_t)PRINTER_WIDTH_80MM / 8 * ROWS);
            assert_int_equal(sim->last_rows, ROWS);
        }
        room_give_printer(&room);
        room_close(&room);
    }
}

static void test_a_page_in_hand_is_finished_before_the_desk_ends(void **state)
{
    (void)state;
    static uint8_t dots[PRINTER_DESK_DOTS_MAX];
    struct room room;

    room_open(&room);
    struct printer_desk *desk = room_printer_desk(&room);
    struct printer_page page = a_page(dots, 1);
    printer_desk_print(desk, 1, &page);
    printer_desk_destroy(desk);
    assert_int_equal(printer_sim_of(room.printer.inner)->pages, 1);
    printer_desk_destroy(NULL);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_state_of_the_printer_is_told_at_once_and_when_it_changes),
        cmocka_unit_test(test_a_page_is_answered_as_the_printer_did),
        cmocka_unit_test(test_a_page_in_hand_is_finished_before_the_desk_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
