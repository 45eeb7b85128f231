#include "tests/contract/token_jobs_newkey.h"

#include <string.h>
#include <sys/mman.h>

#include "hw/token/token_newkey.h"
#include "kiosk/base/macros.h"

#define SLOTS_MAX 3

static struct token_identity seen; /* big */
static struct bench_key old_key;
static struct token_newkey plan;
static bool forgives; /* the plan was consented to */

/* What is known elsewhere, whoever of us is killed. */
struct platform {
    bool issued; /* for `key`, of which a signature has come */
    bool tested; /* the new pair */
    struct bench_key key;
};

static struct platform *platform(void)
{
    static struct platform *shared;

    if (shared == NULL) {
        shared =
            mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(shared, MAP_FAILED);
    }
    return shared;
}

static struct bytes old_der(void)
{
    return bench_certificate(JOB_OLD_FILL);
}

static struct bytes new_der(void)
{
    return bench_certificate(JOB_NEW_FILL);
}

void newkey_anew(void)
{
    memset(platform(), 0, sizeof(*platform()));
}

/* --- before ------------------------------------------------------------------------------- */

static void make_old_pair(struct bench *on)
{
    assert_int_equal(bench_generate(on, JOB_SLOT, TOKEN_KEY_P256, &old_key), ERR_NONE);
    assert_int_equal(bench_write(on, JOB_SLOT, JOB_OLD_FILL), ERR_NONE);
}

static void make_plan(struct bench *on, uint32_t unusable)
{
    struct token_newkey_wish wish = {.main = JOB_SLOT, .key = TOKEN_KEY_P256, .unusable = unusable};
    struct token_scope scope = token_newkey_scope(JOB_SLOT, false);
    struct token_target target = bench_target(on, JOB_SLOT);

    assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_NONE);
    assert_int_equal(token_newkey_probe(on->token, &target, &scope, &seen, &wish.moves).code,
                     ERR_NONE);
    plan = token_newkey_plan(&wish, &scope, &seen);
}

void newkey_prepare(struct bench *on)
{
    make_old_pair(on);
    make_plan(on, on->model->retired > 0 ? 0 : TOKEN_SLOTS_RETIRED);
    forgives = plan.way == TOKEN_NEWKEY_LOSES;
    assert_int_equal(plan.way, on->model->move_key      ? TOKEN_NEWKEY_MOVES
                               : on->model->retired > 0 ? TOKEN_NEWKEY_STAYS
                                                        : TOKEN_NEWKEY_LOSES);
}

void newkey_prepare_careless(struct bench *on)
{
    make_old_pair(on);
    make_plan(on, TOKEN_SLOTS_RETIRED);
    assert_int_equal(plan.way, TOKEN_NEWKEY_LOSES);
    forgives = false;
}

/* --- the job ------------------------------------------------------------------------------ */

static struct err named(enum err_code code, const char *site)
{
    return (struct err){code, 0, site};
}

static struct err sign_with(struct bench *on, uint8_t slot, const struct bench_key *key)
{
    bool right = false;
    uint8_t tries_left = 0;

    struct err e = named(bench_verify(on, BENCH_PIN, &tries_left), "verify PIN");
    if (!failed(e))
        e = named(bench_sign(on, slot, key, &right), "sign");
    return failed(e) || right ? e : ERR(ERR_CONFLICT, 0, "signature");
}

/* The platform issues for a key of which it has a signature. */
static struct err request(struct bench *on, const struct token_target *target)
{
    struct bench_key key = {.kind = plan.key};

    struct err e = token_newkey_begin(on->token, target, &plan, true, key.spki, &key.len);
    if (!failed(e))
        e = sign_with(on, plan.staging, &key);
    if (failed(e))
        return e;
    platform()->key = key;
    platform()->issued = true;
    return ERR_OK;
}

static uint32_t bit_of(uint8_t slot)
{
    return 1U << token_slot_index(slot);
}

static struct err look_at(struct bench *on)
{
    struct token_scope scope = {.slots = bit_of(plan.main) | bit_of(plan.staging), .keys = true};

