#include "kiosk/core/eligibility.h"

#include "kiosk/core/civil.h"
#include "kiosk/core/service.h"

static int64_t midnight_before(int64_t at_s)
{
    struct civil day = civil_of(at_s);
    day.hour = day.minute = day.second = 0;
    return civil_seconds(&day);
}

/* Either source is enough: money taken for a token that cannot renew itself is worse than a
 * visitor who asks. */
static bool has_single_seal(const struct profile *profile,
                            const struct fact_certificate *certificate,
                            const struct fact_account *account)
{
    return profile->renew_two_seals_from_s != 0 &&
           (account->seals == 1 || certificate->not_before_s < profile->renew_two_seals_from_s);
}

static enum verdict verdict_of(const struct profile *profile,
                               const struct fact_certificate *certificate,
                               const struct fact_account *account)
{
    if (!account->known)
        return VERDICT_UNKNOWN;
    if (account->status == FACT_CERTIFICATE_REVOKED)
        return VERDICT_REVOKED;
    if (account->status == FACT_CERTIFICATE_REPLACED)
        return VERDICT_REPLACED;
    if (!profile_offers(profile, service_row(SERVICE_RENEW)->name))
        return VERDICT_NOT_OFFERED;
    if (has_single_seal(profile, certificate, account))
        return VERDICT_SINGLE_SEAL;
    return VERDICT_OK;
}

struct eligibility eligibility_of_renewal(const struct profile *profile,
                                          const struct fact_certificate *certificate,
                                          const struct fact_account *account, uint8_t tries_left,
                                          int64_t now_s)
{
    struct eligibility found = {.days_left = civil_days_between(now_s, certificate->not_after_s)};

    if (profile == NULL || !certificate->chain_ok) {
        found.verdict = VERDICT_FOREIGN;
        return found;
    }

    /* Whole days: who is told a date may come at any hour of it. */
    int64_t last_day_s = midnight_before(certificate->not_after_s);
    if (profile->renew_opens_days > 0)
        found.opens_s = last_day_s - profile->renew_opens_days * CIVIL_DAY_S;
    found.closes_s = last_day_s + (profile->renew_late_days + 1) * CIVIL_DAY_S;

    found.verdict = verdict_of(profile, certificate, account);
    if (found.verdict != VERDICT_OK)
        return found;
    if (now_s < found.opens_s) {
        found.verdict = VERDICT_TOO_EARLY;
    } else if (now_s >= found.closes_s) {
        found.verdict = VERDICT_TOO_LATE;
    } else if (tries_left == 0) {
        found.verdict = VERDICT_PIN_BLOCKED;
    }
    return found;
}

int64_t eligibility_renewed_until(int64_t old_not_after_s, uint8_t years, int64_t now_s)
{
    return civil_add_years(old_not_after_s > now_s ? old_not_after_s : now_s, years);
}
