/* What token_newkey.h promises, of tokens of each make: nothing is lost that was not given up. */
#include "hw/token/token_newkey.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/contract/token_bench.h"

#define MAIN 0x9D
#define OLD_FILL 1
#define NEW_FILL 2

static struct token_identity seen; /* big */
static struct bench_key old_key, new_key;

static bool signs(struct bench *on, uint8_t slot, const struct bench_key *key)
{
    uint8_t tries_left = 0;
    bool right = false;

    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_NONE);
    return bench_sign(on, slot, key, &right) == ERR_NONE && right;
}

static struct token_newkey plan_for(struct bench *on, enum token_key kind, uint32_t unusable)
{
    struct token_newkey_wish wish = {.main = MAIN, .key = kind, .unusable = unusable};
    struct token_scope scope = token_newkey_scope(MAIN, false);
    struct token_target target = bench_target(on, MAIN);

    assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_NONE);
    assert_int_equal(token_newkey_probe(on->token, &target, &scope, &seen, &wish.moves).code,
                     ERR_NONE);
    assert_int_equal(wish.moves, on->model->move_key);
    return token_newkey_plan(&wish, &scope, &seen);
}

static struct err begin(struct bench *on, const struct token_newkey *plan, bool consent)
{
    struct token_target target = bench_target(on, MAIN);

    new_key.kind = plan->key;
    return token_newkey_begin(on->token, &target, plan, consent, new_key.spki, &new_key.len);
}

/* The plan that the token allows, and its key. */
static struct token_newkey begun(struct bench *on, enum token_key kind)
{
    struct token_newkey plan = plan_for(on, kind, 0);
    struct err e = begin(on, &plan, false);

    if (e.code == ERR_UNSUPPORTED && on->model->retired == 0) {
        assert_int_equal(plan.way, TOKEN_NEWKEY_STAYS); /* slots that only seemed to be there */
        plan = plan_for(on, kind, TOKEN_SLOTS_RETIRED);
        assert_int_equal(plan.way, TOKEN_NEWKEY_LOSES);
        assert_int_equal(begin(on, &plan, false).code, ERR_DENIED);
        bench_look(on, &seen);
        bench_assert_holds(&seen, MAIN, OLD_FILL);
        assert_true(signs(on, MAIN, &old_key));
        e = begin(on, &plan, true);
    }
    assert_int_equal(e.code, ERR_NONE);
    return plan;
}

static void make_old_pair(struct bench *on)
{
    bench_insert(on, &seen);
    assert_int_equal(bench_generate(on, MAIN, TOKEN_KEY_P256, &old_key), ERR_NONE);
    assert_int_equal(bench_write(on, MAIN, OLD_FILL), ERR_NONE);
}

static void assert_pair(struct bench *on, uint8_t slot, const struct bench_key *key, uint8_t fill)
{
    struct token_scope scope = {.slots = 1U << token_slot_index(slot)};

    assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_NONE);
    bench_assert_holds(&seen, slot, fill);
    assert_true(signs(on, slot, key));
}

static void renew(struct bench *on, enum token_key kind)
{
    struct token_target target = bench_target(on, MAIN);

    make_old_pair(on);
    target = bench_target(on, MAIN);
    struct token_newkey plan = begun(on, kind);
    if (plan.way != TOKEN_NEWKEY_LOSES)
        assert_pair(on, MAIN, &old_key, OLD_FILL);
    assert_true(signs(on, plan.staging, &new_key));
    assert_int_equal(
        token_newkey_place(on->token, &target, &plan, bench_certificate(NEW_FILL)).code, ERR_NONE);
    assert_pair(on, plan.staging, &new_key, NEW_FILL);
    assert_int_equal(
        token_newkey_settle(on->token, &target, &plan, bench_certificate(NEW_FILL)).code, ERR_NONE);

    bool moves = plan.way == TOKEN_NEWKEY_MOVES;
    assert_int_equal(moves, on->model->move_key);
    assert_pair(on, moves ? MAIN : plan.staging, &new_key, NEW_FILL);
    if (plan.way != TOKEN_NEWKEY_LOSES)
        assert_pair(on, moves ? plan.keep : MAIN, &old_key, OLD_FILL);
}

static void a_new_p256_key_loses_nothing(struct bench *on)
{
    renew(on, TOKEN_KEY_P256);
}

static void a_new_rsa_key_loses_nothing(struct bench *on)
{
    renew(on, TOKEN_KEY_RSA2048);
}

static void a_kind_of_key_that_the_token_lacks_changes_nothing(struct bench *on)
{
    make_old_pair(on);
    if (on->model->rsa3072)
        return;
    struct token_newkey plan = plan_for(on, TOKEN_KEY_RSA3072, TOKEN_SLOTS_RETIRED);
    assert_int_equal(plan.way, TOKEN_NEWKEY_LOSES);
    assert_int_equal(begin(on, &plan, true).code, ERR_UNSUPPORTED);
    assert_pair(on, MAIN, &old_key, OLD_FILL);
}

int main(void)
{
    static const struct bench_promise promises[] = {
        PROMISE(a_new_p256_key_loses_nothing),
        PROMISE(a_new_rsa_key_loses_nothing),
        PROMISE(a_kind_of_key_that_the_token_lacks_changes_nothing),
    };
    return bench_run("token newkey", promises, ARRAY_LEN(promises));
}
