/* What token.h promises of a token's keys. */
#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/contract/token_bench.h"

static const enum token_key kinds[] = {TOKEN_KEY_P256, TOKEN_KEY_P384, TOKEN_KEY_RSA2048,
                                       TOKEN_KEY_RSA3072};

static struct token_identity seen; /* big */

static void verify(struct bench *on)
{
    uint8_t tries_left = 99;
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_NONE);
}

static void insert_with_key(struct bench *on, uint8_t slot, struct bench_key *out_key)
{
    bench_insert(on, &seen);
    assert_int_equal(bench_generate(on, slot, TOKEN_KEY_P256, out_key), ERR_NONE);
}

static void a_signature_needs_the_pin_of_this_session(struct bench *on)
{
    struct bench_key key;
    bool right = false;

    insert_with_key(on, 0x9A, &key);
    assert_int_equal(bench_sign(on, 0x9A, &key, &right), ERR_DENIED);
    assert_int_equal(bench_decrypt(on, 0x9A, &key, &right), ERR_DENIED);
    verify(on);
    assert_int_equal(bench_sign(on, 0x9A, &key, &right), ERR_NONE);
    assert_true(right);
    assert_int_equal(bench_sign(on, 0x9A, &key, &right), ERR_NONE);
    assert_true(right);
    bench_look(on, &seen);
    assert_int_equal(bench_sign(on, 0x9A, &key, &right), ERR_DENIED);
}

static void slot_9c_asks_for_the_pin_before_each_use(struct bench *on)
{
    struct bench_key key;
    bool right = false;

    insert_with_key(on, 0x9C, &key);
    verify(on);
    assert_int_equal(bench_sign(on, 0x9C, &key, &right), ERR_NONE);
    assert_true(right);
    assert_int_equal(bench_sign(on, 0x9C, &key, &right), ERR_DENIED);
    verify(on);
    assert_int_equal(bench_sign(on, 0x9C, &key, &right), ERR_NONE);
}

static void every_kind_of_key_signs_and_opens(struct bench *on)
{
    struct bench_key key;
    bool right = false;

    bench_insert(on, &seen);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        enum err_code code = bench_generate(on, 0x9D, kinds[i], &key);
        if (kinds[i] == TOKEN_KEY_RSA3072 && !on->model->rsa3072) {
            assert_int_equal(code, ERR_UNSUPPORTED);
            continue;
        }
        assert_int_equal(code, ERR_NONE);
        verify(on);
        assert_int_equal(bench_sign(on, 0x9D, &key, &right), ERR_NONE);
        assert_true(right);
        verify(on);
        assert_int_equal(bench_decrypt(on, 0x9D, &key, &right), ERR_NONE);
        assert_true(right);
        bench_look(on, &seen);
        if (on->model->metadata)
            assert_int_equal(seen.keys[2], kinds[i]);
    }
}

static void a_slot_without_such_a_key_signs_nothing(struct bench *on)
{
    struct bench_key key;
    bool right = false;

    insert_with_key(on, 0x9D, &key);
    verify(on);
    assert_int_equal(bench_sign(on, 0x9E, &key, &right), ERR_NOT_FOUND);
    key.kind = TOKEN_KEY_RSA2048;
    assert_int_equal(bench_sign(on, 0x9D, &key, &right), ERR_NOT_FOUND);
}

static void a_new_key_takes_the_old_ones_place(struct bench *on)
{
    struct bench_key old, fresh;
    bool right = false;

    insert_with_key(on, 0x9D, &old);
    assert_int_equal(bench_generate(on, 0x9D, TOKEN_KEY_P256, &fresh), ERR_NONE);
    assert_memory_not_equal(old.spki, fresh.spki, fresh.len);
    verify(on);
    assert_int_equal(bench_sign(on, 0x9D, &fresh, &right), ERR_NONE);
    assert_true(right);
    verify(on);
    assert_int_equal(bench_sign(on, 0x9D, &old, &right), ERR_NONE);
    assert_false(right);
}

