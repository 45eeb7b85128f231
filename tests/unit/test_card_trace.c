/* No secret is in a trace, whatever the command; what is no secret is. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/token/card_trace.h"
#include "kiosk/base/text.h"

#define SAID_MAX 65536

/* Bytes that stand for a secret: in hexadecimal they are nowhere else. */
#define SECRET 0xA5, 0x5A, 0xA6, 0x6A, 0xA7, 0x7A, 0xA8, 0x8A
#define SECRET_LEN 8
static const char secret_hex[] = "A5 5A A6 6A";

static char said[SAID_MAX];
static struct card inner;
static struct card_reply answer;
static struct err fault;
static uint32_t transmits, closes, ends, disconnects;
static struct bytes sent;

static struct err inner_watch(struct card *card, uint32_t timeout_ms, enum token_presence *presence)
{
    (void)card;
    (void)timeout_ms;
    *presence = TOKEN_PRESENT;
    return fault;
}

static struct err inner_connect(struct card *card, uint32_t timeout_ms)
{
    (void)timeout_ms;
    card->max_block = 3000;
    return fault;
}

static struct err inner_begin(struct card *card, uint32_t timeout_ms, bool *out_reset)
{
    (void)card;
    (void)timeout_ms;
    *out_reset = true;
    return fault;
}

static struct err inner_transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                                 struct card_reply *out_reply)
{
    (void)card;
    (void)timeout_ms;
    transmits++;
    sent = block;
    if (failed(fault))
        return fault;
    *out_reply = answer;
    return ERR_OK;
}

static void inner_end(struct card *card)
{
    (void)card;
    ends++;
}

static void inner_disconnect(struct card *card)
{
    (void)card;
    disconnects++;
}

static void inner_close(struct card *card)
{
    (void)card;
    closes++;
}

static const struct card_driver inner_driver = {inner_watch,    inner_connect, inner_begin,
                                                inner_transmit, inner_end,     inner_disconnect,
                                                inner_close};

static void hear(void *context, const char *text)
{
    (void)context;
    assert_in_range(strlen(text), 1, CARD_TRACE_LINE_MAX - 1);
    size_t at = strlen(said);
    assert_true(text_print(said + at, sizeof(said) - at, "%s\n", text));
}

static struct card *traced(void)
{
    static const struct token_trace sink = {.line = hear};
    struct card *card = NULL;
    said[0] = '\0';
    fault = ERR_OK;
    inner = (struct card){.driver = &inner_driver};
    assert_int_equal(card_trace_create(&inner, &sink, &card).code, ERR_NONE);
    return card;
}

static void send(struct card *card, struct bytes block)
{
    static struct card_reply reply;
    struct err e = card->driver->transmit(card, block, 1000, &reply);
    assert_int_equal(e.code, fault.code);
}

static void answer_with(const uint8_t *at, size_t len)
{
    memcpy(answer.at, at, len);
    answer.len = len;
}

static const uint8_t secret_answer[] = {SECRET, 0x90, 0x00};

/* What a public command looks like: PIV's own AID, and so on. */
static const struct {
    uint8_t ins;
    bool data, answer;
} shown[] = {{0xA4, true, true},  {0x47, true, true},  {0xCB, true, false},
             {0xF7, false, true}, {0xF8, false, true}, {0xFD, false, true}};

/* Whether the trace of `block`, answered with `reply`, has the secret in it. */
static bool tells(struct card *card, struct bytes block, struct bytes reply)
{
    said[0] = '\0';
    answer_with(reply.at, reply.len);
    send(card, block);
    return strstr(said, secret_hex) != NULL;
}

static bool is_listed(unsigned ins, bool reply)
{
    for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
        if (shown[i].ins == ins)
            return reply ? shown[i].answer : shown[i].data;
    }
    return false;
}

