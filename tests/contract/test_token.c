/* What token.h promises of a token's comings and goings, of who it is, and of its PIN. */
#include <string.h>

#include "hw/token/token_sim.h"
#include "kiosk/base/macros.h"
#include "tests/contract/token_bench.h"

static const uint8_t torn_object[] = {0x53, 0x82, 0x03, 0x1A, 0x70, 0x82, 0x03, 0x12, 0x30};

static struct token_identity seen; /* big */

static void an_empty_reader_has_nobody_to_ask(struct bench *on)
{
    struct token_scope scope = BENCH_LOOK;
    struct token_target target = {.id = "s1", .slot = 0x9A, .admin = &on->admin};
    struct bench_key key = {.kind = TOKEN_KEY_P256};
    enum token_presence presence = TOKEN_PRESENT;
    uint8_t tries_left = 99, data[TOKEN_PUBLIC_KEY_MAX];
    size_t len = 77;
    bool right = false;

    bench_watch(on, TOKEN_PRESENT, TOKEN_ABSENT);
    assert_int_equal(token_watch(on->token, 0, &presence).code, ERR_NONE);
    assert_int_equal(presence, TOKEN_ABSENT);
    seen.certificate_count = 77;
    assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_GONE);
    assert_int_equal(seen.certificate_count, 77);
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_GONE);
    assert_int_equal(tries_left, 99);
    assert_int_equal(token_write(on->token, &target, bench_certificate(1)).code, ERR_GONE);
    assert_int_equal(token_delete(on->token, &target).code, ERR_GONE);
    assert_int_equal(token_generate(on->token, &target, TOKEN_KEY_P256, data, &len).code, ERR_GONE);
    assert_int_equal(token_move(on->token, &target, 0x82).code, ERR_GONE);
    assert_int_equal(bench_sign(on, 0x9A, &key, &right), ERR_GONE);
    assert_int_equal(len, 77);
}

static void a_token_says_who_it_is_each_time_the_same(struct bench *on)
{
    char first[TOKEN_ID_SIZE];

    bench_insert(on, &seen);
    memcpy(first, on->id, sizeof(first));
    assert_int_equal(first[0], on->model->serial ? 's' : 'g');
    bench_look(on, &seen);
    assert_string_equal(first, on->id);
    on->kind->pull(on);
    bench_watch(on, TOKEN_PRESENT, TOKEN_ABSENT);
    bench_insert(on, &seen);
    assert_string_equal(first, on->id);
}

static void what_is_not_asked_is_not_told(struct bench *on)
{
    struct token_scope scope = {.slots = 0};

    bench_insert(on, &seen);
    assert_int_equal(bench_write(on, 0x9A, 1), ERR_NONE);
    assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_NONE);
    assert_string_equal(seen.id, on->id);
    assert_int_equal(seen.certificate_count, 0);
    assert_int_equal(seen.pin_tries_left, TOKEN_TRIES_UNKNOWN);
    assert_int_equal(seen.puk_tries_left, TOKEN_TRIES_UNKNOWN);
    assert_false(seen.keys_known);
    scope.slots = 1; /* 9A */
    assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_NONE);
    bench_assert_holds(&seen, 0x9A, 1);
    scope = TOKEN_SCOPE_VISIT;
    assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_NONE);
    assert_int_equal(seen.pin_tries_left, on->model->pin_tries);
}

static void what_is_asked_is_told(struct bench *on)
{
    static const uint8_t none[TOKEN_GUID_LEN];

    bench_insert(on, &seen);
    assert_int_equal(seen.pin_tries_left, on->model->pin_tries);
    assert_true(seen.has_guid);
    assert_memory_not_equal(seen.guid, none, sizeof(none));
    assert_int_equal(seen.keys_known, on->model->metadata);
    if (on->model->metadata) {
        assert_int_equal(seen.puk_tries_left, TOKEN_SIM_PUK_TRIES);
        assert_int_equal(seen.keys[0], TOKEN_KEY_P256);
        assert_int_equal(seen.keys[1], TOKEN_KEY_NONE);
    }
}

static void certificates_come_in_the_order_of_slots(struct bench *on)
{
    static const uint8_t slots[] = {0x9E, 0x9A, 0x9D, 0x9C};

    bench_insert(on, &seen);
    for (size_t i = 0; i < ARRAY_LEN(slots); i++)
        assert_int_equal(bench_write(on, slots[i], (uint8_t)(i + 1)), ERR_NONE);
    bench_look(on, &seen);
    assert_int_equal(seen.certificate_count, ARRAY_LEN(slots));
    for (size_t i = 0; i < ARRAY_LEN(slots); i++) {
        assert_int_equal(seen.certificates[i].slot, token_slot_at(i));
        bench_assert_holds(&seen, slots[i], (uint8_t)(i + 1));
    }
    assert_int_equal(seen.torn, 0);
}

