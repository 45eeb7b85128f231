/* The kiosk's own key: made once, kept to itself; what is derived is compared with what the openssl
 * program derives from the documented bytes. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/device_key.h"
#include "kiosk/pki/issue.h"
#include "tests/unit/file_room.h"
#include "tests/unit/foreign_kdf.h"

/* RFC 8410, 10.3, and the 32 bytes in it. */
#define SAMPLE_PEM \
    "-----BEGIN PRIVATE KEY-----\n" \
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n" \
    "-----END PRIVATE KEY-----\n"
#define SAMPLE_HEX "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"
#define SAMPLE_PUBLIC_PEM \
    "-----BEGIN PUBLIC KEY-----\n" \
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n" \
    "-----END PUBLIC KEY-----\n"

static const struct hash some_hash = {{1, 2, 3}};

static struct device_key *opened(void)
{
    struct device_key *key = NULL;
    assert_int_equal(device_key_open(path, &key).code, ERR_NONE);
    return key;
}

static void a_key_is_made_once_and_for_its_owner(void **state)
{
    (void)state;
    struct stat facts;
    struct device_key *key = NULL;
    assert_int_equal(device_key_open(path, &key).code, ERR_NOT_FOUND);
    assert_null(key);
    assert_int_equal(device_key_make(path).code, ERR_NONE);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & ALLPERMS, 0600);
    assert_int_equal(device_key_make(path).code, ERR_CONFLICT);
    device_key_destroy(opened());
}

static void what_is_no_key_of_a_kiosk_is_refused(void **state)
{
    static const struct {
        const char *what, *text;
        mode_t mode;
        enum err_code expected;
    } rows[] = {
        {"one that its owner alone may read", SAMPLE_PEM, 0600, ERR_NONE},
        {"one that nobody may change", SAMPLE_PEM, 0400, ERR_NONE},
        {"one that the group may read", SAMPLE_PEM, 0640, ERR_DENIED},
        {"one that others may read", SAMPLE_PEM, 0604, ERR_DENIED},
        {"a public key", SAMPLE_PUBLIC_PEM, 0600, ERR_MALFORMED},
        {"an empty file", "", 0600, ERR_MALFORMED},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct device_key *key = NULL;
        put(rows[i].text, rows[i].mode);
        struct err e = device_key_open(path, &key);
        if (e.code != rows[i].expected || (key != NULL) != (e.code == ERR_NONE))
            fail_msg("%s: %s %s", rows[i].what, err_name(e.code), e.site ? e.site : "");
        device_key_destroy(key);
    }
}

static void a_key_of_another_kind_is_refused(void **state)
{
    (void)state;
    struct key *other = NULL;
    struct device_key *key = NULL;
    assert_int_equal(key_create(KEY_P256, &other).code, ERR_NONE);
    (void)unlink(path);
    assert_int_equal(key_save(other, path).code, ERR_NONE);
    key_destroy(other);
    assert_int_equal(device_key_open(path, &key).code, ERR_UNSUPPORTED);
    assert_null(key);
}

static void foreign_derive(const char *label, uint8_t out[DEVICE_DERIVED_LEN])
{
    char options[256];
    assert_true(text_print(options, sizeof(options),
                           "-kdfopt hexkey:" SAMPLE_HEX
                           " -kdfopt salt:certkiosk-device-1 -kdfopt info:%s HKDF",
                           label));
    foreign_kdf(options, DEVICE_DERIVED_LEN, out);
}

static void what_is_derived_is_what_another_program_derives(void **state)
{
    static const char *const labels[] = {"journal-bind", "personal", "x"};
    uint8_t before[DEVICE_DERIVED_LEN] = {0};
    (void)state;
    put(SAMPLE_PEM, 0600);
    struct device_key *key = opened();
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        uint8_t expected[DEVICE_DERIVED_LEN];
        struct secret derived = {.len = 0};
        assert_int_equal(device_key_derive(key, labels[i], &derived).code, ERR_NONE);
        foreign_derive(labels[i], expected);
        assert_int_equal(derived.len, DEVICE_DERIVED_LEN);
        assert_memory_equal(derived.at, expected, DEVICE_DERIVED_LEN);
        assert_memory_not_equal(derived.at, before, DEVICE_DERIVED_LEN);
        memcpy(before, derived.at, DEVICE_DERIVED_LEN);
    }
    device_key_destroy(key);
}

