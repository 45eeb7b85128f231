/* The platform's keys: how the list is read, and which seal counts when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/config.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/issue.h"
#include "kiosk/pki/keyring.h"
#include "tests/unit/ring.h"
#include "tests/unit/unit.h"

#define A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define B "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DAYS "not_before = 2026-01-01\nnot_after = 2036-01-01\n"
#define ALLOWED_DATE "a date as YYYY-MM-DD, from 1970 on"

/* clang-format off */
static const struct {
    const char *name;
    const char *text;
    const char *says; /* NULL: taken */
} lists[] = {
    {"one key", "[key1]\npublic = " A "\n" DAYS, NULL},
    {"two keys, one revoked", "[key1]\npublic = " A "\n" DAYS "[key2]\npublic = " B "\n" DAYS "revoked = yes\n", NULL},
    {"a place left out", "[key3]\npublic = " A "\n" DAYS, NULL},
    {"nothing", "", "p.keys: [key1] is missing: at least one key of the platform"},
    {"words", "hello\n", "p.keys:1: neither \"[section]\" nor \"key = value\""},
    {"a PEM file", "-----BEGIN PUBLIC KEY-----\n", "p.keys:1: neither \"[section]\" nor \"key = value\""},
    {"a key too many", "[key9]\npublic = " A "\n" DAYS, "p.keys:2: there is no section [key9]; allowed: key1, key2, key3, key4, key5, key6, key7, key8"},
    {"a word that is none", "[key1]\npublik = " A "\n" DAYS, "p.keys:2: [key1] has no key \"publik\"; allowed: public, not_before, not_after, revoked"},
    {"no key", "[key1]\n" DAYS, "p.keys: [key1] public: 64 hexadecimal digits, a raw Ed25519 key"},
    {"a short key", "[key1]\npublic = 0011\n" DAYS, "p.keys: [key1] public: 64 hexadecimal digits, a raw Ed25519 key"},
    {"a letter that is no digit", "[key1]\npublic = x0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n" DAYS, "p.keys: [key1] public: 64 hexadecimal digits, a raw Ed25519 key"},
    {"a day that there is not", "[key1]\npublic = " A "\nnot_before = 2026-02-30\nnot_after = 2036-01-01\n", "p.keys:3: [key1] not_before = 2026-02-30: " ALLOWED_DATE},
    {"no days", "[key1]\npublic = " A "\n", "p.keys: [key1] not_before, not_after: two days, the first one earlier"},
    {"an end before the beginning", "[key1]\npublic = " A "\nnot_before = 2036-01-01\nnot_after = 2026-01-01\n", "p.keys: [key1] not_before, not_after: two days, the first one earlier"},
    {"a key twice", "[key1]\npublic = " A "\n" DAYS "[key2]\npublic = " A "\n" DAYS, "p.keys: [key2] public: stands before; a key may stand once"},
    {"a line twice", "[key1]\npublic = " A "\npublic = " B "\n" DAYS, "p.keys:3: [key1] public stands twice; a key may stand once"},
    {"a maybe", "[key1]\npublic = " A "\n" DAYS "revoked = perhaps\n", "p.keys:5: [key1] revoked = perhaps: yes or no"},
};
/* clang-format on */

static void a_list_is_taken_whole_or_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        struct keyring ring = {.count = 77};
        char message[CONFIG_MESSAGE_MAX] = "";
        print_message("  %s\n", lists[i].name);
        struct err e = keyring_parse("p.keys", lists[i].text, &ring, message);
        assert_int_equal(e.code, lists[i].says == NULL ? ERR_NONE : ERR_MALFORMED);
        if (lists[i].says == NULL)
            continue;
        assert_string_equal(message, lists[i].says);
        assert_int_equal(ring.count, 77);
    }
}

