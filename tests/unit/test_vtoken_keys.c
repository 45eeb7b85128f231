/* What the virtual token's keys and long commands do, checked with OpenSSL on the other side. */
#include "tests/unit/unit.h"

#include <string.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "hw/sim/vtoken_card.h"

#define RSA3072_LEN 384
#define SLOT 0x9E /* the one that wants no PIN */
#define COMMAND_MAX 8400
#define CAPACITY 3052
#define BLOCK_MAX 255
#define OBJECT_TAG 0x5FC105

struct fixture {
    struct vtoken_state *state;
    struct vtoken_card card;
    uint8_t reply[VTOKEN_REPLY_MAX];
    size_t reply_len;
};

static unsigned say(struct fixture *f, const uint8_t *command, size_t len)
{
    f->reply_len = vtoken_card_transmit(&f->card, (struct bytes){command, len}, f->reply);
    assert_true(f->reply_len >= 2);
    return (unsigned)f->reply[f->reply_len - 2] << 8 | f->reply[f->reply_len - 1];
}

/* One extended command: header, data, and all of the answer. */
static unsigned say_extended(struct fixture *f, uint32_t header, struct bytes data)
{
    uint8_t command[COMMAND_MAX];
    const uint8_t start[] = {(uint8_t)(header >> 24),
                             (uint8_t)(header >> 16 & 0xFF),
                             (uint8_t)(header >> 8 & 0xFF),
                             (uint8_t)(header & 0xFF),
                             0,
                             (uint8_t)(data.len >> 8 & 0xFF),
                             (uint8_t)(data.len & 0xFF)};
    assert_true(data.len + sizeof start + 2 <= sizeof command);
    memcpy(command, start, sizeof start);
    memcpy(command + sizeof start, data.at, data.len);
    memset(command + sizeof start + data.len, 0, 2);
    return say(f, command, sizeof start + data.len + 2);
}

/* The same in blocks of 255 bytes; the status word of the last one sent. */
static unsigned say_chained(struct fixture *f, uint32_t header, struct bytes data)
{
    unsigned sw = 0x9000;
    while (sw == 0x9000 && data.len > 0) {
        size_t len = data.len > BLOCK_MAX ? BLOCK_MAX : data.len;
        uint8_t command[5 + BLOCK_MAX] = {
            data.len > BLOCK_MAX ? 0x10 : 0x00, (uint8_t)(header >> 16 & 0xFF),
            (uint8_t)(header >> 8 & 0xFF), (uint8_t)(header & 0xFF), (uint8_t)len};
        memcpy(command + 5, data.at, len);
        sw = say(f, command, 5 + len);
        data = (struct bytes){data.at + len, data.len - len};
    }
    return sw;
}

static int fixture_up(void **state)
{
    static struct fixture fixture;
    static const uint8_t select_piv[] = {0x00, 0xA4, 0x04, 0x00, 0x05,
                                         0xA0, 0x00, 0x00, 0x03, 0x08};
    const struct vtoken_blank blank = {.key = VTOKEN_P256, .pin_tries = 5, .admin = VTOKEN_3DES};
    memset(&fixture, 0, sizeof fixture);
    assert_false(failed(vtoken_state_create(&blank, &fixture.state)));
    vtoken_card_init(&fixture.card, vtoken_model_find("yubikey57"), fixture.state);
    assert_int_equal(say(&fixture, select_piv, sizeof select_piv), 0x9000);
    *state = &fixture;
    return 0;
}

static int fixture_down(void **state)
{
    struct fixture *f = *state;
    vtoken_state_destroy(f->state);
    return 0;
}

static struct bytes response_of(const struct fixture *f, uint32_t tag)
{
    struct bytes inside = {NULL, 0};
    struct bytes value = {NULL, 0};
    struct bytes all = {f->reply, f->reply_len - 2};
    assert_true(vtoken_tlv_find(all, 0x7C, &inside));
    assert_true(vtoken_tlv_find(inside, tag, &value));
    return value;
}

