/* A command on the link: what is repeated, and what never is. */
#include "hw/token/card.h"

#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

#define LIMIT_MS 10000
#define ANSWERS_MAX 4

/* A card that answers one status word after the other, the last one for ever. */
struct script {
    struct card card;
    const uint16_t *answers;
    unsigned blocks;
    uint8_t last_le;
};

static struct err transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                           struct card_reply *out_reply)
{
    struct script *script = CONTAINER_OF(card, struct script, card);
    unsigned at = script->blocks < ANSWERS_MAX ? script->blocks : ANSWERS_MAX - 1;
    uint16_t sw = script->answers[at];
    (void)timeout_ms;

    script->blocks++;
    script->last_le = block.at[block.len - 1];
    out_reply->at[0] = (uint8_t)(sw >> 8);
    out_reply->at[1] = (uint8_t)(sw & 0xFF);
    out_reply->len = 2;
    return ERR_OK;
}

static const struct card_driver driver = {.transmit = transmit};

static void a_length_that_the_card_names_is_taken_once(void **state)
{
    static const struct {
        const char *name;
        bool answers;
        size_t len;
        uint16_t sws[ANSWERS_MAX];
        enum err_code code;
        unsigned blocks;
        uint16_t sw;
    } rows[] = {
        {"a right one", true, 5, {0x6C12, 0x9000}, ERR_NONE, 2, 0x9000},
        {"a right one, and a no", true, 5, {0x6C12, 0x6A82}, ERR_NONE, 2, 0x6A82},
        {"again and again", true, 5, {0x6C12, 0x6C13, 0x6C14, 0x6C15}, ERR_MALFORMED, 2, 0},
        {"to a command without an answer", false, 8, {0x6C12, 0x9000}, ERR_NONE, 1, 0x6C12},
        {"to the first block of a chain", true, 300, {0x6C12, 0x9000}, ERR_NONE, 1, 0x6C12},
        {"to the last block of a chain", true, 300, {0x9000, 0x6C12, 0x9000}, ERR_NONE, 2, 0x6C12},
        {"for the rest of an answer", true, 5, {0x6110, 0x6C12, 0x9000}, ERR_NONE, 3, 0x9000},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct script script = {.card.driver = &driver, .answers = rows[i].sws};
        struct apdu apdu = {.ins = 0xCB, .len = rows[i].len, .answers = rows[i].answers};
        struct apdu_response response = {.sw = 0};

        print_message("  %s\n", rows[i].name);
        struct err e =
            card_exchange(&script.card, clock_boot_ms() + LIMIT_MS, &apdu, APDU_SHORT, &response);
        assert_int_equal(e.code, rows[i].code);
        assert_int_equal(script.blocks, rows[i].blocks);
        assert_int_equal(response.sw, rows[i].sw);
        if (rows[i].blocks > 1 && rows[i].sws[rows[i].blocks - 2] == 0x6C12)
            assert_int_equal(script.last_le, 0x12);
    }
}

static void no_more_blocks_go_out_than_were_allowed(void **state)
{
    static const uint16_t endless[ANSWERS_MAX] = {0x6101, 0x6101, 0x6101, 0x6101};
    struct script script = {.card = {.driver = &driver, .sent_max = 7}, .answers = endless};
    struct apdu apdu = {.ins = 0xCB, .len = 5, .answers = true};
    struct apdu_response response;
    (void)state;

    for (int i = 0; i < 2; i++) {
        struct err e =
            card_exchange(&script.card, clock_boot_ms() + LIMIT_MS, &apdu, APDU_SHORT, &response);
        assert_int_equal(e.code, ERR_MALFORMED);
        assert_int_equal(script.blocks, 7);
    }
    script.card.sent_max = 0;
    struct err e =
        card_exchange(&script.card, clock_boot_ms() + LIMIT_MS, &apdu, APDU_SHORT, &response);
    assert_int_equal(e.code, ERR_MALFORMED);
    assert_int_equal(script.blocks, 7 + APDU_ROUNDS_MAX + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_length_that_the_card_names_is_taken_once),
        cmocka_unit_test(no_more_blocks_go_out_than_were_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