static void the_certificate_of_every_slot_is_shown(struct bench *on)
{
    struct token_scope scope = {.slots = ALL_SLOTS};
    uint8_t certificates = (uint8_t)(4 + on->model->retired);

    bench_insert(on, &seen);
    for (uint8_t i = 0; i < certificates; i++)
        assert_int_equal(bench_write(on, token_slot_at(i), i), ERR_NONE);
    assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_NONE);
    assert_int_equal(seen.certificate_count, certificates);
    for (uint8_t i = 0; i < certificates; i++)
        bench_assert_holds(&seen, token_slot_at(i), i);
}

static void a_torn_certificate_is_named_and_repaired_by_writing(struct bench *on)
{
    bench_insert(on, &seen);
    on->kind->load(on, 0x9C, (struct bytes){torn_object, sizeof(torn_object)});
    bench_look(on, &seen);
    assert_int_equal(seen.torn, 2);
    assert_null(bench_find(&seen, 0x9C));
    assert_int_equal(bench_write(on, 0x9C, 5), ERR_NONE);
    bench_look(on, &seen);
    assert_int_equal(seen.torn, 0);
    bench_assert_holds(&seen, 0x9C, 5);
}

/* --- PIN and PUK -------------------------------------------------------------------------- */

static void a_wrong_pin_counts_down_and_the_right_one_restores(struct bench *on)
{
    uint8_t tries_left = 99, tries = on->model->pin_tries;

    bench_insert(on, &seen);
    assert_int_equal(bench_verify(on, "000000", &tries_left), ERR_DENIED);
    assert_int_equal(tries_left, tries - 1);
    bench_look(on, &seen);
    assert_int_equal(seen.pin_tries_left, tries - 1);
    assert_int_equal(bench_verify(on, "00000000", &tries_left), ERR_DENIED);
    assert_int_equal(tries_left, tries - 2);
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_NONE);
    assert_int_equal(tries_left, tries - 2);
    bench_look(on, &seen);
    assert_int_equal(seen.pin_tries_left, tries);
}

static enum err_code change_pin(struct bench *on, const char *pin, const char *next,
                                uint8_t *out_tries_left)
{
    CLEANUP(secret_wipe) struct secret was = bench_secret(pin);
    CLEANUP(secret_wipe) struct secret now = bench_secret(next);
    return token_change_pin(on->token, &was, &now, out_tries_left).code;
}

static enum err_code unblock(struct bench *on, const char *puk, const char *next,
                             uint8_t *out_tries_left)
{
    CLEANUP(secret_wipe) struct secret was = bench_secret(puk);
    CLEANUP(secret_wipe) struct secret now = bench_secret(next);
    return token_unblock(on->token, &was, &now, out_tries_left).code;
}

static void an_impossible_pin_or_puk_is_never_sent(struct bench *on)
{
    static const char *const pins[] = {"", "12345", "123456789", "12345a", "12345 "};
    static const char *const puks[] = {"", "1234567", "123456789", "1234567a"};
    uint8_t tries_left = 99;

    bench_insert(on, &seen);
    uint32_t commands = on->kind->commands(on);
    for (size_t i = 0; i < ARRAY_LEN(pins); i++) {
        assert_int_equal(bench_verify(on, pins[i], &tries_left), ERR_MALFORMED);
        assert_int_equal(change_pin(on, pins[i], "123456", &tries_left), ERR_MALFORMED);
        assert_int_equal(change_pin(on, BENCH_PIN, pins[i], &tries_left), ERR_MALFORMED);
        assert_int_equal(unblock(on, BENCH_PUK, pins[i], &tries_left), ERR_MALFORMED);
    }
    for (size_t i = 0; i < ARRAY_LEN(puks); i++)
        assert_int_equal(unblock(on, puks[i], "123456", &tries_left), ERR_MALFORMED);
    assert_int_equal(tries_left, 99);
    assert_int_equal(on->kind->commands(on), commands);
}

static void a_changed_pin_takes_the_old_ones_place(struct bench *on)
{
    uint8_t tries_left = 99, tries = on->model->pin_tries;

    bench_insert(on, &seen);
    assert_int_equal(change_pin(on, "111111", "222222", &tries_left), ERR_DENIED);
    assert_int_equal(tries_left, tries - 1);
    assert_int_equal(change_pin(on, BENCH_PIN, "24681012", &tries_left), ERR_NONE);
    bench_look(on, &seen);
    assert_int_equal(seen.pin_tries_left, tries);
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_DENIED);
    assert_int_equal(bench_verify(on, "24681012", &tries_left), ERR_NONE);
}

