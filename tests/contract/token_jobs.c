#include "tests/contract/token_jobs.h"

#include <string.h>

#include "hw/token/token_newkey.h"

#define WRITTEN 0x9D
#define OLD_FILL 1
#define NEW_FILL 2
#define OWN_PIN "13579246"
#define OWN_PUK "97531864"
#define NEXT_PIN "24681012"

static struct token_identity seen; /* big */

/* What prepare made. */
static struct bench_key old_key, new_key;
static struct token_newkey plan;

static bool always(const struct vtoken_model *model)
{
    (void)model;
    return true;
}

static void nothing(struct bench *on)
{
    (void)on;
}

static void verify(struct bench *on)
{
    uint8_t tries_left = 0;
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_NONE);
}

static void make_old_key(struct bench *on)
{
    assert_int_equal(bench_generate(on, WRITTEN, TOKEN_KEY_P256, &old_key), ERR_NONE);
}

/* Whether the slot's key is the one that is named. */
static bool signs(struct bench *on, uint8_t slot, const struct bench_key *key)
{
    bool right = false;
    verify(on);
    return bench_sign(on, slot, key, &right) == ERR_NONE && right;
}

/* --- what changes nothing ------------------------------------------------------------------------
 */

static struct err run_identify(struct bench *on)
{
    struct token_scope scope = BENCH_LOOK;
    return token_identify(on->token, &scope, &seen);
}

static enum job_state look_identify(struct bench *on)
{
    bench_look(on, &seen);
    return seen.pin_tries_left == on->model->pin_tries ? JOB_NEW : JOB_BAD;
}

static struct err run_verify(struct bench *on)
{
    uint8_t tries_left = 0;
    CLEANUP(secret_wipe) struct secret pin = bench_secret(BENCH_PIN);
    return token_verify_pin(on->token, &pin, &tries_left);
}

static struct err run_sign(struct bench *on)
{
    static const uint8_t digest[32] = {1};
    uint8_t signature[TOKEN_SIGNATURE_MAX];
    size_t len = 0;
    return token_sign(on->token, WRITTEN, TOKEN_KEY_P256, (struct bytes){digest, sizeof(digest)},
                      signature, &len);
}

static struct err run_decrypt(struct bench *on)
{
    bool right = false;
    enum err_code code = bench_decrypt(on, WRITTEN, &old_key, &right);
    return code == ERR_NONE ? ERR_OK : ERR(code, 0, "decrypt");
}

static enum job_state look_old_key(struct bench *on)
{
    return signs(on, WRITTEN, &old_key) ? JOB_NEW : JOB_BAD;
}

/* --- PIN and PUK
 * ---------------------------------------------------------------------------------- */

static struct err run_change(struct bench *on)
{
    uint8_t tries_left = 0;
    CLEANUP(secret_wipe) struct secret pin = bench_secret(BENCH_PIN);
    CLEANUP(secret_wipe) struct secret next = bench_secret(NEXT_PIN);
    struct err e = token_change_pin(on->token, &pin, &next, &tries_left);
    if (e.code != ERR_DENIED) /* done by the call that was interrupted */
        return e;
    return token_verify_pin(on->token, &next, &tries_left);
}

static enum job_state look_change(struct bench *on)
{
    uint8_t tries_left = 0;
    if (bench_verify(on, NEXT_PIN, &tries_left) == ERR_NONE)
        return JOB_NEW;
    return bench_verify(on, BENCH_PIN, &tries_left) == ERR_NONE ? JOB_OLD : JOB_BAD;
}

static void block(struct bench *on)
{
    uint8_t tries_left = 0;
    while (bench_verify(on, "000000", &tries_left) == ERR_DENIED)
        continue; /* until it is blocked */
}

static struct err run_unblock(struct bench *on)
{
    uint8_t tries_left = 0;
    CLEANUP(secret_wipe) struct secret puk = bench_secret(BENCH_PUK);
    CLEANUP(secret_wipe) struct secret next = bench_secret(NEXT_PIN);
    return token_unblock(on->token, &puk, &next, &tries_left);
}

static enum job_state look_unblock(struct bench *on)
{
    uint8_t tries_left = 0;
    bench_look(on, &seen);
    if (seen.pin_tries_left == 0)
        return JOB_OLD;
    return bench_verify(on, NEXT_PIN, &tries_left) == ERR_NONE ? JOB_NEW : JOB_BAD;
}

/* --- certificates
 * ----------------------------------------------------------------------------------- */

