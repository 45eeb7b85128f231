/* What the PIV driver changes on tokens: certificates and keys, and under which proof. */
#include "tests/unit/fake_piv.h"

/* ---- the proof ---- */

static void admin_keys_of_each_kind_are_proved(void **state)
{
    static const struct {
        const char *name;
        struct fake_quirks quirks;
        bool said_otherwise; /* the caller believes in another algorithm of that length */
        bool wrong_key;
        enum err_code code;
    } rows[] = {
        {"3DES", {.silent_admin = true}, false, false, ERR_NONE},
        {"3DES, told by metadata", {.tears = false}, true, false, ERR_NONE},
        {"AES-128", {.admin = PIV_ALGORITHM_AES128}, false, false, ERR_NONE},
        {"AES-128, believed to be 3DES", {.admin = PIV_ALGORITHM_AES128}, true, false, ERR_NONE},
        {"AES-192, told by metadata", {.admin = PIV_ALGORITHM_AES192}, true, false, ERR_NONE},
        {"AES-192, told by the caller",
         {.admin = PIV_ALGORITHM_AES192, .silent_admin = true},
         false,
         false,
         ERR_NONE},
        {"AES-192, told by nobody",
         {.admin = PIV_ALGORITHM_AES192, .silent_admin = true},
         true,
         false,
         ERR_DENIED},
        {"AES-256", {.admin = PIV_ALGORITHM_AES256}, false, false, ERR_NONE},
        {"AES-256 without metadata",
         {.admin = PIV_ALGORITHM_AES256, .no_yubico = true},
         false,
         false,
         ERR_NONE},
        {"one way only", {.no_mutual = true}, false, false, ERR_NONE},
        {"one way only, AES",
         {.no_mutual = true, .admin = PIV_ALGORITHM_AES128},
         false,
         false,
         ERR_NONE},
        {"another key", {.tears = false}, false, true, ERR_DENIED},
        {"another key, one way", {.no_mutual = true}, false, true, ERR_DENIED},
        {"a token that cannot prove it", {.no_answer = true}, false, false, ERR_DENIED},
    };
    (void)state;

    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        size_t row = i / 2;
        CLEANUP(close_token) struct token *token = start(rows[row].quirks);

        print_message("  %s\n", rows[row].name);
        admin.aes = admin.aes != rows[row].said_otherwise;
        admin.diversified = i % 2 != 0;
        tokens[0].admin_key.at[0] ^= rows[row].wrong_key ? 0x10 : 0;
        assert_false(failed(identify(token)));
        assert_int_equal(write(token).code, rows[row].code);
        assert_int_equal(tokens[0].puts_seen, rows[row].code == ERR_NONE ? 1 : 0);
    }
}

static void a_key_of_another_length_is_denied(void **state)
{
    CLEANUP(close_token)
    struct token *token = start((struct fake_quirks){.admin = PIV_ALGORITHM_AES256});
    (void)state;

    admin.key.len = 24;
    assert_false(failed(identify(token)));
    assert_int_equal(write(token).code, ERR_DENIED);
    assert_int_equal(tokens[0].changes, 0);
}

static void a_proof_stands_until_the_card_forgets_it(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.extended = true});
    (void)state;

    admin.diversified = true;
    assert_false(failed(identify(token)));
    assert_false(failed(write(token)));
    tokens[0].admin = false; /* another program selected another application and ours again */
    assert_false(failed(write(token)));
    assert_int_equal(tokens[0].puts_seen, 2);
    admin.key.at[3] ^= 0x10; /* a standing proof is of one key only */
    assert_int_equal(write(token).code, ERR_DENIED);
    assert_int_equal(tokens[0].puts_seen, 2);
}

static void a_change_meant_for_another_token_is_not_made(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
    (void)state;

    assert_false(failed(identify(token)));
    identity.id[8] = '9';
    assert_int_equal(write(token).code, ERR_GONE);
    assert_int_equal(tokens[0].changes, 0);
}

/* ---- certificates ---- */

