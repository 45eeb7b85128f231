/* A blank token gets its own values: what is recognised, what is refused, what tries it costs. */
#include "tests/unit/fake_piv.h"

static void a_blank_token_of_each_kind_gets_its_values(void **state)
{
    static const struct {
        const char *name;
        struct fake_quirks quirks;
        enum piv_algorithm own;
        bool no_chuid;
        enum err_code code;
    } rows[] = {
        {"3DES to 3DES", {.tears = false}, PIV_ALGORITHM_3DES, false, ERR_NONE},
        {"3DES to AES-256", {.tears = false}, PIV_ALGORITHM_AES256, false, ERR_NONE},
        {"AES-192 to AES-128",
         {.admin = PIV_ALGORITHM_AES192},
         PIV_ALGORITHM_AES128,
         false,
         ERR_NONE},
        {"AES-192 to 3DES", {.admin = PIV_ALGORITHM_AES192}, PIV_ALGORITHM_3DES, false, ERR_NONE},
        {"one way", {.no_mutual = true}, PIV_ALGORITHM_AES192, false, ERR_NONE},
        {"without a CHUID", {.extended = true}, PIV_ALGORITHM_AES128, true, ERR_NONE},
        {"no AES", {.admin_3des_only = true}, PIV_ALGORITHM_AES128, false, ERR_UNSUPPORTED},
        {"cannot change its admin key",
         {.no_yubico = true},
         PIV_ALGORITHM_3DES,
         false,
         ERR_UNSUPPORTED},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start(rows[i].quirks);

        print_message("  %s\n", rows[i].name);
        set_personal(rows[i].own);
        if (rows[i].no_chuid)
            tokens[0].objects[0].len = 0;
        assert_false(failed(identify(token)));
        assert_int_equal(personalise(token).code, rows[i].code);
        if (rows[i].code != ERR_NONE) {
            assert_int_equal(tokens[0].changes > 0, rows[i].quirks.admin_3des_only);
            continue;
        }
        assert_true(has_personal(&tokens[0]));
        assert_int_equal(tokens[0].admin_algorithm, rows[i].own);
        assert_false(failed(identify_scope(token, (struct token_scope){.guid = true})));
        assert_true(identity.has_guid);
        assert_memory_equal(identity.guid, personal.all.guid, TOKEN_GUID_LEN);
        assert_false(failed(show_pin(token, FAKE_OWN_PIN)));
        admin = personal.own;
        assert_false(failed(write(token)));
        uint32_t changes = tokens[0].changes;
        assert_false(failed(personalise(token))); /* all is there already */
        assert_true(has_personal(&tokens[0]));
        assert_true(tokens[0].changes <= changes + 2);
        assert_int_equal(tokens[0].pin.tries_left, FAKE_TRIES);
        assert_int_equal(tokens[0].puk.tries_left, FAKE_TRIES);
    }
}

/* Its id is the GUID, which is the first thing that changes. */
static void a_token_known_by_its_guid_goes_on_under_the_new_one(void **state)
{
    (void)state;

    for (uint32_t at = 1; at < 20; at++) {
        CLEANUP(close_token)
        struct token *token = start((struct fake_quirks){.no_yubico = true, .sets_admin = true});

        set_personal(PIV_ALGORITHM_3DES);
        assert_false(failed(identify(token)));
        plan(FAKE_LOST, at, 0);
        (void)failed(personalise(token));
        plan(FAKE_NONE, 0, 0);
        fake.in = &tokens[0];
        assert_false(failed(identify(token)));
        assert_false(failed(personalise(token)));
        assert_true(has_personal(&tokens[0]));
        assert_false(failed(identify(token)));
        assert_string_equal(identity.id, "gc0010000000000000000000000000000");
        admin = personal.own;
        assert_false(failed(write(token)));
    }
}