/* SP 800-73pt2-5 appendix A.3, both sides of it. */
static void prove_admin_mutually(struct fixture *f, enum vtoken_algorithm algorithm)
{
    size_t len = vtoken_block_len(algorithm);
    uint8_t ask[] = {0x00, 0x87, (uint8_t)algorithm, 0x9B, 0x04, 0x7C, 0x02, 0x80, 0x00, 0x00};
    assert_int_equal(say(f, ask, sizeof ask), 0x9000);
    struct bytes witness = response_of(f, 0x80);
    assert_int_equal(witness.len, len);

    uint8_t template[64];
    struct vtoken_writer writer = {.at = template, .size = sizeof template};
    uint8_t challenge[VTOKEN_BLOCK_MAX];
    uint8_t clear[VTOKEN_BLOCK_MAX];
    uint8_t expected[VTOKEN_BLOCK_MAX];
    const EVP_CIPHER *cipher = algorithm == VTOKEN_3DES ? EVP_des_ede3_ecb() : EVP_aes_192_ecb();
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int out_len = 0;
    memset(challenge, 0x5A, sizeof challenge);
    assert_int_equal(EVP_DecryptInit_ex(context, cipher, NULL, f->state->admin_key, NULL), 1);
    assert_int_equal(EVP_CIPHER_CTX_set_padding(context, 0), 1);
    assert_int_equal(EVP_DecryptUpdate(context, clear, &out_len, witness.at, (int)len), 1);
    EVP_CIPHER_CTX_free(context);
    vtoken_put_header(&writer, 0x7C, 2 * (2 + len));
    vtoken_put_tlv(&writer, 0x80, (struct bytes){clear, len});
    vtoken_put_tlv(&writer, 0x81, (struct bytes){challenge, len});

    uint32_t header = 0x0087009BU | (uint32_t)algorithm << 8;
    assert_int_equal(say_extended(f, header, (struct bytes){template, writer.len}), 0x9000);
    assert_false(failed(vtoken_block_encrypt(algorithm, f->state->admin_key, challenge, expected)));
    struct bytes response = response_of(f, 0x82);
    assert_int_equal(response.len, len);
    assert_memory_equal(response.at, expected, len);
}

static void an_administrator_and_a_card_prove_the_key_to_each_other(void **state)
{
    struct fixture *f = *state;
    prove_admin_mutually(f, VTOKEN_3DES);
    f->state->admin_algorithm = VTOKEN_AES192;
    vtoken_random(f->state->admin_key, 24);
    prove_admin_mutually(f, VTOKEN_AES192);
    f->card.session.admin = false;
    f->state->admin_key[0] ^= 1;
    uint8_t ask[] = {0x00, 0x87, 0x0A, 0x9B, 0x04, 0x7C, 0x02, 0x80, 0x00, 0x00};
    assert_int_equal(say(f, ask, sizeof ask), 0x9000);
    uint8_t wrong[5 + 2 + 36] = {0x00, 0x87, 0x0A, 0x9B, 38, 0x7C, 0x24, 0x80, 0x10};
    wrong[5 + 2 + 18] = 0x81;
    wrong[5 + 2 + 19] = 0x10;
    assert_int_equal(say(f, wrong, sizeof wrong), 0x6982);
    assert_false(f->card.session.admin);
}

static EVP_PKEY *generate(struct fixture *f, enum vtoken_algorithm algorithm)
{
    uint8_t command[] = {0x00, 0x47, 0x00, SLOT, 0x05, 0xAC, 0x03, 0x80, 0x01, (uint8_t)algorithm};
    f->card.session.admin = true;
    unsigned sw = say(f, command, sizeof command);
    assert_true(sw == 0x9000 || (sw & 0xFF00) == 0x6100);
    return vtoken_state_key(f->state, SLOT)->pair;
}

static size_t sign(struct fixture *f, enum vtoken_algorithm algorithm, struct bytes input,
                   uint8_t out[VTOKEN_SIGNATURE_MAX])
{
    uint8_t template[450];
    struct vtoken_writer writer = {.at = template, .size = sizeof template};
    size_t inside = 2 + vtoken_header_len(0x81, input.len) + input.len;
    vtoken_put_header(&writer, 0x7C, inside);
    vtoken_put_header(&writer, 0x82, 0);
    vtoken_put_tlv(&writer, 0x81, input);
    uint32_t header = 0x00870000U | (uint32_t)algorithm << 8 | SLOT;
    assert_int_equal(say_extended(f, header, (struct bytes){template, writer.len}), 0x9000);
    struct bytes signature = response_of(f, 0x82);
    assert_true(signature.len <= VTOKEN_SIGNATURE_MAX);
    memcpy(out, signature.at, signature.len);
    return signature.len;
}

