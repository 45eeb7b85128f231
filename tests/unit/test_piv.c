#include "hw/token/piv.h"

#include <openssl/ec.h>
#include <openssl/params.h>
#include <openssl/x509.h>
#include <string.h>

#include "hw/token/token.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

#define HEX_MAX 1200

/* Bytes from hex, valid until the next call. */
static struct bytes from_hex(const char *hex)
{
    static uint8_t at[HEX_MAX / 2];
    size_t len = strlen(hex) / 2;
    assert_true(len <= sizeof(at));
    assert_false(failed(hex_parse(hex, at, len)));
    return (struct bytes){at, len};
}

static void assert_block(const struct apdu *apdu, const char *want)
{
    struct apdu_block block;
    char got[HEX_SIZE(APDU_BLOCK_MAX)];

    assert_int_equal(apdu_block_count(apdu, APDU_SHORT), 1);
    apdu_block(apdu, APDU_SHORT, 0, &block);
    hex_print(got, (struct bytes){block.at, block.len});
    assert_string_equal(got, want);
}

static void commands_are_those_of_the_standard(void **state)
{
    static const uint8_t eight[] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t guid[PIV_GUID_LEN] = {0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7,
                                               0xA8, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF};
    const struct bytes block = {eight, sizeof(eight)};
    struct apdu apdu;
    (void)state;

    piv_select(&apdu);
    assert_block(&apdu, "00a4040009a0000003080000100000");
    piv_get_serial(&apdu);
    assert_block(&apdu, "00f8000000");
    piv_get_metadata(0x9B, &apdu);
    assert_block(&apdu, "00f7009b00");
    piv_get_data(PIV_OBJECT_CHUID, &apdu);
    assert_block(&apdu, "00cb3fff055c035fc10200");
    piv_get_data(PIV_OBJECT_DISCOVERY, &apdu);
    assert_block(&apdu, "00cb3fff035c017e00");
    piv_ask_tries(&apdu);
    assert_block(&apdu, "00200080");
    piv_verify((struct bytes){(const uint8_t *)"123456", 6}, &apdu);
    assert_block(&apdu, "0020008008313233343536ffff");
    piv_authenticate_ask(PIV_ALGORITHM_3DES, PIV_AUTH_WITNESS, &apdu);
    assert_block(&apdu, "0087039b047c02800000");
    piv_authenticate_ask(PIV_ALGORITHM_AES256, PIV_AUTH_CHALLENGE, &apdu);
    assert_block(&apdu, "00870c9b047c02810000");
    piv_authenticate_mutual(PIV_ALGORITHM_3DES, block, block, &apdu);
    assert_block(&apdu, "0087039b167c148008010203040506070881080102030405060708"
                        "00");
    piv_authenticate_external(PIV_ALGORITHM_3DES, block, &apdu);
    assert_block(&apdu, "0087039b0c7c0a82080102030405060708");
    piv_use(PIV_ALGORITHM_P256, 0x9A, &(struct tlv){PIV_AUTH_CHALLENGE, block}, &apdu);
    assert_block(&apdu, "0087119a0e7c0c8200810801020304050607"
                        "0800");
    piv_use(PIV_ALGORITHM_P384, 0x9D, &(struct tlv){PIV_AUTH_EXPONENTIATION, block}, &apdu);
    assert_block(&apdu, "0087149d0e7c0c8200850801020304050607"
                        "0800");
    piv_change(PIV_KEY_PUK, (struct bytes){(const uint8_t *)"12345678", 8},
               (struct bytes){(const uint8_t *)"000000", 6}, &apdu);
    assert_block(&apdu, "00240081103132333435363738303030303030ffff");
    piv_unblock((struct bytes){(const uint8_t *)"12345678", 8},
                (struct bytes){(const uint8_t *)"000000", 6}, &apdu);
    assert_block(&apdu, "002c0080103132333435363738303030303030ffff");
    piv_generate(PIV_ALGORITHM_RSA3072, 0x82, &apdu);
    assert_block(&apdu, "0047008205ac0380010500");
    piv_move(0x9A, 0x82, &apdu);
    assert_block(&apdu, "00f6829a");
    piv_set_admin(PIV_ALGORITHM_AES128, block, &apdu);
    assert_block(&apdu, "00ffffff0b089b080102030405060708");
    piv_put_empty(0x5FC10D, &apdu);
    assert_block(&apdu, "00db3fff075c035fc10d5300");
    piv_put_chuid(guid, &apdu);
    assert_block(&apdu, "00db3fff425c035fc102533b3019d4e739da739ced39ce739d8368582108421084"
                        "21c84210c3eb3410a0a1a2a3a4a5a6a7a8a9aaabacadaeaf35083230393931323331"
                        "3e00fe00");
    assert_false(failed(piv_put_certificate(0x5FC105, block, &apdu)));
    assert_block(&apdu, "00db3fff165c035fc105530f70080102030405060708710100fe00");
}

