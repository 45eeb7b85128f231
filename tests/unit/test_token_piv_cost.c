/* How many commands each job costs, and what commands of extended length change. */
#include <stdio.h>

#include "kiosk/base/clock.h"
#include "tests/unit/fake_piv.h"

enum job {
    IDENTIFY_ONE,
    IDENTIFY_VISIT,
    PROVE,
    PROVE_SHARED,
    WRITE,
    WRITE_SHARED,
    GENERATE,
    GENERATE_RSA,
    GENERATE_UNSEEN,
    VERIFY,
    CHANGE,
    UNBLOCK,
    SIGN,
    SIGN_RSA,
    DECRYPT,
    DELETE,
    MOVE,
};

static struct err run(struct token *token, enum job job)
{
    const struct token_scope one = {.slots = 1, .guid = true};

    switch (job) {
    case IDENTIFY_ONE:
        return identify_scope(token, one);
    case IDENTIFY_VISIT:
        return identify(token);
    case PROVE:
    case PROVE_SHARED:
        return prove(token);
    case WRITE:
    case WRITE_SHARED:
        return write(token);
    case GENERATE:
        return generate(token, 0x9C, TOKEN_KEY_P256);
    case GENERATE_RSA:
        return generate(token, 0x9C, TOKEN_KEY_RSA2048);
    case GENERATE_UNSEEN:
        return generate(token, 0x82, TOKEN_KEY_P256);
    case VERIFY:
        return show_pin(token, "123456");
    case CHANGE:
        return change_pin(token, "123456", "111111");
    case UNBLOCK:
        return unblock(token, FAKE_PUK, "111111");
    case SIGN:
        return sign(token, 0x9A, TOKEN_KEY_P256);
    case SIGN_RSA:
        return sign(token, 0x9E, TOKEN_KEY_RSA2048);
    case DECRYPT:
        return decrypt(token, 0x9A, TOKEN_KEY_P256);
    case DELETE:
        return delete (token, 0x9A);
    case MOVE:
        return move(token, 0x9A, 0x82);
    }
    return ERR_OK;
}

/* A token with a certificate of 786 bytes in 9A and an RSA key in 9E. */
static struct token *start_full(struct fake_quirks quirks)
{
    struct token *token = start(quirks);
    fake_load(&tokens[0], 0x9A, certificate_of(FAKE_DER_LEN, 0));
    tokens[0].keys[3] = (struct fake_key){PIV_ALGORITHM_RSA2048, 1};
    return token;
}

static void each_job_costs_the_floor(void **state)
{
    static const struct {
        const char *name;
        enum job job;
        bool standing; /* in a session that identify began, with the PIN verified */
        uint32_t brief, extended;
    } rows[] = {
        {"identify with one certificate and GUID", IDENTIFY_ONE, false, 7, 4},
        {"identify for a visit", IDENTIFY_VISIT, false, 10, 7},
        {"prove, diversified key", PROVE, true, 2, 2},
        {"prove, shared key", PROVE_SHARED, true, 3, 3},
        {"write, diversified key", WRITE, true, 10, 4},
        {"write, shared key", WRITE_SHARED, true, 11, 5},
        {"generate P-256", GENERATE, true, 3, 3},
        {"generate RSA-2048", GENERATE_RSA, true, 4, 3},
        {"generate in a slot not looked at", GENERATE_UNSEEN, true, 4, 4},
        {"verify", VERIFY, true, 2, 2},
        {"change the PIN", CHANGE, true, 3, 3},
        {"unblock", UNBLOCK, true, 3, 3},
        {"sign with P-256", SIGN, true, 1, 1},
        {"sign with RSA-2048", SIGN_RSA, true, 3, 1},
        {"decrypt with P-256", DECRYPT, true, 1, 1},
        {"delete", DELETE, true, 3, 3},
        {"move", MOVE, true, 4, 4},
    };
    (void)state;

    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        bool extended = i % 2 != 0;
        size_t row = i / 2;
        CLEANUP(close_token)
        struct token *token = start_full((struct fake_quirks){.extended = extended, .moves = true});

        assert_false(failed(identify(token)));
        assert_int_equal(identity.extended, extended);
        if (rows[row].standing)
            assert_false(failed(show_pin(token, "123456")));
        admin.diversified = rows[row].job != WRITE_SHARED && rows[row].job != PROVE_SHARED;
        fake.apdus = 0;
        fake.bytes = 0;
        assert_false(failed(run(token, rows[row].job)));
        print_message("  %s%s: %u commands, %zu bytes\n", rows[row].name,
                      extended ? ", extended" : "", (unsigned)fake.apdus, fake.bytes);
        assert_int_equal(fake.apdus, extended ? rows[row].extended : rows[row].brief);
    }
}

