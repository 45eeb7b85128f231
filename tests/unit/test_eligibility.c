#include <string.h>

#include "kiosk/core/civil.h"
#include "kiosk/core/eligibility.h"
#include "tests/unit/unit.h"

#define EXPIRY_S 1782835199 /* 2026-06-30 23:59:59 in Beijing */
#define DAY CIVIL_DAY_S
#define LAST_DAY_S (EXPIRY_S + 1 - DAY)
#define TWO_SEALS_S 1639670400 /* 2021-12-17 */

struct row {
    const char *sentence;
    int64_t now_s;
    void (*given)(struct profile *, struct fact_certificate *, struct fact_account *);
    uint8_t tries;
    enum verdict verdict;
};

#define GIVEN(name, change) \
    static void name(struct profile *profile, struct fact_certificate *certificate, \
                     struct fact_account *account) \
    { \
        (void)profile; \
        (void)certificate; \
        (void)account; \
        change; \
    }
GIVEN(revoked, account->status = FACT_CERTIFICATE_REVOKED)
GIVEN(replaced, account->status = FACT_CERTIFICATE_REPLACED)
GIVEN(unknown, account->known = false)
GIVEN(forged, certificate->chain_ok = false)
GIVEN(not_offered, (void)strcpy(profile->services, "replace renewal"))
GIVEN(told_one_seal, account->seals = 1)
GIVEN(untold_seals, account->seals = 0)
GIVEN(issued_the_day_before, certificate->not_before_s = TWO_SEALS_S - 1)
GIVEN(issued_that_day, certificate->not_before_s = TWO_SEALS_S)
GIVEN(no_seal_rule, profile->renew_two_seals_from_s = 0; account->seals = 1)
GIVEN(always_open, profile->renew_opens_days = 0)

/* clang-format off */
static struct row rows[] = {
    {"a certificate in its window renews", EXPIRY_S - 30 * DAY, NULL, 5, VERDICT_OK},
    {"the window opens at midnight, 60 days before", LAST_DAY_S - 60 * DAY, NULL, 5, VERDICT_OK},
    {"a second earlier is too early", LAST_DAY_S - 60 * DAY - 1, NULL, 5, VERDICT_TOO_EARLY},
    {"without a window it is always open", EXPIRY_S - 900 * DAY, always_open, 5, VERDICT_OK},
    {"an expired one renews for a year", EXPIRY_S + 365 * DAY, NULL, 5, VERDICT_OK},
    {"a second later is too late", EXPIRY_S + 365 * DAY + 1, NULL, 5, VERDICT_TOO_LATE},
    {"a frozen token does not renew", EXPIRY_S, NULL, 0, VERDICT_PIN_BLOCKED},
    {"untold tries are no obstacle", EXPIRY_S, NULL, FACTS_TRIES_UNKNOWN, VERDICT_OK},
    {"a frozen token that is too early hears the date", EXPIRY_S - 90 * DAY, NULL, 0, VERDICT_TOO_EARLY},
    {"a revoked one does not renew", EXPIRY_S, revoked, 5, VERDICT_REVOKED},
    {"a revoked one is not told to come later", EXPIRY_S - 90 * DAY, revoked, 5, VERDICT_REVOKED},
    {"a replaced one does not renew", EXPIRY_S, replaced, 5, VERDICT_REPLACED},
    {"an unknown one does not renew", EXPIRY_S, unknown, 5, VERDICT_UNKNOWN},
    {"a forged one is foreign", EXPIRY_S, forged, 5, VERDICT_FOREIGN},
    {"a service is offered by its whole name only", EXPIRY_S, not_offered, 5, VERDICT_NOT_OFFERED},
    {"one seal by the platform's word goes by mail", EXPIRY_S, told_one_seal, 5, VERDICT_SINGLE_SEAL},
    {"one seal by its date goes by mail", EXPIRY_S, issued_the_day_before, 5, VERDICT_SINGLE_SEAL},
    {"two seals from that day on", EXPIRY_S, issued_that_day, 5, VERDICT_OK},
    {"untold seals go by the date", EXPIRY_S, untold_seals, 5, VERDICT_OK},
    {"without the rule seals do not matter", EXPIRY_S, no_seal_rule, 5, VERDICT_OK},
};
/* clang-format on */

static void run_row(void **state)
{
    const struct row *row = *state;
    struct profile profile = {.services = "renew query",
                              .renew_opens_days = 60,
                              .renew_late_days = 365,
                              .renew_two_seals_from_s = TWO_SEALS_S};
    struct fact_certificate certificate = {
        .chain_ok = true, .not_before_s = EXPIRY_S - 365 * DAY, .not_after_s = EXPIRY_S};
    struct fact_account account = {.known = true, .seals = 2};

    if (row->given != NULL)
        row->given(&profile, &certificate, &account);
    struct eligibility got =
        eligibility_of_renewal(&profile, &certificate, &account, row->tries, row->now_s);
    assert_int_equal(got.verdict, row->verdict);
    assert_int_equal(got.days_left, civil_days_between(row->now_s, EXPIRY_S));
}

static void a_certificate_of_no_profile_is_foreign(void **state)
{
    (void)state;
    struct fact_certificate certificate = {.chain_ok = true, .not_after_s = EXPIRY_S};
    struct fact_account account = {.known = true};
    struct eligibility got = eligibility_of_renewal(NULL, &certificate, &account, 5, EXPIRY_S);
    assert_int_equal(got.verdict, VERDICT_FOREIGN);
    assert_int_equal(got.days_left, 0);
}

static void a_renewal_adds_to_what_is_left(void **state)
{
    (void)state;
    assert_int_equal(eligibility_renewed_until(EXPIRY_S, 1, EXPIRY_S - 30 * DAY),
                     civil_add_years(EXPIRY_S, 1));
    assert_int_equal(eligibility_renewed_until(EXPIRY_S, 2, EXPIRY_S),
                     civil_add_years(EXPIRY_S, 2));
    assert_int_equal(eligibility_renewed_until(EXPIRY_S, 3, EXPIRY_S + DAY),
                     civil_add_years(EXPIRY_S + DAY, 3));
}

int main(void)
{
    struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 2];
    size_t count = sizeof(rows) / sizeof(rows[0]);

    for (size_t i = 0; i < count; i++) {
        tests[i] = (struct CMUnitTest){
            .name = rows[i].sentence, .test_func = run_row, .initial_state = &rows[i]};
    }
    tests[count] = (struct CMUnitTest)cmocka_unit_test(a_certificate_of_no_profile_is_foreign);
    tests[count + 1] = (struct CMUnitTest)cmocka_unit_test(a_renewal_adds_to_what_is_left);
    return cmocka_run_group_tests_name("eligibility", tests, NULL, NULL);
}