static void an_rsa_block_is_signed_in_two_blocks(void **state)
{
    static const uint8_t padded[256] = {0x00, 0x01};
    struct apdu apdu;
    (void)state;

    const struct tlv input = {PIV_AUTH_CHALLENGE, {padded, sizeof(padded)}};
    piv_use(PIV_ALGORITHM_RSA2048, 0x9A, &input, &apdu);
    assert_int_equal(apdu.len, 266);
    assert_memory_equal(apdu.data, "\x7C\x82\x01\x06\x82\x00\x81\x82\x01\x00\x00\x01", 12);
    assert_int_equal(apdu_block_count(&apdu, APDU_SHORT), 2);
}

static void each_slot_has_its_object(void **state)
{
    (void)state;

    assert_int_equal(piv_certificate_object(0x9A), 0x5FC105);
    assert_int_equal(piv_certificate_object(0x9C), 0x5FC10A);
    assert_int_equal(piv_certificate_object(0x9D), 0x5FC10B);
    assert_int_equal(piv_certificate_object(0x9E), 0x5FC101);
    assert_int_equal(piv_certificate_object(0x82), 0x5FC10D);
    assert_int_equal(piv_certificate_object(0x95), 0x5FC120);
    assert_int_equal(piv_certificate_object(0x9B), 0);
    assert_int_equal(piv_certificate_object(0x81), 0);
    assert_int_equal(piv_certificate_object(0x96), 0);
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++) {
        assert_int_equal(token_slot_index(token_slot_at(i)), i);
        assert_true(piv_certificate_object(token_slot_at(i)) != 0);
    }
    assert_int_equal(token_slot_index(0x9B), TOKEN_SLOT_COUNT);
}

static void a_certificate_that_is_too_long_is_not_put(void **state)
{
    static uint8_t der[APDU_DATA_MAX];
    struct apdu apdu;
    (void)state;

    assert_int_equal(piv_put_certificate(0x5FC105, (struct bytes){der, 3000}, &apdu).code,
                     ERR_NONE);
    assert_int_equal(
        piv_put_certificate(0x5FC105, (struct bytes){der, sizeof(der) - 10}, &apdu).code,
        ERR_NO_ROOM);
    assert_int_equal(piv_put_certificate(0x5FC105, (struct bytes){der, 0}, &apdu).code,
                     ERR_NO_ROOM);
}

static void certificate_objects_are_read_strictly(void **state)
{
    static const struct {
        const char *name;
        const char *hex;
        enum err_code code;
        size_t len;
    } rows[] = {
        {"a certificate", "530b7004300201ff710100fe00", ERR_NONE, 4},
        {"without CertInfo", "53067004300201ff", ERR_NONE, 4},
        {"compressed", "530b7004300201ff710101fe00", ERR_UNSUPPORTED, 0},
        {"an empty object", "5300", ERR_NOT_FOUND, 0},
        {"an empty certificate", "53077000710100fe00", ERR_NOT_FOUND, 0},
        {"no certificate inside", "5305710100fe00", ERR_NOT_FOUND, 0},
        {"no answer", "", ERR_MALFORMED, 0},
        {"another object", "5e0b7004300201ff710100fe00", ERR_MALFORMED, 0},
        {"torn in the object", "530b70043002", ERR_MALFORMED, 0},
        {"torn in the certificate", "53047082030c", ERR_MALFORMED, 0},
        {"torn after the certificate", "53077004300201ff71", ERR_MALFORMED, 0},
        {"DER longer than its element", "530b7004300301ff710100fe00", ERR_MALFORMED, 0},
        {"DER shorter than its element", "530b7004300101ff710100fe00", ERR_MALFORMED, 0},
        {"no DER sequence", "530b7004040201ff710100fe00", ERR_MALFORMED, 0},
        {"bytes after the object", "530b7004300201ff710100fe0000", ERR_MALFORMED, 0},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bytes der = {NULL, 77};

        print_message("  %s\n", rows[i].name);
        assert_int_equal(piv_read_certificate(from_hex(rows[i].hex), &der).code, rows[i].code);
        assert_int_equal(der.len, rows[i].code == ERR_NONE ? rows[i].len : 77);
    }
}

