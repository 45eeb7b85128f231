/* Kiosks that get their first certificates, by code. */
#include <stdio.h>

#include "tests/unit/enrol_room.h"

#define WRONG_CODES 1000

static void a_code_gets_a_certificate_for_the_key_that_asked(void **state)
{
    (void)state;
    assert_int_equal(enrol(), ENROL_DONE);
    const struct enrol_answer *answer = &fixture.outcome.answer;
    struct bytes der = {answer->certificate, answer->certificate_len};
    assert_string_equal(answer->kiosk, NEW);
    assert_int_equal(answer->time_ms, WORLD_NOW_S * 1000);
    world_ok(client_certificate_fits(der, fixture.key, NEW, WORLD_NOW_S));
    assert_int_equal(client_certificate_fits(der, fixture.key, NEW, WORLD_NOW_S + LIFE_S + 1).code,
                     ERR_DENIED);
    assert_int_equal(client_certificate_fits(der, fixture.key, "hall-8", WORLD_NOW_S).code,
                     ERR_CONFLICT);
    struct hash hash = issued();
    assert_int_equal(known_by(NEW, &hash), KIOSK_CURRENT);
    assert_int_equal(known_by(WORLD_KIOSK, &hash), KIOSK_EARLIER);
    assert_int_equal(known_by("nobody", &hash), KIOSK_UNKNOWN);
}

static void an_answer_that_was_lost_is_given_again(void **state)
{
    (void)state;
    assert_int_equal(enrol(), ENROL_DONE);
    struct hash first = issued();
    world_clock(2 * HOUR_S); /* also when the code has run out in between */
    assert_int_equal(enrol(), ENROL_DONE);
    struct hash again = issued();
    assert_memory_equal(first.at, again.at, HASH_LEN);
    assert_int_equal(world_number(&fixture.world, "SELECT count(*) FROM kiosks"), 2);
}

static void a_used_code_is_nobody_elses(void **state)
{
    struct key *thief = NULL;
    (void)state;

    assert_int_equal(enrol(), ENROL_DONE);
    struct hash hash = issued();
    world_ok(key_create(KEY_P256, &thief));
    ask_for(thief, NEW, fixture.request.csr, &fixture.request.csr_len);
    key_destroy(thief);
    assert_int_equal(world_number(&fixture.world, "SELECT count(*) FROM alarms"), 0);
    assert_int_equal(enrol(), ENROL_CODE_USED);
    assert_int_equal(world_number(&fixture.world, "SELECT count(*) FROM alarms"), 1);
    assert_int_equal(known_by(NEW, &hash), KIOSK_CURRENT);
}

static void what_the_platform_does_not_sign(void **state)
{
    struct key *ed = NULL;
    struct fixture *f = &fixture;
    (void)state;

    ask_for(f->key, "hall-8", f->request.csr, &f->request.csr_len);
    assert_int_equal(enrol(), ENROL_CSR_BAD);
    ask_for(f->key, NEW, f->request.csr, &f->request.csr_len);
    f->request.csr[f->request.csr_len - 1] ^= 1;
    assert_int_equal(enrol(), ENROL_CSR_BAD);
    f->request.csr_len = 5;
    assert_int_equal(enrol(), ENROL_CSR_BAD);
    world_ok(key_create(KEY_ED25519, &ed));
    assert_true(failed(client_request(ed, NEW, f->request.csr, &f->request.csr_len)));
    key_destroy(ed);
    assert_int_equal(world_number(&f->world, "SELECT count(*) FROM kiosks"), 1);
    ask_for(f->key, NEW, f->request.csr, &f->request.csr_len);
    assert_int_equal(enrol(), ENROL_DONE); /* nothing of that used the code up */
}

static void wrong_code(void)
{
    struct code other = fixture.code;

    other.at[3] ^= 1;
    code_print(&other, fixture.request.code);
}

static void wrong_codes_use_nothing_up(void **state)
{
    (void)state;
    wrong_code();
    for (int i = 0; i < WRONG_CODES; i++)
        assert_int_equal(enrol(), ENROL_CODE_WRONG);
    char *last = strrchr(fixture.request.code, '-') + 1;
    *last = *last == '0' ? '1' : '0';
    assert_int_equal(enrol(), ENROL_CODE_TYPO);
    assert_int_equal(world_number(&fixture.world, "SELECT count(*) FROM kiosks"), 1);
    right_code();
    assert_int_equal(enrol(), ENROL_DONE);
}

static void a_code_runs_out_and_is_for_one_kiosk(void **state)
{
    (void)state;
    (void)text_copy(fixture.request.kiosk, sizeof(fixture.request.kiosk), "hall-8");
    assert_int_equal(enrol(), ENROL_KIOSK_UNKNOWN);
    (void)text_copy(fixture.request.kiosk, sizeof(fixture.request.kiosk), NEW);
    world_clock(HOUR_S + 1);
    assert_int_equal(enrol(), ENROL_CODE_EXPIRED);
    struct code old = fixture.code;
    WORLD_DO(&fixture.world, invite_make(fixture.world.platform.store, NEW,
                                         WORLD_NOW_S + 2 * HOUR_S, &fixture.code));
    assert_int_equal(enrol(), ENROL_CODE_WRONG); /* the one before is dead */
    assert_memory_not_equal(old.at, fixture.code.at, CODE_LEN);
    right_code();
    assert_int_equal(enrol(), ENROL_DONE);
}

static void the_code_itself_is_not_kept(void **state)
{
    (void)state;
    assert_int_equal(world_number(&fixture.world, "SELECT length(hash) FROM invites"), HASH_LEN);
    char sql[128];
    char hex[2 * CODE_LEN + 1];
    for (size_t i = 0; i < CODE_LEN; i++)
        (void)snprintf(hex + 2 * i, 3, "%02X", fixture.code.at[i]);
    (void)snprintf(sql, sizeof(sql), "SELECT instr(hex(salt) || hex(hash), '%s') FROM invites",
                   hex);
    assert_int_equal(world_number(&fixture.world, sql), 0);
}

static void a_device_key_is_proven(void **state)
{
    struct enrol_request *request = &fixture.request;
    (void)state;

    assert_int_equal(enrol_signed("hall-8", request->csr_len), ENROL_DEVICE_BAD);
    assert_int_equal(enrol_signed(NEW, request->csr_len - 1), ENROL_DEVICE_BAD);
    assert_int_equal(enrol_signed(NEW, request->csr_len), ENROL_DONE);
    assert_int_equal(
        world_number(&fixture.world, "SELECT length(device_key) FROM kiosks WHERE id = '" NEW "'"),
        ENROL_DEVICE_KEY_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_code_gets_a_certificate_for_the_key_that_asked),
        TEST(an_answer_that_was_lost_is_given_again),
        TEST(a_used_code_is_nobody_elses),
        TEST(what_the_platform_does_not_sign),
        TEST(wrong_codes_use_nothing_up),
        TEST(a_code_runs_out_and_is_for_one_kiosk),
        TEST(the_code_itself_is_not_kept),
        TEST(a_device_key_is_proven),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
