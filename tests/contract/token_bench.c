/* token_bench.c - what every promise needs, whatever the driver. */
#include "tests/contract/token_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"

#define NAME_SIZE 160
#define TESTS_MAX 512
/* A reader may take 400 ms to notice, so what is in may still be gone for it; a service that was
 * killed comes back by way of "no reader" and "no token", as often as a busy machine makes it. */
#define ARRIVE_MS 30000
#define OVERLOOKED_MS 8000
#define RESEATS_MAX 3 /* of a program */

static struct bench the_bench;

struct bench *bench_open(const struct bench_kind *kind)
{
    the_bench = (struct bench){.kind = kind};
    kind->open(&the_bench);
    return the_bench.token != NULL ? &the_bench : NULL;
}

void bench_close(struct bench *on)
{
    token_close(on->token);
    on->token = NULL;
    on->kind->close(on);
}

/* --- running ------------------------------------------------------------------------------ */

struct pair {
    const struct bench_kind *kind;
    const struct bench_promise *promise;
    char name[NAME_SIZE];
};

static struct pair pairs[TESTS_MAX];
static struct CMUnitTest tests[TESTS_MAX];
static size_t tests_count;

static void keep_promise(void **state)
{
    const struct pair *pair = *state;
    struct bench *on = bench_open(pair->kind);
    assert_non_null(on);
    pair->promise->keeps(on);
}

/* After a failure, too. */
static int close_bench(void **state)
{
    (void)state;
    if (the_bench.kind != NULL)
        bench_close(&the_bench);
    the_bench.kind = NULL;
    return 0;
}

static void add(const struct bench_kind *kind, const struct bench_promise *promises, size_t count)
{
    for (size_t i = 0; i < count && tests_count < TESTS_MAX; i++) {
        struct pair *pair = &pairs[tests_count];
        pair->kind = kind;
        pair->promise = &promises[i];
        (void)snprintf(pair->name, sizeof(pair->name), "%s (%s)", promises[i].name, kind->name);
        tests[tests_count++] = (struct CMUnitTest){.name = pair->name,
                                                   .test_func = keep_promise,
                                                   .teardown_func = close_bench,
                                                   .initial_state = pair};
    }
    assert_true(tests_count < TESTS_MAX);
}

int bench_run(const char *name, const struct bench_promise *promises, size_t count)
{
    (void)name;                             /* the macro below makes a string of its argument */
    if (getenv("CERTKIOSK_HALL") != NULL) { /* NOLINT(concurrency-mt-unsafe): one thread */
        add(&bench_hall, promises, count);
    } else {
        add(&bench_sim, promises, count);
        for (const struct bench_kind *kind = bench_memory; kind->name != NULL; kind++)
            add(kind, promises, count);
    }
    return _cmocka_run_group_tests(name, tests, tests_count, NULL, NULL);
}

/* --- the token's comings and goings ------------------------------------------------------- */

static enum token_presence watch_for(struct bench *on, uint32_t ms, enum token_presence from,
                                     enum token_presence want)
{
    enum token_presence presence = from;

    for (uint64_t until = clock_boot_ms() + ms; presence != want && clock_boot_ms() < until;)
        assert_int_equal(token_watch(on->token, BENCH_WAIT_MS, &presence).code, ERR_NONE);
    return presence;
}

void bench_watch(struct bench *on, enum token_presence from, enum token_presence want)
{
    assert_int_equal(watch_for(on, ARRIVE_MS, from, want), want);
}

/*
 * Until the reader has it. When a command of a client meets a card that has just left, pcscd calls
 * the reader empty, and goes on so if the card is back before its own next look. A person puts it
 * in once more then.
 */
static void come(struct bench *on)
{
    static uint32_t reseats;

    if (on->kind->reseats && reseats < RESEATS_MAX &&
        watch_for(on, OVERLOOKED_MS, TOKEN_ABSENT, TOKEN_PRESENT) == TOKEN_ABSENT) {
        reseats++;
        print_message("  put in again: the reader overlooked it\n");
        on->kind->pull(on);
        on->kind->insert(on);
    }
    bench_watch(on, TOKEN_ABSENT, TOKEN_PRESENT);
}

static struct err identify(struct bench *on, struct token_identity *out_identity)
{
    struct token_scope scope = BENCH_LOOK;
    struct err e = token_identify(on->token, &scope, out_identity);
    if (!failed(e))
        memcpy(on->id, out_identity->id, sizeof(on->id));
    return e;
}

static void need(const struct bench *on, struct err e)
{
    if (failed(e))
        fail_msg("%s: identify: %s %x %s", on->kind->name, err_name(e.code), (unsigned)e.native,
                 e.site);
}

void bench_arrive(struct bench *on, struct token_identity *out_identity)
{
    struct err e = ERR(ERR_GONE, 0, "");

    for (uint64_t until = clock_boot_ms() + ARRIVE_MS;
         (e.code == ERR_GONE || e.code == ERR_IO) && clock_boot_ms() < until;) {
        come(on);
        e = identify(on, out_identity);
    }
    need(on, e);
}

void bench_insert(struct bench *on, struct token_identity *out_identity)
{
    on->kind->insert(on);
    bench_arrive(on, out_identity);
}

void bench_look(struct bench *on, struct token_identity *out_identity)
{
    need(on, identify(on, out_identity));
}

/* --- what it is asked --------------------------------------------------------------------- */

struct secret bench_secret(const char *text)
{
    struct secret secret = {.len = 0};
    struct err e = secret_set(&secret, (struct bytes){(const uint8_t *)text, strlen(text)});
    assert_false(failed(e));
    return secret;
}

struct bytes bench_certificate(uint8_t fill)
{
    static uint8_t der[256][BENCH_DER_LEN];
    static const uint8_t head[] = {0x30, 0x82, 0x03, 0x0E};
    memset(der[fill], fill, BENCH_DER_LEN);
    memcpy(der[fill], head, sizeof(head));
    return (struct bytes){der[fill], BENCH_DER_LEN};
}

struct token_target bench_target(const struct bench *on, uint8_t slot)
{
    return (struct token_target){.id = on->id, .slot = slot, .admin = &on->admin};
}

enum err_code bench_verify(struct bench *on, const char *pin, uint8_t *out_tries_left)
{
    CLEANUP(secret_wipe) struct secret secret = bench_secret(pin);
    return token_verify_pin(on->token, &secret, out_tries_left).code;
}

enum err_code bench_write(struct bench *on, uint8_t slot, uint8_t fill)
{
    struct token_target target = bench_target(on, slot);
    return token_write(on->token, &target, bench_certificate(fill)).code;
}

const struct token_certificate *bench_find(const struct token_identity *identity, uint8_t slot)
{
    for (size_t i = 0; i < identity->certificate_count; i++) {
        if (identity->certificates[i].slot == slot)
            return &identity->certificates[i];
    }
    return NULL;
}

void bench_assert_holds(const struct token_identity *identity, uint8_t slot, uint8_t fill)
{
    const struct token_certificate *found = bench_find(identity, slot);
    struct bytes der = bench_certificate(fill);
    if (found == NULL) {
        fail_msg("no certificate in slot %x", slot);
        return;
    }
    assert_int_equal(found->der_len, der.len);
    assert_memory_equal(found->der, der.at, der.len);
}

enum err_code bench_generate(struct bench *on, uint8_t slot, enum token_key kind,
                             struct bench_key *out_key)
{
    struct token_target target = bench_target(on, slot);
    out_key->kind = kind;
    return token_generate(on->token, &target, kind, out_key->spki, &out_key->len).code;
}
