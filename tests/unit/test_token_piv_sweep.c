/*
 * Each job that changes a token, interrupted at each of its commands in each way: the token is as
 * before, or as after, or says that it is torn; and the job repeated completes it. And another
 * token that takes the place unseen is not changed.
 */
#include "tests/unit/fake_piv.h"

#define OLD_PIN "123456"
#define NEW_PIN "24681357"

/* How far a job came, as read from the token's memory. */
enum progress { OLD, NEW, BETWEEN };

struct job {
    const char *name;
    struct err (*run)(struct token *token);
    enum progress (*look)(const struct fake_token *token);
    bool tears;            /* may leave a torn certificate, which identify tells */
    bool partway;          /* has several steps, each of which stays */
    bool once;             /* done, it cannot be done again: the repeat may be refused */
    bool foreign_selected; /* even a foreign token that selects PIV by itself is safe */
};

static struct bytes old_der(void)
{
    return certificate_of(FAKE_DER_LEN, 0);
}

static bool has_der(const struct fake_token *token, size_t object, struct bytes der)
{
    const struct fake_object *found = &token->objects[object];
    return found->len == der.len + 13 && memcmp(found->at + 8, der.at, der.len) == 0;
}

static enum progress look_write(const struct fake_token *token)
{
    if (has_der(token, 1, old_der()))
        return OLD;
    return has_der(token, 1, certificate_of(FAKE_DER_LEN, 1)) ? NEW : BETWEEN;
}

static struct err run_delete(struct token *token)
{
    return delete (token, 0x9A);
}

static enum progress look_delete(const struct fake_token *token)
{
    return token->objects[1].len == 0 ? NEW : look_write(token);
}

static struct err run_generate(struct token *token)
{
    return generate(token, 0x9C, TOKEN_KEY_RSA2048);
}

static enum progress look_generate(const struct fake_token *token)
{
    return token->keys[1].generation <= 1 ? OLD : NEW;
}

static struct err run_move(struct token *token)
{
    return move(token, 0x9A, 0x82);
}

static enum progress look_move(const struct fake_token *token)
{
    bool here = token->keys[0].algorithm != 0;
    bool there = token->keys[4].algorithm != 0;
    if (here == there)
        return BETWEEN;
    return here ? OLD : NEW;
}

static struct err run_change(struct token *token)
{
    return change_pin(token, OLD_PIN, NEW_PIN);
}

static struct err run_unblock(struct token *token)
{
    return unblock(token, FAKE_PUK, NEW_PIN);
}

static enum progress look_pin(const struct fake_token *token)
{
    if (memcmp(token->pin.at, OLD_PIN "\xFF\xFF", FAKE_PIN_LEN) == 0)
        return OLD;
    return memcmp(token->pin.at, NEW_PIN, FAKE_PIN_LEN) == 0 ? NEW : BETWEEN;
}

static enum progress look_personal(const struct fake_token *token)
{
    if (token->changes == 0)
        return OLD;
    return has_personal(token) && token->objects[0].len == 61 ? NEW : BETWEEN;
}

static const struct job jobs[] = {
    {"write", write, look_write, true, false, false, true},
    {"delete", run_delete, look_delete, false, false, false, true},
    {"generate", run_generate, look_generate, false, false, false, true},
    {"move", run_move, look_move, false, false, true, true},
    {"change the PIN", run_change, look_pin, false, false, true, false},
    {"unblock", run_unblock, look_pin, false, false, false, false},
    {"personalise", personalise, look_personal, false, true, false, false},
};

static const struct model {
    const char *name;
    struct fake_quirks quirks;
    bool diversified;
} models[] = {
    {"short, atomic", {.moves = true}, false},
    {"short, torn", {.moves = true, .tears = true}, true},
    {"extended", {.moves = true, .extended = true}, true},
    {"extended in part, torn",
     {.moves = true, .extended = true, .extended_max = 600, .tears = true},
     false},
    {"one way", {.moves = true, .no_mutual = true}, true},
    {"AES-256", {.moves = true, .admin = PIV_ALGORITHM_AES256}, false},
};

static struct token *prepare(const struct model *model)
{
    struct token *token = start(model->quirks);

    fake_load(&tokens[0], 0x9A, old_der());
    set_personal(PIV_ALGORITHM_AES192);
    admin.diversified = model->diversified;
    fake.other = &tokens[1];
    assert_false(failed(identify(token)));
    return token;
}