static void a_curve_key_signs_what_openssl_verifies(void **state)
{
    struct fixture *f = *state;
    static const enum vtoken_algorithm curves[] = {VTOKEN_P256, VTOKEN_P384};
    for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
        uint8_t digest[48];
        uint8_t signature[VTOKEN_SIGNATURE_MAX];
        size_t digest_len = curves[i] == VTOKEN_P256 ? 32 : 48;
        EVP_PKEY *pair = generate(f, curves[i]);
        vtoken_random(digest, sizeof digest);
        size_t len = sign(f, curves[i], (struct bytes){digest, digest_len}, signature);
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
        assert_int_equal(EVP_PKEY_verify_init(context), 1);
        assert_int_equal(EVP_PKEY_verify(context, signature, len, digest, digest_len), 1);
        digest[0] ^= 1;
        assert_int_not_equal(EVP_PKEY_verify(context, signature, len, digest, digest_len), 1);
        EVP_PKEY_CTX_free(context);
    }
}

static void rsa_key_works(struct fixture *f, enum vtoken_algorithm algorithm, size_t len)
{
    uint8_t block[RSA3072_LEN];
    uint8_t signature[VTOKEN_SIGNATURE_MAX];
    uint8_t back[RSA3072_LEN];
    size_t back_len = sizeof back;
    EVP_PKEY *pair = generate(f, algorithm);
    memset(block, 0xFF, sizeof block);
    block[0] = 0;
    assert_int_equal(sign(f, algorithm, (struct bytes){block, len}, signature), len);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    assert_int_equal(EVP_PKEY_encrypt_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
    assert_int_equal(EVP_PKEY_encrypt(context, back, &back_len, signature, len), 1);
    assert_memory_equal(back, block, len);
    EVP_PKEY_CTX_free(context);
    uint8_t small[] = {0x00, 0x87, (uint8_t)algorithm, SLOT, 0x07, 0x7C, 0x05, 0x82, 0x00, 0x81,
                       0x01, 0x01};
    assert_int_equal(say(f, small, sizeof small), 0x6A80);
}

static void an_rsa_key_works_on_whole_blocks_only(void **state)
{
    rsa_key_works(*state, VTOKEN_RSA2048, 256);
    rsa_key_works(*state, VTOKEN_RSA3072, RSA3072_LEN);
}

static void two_keys_agree_on_a_secret(void **state)
{
    struct fixture *f = *state;
    EVP_PKEY *pair = generate(f, VTOKEN_P256);
    EVP_PKEY *other = EVP_EC_gen("P-256");
    uint8_t template[128];
    struct vtoken_writer writer = {.at = template, .size = sizeof template};
    unsigned char *point = NULL;
    size_t point_len = EVP_PKEY_get1_encoded_public_key(other, &point);
    vtoken_put_header(&writer, 0x7C, 2 + 2 + point_len);
    vtoken_put_header(&writer, 0x82, 0);
    vtoken_put_tlv(&writer, 0x85, (struct bytes){point, point_len});
    OPENSSL_free(point);
    struct bytes data = {template, writer.len};
    assert_int_equal(say_extended(f, 0x0087119E, data), 0x9000);
    struct bytes secret = response_of(f, 0x82);

    uint8_t expected[64];
    size_t len = sizeof expected;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(other, NULL);
    assert_int_equal(EVP_PKEY_derive_init(context), 1);
    assert_int_equal(EVP_PKEY_derive_set_peer(context, pair), 1);
    assert_int_equal(EVP_PKEY_derive(context, expected, &len), 1);
    assert_int_equal(secret.len, len);
    assert_memory_equal(secret.at, expected, len);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(other);

    template[writer.len - 1] ^= 1; /* a point that is not on the curve */
    assert_int_equal(say_extended(f, 0x0087119E, data), 0x6A80);
}

static struct bytes object_put_data(size_t len, uint8_t fill, uint8_t at[COMMAND_MAX])
{
    static const uint8_t tag_bytes[] = {0x5F, 0xC1, 0x05};
    struct vtoken_writer writer = {.at = at, .size = COMMAND_MAX};
    vtoken_put_tlv(&writer, 0x5C, (struct bytes){tag_bytes, sizeof tag_bytes});
    vtoken_put_header(&writer, 0x53, len);
    assert_true(writer.len + len <= COMMAND_MAX);
    memset(at + writer.len, fill, len);
    return (struct bytes){at, writer.len + len};
}

static void an_object_of_every_size_is_written_either_way_and_read_in_parts(void **state)
{
    struct fixture *f = *state;
    static const size_t lengths[] = {1, 127, 128, 247, 248, 255, 256, 786, 2048, CAPACITY};
    static const uint8_t get[] = {0x00, 0xCB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 5, 0};
    static const uint8_t more[] = {0x00, 0xC0, 0x00, 0x00, 0x00};
    f->card.session.admin = true;
    for (size_t i = 0; i < 2 * ARRAY_LEN(lengths); i++) {
        uint8_t at[COMMAND_MAX];
        uint8_t read[COMMAND_MAX];
        size_t len = lengths[i / 2];
        struct bytes data = object_put_data(len, (uint8_t)(i + 1), at);
        unsigned sw =
            i % 2 == 0 ? say_chained(f, 0x00DB3FFF, data) : say_extended(f, 0x00DB3FFF, data);
        assert_int_equal(sw, 0x9000);
        size_t read_len = 0;
        sw = say(f, get, sizeof get);
        while ((sw & 0xFF00) == 0x6100) {
            memcpy(read + read_len, f->reply, f->reply_len - 2);
            read_len += f->reply_len - 2;
            sw = say(f, more, sizeof more);
        }
        assert_int_equal(sw, 0x9000);
        memcpy(read + read_len, f->reply, f->reply_len - 2);
        read_len += f->reply_len - 2;
        assert_int_equal(read_len, data.len - 5);
        assert_memory_equal(read, data.at + 5, read_len);
    }
}

static void an_object_too_big_is_refused_and_the_old_one_kept(void **state)
{
    struct fixture *f = *state;
    uint8_t at[COMMAND_MAX];
    f->card.session.admin = true;
    assert_int_equal(say_extended(f, 0x00DB3FFF, object_put_data(10, 1, at)), 0x9000);
    assert_int_equal(say_extended(f, 0x00DB3FFF, object_put_data(CAPACITY + 1, 2, at)), 0x6A84);
    assert_int_equal(say_chained(f, 0x00DB3FFF, object_put_data(CAPACITY + 1, 2, at)), 0x6A84);
    assert_int_equal(say_chained(f, 0x00DB3FFF, object_put_data(VTOKEN_COMMAND_MAX, 2, at)),
                     0x6A84);
    const struct vtoken_object *object = vtoken_state_object(f->state, OBJECT_TAG);
    assert_int_equal(object->len, 10);
    assert_int_equal(object->at[9], 1);
}

static void a_token_with_no_place_left_says_so(void **state)
{
    struct fixture *f = *state;
    static const uint8_t value[] = {1};
    uint32_t tag = 0x5FFF00;
    while (!failed(vtoken_state_put(f->state, tag, (struct bytes){value, sizeof value})))
        tag++;
    uint8_t at[COMMAND_MAX];
    f->card.session.admin = true;
    assert_int_equal(say_extended(f, 0x00DB3FFF, object_put_data(10, 1, at)), 0x6A84);
    assert_false(failed(vtoken_state_put(f->state, tag - 1, (struct bytes){value, 0})));
    assert_int_equal(say_extended(f, 0x00DB3FFF, object_put_data(10, 1, at)), 0x9000);
}

static void every_change_asks_to_be_saved(void **state)
{
    struct fixture *f = *state;
    static const uint8_t wrong[] = {0, 0x20, 0, 0x80, 8, '9', '9', '9', '9', '9', '9', 255, 255};
    static const uint8_t right[] = {0, 0x20, 0, 0x80, 8, '1', '2', '3', '4', '5', '6', 255, 255};
    f->state->changed = false;
    assert_int_equal(say(f, wrong, sizeof wrong), 0x63C4);
    assert_true(f->state->changed);
    f->state->changed = false;
    assert_int_equal(say(f, right, sizeof right), 0x9000);
    assert_true(f->state->changed);
    f->state->changed = false;
    assert_int_equal(say(f, right, sizeof right), 0x9000);
    assert_false(f->state->changed);
    (void)generate(f, VTOKEN_P256);
    assert_true(f->state->changed);
}

#define KEY_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEY_TEST(an_administrator_and_a_card_prove_the_key_to_each_other),
        KEY_TEST(a_curve_key_signs_what_openssl_verifies),
        KEY_TEST(an_rsa_key_works_on_whole_blocks_only),
        KEY_TEST(two_keys_agree_on_a_secret),
        KEY_TEST(an_object_of_every_size_is_written_either_way_and_read_in_parts),
        KEY_TEST(an_object_too_big_is_refused_and_the_old_one_kept),
        KEY_TEST(a_token_with_no_place_left_says_so),
        KEY_TEST(every_change_asks_to_be_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
