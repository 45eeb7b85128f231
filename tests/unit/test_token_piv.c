/* What the PIV driver does when a token, or the way to it, misbehaves. */
#include "hw/token/token_piv.h"

#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "tests/unit/fake_card.h"
#include "tests/unit/unit.h"

static struct fake_card fake;
static struct fake_token tokens[2];
static struct token_identity identity;

static struct token *start(struct fake_quirks quirks)
{
    struct token_config config = {.driver = "piv", .reader = "", .admin_key.len = 24};
    struct token *token = NULL;

    fake_token_init(&tokens[0], 10000001, quirks);
    fake_token_init(&tokens[1], 20000002, quirks);
    config.admin_key = tokens[0].admin_key;
    config.admin_key_aes = config.admin_key.len != 24;
    fake_card_init(&fake, &tokens[0]);
    assert_false(failed(token_piv_create(&config, &fake.card, &token)));
    return token;
}

static void close_token(struct token **token)
{
    token_close(*token);
    assert_true(fake.closed);
    assert_false(fake.alone);
}

static struct bytes certificate(void)
{
    static uint8_t der[786] = {0x30, 0x82, 0x03, 0x0E, 0x55};
    return (struct bytes){der, sizeof(der)};
}

static struct err show_pin(struct token *token)
{
    static const uint8_t digits[] = "123456";
    struct secret pin = {.len = 0};
    uint8_t tries_left = 0;

    assert_false(failed(secret_set(&pin, (struct bytes){digits, 6})));
    return token_verify_pin(token, &pin, &tries_left);
}

static struct err sign(struct token *token, uint8_t slot)
{
    static const uint8_t digest[32];
    uint8_t signature[TOKEN_SIGNATURE_MAX];
    size_t len = 0;
    return token_sign(token, slot, TOKEN_KEY_P256, (struct bytes){digest, sizeof(digest)},
                      signature, &len);
}

static struct err identify(struct token *token)
{
    return token_identify(token, &identity);
}

static struct err write(struct token *token)
{
    return token_write(token, identity.id, 0x9A, certificate());
}

static void plan(enum fake_fault fault, uint32_t in_apdus, uint16_t sw)
{
    fake.fault = fault;
    fake.fault_at = fake.apdus + in_apdus;
    fake.fault_sw = sw;
}

/* ---- identify ---- */

static void tokens_are_told_apart_by_serial_or_guid(void **state)
{
    static const struct {
        const char *name;
        struct fake_quirks quirks;
        const char *id;
    } rows[] = {
        {"a serial number", {.no_yubico = false}, "s10000001"},
        {"only a CHUID", {.no_yubico = true}, "gaabb0000000000000000000000989681"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start(rows[i].quirks);

        print_message("  %s\n", rows[i].name);
        assert_false(failed(identify(token)));
        assert_string_equal(identity.id, rows[i].id);
        assert_int_equal(identity.pin_tries_left, 5);
    }
}

static void a_token_without_serial_and_guid_is_not_served(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.no_yubico = true});
    (void)state;

    tokens[0].objects[0].len = 0;
    assert_int_equal(identify(token).code, ERR_UNSUPPORTED);
}

static void what_goes_wrong_in_identify_has_its_code(void **state)
{
    static const struct {
        const char *name;
        enum fake_fault fault;
        uint32_t at;
        uint16_t sw;
        enum err_code code;
    } rows[] = {
        {"pulled at SELECT", FAKE_PULL, 1, 0, ERR_GONE},
        {"pulled at the serial", FAKE_PULL, 2, 0, ERR_GONE},
        {"pulled at the last certificate", FAKE_PULL, 7, 0, ERR_GONE},
        {"no PIV application", FAKE_SW, 1, 0x6A82, ERR_UNSUPPORTED},
        {"one byte at SELECT, once", FAKE_SHORT, 1, 0, ERR_NONE},
        {"a bad contact, once", FAKE_GLITCH, 4, 0, ERR_NONE},
        {"SELECT without an end", FAKE_ENDLESS, 1, 0, ERR_MALFORMED},
        {"a wrong Le for ever", FAKE_REPEAT, 2, 0, ERR_MALFORMED},
        {"a serial of 256 bytes", FAKE_GARBAGE, 2, 0, ERR_MALFORMED},
        {"a certificate of garbage", FAKE_GARBAGE, 5, 0, ERR_NONE},
        {"certificates without an end", FAKE_ENDLESS, 4, 0, ERR_NONE},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
        enum token_presence presence = TOKEN_PRESENT;

        print_message("  %s\n", rows[i].name);
        identity.certificate_count = 77;
        plan(rows[i].fault, rows[i].at, rows[i].sw);
        assert_int_equal(identify(token).code, rows[i].code);
        assert_int_equal(identity.certificate_count, rows[i].code == ERR_NONE ? 0 : 77);
        assert_false(fake.alone);
        assert_int_equal(fake.connected, rows[i].code == ERR_NONE);
        assert_false(failed(token_watch(token, 0, &presence)));
        assert_int_equal(presence, rows[i].code == ERR_GONE ? TOKEN_ABSENT : TOKEN_PRESENT);
    }
}

