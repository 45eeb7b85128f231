/*
 * How many commands each job costs, counted by the token: what PIV asks for and not one more, but
 * for those that prove which token it is. A certificate of 786 bytes goes out or comes in by one
 * command of extended length, or by four short ones.
 */
#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/contract/token_bench.h"

#define SLOT 0x9A
#define BLOCKS 4 /* of 255 bytes, that the certificate's object takes */

static struct token_identity seen; /* big */
static struct bench_key key;

static void identify(struct bench *on, struct token_scope scope)
{
    assert_int_equal(token_identify(on->token, &scope, &seen).code, ERR_NONE);
}

static void identify_one(struct bench *on)
{
    identify(on, (struct token_scope){.slots = 1, .guid = true});
}

static void identify_visit(struct bench *on)
{
    identify(on, TOKEN_SCOPE_VISIT);
}

static void write_own(struct bench *on)
{
    on->admin.diversified = true;
    assert_int_equal(bench_write(on, SLOT, 2), ERR_NONE);
}

static void write_shared(struct bench *on)
{
    assert_int_equal(bench_write(on, SLOT, 2), ERR_NONE);
}

static void prove_own(struct bench *on)
{
    struct token_target target = {on->id, 0, &on->admin};
    on->admin.diversified = true;
    assert_int_equal(token_prove(on->token, &target).code, ERR_NONE);
}

static void prove_shared(struct bench *on)
{
    struct token_target target = {on->id, 0, &on->admin};
    assert_int_equal(token_prove(on->token, &target).code, ERR_NONE);
}

static void identify_and_write(struct bench *on)
{
    identify(on, (struct token_scope){.slots = 0});
    write_own(on);
}

static void verify(struct bench *on)
{
    uint8_t tries_left = 0;
    assert_int_equal(bench_verify(on, BENCH_PIN, &tries_left), ERR_NONE);
}

/* As a visit does: the proof long before the write, and the PIN in between. */
static void prove_verify_and_write(struct bench *on)
{
    prove_own(on);
    prove_own(on);
    verify(on);
    write_own(on);
}

static void tries_and_verify(struct bench *on)
{
    identify(on, (struct token_scope){.pin_tries = true});
    verify(on);
}

static void change_pin(struct bench *on)
{
    uint8_t tries_left = 0;
    CLEANUP(secret_wipe) struct secret pin = bench_secret(BENCH_PIN);
    CLEANUP(secret_wipe) struct secret next = bench_secret("222222");
    assert_int_equal(token_change_pin(on->token, &pin, &next, &tries_left).code, ERR_NONE);
}

static void unblock(struct bench *on)
{
    uint8_t tries_left = 0;
    CLEANUP(secret_wipe) struct secret puk = bench_secret(BENCH_PUK);
    CLEANUP(secret_wipe) struct secret next = bench_secret("222222");
    assert_int_equal(token_unblock(on->token, &puk, &next, &tries_left).code,
                     on->model->global_pin ? ERR_UNSUPPORTED : ERR_NONE);
}

static void sign_with(struct bench *on, uint8_t slot)
{
    bool right = false;
    assert_int_equal(bench_sign(on, slot, &key, &right), ERR_NONE);
    assert_true(right);
}

static void delete (struct bench *on)
{
    struct token_target target = bench_target(on, SLOT);
    on->admin.diversified = true;
    assert_int_equal(token_delete(on->token, &target).code, ERR_NONE);
}

/* The whole: which token, its empty slot, key, PIN, proof of the key, certificate, read back. */
static void new_key_of(struct bench *on, enum token_key kind)
{
    on->admin.diversified = true;
    identify(on, (struct token_scope){.slots = 4}); /* 9D */
    assert_int_equal(bench_generate(on, 0x9D, kind, &key), ERR_NONE);
    verify(on);
    sign_with(on, 0x9D);
    assert_int_equal(bench_write(on, 0x9D, 2), ERR_NONE);
}

static void new_key_p256(struct bench *on)
{
    new_key_of(on, TOKEN_KEY_P256);
}

static void new_key_rsa(struct bench *on)
{
    new_key_of(on, TOKEN_KEY_RSA2048);
}

/* With commands of extended length; a certificate going out or coming in counts as one, BLOCKS
 * where the token has none. */