/* From SELECT to the certificate read back, with the id read once before the PIN is shown. */
static void a_new_key_costs_the_floor(void **state)
{
    static const struct {
        const char *name;
        bool extended;
        enum token_key key;
        uint32_t apdus;
    } rows[] = {
        {"P-256", false, TOKEN_KEY_P256, 14 + 1},
        {"P-256, extended", true, TOKEN_KEY_P256, 8 + 1},
        {"RSA-2048", false, TOKEN_KEY_RSA2048, 17 + 1},
        {"RSA-2048, extended", true, TOKEN_KEY_RSA2048, 8 + 1},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token)
        struct token *token = start((struct fake_quirks){.extended = rows[i].extended});

        print_message("  %s\n", rows[i].name);
        admin.diversified = true;
        assert_false(failed(identify(token)));
        fake.apdus = 1; /* SELECT */
        assert_false(failed(generate(token, 0x9A, rows[i].key)));
        assert_false(failed(show_pin(token, "123456")));
        assert_false(failed(sign(token, 0x9A, rows[i].key)));
        assert_false(failed(write(token)));
        assert_int_equal(fake.apdus, rows[i].apdus);
    }
}

/* By a key of its own or a shared one: what was proved before the PIN and the payment is known to
 * the card until it is reset, and the write costs as much less. */
static void what_was_proved_is_not_proved_again(void **state)
{
    (void)state;
    for (int shared = 0; shared <= 1; shared++) {
        CLEANUP(close_token) struct token *token = start((struct fake_quirks){.extended = true});

        admin.diversified = shared == 0;
        assert_false(failed(identify(token)));
        assert_false(failed(prove(token)));
        assert_false(failed(show_pin(token, "123456")));
        fake.apdus = 0;
        assert_false(failed(prove(token)));
        assert_int_equal(fake.apdus, 0);
        assert_false(failed(write(token)));
        assert_int_equal(fake.apdus, 2);
        fake.reset_before_begin = true;
        fake.apdus = 0;
        assert_false(failed(prove(token)));
        assert_int_equal(fake.apdus, 3 + shared);
    }
}

static void a_reset_costs_a_select(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.extended = true});
    (void)state;

    admin.diversified = true;
    assert_false(failed(identify(token)));
    fake.reset_before_begin = true;
    fake.apdus = 0;
    assert_false(failed(write(token)));
    assert_int_equal(fake.apdus, 5);
    fake.apdus = 0;
    assert_false(failed(write(token))); /* with the proof standing */
    assert_int_equal(fake.apdus, 2);
}

/* ---- extended length ---- */

static void what_length_a_token_takes_is_found_out_once(void **state)
{
    static const struct {
        const char *name;
        struct fake_quirks quirks;
        bool breaks_long;
        uint32_t max_block;
        bool extended;
        uint32_t first, again; /* commands to identify with one certificate */
    } rows[] = {
        {"takes all", {.extended = true}, false, APDU_BLOCK_MAX, true, 3, 3},
        {"answers in pieces",
         {.extended = true, .pieces = true},
         false,
         APDU_BLOCK_MAX,
         true,
         6,
         6},
        {"refuses with 6700", {.extended = false}, false, APDU_BLOCK_MAX, false, 7, 6},
        {"refuses with 6D00", {.extended_sw = 0x6D00}, false, APDU_BLOCK_MAX, false, 7, 6},
        {"refuses with 6E00", {.extended_sw = 0x6E00}, false, APDU_BLOCK_MAX, false, 7, 6},
        {"does not understand it", {.extended_sw = 0x6A80}, false, APDU_BLOCK_MAX, false, 7, 6},
        {"the link breaks at it", {.extended = true}, true, APDU_BLOCK_MAX, false, 9, 6},
        {"the reader carries no more than short ones", {.extended = true}, false, 0, false, 6, 6},
        {"known by its GUID",
         {.extended = true, .no_yubico = true},
         false,
         APDU_BLOCK_MAX,
         true,
         4,
         4},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start(rows[i].quirks);
        const struct token_scope one = {.slots = 1};

        print_message("  %s\n", rows[i].name);
        fake.breaks_long = rows[i].breaks_long;
        fake.card.max_block = rows[i].max_block;
        fake_load(&tokens[0], 0x9A, certificate_of(FAKE_DER_LEN, 1));
        assert_false(failed(identify_scope(token, one)));
        assert_int_equal(identity.extended, rows[i].extended);
        assert_int_equal(identity.certificate_count, 1);
        assert_int_equal(fake.apdus, rows[i].first);
        fake.apdus = 0;
        assert_false(failed(identify_scope(token, one)));
        assert_int_equal(fake.apdus, rows[i].again);
        assert_int_equal(identity.certificates[0].der_len, FAKE_DER_LEN);
    }
}

