/* Certificates that follow one another, and which of them counts. */
#include "tests/unit/enrol_room.h"

static enum enrol_verdict renew(const struct renew_request *request)
{
    memset(&fixture.outcome, 0xEE, sizeof(fixture.outcome));
    world_ok(enrol_renew(&fixture.world.platform, NEW, request, &fixture.outcome));
    return fixture.outcome.verdict;
}

static void who_has_the_tls_key_alone_renews_nothing(void **state)
{
    struct renew_request request = {.csr_len = 0};
    struct key *key = NULL;
    (void)state;

    assert_int_equal(enrol_signed(NEW, fixture.request.csr_len), ENROL_DONE);
    struct hash old = issued();
    world_ok(key_create(KEY_P256, &key));
    ask_for(key, NEW, request.csr, &request.csr_len);
    key_destroy(key);
    assert_int_equal(renew(&request), ENROL_UNSIGNED);
    assert_int_equal(alarms(), 1);
    request.device_proof_len = ENROL_DEVICE_PROOF_LEN;
    assert_int_equal(renew(&request), ENROL_UNSIGNED);
    memcpy(request.device_proof, fixture.request.device_proof, ENROL_DEVICE_PROOF_LEN);
    assert_int_equal(renew(&request), ENROL_UNSIGNED); /* the one of another request */
    assert_int_equal(world_number(&fixture.world, "SELECT count(*) FROM nexts"), 0);
    sign_device(NEW, request.csr, request.csr_len, request.device_proof);
    assert_int_equal(renew(&request), ENROL_DONE);
    struct hash next = issued();
    request.device_proof[7] ^= 1; /* nor is what was issued given again */
    assert_int_equal(renew(&request), ENROL_UNSIGNED);
    assert_int_equal(known_by(NEW, &old), KIOSK_CURRENT);
    assert_int_equal(known_by(NEW, &next), KIOSK_FOLLOWS);
}

static void nor_does_a_kiosk_whose_device_key_nobody_knows(void **state)
{
    struct renew_request request = {.csr_len = 0};
    (void)state;

    assert_int_equal(enrol(), ENROL_DONE);
    ask_for(fixture.key, NEW, request.csr, &request.csr_len);
    fixture.world.platform.takes_unsigned = false;
    assert_int_equal(renew(&request), ENROL_UNSIGNED);
    sign_device(NEW, request.csr, request.csr_len, request.device_proof);
    request.device_proof_len = ENROL_DEVICE_PROOF_LEN;
    assert_int_equal(renew(&request), ENROL_UNSIGNED); /* by a key that may be anybody's */
    assert_int_equal(alarms(), 1);
    assert_int_equal(world_number(&fixture.world, "SELECT count(*) FROM nexts"), 0);
    fixture.world.platform.takes_unsigned = true;
    assert_int_equal(renew(&request), ENROL_DONE);
}

static void both_count_until_the_next_is_used(void **state)
{
    struct key *key = NULL;
    struct renew_request request = {.csr_len = 0};
    (void)state;

    assert_int_equal(enrol(), ENROL_DONE);
    struct hash old = issued();
    world_ok(key_create(KEY_P256, &key));
    ask_for(key, NEW, request.csr, &request.csr_len);
    world_clock(LIFE_S / 2);
    assert_int_equal(renew(&request), ENROL_DONE);
    struct hash next = issued();
    world_ok(client_certificate_fits(
        (struct bytes){fixture.outcome.answer.certificate, fixture.outcome.answer.certificate_len},
        key, NEW, WORLD_NOW_S + LIFE_S + HOUR_S));
    assert_int_equal(renew(&request), ENROL_DONE); /* a lost answer */
    struct hash again = issued();
    assert_memory_equal(next.at, again.at, HASH_LEN);
    assert_int_equal(known_by(NEW, &old), KIOSK_CURRENT);
    assert_int_equal(known_by(NEW, &next), KIOSK_FOLLOWS);
    assert_int_equal(known_by(NEW, &old), KIOSK_EARLIER);
    assert_int_equal(known_by(NEW, &next), KIOSK_CURRENT);
    assert_int_equal(alarms(), 0);
    key_destroy(key);
}

/* Ask with a key of its own; what was issued. */
static struct hash renew_afresh(enum enrol_verdict verdict)
{
    struct renew_request request = {.csr_len = 0};
    struct key *key = NULL;

    world_ok(key_create(KEY_P256, &key));
    ask_for(key, NEW, request.csr, &request.csr_len);
    key_destroy(key);
    assert_int_equal(renew(&request), verdict);
    return issued();
}

