/*
 * A kiosk's way in, under every power cut, kill -9 and trouble of the platform's disk: the invite,
 * the certificate for its code, the next certificate, a second next one, which is an alarm, the
 * first use of the next one, and the kiosk shut out. See sweep.h for what is asked.
 */
#include "kiosk/core/civil.h"
#include "kiosk/pki/client.h"
#include "sync/gateway/enrol.h"
#include "sync/gateway/invites.h"
#include "tests/power/gateway_store.h"

#define SPARSE 37 /* points left out under a sanitizer */
#define NEW "hall-9"
#define LIFE_S (INT64_C(800) * CIVIL_DAY_S)
#define RENEWED_S CIVIL_DAY_S /* after the enrolment; so the certificates differ in their ends */
#define RENEWED_UNTIL "1849206400" /* WORLD_NOW_S + RENEWED_S + LIFE_S */
#define IS_DISABLED "(SELECT count(*) FROM kiosks WHERE id = '" NEW "' AND disabled_s <> 0)"

enum enrol_step { INVITE, ENROL, RENEW, RENEW_OTHER, USE, DISABLE, ENROL_STEP_COUNT };

static struct issue_ca *ca;
static struct enrol_request request; /* with the code that is drawn each time */
static struct renew_request renewal, other_renewal;

/* The linker's names. NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming) */
ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags);

/* The same salt and code each time: what is known of one disk fits another. */
ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags)
{
    (void)flags;
    memset(out, 7, len);
    return (ssize_t)len;
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

static void key_done(struct key **key)
{
    key_destroy(*key);
}

static void ask(uint8_t *out_csr, size_t *out_len)
{
    CLEANUP(key_done) struct key *key = NULL;
    must(key_create(KEY_P256, &key));
    must(client_request(key, NEW, out_csr, out_len));
}

static void prepare_enrol(void)
{
    prepare_platform();
    world.platform.client_ca = ca;
    world.platform.certificate_s = LIFE_S;
}

/* --- the steps -------------------------------------------------------------------------------- */

static unsigned count(size_t i)
{
    static const char *const sql[ENROL_STEP_COUNT] = {
        [INVITE] = "SELECT count(*) + " IS_DISABLED " FROM invites",
        [ENROL] = "SELECT count(*) FROM kiosks WHERE id = '" NEW "'",
        [RENEW] = "SELECT count(*) + (SELECT count(*) FROM nexts WHERE until_s = " RENEWED_UNTIL ")"
                  " FROM kiosks WHERE until_s = " RENEWED_UNTIL,
        [RENEW_OTHER] = "SELECT coalesce(sum(count), 0) FROM alarms WHERE kiosk = '" NEW "'",
        [USE] = "SELECT count(*) FROM kiosks WHERE until_s = " RENEWED_UNTIL,
        [DISABLE] = "SELECT " IS_DISABLED,
    };
    int64_t found = number(sql[i]);
    return found < 0 ? 0 : (unsigned)found;
}

static struct err invite(void)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct code code;
    struct err e = store_begin(world.platform.store, &work);
    if (!failed(e))
        e = invite_make(world.platform.store, NEW, WORLD_NOW_S + CIVIL_DAY_S, &code);
    if (!failed(e))
        code_print(&code, request.code);
    return failed(e) ? e : transaction_commit(&work);
}

/* The answer is what stands; a repeat of the request gets the same. */
static struct err check_answer(struct err e, const struct enrol_outcome *outcome, const char *sql)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct hash hash;
    bool stands = false;
    if (failed(e))
        return e;
    if (outcome->verdict != ENROL_DONE)
        return ERR(ERR_CONFLICT, outcome->verdict, "verdict");
    hash = hash_of((struct bytes){outcome->answer.certificate, outcome->answer.certificate_len});
    e = store_begin(world.platform.store, &work);
    if (!failed(e))
        e = store_has(world.platform.store, sql, VALUES(V_BLOB(hash.at, HASH_LEN)), &stands);
    return failed(e) || stands ? e : ERR(ERR_CONFLICT, 0, "another certificate stands");
}

static struct err enrol(void)
{
    struct enrol_outcome outcome = {.verdict = ENROL_VERDICT_COUNT};
    world_clock(0);
    struct err e = enrol_by_code(&world.platform, &request, &outcome);
    return check_answer(e, &outcome, "SELECT 1 FROM kiosks WHERE certificate = ?");
}

static struct err renew_with(const struct renew_request *with, struct enrol_outcome *out)
{
    struct err e = enrol_renew(&world.platform, NEW, with, out);
    return check_answer(e, out, "SELECT 1 FROM nexts WHERE hash = ?");
}

