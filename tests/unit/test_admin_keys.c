#include "kiosk/app/admin_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

#define MASTER "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SHARED "010203040506070801020304050607080102030405060708"

static char path[] = "/tmp/admin-keys-XXXXXX";

/* Keys from a file with `content`, as the configuration has it. */
static struct err open_with(const char *content, mode_t mode, struct settings *settings,
                            struct admin_keys **out_keys, char *message)
{
    memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
    char *at =
        settings->token_master_cipher >= 0 ? settings->token_master_key : settings->token_admin_key;
    memcpy(at, path, sizeof(path));
    settings->path = "/none/kiosk.conf";
    struct err e = admin_keys_open(settings, out_keys, message);
    (void)unlink(path);
    return e;
}

static void assert_key(const struct token_admin *admin, const char *hex)
{
    uint8_t want[SECRET_LEN_MAX];
    struct bytes key = secret_reveal(&admin->key);
    assert_int_equal(key.len, strlen(hex) / 2);
    assert_false(failed(hex_parse(hex, want, key.len)));
    assert_memory_equal(key.at, want, key.len);
}

static void one_key_is_every_token_s(void **state)
{
    struct settings settings = {.token_master_cipher = -1, .token_admin_aes = true};
    struct admin_keys *keys = NULL;
    struct token_admin admin;
    char message[CONFIG_MESSAGE_MAX] = "";
    (void)state;

    assert_false(failed(open_with(SHARED "\n", 0644, &settings, &keys, message)));
    assert_false(failed(admin_keys_find(keys, "s1", &admin)));
    assert_key(&admin, SHARED);
    assert_true(admin.aes && !admin.diversified);
    admin_keys_destroy(keys);
}

static void each_token_has_a_key_of_its_own(void **state)
{
    struct settings settings = {.token_master_cipher = 0};
    struct admin_keys *keys = NULL;
    struct token_admin admin;
    struct token_admin other;
    char message[CONFIG_MESSAGE_MAX] = "";
    (void)state;

    assert_false(failed(open_with(MASTER "\n", 0600, &settings, &keys, message)));
    assert_false(failed(admin_keys_find(keys, "s10000001", &admin)));
    assert_key(&admin, "7afbef9b29a2efa7cbcb0251492fc79725ced6e38092fe34");
    assert_true(admin.diversified && !admin.aes);
    assert_false(failed(admin_keys_find(keys, "s10000002", &other)));
    assert_memory_not_equal(admin.key.at, other.key.at, admin.key.len);
    assert_int_equal(admin_keys_find(keys, "", &other).code, ERR_MALFORMED);
    admin_keys_destroy(keys);

    settings.token_master_cipher = 3;
    assert_false(failed(open_with(MASTER "\n", 0600, &settings, &keys, message)));
    assert_false(failed(admin_keys_find(keys, "s10000001", &admin)));
    assert_key(&admin, "b68593f78e61184b8dab43d8f4ef81e89a5270da2359d8aa743e7e6e0591b39b");
    assert_true(admin.diversified && admin.aes);
    admin_keys_destroy(keys);
    admin_keys_destroy(NULL);
}

/* clang-format off */
static const struct {
    const char *name;
    const char *content;
    bool master;
    mode_t mode;
    const char *wrong;
} refused[] = {
    {"an empty file is no key",                  "",                       false, 0600, "what it holds is something else"},
    {"nor are words",                            "the key of the house\n", false, 0600, "what it holds is something else"},
    {"nor a key of 17 bytes",                    SHARED "ab",              false, 0600, "what it holds is something else"},
    {"nor half a byte more",                     SHARED "a",               false, 0600, "what it holds is something else"},
    {"a master key has 32 bytes",                SHARED "\n",              true,  0600, "what it holds is something else"},
    {"and nothing behind them",                  MASTER "00\n",            true,  0600, "what it holds is something else"},
    {"a master key that others may read is none", MASTER "\n",             true,  0644, "not all who may read or change it should"},
};
/* clang-format on */

static void assert_said(const char *message, bool master, const char *file, const char *wrong)
{
    char want[CONFIG_MESSAGE_MAX];

    (void)snprintf(want, sizeof(want), "/none/kiosk.conf: [token] %s = %s: %s: %s",
                   master ? "master_key" : "admin_key", file, wrong,
                   master ? "a file with 64 hexadecimal digits that only its owner may read"
                          : "a file with 32, 48 or 64 hexadecimal digits, a key of 16, 24 or 32 "
                            "bytes");
    assert_string_equal(message, want);
}

static void a_file_that_is_no_key_is_named_with_what_is_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct settings settings = {.token_master_cipher = refused[i].master ? 0 : -1};
        struct admin_keys *keys = NULL;
        char message[CONFIG_MESSAGE_MAX] = "";

        print_message("  %s\n", refused[i].name);
        struct err e = open_with(refused[i].content, refused[i].mode, &settings, &keys, message);
        assert_int_equal(e.code, ERR_MALFORMED);
        assert_null(keys);
        assert_said(message, refused[i].master, path, refused[i].wrong);
    }
}

static void a_file_that_is_not_there_is_named_with_what_is_allowed(void **state)
{
    (void)state;
    for (int master = 0; master <= 1; master++) {
        struct settings settings = {.path = "/none/kiosk.conf"};
        struct admin_keys *keys = NULL;
        char message[CONFIG_MESSAGE_MAX] = "";

        memcpy(master ? settings.token_master_key : settings.token_admin_key, "/nope", 6);
        assert_int_equal(admin_keys_open(&settings, &keys, message).code, ERR_MALFORMED);
        assert_null(keys);
        assert_said(message, master, "/nope", "cannot be read: No such file or directory");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_key_is_every_token_s),
        cmocka_unit_test(each_token_has_a_key_of_its_own),
        cmocka_unit_test(a_file_that_is_no_key_is_named_with_what_is_allowed),
        cmocka_unit_test(a_file_that_is_not_there_is_named_with_what_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