static void a_list_is_read_with_its_days_in_beijing(void **state)
{
    struct keyring ring = {.count = 0};
    char message[CONFIG_MESSAGE_MAX] = "";
    (void)state;
    assert_false(failed(keyring_parse("p.keys", lists[1].text, &ring, message)));
    assert_int_equal(ring.count, 2);
    assert_int_equal(ring.keys[0].not_before_s, 1767225600 - 8 * 3600);
    assert_int_equal(ring.keys[0].not_after_s, 2082758400 - 8 * 3600);
    assert_false(ring.keys[0].revoked);
    assert_true(ring.keys[1].revoked);
    assert_ptr_equal(keyring_find(&ring, ring.keys[1].id), &ring.keys[1]);
    assert_null(keyring_find(&ring, "0123456789abcdef"));
    assert_null(keyring_find(&ring, ""));
}

static void a_list_that_is_not_there_says_so(void **state)
{
    struct keyring ring;
    char message[CONFIG_MESSAGE_MAX] = "";
    (void)state;
    assert_int_equal(keyring_read("/nonexistent/p.keys", &ring, message).code, ERR_IO);
    assert_non_null(strstr(message, "/nonexistent/p.keys: cannot be read"));
}

#define FROM_S 1000
#define UNTIL_S 2000

static void is_revoked(struct keyring *ring)
{
    ring->keys[0].revoked = true;
}

static void is_forgotten(struct keyring *ring)
{
    ring->count = 0;
}

static void another_key_of_that_id(struct keyring *ring)
{
    ring->keys[0].public_key[0] ^= 1;
}

/* clang-format off */
static const struct {
    const char *name;
    int64_t now_s;
    void (*change)(struct keyring *);
    bool arriving, stored;
} moments[] = {
    {"in its validity a seal counts",                      1500,       NULL, true, true},
    {"in its first second",                                FROM_S,     NULL, true, true},
    {"a second before, nothing arrives",                   FROM_S - 1, NULL, false, true},
    {"in 1970, with nothing proven, neither",              0,          NULL, false, true},
    {"in its last second",                                 UNTIL_S - 1, NULL, true, true},
    {"at its end nothing arrives, what is there stays",    UNTIL_S,    NULL, false, true},
    {"in 2099 the same",                                   4080000000, NULL, false, true},
    {"a revoked key counts for nothing",                   1500,       is_revoked, false, false},
    {"nor does one that is not known",                     1500,       is_forgotten, false, false},
    {"nor another key by its id",                          1500,       another_key_of_that_id, false, false},
};
/* clang-format on */

static void a_seal_counts_when_its_key_does(void **state)
{
    char path[] = "/tmp/test_keyring.XXXXXX";
    struct key *pair = NULL;
    struct seal_key *key = NULL;
    uint8_t seal[SEAL_LEN];
    const struct seal_message message = {.context = "c", .body = {(const uint8_t *)"b", 1}};
    (void)state;

    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_false(failed(key_create(KEY_ED25519, &pair)));
    assert_false(failed(key_save(pair, path)));
    assert_false(failed(seal_key_create(path, &key)));
    assert_false(failed(seal_sign(key, &message, seal)));
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        struct keyring ring = ring_of(key);
        ring.keys[0].not_before_s = FROM_S;
        ring.keys[0].not_after_s = UNTIL_S;
        if (moments[i].change != NULL)
            moments[i].change(&ring);
        print_message("  %s\n", moments[i].name);
        struct err arriving =
            keyring_verify_arriving(&ring, moments[i].now_s, seal_key_id(key), &message, seal);
        struct err stored = keyring_verify_stored(&ring, seal_key_id(key), &message, seal);
        assert_int_equal(arriving.code, moments[i].arriving ? ERR_NONE : ERR_DENIED);
        assert_int_equal(stored.code, moments[i].stored ? ERR_NONE : ERR_DENIED);
    }
    seal_key_destroy(key);
    key_destroy(pair);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_taken_whole_or_refused_with_a_reason),
        cmocka_unit_test(a_list_is_read_with_its_days_in_beijing),
        cmocka_unit_test(a_list_that_is_not_there_says_so),
        cmocka_unit_test(a_seal_counts_when_its_key_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