/* The token is in again. What it is must be known, and the job repeated completes it. */
static void assert_repaired(struct token *token, const struct job *job, enum progress before)
{
    plan(FAKE_NONE, 0, 0);
    fake.in = &tokens[0];
    assert_false(failed(identify(token)));
    assert_string_equal(identity.id, "s10000001");
    if (before == BETWEEN)
        assert_true(job->partway || (job->tears && identity.torn == 1));
    struct err e = job->run(token);
    assert_true(!failed(e) || (job->once && before == NEW));
    assert_int_equal(job->look(&tokens[0]), NEW);
    assert_false(failed(identify(token)));
    assert_int_equal(identity.torn, 0);
    assert_int_equal(tokens[1].changes, 0);
}

/* One job on one model, interrupted at every command. The commands that it has. */
static uint32_t sweep(const struct job *job, const struct model *model, enum fake_fault fault,
                      uint32_t seen[3])
{
    for (uint32_t at = 1;; at++) {
        CLEANUP(close_token) struct token *token = prepare(model);

        assert_int_equal(job->look(&tokens[0]), OLD);
        plan(fault, at, 0);
        struct err e = job->run(token);
        if (fake.apdus < fake.fault_at) {
            assert_false(failed(e));
            assert_int_equal(job->look(&tokens[0]), NEW);
            return at - 1;
        }
        assert_int_equal(e.code, ERR_GONE);
        enum progress before = job->look(&tokens[0]);
        seen[before]++;
        assert_repaired(token, job, before);
    }
}

static void a_job_interrupted_at_any_command_is_old_or_new_or_repaired(void **state)
{
    static const enum fake_fault faults[] = {FAKE_PULL, FAKE_LOST, FAKE_GLITCH, FAKE_SHORT};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
        for (size_t j = 0; j < ARRAY_LEN(models); j++) {
            uint32_t seen[3] = {0};
            uint32_t commands = 0;
            for (size_t k = 0; k < ARRAY_LEN(faults); k++)
                commands = sweep(&jobs[i], &models[j], faults[k], seen);
            print_message("  %s, %s: %u commands; old %u, new %u, between %u\n", jobs[i].name,
                          models[j].name, commands, seen[OLD], seen[NEW], seen[BETWEEN]);
            assert_true(commands >= 2 && seen[OLD] > 0 && seen[NEW] > 0);
        }
    }
}

static void a_token_swapped_in_at_any_command_is_not_changed(void **state)
{
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(jobs) * ARRAY_LEN(models); i++) {
        const struct job *job = &jobs[i / ARRAY_LEN(models)];
        const struct model *model = &models[i % ARRAY_LEN(models)];
        bool done = false;

        for (uint32_t at = 1; !done; at++) {
            CLEANUP(close_token) struct token *token = prepare(model);

            tokens[1].selected = job->foreign_selected;
            if (model->diversified)
                tokens[1].admin_key.at[5] ^= 0x42;
            plan(FAKE_SWAP, at, 0);
            struct err e = job->run(token);
            done = fake.apdus < fake.fault_at;
            assert_int_equal(e.code, done ? ERR_NONE : ERR_GONE);
            assert_int_equal(tokens[1].changes, 0);
            assert_int_equal(tokens[1].pin.tries_left, FAKE_TRIES);
            assert_int_equal(tokens[1].puk.tries_left, FAKE_TRIES);
        }
    }
}

/* Between two calls as well: the proof of the first is not the other token's. */
static void a_token_swapped_in_between_calls_is_not_changed(void **state)
{
    (void)state;

    for (size_t i = 0; i < 2 * ARRAY_LEN(jobs); i++) {
        const struct job *job = &jobs[i / 2];
        CLEANUP(close_token) struct token *token = prepare(&models[i % 2]);

        assert_false(failed(write_der(token, 0x9A, old_der())));
        tokens[1].selected = true;
        fake_pull(&fake);
        fake.in = &tokens[1];
        assert_int_equal(job->run(token).code, ERR_GONE);
        assert_int_equal(tokens[1].changes, 0);
        assert_int_equal(tokens[1].pin.tries_left, FAKE_TRIES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_interrupted_at_any_command_is_old_or_new_or_repaired),
        cmocka_unit_test(a_token_swapped_in_at_any_command_is_not_changed),
        cmocka_unit_test(a_token_swapped_in_between_calls_is_not_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