static void a_contact_that_stays_bad_is_no_pulled_token(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
    (void)state;

    fake.always_short = true;
    assert_int_equal(identify(token).code, ERR_IO);
    assert_int_equal(fake.connects, 2);
}

static void torn_certificates_are_left_out(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
    (void)state;

    assert_false(failed(identify(token)));
    assert_false(failed(write(token)));
    assert_false(failed(identify(token)));
    assert_int_equal(identity.certificate_count, 1);
    tokens[0].objects[1].len -= 100;
    assert_false(failed(identify(token)));
    assert_int_equal(identity.certificate_count, 0);
    assert_false(failed(write(token)));
    assert_false(failed(identify(token)));
    assert_int_equal(identity.certificate_count, 1);
}

static void tries_are_read_in_the_way_each_token_knows(void **state)
{
    static const struct {
        const char *name;
        struct fake_quirks quirks;
        uint8_t tries;
        bool verified;
        uint8_t want;
    } rows[] = {
        {"3 left", {.tears = false}, 3, false, 3},
        {"blocked, said as 6983", {.blocked_sw = 0x6983}, 0, false, 0},
        {"blocked, said as 63C0", {.blocked_sw = 0x63C0}, 0, false, 0},
        {"verified by someone else, metadata tell", {.tears = false}, 4, true, 4},
        {"verified by someone else, nothing tells",
         {.no_yubico = true},
         4,
         true,
         TOKEN_TRIES_UNKNOWN},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start(rows[i].quirks);

        print_message("  %s\n", rows[i].name);
        tokens[0].tries_left = rows[i].tries;
        tokens[0].verified_by_other = rows[i].verified;
        assert_false(failed(identify(token)));
        assert_int_equal(identity.pin_tries_left, rows[i].want);
        assert_int_equal(tokens[0].pins_seen, 0);
    }
}

/* ---- PIN ---- */

static void a_reset_by_another_program_costs_the_pin_only(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
    (void)state;

    assert_false(failed(identify(token)));
    assert_false(failed(show_pin(token)));
    fake.reset_before_begin = true;
    assert_int_equal(sign(token, 0x9A).code, ERR_DENIED);
    assert_false(failed(show_pin(token)));
    assert_false(failed(sign(token, 0x9A)));
}

static void a_token_that_took_the_place_unseen_is_not_shown_the_pin(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
    enum token_presence presence = TOKEN_PRESENT;
    (void)state;

    assert_false(failed(identify(token)));
    tokens[1].selected = true; /* some select PIV by themselves */
    fake.in = &tokens[1];
    assert_int_equal(show_pin(token).code, ERR_GONE);
    assert_int_equal(tokens[1].pins_seen, 0);
    assert_false(failed(token_watch(token, 0, &presence)));
    assert_int_equal(presence, TOKEN_ABSENT);
    assert_false(failed(token_watch(token, 0, &presence)));
    assert_int_equal(presence, TOKEN_PRESENT);
}

/* ---- write ---- */

