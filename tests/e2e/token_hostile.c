/*
 * token_hostile - a slow token that answers without an end, too much, or past the end of its
 * objects, over real parts: identify costs no more commands than what it asks for is worth, and
 * the token is served again once it behaves.
 *
 *     CERTKIOSK_HALL=DIR token_hostile
 */
#include <stdio.h>
#include <stdlib.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/contract/token_bench.h"
#include "tests/contract/token_bench_hall.h"

#define LINE_SIZE 64
#define LATENCY_MS 5
#define VISIT_MOST 88 /* 40, and 12 for each slot's certificate */
#define ALL_MOST 376  /* 40, and 14 for each slot's certificate and key */

static struct token_identity seen; /* big */

static void say(const char *what, const char *name, unsigned number)
{
    char line[LINE_SIZE];
    assert_true(text_print(line, sizeof(line), "token %s%s %u", what, name, number));
    (void)hall_say("token.ctl", line);
}

static void ask(struct bench *on, const char *fault, unsigned after, bool all)
{
    struct token_scope visit = TOKEN_SCOPE_VISIT;
    struct token_scope every = {
        .slots = ALL_SLOTS, .pin_tries = true, .puk_tries = true, .guid = true, .keys = true};
    uint32_t before = on->kind->commands(on);

    say("fault ", fault, after);
    struct err e = token_identify(on->token, all ? &every : &visit, &seen);
    uint32_t commands = on->kind->commands(on) - before;
    (void)hall_say("token.ctl", "token fault none");
    print_message("  %s %u%s: %s, %u commands\n", fault, after, all ? ", all slots" : "",
                  err_name(e.code), commands);
    assert_true(commands > after);
    assert_true(commands <= (all ? ALL_MOST : VISIT_MOST));
    if (text_same(fault, "endless-after"))
        assert_int_equal(e.code, ERR_MALFORMED);
}

static void a_hostile_token_costs_few_commands(struct bench *on)
{
    static const char *const faults[] = {"endless-after", "flood-after", "overrun-after"};
    static const unsigned afters[] = {0, 3, 6};

    bench_insert(on, &seen);
    say("latency", "", LATENCY_MS);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        for (size_t k = 0; k < 2 * ARRAY_LEN(afters); k++)
            ask(on, faults[i], afters[k / 2], k % 2 != 0);
    }
    say("latency", "", 0);
    bench_look(on, &seen);
    assert_string_equal(seen.id, on->id);
}

int main(void)
{
    static const struct bench_promise promises[] = {PROMISE(a_hostile_token_costs_few_commands)};

    if (getenv("CERTKIOSK_HALL") == NULL) { /* NOLINT(concurrency-mt-unsafe): one thread */
        (void)fputs("CERTKIOSK_HALL=DIR token_hostile\n", stderr);
        return 2;
    }
    return bench_run("token hostile", promises, ARRAY_LEN(promises));
}
