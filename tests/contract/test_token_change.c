/* What token.h promises of certificates, of personalising, and of which token is changed. */
#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/contract/token_bench.h"

#define OTHER_ID "s4294967295"

static struct token_identity seen; /* big */

static void what_is_written_is_read_back_and_may_be_written_again(struct bench *on)
{
    bench_insert(on, &seen);
    for (uint8_t fill = 1; fill <= 3; fill++) {
        assert_int_equal(bench_write(on, 0x9A, fill / 2), ERR_NONE);
        bench_look(on, &seen);
        bench_assert_holds(&seen, 0x9A, fill / 2);
    }
}

static void a_certificate_of_any_length_is_written_or_does_not_fit(struct bench *on)
{
    static const uint16_t lens[] = {1 + 4, 200, 243, 244, 255, 256, 1300, 1340, 2048, 2950, 3000};
    static uint8_t der[TOKEN_CERTIFICATE_MAX];
    struct token_target target;

    bench_insert(on, &seen);
    target = bench_target(on, 0x9A);
    for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
        size_t inside = lens[i] - 4;
        memset(der, 0x11, sizeof(der));
        der[0] = 0x30;
        der[1] = 0x82;
        der[2] = (uint8_t)(inside >> 8);
        der[3] = (uint8_t)(inside & 0xFF);
        struct err e = token_write(on->token, &target, (struct bytes){der, lens[i]});
        if (e.code == ERR_NO_ROOM) {
            assert_true(lens[i] + 16 > on->model->capacity);
            continue;
        }
        assert_int_equal(e.code, ERR_NONE);
        bench_look(on, &seen);
        const struct token_certificate *found = bench_find(&seen, 0x9A);
        assert_non_null(found);
        assert_int_equal(found->der_len, lens[i]);
        assert_memory_equal(found->der, der, lens[i]);
    }
}

static void a_deleted_certificate_is_gone_and_may_be_deleted_again(struct bench *on)
{
    struct bench_key key;
    struct token_target target;
    uint8_t tries_left = 99;
    bool right = false;

    bench_insert(on, &seen);
    assert_int_equal(bench_generate(on, 0x9D, TOKEN_KEY_P256, &key), ERR_NONE);
    assert_int_equal(bench_write(on, 0x9D, 1), ERR_NONE);
    target = bench_target(on, 0x9D);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(token_delete(on->token, &target).code, ERR_NONE);
        bench_look(on, &seen);
        assert_null(bench_find(&seen, 0x9D));
        assert_int_equal(seen.torn, 0);
    }
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_NONE);
    assert_int_equal(bench_sign(on, 0x9D, &key, &right), ERR_NONE);
    assert_true(right);
}

/* Each change, of the token with this id, by this admin key. */
static void assert_refused(struct bench *on, const struct token_target *target, enum err_code want)
{
    uint8_t spki[TOKEN_PUBLIC_KEY_MAX];
    size_t len = 0;

    assert_int_equal(token_prove(on->token, target).code, want);
    if (want == ERR_GONE)
        bench_look(on, &seen);
    assert_int_equal(token_write(on->token, target, bench_certificate(2)).code, want);
    if (want == ERR_GONE)
        bench_look(on, &seen);
    assert_int_equal(token_delete(on->token, target).code, want);
    if (want == ERR_GONE)
        bench_look(on, &seen);
    struct token_target empty = *target;
    empty.slot = 0x9D;
    assert_int_equal(token_generate(on->token, &empty, TOKEN_KEY_P256, spki, &len).code, want);
    if (want == ERR_GONE)
        bench_look(on, &seen);
    empty.slot = 0x9A;
    enum err_code code = token_move(on->token, &empty, 0x9E).code;
    assert_true(code == want || (code == ERR_UNSUPPORTED && !on->model->move_key));
    bench_look(on, &seen);
    bench_assert_holds(&seen, 0x9C, 1);
    assert_null(bench_find(&seen, 0x9D));
}

static void a_change_meant_for_another_token_is_not_done(struct bench *on)
{
    bench_insert(on, &seen);
    assert_int_equal(bench_write(on, 0x9C, 1), ERR_NONE);
    struct token_target target = bench_target(on, 0x9C);
    target.id = OTHER_ID;
    assert_refused(on, &target, ERR_GONE);
}

