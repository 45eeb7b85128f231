/*
 * What token.h promises, asked of every driver: of the simulator, of the PIV driver over tokens in
 * memory that differ as real ones do, and, when CERTKIOSK_HALL names the folder of a running
 * virtual hall, of the PIV driver over pcscd. Without a hall that part is skipped.
 */
#include "hw/token/token.h"

#include "kiosk/base/macros.h"
#include "tests/contract/token_bench.h"

#define DER_LEN 786
#define WAIT_MS 5000

static struct secret secret_of(const char *digits)
{
    struct secret pin = {.len = 0};
    for (; *digits != '\0'; digits++)
        assert_false(failed(secret_push(&pin, (uint8_t)*digits)));
    return pin;
}

static struct bytes certificate(uint8_t fill)
{
    static uint8_t der[DER_LEN];
    static const uint8_t head[] = {0x30, 0x82, 0x03, 0x0E};
    memset(der, fill, sizeof(der));
    memcpy(der, head, sizeof(head));
    return (struct bytes){der, sizeof(der)};
}

static void watch_until(struct bench *on, enum token_presence from, enum token_presence want)
{
    enum token_presence presence = from;
    for (int i = 0; i < 3 && presence != want; i++)
        assert_false(failed(token_watch(on->token, WAIT_MS, &presence)));
    assert_int_equal(presence, want);
}

static struct token_identity identify(struct bench *on)
{
    struct token_identity identity = {.certificate_count = 0};
    struct err e = token_identify(on->token, &identity);
    if (failed(e))
        fail_msg("%s: identify: %s %x %s", on->name, err_name(e.code), (unsigned)e.native, e.site);
    return identity;
}

/* A reader may take 400 ms to notice, so what is in may still be gone for it. */
static struct token_identity arrive(struct bench *on)
{
    struct token_identity identity = {.certificate_count = 0};
    struct err e = ERR(ERR_GONE, 0, "");

    for (int i = 0; i < 3 && e.code == ERR_GONE; i++) {
        watch_until(on, TOKEN_ABSENT, TOKEN_PRESENT);
        e = token_identify(on->token, &identity);
    }
    if (failed(e))
        fail_msg("%s: identify: %s %x %s", on->name, err_name(e.code), (unsigned)e.native, e.site);
    return identity;
}

static struct token_identity insert(struct bench *on)
{
    on->insert(on);
    return arrive(on);
}

static enum err_code show_pin(struct bench *on, const char *digits, uint8_t *out_tries_left)
{
    CLEANUP(secret_wipe) struct secret pin = secret_of(digits);
    return token_verify_pin(on->token, &pin, out_tries_left).code;
}

static struct err sign_9a(struct bench *on)
{
    static const uint8_t digest[32] = {1};
    uint8_t signature[TOKEN_SIGNATURE_MAX];
    size_t len = 0;
    struct err e = token_sign(on->token, 0x9A, TOKEN_KEY_P256,
                              (struct bytes){digest, sizeof(digest)}, signature, &len);
    if (!failed(e))
        assert_true(len >= 8);
    return e;
}

static const struct token_certificate *find(const struct token_identity *identity, uint8_t slot)
{
    for (size_t i = 0; i < identity->certificate_count; i++) {
        if (identity->certificates[i].slot == slot)
            return &identity->certificates[i];
    }
    return NULL;
}

static void assert_holds(const struct token_identity *identity, uint8_t slot, struct bytes der)
{
    const struct token_certificate *found = find(identity, slot);
    if (found == NULL) {
        fail_msg("no certificate in slot %x", slot);
        return;
    }
    assert_int_equal(found->der_len, der.len);
    assert_memory_equal(found->der, der.at, der.len);
}

static void an_empty_reader_has_nobody_to_ask(void **state)
{
    struct bench *on = bench_of(state);
    struct token_identity identity = {.certificate_count = 77};
    uint8_t tries_left = 99;
    enum token_presence presence = TOKEN_PRESENT;

    watch_until(on, TOKEN_PRESENT, TOKEN_ABSENT);
    assert_false(failed(token_watch(on->token, 0, &presence)));
    assert_int_equal(presence, TOKEN_ABSENT);
    assert_int_equal(token_identify(on->token, &identity).code, ERR_GONE);
    assert_int_equal(identity.certificate_count, 77);
    assert_int_equal(show_pin(on, "123456", &tries_left), ERR_GONE);
    assert_int_equal(tries_left, 99);
    assert_int_equal(token_write(on->token, "s1", 0x9A, certificate(1)).code, ERR_GONE);
    assert_int_equal(sign_9a(on).code, ERR_GONE);
}

