#include "hw/token/apdu.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

static void short_commands_take_one_block(void **state)
{
    static const struct {
        const char *name;
        size_t len;
        bool answers;
        size_t want_len;
        uint8_t want[8];
    } rows[] = {
        {"nothing either way", 0, false, 4, {0x00, 0x20, 0x01, 0x80}},
        {"an answer only", 0, true, 5, {0x00, 0x20, 0x01, 0x80, 0x00}},
        {"data only", 2, false, 7, {0x00, 0x20, 0x01, 0x80, 0x02, 0x55, 0x55}},
        {"data and an answer", 2, true, 8, {0x00, 0x20, 0x01, 0x80, 0x02, 0x55, 0x55, 0x00}},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct apdu apdu = {.ins = 0x20, .p1 = 0x01, .p2 = 0x80, .answers = rows[i].answers};
        struct apdu_block block;

        print_message("  %s\n", rows[i].name);
        apdu.len = rows[i].len;
        memset(apdu.data, 0x55, apdu.len);
        assert_int_equal(apdu_block_count(&apdu, APDU_SHORT), 1);
        apdu_block(&apdu, APDU_SHORT, 0, &block);
        assert_int_equal(block.len, rows[i].want_len);
        assert_memory_equal(block.at, rows[i].want, block.len);
    }
}

static void long_commands_are_chained_and_lose_no_byte(void **state)
{
    static const size_t lens[] = {255, 256, 510, 511, APDU_DATA_MAX};
    static const size_t counts[] = {1, 2, 2, 3, 13};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
        struct apdu apdu = {.ins = 0xDB, .len = lens[i], .answers = true};
        size_t at = 0;

        for (size_t j = 0; j < apdu.len; j++)
            apdu.data[j] = (uint8_t)(j * 7 & 0xFF);
        assert_int_equal(apdu_block_count(&apdu, APDU_SHORT), counts[i]);
        for (size_t j = 0; j < counts[i]; j++) {
            struct apdu_block block;
            bool last = j == counts[i] - 1;

            apdu_block(&apdu, APDU_SHORT, j, &block);
            assert_int_equal(block.at[0], last ? 0x00 : 0x10);
            assert_int_equal(block.len, 5U + block.at[4] + (last ? 1 : 0));
            assert_memory_equal(block.at + 5, apdu.data + at, block.at[4]);
            at += block.at[4];
        }
        assert_int_equal(at, apdu.len);
    }
}

static void a_command_of_extended_length_is_one_block(void **state)
{
    static const size_t lens[] = {1, 5, 255, 256, 804, APDU_DATA_MAX};
    (void)state;

    for (size_t i = 0; i < 2 * ARRAY_LEN(lens); i++) {
        struct apdu apdu = {.ins = 0xDB, .p2 = 0x80, .len = lens[i / 2], .answers = i % 2 != 0};
        struct apdu_block block;

        for (size_t j = 0; j < apdu.len; j++)
            apdu.data[j] = (uint8_t)(j * 7 & 0xFF);
        assert_int_equal(apdu_block_count(&apdu, APDU_EXTENDED), 1);
        apdu_block(&apdu, APDU_EXTENDED, 0, &block);
        assert_memory_equal(block.at, "\x00\xDB\x00\x80\x00", 5);
        assert_int_equal((size_t)block.at[5] << 8 | block.at[6], apdu.len);
        assert_memory_equal(block.at + 7, apdu.data, apdu.len);
        assert_int_equal(block.len, 7 + apdu.len + (apdu.answers ? 2 : 0));
        if (apdu.answers)
            assert_memory_equal(block.at + 7 + apdu.len, "\x00\x00", 2);
        apdu_set_le(&block, 0x6C12);
        assert_int_equal(block.len, 9 + apdu.len);
        assert_memory_equal(block.at + 7 + apdu.len, "\x00\x12", 2);
    }
}

static void status_words_say_what_comes_next(void **state)
{
    static const struct {
        uint8_t reply[4];
        size_t len;
        enum err_code code;
        enum apdu_next next;
        uint16_t sw;
    } rows[] = {
        {{0x90, 0x00}, 2, ERR_NONE, APDU_DONE, 0x9000},
        {{0x6A, 0x82}, 2, ERR_NONE, APDU_DONE, 0x6A82},
        {{0xAA, 0xBB, 0x61, 0x10}, 4, ERR_NONE, APDU_GET_RESPONSE, 0x6110},
        {{0x6C, 0x04}, 2, ERR_NONE, APDU_REPEAT, 0x6C04},
        {{0x90}, 1, ERR_GONE, APDU_DONE, 0},
        {{0}, 0, ERR_GONE, APDU_DONE, 0},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct apdu_response response = {.len = 0};
        enum apdu_next next = APDU_DONE;

        struct err e = apdu_take(&response, (struct bytes){rows[i].reply, rows[i].len}, &next);
        assert_int_equal(e.code, rows[i].code);
        assert_int_equal(next, rows[i].next);
        assert_int_equal(response.sw, rows[i].sw);
        assert_int_equal(apdu_data(&response).len, rows[i].len > 2 ? rows[i].len - 2 : 0);
    }
}