static void a_wrong_admin_key_changes_nothing(struct bench *on)
{
    struct token_admin wrong = on->admin;

    bench_insert(on, &seen);
    assert_int_equal(bench_write(on, 0x9C, 1), ERR_NONE);
    wrong.key.at[0] ^= 0x40;
    struct token_target target = bench_target(on, 0x9C);
    target.admin = &wrong;
    assert_refused(on, &target, ERR_DENIED);
}

static void a_proof_tells_the_admin_key_and_changes_nothing(struct bench *on)
{
    struct token_admin wrong = on->admin;
    struct token_target target;

    bench_insert(on, &seen);
    assert_int_equal(bench_write(on, 0x9C, 1), ERR_NONE);
    bench_look(on, &seen); /* a session without a proof */
    uint32_t changes = on->kind->changes(on);
    target = bench_target(on, 0);
    wrong.key.at[0] ^= 0x40;
    for (int i = 0; i < 4; i++) {
        target.admin = i % 2 == 0 ? &wrong : &on->admin;
        assert_int_equal(token_prove(on->token, &target).code, i % 2 == 0 ? ERR_DENIED : ERR_NONE);
    }
    target.admin = &on->admin;
    assert_int_equal(token_prove(on->token, &target).code, ERR_NONE);
    assert_int_equal(on->kind->changes(on), changes);
    bench_look(on, &seen);
    bench_assert_holds(&seen, 0x9C, 1);
    assert_int_equal(seen.pin_tries_left, on->model->pin_tries);
    on->kind->pull(on);
    assert_int_equal(token_prove(on->token, &target).code, ERR_GONE);
}

static void a_pulled_token_is_gone_until_it_is_identified_again(struct bench *on)
{
    uint8_t tries_left = 99;
    struct bench_key key = {.kind = TOKEN_KEY_P256};
    bool right = false;

    bench_insert(on, &seen);
    on->kind->pull(on);
    assert_int_equal(bench_sign(on, 0x9A, &key, &right), ERR_GONE);
    on->kind->insert(on);
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_GONE);
    bench_watch(on, TOKEN_PRESENT, TOKEN_ABSENT);
    bench_arrive(on, &seen);
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_NONE);
}

static void a_swapped_token_gets_no_write_and_no_pin(struct bench *on)
{
    char first[TOKEN_ID_SIZE];
    uint8_t tries_left = 99;

    bench_insert(on, &seen);
    memcpy(first, on->id, sizeof(first));
    on->kind->swap(on, false);
    assert_int_equal(bench_write(on, 0x9E, 9), ERR_GONE);
    bench_watch(on, TOKEN_PRESENT, TOKEN_ABSENT);
    bench_arrive(on, &seen);
    assert_string_not_equal(on->id, first);
    assert_null(bench_find(&seen, 0x9E));
    on->kind->swap(on, true);
    assert_int_equal(bench_verify(on, "000000", &tries_left), ERR_GONE);
    bench_watch(on, TOKEN_PRESENT, TOKEN_ABSENT);
    bench_arrive(on, &seen);
    assert_string_equal(on->id, first);
    assert_int_equal(seen.pin_tries_left, on->model->pin_tries);
}

/* --- personalising ------------------------------------------------------------------------ */

struct own {
    struct secret pin_was, pin, puk_was, puk;
    struct token_admin admin;
    struct token_personal personal;
};

static void own_values(const struct bench *on, struct own *own)
{
    own->pin_was = bench_secret(BENCH_PIN);
    own->pin = bench_secret("13579246");
    own->puk_was = bench_secret(BENCH_PUK);
    own->puk = bench_secret("97531864");
    own->admin = on->admin;
    own->admin.diversified = true;
    for (size_t i = 0; i < own->admin.key.len; i++)
        own->admin.key.at[i] = (uint8_t)(0xA1 + 2 * i);
    own->personal = (struct token_personal){.pin_was = &own->pin_was,
                                            .pin = &own->pin,
                                            .puk_was = &own->puk_was,
                                            .puk = &own->puk,
                                            .admin_was = &on->admin,
                                            .admin = &own->admin,
                                            .guid = {1, 2, 3, 4, 5, 6, 0x47, 8, 0x89}};
}

