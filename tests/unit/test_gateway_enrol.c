/* Kiosks that get their certificates, by code and by the one they have. */
#include "sync/gateway/enrol.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kiosk/pki/client.h"
#include "kiosk/pki/device_key.h"
#include "sync/gateway/invites.h"
#include "tests/unit/gateway_world.h"

#define NEW "hall-9"
#define WRONG_CODES 1000
#define HOUR_S INT64_C(3600)
#define LIFE_S (800 * INT64_C(86400))

struct fixture {
    struct world world;
    struct code code;
    struct key *key;
    struct device_key *device;
    uint8_t device_public[ENROL_DEVICE_KEY_LEN];
    struct enrol_request request;
    struct enrol_outcome outcome;
};

static struct fixture fixture;

static void ask_for(struct key *key, const char *name, uint8_t *csr, size_t *csr_len)
{
    world_ok(client_request(key, name, csr, csr_len));
}

static void make_device(struct fixture *f)
{
    char path[] = "/tmp/test_gateway_enrol.XXXXXX";
    struct seal_key *public = NULL;

    int fd = mkstemp(path);
    assert_true(fd >= 0 && close(fd) == 0 && unlink(path) == 0);
    world_ok(device_key_make(path));
    world_ok(device_key_open(path, &f->device));
    world_ok(seal_key_create(path, &public));
    memcpy(f->device_public, seal_key_public(public), ENROL_DEVICE_KEY_LEN);
    seal_key_destroy(public);
    assert_int_equal(unlink(path), 0);
}

static int set_up(void **state)
{
    struct fixture *f = &fixture;
    const struct issue_subject subject = {.cn = "clients"};
    const struct issue_term term = {WORLD_NOW_S - HOUR_S, WORLD_NOW_S + 2 * LIFE_S};
    (void)state;

    memset(f, 0, sizeof(*f));
    world_open(&f->world);
    world_ok(issue_root(&subject, term, &f->world.platform.client_ca));
    f->world.platform.certificate_s = LIFE_S;
    WORLD_DO(&f->world, invite_make(f->world.platform.store, NEW, WORLD_NOW_S + HOUR_S, &f->code));
    world_ok(key_create(KEY_P256, &f->key));
    (void)text_copy(f->request.kiosk, sizeof(f->request.kiosk), NEW);
    code_print(&f->code, f->request.code);
    ask_for(f->key, NEW, f->request.csr, &f->request.csr_len);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    key_destroy(fixture.key);
    device_key_destroy(fixture.device);
    issue_destroy(fixture.world.platform.client_ca);
    world_close(&fixture.world);
    return 0;
}

static enum enrol_verdict enrol(void)
{
    struct fixture *f = &fixture;

    memset(&f->outcome, 0xEE, sizeof(f->outcome));
    world_ok(enrol_by_code(&f->world.platform, &f->request, &f->outcome));
    return f->outcome.verdict;
}

static void wrong_code(void)
{
    struct code other = fixture.code;

    other.at[3] ^= 1;
    code_print(&other, fixture.request.code);
}

static void right_code(void)
{
    code_print(&fixture.code, fixture.request.code);
}

static struct hash issued(void)
{
    return hash_of(
        (struct bytes){fixture.outcome.answer.certificate, fixture.outcome.answer.certificate_len});
}

/* A certificate that began so long after WORLD_NOW_S shows up. */
static enum kiosk_standing standing_of(const char *kiosk, const struct hash *hash, int64_t from_s)
{
    const struct kiosk_certificate shown = {*hash, WORLD_NOW_S + from_s, WORLD_NOW_S + LIFE_S};
    enum kiosk_standing standing = KIOSK_UNKNOWN;

    WORLD_DO(&fixture.world, kiosk_judge(fixture.world.platform.store, kiosk, &shown, &standing));
    return standing;
}

/* One of the platform's own, from a day before anything here. */
static enum kiosk_standing known_by(const char *kiosk, const struct hash *hash)
{
    return standing_of(kiosk, hash, INT64_C(-2) * CIVIL_DAY_S);
}

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

static void sign_device(const char *kiosk, const uint8_t *csr, size_t csr_len, uint8_t *out)
{
    struct hash hash = hash_of((struct bytes){csr, csr_len});

    if (fixture.device == NULL)
        make_device(&fixture);
    world_ok(device_key_sign_request(fixture.device, kiosk, &hash, out));
}

static enum enrol_verdict enrol_signed(const char *kiosk, size_t csr_len)
{
    struct enrol_request *request = &fixture.request;

    sign_device(kiosk, request->csr, csr_len, request->device_proof);
    memcpy(request->device_key, fixture.device_public, ENROL_DEVICE_KEY_LEN);
    request->device_key_len = ENROL_DEVICE_KEY_LEN;
    request->device_proof_len = SEAL_LEN;
    return enrol();
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

static int64_t alarms(void)
{
    return world_number(&fixture.world, "SELECT count(*) FROM alarms");
}

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
