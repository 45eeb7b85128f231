#include "hw/sim/workbench.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

static void test_words_stand_in_both_languages(void **state)
{
    (void)state;
    static struct workbench_words words;
    char message[CONFIG_MESSAGE_MAX] = "";
    struct err e = workbench_words_read("assets/words/workbench.ini", &words, message);
    if (failed(e))
        fail_msg("%s", message);
    for (size_t i = 0; i < WORD_COUNT; i++) {
        assert_true(words.text[i].zh[0] != '\0');
        assert_true(words.text[i].en[0] != '\0');
    }
    assert_string_equal(words.text[WORD_INSERT].zh, "插入");
    assert_string_equal(words.text[WORD_INSERT].en, "Insert");
}

struct value_row {
    const char *status;
    const char *key;
    const char *value;
};

static void test_values_are_found_by_their_whole_key(void **state)
{
    (void)state;
    const struct value_row rows[] = {
        {"in serial=7 pin=5/5 puk=3/3", "pin", "5/5"},
        {"in serial=7 pin=5/5", "in", ""},
        {"spin=1 pin=2", "pin", "2"},
        {"pin=", "pin", ""},
        {"", "pin", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char value[16];
        workbench_value(rows[i].status, rows[i].key, value, sizeof(value));
        assert_string_equal(value, rows[i].value);
    }
}

struct has_row {
    const char *status;
    const char *word;
    bool there;
};

static void test_states_are_whole_words(void **state)
{
    (void)state;
    const struct has_row rows[] = {
        {"in seen=yes", "in", true},
        {"inside", "in", false},
        {"power=on paper=ok", "paper=ok", true},
        {"power=on paper=ok", "power=o", false},
        {"", "in", false},
        {"up connections=2", "up", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (workbench_has(rows[i].status, rows[i].word) != rows[i].there)
            fail_msg("%s in %s", rows[i].word, rows[i].status);
    }
}

static void test_buttons_of_one_row_stand_together(void **state)
{
    (void)state;
    for (size_t i = 1; i < workbench_button_count; i++) {
        if (workbench_buttons[i].row == workbench_buttons[i - 1].row)
            continue;
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(workbench_buttons[k].row, workbench_buttons[i].row);
    }
}

struct offer_row {
    const char *name;
    const char *url;
    bool possible;
};

static void test_only_addresses_of_the_gateway_are_paid(void **state)
{
    (void)state;
    const struct offer_row rows[] = {
        {"an order at the gateway", "https://127.0.0.1:8443/p/TOKEN", true},
        {"no order", "", false},
        {"an order at another place", "https://127.0.0.2:8443/p/TOKEN", false},
        {"not even encrypted", "http://127.0.0.1:8443/p/TOKEN", false},
    };
    static struct workbench_pay pay;
    assert_false(failed(workbench_pay_init(&pay, "https://127.0.0.1:8443", "ca.pem")));
    assert_false(workbench_pay_possible(&pay));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(workbench_pay_offer(&pay, rows[i].url));
        assert_false(workbench_pay_offer(&pay, rows[i].url));
        if (workbench_pay_possible(&pay) != rows[i].possible)
            fail_msg("%s", rows[i].name);
    }
}

static void test_the_token_is_changed_for_a_renewable_one_only_while_it_is_out(void **state)
{
    (void)state;
    static struct workbench workbench;
    size_t found = 0;
    for (size_t i = 0; i < workbench_button_count; i++) {
        if (workbench_buttons[i].word != WORD_RENEWABLE)
            continue;
        found++;
        (void)text_copy(workbench.status[DEVICE_TOKEN], WORKBENCH_STATUS_MAX, "in seen=yes");
        assert_false(workbench_is_enabled(&workbench, &workbench_buttons[i]));
        (void)text_copy(workbench.status[DEVICE_TOKEN], WORKBENCH_STATUS_MAX, "out seen=no");
        assert_true(workbench_is_enabled(&workbench, &workbench_buttons[i]));
    }
    assert_int_equal(found, 1);
}

static void test_without_devices_no_button_can_be_pressed(void **state)
{
    (void)state;
    static struct workbench workbench;
    for (size_t i = 0; i < WORKBENCH_SOCKETS; i++)
        (void)text_copy(workbench.socket[i], WORKBENCH_PATH_MAX, "/nonexistent/socket");
    assert_false(failed(workbench_pay_init(&workbench.pay, "https://127.0.0.1:8443", "ca.pem")));
    assert_false(workbench_look(&workbench));
    for (size_t i = 0; i < workbench_button_count; i++)
        assert_false(workbench_is_enabled(&workbench, &workbench_buttons[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_stand_in_both_languages),
        cmocka_unit_test(test_values_are_found_by_their_whole_key),
        cmocka_unit_test(test_states_are_whole_words),
        cmocka_unit_test(test_buttons_of_one_row_stand_together),
        cmocka_unit_test(test_only_addresses_of_the_gateway_are_paid),
        cmocka_unit_test(test_the_token_is_changed_for_a_renewable_one_only_while_it_is_out),
        cmocka_unit_test(test_without_devices_no_button_can_be_pressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
