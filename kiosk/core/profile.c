#include "kiosk/core/profile.h"

#include <assert.h>
#include <string.h>

#define PRICE_FEN_MAX 10000000 /* ¥100,000: a slip of the finger, not a price */
#define AT(member) offsetof(struct profile, member)

/* clang-format off */
const struct config_row profile_rows[] = {
    /* section    key               type           min max                choices  offset              required */
    {"profile", "name",            CONFIG_TEXT,   1, PROFILE_NAME_SIZE,     NULL, AT(name),             true},
    {"profile", "title_zh",        CONFIG_TEXT,   1, PROFILE_TEXT_SIZE,     NULL, AT(title_zh),         true},
    {"profile", "title_en",        CONFIG_TEXT,   1, PROFILE_TEXT_SIZE,     NULL, AT(title_en),         true},
    {"profile", "hotline",         CONFIG_TEXT,   1, PROFILE_NAME_SIZE,     NULL, AT(hotline),          true},
    {"profile", "issuer",          CONFIG_TEXT,   1, PROFILE_TEXT_SIZE,     NULL, AT(issuer),           true},
    {"profile", "services",        CONFIG_TEXT,   1, PROFILE_TEXT_SIZE,     NULL, AT(services),         true},
    {"prices",  "pack",            CONFIG_NUMBER, 1, 1000000000,            NULL, AT(price_pack),       true},
    {"prices",  "as_of",           CONFIG_DATE,   0, 0,                     NULL, AT(prices_as_of_s),   true},
    {"renew",   "year_fen",        CONFIG_NUMBER, 1, PRICE_FEN_MAX,         NULL, AT(renew_year_fen),   true},
    {"renew",   "opens_days",      CONFIG_NUMBER, 0, 3650,                  NULL, AT(renew_opens_days), true},
    {"renew",   "late_days",       CONFIG_NUMBER, 0, 3650,                  NULL, AT(renew_late_days),  true},
    {"renew",   "terms_max",       CONFIG_NUMBER, 1, PROFILE_TERM_YEARS_MAX,NULL, AT(renew_terms_max),  true},
    {"renew",   "two_seals_from",  CONFIG_DATE,   0, 0,                     NULL, AT(renew_two_seals_from_s), false},
    {"renew",   "reviewed",        CONFIG_FLAG,   0, 0,                     NULL, AT(renew_reviewed),   true},
    {"renew",   "review_days",     CONFIG_NUMBER, 0, 365,                   NULL, AT(renew_review_days), false},
    {"renew",   "write_days",      CONFIG_NUMBER, 0, 365,                   NULL, AT(renew_write_days), false},
    {"gifts",   "two_years_fen",   CONFIG_NUMBER, 0, PRICE_FEN_MAX,         NULL, AT(gift_2y_fen),      false},
    {"gifts",   "three_years_fen", CONFIG_NUMBER, 0, PRICE_FEN_MAX,         NULL, AT(gift_3y_fen),      false},
    {"invoice", "days",            CONFIG_NUMBER, 0, 365,                   NULL, AT(invoice_days),     false},
};
/* clang-format on */
const size_t profile_row_count = ARRAY_LEN(profile_rows);

bool profile_offers(const struct profile *profile, const char *service)
{
    size_t len = strlen(service);

    for (const char *at = profile->services; *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (word == len && len > 0 && memcmp(at, service, len) == 0)
            return true;
        at += word;
        at += strspn(at, " ");
    }
    return false;
}

int64_t profile_renew_fen(const struct profile *profile, uint8_t years)
{
    assert(years >= 1 && years <= profile->renew_terms_max);
    return profile->renew_year_fen * years;
}