static void a_token_swapped_at_any_apdu_of_a_write_is_noticed(void **state)
{
    uint32_t written = 0;
    (void)state;

    for (uint32_t at = 1;; at++) {
        CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});

        assert_false(failed(identify(token)));
        fake.other = &tokens[1];
        tokens[1].selected = true;
        plan(FAKE_SWAP, at, 0);
        struct err e = write(token);
        if (!failed(e))
            break;
        assert_int_equal(tokens[1].puts_seen, 0);
        assert_int_equal(e.code, ERR_GONE);
        written += tokens[0].puts_seen;
    }
    assert_true(written > 0); /* swapped between the write and its end, too */
}

static void admin_keys_of_each_kind_are_proved(void **state)
{
    static const struct {
        const char *name;
        struct fake_quirks quirks;
        bool wrong_key;
        enum err_code code;
    } rows[] = {
        {"3DES", {.tears = false}, false, ERR_NONE},
        {"3DES, told by metadata", {.admin = PIV_ALGORITHM_3DES}, false, ERR_NONE},
        {"AES-128", {.admin = PIV_ALGORITHM_AES128}, false, ERR_NONE},
        {"AES-192, told by metadata", {.admin = PIV_ALGORITHM_AES192}, false, ERR_NONE},
        {"AES-256", {.admin = PIV_ALGORITHM_AES256}, false, ERR_NONE},
        {"one way only", {.no_mutual = true}, false, ERR_NONE},
        {"one way only, AES", {.no_mutual = true, .admin = PIV_ALGORITHM_AES128}, false, ERR_NONE},
        {"another key", {.tears = false}, true, ERR_DENIED},
        {"another key, one way", {.no_mutual = true}, true, ERR_DENIED},
        {"a token that cannot prove it", {.no_answer = true}, false, ERR_DENIED},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start(rows[i].quirks);

        print_message("  %s\n", rows[i].name);
        tokens[0].admin_key.at[0] ^= rows[i].wrong_key ? 0x10 : 0;
        assert_false(failed(identify(token)));
        assert_int_equal(write(token).code, rows[i].code);
        assert_int_equal(tokens[0].puts_seen, rows[i].code == ERR_NONE ? 1 : 0);
    }
}

static void what_goes_wrong_in_write_has_its_code(void **state)
{
    static const struct {
        const char *name;
        enum fake_fault fault;
        uint32_t at; /* metadata 1, proof 2 3, serial 4, PUT 5-8, GET 9-12, serial 13 */
        uint16_t sw;
        enum err_code code;
    } rows[] = {
        {"not the admin any more", FAKE_SW, 8, 0x6982, ERR_DENIED},
        {"no room for the object", FAKE_SW, 8, 0x6A84, ERR_NO_ROOM},
        {"the first block is too much", FAKE_SW, 5, 0x6700, ERR_NO_ROOM},
        {"a memory that fails", FAKE_SW, 8, 0x6581, ERR_IO},
        {"nothing to read back", FAKE_SW, 9, 0x6A82, ERR_CONFLICT},
        {"another certificate read back", FAKE_GARBAGE, 9, 0, ERR_CONFLICT},
        {"endless answers from the read back on", FAKE_ENDLESS, 9, 0, ERR_GONE},
        {"one byte in the middle", FAKE_SHORT, 6, 0, ERR_GONE},
        {"an endless PUT", FAKE_ENDLESS, 6, 0, ERR_IO},
        {"another serial at the end", FAKE_GARBAGE, 13, 0, ERR_GONE},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});

        print_message("  %s\n", rows[i].name);
        assert_false(failed(identify(token)));
        plan(rows[i].fault, rows[i].at, rows[i].sw);
        struct err e = write(token);
        assert_int_equal(e.code, rows[i].code);
        assert_false(fake.alone);
        bool over = e.code == ERR_GONE || e.code == ERR_IO;
        assert_int_equal(fake.connected, !over);
        plan(FAKE_NONE, 0, 0);
        assert_int_equal(write(token).code, over ? ERR_GONE : ERR_NONE);
    }
}

static void an_object_longer_than_the_token_holds_is_no_room(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.capacity = 500});
    (void)state;

    assert_false(failed(identify(token)));
    assert_int_equal(write(token).code, ERR_NO_ROOM);
}