static void a_token_says_who_it_is_each_time_the_same(void **state)
{
    struct bench *on = bench_of(state);

    struct token_identity first = insert(on);
    assert_int_equal(first.pin_tries_left, 5);
    struct token_identity second = identify(on);
    assert_string_equal(first.id, second.id);
    on->pull(on);
    watch_until(on, TOKEN_PRESENT, TOKEN_ABSENT);
    struct token_identity third = insert(on);
    assert_string_equal(first.id, third.id);
}

static void a_wrong_pin_counts_down_and_the_right_one_restores(void **state)
{
    struct bench *on = bench_of(state);
    uint8_t tries_left = 99;

    (void)insert(on);
    assert_int_equal(show_pin(on, "000000", &tries_left), ERR_DENIED);
    assert_int_equal(tries_left, 4);
    assert_int_equal(identify(on).pin_tries_left, 4);
    assert_int_equal(show_pin(on, "00000000", &tries_left), ERR_DENIED);
    assert_int_equal(tries_left, 3);
    assert_int_equal(show_pin(on, "123456", &tries_left), ERR_NONE);
    assert_int_equal(tries_left, 3);
    assert_int_equal(identify(on).pin_tries_left, 5);
}

static void an_impossible_pin_is_never_sent(void **state)
{
    static const char *const pins[] = {"", "12345", "123456789", "12345a", "12345 "};
    struct bench *on = bench_of(state);
    uint8_t tries_left = 99;

    (void)insert(on);
    for (size_t i = 0; i < ARRAY_LEN(pins); i++)
        assert_int_equal(show_pin(on, pins[i], &tries_left), ERR_MALFORMED);
    assert_int_equal(tries_left, 99);
    assert_int_equal(identify(on).pin_tries_left, 5);
}

static void a_signature_needs_the_pin_of_this_session(void **state)
{
    struct bench *on = bench_of(state);
    uint8_t tries_left = 99;

    (void)insert(on);
    assert_int_equal(sign_9a(on).code, ERR_DENIED);
    assert_int_equal(show_pin(on, "123456", &tries_left), ERR_NONE);
    assert_int_equal(sign_9a(on).code, ERR_NONE);
    assert_int_equal(sign_9a(on).code, ERR_NONE);
    (void)identify(on);
    assert_int_equal(sign_9a(on).code, ERR_DENIED);
}

static void what_is_written_is_read_back_and_may_be_written_again(void **state)
{
    struct bench *on = bench_of(state);

    struct token_identity identity = insert(on);
    for (uint8_t fill = 1; fill <= 3; fill++) {
        struct bytes der = certificate(fill / 2);
        assert_int_equal(token_write(on->token, identity.id, 0x9A, der).code, ERR_NONE);
        struct token_identity now = identify(on);
        assert_string_equal(now.id, identity.id);
        assert_holds(&now, 0x9A, der);
    }
}

static void a_write_meant_for_another_token_is_not_done(void **state)
{
    struct bench *on = bench_of(state);

    struct token_identity identity = insert(on);
    assert_int_equal(token_write(on->token, identity.id, 0x9C, certificate(1)).code, ERR_NONE);
    assert_int_equal(token_write(on->token, "s4294967295", 0x9C, certificate(2)).code, ERR_GONE);
    struct token_identity now = identify(on);
    assert_holds(&now, 0x9C, certificate(1));
}

static void a_pulled_token_is_gone_until_it_is_identified_again(void **state)
{
    struct bench *on = bench_of(state);
    uint8_t tries_left = 99;

    (void)insert(on);
    on->pull(on);
    assert_int_equal(sign_9a(on).code, ERR_GONE);
    on->insert(on);
    assert_int_equal(show_pin(on, "123456", &tries_left), ERR_GONE);
    watch_until(on, TOKEN_PRESENT, TOKEN_ABSENT);
    (void)arrive(on);
    assert_int_equal(show_pin(on, "123456", &tries_left), ERR_NONE);
}