/* Short, extended, in a chain, and as the end of that. */
static void check_command(struct card *card, uint8_t ins)
{
    static const uint8_t fine[] = {0x90, 0x00};
    const uint8_t block[] = {0x00, ins, 0x00, 0x80, SECRET_LEN, SECRET, 0x00};
    const uint8_t extended[] = {0x00, ins, 0, 0, 0, 0, SECRET_LEN, SECRET, 0, 0};
    const uint8_t chained[] = {0x10, ins, 0x00, 0x80, SECRET_LEN, SECRET};
    const uint8_t bare[] = {0x00, ins, 0x00, 0x9B};
    const struct bytes blocks[] = {{block, sizeof(block)},
                                   {extended, sizeof(extended)},
                                   {chained, sizeof(chained)},
                                   {block, sizeof(block)}};
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        if (tells(card, blocks[i], (struct bytes){fine, sizeof(fine)}) != is_listed(ins, false))
            fail_msg("data of %02X, block %zu: %s", ins, i, said);
        if (tells(card, (struct bytes){bare, sizeof(bare)},
                  (struct bytes){secret_answer, sizeof(secret_answer)}) != is_listed(ins, true))
            fail_msg("answer of %02X: %s", ins, said);
    }
}

static void only_listed_commands_show_anything(void **state)
{
    (void)state;
    struct card *card = traced();
    for (unsigned ins = 0; ins < 256; ins++) {
        if (ins != 0xC0) /* has a test of its own */
            check_command(card, (uint8_t)ins);
    }
    card->driver->close(card);
}

static void header_status_and_lengths_stay(void **state)
{
    (void)state;
    struct card *card = traced();
    static const uint8_t verify[] = {0x00, 0x20, 0x00, 0x80, SECRET_LEN, SECRET};
    static const uint8_t wrong[] = {0x63, 0xC2};
    answer_with(wrong, sizeof(wrong));
    send(card, (struct bytes){verify, sizeof(verify)});
    assert_non_null(strstr(said, "00 20 00 80 VERIFY [8 bytes not shown]\n  63 C2, "));
    static const uint8_t witness[] = {0x00, 0x87, 0x03, 0x9B, 0x04, 0x7C, 0x02, 0x80, 0x00, 0x00};
    answer_with(secret_answer, sizeof(secret_answer));
    send(card, (struct bytes){witness, sizeof(witness)});
    assert_non_null(
        strstr(said, "00 87 03 9B GENERAL AUTHENTICATE [4 bytes not shown]\n  90 00, "));
    assert_non_null(strstr(said, "[8 bytes not shown]\n"));
    card->driver->close(card);
}

/* The rest of an answer is as secret as its beginning. */
static void get_response_is_shown_as_what_it_continues(void **state)
{
    (void)state;
    static const uint8_t fetch[] = {0x00, 0xC0, 0x00, 0x00, 0x00};
    static const uint8_t more[] = {0x61, 0x08};
    static const struct {
        const char *sentence;
        uint8_t block[16];
        size_t len;
        bool shown;
    } rows[] = {
        {"a decryption", {0x00, 0x87, 0x07, 0x9D, 0x01, 0x00}, 6, false},
        {"a certificate", {0x00, 0xCB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 0x05, 0}, 11, true},
        {"a retired certificate", {0, 0xCB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 0x20, 0}, 11, true},
        {"the CHUID", {0x00, 0xCB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 0x02, 0}, 11, true},
        {"the discovery object", {0x00, 0xCB, 0x3F, 0xFF, 3, 0x5C, 1, 0x7E, 0}, 9, true},
        {"printed information, where some keep a key",
         {0, 0xCB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 9, 0},
         11,
         false},
        {"fingerprints", {0x00, 0xCB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 0x03, 0}, 11, false},
        {"a tag list that ends early", {0x00, 0xCB, 0x3F, 0xFF, 3, 0x5C, 3, 0x5F, 0}, 9, false},
        {"metadata", {0x00, 0xF7, 0x00, 0x9B, 0x00}, 5, true},
    };
    struct card *card = traced();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        answer_with(more, sizeof(more));
        send(card, (struct bytes){rows[i].block, rows[i].len});
        answer_with(secret_answer, sizeof(secret_answer));
        said[0] = '\0';
        send(card, (struct bytes){fetch, sizeof(fetch)});
        send(card, (struct bytes){fetch, sizeof(fetch)});
        if ((strstr(said, secret_hex) != NULL) != rows[i].shown)
            fail_msg("%s: %s", rows[i].sentence, said);
    }
    card->driver->close(card);
}