static void block(struct bench *on)
{
    uint8_t tries_left = on->model->pin_tries;

    for (uint8_t left = (uint8_t)(tries_left - 1); left > 0; left--) {
        assert_int_equal(bench_verify(on, "000000", &tries_left), ERR_DENIED);
        assert_int_equal(tries_left, left);
    }
    assert_int_equal(bench_verify(on, "000000", &tries_left), ERR_BLOCKED);
    assert_int_equal(tries_left, 1);
}

static void the_last_wrong_pin_blocks(struct bench *on)
{
    uint8_t tries_left = 99;

    bench_insert(on, &seen);
    block(on);
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_BLOCKED);
    assert_int_equal(change_pin(on, BENCH_PIN, "222222", &tries_left), ERR_BLOCKED);
    assert_int_equal(tries_left, 99);
    bench_look(on, &seen);
    assert_int_equal(seen.pin_tries_left, 0);
}

static void the_puk_unblocks_and_gives_all_tries_back(struct bench *on)
{
    uint8_t tries_left = 99;

    if (on->model->global_pin)
        return;
    bench_insert(on, &seen);
    block(on);
    assert_int_equal(unblock(on, "00000000", "222222", &tries_left), ERR_DENIED);
    assert_in_range(tries_left, 1, 9);
    uint8_t before = tries_left;
    assert_int_equal(unblock(on, BENCH_PUK, "222222", &tries_left), ERR_NONE);
    bench_look(on, &seen);
    assert_int_equal(seen.pin_tries_left, on->model->pin_tries);
    assert_int_equal(bench_verify(on, "222222", &tries_left), ERR_NONE);
    if (on->model->metadata)
        assert_int_equal(seen.puk_tries_left, before + 1);
}

static void the_last_wrong_puk_blocks_it(struct bench *on)
{
    uint8_t tries_left = 99;
    enum err_code code = ERR_DENIED;

    if (on->model->global_pin)
        return;
    bench_insert(on, &seen);
    for (int i = 0; i < 16 && code == ERR_DENIED; i++)
        code = unblock(on, "00000000", "222222", &tries_left);
    assert_int_equal(code, ERR_BLOCKED);
    assert_int_equal(tries_left, 1);
    assert_int_equal(unblock(on, BENCH_PUK, "222222", &tries_left), ERR_BLOCKED);
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_NONE);
}

/* Also before anything is known of its PIN: the PUK is not shown in vain, and no try of it spent.
 */
static void no_puk_unblocks_a_global_pin(struct bench *on)
{
    uint8_t tries_left = 99;
    struct token_scope scope = {.puk_tries = true};

    if (!on->model->global_pin)
        return;
    bench_insert(on, &seen);
    block(on);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(unblock(on, "00000000", "222222", &tries_left), ERR_UNSUPPORTED);
        assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_NONE);
        if (on->model->metadata)
            assert_int_equal(seen.puk_tries_left, TOKEN_SIM_PUK_TRIES);
    }
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_BLOCKED);
}

static void an_unknown_driver_is_refused(struct bench *on)
{
    struct token_config config = {.driver = "skf", .reader = ""};
    enum token_presence presence = TOKEN_ABSENT;
    struct token *token = NULL;
    (void)on;

    assert_int_equal(token_open(&config, &token).code, ERR_UNSUPPORTED);
    assert_null(token);
    config.driver = "sim";
    assert_int_equal(token_open(&config, &token).code, ERR_NONE);
    assert_int_equal(token_watch(token, 0, &presence).code, ERR_NONE);
    assert_int_equal(presence, TOKEN_ABSENT);
    token_close(token);
    token_close(NULL);
}

int main(void)
{
    static const struct bench_promise promises[] = {
        PROMISE(an_unknown_driver_is_refused),
        PROMISE(an_empty_reader_has_nobody_to_ask),
        PROMISE(a_token_says_who_it_is_each_time_the_same),
        PROMISE(what_is_not_asked_is_not_told),
        PROMISE(what_is_asked_is_told),
        PROMISE(certificates_come_in_the_order_of_slots),
        PROMISE(the_certificate_of_every_slot_is_shown),
        PROMISE(a_torn_certificate_is_named_and_repaired_by_writing),
        PROMISE(a_wrong_pin_counts_down_and_the_right_one_restores),
        PROMISE(an_impossible_pin_or_puk_is_never_sent),
        PROMISE(a_changed_pin_takes_the_old_ones_place),
        PROMISE(the_last_wrong_pin_blocks),
        PROMISE(the_puk_unblocks_and_gives_all_tries_back),
        PROMISE(the_last_wrong_puk_blocks_it),
        PROMISE(no_puk_unblocks_a_global_pin),
    };
    return bench_run("token", promises, ARRAY_LEN(promises));
}
