#include "tests/unit/unit.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/pki/issue.h"
#include "kiosk/pki/seal.h"

static char folder[] = "/tmp/test_seal.XXXXXX";
static char private_path[64], public_path[64], other_path[64], curve_path[64], odd_path[64];
static struct seal_key *private_key, *other_key;
static const uint8_t *public_key, *other_public_key;

static void make_pair(enum key_kind kind, const char *path, const char *public_half)
{
    struct key *key = NULL;
    assert_int_equal(key_create(kind, &key).code, ERR_NONE);
    assert_int_equal(key_save(key, path).code, ERR_NONE);
    if (public_half != NULL)
        assert_int_equal(key_save_public(key, public_half).code, ERR_NONE);
    key_destroy(key);
}

static int make_keys(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(private_path, sizeof(private_path), "%s/platform.key", folder);
    (void)snprintf(public_path, sizeof(public_path), "%s/platform.pub", folder);
    (void)snprintf(other_path, sizeof(other_path), "%s/other.key", folder);
    (void)snprintf(curve_path, sizeof(curve_path), "%s/curve.key", folder);
    (void)snprintf(odd_path, sizeof(odd_path), "%s/odd.key", folder);
    make_pair(KEY_ED25519, private_path, public_path);
    make_pair(KEY_ED25519, other_path, NULL);
    make_pair(KEY_P256, curve_path, NULL);
    assert_int_equal(seal_key_create(private_path, &private_key).code, ERR_NONE);
    assert_int_equal(seal_key_create(other_path, &other_key).code, ERR_NONE);
    public_key = seal_key_public(private_key);
    other_public_key = seal_key_public(other_key);
    return 0;
}

static int wipe_keys(void **state)
{
    (void)state;
    const char *paths[] = {private_path, public_path, other_path, curve_path, odd_path};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        (void)unlink(paths[i]);
    (void)rmdir(folder);
    seal_key_destroy(private_key);
    seal_key_destroy(other_key);
    seal_key_destroy(NULL);
    return 0;
}

static struct seal_message document(void)
{
    return (struct seal_message){.context = "certkiosk-document-1",
                                 .parts = {"k-1", "order", "o-1", "7"},
                                 .body = {(const uint8_t *)"{\"a\":1}", 7}};
}

static void other_context(struct seal_message *message)
{
    message->context = "certkiosk-ack-1";
}
static void other_part(struct seal_message *message)
{
    message->parts[3] = "8";
}
static void fewer_parts(struct seal_message *message)
{
    message->parts[3] = NULL;
}
static void moved_border(struct seal_message *message)
{
    message->parts[1] = "orde";
    message->parts[2] = "ro-1";
}
static void other_body(struct seal_message *message)
{
    message->body.at = (const uint8_t *)"{\"a\":2}";
}
static void shorter_body(struct seal_message *message)
{
    message->body.len--;
}
static void empty_body(struct seal_message *message)
{
    message->body = (struct bytes){NULL, 0};
}

static void a_seal_is_over_this_message_alone(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct seal_message *);
    } rows[] = {
        {"another kind of message", other_context},
        {"another version", other_part},
        {"a part less", fewer_parts},
        {"a border that moved", moved_border},
        {"another body", other_body},
        {"a shorter body", shorter_body},
        {"no body", empty_body},
    };
    (void)state;
    struct seal_message message = document();
    uint8_t seal[SEAL_LEN];
    assert_int_equal(seal_sign(private_key, &message, seal).code, ERR_NONE);
    struct bytes whole = {seal, sizeof(seal)};
    assert_int_equal(seal_verify(public_key, &message, whole).code, ERR_NONE);
    assert_int_equal(seal_verify(other_public_key, &message, whole).code, ERR_DENIED);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        message = document();
        rows[i].change(&message);
        if (seal_verify(public_key, &message, whole).code != ERR_DENIED)
            fail_msg("%s passed", rows[i].what);
    }
}

