#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/core/profile.h"
#include "kiosk/core/service.h"
#include "tests/unit/unit.h"

static struct profile read_profile(const char *path)
{
    struct profile profile;
    char message[CONFIG_MESSAGE_MAX] = "";

    memset(&profile, 0, sizeof(profile));
    struct err e = profile_read(path, &profile, message);
    assert_string_equal(message, "");
    assert_false(failed(e));
    return profile;
}

static void norinco_is_as_its_platform_says(void **state)
{
    (void)state;
    struct profile profile = read_profile("assets/profiles/norinco.ini");
    assert_string_equal(profile.name, "norinco");
    assert_string_equal(profile.hotline, "4000-555-811");
    assert_string_equal(profile.issuer, "certkiosk demo CA norinco");
    assert_int_equal(profile.renew_opens_days, 60);
    assert_int_equal(profile.renew_late_days, 365);
    assert_int_equal(profile.renew_two_seals_from_s, 1639670400);
    assert_int_equal(profile.renew_write_days, 7);
    assert_int_equal(profile.invoice_days, 5);
    assert_false(profile.renew_reviewed);
    assert_int_equal(profile_renew_fen(&profile, 1), 20000);
    assert_int_equal(profile_renew_fen(&profile, 3), 60000);
    assert_true(profile_offers(&profile, "renew"));
    assert_true(profile_offers(&profile, "change_pin"));
    assert_false(profile_offers(&profile, "collect"));
}

static void jingdezhen_is_as_its_platform_says(void **state)
{
    (void)state;
    struct profile profile = read_profile("assets/profiles/jingdezhen.ini");
    assert_string_equal(profile.name, "jingdezhen");
    assert_string_equal(profile.hotline, "4008566100");
    assert_string_equal(profile.issuer, "certkiosk demo CA jingdezhen");
    assert_true(profile.renew_reviewed);
    assert_int_equal(profile.renew_review_days, 1);
    assert_int_equal(profile.renew_two_seals_from_s, 0);
    assert_int_equal(profile.gift_2y_fen, 3000);
    assert_int_equal(profile.gift_3y_fen, 5000);
    assert_true(profile_offers(&profile, "collect"));
    assert_false(profile_offers(&profile, "renew_mail"));
}

/* Each word of [profile] services is a service: a slip there would hide one silently. */
static void profiles_name_only_services_that_exist(void **state)
{
    static const char *const paths[] = {"assets/profiles/norinco.ini",
                                        "assets/profiles/jingdezhen.ini"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct profile profile = read_profile(paths[i]);
        char *rest = profile.services;
        for (char *word = strtok_r(rest, " ", &rest); word != NULL;
             word = strtok_r(NULL, " ", &rest)) {
            enum service service;
            assert_true(service_by_name(word, &service));
            assert_string_equal(service_row(service)->name, word);
        }
    }
}

static void a_service_is_offered_by_its_whole_name(void **state)
{
    (void)state;
    struct profile profile = {.services = "renew_mail query"};
    assert_false(profile_offers(&profile, "renew"));
    assert_false(profile_offers(&profile, ""));
    assert_true(profile_offers(&profile, "query"));
}

#define SERVICES \
    "names with spaces between them: renew renew_mail replace collect change new unlock revoke " \
    "change_phone query change_pin"

/* clang-format off */
static const struct {
    const char *name;
    const char *key, *line; /* of norinco.ini: the line that starts so, and what stands instead */
    const char *says;       /* behind the path and the line's number */
} mistakes[] = {
    {"a service that there is not", "services", "services = renew foo", "[profile] services = renew foo: there is no service \"foo\": " SERVICES},
    {"a part of a service's name", "services", "services = rene", "[profile] services = rene: there is no service \"rene\": " SERVICES},
    {"services with commas", "services", "services = renew, query", "[profile] services = renew, query: there is no service \"renew,\": " SERVICES},
    {"another name than the file's", "name", "name = norinc", "[profile] name = norinc: the file is named otherwise: NAME, in the file NAME.ini"},
    {"a longer name than the file's", "name", "name = norinco2", "[profile] name = norinco2: the file is named otherwise: NAME, in the file NAME.ini"},
    {"a name with a path in it", "name", "name = ../norinco", "[profile] name = ../norinco: 1 to 32 of a-z, 0-9 and -"},
};
/* clang-format on */

/* norinco.ini with one line changed; its number. */
static int write_mistake(const char *path, const char *key, const char *line)
{
    char read[512];
    int at = 0;
    int changed = 0;
    FILE *from = fopen("assets/profiles/norinco.ini", "re");
    FILE *to = fopen(path, "we");

    assert_true(from != NULL && to != NULL);
    while (fgets(read, sizeof(read), from) != NULL) {
        at++;
        size_t len = strlen(key);
        bool hit = strncmp(read, key, len) == 0 && (read[len] == ' ' || read[len] == '=');
        changed = hit ? at : changed;
        assert_true(fprintf(to, "%s%s", hit ? line : read, hit ? "\n" : "") > 0);
    }
    assert_int_equal(fclose(from) | fclose(to), 0);
    assert_true(changed > 0);
    return changed;
}

static void what_would_be_taken_in_silence_is_said(void **state)
{
    char folder[] = "/tmp/test-profile-XXXXXX";
    char path[64];
    (void)state;

    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/norinco.ini", folder);
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        struct profile profile = {.renew_year_fen = 7};
        char message[CONFIG_MESSAGE_MAX] = "";
        char want[CONFIG_MESSAGE_MAX];

        print_message("  %s\n", mistakes[i].name);
        int line = write_mistake(path, mistakes[i].key, mistakes[i].line);
        assert_int_equal(profile_read(path, &profile, message).code, ERR_MALFORMED);
        (void)snprintf(want, sizeof(want), "%s:%d: %s", path, line, mistakes[i].says);
        assert_string_equal(message, want);
        assert_int_equal(profile.renew_year_fen, 7);
    }
    assert_int_equal(unlink(path) | rmdir(folder), 0);
}

static void a_price_of_nothing_is_refused(void **state)
{
    (void)state;
    struct profile profile = {.renew_year_fen = 7};
    char message[CONFIG_MESSAGE_MAX];
    struct err e = config_parse("p.ini", "[renew]\nyear_fen = 0\n", profile_rows, profile_row_count,
                                &profile, sizeof(profile), message);
    assert_int_equal(e.code, ERR_MALFORMED);
    assert_string_equal(message,
                        "p.ini:2: [renew] year_fen = 0: a whole number from 1 to 10000000");
    assert_int_equal(profile.renew_year_fen, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(norinco_is_as_its_platform_says),
        cmocka_unit_test(jingdezhen_is_as_its_platform_says),
        cmocka_unit_test(profiles_name_only_services_that_exist),
        cmocka_unit_test(a_service_is_offered_by_its_whole_name),
        cmocka_unit_test(what_would_be_taken_in_silence_is_said),
        cmocka_unit_test(a_price_of_nothing_is_refused),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
