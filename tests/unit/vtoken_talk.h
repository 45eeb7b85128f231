/*
 * vtoken_talk.h - a virtual token as a table of exchanges: what is said, and what it must answer.
 *
 * Both are in hex; ".." in an answer is any byte, "*" any number of them. Words instead of hex:
 *
 *     power              take the power away
 *     selected           select the application, which must succeed
 *     admin              prove the token's admin key by external authentication, likewise
 *     mutual             prove it by mutual authentication, likewise
 *     chain TAG LEN BB   write LEN bytes BB into an object in blocks; the answer is the first
 * status word that is not 9000, or the last one extended TAG LEN BB    the same in one command read
 * TAG           all parts of what GET DATA answers, with the last status word
 */
#ifndef TESTS_UNIT_VTOKEN_TALK_H
#define TESTS_UNIT_VTOKEN_TALK_H

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/sim/vtoken_card.h"
#include "hw/sim/vtoken_quirks.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define TALK_STEPS_MAX 24
#define TALK_COMMAND_MAX 9000
#define TALK_HEX_MAX HEX_SIZE(TALK_COMMAND_MAX)
#define TALK_BLOCK_MAX 255

#define SELECT "00a4040005a000000308"
#define PIN_RIGHT "0020008008313233343536ffff"
#define PIN_WRONG "0020008008393939393939ffff"
#define SIGN_P256_DIGEST "0102030405060708091011121314151617181920212223242526272829303132"
#define SIGN_9A "0087119a267c2482008120" SIGN_P256_DIGEST "00"
#define SIGN_9C "0087119c267c2482008120" SIGN_P256_DIGEST "00"
#define SIGN_9E "0087119e267c2482008120" SIGN_P256_DIGEST "00"
#define SIGNED "7c*82*3*9000"
#define GENERATED "7f49438641*9000"

struct talk_step {
    const char *say;
    const char *expect;
};

struct talk_row {
    const char *name;
    const char *model;  /* NULL: the default */
    const char *quirks; /* NULL: none */
    struct talk_step steps[TALK_STEPS_MAX];
};

static struct vtoken_model talk_model;
static struct vtoken_state *talk_state;
static struct vtoken_card talk_card;

static size_t talk_transmit(const char *hex, char out_hex[TALK_HEX_MAX])
{
    static uint8_t command[TALK_COMMAND_MAX];
    static uint8_t reply[VTOKEN_REPLY_MAX];
    size_t len = strlen(hex) / 2;
    assert_true(len <= sizeof command);
    assert_false(failed(hex_parse(hex, command, len)));
    size_t reply_len = vtoken_card_transmit(&talk_card, (struct bytes){command, len}, reply);
    hex_print(out_hex, (struct bytes){reply, reply_len});
    return reply_len;
}