static void what_is_put_is_what_is_read(void **state)
{
    static uint8_t der[3000] = {0x30, 0x82, 0x0B, 0xB4};
    struct apdu apdu;
    struct bytes got = {NULL, 0};
    (void)state;

    assert_false(failed(piv_put_certificate(0x5FC105, (struct bytes){der, sizeof(der)}, &apdu)));
    struct bytes object = {apdu.data + 5, apdu.len - 5};
    assert_false(failed(piv_read_certificate(object, &got)));
    assert_int_equal(got.len, sizeof(der));
    assert_memory_equal(got.at, der, sizeof(der));
}

static void a_guid_is_sixteen_bytes_that_are_not_zero(void **state)
{
    static const struct {
        const char *hex;
        enum err_code code;
    } rows[] = {
        {"5314341000112233445566778899aabbccddeefffe00", ERR_NONE},
        {"53143410000000000000000000000000000000"
         "00fe00",
         ERR_NOT_FOUND},
        {"5302fe00", ERR_NOT_FOUND},
        {"5306340211223e00", ERR_MALFORMED},
        {"53143410001122", ERR_MALFORMED},
        {"", ERR_MALFORMED},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t guid[PIV_GUID_LEN] = {0xEE};
        assert_int_equal(piv_read_guid(from_hex(rows[i].hex), guid).code, rows[i].code);
        assert_int_equal(guid[0], rows[i].code == ERR_NONE ? 0x00 : 0xEE);
    }
}

static void a_discovery_object_says_which_pins_open(void **state)
{
#define AID "4f0ba000000308000010000100"
    static const struct {
        const char *name, *hex;
        enum err_code code;
        bool application, global, global_first;
    } rows[] = {
        {"its own PIN", "7e12" AID "5f2f024000", ERR_NONE, true, false, false},
        {"either, the own one first", "7e12" AID "5f2f026010", ERR_NONE, true, true, false},
        {"either, the global one first", "7e12" AID "5f2f026020", ERR_NONE, true, true, true},
        {"the global one alone", "7e12" AID "5f2f022020", ERR_NONE, false, true, true},
        {"a finger, and neither", "7e12" AID "5f2f021000", ERR_NONE, false, false, false},
        {"no policy", "7e0d" AID, ERR_NOT_FOUND, false, false, false},
        {"nothing", "7e00", ERR_NOT_FOUND, false, false, false},
        {"a policy of one byte", "7e11" AID "5f2f0160", ERR_MALFORMED, false, false, false},
        {"of three", "7e13" AID "5f2f03602000", ERR_MALFORMED, false, false, false},
        {"longer than it is", "7e13" AID "5f2f026020", ERR_MALFORMED, false, false, false},
        {"a byte too many", "7e12" AID "5f2f02602000", ERR_MALFORMED, false, false, false},
        {"a policy past the end", "7e12" AID "5f2f036020", ERR_MALFORMED, false, false, false},
        {"another object", "5312" AID "5f2f026020", ERR_MALFORMED, false, false, false},
        {"no answer", "", ERR_MALFORMED, false, false, false},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct piv_discovery discovery = {.application_pin = false};
        print_message("  %s\n", rows[i].name);
        assert_int_equal(piv_read_discovery(from_hex(rows[i].hex), &discovery).code, rows[i].code);
        assert_int_equal(discovery.application_pin, rows[i].application);
        assert_int_equal(discovery.global_pin, rows[i].global);
        assert_int_equal(discovery.global_first, rows[i].global_first);
    }
}