static void what_goes_wrong_in_write_has_its_code(void **state)
{
    static const struct {
        const char *name;
        enum fake_fault fault;
        uint32_t at; /* proof 1 2, serial 3, PUT 4-7, GET 8-11 */
        uint16_t sw;
        enum err_code code;
    } rows[] = {
        {"not the admin any more", FAKE_SW, 7, 0x6982, ERR_DENIED},
        {"no room for the object", FAKE_SW, 7, 0x6A84, ERR_NO_ROOM},
        {"the first block is too much", FAKE_SW, 4, 0x6700, ERR_NO_ROOM},
        {"no such object", FAKE_SW, 7, 0x6A82, ERR_UNSUPPORTED},
        {"a memory that fails", FAKE_SW, 7, 0x6581, ERR_IO},
        {"nothing to read back", FAKE_SW, 8, 0x6A82, ERR_CONFLICT},
        {"another certificate read back", FAKE_GARBAGE, 8, 0, ERR_CONFLICT},
        {"a torn one read back", FAKE_OVERRUN, 8, 0, ERR_CONFLICT},
        {"endless answers from the read back on", FAKE_ENDLESS, 8, 0, ERR_GONE},
        {"one byte in the middle", FAKE_SHORT, 5, 0, ERR_GONE},
        {"an endless PUT", FAKE_ENDLESS, 5, 0, ERR_IO},
        {"another serial", FAKE_GARBAGE, 3, 0, ERR_GONE},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});

        print_message("  %s\n", rows[i].name);
        assert_false(failed(identify(token)));
        plan(rows[i].fault, rows[i].at, rows[i].sw);
        struct err e = write(token);
        assert_int_equal(e.code, rows[i].code);
        bool over = e.code == ERR_GONE || e.code == ERR_IO;
        assert_int_equal(fake.connected, !over);
        plan(FAKE_NONE, 0, 0);
        assert_int_equal(write(token).code, over ? ERR_GONE : ERR_NONE);
    }
}

static void certificates_of_every_slot_come_and_go(void **state)
{
    (void)state;

    for (int keeps = 0; keeps < 2; keeps++) {
        CLEANUP(close_token)
        struct token *token = start((struct fake_quirks){.keeps_empty = keeps != 0});

        assert_false(failed(identify(token)));
        for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++) {
            struct token_scope one = {.slots = 1U << i};
            uint8_t slot = token_slot_at(i);
            struct bytes der = certificate_of(300 + i, (uint8_t)i);

            assert_false(failed(write_der(token, slot, der)));
            assert_false(failed(identify_scope(token, one)));
            assert_int_equal(identity.certificate_count, 1);
            assert_int_equal(identity.certificates[0].slot, slot);
            assert_int_equal(identity.certificates[0].der_len, der.len);
            assert_memory_equal(identity.certificates[0].der, der.at, der.len);
            assert_false(failed(delete (token, slot)));
            assert_false(failed(delete (token, slot)));
            assert_false(failed(identify_scope(token, one)));
            assert_int_equal(identity.certificate_count, 0);
            assert_int_equal(identity.torn, 0);
        }
    }
}

/* ---- keys ---- */

static void a_new_key_is_never_made_over_a_certificate(void **state)
{
    static const struct {
        const char *name;
        bool looked; /* identify has read the slot */
        enum err_code code;
    } rows[] = {
        {"seen by identify", true, ERR_CONFLICT},
        {"not looked at before", false, ERR_CONFLICT},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t cut = 0; cut < 780; cut += 100) { /* torn ones too */
            CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});

            fake_load(&tokens[0], 0x9D, certificate_of(FAKE_DER_LEN, 1));
            fake_certificate(&tokens[0], 0x9D)->len -= cut;
            assert_false(failed(identify_scope(
                token, (struct token_scope){.slots = rows[i].looked ? TOKEN_SLOTS_ACTIVE : 0})));
            assert_int_equal(generate(token, 0x9D, TOKEN_KEY_P256).code, rows[i].code);
            assert_int_equal(tokens[0].changes, 0);
            assert_false(failed(delete (token, 0x9D)));
            assert_false(failed(generate(token, 0x9D, TOKEN_KEY_P256)));
            assert_false(failed(write_der(token, 0x9D, certificate_of(400, 1))));
            assert_int_equal(generate(token, 0x9D, TOKEN_KEY_P256).code, ERR_CONFLICT);
        }
    }
}

static void a_certificate_that_came_during_a_reset_is_seen(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
    (void)state;

    assert_false(failed(identify(token)));
    fake_load(&tokens[0], 0x9A, certificate_of(FAKE_DER_LEN, 1));
    fake.reset_before_begin = true;
    assert_int_equal(generate(token, 0x9A, TOKEN_KEY_P256).code, ERR_CONFLICT);
}

static void keys_of_each_kind_are_made_used_and_told(void **state)
{
    static const struct {
        const char *name;
        enum token_key key;
        size_t spki_len, signature_len, secret_len;
    } rows[] = {{"P-256", TOKEN_KEY_P256, 91, 8, 32},
                {"P-384", TOKEN_KEY_P384, 120, 8, 48},
                {"RSA-2048", TOKEN_KEY_RSA2048, 294, 256, 256},
                {"RSA-3072", TOKEN_KEY_RSA3072, 422, 384, 384}};
    (void)state;

    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        size_t row = i / 2;
        CLEANUP(close_token)
        struct token *token = start((struct fake_quirks){.extended = i % 2 != 0});
        const struct token_scope scope = {.slots = 0x10, .keys = true};

        print_message("  %s\n", rows[row].name);
        assert_false(failed(identify(token)));
        assert_false(failed(generate(token, 0x82, rows[row].key)));
        assert_int_equal(reply.len, rows[row].spki_len);
        assert_int_equal(reply.u.data[0], 0x30);
        assert_int_equal(sign(token, 0x82, rows[row].key).code, ERR_DENIED);
        assert_false(failed(show_pin(token, "123456")));
        assert_false(failed(sign(token, 0x82, rows[row].key)));
        assert_int_equal(reply.len, rows[row].signature_len);
        assert_int_equal(reply.u.data[4], 0x82);
        assert_false(failed(decrypt(token, 0x82, rows[row].key)));
        assert_int_equal(reply.len, rows[row].secret_len);
        assert_int_equal(reply.u.data[4], 0x82);
        assert_false(failed(identify_scope(token, scope)));
        assert_int_equal(identity.keys[4], rows[row].key);
    }
}