static void a_changed_seal_is_none(void **state)
{
    (void)state;
    struct seal_message message = document();
    uint8_t seal[SEAL_LEN];
    assert_int_equal(seal_sign(private_key, &message, seal).code, ERR_NONE);
    assert_int_equal(seal_verify(public_key, &message, (struct bytes){seal, 63}).code, ERR_DENIED);
    assert_int_equal(seal_verify(public_key, &message, (struct bytes){NULL, 0}).code, ERR_DENIED);
    seal[10] ^= 1;
    assert_int_equal(seal_verify(public_key, &message, (struct bytes){seal, SEAL_LEN}).code,
                     ERR_DENIED);
}

static void the_bytes_that_are_signed_are_as_the_header_says(void **state)
{
    (void)state;
    static const char text[] = "certkiosk-document-1\0k-1\0order\0o-1\0"
                               "7\0{\"a\":1}";
    struct seal_message message = document();
    uint8_t seal[SEAL_LEN];
    assert_int_equal(seal_sign(private_key, &message, seal).code, ERR_NONE);

    /* The same seal by another way: no parts, all of them in front of the body. */
    struct seal_message flat = {.context = "certkiosk-document-1",
                                .body = {(const uint8_t *)text + 21, sizeof(text) - 1 - 21}};
    assert_int_equal(seal_verify(public_key, &flat, (struct bytes){seal, SEAL_LEN}).code, ERR_NONE);
}

static void an_id_is_of_the_public_half(void **state)
{
    char id[SEAL_KEY_ID_SIZE];
    (void)state;
    assert_int_equal(strlen(seal_key_id(private_key)), SEAL_KEY_ID_SIZE - 1);
    seal_public_id(public_key, id);
    assert_string_equal(seal_key_id(private_key), id);
    assert_string_not_equal(id, seal_key_id(other_key));
}

static void a_public_key_cannot_sign(void **state)
{
    struct seal_message message = document();
    struct seal_key *half = NULL;
    uint8_t seal[SEAL_LEN] = {7};
    (void)state;
    assert_int_equal(seal_key_create(public_path, &half).code, ERR_NONE);
    assert_string_equal(seal_key_id(half), seal_key_id(private_key));
    assert_int_equal(seal_sign(half, &message, seal).code, ERR_UNSUPPORTED);
    assert_int_equal(seal[0], 7);
    seal_key_destroy(half);
}

static void a_body_has_a_limit(void **state)
{
    (void)state;
    struct seal_message message = document();
    uint8_t seal[SEAL_LEN];
    message.body.len = SEAL_BODY_MAX + 1;
    assert_int_equal(seal_sign(private_key, &message, seal).code, ERR_NO_ROOM);
    assert_int_equal(seal_verify(public_key, &message, (struct bytes){seal, SEAL_LEN}).code,
                     ERR_NO_ROOM);
}

static void only_ed25519_keys_are_read(void **state)
{
    (void)state;
    struct seal_key *none = NULL;
    FILE *file = fopen(odd_path, "w");
    assert_non_null(file);
    (void)fputs("no key\n", file);
    (void)fclose(file);
    assert_int_equal(seal_key_create(odd_path, &none).code, ERR_MALFORMED);
    assert_int_equal(seal_key_create(curve_path, &none).code, ERR_UNSUPPORTED);
    assert_int_equal(seal_key_create("/nonexistent/key", &none).code, ERR_IO);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seal_is_over_this_message_alone),
        cmocka_unit_test(a_changed_seal_is_none),
        cmocka_unit_test(the_bytes_that_are_signed_are_as_the_header_says),
        cmocka_unit_test(an_id_is_of_the_public_half),
        cmocka_unit_test(a_public_key_cannot_sign),
        cmocka_unit_test(a_body_has_a_limit),
        cmocka_unit_test(only_ed25519_keys_are_read),
    };
    return cmocka_run_group_tests(tests, make_keys, wipe_keys);
}