static void serials_and_metadata(void **state)
{
    uint32_t serial = 0;
    struct piv_metadata metadata = {.algorithm = 0};
    (void)state;

    assert_false(failed(piv_read_serial(from_hex("00989681"), &serial)));
    assert_int_equal(serial, 10000001);
    assert_int_equal(piv_read_serial(from_hex("00000000"), &serial).code, ERR_NOT_FOUND);
    assert_int_equal(piv_read_serial(from_hex("009896"), &serial).code, ERR_MALFORMED);
    assert_int_equal(serial, 10000001);

    assert_false(failed(piv_read_metadata(from_hex("0101ff050101060205"
                                                   "03"),
                                          &metadata)));
    assert_int_equal(metadata.algorithm, 0xFF);
    assert_int_equal(metadata.tries_left, 3);
    assert_false(failed(piv_read_metadata(from_hex("01010a02020001"), &metadata)));
    assert_int_equal(metadata.algorithm, PIV_ALGORITHM_AES192);
    assert_int_equal(metadata.tries_left, PIV_TRIES_UNKNOWN);
    assert_false(failed(piv_read_metadata(from_hex(""), &metadata)));
    assert_int_equal(piv_read_metadata(from_hex("010a"), &metadata).code, ERR_MALFORMED);
}

static void authentication_templates(void **state)
{
    struct bytes value = {NULL, 0};
    (void)state;

    assert_false(
        failed(piv_read_authenticate(from_hex("7c0482020102"), PIV_AUTH_RESPONSE, &value)));
    assert_int_equal(value.len, 2);
    assert_int_equal(
        piv_read_authenticate(from_hex("7c0481020102"), PIV_AUTH_RESPONSE, &value).code,
        ERR_MALFORMED);
    assert_int_equal(
        piv_read_authenticate(from_hex("7c0582020102"), PIV_AUTH_RESPONSE, &value).code,
        ERR_MALFORMED);
    assert_int_equal(piv_read_authenticate(from_hex("82020102"), PIV_AUTH_RESPONSE, &value).code,
                     ERR_MALFORMED);
}

static void public_keys_are_read_strictly(void **state)
{
    static const struct {
        const char *name;
        enum piv_algorithm algorithm;
        const char *head; /* in hex, followed by `len` bytes of 99 and then the tail */
        size_t len;
        const char *tail;
        enum err_code code;
    } rows[] = {
        {"P-256", PIV_ALGORITHM_P256, "7f4943864104", 64, "", ERR_NONE},
        {"P-384", PIV_ALGORITHM_P384, "7f4963866104", 96, "", ERR_NONE},
        {"RSA-2048", PIV_ALGORITHM_RSA2048, "7f4982010981820100", 256, "8203010001", ERR_NONE},
        {"RSA-2048 with a zero before it", PIV_ALGORITHM_RSA2048, "7f4982010a8182010100", 256,
         "8203010001", ERR_NONE},
        {"RSA-3072", PIV_ALGORITHM_RSA3072, "7f4982018981820180", 384, "8203010001", ERR_NONE},
        {"a compressed point", PIV_ALGORITHM_P256, "7f4923862102", 32, "", ERR_MALFORMED},
        {"a point of P-256 for P-384", PIV_ALGORITHM_P384, "7f4943864104", 64, "", ERR_MALFORMED},
        {"a point for RSA", PIV_ALGORITHM_RSA2048, "7f4943864104", 64, "", ERR_MALFORMED},
        {"a modulus too short", PIV_ALGORITHM_RSA2048, "7f498201088181ff", 255, "82030100010000",
         ERR_MALFORMED},
        {"no exponent", PIV_ALGORITHM_RSA2048, "7f4982010481820100", 256, "", ERR_MALFORMED},
        {"an exponent of zero", PIV_ALGORITHM_RSA2048, "7f4982010781820100", 256, "820100",
         ERR_MALFORMED},
        {"an exponent of nine bytes", PIV_ALGORITHM_RSA2048, "7f4982010f81820100", 256,
         "8209010000000000000001", ERR_MALFORMED},
        {"cut short", PIV_ALGORITHM_P256, "7f4943864104", 63, "", ERR_MALFORMED},
        {"a byte too many", PIV_ALGORITHM_P256, "7f4943864104", 65, "", ERR_MALFORMED},
        {"no key pair's algorithm", PIV_ALGORITHM_AES128, "7f4943864104", 64, "", ERR_MALFORMED},
        {"nothing", PIV_ALGORITHM_P256, "", 0, "", ERR_MALFORMED},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t answer[HEX_MAX / 2];
        size_t len = strlen(rows[i].head) / 2;
        struct piv_public_key key;

        print_message("  %s\n", rows[i].name);
        assert_false(failed(hex_parse(rows[i].head, answer, len)));
        memset(answer + len, 0x99, rows[i].len);
        len += rows[i].len;
        assert_false(failed(hex_parse(rows[i].tail, answer + len, strlen(rows[i].tail) / 2)));
        len += strlen(rows[i].tail) / 2;
        struct err e = piv_read_public_key(rows[i].algorithm, (struct bytes){answer, len}, &key);
        assert_int_equal(e.code, rows[i].code);
    }
}