static void a_token_that_is_someone_elses_is_left_alone(void **state)
{
    static const struct {
        const char *name;
        const char *pin, *puk; /* what the token has */
        bool foreign_admin;
        uint8_t pin_tries, puk_tries;
        enum err_code code;
        uint8_t pin_left, puk_left;
    } rows[] = {
        {"another admin key", FAKE_PIN, FAKE_PUK, true, 5, 5, ERR_DENIED, 5, 5},
        {"another PUK", FAKE_PIN, "11112222", false, 5, 5, ERR_DENIED, 5, 3},
        {"another PUK, two tries", FAKE_PIN, "11112222", false, 5, 2, ERR_DENIED, 5, 1},
        {"another PUK, one try", FAKE_PIN, "11112222", false, 5, 1, ERR_DENIED, 5, 1},
        {"another PUK, no tries", FAKE_PIN, "11112222", false, 5, 0, ERR_BLOCKED, 5, 0},
        {"another PIN", "909090\xFF\xFF", FAKE_PUK, false, 5, 5, ERR_DENIED, 3, 5},
        {"another PIN, two tries", "909090\xFF\xFF", FAKE_PUK, false, 2, 5, ERR_DENIED, 1, 5},
        {"another PIN, one try", "909090\xFF\xFF", FAKE_PUK, false, 1, 5, ERR_DENIED, 1, 5},
        {"one try of the right PIN", FAKE_PIN, FAKE_PUK, false, 1, 5, ERR_DENIED, 1, 5},
        {"a blocked PIN", FAKE_PIN, FAKE_PUK, false, 0, 5, ERR_BLOCKED, 0, 5},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});

        print_message("  %s\n", rows[i].name);
        set_personal(PIV_ALGORITHM_AES128);
        memcpy(tokens[0].pin.at, rows[i].pin, FAKE_PIN_LEN);
        memcpy(tokens[0].puk.at, rows[i].puk, FAKE_PIN_LEN);
        tokens[0].pin.tries_left = rows[i].pin_tries;
        tokens[0].puk.tries_left = rows[i].puk_tries;
        tokens[0].admin_key.at[7] ^= rows[i].foreign_admin ? 0x22 : 0;
        assert_false(failed(identify(token)));
        assert_int_equal(personalise(token).code, rows[i].code);
        assert_int_equal(tokens[0].pin.tries_left, rows[i].pin_left);
        assert_int_equal(tokens[0].puk.tries_left, rows[i].puk_left);
        assert_int_equal(tokens[0].admin_algorithm, PIV_ALGORITHM_3DES);
        bool spared = rows[i].pin_tries <= 1 || rows[i].puk_tries <= 1;
        assert_true((!rows[i].foreign_admin && !spared) || tokens[0].changes == 0);
    }
}

/* One that has the same values from the factory, and one that has not: the most that either gets
 * is the one command that goes out between the look at the id and the look after it. */
static void a_token_swapped_in_is_found_out_at_once(void **state)
{
    static const char *const pins[] = {FAKE_PIN, "909090\xFF\xFF"};
    static const char *const puks[] = {FAKE_PUK, "90909090"};
    (void)state;

    for (uint32_t at = 1; at < 40; at++) {
        size_t row = at % 2;
        CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});

        set_personal(PIV_ALGORITHM_AES128);
        memcpy(tokens[1].pin.at, pins[row], FAKE_PIN_LEN);
        memcpy(tokens[1].puk.at, puks[row], FAKE_PIN_LEN);
        tokens[1].selected = true;
        assert_false(failed(identify(token)));
        fake.other = &tokens[1];
        plan(FAKE_SWAP, at, 0);
        struct err e = personalise(token);
        if (fake.in == &tokens[0]) {
            assert_int_equal(e.code, ERR_NONE);
            assert_true(at > 15);
            return;
        }
        uint32_t spent = 2U * FAKE_TRIES - tokens[1].pin.tries_left - tokens[1].puk.tries_left;
        assert_int_equal(e.code, ERR_GONE);
        assert_true(tokens[1].changes + spent <= 1);
        assert_true(row == 0 || tokens[1].changes == 0);
    }
    fail();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blank_token_of_each_kind_gets_its_values),
        cmocka_unit_test(a_token_known_by_its_guid_goes_on_under_the_new_one),
        cmocka_unit_test(a_token_that_is_someone_elses_is_left_alone),
        cmocka_unit_test(a_token_swapped_in_is_found_out_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