/* A token whose admin key cannot be set is left as it was. */
static void assert_not_personalised(struct bench *on, const struct own *own)
{
    uint8_t tries_left = 99;

    assert_int_equal(token_personalise(on->token, on->id, &own->personal).code, ERR_UNSUPPORTED);
    bench_look(on, &seen);
    assert_memory_not_equal(seen.guid, own->personal.guid, TOKEN_GUID_LEN);
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_NONE);
}

static void a_blank_token_gets_its_own_values_and_keeps_them(struct bench *on)
{
    struct own own;
    uint8_t tries_left = 99;

    bench_insert(on, &seen);
    own_values(on, &own);
    if (!on->model->yubico) {
        assert_not_personalised(on, &own);
        return;
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(token_personalise(on->token, on->id, &own.personal).code, ERR_NONE);
        bench_look(on, &seen);
        assert_true(seen.has_guid);
        assert_memory_equal(seen.guid, own.personal.guid, TOKEN_GUID_LEN);
        assert_int_equal(seen.pin_tries_left, on->model->pin_tries);
        assert_int_equal(bench_verify(on, "13579246", &tries_left), ERR_NONE);
    }
    assert_int_equal(bench_write(on, 0x9A, 1), ERR_DENIED);
    struct token_target target = bench_target(on, 0x9A);
    target.admin = &own.admin;
    assert_int_equal(token_write(on->token, &target, bench_certificate(1)).code, ERR_NONE);
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_DENIED);
    CLEANUP(secret_wipe) struct secret next = bench_secret("222222");
    assert_int_equal(token_unblock(on->token, &own.puk, &next, &tries_left).code,
                     on->model->global_pin ? ERR_UNSUPPORTED : ERR_NONE);
    bench_look(on, &seen);
    bench_assert_holds(&seen, 0x9A, 1);
}

static void a_token_of_somebody_else_is_not_personalised(struct bench *on)
{
    struct own own;
    struct token_admin wrong;

    bench_insert(on, &seen);
    own_values(on, &own);
    wrong = on->admin;
    wrong.key.at[0] ^= 0x40;
    own.personal.admin_was = &wrong;
    assert_int_equal(token_personalise(on->token, on->id, &own.personal).code, ERR_DENIED);
    bench_look(on, &seen);
    assert_memory_not_equal(seen.guid, own.personal.guid, TOKEN_GUID_LEN);
    assert_int_equal(seen.pin_tries_left, on->model->pin_tries);
    own.personal.admin_was = &on->admin;
    assert_int_equal(token_personalise(on->token, OTHER_ID, &own.personal).code, ERR_GONE);
    bench_look(on, &seen);
    assert_memory_not_equal(seen.guid, own.personal.guid, TOKEN_GUID_LEN);
    assert_int_equal(seen.pin_tries_left, on->model->pin_tries);
}

static void impossible_values_are_never_sent(struct bench *on)
{
    struct own own;

    bench_insert(on, &seen);
    own_values(on, &own);
    uint32_t commands = on->kind->commands(on);
    own.puk = bench_secret("1234567");
    assert_int_equal(token_personalise(on->token, on->id, &own.personal).code, ERR_MALFORMED);
    own_values(on, &own);
    own.pin = bench_secret("12345");
    assert_int_equal(token_personalise(on->token, on->id, &own.personal).code, ERR_MALFORMED);
    assert_int_equal(on->kind->commands(on), commands);
}

int main(void)
{
    static const struct bench_promise promises[] = {
        PROMISE(what_is_written_is_read_back_and_may_be_written_again),
        PROMISE(a_certificate_of_any_length_is_written_or_does_not_fit),
        PROMISE(a_deleted_certificate_is_gone_and_may_be_deleted_again),
        PROMISE(a_change_meant_for_another_token_is_not_done),
        PROMISE(a_wrong_admin_key_changes_nothing),
        PROMISE(a_proof_tells_the_admin_key_and_changes_nothing),
        PROMISE(a_pulled_token_is_gone_until_it_is_identified_again),
        PROMISE(a_swapped_token_gets_no_write_and_no_pin),
        PROMISE(a_blank_token_gets_its_own_values_and_keeps_them),
        PROMISE(a_token_of_somebody_else_is_not_personalised),
        PROMISE(impossible_values_are_never_sent),
    };
    return bench_run("token changes", promises, ARRAY_LEN(promises));
}