    if (plan.keep != 0)
        scope.slots |= bit_of(plan.keep);
    return token_identify(on->token, &scope, &seen);
}

static struct err place(struct bench *on, const struct token_target *target)
{
    struct err e = look_at(on);
    if (failed(e) || job_holds(&seen, plan.staging, new_der()) ||
        job_holds(&seen, plan.main, new_der()))
        return e;
    return token_newkey_place(on->token, target, &plan, new_der());
}

static struct err test(struct bench *on)
{
    bool right = false;
    uint8_t slot = token_newkey_slot(&plan, &seen);

    struct err e = sign_with(on, slot, &platform()->key);
    if (!failed(e))
        e = named(bench_decrypt(on, slot, &platform()->key, &right), "decrypt");
    if (!failed(e) && !right)
        e = ERR(ERR_CONFLICT, 0, "decryption");
    platform()->tested = platform()->tested || !failed(e);
    return e;
}

struct err newkey_run(struct bench *on)
{
    struct token_target target = bench_target(on, JOB_SLOT);
    struct err e = ERR_OK;

    if (!platform()->issued)
        e = request(on, &target);
    if (!failed(e))
        e = place(on, &target);
    if (!failed(e))
        e = test(on);
    return failed(e) ? e : token_newkey_settle(on->token, &target, &plan, new_der());
}

/* --- what is seen ------------------------------------------------------------------------- */

/* Where a key is, and how often; and whether its certificate can be read somewhere. */
struct pair {
    size_t keys;
    uint8_t slot;
    bool der;
};

static size_t slots_of(uint8_t out_slots[SLOTS_MAX])
{
    size_t count = 0;

    out_slots[count++] = plan.main;
    if (plan.staging != plan.main)
        out_slots[count++] = plan.staging;
    if (plan.keep != 0)
        out_slots[count++] = plan.keep;
    return count;
}

static struct pair find(struct bench *on, const struct bench_key *key, struct bytes der)
{
    uint8_t slots[SLOTS_MAX];
    size_t count = slots_of(slots);
    struct pair pair = {.keys = 0};

    for (size_t i = 0; i < count; i++) {
        pair.der = pair.der || job_holds(&seen, slots[i], der);
        if (key->len > 0 && job_signs(on, slots[i], key)) {
            pair.keys++;
            pair.slot = slots[i];
        }
    }
    return pair;
}

static bool is_done(const struct pair *old, const struct pair *new)
{
    if (new->keys != 1)
        return false;
    if (plan.way == TOKEN_NEWKEY_MOVES)
        return new->slot == plan.main &&job_holds(&seen, plan.main, new_der()) &&
               old->slot == plan.keep &&job_holds(&seen, plan.keep, old_der()) &&
               bench_find(&seen, plan.staging) == NULL;
    bool stays = old->keys == 1 && old->slot == plan.main && job_holds(&seen, plan.main, old_der());
    return new->slot == plan.staging &&job_holds(&seen, plan.staging, new_der()) &&
           (stays || plan.way == TOKEN_NEWKEY_LOSES);
}

static bool opens(struct bench *on, uint8_t slot)
{
    bool right = false;
    job_verify(on);
    return bench_decrypt(on, slot, &old_key, &right) == ERR_NONE && right;
}

enum job_state newkey_look(struct bench *on)
{
    assert_false(failed(look_at(on)));
    struct pair old = find(on, &old_key, old_der());
    struct pair new = find(on, &platform()->key, new_der());
    bool as_it_was = old.slot == plan.main && job_holds(&seen, plan.main, old_der());
    bool lost = old.keys != 1 || !old.der || (!platform()->tested && !as_it_was) ||
                !opens(on, old.slot) || (platform()->tested && (new.keys != 1 || !new.der));

    if (lost && !forgives)
        return JOB_BAD;
    if (platform()->tested && is_done(&old, &new))
        return JOB_NEW;
    return as_it_was && !new.der ? JOB_OLD : JOB_TORN;
}
