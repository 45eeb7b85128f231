#include "kiosk/app/describe.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/app/doorbell.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

static struct flow a_flow(void)
{
    struct flow flow = {.state = FLOW_PAY,
                        .hall = {.line_up = true,
                                 .reader_there = true,
                                 .ledger_ok = true,
                                 .printer = FACT_PRINTER_PAPER_LOW},
                        .visit = {.token = {.id = "s123", .tries_left = 3, .certificate_count = 1},
                                  .account = {.account = "hongyuan01"},
                                  .order = {.order_no = "20261122000001",
                                            .pay_url = "https://platform.example/p/x"}}};
    (void)text_copy(flow.visit.token.certificates[0].holder, FACTS_NAME_SIZE, "江城机电");
    return flow;
}

static void test_the_status_says_how_the_kiosk_is(void **state)
{
    (void)state;
    struct flow flow = a_flow();
    char text[DOORBELL_ANSWER_MAX];

    describe_status(&flow, text, sizeof(text));
    assert_string_equal(text, "state=pay\nmessage=none\nline=up\nreader=there\nprinter=paper_low\n"
                              "ledger=ok\nroom=low\nclock=untrusted\n");
}

static void test_the_status_names_what_is_wrong_with_the_ledger(void **state)
{
    (void)state;
    char text[DOORBELL_ANSWER_MAX];
    static const char *const lines[FACT_LEDGER_FAULT_COUNT] = {
        "\nledger=bad\n",     "\nledger=rolled_back\n", "\nledger=forked\n", "\nledger=no_key\n",
        "\nledger=changed\n", "\nledger=no_folder\n",   "\nledger=no_room\n"};

    for (int i = 0; i < FACT_LEDGER_FAULT_COUNT; i++) {
        struct flow flow = a_flow();
        flow.hall.ledger_ok = false;
        flow.hall.ledger_fault = (enum fact_ledger_fault)i;
        describe_status(&flow, text, sizeof(text));
        assert_non_null(strstr(text, lines[i]));
    }
}

static void test_the_status_says_nothing_of_a_visitor(void **state)
{
    (void)state;
    struct flow flow = a_flow();
    char text[DOORBELL_ANSWER_MAX];
    static const char *const personal[] = {"江城", "hongyuan", "2026", "s123", "https"};

    describe_status(&flow, text, sizeof(text));
    for (size_t i = 0; i < ARRAY_LEN(personal); i++)
        assert_null(strstr(text, personal[i]));
}

static void test_every_state_message_and_printer_has_a_word_of_its_own(void **state)
{
    (void)state;
    char seen[FLOW_STATE_COUNT * MESSAGE_COUNT][96];
    size_t count = 0;

    for (int s = 0; s < FLOW_STATE_COUNT; s++) {
        for (int m = 0; m < MESSAGE_COUNT; m++) {
            struct flow flow = {.state = (enum flow_state)s, .message = (enum flow_message)m};
            char *text = seen[count];
            describe_status(&flow, text, sizeof(seen[0]));
            assert_null(strstr(text, "null"));
            for (size_t i = 0; i < count; i++)
                assert_string_not_equal(seen[i], text);
            count++;
        }
    }
    for (int p = 0; p < FACT_PRINTER_COUNT; p++) {
        struct flow flow = {.hall.printer = (enum fact_printer)p};
        describe_status(&flow, seen[0], sizeof(seen[0]));
        assert_null(strstr(seen[0], "null"));
    }
}

static void test_targets_are_told_with_place_and_words(void **state)
{
    (void)state;
    struct draw_list *list = calloc(1, sizeof(*list));
    struct flow flow = a_flow();
    char text[DOORBELL_ANSWER_MAX];

    assert_non_null(list);
    draw_clear(list);
    draw_target(
        list,
        (struct draw_target){.rect = {56, 1536, 624, 120}, .action = ACTION_NEXT, .enabled = true},
        "下一步 Next");
    draw_target(list,
                (struct draw_target){.rect = {-4, 2, 3, 4}, .action = ACTION_PIN_DIGIT, .value = 7},
                "7");
    describe_screen(&flow, list, true, text, sizeof(text));
    assert_non_null(strstr(text, "state=pay\n"));
    assert_non_null(strstr(text, "tries=3\nwarning=0\nhelp=0\npressed=1\norder=20261122000001\n"
                                 "pay_url=https://platform.example/p/x\n"));
    assert_non_null(strstr(text, "target action=next value=0 x=56 y=1536 w=624 h=120 enabled=1 "
                                 "label=下一步 Next\n"));
    assert_non_null(
        strstr(text, "target action=pin_digit value=7 x=-4 y=2 w=3 h=4 enabled=0 label=7\n"));
    flow.state = FLOW_DONE; /* the address is told only while it is shown */
    describe_screen(&flow, list, false, text, sizeof(text));
    assert_non_null(strstr(text, "\npressed=0\n"));
    assert_null(strstr(text, "https://"));
    free(list);
}

static void test_what_does_not_fit_is_cut_within_the_room(void **state)
{
    (void)state;
    struct draw_list *list = calloc(1, sizeof(*list));
    struct flow flow = a_flow();
    char text[DOORBELL_ANSWER_MAX];

    assert_non_null(list);
    draw_clear(list);
    for (uint32_t i = 0; i < DRAW_TARGETS_MAX; i++)
        draw_target(list, (struct draw_target){.action = ACTION_CHOOSE, .value = i}, "certificate");
    for (size_t size = 1; size < 600; size++) {
        memset(text, '#', sizeof(text));
        describe_screen(&flow, list, false, text, size);
        assert_non_null(memchr(text, '\0', size));
        assert_int_equal(text[size], '#');
    }
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_status_says_how_the_kiosk_is),
        cmocka_unit_test(test_the_status_names_what_is_wrong_with_the_ledger),
        cmocka_unit_test(test_the_status_says_nothing_of_a_visitor),
        cmocka_unit_test(test_every_state_message_and_printer_has_a_word_of_its_own),
        cmocka_unit_test(test_targets_are_told_with_place_and_words),
        cmocka_unit_test(test_what_does_not_fit_is_cut_within_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
