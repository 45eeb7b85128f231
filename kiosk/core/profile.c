#include "kiosk/core/profile.h"

#include <assert.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/core/service.h"

#define PRICE_FEN_MAX 10000000 /* ¥100,000: a slip of the finger, not a price */
#define PHRASE_SIZE 256
#define SUFFIX ".ini"
#define AT(member) offsetof(struct profile, member)

/* clang-format off */
const struct config_row profile_rows[] = {
    /* section    key               type           min max                choices  offset              required */
    {"profile", "name",            CONFIG_NAME,   1, PROFILE_NAME_SIZE,     NULL, AT(name),             true},
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

/* Elsewhere, orders and journals name the profile; the configuration names its file. */
static struct err check_name(const char *path, const struct profile *profile, char *out_message)
{
    char allowed[PHRASE_SIZE];
    const char *slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    size_t len = strlen(profile->name);
    struct config_fault fault = {.path = path,
                                 .section = "profile",
                                 .key = "name",
                                 .value = profile->name,
                                 .wrong = "the file is named otherwise",
                                 .allowed = allowed};

    if (strncmp(file, profile->name, len) == 0 && strcmp(file + len, SUFFIX) == 0)
        return ERR_OK;
    (void)text_print(allowed, sizeof(allowed), "NAME, in the file NAME%s", SUFFIX);
    return config_refuse(&fault, out_message);
}

static struct err refuse_service(const char *path, const struct profile *profile, const char *name,
                                 char *out_message)
{
    char wrong[PHRASE_SIZE];
    char allowed[PHRASE_SIZE] = "names with spaces between them:";
    struct config_fault fault = {.path = path,
                                 .section = "profile",
                                 .key = "services",
                                 .value = profile->services,
                                 .wrong = wrong,
                                 .allowed = allowed};

    (void)text_print(wrong, sizeof(wrong), "there is no service \"%s\"", name);
    for (int i = 0; i < SERVICE_COUNT; i++) {
        size_t used = strlen(allowed);
        (void)text_print(allowed + used, sizeof(allowed) - used, " %s",
                         service_row((enum service)i)->name);
    }
    return config_refuse(&fault, out_message);
}

/* A slip in a name would hide the service without a word. */
static struct err check_services(const char *path, const struct profile *profile, char *out_message)
{
    char names[PROFILE_TEXT_SIZE];
    char *rest = NULL;
    enum service service = SERVICE_RENEW;

    (void)text_copy(names, sizeof(names), profile->services); /* same size */
    for (char *name = strtok_r(names, " ", &rest); name != NULL;
         name = strtok_r(NULL, " ", &rest)) {
        if (!service_by_name(name, &service))
            return refuse_service(path, profile, name, out_message);
    }
    return ERR_OK;
}

struct err profile_read(const char *path, struct profile *out_profile, char *out_message)
{
    struct profile profile = {0};
    struct err e =
        config_read(path, profile_rows, profile_row_count, &profile, sizeof(profile), out_message);

    if (!failed(e))
        e = check_name(path, &profile, out_message);
    if (!failed(e))
        e = check_services(path, &profile, out_message);
    if (!failed(e))
        *out_profile = profile;
    return e;
}

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