static bool talk_matches(const char *pattern, const char *text)
{
    const char *star = NULL; /* the last one, and where its run ends for now */
    const char *from = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            from = text;
        } else if (*pattern == '.' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static void talk_expect(const char *say, const char *expect, const char *reply)
{
    if (!talk_matches(expect, reply))
        fail_msg("to %.80s: %.200s, expected %s", say, reply, expect);
}

static void talk_said(const char *say, const char *expect)
{
    static char reply[TALK_HEX_MAX];
    (void)talk_transmit(say, reply);
    talk_expect(say, expect, reply);
}

/* The block of `len` bytes that stands in the answer to `say` after its four bytes of headers. */
static size_t talk_ask_block(const char *tag, uint8_t block[VTOKEN_BLOCK_MAX])
{
    static char reply[TALK_HEX_MAX];
    char say[TALK_BLOCK_MAX];
    size_t len = vtoken_block_len(talk_state->admin_algorithm);
    assert_true(text_print(say, sizeof say, "0087%02x9b047c02%s0000",
                           (unsigned)talk_state->admin_algorithm, tag));
    assert_int_equal(talk_transmit(say, reply), 4 + len + 2);
    reply[8 + 2 * len] = '\0';
    assert_false(failed(hex_parse(reply + 8, block, len)));
    return len;
}

/* External authentication (SP 800-73pt2-5 appendix A.2). */
static void talk_admin(void)
{
    uint8_t block[VTOKEN_BLOCK_MAX];
    uint8_t response[VTOKEN_BLOCK_MAX];
    char hex[HEX_SIZE(VTOKEN_BLOCK_MAX)];
    char say[TALK_BLOCK_MAX];
    enum vtoken_algorithm algorithm = talk_state->admin_algorithm;
    size_t len = talk_ask_block("81", block);
    assert_false(failed(vtoken_block_encrypt(algorithm, talk_state->admin_key, block, response)));
    hex_print(hex, (struct bytes){response, len});
    assert_true(text_print(say, sizeof say, "0087%02x9b%02x7c%02x82%02x%s", (unsigned)algorithm,
                           (unsigned)len + 4, (unsigned)len + 2, (unsigned)len, hex));
    talk_said(say, "9000");
}

static void talk_decrypt(enum vtoken_algorithm algorithm, const uint8_t *block, size_t len,
                         uint8_t *out)
{
    const EVP_CIPHER *cipher = algorithm == VTOKEN_3DES     ? EVP_des_ede3_ecb()
                               : algorithm == VTOKEN_AES128 ? EVP_aes_128_ecb()
                               : algorithm == VTOKEN_AES192 ? EVP_aes_192_ecb()
                                                            : EVP_aes_256_ecb();
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int out_len = 0;
    assert_int_equal(EVP_DecryptInit_ex(context, cipher, NULL, talk_state->admin_key, NULL), 1);
    assert_int_equal(EVP_CIPHER_CTX_set_padding(context, 0), 1);
    assert_int_equal(EVP_DecryptUpdate(context, out, &out_len, block, (int)len), 1);
    EVP_CIPHER_CTX_free(context);
}

/* Mutual authentication (appendix A.3), both sides of it. */
static void talk_mutual(void)
{
    uint8_t block[VTOKEN_BLOCK_MAX];
    uint8_t clear[VTOKEN_BLOCK_MAX];
    uint8_t challenge[VTOKEN_BLOCK_MAX];
    uint8_t proof[VTOKEN_BLOCK_MAX];
    char hex[3][HEX_SIZE(VTOKEN_BLOCK_MAX)];
    char say[TALK_BLOCK_MAX];
    char expect[TALK_BLOCK_MAX];
    enum vtoken_algorithm algorithm = talk_state->admin_algorithm;
    size_t len = talk_ask_block("80", block);
    talk_decrypt(algorithm, block, len, clear);
    memset(challenge, 0x5A, sizeof challenge);
    assert_false(failed(vtoken_block_encrypt(algorithm, talk_state->admin_key, challenge, proof)));
    hex_print(hex[0], (struct bytes){clear, len});
    hex_print(hex[1], (struct bytes){challenge, len});
    hex_print(hex[2], (struct bytes){proof, len});
    assert_true(text_print(say, sizeof say, "0087%02x9b%02x7c%02x80%02x%s81%02x%s00",
                           (unsigned)algorithm, 2 * (unsigned)len + 6, 2 * (unsigned)len + 4,
                           (unsigned)len, hex[0], (unsigned)len, hex[1]));
    assert_true(text_print(expect, sizeof expect, "7c%02x82%02x%s9000", (unsigned)len + 2,
                           (unsigned)len, hex[2]));
    talk_said(say, expect);
}

/* "TAG LEN BB" as data of PUT DATA. */
static size_t talk_object(const char *words, uint8_t out[TALK_COMMAND_MAX])
{
    char tag_hex[2 * 3 + 1];
    uint8_t tag[3];
    char *rest = NULL;
    assert_true(text_print(tag_hex, sizeof tag_hex, "%.6s", words));
    assert_false(failed(hex_parse(tag_hex, tag, sizeof tag)));
    size_t len = strtoul(words + strlen(tag_hex), &rest, 10);
    unsigned long fill = strtoul(rest, &rest, 16);
    assert_true(*rest == '\0' && len > 0);
    struct vtoken_writer writer = {.at = out, .size = TALK_COMMAND_MAX};
    vtoken_put_tlv(&writer, 0x5C, (struct bytes){tag, sizeof tag});
    vtoken_put_header(&writer, 0x53, len);
    assert_true(writer.len + len <= TALK_COMMAND_MAX);
    memset(out + writer.len, (int)fill, len);
    return writer.len + len;
}

static void talk_command(const char *header, size_t header_len, struct bytes data,
                         char out_hex[TALK_HEX_MAX])
{
    static char say[TALK_HEX_MAX];
    assert_true(text_copy(say, sizeof say, header));
    hex_print(say + header_len, data);
    (void)talk_transmit(say, out_hex);
}

static void talk_chain(const char *say, const char *expect)
{
    static uint8_t object[TALK_COMMAND_MAX];
    static char reply[TALK_HEX_MAX] = "9000";
    size_t len = talk_object(say, object);
    (void)text_copy(reply, sizeof reply, "9000");
    for (size_t at = 0; at < len && text_same(reply, "9000"); at += TALK_BLOCK_MAX) {
        size_t block = len - at > TALK_BLOCK_MAX ? TALK_BLOCK_MAX : len - at;
        char header[16];
        assert_true(text_print(header, sizeof header, "%sdb3fff%02x",
                               at + block < len ? "10" : "00", (unsigned)block));
        talk_command(header, strlen(header), (struct bytes){object + at, block}, reply);
    }
    talk_expect(say, expect, reply);
}

static void talk_extended(const char *say, const char *expect)
{
    static uint8_t object[TALK_COMMAND_MAX];
    static char reply[TALK_HEX_MAX];
    size_t len = talk_object(say, object);
    char header[24];
    assert_true(text_print(header, sizeof header, "00db3fff00%04x", (unsigned)len));
    talk_command(header, strlen(header), (struct bytes){object, len}, reply);
    talk_expect(say, expect, reply);
}

static void talk_read(const char *tag, const char *expect)
{
    static char all[TALK_HEX_MAX];
    static char part[TALK_HEX_MAX];
    char say[32];
    size_t len = 0;
    assert_true(text_print(say, sizeof say, "00cb3fff%02x5c%02x%s00", (unsigned)strlen(tag) / 2 + 2,
                           (unsigned)strlen(tag) / 2, tag));
    for (bool more = true; more;) {
        size_t got = 2 * talk_transmit(say, part);
        more = strncmp(part + got - 4, "61", 2) == 0;
        got -= more ? 4 : 0;
        assert_true(len + got < sizeof all);
        memcpy(all + len, part, got);
        len += got;
        all[len] = '\0';
        (void)text_copy(say, sizeof say, "00c0000000");
    }
    talk_expect(tag, expect, all);
}

static bool talk_word(const char *say, const char *word, const char **out_rest)
{
    size_t len = strlen(word);
    bool is = strncmp(say, word, len) == 0;
    if (is)
        *out_rest = say + len;
    return is;
}

static void talk_step(const struct talk_step *step)
{
    const char *rest = NULL;
    if (text_same(step->say, "power")) {
        vtoken_card_power(&talk_card);
    } else if (text_same(step->say, "selected")) {
        talk_said(SELECT "00", "6111*9000");
    } else if (text_same(step->say, "admin")) {
        talk_admin();
    } else if (text_same(step->say, "mutual")) {
        talk_mutual();
    } else if (talk_word(step->say, "chain ", &rest)) {
        talk_chain(rest, step->expect);
    } else if (talk_word(step->say, "extended ", &rest)) {
        talk_extended(rest, step->expect);
    } else if (talk_word(step->say, "read ", &rest)) {
        talk_read(rest, step->expect);
    } else {
        talk_said(step->say, step->expect);
    }
}

static void talk_begin(const char *model, const char *quirks, bool bare)
{
    char bad[VTOKEN_QUIRK_NAME_MAX];
    const struct vtoken_model *found =
        model == NULL ? vtoken_model_default() : vtoken_model_find(model);
    assert_non_null(found);
    talk_model = *found;
    assert_true(quirks == NULL || !failed(vtoken_quirks_apply(quirks, &talk_model, bad)));
    const struct vtoken_blank blank = {.key = VTOKEN_P256,
                                       .pin_tries = talk_model.pin_tries,
                                       .admin = talk_model.admin,
                                       .bare = bare};
    assert_false(failed(vtoken_state_create(&blank, &talk_state)));
    vtoken_card_init(&talk_card, &talk_model, talk_state);
}

static void talk_run(void **state)
{
    const struct talk_row *row = *state;
    talk_begin(row->model, row->quirks, false);
    for (size_t i = 0; i < TALK_STEPS_MAX && row->steps[i].say != NULL; i++)
        talk_step(&row->steps[i]);
}

static int talk_end(void **state)
{
    (void)state;
    vtoken_state_destroy(talk_state);
    talk_state = NULL;
    return 0;
}

/* As many tests as rows, each with the row's name. */
static void talk_tests(struct talk_row *rows, size_t count, struct CMUnitTest *out_tests)
{
    for (size_t i = 0; i < count; i++) {
        out_tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                           .test_func = talk_run,
                                           .teardown_func = talk_end,
                                           .initial_state = &rows[i]};
    }
}

#endif