static void one_that_was_not_used_is_not_lost_to_another(void **state)
{
    (void)state;
    assert_int_equal(enrol(), ENROL_DONE);
    struct hash old = issued();
    struct hash first = renew_afresh(ENROL_DONE);
    assert_int_equal(alarms(), 0);
    struct hash second = renew_afresh(ENROL_DONE);
    assert_int_equal(alarms(), 1);
    assert_int_equal(known_by(NEW, &old), KIOSK_CURRENT);
    assert_int_equal(known_by(NEW, &first), KIOSK_FOLLOWS);
    assert_int_equal(known_by(NEW, &old), KIOSK_EARLIER);
    assert_int_equal(known_by(NEW, &second), KIOSK_EARLIER);
    assert_int_equal(standing_of(NEW, &second, -CIVIL_DAY_S), KIOSK_EARLIER); /* its real dates */
    assert_int_equal(known_by(NEW, &first), KIOSK_CURRENT);
}

static void so_many_are_issued_and_no_more(void **state)
{
    struct hash last = {{0}};
    (void)state;

    assert_int_equal(enrol(), ENROL_DONE);
    struct hash old = issued();
    for (int i = 0; i < KIOSK_NEXT_MAX; i++)
        last = renew_afresh(ENROL_DONE);
    world_clock(HOUR_S);
    (void)renew_afresh(ENROL_TOO_MANY);
    assert_int_equal(fixture.outcome.wait_s, KIOSK_NEXT_S - HOUR_S);
    assert_int_equal(alarms(), 1);
    world_clock(-HOUR_S); /* a clock that was set back */
    (void)renew_afresh(ENROL_TOO_MANY);
    assert_int_equal(fixture.outcome.wait_s, KIOSK_NEXT_S);
    assert_int_equal(known_by(NEW, &old), KIOSK_CURRENT);
    world_clock(KIOSK_NEXT_S);
    struct hash late = renew_afresh(ENROL_DONE);
    assert_int_equal(known_by(NEW, &last), KIOSK_EARLIER); /* it had its day */
    assert_int_equal(known_by(NEW, &old), KIOSK_CURRENT);
    assert_int_equal(known_by(NEW, &late), KIOSK_FOLLOWS);
}

static void a_platform_from_a_backup_takes_what_was_renewed_since(void **state)
{
    static const struct {
        const char *name;
        int64_t from_s; /* since the newest that this platform has issued */
        enum kiosk_standing standing;
    } rows[] = {
        {"as old as the one on record", 0, KIOSK_EARLIER},
        {"older", -HOUR_S, KIOSK_EARLIER},
        {"newer, as one that was stolen", HOUR_S, KIOSK_NEWER},
        {"newer than that, as the kiosk's own", 2 * HOUR_S, KIOSK_NEWER},
        {"the one before, again", HOUR_S, KIOSK_EARLIER},
        {"the one between, again", HOUR_S + 1, KIOSK_EARLIER},
        {"its own, with another hash", 2 * HOUR_S, KIOSK_EARLIER},
    };
    (void)state;

    assert_int_equal(enrol(), ENROL_DONE);
    struct hash record = issued();
    assert_int_equal(known_by(NEW, &record), KIOSK_CURRENT);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct hash hash = {{(uint8_t)(i + 1)}};
        print_message("  %s\n", rows[i].name);
        assert_int_equal(standing_of(NEW, &hash, rows[i].from_s - CIVIL_DAY_S), rows[i].standing);
    }
    assert_int_equal(known_by(NEW, &record), KIOSK_EARLIER);
    struct hash own = {{4}};
    assert_int_equal(known_by(NEW, &own), KIOSK_CURRENT);
    assert_int_equal(
        world_number(&fixture.world, "SELECT until_s FROM kiosks WHERE id = '" NEW "'"),
        WORLD_NOW_S + LIFE_S);
}

static void nothing_of_a_time_that_is_not_known_is_newer(void **state)
{
    struct hash hash = {{1}};
    (void)state;

    assert_int_equal(enrol(), ENROL_DONE);
    WORLD_DO(&fixture.world, store_run(fixture.world.platform.store,
                                       "UPDATE kiosks SET issued_s = 0", VALUES(V_NUMBER(0))));
    assert_int_equal(standing_of(NEW, &hash, HOUR_S), KIOSK_EARLIER);
}

static void enrolled_anew_nothing_from_before_counts(void **state)
{
    (void)state;
    assert_int_equal(enrol(), ENROL_DONE);
    struct hash old = issued();
    struct hash next = renew_afresh(ENROL_DONE);
    WORLD_DO(&fixture.world,
             invite_make(fixture.world.platform.store, NEW, WORLD_NOW_S + HOUR_S, &fixture.code));
    right_code();
    assert_int_equal(enrol(), ENROL_DONE);
    struct hash anew = issued();
    assert_int_equal(standing_of(NEW, &old, -CIVIL_DAY_S), KIOSK_EARLIER);
    assert_int_equal(standing_of(NEW, &next, -CIVIL_DAY_S), KIOSK_EARLIER);
    assert_int_equal(standing_of(NEW, &anew, -CIVIL_DAY_S), KIOSK_CURRENT);
}

