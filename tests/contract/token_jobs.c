#include "tests/contract/token_jobs.h"

#include <string.h>

#include "tests/contract/token_jobs_newkey.h"

#define OWN_PIN "13579246"
#define OWN_PUK "97531864"
#define NEXT_PIN "24681012"

static struct token_identity seen; /* big */
static const uint8_t own_guid_bytes[TOKEN_GUID_LEN] = {9, 8, 7, 6, 5, 4, 0x43, 2, 0x81};

static struct bench_key old_key; /* what prepare made */
static struct bench_key new_key;

bool job_always(const struct vtoken_model *model)
{
    (void)model;
    return true;
}

static void nothing(struct bench *on)
{
    (void)on;
}

void job_verify(struct bench *on)
{
    uint8_t tries_left = 0;
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_NONE);
}

static void make_old_key(struct bench *on)
{
    assert_int_equal(bench_generate(on, JOB_SLOT, TOKEN_KEY_P256, &old_key), ERR_NONE);
}

bool job_signs(struct bench *on, uint8_t slot, const struct bench_key *key)
{
    bool right = false;
    job_verify(on);
    return bench_sign(on, slot, key, &right) == ERR_NONE && right;
}

/* --- what changes nothing ----------------------------------------------------------------- */

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
    return token_sign(on->token, JOB_SLOT, TOKEN_KEY_P256, (struct bytes){digest, sizeof(digest)},
                      signature, &len);
}

static struct err run_decrypt(struct bench *on)
{
    bool right = false;
    enum err_code code = bench_decrypt(on, JOB_SLOT, &old_key, &right);
    return code == ERR_NONE ? ERR_OK : ERR(code, 0, "decrypt");
}

static enum job_state look_old_key(struct bench *on)
{
    return job_signs(on, JOB_SLOT, &old_key) ? JOB_NEW : JOB_BAD;
}

static struct err run_prove(struct bench *on)
{
    struct token_target target = {on->id, 0, &on->admin};
    return token_prove(on->token, &target);
}

/* --- PIN and PUK -------------------------------------------------------------------------- */

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

static bool able_unblock(const struct vtoken_model *model)
{
    return !model->global_pin;
}

static enum job_state look_unblock(struct bench *on)
{
    uint8_t tries_left = 0;
    bench_look(on, &seen);
    if (seen.pin_tries_left == 0)
        return JOB_OLD;
    return bench_verify(on, NEXT_PIN, &tries_left) == ERR_NONE ? JOB_NEW : JOB_BAD;
}

/* --- certificates ------------------------------------------------------------------------- */

static void make_old_certificate(struct bench *on)
{
    assert_int_equal(bench_write(on, JOB_SLOT, JOB_OLD_FILL), ERR_NONE);
}

static struct err run_write(struct bench *on)
{
    struct token_target target = bench_target(on, JOB_SLOT);
    return token_write(on->token, &target, bench_certificate(JOB_NEW_FILL));
}

bool job_holds(const struct token_identity *identity, uint8_t slot, struct bytes der)
{
    const struct token_certificate *found = bench_find(identity, slot);
    return found != NULL && found->der_len == der.len && memcmp(found->der, der.at, der.len) == 0;
}

static bool written(uint8_t fill)
{
    return job_holds(&seen, JOB_SLOT, bench_certificate(fill));
}

static enum job_state look_write(struct bench *on)
{
    bench_look(on, &seen);
    if ((seen.torn >> token_slot_index(JOB_SLOT) & 1) != 0)
        return JOB_TORN;
    if (written(JOB_NEW_FILL))
        return JOB_NEW;
    return written(JOB_OLD_FILL) ? JOB_OLD : JOB_BAD;
}

static struct err run_delete(struct bench *on)
{
    struct token_target target = bench_target(on, JOB_SLOT);
    return token_delete(on->token, &target);
}

static enum job_state look_delete(struct bench *on)
{
    bench_look(on, &seen);
    if ((seen.torn >> token_slot_index(JOB_SLOT) & 1) != 0)
        return JOB_TORN;
    if (bench_find(&seen, JOB_SLOT) == NULL)
        return JOB_NEW;
    return written(JOB_OLD_FILL) ? JOB_OLD : JOB_BAD;
}

/* --- keys --------------------------------------------------------------------------------- */

static struct err run_generate(struct bench *on)
{
    struct token_target target = bench_target(on, JOB_SLOT);
    return token_generate(on->token, &target, TOKEN_KEY_P256, new_key.spki, &new_key.len);
}

/* One that nobody knows is new all the same: it is replaced by repeating. */
static enum job_state look_generate(struct bench *on)
{
    bool right = false;
    job_verify(on);
    if (bench_sign(on, JOB_SLOT, &old_key, &right) != ERR_NONE)
        return JOB_BAD;
    return right ? JOB_OLD : JOB_NEW;
}

static bool able_move(const struct vtoken_model *model)
{
    return model->move_key;
}

static struct err run_move(struct bench *on)
{
    struct token_target target = bench_target(on, JOB_SLOT);
    struct err e = token_move(on->token, &target, 0x82);
    /* moved by the call that was interrupted */
    return e.code == ERR_NOT_FOUND || e.code == ERR_CONFLICT ? ERR_OK : e;
}