/* A key of the library's with this point, or with a modulus of `len` bytes that are all alike and
 * the exponent 10001. */
static EVP_PKEY *library_key(const char *curve, const uint8_t *number, size_t len)
{
    unsigned exponent = 0x10001;
    EVP_PKEY *key = NULL;
    uint8_t at[400];
    char group[16];

    memcpy(at, number, len);
    OSSL_PARAM rsa[] = {OSSL_PARAM_construct_BN("n", at, len),
                        OSSL_PARAM_construct_uint("e", &exponent), OSSL_PARAM_construct_end()};
    OSSL_PARAM ec[] = {OSSL_PARAM_construct_utf8_string("group", group, 0),
                       OSSL_PARAM_construct_octet_string("pub", at, len),
                       OSSL_PARAM_construct_end()};
    if (curve != NULL)
        memcpy(group, curve, strlen(curve) + 1);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, curve != NULL ? "EC" : "RSA", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, curve != NULL ? ec : rsa), 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* A point of the curve; bytes for a modulus. */
static size_t make_number(const char *curve, size_t len, uint8_t *out)
{
    memset(out, 0xC1, len);
    if (curve == NULL)
        return len;
    EVP_PKEY *pair = EVP_EC_gen(curve);
    assert_int_equal(EVP_PKEY_get_octet_string_param(pair, "pub", out, len, &len), 1);
    EVP_PKEY_free(pair);
    return len;
}

static void public_keys_are_those_of_openssl(void **state)
{
    static const struct {
        const char *name;
        enum piv_algorithm algorithm;
        const char *curve; /* NULL: RSA */
        size_t len;
    } rows[] = {{"P-256", PIV_ALGORITHM_P256, "P-256", 65},
                {"P-384", PIV_ALGORITHM_P384, "P-384", 97},
                {"RSA-2048", PIV_ALGORITHM_RSA2048, NULL, 256},
                {"RSA-3072", PIV_ALGORITHM_RSA3072, NULL, 384}};
    static const uint8_t exponent[] = {0x01, 0x00, 0x01};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t number[400];
        uint8_t out[600];
        uint8_t *want = NULL;
        struct tlv_writer writer = {.at = out, .max = sizeof(out)};

        print_message("  %s\n", rows[i].name);
        const struct bytes bytes = {number, make_number(rows[i].curve, rows[i].len, number)};
        struct piv_public_key key = {.point = bytes};
        if (rows[i].curve == NULL) {
            key =
                (struct piv_public_key){.modulus = bytes, .exponent = {exponent, sizeof(exponent)}};
        }
        EVP_PKEY *theirs = library_key(rows[i].curve, number, bytes.len);
        int want_len = i2d_PUBKEY(theirs, &want);
        assert_false(failed(piv_write_spki(rows[i].algorithm, &key, &writer)));
        assert_int_equal(writer.len, want_len);
        assert_memory_equal(out, want, writer.len);
        writer = (struct tlv_writer){.at = out, .max = writer.len - 1};
        assert_int_equal(piv_write_spki(rows[i].algorithm, &key, &writer).code, ERR_NO_ROOM);
        OPENSSL_free(want);
        EVP_PKEY_free(theirs);
    }
}