static void a_key_with_a_certificate_is_not_replaced(struct bench *on)
{
    struct bench_key key, fresh;
    struct token_target target;
    bool right = false;

    insert_with_key(on, 0x9D, &key);
    assert_int_equal(bench_write(on, 0x9D, 1), ERR_NONE);
    assert_int_equal(bench_generate(on, 0x9D, TOKEN_KEY_P256, &fresh), ERR_CONFLICT);
    bench_look(on, &seen);
    bench_assert_holds(&seen, 0x9D, 1);
    verify(on);
    assert_int_equal(bench_sign(on, 0x9D, &key, &right), ERR_NONE);
    assert_true(right);
    target = bench_target(on, 0x9D);
    assert_int_equal(token_delete(on->token, &target).code, ERR_NONE);
    assert_int_equal(bench_generate(on, 0x9D, TOKEN_KEY_P256, &fresh), ERR_NONE);
}

static void a_slot_that_is_missing_gets_no_key(struct bench *on)
{
    struct bench_key key;

    bench_insert(on, &seen);
    enum err_code want = on->model->retired == 20 ? ERR_NONE : ERR_UNSUPPORTED;
    assert_int_equal(bench_generate(on, 0x95, TOKEN_KEY_P256, &key), want);
}

static void a_key_moves_whole_to_an_empty_slot(struct bench *on)
{
    struct bench_key key, other;
    struct token_target target;
    bool right = false;

    bench_insert(on, &seen);
    assert_int_equal(bench_generate(on, 0x9D, TOKEN_KEY_P256, &key), ERR_NONE);
    target = bench_target(on, 0x9D);
    if (!on->model->move_key) {
        assert_int_equal(token_move(on->token, &target, 0x82).code, ERR_UNSUPPORTED);
        verify(on);
        assert_int_equal(bench_sign(on, 0x9D, &key, &right), ERR_NONE);
        assert_true(right);
        return;
    }
    assert_int_equal(bench_write(on, 0x9D, 1), ERR_NONE);
    assert_int_equal(token_move(on->token, &target, 0x82).code, ERR_NONE);
    assert_int_equal(token_move(on->token, &target, 0x83).code, ERR_NOT_FOUND);
    verify(on);
    assert_int_equal(bench_sign(on, 0x82, &key, &right), ERR_NONE);
    assert_true(right);
    assert_int_equal(bench_sign(on, 0x9D, &key, &right), ERR_NOT_FOUND);
    bench_look(on, &seen);
    bench_assert_holds(&seen, 0x9D, 1);
    assert_int_equal(seen.keys[2], TOKEN_KEY_NONE);
    assert_int_equal(seen.keys[4], TOKEN_KEY_P256);
    assert_int_equal(bench_generate(on, 0x83, TOKEN_KEY_P256, &other), ERR_NONE);
    target = bench_target(on, 0x82);
    assert_int_equal(token_move(on->token, &target, 0x83).code, ERR_CONFLICT);
    verify(on);
    assert_int_equal(bench_sign(on, 0x82, &key, &right), ERR_NONE);
    assert_true(right);
}

int main(void)
{
    static const struct bench_promise promises[] = {
        PROMISE(a_signature_needs_the_pin_of_this_session),
        PROMISE(slot_9c_asks_for_the_pin_before_each_use),
        PROMISE(every_kind_of_key_signs_and_opens),
        PROMISE(a_slot_without_such_a_key_signs_nothing),
        PROMISE(a_new_key_takes_the_old_ones_place),
        PROMISE(a_key_with_a_certificate_is_not_replaced),
        PROMISE(a_slot_that_is_missing_gets_no_key),
        PROMISE(a_key_moves_whole_to_an_empty_slot),
    };
    return bench_run("token keys", promises, ARRAY_LEN(promises));
}