static struct device_head head_of(const char *kiosk, const char *epoch, uint64_t seq,
                                  const struct hash *hash)
{
    return (struct device_head){.kiosk = kiosk, .epoch = epoch, .seq = seq, .hash = hash};
}

static void a_head_is_signed_and_no_other_passes_for_it(void **state)
{
    static const struct hash other_hash = {{9}};
    const struct device_head signed_head = head_of("k1", "e1", 12, &some_hash);
    const struct {
        const char *what;
        struct device_head head;
    } rows[] = {
        {"another kiosk", head_of("k2", "e1", 12, &some_hash)},
        {"another epoch", head_of("k1", "e2", 12, &some_hash)},
        {"another seq", head_of("k1", "e1", 13, &some_hash)},
        {"another hash", head_of("k1", "e1", 12, &other_hash)},
    };
    uint8_t signature[SEAL_LEN];
    struct seal_key *public = NULL;
    (void)state;
    put(SAMPLE_PEM, 0600);
    struct device_key *key = opened();
    assert_int_equal(device_key_sign_head(key, &signed_head, signature).code, ERR_NONE);
    assert_int_equal(device_key_save_public(key, path).code, ERR_NONE);
    assert_int_equal(seal_key_create(path, &public).code, ERR_NONE);

    const struct bytes whole = {signature, sizeof(signature)};
    assert_int_equal(device_head_verify(seal_key_public(public), &signed_head, whole).code,
                     ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (device_head_verify(seal_key_public(public), &rows[i].head, whole).code != ERR_DENIED)
            fail_msg("it passed for %s", rows[i].what);
    }
    for (size_t i = 0; i < sizeof(signature); i++) {
        signature[i] ^= 1;
        assert_int_equal(device_head_verify(seal_key_public(public), &signed_head, whole).code,
                         ERR_DENIED);
        signature[i] ^= 1;
    }
    seal_key_destroy(public);
    device_key_destroy(key);
}

static void a_request_is_signed_and_nothing_else_passes_for_it(void **state)
{
    static const struct hash other_hash = {{1, 2, 4}};
    static const struct device_head as_head = {"hall-1", "", 0, &some_hash};
    uint8_t signature[SEAL_LEN];
    struct seal_key *public = NULL;
    (void)state;
    put(SAMPLE_PEM, 0600);
    struct device_key *key = opened();
    assert_int_equal(device_key_sign_request(key, "hall-1", &some_hash, signature).code, ERR_NONE);
    assert_int_equal(device_key_save_public(key, path).code, ERR_NONE);
    assert_int_equal(seal_key_create(path, &public).code, ERR_NONE);
    const struct bytes whole = {signature, sizeof(signature)};
    const uint8_t *raw = seal_key_public(public);
    assert_int_equal(device_request_verify(raw, "hall-1", &some_hash, whole).code, ERR_NONE);
    assert_int_equal(device_request_verify(raw, "hall-2", &some_hash, whole).code, ERR_DENIED);
    assert_int_equal(device_request_verify(raw, "hall-1", &other_hash, whole).code, ERR_DENIED);
    assert_int_equal(device_request_verify(raw, "hall-1", &some_hash, (struct bytes){NULL, 0}).code,
                     ERR_DENIED);
    assert_int_equal(device_head_verify(raw, &as_head, whole).code, ERR_DENIED);
    seal_key_destroy(public);
    device_key_destroy(key);
}

static void the_public_half_tells_nothing_of_the_private_one(void **state)
{
    char text[512] = "";
    (void)state;
    put(SAMPLE_PEM, 0600);
    struct device_key *key = opened();
    assert_int_equal(device_key_save_public(key, path).code, ERR_NONE);
    device_key_destroy(key);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(read(fd, text, sizeof(text) - 1) > 0);
    (void)close(fd);
    assert_string_equal(text, SAMPLE_PUBLIC_PEM);
}

static int empty_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_is_made_once_and_for_its_owner),
        TEST(what_is_no_key_of_a_kiosk_is_refused),
        TEST(a_key_of_another_kind_is_refused),
        TEST(what_is_derived_is_what_another_program_derives),
        TEST(a_head_is_signed_and_no_other_passes_for_it),
        TEST(a_request_is_signed_and_nothing_else_passes_for_it),
        TEST(the_public_half_tells_nothing_of_the_private_one),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