#define X ERR_IO
#define OK ERR_NONE
#define DEN ERR_DENIED
#define CON ERR_CONFLICT
#define UNS ERR_UNSUPPORTED
#define NOT ERR_NOT_FOUND
#define ROOM ERR_NO_ROOM
#define BLK ERR_BLOCKED
#define GONE ERR_GONE

static void status_words_become_codes(void **state)
{
    /* clang-format off */
    static const struct {
        uint16_t sw;
        enum err_code codes[PIV_COMMAND_COUNT];
    } rows[] = {
        /*        PIN  CHANGE PUT   EMPTY USE  GENER MOVE ADMIN GET  METADATA */
        {0x9000, {OK,  OK,    OK,   OK,   OK,  OK,   OK,  OK,   OK,  OK}},
        {0x63C2, {DEN, DEN,   X,    X,    X,   X,    X,   X,    UNS, UNS}},
        {0x63C0, {BLK, BLK,   X,    X,    X,   X,    X,   X,    UNS, UNS}},
        {0x6581, {X,   X,     X,    X,    X,   X,    X,   X,    UNS, UNS}},
        {0x6700, {X,   X,     ROOM, X,    X,   X,    X,   UNS,  UNS, UNS}},
        {0x6982, {X,   X,     DEN,  DEN,  DEN, DEN,  DEN, DEN,  UNS, UNS}},
        {0x6983, {BLK, BLK,   X,    X,    X,   X,    X,   X,    UNS, UNS}},
        {0x6985, {X,   UNS,   X,    X,    X,   X,    CON, X,    UNS, UNS}},
        {0x6A80, {X,   UNS,   UNS,  UNS,  NOT, UNS,  UNS, UNS,  UNS, UNS}},
        {0x6A81, {X,   UNS,   UNS,  UNS,  NOT, UNS,  UNS, UNS,  UNS, UNS}},
        {0x6A82, {X,   X,     UNS,  OK,   NOT, UNS,  NOT, X,    NOT, NOT}},
        {0x6A84, {X,   X,     ROOM, X,    X,   UNS,  X,   X,    UNS, UNS}},
        {0x6A86, {X,   UNS,   UNS,  UNS,  NOT, UNS,  UNS, UNS,  UNS, UNS}},
        {0x6A88, {UNS, UNS,   X,    X,    NOT, UNS,  NOT, X,    NOT, NOT}},
        {0x6D00, {X,   UNS,   UNS,  UNS,  X,   UNS,  UNS, UNS,  GONE, UNS}},
        {0x6E00, {X,   X,     X,    X,    X,   X,    UNS, UNS,  GONE, UNS}},
        {0x6F00, {X,   X,     X,    X,    X,   X,    X,   X,    UNS, UNS}},
        {0x0000, {X,   X,     X,    X,    X,   X,    X,   X,    UNS, UNS}},
    };
    /* clang-format on */
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t j = 0; j < PIV_COMMAND_COUNT; j++) {
            uint8_t tries_left = 99;
            bool pin = j == PIV_COMMAND_PIN || j == PIV_COMMAND_CHANGE;
            struct err e = pin ? piv_pin_answer((enum piv_command)j, rows[i].sw, &tries_left)
                               : piv_answer((enum piv_command)j, rows[i].sw);
            assert_int_equal(e.code, rows[i].codes[j]);
            assert_int_equal(tries_left, pin && e.code == ERR_DENIED ? 2 : 99);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_those_of_the_standard),
        cmocka_unit_test(an_rsa_block_is_signed_in_two_blocks),
        cmocka_unit_test(each_slot_has_its_object),
        cmocka_unit_test(a_certificate_that_is_too_long_is_not_put),
        cmocka_unit_test(certificate_objects_are_read_strictly),
        cmocka_unit_test(what_is_put_is_what_is_read),
        cmocka_unit_test(a_guid_is_sixteen_bytes_that_are_not_zero),
        cmocka_unit_test(a_discovery_object_says_which_pins_open),
        cmocka_unit_test(serials_and_metadata),
        cmocka_unit_test(authentication_templates),
        cmocka_unit_test(public_keys_are_read_strictly),
        cmocka_unit_test(public_keys_are_those_of_openssl),
        cmocka_unit_test(status_words_become_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