static const struct row {
    const char *name;
    void (*run)(struct bench *on);
    uint32_t base;                        /* commands that are always one */
    uint32_t out, in;                     /* certificates */
    uint32_t long_out;                    /* other long commands, of two blocks */
    uint32_t long_in;                     /* other long answers, of two pieces */
    enum { NO_PROOF, SHARED, OWN } proof; /* of the admin key: it is the token's proof, too */
    bool reads_id;  /* in a session of its own; one more where the id is the GUID */
    bool finds_pin; /* there, too; where it is the global one: refused, discovery object, id */
} rows[] = {
    /* SELECT, serial number, CHUID */
    {"identify, one certificate and GUID", identify_one, 3, 0, 1, 0, 0, NO_PROOF, false, false},
    /* SELECT, serial number, tries, three empty slots */
    {"identify for a visit", identify_visit, 6, 0, 1, 0, 0, NO_PROOF, true, true},
    /* two of the proof */
    {"renew with a key of its own", write_own, 2, 1, 1, 0, 0, OWN, false, false},
    {"renew with a shared key", write_shared, 3, 1, 1, 0, 0, SHARED, false, false},
    {"prove a key of its own", prove_own, 2, 0, 0, 0, 0, OWN, false, false},
    {"prove a shared key", prove_shared, 3, 0, 0, 0, 0, SHARED, false, false},
    /* the proof, id, VERIFY: the write needs no proof any more */
    {"prove, verify the PIN and renew", prove_verify_and_write, 4, 1, 1, 0, 0, OWN, false, false},
    /* SELECT, serial number, proof */
    {"identify and renew", identify_and_write, 4, 1, 1, 0, 0, OWN, true, false},
    /* id */
    {"verify the PIN", verify, 2, 0, 0, 0, 0, NO_PROOF, false, false},
    /* SELECT, serial number, tries, id, VERIFY */
    {"tries left, verify the PIN", tries_and_verify, 5, 0, 0, 0, 0, NO_PROOF, true, true},
    /* id, CHANGE REFERENCE DATA or RESET RETRY COUNTER, id */
    {"change the PIN", change_pin, 3, 0, 0, 0, 0, NO_PROOF, false, false},
    {"unblock", unblock, 3, 0, 0, 0, 0, NO_PROOF, false, false},
    {"delete", delete, 3, 0, 0, 0, 0, OWN, false, false},
    /* SELECT, serial number, empty slot, proof, GENERATE, id, VERIFY, SIGN */
    {"new key P-256", new_key_p256, 9, 1, 1, 0, 0, OWN, true, true},
    /* GENERATE answers 270 bytes; 266 to be signed go out and 260 come in */
    {"new key RSA-2048", new_key_rsa, 9, 1, 1, 1, 2, OWN, true, true},
};

/* Of a token that refuses mutual authentication, which is known of it: the id, which the other way
 * does not prove. */
static uint32_t refusal(const struct row *row)
{
    return row->proof == OWN ? 1 : 0;
}

static uint32_t expected(const struct bench *on, const struct row *row)
{
    const struct vtoken_model *model = on->model;
    uint32_t out = model->extended_lc ? 1 : BLOCKS;
    uint32_t in = model->extended_le ? 1 : BLOCKS;
    uint32_t count = row->base + row->out * out + row->in * in;

    count += model->extended_lc ? 0 : row->long_out;
    count += model->extended_le ? 0 : row->long_in;
    count += model->mutual ? 0 : refusal(row);
    count += model->global_pin && row->finds_pin ? 3 : 0;
    return count + (row->reads_id && !model->serial ? 1 : 0);
}

static void each_job_costs_no_command_more_than_it_must(struct bench *on)
{
    if (on->kind->model == NULL && on->kind->counts_unanswered)
        return; /* a simulator has no commands */
    bench_insert(on, &seen);
    assert_int_equal(bench_write(on, SLOT, 1), ERR_NONE);
    on->kind->keep(on);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        on->admin.diversified = false;
        on->kind->restore(on);
        bench_arrive(on, &seen);
        uint32_t before = on->kind->commands(on);
        rows[i].run(on);
        uint32_t commands = on->kind->commands(on) - before;
        print_message("  %s: %u commands\n", rows[i].name, commands);
        if (commands != expected(on, &rows[i]))
            fail_msg("%s: %s: %u commands, not %u", on->model->name, rows[i].name, commands,
                     expected(on, &rows[i]));
    }
}

/* Learnt at the first look, and not tried again: by whoever lives on. */
static void what_length_a_token_takes_is_tried_once(struct bench *on)
{
    if (on->kind->model == NULL && on->kind->counts_unanswered)
        return;
    bench_insert(on, &seen);
    uint32_t before = on->kind->commands(on);
    bench_look(on, &seen);
    uint32_t second = on->kind->commands(on) - before;
    for (int i = 0; i < 3; i++) {
        on->kind->pull(on);
        bench_watch(on, TOKEN_PRESENT, TOKEN_ABSENT);
        before = on->kind->commands(on);
        bench_insert(on, &seen);
        assert_int_equal(on->kind->commands(on) - before, second);
    }
    assert_int_equal(seen.extended, on->model->extended_lc && !on->model->extended_le_refused);
}

int main(void)
{
    static const struct bench_promise promises[] = {
        PROMISE(each_job_costs_no_command_more_than_it_must),
        PROMISE(what_length_a_token_takes_is_tried_once),
    };
    return bench_run("token cost", promises, ARRAY_LEN(promises));
}