static void what_goes_wrong_with_a_key_has_its_code(void **state)
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
        {"an empty answer", FAKE_SW, 0x9000, 0x9A, ERR_IO},
        {"an object instead of an answer", FAKE_OVERRUN, 0, 0x9A, ERR_IO},
        {"no end", FAKE_ENDLESS, 0, 0x9A, ERR_IO},
        {"64 KB", FAKE_FLOOD, 0, 0x9A, ERR_IO},
        {"pulled", FAKE_PULL, 0, 0x9A, ERR_GONE},
        {"swapped", FAKE_SWAP, 0, 0x9A, ERR_GONE},
    };
    (void)state;

    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
        size_t row = i / 2;

        print_message("  %s\n", rows[row].name);
        assert_false(failed(identify(token)));
        assert_false(failed(show_pin(token, "123456")));
        fake.other = &tokens[1];
        plan(rows[row].fault, 1, rows[row].sw);
        struct err e = i % 2 == 0 ? sign(token, rows[row].slot, TOKEN_KEY_P256)
                                  : decrypt(token, rows[row].slot, TOKEN_KEY_P256);
        assert_int_equal(e.code, rows[row].code);
    }
}

static void a_key_that_wants_the_pin_each_time_says_so(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.needs_fresh_pin = true});
    (void)state;

    assert_false(failed(identify(token)));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sign(token, 0x9A, TOKEN_KEY_P256).code, ERR_DENIED);
        assert_false(failed(show_pin(token, "123456")));
        assert_false(failed(sign(token, 0x9A, TOKEN_KEY_P256)));
    }
}

static void a_kind_of_key_that_the_token_lacks_changes_nothing(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.no_yubico = true});
    (void)state;

    assert_false(failed(identify(token)));
    assert_int_equal(generate(token, 0x9A, TOKEN_KEY_RSA3072).code, ERR_UNSUPPORTED);
    assert_int_equal(tokens[0].changes, 0);
}

static void a_key_moves_only_into_an_empty_slot(void **state)
{
    static const struct {
        const char *name;
        struct fake_quirks quirks;
        uint8_t from, to;
        enum err_code code;
    } rows[] = {
        {"to an empty slot", {.moves = true}, 0x9A, 0x82, ERR_NONE},
        {"to one with a key", {.moves = true}, 0x9A, 0x9C, ERR_CONFLICT},
        {"no key to move", {.moves = true}, 0x83, 0x84, ERR_NOT_FOUND},
        {"a token without the command", {.moves = false}, 0x9A, 0x82, ERR_UNSUPPORTED},
        {"a token that does not tell of keys", {.no_yubico = true}, 0x9A, 0x82, ERR_UNSUPPORTED},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start(rows[i].quirks);

        print_message("  %s\n", rows[i].name);
        tokens[0].keys[1] = (struct fake_key){PIV_ALGORITHM_P384, 9};
        assert_false(failed(identify(token)));
        assert_int_equal(move(token, rows[i].from, rows[i].to).code, rows[i].code);
        assert_int_equal(tokens[0].changes, rows[i].code == ERR_NONE ? 1 : 0);
        assert_int_equal(tokens[0].keys[1].generation, 9);
        assert_int_equal(tokens[0].keys[4].generation, rows[i].code == ERR_NONE ? 1 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(admin_keys_of_each_kind_are_proved),
        cmocka_unit_test(a_key_of_another_length_is_denied),
        cmocka_unit_test(a_proof_stands_until_the_card_forgets_it),
        cmocka_unit_test(a_change_meant_for_another_token_is_not_made),
        cmocka_unit_test(what_goes_wrong_in_write_has_its_code),
        cmocka_unit_test(certificates_of_every_slot_come_and_go),
        cmocka_unit_test(a_new_key_is_never_made_over_a_certificate),
        cmocka_unit_test(a_certificate_that_came_during_a_reset_is_seen),
        cmocka_unit_test(keys_of_each_kind_are_made_used_and_told),
        cmocka_unit_test(what_goes_wrong_with_a_key_has_its_code),
        cmocka_unit_test(a_key_that_wants_the_pin_each_time_says_so),
        cmocka_unit_test(a_kind_of_key_that_the_token_lacks_changes_nothing),
        cmocka_unit_test(a_key_moves_only_into_an_empty_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
