#include "kiosk/app/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

#define NAMES "k.conf: [profiles] names = "
#define ALLOWED "names of files in assets/profiles: jingdezhen, norinco"

/* clang-format off */
static const struct {
    const char *name;
    const char *profiles;
    enum err_code want;
    uint8_t count;
    const char *says; /* the message */
} rows[] = {
    {"one profile", "norinco", ERR_NONE, 1, ""},
    {"both profiles that come along", "norinco jingdezhen", ERR_NONE, 2, ""},
    {"spaces around names", "  jingdezhen   norinco ", ERR_NONE, 2, ""},
    {"the same profile twice", "norinco norinco", ERR_MALFORMED, 0, NAMES "norinco norinco: \"norinco\" stands twice: " ALLOWED},
    {"a profile that is not there", "norinco foo", ERR_MALFORMED, 0, NAMES "norinco foo: there is no profile \"foo\": " ALLOWED},
    {"a path is no name", "../norinco", ERR_MALFORMED, 0, NAMES "../norinco: there is no profile \"../norinco\": " ALLOWED},
    {"nor is a path that leads back", "../profiles/norinco", ERR_MALFORMED, 0, NAMES "../profiles/norinco: there is no profile \"../profiles/norinco\": " ALLOWED},
};
/* clang-format on */

static void test_profiles_are_read_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct settings settings = {.path = "k.conf", .assets_dir = "assets", .screen_language = 1};
        struct flow_rules out = {.profile_count = 77};
        char message[CONFIG_MESSAGE_MAX] = "";

        print_message("  %s\n", rows[i].name);
        (void)text_copy(settings.profiles, sizeof(settings.profiles), rows[i].profiles);
        struct err e = rules_read(&settings, &out, message);
        assert_int_equal(e.code, rows[i].want);
        assert_string_equal(message, rows[i].says);
        assert_int_equal(out.profile_count, failed(e) ? 77 : rows[i].count);
        if (failed(e))
            continue;
        assert_int_equal(out.language, LANGUAGE_EN);
        assert_true(out.profiles[0].issuer[0] != '\0');
    }
}

/* Copies of one profile with issuers of their own, in a folder that is an assets folder. */
static void test_more_profiles_than_there_is_room_for_are_refused(void **state)
{
    (void)state;
    char dir[] = "/tmp/test-rules-XXXXXX";
    char path[128];
    char line[512];
    struct settings settings = {.path = "k.conf", .profiles = "p0 p1 p2 p3 p4"};
    struct flow_rules out = {.profile_count = 0};
    char message[CONFIG_MESSAGE_MAX] = "";

    assert_non_null(mkdtemp(dir));
    (void)text_print(path, sizeof(path), "%s/profiles", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    for (int i = 0; i < 5; i++) {
        FILE *from = fopen("assets/profiles/norinco.ini", "re");
        (void)text_print(path, sizeof(path), "%s/profiles/p%d.ini", dir, i);
        FILE *to = fopen(path, "we");
        assert_true(from != NULL && to != NULL);
        while (fgets(line, sizeof(line), from) != NULL) {
            if (strncmp(line, "issuer", 6) == 0)
                (void)text_print(line, sizeof(line), "issuer = CA %d\n", i < 4 ? i : 0);
            if (strncmp(line, "name", 4) == 0)
                (void)text_print(line, sizeof(line), "name = p%d\n", i);
            assert_true(fputs(line, to) >= 0);
        }
        assert_int_equal(fclose(from) | fclose(to), 0);
    }
    (void)text_copy(settings.assets_dir, sizeof(settings.assets_dir), dir);
    assert_int_equal(rules_read(&settings, &out, message).code, ERR_MALFORMED);
    assert_non_null(strstr(message, "k.conf: [profiles] names = p0 p1 p2 p3 p4: more than 4: "));
    (void)text_copy(settings.profiles, sizeof(settings.profiles), "p0 p4");
    assert_int_equal(rules_read(&settings, &out, message).code, ERR_MALFORMED);
    assert_non_null(strstr(message, "/profiles/p4.ini:"));
    assert_non_null(strstr(message, ": [profile] issuer = CA 0: that is the issuer of profile "
                                    "\"p0\" too: each profile has an issuer of its own"));
    (void)text_copy(settings.profiles, sizeof(settings.profiles), "p0 p1 p2 p3");
    assert_false(failed(rules_read(&settings, &out, message)));
    assert_int_equal(out.profile_count, FACTS_PROFILES_MAX);
    assert_string_equal(out.profiles[3].issuer, "CA 3");

    for (int i = 0; i < 5; i++) {
        (void)text_print(path, sizeof(path), "%s/profiles/p%d.ini", dir, i);
        assert_int_equal(unlink(path), 0);
    }
    (void)text_print(path, sizeof(path), "%s/profiles", dir);
    assert_int_equal(rmdir(path) | rmdir(dir), 0);
}

static void test_assets_that_are_not_there_are_named(void **state)
{
    struct settings settings = {.path = "k.conf", .assets_dir = "/nope", .profiles = "norinco"};
    struct flow_rules out = {.profile_count = 77};
    char message[CONFIG_MESSAGE_MAX] = "";
    (void)state;

    assert_int_equal(rules_read(&settings, &out, message).code, ERR_MALFORMED);
    assert_string_equal(message, "k.conf: [assets] dir = /nope: cannot be read: No such file or "
                                 "directory: the folder with profiles/, theme/ and words/");
    assert_int_equal(out.profile_count, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles_are_read_by_name),
        cmocka_unit_test(test_assets_that_are_not_there_are_named),
        cmocka_unit_test(test_more_profiles_than_there_is_room_for_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
