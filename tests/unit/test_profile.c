#include <stdio.h>
#include <string.h>

#include "kiosk/core/profile.h"
#include "kiosk/core/service.h"
#include "tests/unit/unit.h"

static struct profile read_profile(const char *path)
{
    struct profile profile;
    char message[CONFIG_MESSAGE_MAX] = "";

    memset(&profile, 0, sizeof(profile));
    struct err e =
        config_read(path, profile_rows, profile_row_count, &profile, sizeof(profile), message);
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
        cmocka_unit_test(a_price_of_nothing_is_refused),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