/* ---- the proof of the admin key ---- */

static uint32_t cost_of_write(struct token *token)
{
    assert_false(failed(identify(token)));
    fake.apdus = 0;
    assert_false(failed(write(token)));
    return fake.apdus;
}

static void how_the_admin_key_is_proved_is_found_out_once(void **state)
{
    static const struct {
        const char *name;
        struct fake_quirks quirks;
        uint32_t first, again; /* commands to write */
        enum piv_algorithm then;
        uint32_t changed; /* when its key has this algorithm since */
    } rows[] = {
        {"both ways", {.extended = true}, 4, 4, PIV_ALGORITHM_AES192, 4 + 2},
        {"one way", {.extended = true, .no_mutual = true}, 7, 5, PIV_ALGORITHM_AES192, 5 + 4},
        {"one way, without metadata",
         {.extended = true, .no_mutual = true, .no_yubico = true},
         7,
         5,
         PIV_ALGORITHM_NONE,
         5},
        {"with the less likely cipher",
         {.extended = true, .admin = PIV_ALGORITHM_AES192},
         6,
         4,
         PIV_ALGORITHM_3DES,
         4 + 2},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(close_token) struct token *token = start(rows[i].quirks);

        print_message("  %s\n", rows[i].name);
        admin.diversified = true;
        admin.aes = false;
        assert_int_equal(cost_of_write(token), rows[i].first);
        assert_int_equal(cost_of_write(token), rows[i].again);
        if (rows[i].then != PIV_ALGORITHM_NONE)
            tokens[0].admin_algorithm = rows[i].then; /* of a key of the same length */
        assert_int_equal(cost_of_write(token), rows[i].changed);
        assert_int_equal(cost_of_write(token), rows[i].again);
    }
}

static void a_wrong_key_is_shown_once_however_it_was_proved_before(void **state)
{
    (void)state;

    for (int i = 0; i < 2; i++) {
        CLEANUP(close_token)
        struct token *token = start((struct fake_quirks){.extended = true, .no_mutual = i == 1});

        (void)cost_of_write(token);
        admin.key.at[0] ^= 0x10;
        assert_false(failed(identify(token)));
        fake.apdus = 0;
        assert_int_equal(write(token).code, ERR_DENIED);
        assert_int_equal(fake.apdus, 2 + 1); /* whose no it is */
    }
}

/* ---- long commands ---- */

static void what_is_too_long_for_it_goes_in_blocks_from_then_on(void **state)
{
    CLEANUP(close_token)
    struct token *token = start((struct fake_quirks){.extended = true, .extended_max = 700});
    (void)state;

    admin.diversified = true;
    assert_false(failed(identify(token)));
    fake.apdus = 0;
    assert_false(failed(write(token)));
    assert_int_equal(fake.apdus, 2 + 1 + 4 + 1);
    assert_int_equal(tokens[0].puts_seen, 1);
    fake.apdus = 0;
    assert_false(failed(write(token)));
    assert_int_equal(fake.apdus, 4 + 1);
    assert_false(failed(write_der(token, 0x9A, certificate_of(600, 1))));
    fake.apdus = 0;
    assert_false(failed(write_der(token, 0x9A, certificate_of(600, 1))));
    assert_int_equal(fake.apdus, 1 + 1);
}

static void a_link_that_fails_twice_at_long_commands_gets_short_ones(void **state)
{
    CLEANUP(close_token) struct token *token = start((struct fake_quirks){.extended = true});
    (void)state;

    for (int i = 0; i < 2; i++) {
        assert_false(failed(identify(token)));
        plan(FAKE_GLITCH, 4, 0);
        assert_int_equal(write(token).code, ERR_GONE);
    }
    assert_false(failed(identify(token)));
    fake.apdus = 0;
    assert_false(failed(write(token)));
    assert_int_equal(fake.apdus, 3 + 4 + 1);
}