static void make_old_certificate(struct bench *on)
{
    assert_int_equal(bench_write(on, WRITTEN, OLD_FILL), ERR_NONE);
}

static struct err run_write(struct bench *on)
{
    struct token_target target = bench_target(on, WRITTEN);
    return token_write(on->token, &target, bench_certificate(NEW_FILL));
}

static bool slot_holds(uint8_t slot, uint8_t fill)
{
    const struct token_certificate *found = bench_find(&seen, slot);
    struct bytes der = bench_certificate(fill);
    return found != NULL && found->der_len == der.len && memcmp(found->der, der.at, der.len) == 0;
}

static enum job_state look_write(struct bench *on)
{
    bench_look(on, &seen);
    if ((seen.torn >> token_slot_index(WRITTEN) & 1) != 0)
        return JOB_TORN;
    if (slot_holds(WRITTEN, NEW_FILL))
        return JOB_NEW;
    return slot_holds(WRITTEN, OLD_FILL) ? JOB_OLD : JOB_BAD;
}

static struct err run_delete(struct bench *on)
{
    struct token_target target = bench_target(on, WRITTEN);
    return token_delete(on->token, &target);
}

static enum job_state look_delete(struct bench *on)
{
    bench_look(on, &seen);
    if ((seen.torn >> token_slot_index(WRITTEN) & 1) != 0)
        return JOB_TORN;
    if (bench_find(&seen, WRITTEN) == NULL)
        return JOB_NEW;
    return slot_holds(WRITTEN, OLD_FILL) ? JOB_OLD : JOB_BAD;
}

/* --- keys
 * ------------------------------------------------------------------------------------------- */

static struct err run_generate(struct bench *on)
{
    struct token_target target = bench_target(on, WRITTEN);
    return token_generate(on->token, &target, TOKEN_KEY_P256, new_key.spki, &new_key.len);
}

/* One that nobody knows is new all the same: it is replaced by repeating. */
static enum job_state look_generate(struct bench *on)
{
    bool right = false;
    verify(on);
    if (bench_sign(on, WRITTEN, &old_key, &right) != ERR_NONE)
        return JOB_BAD;
    return right ? JOB_OLD : JOB_NEW;
}

static bool able_move(const struct vtoken_model *model)
{
    return model->move_key;
}

static struct err run_move(struct bench *on)
{
    struct token_target target = bench_target(on, WRITTEN);
    struct err e = token_move(on->token, &target, 0x82);
    /* moved by the call that was interrupted */
    return e.code == ERR_NOT_FOUND || e.code == ERR_CONFLICT ? ERR_OK : e;
}

static enum job_state look_move(struct bench *on)
{
    bool here = signs(on, WRITTEN, &old_key), there = signs(on, 0x82, &old_key);
    if (here == there)
        return JOB_BAD;
    return there ? JOB_NEW : JOB_OLD;
}

/* --- personalise
 * ------------------------------------------------------------------------------------ */

static bool able_personalise(const struct vtoken_model *model)
{
    return model->yubico;
}

static void own_admin(const struct bench *on, struct token_admin *out_admin)
{
    *out_admin = on->admin;
    for (size_t i = 0; i < out_admin->key.len; i++)
        out_admin->key.at[i] = (uint8_t)(0xA1 + 2 * i);
}

static struct err run_personalise(struct bench *on)
{
    CLEANUP(secret_wipe) struct secret pin_was = bench_secret(BENCH_PIN);
    CLEANUP(secret_wipe) struct secret pin = bench_secret(OWN_PIN);
    CLEANUP(secret_wipe) struct secret puk_was = bench_secret(BENCH_PUK);
    CLEANUP(secret_wipe) struct secret puk = bench_secret(OWN_PUK);
    struct token_admin admin;
    struct token_personal personal = {.pin_was = &pin_was,
                                      .pin = &pin,
                                      .puk_was = &puk_was,
                                      .puk = &puk,
                                      .admin_was = &on->admin,
                                      .admin = &admin,
                                      .guid = {9, 8, 7, 6, 5, 4, 0x43, 2, 0x81}};

    own_admin(on, &admin);
    return token_personalise(on->token, on->id, &personal);
}

/* The admin key is the last to be set: with it all the rest is there. */
static enum job_state look_personalise(struct bench *on)
{
    struct token_admin admin;
    struct token_target target = bench_target(on, WRITTEN);
    uint8_t tries_left = 0;