static enum job_state look_move(struct bench *on)
{
    bool here = job_signs(on, JOB_SLOT, &old_key), there = job_signs(on, 0x82, &old_key);
    if (here == there)
        return JOB_BAD;
    return there ? JOB_NEW : JOB_OLD;
}

/* --- personalise -------------------------------------------------------------------------- */

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
                                      .admin = &admin};

    own_admin(on, &admin);
    memcpy(personal.guid, own_guid_bytes, TOKEN_GUID_LEN);
    return token_personalise(on->token, on->id, &personal);
}

static bool puk_is(struct bench *on, const char *puk, const char *pin)
{
    uint8_t tries_left = 0;
    CLEANUP(secret_wipe) struct secret shown = bench_secret(puk);
    CLEANUP(secret_wipe) struct secret same = bench_secret(pin);
    return token_unblock(on->token, &shown, &same, &tries_left).code == ERR_NONE;
}

static bool admin_is(struct bench *on, const struct token_admin *admin, enum err_code *out_code)
{
    struct token_target target = bench_target(on, JOB_SLOT);
    target.admin = admin;
    *out_code = token_delete(on->token, &target).code;
    return *out_code == ERR_NONE;
}

/* Each of its values is the factory's or its own; the admin key is the last to be set: with it all
 * the rest is its own. */
static enum job_state look_personalise(struct bench *on)
{
    struct token_admin admin;
    uint8_t tries_left = 0;
    enum err_code own_code = ERR_NONE, old_code = ERR_NONE;

    own_admin(on, &admin);
    bench_look(on, &seen);
    bool own_guid = seen.has_guid && memcmp(seen.guid, own_guid_bytes, TOKEN_GUID_LEN) == 0;
    bool own_pin = bench_verify(on, OWN_PIN, &tries_left) == ERR_NONE;
    if (!own_pin && bench_verify(on, BENCH_PIN, &tries_left) != ERR_NONE)
        return JOB_BAD;
    const char *pin = own_pin ? OWN_PIN : BENCH_PIN;
    /* no call shows a PUK to a token that it does not unblock; it was changed before the PIN */
    bool asked = !on->model->global_pin;
    bool own_puk = asked ? puk_is(on, OWN_PUK, pin) : own_pin;
    if (asked && !own_puk && !puk_is(on, BENCH_PUK, pin))
        return JOB_BAD;
    bool own_key = admin_is(on, &admin, &own_code);
    bool old_key_works = admin_is(on, &on->admin, &old_code);
    if (own_key == old_key_works || (own_key ? old_code : own_code) != ERR_DENIED)
        return JOB_BAD;
    if (own_key)
        return own_pin && own_puk && own_guid ? JOB_NEW : JOB_BAD;
    return own_pin || own_puk || own_guid ? JOB_TORN : JOB_OLD;
}

const struct job token_jobs[] = {
    {.name = "identify",
     .prepare = nothing,
     .run = run_identify,
     .look = look_identify,
     .able = job_always},
    {.name = "verify PIN",
     .sends_pin = true,
     .prepare = nothing,
     .run = run_verify,
     .look = look_identify,
     .able = job_always},
    {.name = "prove",
     .prepare = nothing,
     .run = run_prove,
     .look = look_identify,
     .able = job_always},
    {.name = "change PIN",
     .sends_pin = true,
     .changes_pin = true,
     .prepare = nothing,
     .run = run_change,
     .look = look_change,
     .able = job_always},
    {.name = "unblock",
     .sends_pin = true,
     .changes_pin = true,
     .prepare = block,
     .run = run_unblock,
     .look = look_unblock,
     .able = able_unblock},
    {.name = "write",
     .prepare = make_old_certificate,
     .run = run_write,
     .look = look_write,
     .able = job_always},
    {.name = "delete",
     .prepare = make_old_certificate,
     .run = run_delete,
     .look = look_delete,
     .able = job_always},
    {.name = "generate",
     .prepare = make_old_key,
     .run = run_generate,
     .look = look_generate,
     .able = job_always},
    {.name = "move",
     .prepare = make_old_key,
     .run = run_move,
     .look = look_move,
     .able = able_move},
    {.name = "sign",
     .prepare = make_old_key,
     .ready = job_verify,
     .run = run_sign,
     .look = look_old_key,
     .able = job_always},
    {.name = "decrypt",
     .prepare = make_old_key,
     .ready = job_verify,
     .run = run_decrypt,
     .look = look_old_key,
     .able = job_always},
    {.name = "personalise",
     .sends_pin = true,
     .changes_pin = true,
     .renames = true,
     .prepare = nothing,
     .run = run_personalise,
     .look = look_personalise,
     .able = able_personalise},
    {.name = "new key",
     .sends_pin = true,
     .prepare = newkey_prepare,
     .anew = newkey_anew,
     .run = newkey_run,
     .look = newkey_look,
     .able = job_always},
    {.name = NULL},
};

const struct job token_job_careless = {.name = "new key where the old one is",
                                       .sends_pin = true,
                                       .prepare = newkey_prepare_careless,
                                       .anew = newkey_anew,
                                       .run = newkey_run,
                                       .look = newkey_look,
                                       .able = job_always};