static void an_exact_le_replaces_or_follows(void **state)
{
    struct apdu apdu = {.ins = 0xCB, .len = 2, .answers = true};
    struct apdu_block block;
    (void)state;

    apdu_block(&apdu, APDU_SHORT, 0, &block);
    apdu_set_le(&block, 0x6C12);
    assert_int_equal(block.len, 8);
    assert_int_equal(block.at[7], 0x12);
    apdu.answers = false;
    apdu_block(&apdu, APDU_SHORT, 0, &block);
    apdu_set_le(&block, 0x6C12);
    assert_int_equal(block.len, 8);
    apdu.len = 0;
    apdu_block(&apdu, APDU_SHORT, 0, &block);
    apdu_set_le(&block, 0x6C12);
    assert_int_equal(block.len, 5);
    apdu_set_le(&block, 0x6C13);
    assert_int_equal(block.len, 5);
    assert_int_equal(block.at[4], 0x13);
    apdu_get_response(0x6107, &block);
    assert_memory_equal(block.at, "\x00\xC0\x00\x00\x07", 5);
}

static void an_answer_without_an_end_is_given_up(void **state)
{
    static const uint8_t drip[] = {0xAA, 0x61, 0x01};
    static uint8_t flood[258];
    struct apdu_response response = {.len = 0};
    enum apdu_next next = APDU_DONE;
    int taken = 0;
    (void)state;

    while (!failed(apdu_take(&response, (struct bytes){drip, sizeof(drip)}, &next)))
        taken++;
    assert_int_equal(taken, APDU_ROUNDS_MAX);

    flood[256] = 0x61;
    response = (struct apdu_response){.len = 0};
    taken = 0;
    while (!failed(apdu_take(&response, (struct bytes){flood, sizeof(flood)}, &next)))
        taken++;
    assert_int_equal(taken, APDU_RESPONSE_MAX / 256);
    assert_int_equal(response.len, APDU_RESPONSE_MAX);
}

static void one_answer_may_be_as_long_as_all(void **state)
{
    static uint8_t reply[APDU_REPLY_MAX + 1];
    struct apdu_response response = {.len = 0};
    enum apdu_next next = APDU_REPEAT;
    (void)state;

    reply[APDU_RESPONSE_MAX] = 0x90;
    assert_false(failed(apdu_take(&response, (struct bytes){reply, APDU_REPLY_MAX}, &next)));
    assert_int_equal(next, APDU_DONE);
    assert_int_equal(response.len, APDU_RESPONSE_MAX);
    response = (struct apdu_response){.len = 0};
    assert_int_equal(apdu_take(&response, (struct bytes){reply, APDU_REPLY_MAX + 1}, &next).code,
                     ERR_MALFORMED);
}

static void wiped_means_zero(void **state)
{
    static const struct apdu zero_apdu;
    static const struct apdu_block zero_block;
    static const struct apdu_response zero_response;
    struct apdu apdu;
    struct apdu_block block;
    struct apdu_response response;
    (void)state;

    memset(&apdu, 0xFF, sizeof(apdu));
    memset(&block, 0xFF, sizeof(block));
    memset(&response, 0xFF, sizeof(response));
    apdu_wipe(&apdu);
    apdu_block_wipe(&block);
    apdu_response_wipe(&response);
    assert_memory_equal(&apdu, &zero_apdu, sizeof(apdu));
    assert_memory_equal(&block, &zero_block, sizeof(block));
    assert_memory_equal(&response, &zero_response, sizeof(response));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_commands_take_one_block),
        cmocka_unit_test(long_commands_are_chained_and_lose_no_byte),
        cmocka_unit_test(a_command_of_extended_length_is_one_block),
        cmocka_unit_test(status_words_say_what_comes_next),
        cmocka_unit_test(an_exact_le_replaces_or_follows),
        cmocka_unit_test(an_answer_without_an_end_is_given_up),
        cmocka_unit_test(one_answer_may_be_as_long_as_all),
        cmocka_unit_test(wiped_means_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