static void the_longest_certificate_is_written_and_read(void **state)
{
    static uint8_t der[TOKEN_CERTIFICATE_MAX] = {0x30, 0x82, 0x0B, 0xB4, 0x77};
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
    (void)state;

    assert_false(failed(identify(token)));
    assert_false(failed(token_write(token, identity.id, 0x9E, (struct bytes){der, sizeof(der)})));
    assert_false(failed(identify(token)));
    assert_int_equal(identity.certificates[0].slot, 0x9E);
    assert_int_equal(identity.certificates[0].der_len, sizeof(der));
}

/* ---- sign ---- */

static void what_goes_wrong_in_sign_has_its_code(void **state)
{
    static const struct {
        const char *name;
        enum fake_fault fault;
        uint16_t sw;
        uint8_t slot;
        enum err_code code;
    } rows[] = {
        {"nothing", FAKE_NONE, 0, 0x9A, ERR_NONE},
        {"no key in the slot", FAKE_NONE, 0, 0x9C, ERR_NOT_FOUND},
        {"the PIN is wanted again", FAKE_SW, 0x6982, 0x9A, ERR_DENIED},
        {"a hardware error", FAKE_SW, 0x6F00, 0x9A, ERR_IO},
        {"garbage", FAKE_GARBAGE, 0, 0x9A, ERR_IO},
        {"an empty signature", FAKE_SW, 0x9000, 0x9A, ERR_IO},
        {"no end", FAKE_ENDLESS, 0, 0x9A, ERR_IO},
        {"pulled", FAKE_PULL, 0, 0x9A, ERR_GONE},
        {"swapped", FAKE_SWAP, 0, 0x9A, ERR_GONE},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});

        print_message("  %s\n", rows[i].name);
        assert_false(failed(identify(token)));
        assert_false(failed(show_pin(token)));
        fake.other = &tokens[1];
        plan(rows[i].fault, 1, rows[i].sw);
        assert_int_equal(sign(token, rows[i].slot).code, rows[i].code);
    }
}

static void nothing_that_a_token_answers_takes_long(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
    uint64_t from_ms = clock_boot_ms();
    (void)state;

    plan(FAKE_ENDLESS, 4, 0);
    assert_false(failed(identify(token)));
    assert_true(fake.apdus < 8 * (APDU_ROUNDS_MAX + 1));
    assert_true(clock_boot_ms() - from_ms < TOKEN_CALL_TIMEOUT_MS);
}

static void baseline_of_apdus(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
    (void)state;

    assert_false(failed(identify(token)));
    assert_int_equal(fake.apdus, 7); /* SELECT, serial, tries, four slots */
    fake.apdus = 0;
    assert_false(failed(write(token)));
    assert_int_equal(fake.apdus, 13); /* metadata, proof 2, serial, PUT 4, GET 4, serial */
    fake.apdus = 0;
    assert_false(failed(show_pin(token)));
    assert_int_equal(fake.apdus, 2);
    fake.apdus = 0;
    assert_false(failed(sign(token, 0x9A)));
    assert_int_equal(fake.apdus, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_told_apart_by_serial_or_guid),
        cmocka_unit_test(a_token_without_serial_and_guid_is_not_served),
        cmocka_unit_test(what_goes_wrong_in_identify_has_its_code),
        cmocka_unit_test(a_contact_that_stays_bad_is_no_pulled_token),
        cmocka_unit_test(torn_certificates_are_left_out),
        cmocka_unit_test(tries_are_read_in_the_way_each_token_knows),
        cmocka_unit_test(a_reset_by_another_program_costs_the_pin_only),
        cmocka_unit_test(a_token_that_took_the_place_unseen_is_not_shown_the_pin),
        cmocka_unit_test(a_token_swapped_at_any_apdu_of_a_write_is_noticed),
        cmocka_unit_test(admin_keys_of_each_kind_are_proved),
        cmocka_unit_test(what_goes_wrong_in_write_has_its_code),
        cmocka_unit_test(an_object_longer_than_the_token_holds_is_no_room),
        cmocka_unit_test(the_longest_certificate_is_written_and_read),
        cmocka_unit_test(what_goes_wrong_in_sign_has_its_code),
        cmocka_unit_test(nothing_that_a_token_answers_takes_long),
        cmocka_unit_test(baseline_of_apdus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