static void who_is_disabled_stays_out_until_invited_again(void **state)
{
    struct store *store = fixture.world.platform.store;
    struct hash newer = {{1}};
    (void)state;

    assert_int_equal(enrol(), ENROL_DONE);
    struct hash old = issued();
    struct hash next = renew_afresh(ENROL_DONE);
    WORLD_DO(&fixture.world, kiosk_disable(store, NEW, WORLD_NOW_S));
    WORLD_DO(&fixture.world, kiosk_disable(store, NEW, WORLD_NOW_S)); /* again */
    assert_int_equal(known_by(NEW, &old), KIOSK_DISABLED);
    assert_int_equal(known_by(NEW, &next), KIOSK_DISABLED);
    assert_int_equal(standing_of(NEW, &newer, HOUR_S), KIOSK_DISABLED);
    assert_int_equal(enrol(), ENROL_KIOSK_UNKNOWN); /* the code from before */
    world_clock(LIFE_S);
    world_ok(enrol_round(&fixture.world.platform));
    assert_int_equal(alarms(), 0); /* it need not renew */
    world_clock(0);
    WORLD_DO(&fixture.world, invite_make(store, NEW, WORLD_NOW_S + HOUR_S, &fixture.code));
    right_code();
    assert_int_equal(enrol(), ENROL_DONE);
    struct hash anew = issued();
    assert_int_equal(known_by(NEW, &anew), KIOSK_CURRENT);
    assert_int_equal(known_by(NEW, &old), KIOSK_EARLIER);
}

static void nobody_cannot_be_disabled(void **state)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct store *store = fixture.world.platform.store;
    (void)state;

    world_ok(store_begin(store, &work));
    assert_int_equal(kiosk_disable(store, "nobody", WORLD_NOW_S).code, ERR_NOT_FOUND);
    world_ok(kiosk_disable(store, NEW, WORLD_NOW_S)); /* who is only invited is invited no more */
    assert_int_equal(kiosk_disable(store, NEW, WORLD_NOW_S).code, ERR_NOT_FOUND);
}

static void a_name_that_is_anothers_is_not_renewed(void **state)
{
    struct renew_request request = {.csr_len = 0};
    (void)state;

    assert_int_equal(enrol(), ENROL_DONE);
    ask_for(fixture.key, WORLD_KIOSK, request.csr, &request.csr_len);
    assert_int_equal(renew(&request), ENROL_CSR_BAD);
}

static void who_does_not_renew_in_time_is_an_alarm(void **state)
{
    static const char count[] = "SELECT count(*) FROM alarms WHERE word = 'certificate_ends'";
    static const struct {
        const char *name;
        int64_t after_s;
        int64_t alarms;
    } rows[] = {
        {"young", 0, 0},
        {"due, which the kiosk sees to", LIFE_S * 3 / 4, 0},
        {"late", LIFE_S * 23 / 24, 1},
        {"ended", LIFE_S + HOUR_S, 1},
        {"ended long ago: that kiosk is gone", LIFE_S + ENROL_FORGOTTEN_S + HOUR_S, 0},
    };
    (void)state;

    assert_int_equal(enrol(), ENROL_DONE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("  %s\n", rows[i].name);
        world_clock(rows[i].after_s);
        world_ok(enrol_round(&fixture.world.platform));
        assert_int_equal(world_number(&fixture.world, count), rows[i].alarms);
        WORLD_DO(&fixture.world, store_run(fixture.world.platform.store, "DELETE FROM alarms",
                                           VALUES(V_NUMBER(0))));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_has_the_tls_key_alone_renews_nothing),
        TEST(nor_does_a_kiosk_whose_device_key_nobody_knows),
        TEST(both_count_until_the_next_is_used),
        TEST(one_that_was_not_used_is_not_lost_to_another),
        TEST(so_many_are_issued_and_no_more),
        TEST(a_platform_from_a_backup_takes_what_was_renewed_since),
        TEST(nothing_of_a_time_that_is_not_known_is_newer),
        TEST(enrolled_anew_nothing_from_before_counts),
        TEST(who_is_disabled_stays_out_until_invited_again),
        TEST(nobody_cannot_be_disabled),
        TEST(a_name_that_is_anothers_is_not_renewed),
        TEST(who_does_not_renew_in_time_is_an_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
