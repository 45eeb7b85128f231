#include "hw/token/piv.h"

#include <string.h>

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

    assert_int_equal(apdu_block_count(apdu), 1);
    apdu_block(apdu, 0, &block);
    hex_print(got, (struct bytes){block.at, block.len});
    assert_string_equal(got, want);
}

static void commands_are_those_of_the_standard(void **state)
{
    static const uint8_t eight[] = {1, 2, 3, 4, 5, 6, 7, 8};
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
    piv_sign(PIV_ALGORITHM_P256, 0x9A, block, &apdu);
    assert_block(&apdu, "0087119a0e7c0c8200810801020304050607"
                        "0800");
    assert_false(failed(piv_put_certificate(0x5FC105, block, &apdu)));
    assert_block(&apdu, "00db3fff165c035fc105530f70080102030405060708710100fe00");
}

static void an_rsa_block_is_signed_in_two_blocks(void **state)
{
    static const uint8_t padded[256] = {0x00, 0x01};
    struct apdu apdu;
    (void)state;

    piv_sign(PIV_ALGORITHM_RSA2048, 0x9A, (struct bytes){padded, sizeof(padded)}, &apdu);
    assert_int_equal(apdu.len, 266);
    assert_memory_equal(apdu.data, "\x7C\x82\x01\x06\x82\x00\x81\x82\x01\x00\x00\x01", 12);
    assert_int_equal(apdu_block_count(&apdu), 2);
}

static void each_slot_has_its_object(void **state)
{
    (void)state;

    assert_int_equal(piv_certificate_object(0x9A), 0x5FC105);
    assert_int_equal(piv_certificate_object(0x9C), 0x5FC10A);
    assert_int_equal(piv_certificate_object(0x9D), 0x5FC10B);
    assert_int_equal(piv_certificate_object(0x9E), 0x5FC101);
    assert_int_equal(piv_certificate_object(0x9B), 0);
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

static void pins_have_six_to_eight_digits(void **state)
{
    static const struct {
        const char *pin;
        bool possible;
    } rows[] = {{"123456", true},  {"12345678", true}, {"0000000", true},
                {"12345", false},  {"", false},        {"123456789", false},
                {"12345a", false}, {"123 56", false},  {"-12345", false}};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bytes pin = {(const uint8_t *)rows[i].pin, strlen(rows[i].pin)};
        assert_int_equal(piv_pin_possible(pin), rows[i].possible);
    }
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

static void status_words_become_codes(void **state)
{
    static const struct {
        uint16_t sw;
        enum err_code verify, put, sign;
    } rows[] = {
        {0x9000, ERR_NONE, ERR_NONE, ERR_NONE},   {0x63C2, ERR_DENIED, ERR_IO, ERR_IO},
        {0x63C0, ERR_BLOCKED, ERR_IO, ERR_IO},    {0x6983, ERR_BLOCKED, ERR_IO, ERR_IO},
        {0x6982, ERR_IO, ERR_DENIED, ERR_DENIED}, {0x6A84, ERR_IO, ERR_NO_ROOM, ERR_IO},
        {0x6700, ERR_IO, ERR_NO_ROOM, ERR_IO},    {0x6A80, ERR_IO, ERR_IO, ERR_NOT_FOUND},
        {0x6A82, ERR_IO, ERR_IO, ERR_NOT_FOUND},  {0x6A86, ERR_IO, ERR_IO, ERR_NOT_FOUND},
        {0x6A88, ERR_IO, ERR_IO, ERR_NOT_FOUND},  {0x6F00, ERR_IO, ERR_IO, ERR_IO},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t tries_left = 99;
        assert_int_equal(piv_verify_answer(rows[i].sw, &tries_left).code, rows[i].verify);
        assert_int_equal(tries_left, rows[i].verify == ERR_DENIED ? 2 : 99);
        assert_int_equal(piv_put_answer(rows[i].sw).code, rows[i].put);
        assert_int_equal(piv_sign_answer(rows[i].sw).code, rows[i].sign);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_those_of_the_standard),
        cmocka_unit_test(an_rsa_block_is_signed_in_two_blocks),
        cmocka_unit_test(each_slot_has_its_object),
        cmocka_unit_test(a_certificate_that_is_too_long_is_not_put),
        cmocka_unit_test(pins_have_six_to_eight_digits),
        cmocka_unit_test(certificate_objects_are_read_strictly),
        cmocka_unit_test(what_is_put_is_what_is_read),
        cmocka_unit_test(a_guid_is_sixteen_bytes_that_are_not_zero),
        cmocka_unit_test(serials_and_metadata),
        cmocka_unit_test(authentication_templates),
        cmocka_unit_test(status_words_become_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