/* The kiosk comes with its next certificate, which it has from a repeated request. */
static struct err use_next(void)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct enrol_outcome outcome = {.verdict = ENROL_VERDICT_COUNT};
    struct kiosk_certificate shown = {.from_s = WORLD_NOW_S + RENEWED_S - CIVIL_DAY_S,
                                      .until_s = WORLD_NOW_S + RENEWED_S + LIFE_S};
    enum kiosk_standing standing = KIOSK_UNKNOWN;
    struct err e = renew_with(&renewal, &outcome);
    if (!failed(e))
        e = store_begin(world.platform.store, &work);
    if (failed(e))
        return e;
    shown.hash =
        hash_of((struct bytes){outcome.answer.certificate, outcome.answer.certificate_len});
    e = kiosk_judge(world.platform.store, NEW, &shown, &standing);
    if (!failed(e) && standing != KIOSK_FOLLOWS)
        e = ERR(ERR_CONFLICT, standing, "standing");
    return failed(e) ? e : transaction_commit(&work);
}

static struct err disable(void)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct err e = store_begin(world.platform.store, &work);
    if (!failed(e))
        e = kiosk_disable(world.platform.store, NEW, WORLD_NOW_S);
    return failed(e) ? e : transaction_commit(&work);
}

/* A code that is out is not drawn again, and what was superseded is not asked for. */
static struct err step(size_t i)
{
    struct enrol_outcome outcome = {.verdict = ENROL_VERDICT_COUNT};
    if ((i == INVITE && count(INVITE) > 0) || (i <= USE && count(USE) > 0))
        return ERR_OK;
    world_clock(RENEWED_S + (i == RENEW_OTHER ? 1 : 0));
    switch ((enum enrol_step)i) {
    case INVITE:
        return invite();
    case ENROL:
        return enrol();
    case RENEW:
        return renew_with(&renewal, &outcome);
    case RENEW_OTHER:
        return renew_with(&other_renewal, &outcome);
    case USE:
        return use_next();
    case DISABLE:
        return disable();
    case ENROL_STEP_COUNT:
        break;
    }
    return ERR(ERR_CONFLICT, 0, "step");
}

static bool agrees(size_t reached)
{
    static const int64_t nexts[ENROL_STEP_COUNT + 1] = {[RENEW + 1] = 1, [RENEW_OTHER + 1] = 2};
    bool is_in = reached > ENROL && reached <= DISABLE;
    return is_whole() &&
           number("SELECT count(*) FROM invites WHERE used_s > 0 AND request IS NOT NULL"
                  " AND certificate IS NOT NULL") == is_in &&
           number("SELECT count(*) FROM nexts") == nexts[reached];
}

/* --- the act ---------------------------------------------------------------------------------- */

static const struct scenario scenario = {"platform, enrolment and renewal",
                                         ENROL_STEP_COUNT,
                                         prepare_enrol,
                                         open_store,
                                         step,
                                         close_store,
                                         count,
                                         platform_stands,
                                         agrees,
                                         true};

static void no_cut_loses_or_doubles_or_halves(void **unused)
{
    (void)unused;
    sweep_all_cuts(&scenario, sweep_stride(SPARSE));
    sweep_second_cuts(&scenario);
}

static void no_trouble_of_the_disk_loses_or_doubles_or_halves(void **unused)
{
    (void)unused;
    sweep_all_troubles(&scenario, sweep_stride(SPARSE));
}

static void who_answers_before_he_commits_is_seen_to_lose(void **unused)
{
    (void)unused;
    sweep_hasty_program(&scenario, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cut_loses_or_doubles_or_halves),
        cmocka_unit_test(no_trouble_of_the_disk_loses_or_doubles_or_halves),
        cmocka_unit_test(who_answers_before_he_commits_is_seen_to_lose),
    };
    const struct issue_subject subject = {.cn = "clients"};
    const struct issue_term term = {WORLD_NOW_S - CIVIL_DAY_S, WORLD_NOW_S + 2 * LIFE_S};
    must(issue_root(&subject, term, &ca));
    (void)text_copy(request.kiosk, sizeof(request.kiosk), NEW);
    ask(request.csr, &request.csr_len);
    ask(renewal.csr, &renewal.csr_len);
    ask(other_renewal.csr, &other_renewal.csr_len);
    int status = run_on_disk("enrolment at the platform", tests, ARRAY_LEN(tests));
    issue_destroy(ca);
    return status;
}