/* Pulled in each step of a write, the token then takes the same write again and has it whole. */
static void an_interrupted_write_is_completed_by_the_next(void **state)
{
    struct bench *on = bench_of(state);
    uint32_t interrupted = 0;

    struct token_identity identity = insert(on);
    assert_int_equal(token_write(on->token, identity.id, 0x9D, certificate(7)).code, ERR_NONE);
    for (uint32_t n = 1; n <= on->pull_points; n++) {
        struct bytes der = certificate((uint8_t)n);
        on->pull_after(on, n);
        struct err e = token_write(on->token, identity.id, 0x9D, der);
        on->pull_after(on, 0);
        if (!failed(e))
            break;
        assert_int_equal(e.code, ERR_GONE);
        interrupted++;
        struct token_identity now = insert(on);
        assert_string_equal(now.id, identity.id);
        assert_int_equal(token_write(on->token, identity.id, 0x9D, der).code, ERR_NONE);
        now = identify(on);
        assert_holds(&now, 0x9D, der);
    }
    print_message("  %s: interrupted at %u points\n", on->name, interrupted);
    assert_true(interrupted >= (on->pull_points > 1 ? 10 : 1));
}

static void a_swapped_token_gets_no_write_and_no_pin(void **state)
{
    struct bench *on = bench_of(state);
    uint8_t tries_left = 99;

    struct token_identity identity = insert(on);
    on->swap(on);
    assert_int_equal(token_write(on->token, identity.id, 0x9E, certificate(9)).code, ERR_GONE);
    watch_until(on, TOKEN_PRESENT, TOKEN_ABSENT);
    struct token_identity other = arrive(on);
    assert_string_not_equal(other.id, identity.id);
    assert_null(find(&other, 0x9E));
    on->pull(on);
    watch_until(on, TOKEN_PRESENT, TOKEN_ABSENT);
    (void)insert(on);
    on->swap(on);
    assert_int_equal(show_pin(on, "000000", &tries_left), ERR_GONE);
    watch_until(on, TOKEN_PRESENT, TOKEN_ABSENT);
    assert_int_equal(arrive(on).pin_tries_left, 5);
}

/* The last: in a hall the token stays blocked. */
static void the_last_wrong_pin_blocks(void **state)
{
    struct bench *on = bench_of(state);
    uint8_t tries_left = 99;

    (void)insert(on);
    for (uint8_t left = 4; left > 0; left--) {
        assert_int_equal(show_pin(on, "000000", &tries_left), ERR_DENIED);
        assert_int_equal(tries_left, left);
    }
    assert_int_equal(show_pin(on, "000000", &tries_left), ERR_BLOCKED);
    assert_int_equal(tries_left, 1);
    assert_int_equal(show_pin(on, "123456", &tries_left), ERR_BLOCKED);
    assert_int_equal(identify(on).pin_tries_left, 0);
}

static void an_unknown_driver_is_refused(void **state)
{
    struct token_config config = config_of("skf", "");
    struct token *token = NULL;
    (void)state;

    assert_int_equal(token_open(&config, &token).code, ERR_UNSUPPORTED);
    assert_null(token);
    config.driver = "sim";
    assert_int_equal(token_open(&config, &token).code, ERR_NONE);
    enum token_presence presence = TOKEN_ABSENT;
    assert_int_equal(token_watch(token, 0, &presence).code, ERR_NONE);
    assert_int_equal(presence, TOKEN_ABSENT);
    token_close(token);
    token_close(NULL);
}

#define PROMISE(test, setup) \
    { \
#test " (" #setup ")", test, setup, teardown, NULL \
    }
#define PROMISES(setup) \
    PROMISE(an_empty_reader_has_nobody_to_ask, setup), \
        PROMISE(a_token_says_who_it_is_each_time_the_same, setup), \
        PROMISE(a_wrong_pin_counts_down_and_the_right_one_restores, setup), \
        PROMISE(an_impossible_pin_is_never_sent, setup), \
        PROMISE(a_signature_needs_the_pin_of_this_session, setup), \
        PROMISE(what_is_written_is_read_back_and_may_be_written_again, setup), \
        PROMISE(a_write_meant_for_another_token_is_not_done, setup), \
        PROMISE(a_pulled_token_is_gone_until_it_is_identified_again, setup), \
        PROMISE(an_interrupted_write_is_completed_by_the_next, setup), \
        PROMISE(a_swapped_token_gets_no_write_and_no_pin, setup), \
        PROMISE(the_last_wrong_pin_blocks, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_driver_is_refused),
        PROMISES(setup_sim),
        PROMISES(setup_plain),
        PROMISES(setup_tearing),
        PROMISES(setup_bare),
        PROMISES(setup_exact),
        PROMISES(setup_hall),
    };
    return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