static void a_chain_is_shown_as_it_began(void **state)
{
    (void)state;
    static const struct {
        const char *sentence;
        uint8_t first[16];
        size_t first_len;
        uint8_t ins; /* of the second block */
        bool shown;
    } rows[] = {
        {"a certificate", {0x10, 0xDB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 0x05}, 10, 0xDB, true},
        {"printed information",
         {0x10, 0xDB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 9},
         10,
         0xDB,
         false},
        {"no chain", {0x00, 0xDB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 0x05}, 10, 0xDB, false},
        {"a PIN in between", {0x10, 0xDB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 5}, 10, 0x20, false},
        {"a key in pieces", {0x10, 0xFE, 0x07, 0x9D, 1, 0x01}, 6, 0xFE, false},
    };
    static const uint8_t fine[] = {0x90, 0x00};
    struct card *card = traced();
    answer_with(fine, sizeof(fine));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const uint8_t second[] = {0x00, rows[i].ins, 0x3F, 0xFF, SECRET_LEN, SECRET};
        send(card, (struct bytes){rows[i].first, rows[i].first_len});
        said[0] = '\0';
        send(card, (struct bytes){second, sizeof(second)});
        if ((strstr(said, secret_hex) != NULL) != rows[i].shown)
            fail_msg("%s: %s", rows[i].sentence, said);
    }
    card->driver->close(card);
}

static void blocks_and_answers_without_sense_show_nothing(void **state)
{
    (void)state;
    static const uint8_t block[] = {0x00, 0xA4, 0x04, 0x00, SECRET_LEN, SECRET};
    static const uint8_t lone[] = {0xA5};
    struct card *card = traced();
    answer_with(lone, sizeof(lone));
    send(card, (struct bytes){block, sizeof(block)});
    assert_non_null(strstr(said, "[1 bytes not shown]"));
    said[0] = '\0';
    for (size_t len = 0; len < sizeof(block); len++)
        send(card, (struct bytes){block, len});
    answer.len = 0;
    send(card, (struct bytes){block, 3});
    assert_null(strstr(said, secret_hex));
    card->driver->close(card);
}

static void long_answers_are_cut(void **state)
{
    (void)state;
    static const uint8_t select[] = {0x00, 0xA4, 0x04, 0x00, 0x00};
    struct card *card = traced();
    memset(answer.at, 0x42, APDU_REPLY_MAX);
    answer.len = APDU_REPLY_MAX;
    send(card, (struct bytes){select, sizeof(select)});
    assert_non_null(strstr(said, " .. (4096 bytes)\n"));
    card->driver->close(card);
}

static void every_call_is_passed_on(void **state)
{
    (void)state;
    struct card *card = traced();
    enum token_presence presence = TOKEN_ABSENT;
    bool reset = false;
    closes = ends = disconnects = transmits = 0;
    assert_int_equal(card->driver->watch(card, 0, &presence).code, ERR_NONE);
    assert_int_equal(presence, TOKEN_PRESENT);
    assert_int_equal(card->driver->connect(card, 0).code, ERR_NONE);
    assert_int_equal(card->max_block, 3000);
    assert_int_equal(card->driver->begin(card, 0, &reset).code, ERR_NONE);
    assert_true(reset);
    static const uint8_t block[] = {0x00, 0x20, 0x00, 0x80};
    answer_with(secret_answer, sizeof(secret_answer));
    send(card, (struct bytes){block, sizeof(block)});
    assert_ptr_equal(sent.at, block);
    fault = ERR(ERR_GONE, 7, "pulled");
    send(card, (struct bytes){block, sizeof(block)});
    assert_int_equal(transmits, 2);
    assert_non_null(strstr(said, "transmit: ERR_GONE, "));
    assert_int_equal(card->driver->watch(card, 0, &presence).code, ERR_GONE);
    card->driver->end(card);
    card->driver->disconnect(card);
    card->driver->close(card);
    assert_int_equal(ends, 1);
    assert_int_equal(disconnects, 1);
    assert_int_equal(closes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_listed_commands_show_anything),
        cmocka_unit_test(header_status_and_lengths_stay),
        cmocka_unit_test(get_response_is_shown_as_what_it_continues),
        cmocka_unit_test(a_chain_is_shown_as_it_began),
        cmocka_unit_test(blocks_and_answers_without_sense_show_nothing),
        cmocka_unit_test(long_answers_are_cut),
        cmocka_unit_test(every_call_is_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