static void an_object_longer_than_the_token_holds_is_no_room(void **state)
{
    (void)state;

    for (int i = 0; i < 2; i++) {
        CLEANUP(close_token)
        struct token *token = start((struct fake_quirks){.capacity = 700, .extended = i == 1});
        assert_false(failed(identify(token)));
        assert_int_equal(write(token).code, ERR_NO_ROOM);
        assert_int_equal(tokens[0].puts_seen, 0);
    }
}

static void the_longest_certificate_is_written_and_read(void **state)
{
    (void)state;

    for (int i = 0; i < 2; i++) {
        CLEANUP(close_token)
        struct token *token = start((struct fake_quirks){.extended = i == 1});
        assert_false(failed(identify(token)));
        assert_false(failed(write_der(token, 0x9E, certificate_of(TOKEN_CERTIFICATE_MAX, 1))));
        assert_false(failed(identify(token)));
        assert_int_equal(identity.certificates[0].slot, 0x9E);
        assert_int_equal(identity.certificates[0].der_len, TOKEN_CERTIFICATE_MAX);
    }
}

static void memory_holds_the_last_64_tokens_and_survives_any_bytes(void **state)
{
    char id[TOKEN_ID_SIZE];
    (void)state;

    memset(&memory, 0xFF, sizeof(memory));
    for (unsigned i = 0; i < PIV_MEMORY_MAX + 1; i++) {
        (void)snprintf(id, sizeof(id), "s%u", 1000 + i);
        assert_int_equal(piv_memory_find(&memory, id).length, PIV_LENGTH_UNKNOWN);
        piv_memory_keep(&memory, id, (struct piv_memory_row){.length = 1 + i % 2, .data_max = 9});
        assert_int_equal(piv_memory_find(&memory, id).length, 1 + i % 2);
    }
    assert_int_equal(piv_memory_find(&memory, "s1000").length, PIV_LENGTH_UNKNOWN);
    assert_int_equal(piv_memory_find(&memory, "s1001").length, 2);
    piv_memory_keep(&memory, "s1001", (struct piv_memory_row){.length = 1});
    assert_int_equal(piv_memory_find(&memory, "s1001").length, 1);
    memory.salt[0] ^= 1;
    assert_int_equal(piv_memory_find(&memory, "s1001").length, PIV_LENGTH_UNKNOWN);
}

/* ---- hostile tokens ---- */

static void nothing_that_a_token_answers_takes_long(void **state)
{
    static const enum fake_fault faults[] = {FAKE_ENDLESS, FAKE_REPEAT, FAKE_FLOOD, FAKE_OVERRUN,
                                             FAKE_GARBAGE};
    const struct token_scope all = {.slots = TOKEN_SLOTS_ACTIVE | TOKEN_SLOTS_RETIRED,
                                    .pin_tries = true,
                                    .puk_tries = true,
                                    .guid = true,
                                    .keys = true};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        for (uint32_t at = 1; at < 60; at++) {
            CLEANUP(close_token) struct token *token = start((struct fake_quirks){.tears = false});
            uint64_t from_ms = clock_boot_ms();

            plan(faults[i], at, 0);
            (void)failed(identify_scope(token, all));
            assert_true(fake.apdus <= 60 + APDU_ROUNDS_MAX + 1);
            assert_true(clock_boot_ms() - from_ms < 1000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_job_costs_the_floor),
        cmocka_unit_test(a_new_key_costs_the_floor),
        cmocka_unit_test(what_was_proved_is_not_proved_again),
        cmocka_unit_test(a_reset_costs_a_select),
        cmocka_unit_test(what_length_a_token_takes_is_found_out_once),
        cmocka_unit_test(how_the_admin_key_is_proved_is_found_out_once),
        cmocka_unit_test(a_wrong_key_is_shown_once_however_it_was_proved_before),
        cmocka_unit_test(what_is_too_long_for_it_goes_in_blocks_from_then_on),
        cmocka_unit_test(a_link_that_fails_twice_at_long_commands_gets_short_ones),
        cmocka_unit_test(an_object_longer_than_the_token_holds_is_no_room),
        cmocka_unit_test(the_longest_certificate_is_written_and_read),
        cmocka_unit_test(memory_holds_the_last_64_tokens_and_survives_any_bytes),
        cmocka_unit_test(nothing_that_a_token_answers_takes_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