    own_admin(on, &admin);
    bool own_pin = bench_verify(on, OWN_PIN, &tries_left) == ERR_NONE;
    bool old_pin = !own_pin && bench_verify(on, BENCH_PIN, &tries_left) == ERR_NONE;
    target.admin = &admin;
    enum err_code own_key = token_delete(on->token, &target).code;
    target.admin = &on->admin;
    enum err_code old_key_works = token_delete(on->token, &target).code;
    if (own_key == ERR_NONE)
        return own_pin && old_key_works == ERR_DENIED ? JOB_NEW : JOB_BAD;
    if (own_key != ERR_DENIED || old_key_works != ERR_NONE)
        return JOB_BAD;
    return old_pin || own_pin ? JOB_TORN : JOB_BAD;
}

/* --- a new key
 * -------------------------------------------------------------------------------------- */

static void make_new_pair(struct bench *on)
{
    struct token_newkey_wish wish = {.main = WRITTEN, .key = TOKEN_KEY_P256};
    struct token_scope scope = token_newkey_scope(WRITTEN, false);
    struct token_target target = bench_target(on, WRITTEN);

    make_old_key(on);
    make_old_certificate(on);
    assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_NONE);
    assert_int_equal(token_newkey_probe(on->token, &target, &scope, &seen, &wish.moves).code,
                     ERR_NONE);
    plan = token_newkey_plan(&wish, &scope, &seen);
    assert_int_equal(plan.way, TOKEN_NEWKEY_MOVES);
    new_key.kind = TOKEN_KEY_P256;
    assert_int_equal(
        token_newkey_begin(on->token, &target, &plan, false, new_key.spki, &new_key.len).code,
        ERR_NONE);
    assert_int_equal(
        token_newkey_place(on->token, &target, &plan, bench_certificate(NEW_FILL)).code, ERR_NONE);
}

static struct err run_settle(struct bench *on)
{
    struct token_target target = bench_target(on, WRITTEN);
    return token_newkey_settle(on->token, &target, &plan, bench_certificate(NEW_FILL));
}

/* Each key in exactly one place, and both certificates readable, at any moment. */
static enum job_state look_settle(struct bench *on)
{
    const uint8_t slots[] = {plan.main, plan.staging, plan.keep};
    size_t old_at = 0, new_at = 0, old_keys = 0, new_keys = 0;
    bool old_der = false, new_der = false;

    bench_look(on, &seen);
    for (size_t i = 0; i < 3; i++) {
        old_der = old_der || slot_holds(slots[i], OLD_FILL);
        new_der = new_der || slot_holds(slots[i], NEW_FILL);
        if (signs(on, slots[i], &old_key)) {
            old_at = i;
            old_keys++;
        } else if (signs(on, slots[i], &new_key)) {
            new_at = i;
            new_keys++;
        }
    }
    if (old_keys != 1 || new_keys != 1 || !old_der || !new_der)
        return JOB_BAD;
    if (old_at == 0)
        return JOB_OLD;
    bool settled = new_at == 0 && old_at == 2 && slot_holds(plan.main, NEW_FILL) &&
                   slot_holds(plan.keep, OLD_FILL) && bench_find(&seen, plan.staging) == NULL;
    return settled ? JOB_NEW : JOB_TORN;
}

const struct job token_jobs[] = {
    {"identify", false, false, false, nothing, NULL, run_identify, look_identify, always},
    {"verify PIN", true, false, false, nothing, NULL, run_verify, look_identify, always},
    {"change PIN", true, true, false, nothing, NULL, run_change, look_change, always},
    {"unblock", true, true, false, block, NULL, run_unblock, look_unblock, always},
    {"write", false, false, false, make_old_certificate, NULL, run_write, look_write, always},
    {"delete", false, false, false, make_old_certificate, NULL, run_delete, look_delete, always},
    {"generate", false, false, false, make_old_key, NULL, run_generate, look_generate, always},
    {"move", false, false, false, make_old_key, NULL, run_move, look_move, able_move},
    {"sign", false, false, false, make_old_key, verify, run_sign, look_old_key, always},
    {"decrypt", false, false, false, make_old_key, verify, run_decrypt, look_old_key, always},
    {"personalise", true, true, true, nothing, NULL, run_personalise, look_personalise,
     able_personalise},
    {"settle a new key", false, false, false, make_new_pair, NULL, run_settle, look_settle,
     able_move},
    {.name = NULL},
};
