/* `certkioskctl token self-test` on a pair whose key wants the PIN before each use. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hw/token/token_sim.h"
#include "kiosk/base/text.h"
#include "kiosk/ctl/token_test.h"
#include "tests/unit/key_room.h"

static struct err sign_by_key(uint8_t slot, enum token_key key, struct bytes digest,
                              uint8_t out_signature[TOKEN_SIGNATURE_MAX], size_t *out_len)
{
    (void)slot;
    (void)key;
    *out_len = TOKEN_SIGNATURE_MAX;
    assert_true(chip_sign(keys[P256], digest, out_signature, out_len));
    return ERR_OK;
}

static struct err decrypt_by_key(uint8_t slot, enum token_key key, struct bytes input,
                                 uint8_t out_plain[TOKEN_PLAIN_MAX], size_t *out_len)
{
    (void)slot;
    (void)key;
    *out_len = TOKEN_PLAIN_MAX;
    assert_true(chip_decipher(keys[P256], input, out_plain, out_len));
    return ERR_OK;
}

/* clang-format off */
static const struct {
    const char *sentence;
    uint8_t slot;
    bool always;
    uint32_t pins; /* how often it is shown */
} rows[] = {
    {"a key that wants the PIN once is shown it once", 0x9A, false, 1},
    {"a key in 9A that wants it always is shown it again", 0x9A, true, 2},
    {"a key in 9D that wants it always is shown it again", 0x9D, true, 2},
    {"a key in 9C wants it always", 0x9C, false, 2},
};
/* clang-format on */

static void the_pin_that_was_right_is_shown_again_where_the_token_wants_it(void **state)
{
    (void)state;
    static struct token_sim sim;
    static const struct token_options options = {.json = true};
    static const struct token_scope scope = {.pin_tries = true};
    struct der der = certificate_for(keys[P256], "digitalSignature,keyAgreement");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct token_room room = {.options = &options, .token = &sim.token};
        bool decrypts = false;

        print_message("  %s\n", rows[i].sentence);
        token_sim_init(&sim);
        sim.signer.sign = sign_by_key;
        sim.signer.decrypt = decrypt_by_key;
        sim.pin_always = rows[i].always;
        token_sim_slot(&sim, rows[i].slot)->key = TOKEN_KEY_P256;
        token_sim_insert(&sim);
        assert_int_equal(token_room_look(&room, &scope), TOKEN_EXIT_DONE);
        room.pin = secret_create();
        assert_non_null(room.pin);
        assert_int_equal(secret_set(room.pin, (struct bytes){(const uint8_t *)TOKEN_SIM_PIN,
                                                             strlen(TOKEN_SIM_PIN)})
                             .code,
                         ERR_NONE);
        assert_int_equal(token_test_pair(&room, rows[i].slot, view(&der), &decrypts),
                         TOKEN_EXIT_DONE);
        assert_true(decrypts);
        assert_int_equal(sim.calls[TOKEN_CALL_VERIFY_PIN], rows[i].pins);
        assert_int_equal(sim.calls[TOKEN_CALL_SIGN], 1);
        assert_int_equal(sim.pin_tries_left, TOKEN_SIM_TRIES);
        token_room_close(&room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pin_that_was_right_is_shown_again_where_the_token_wants_it),
    };
    return cmocka_run_group_tests_name("ctl_token_pair", tests, make_keys, drop_keys);
}
