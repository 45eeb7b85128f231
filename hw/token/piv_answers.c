/* piv_answers.c - the decoders of piv.h: everything a card says is doubted here. */
#include <string.h>

#include "hw/token/piv.h"
#include "hw/token/tlv.h"

#define TAG_OBJECT 0x53
#define TAG_CERTIFICATE 0x70
#define TAG_CERT_INFO 0x71
#define CERT_INFO_COMPRESSED 0x01
#define TAG_GUID 0x34
#define TAG_AUTHENTICATION 0x7C
#define TAG_DER_SEQUENCE 0x30
#define TAG_METADATA_ALGORITHM 0x01
#define TAG_METADATA_RETRIES 0x06 /* total, left */

#define TAG_DISCOVERY 0x7E
#define TAG_PIN_POLICY 0x5F2F
#define PIN_POLICY_LEN 2
#define POLICY_APPLICATION_PIN 0x40
#define POLICY_GLOBAL_PIN 0x20
#define PRIMARY_GLOBAL_PIN 0x20 /* of the second byte */

#define TAG_PUBLIC_KEY 0x7F49
#define TAG_MODULUS 0x81
#define TAG_EXPONENT 0x82
#define TAG_POINT 0x86

#define POINT_UNCOMPRESSED 0x04
#define EXPONENT_MAX 8
#define SERIAL_LEN 4

/* The value of the one element that `answer` consists of. */
static struct err take_only(struct bytes answer, uint32_t tag, struct bytes *out_value)
{
    struct tlv tlv;
    struct err e = tlv_take(&answer, &tlv);
    if (failed(e))
        return e;
    if (tlv.tag != tag || answer.len > 0)
        return ERR(ERR_MALFORMED, tlv.tag, "answer of another shape");
    *out_value = tlv.value;
    return ERR_OK;
}

struct err piv_read_certificate(struct bytes answer, struct bytes *out_der)
{
    struct bytes object = {NULL, 0};
    struct bytes der = {NULL, 0};
    struct bytes info = {NULL, 0};
    struct bytes inside = {NULL, 0};

    struct err e = take_only(answer, TAG_OBJECT, &object);
    if (failed(e))
        return e;
    if (object.len == 0)
        return ERR(ERR_NOT_FOUND, 0, "empty object");
    e = tlv_find(object, TAG_CERTIFICATE, &der);
    if (failed(e))
        return e;
    e = tlv_find(object, TAG_CERT_INFO, &info);
    if (e.code == ERR_MALFORMED)
        return e;
    if (info.len > 0 && (info.at[0] & CERT_INFO_COMPRESSED) != 0)
        return ERR(ERR_UNSUPPORTED, info.at[0], "compressed certificate");
    if (der.len == 0)
        return ERR(ERR_NOT_FOUND, 0, "empty certificate");
    e = take_only(der, TAG_DER_SEQUENCE, &inside);
    if (failed(e))
        return e;
    *out_der = der;
    return ERR_OK;
}

struct err piv_read_guid(struct bytes answer, uint8_t out_guid[PIV_GUID_LEN])
{
    static const uint8_t zeros[PIV_GUID_LEN];
    struct bytes object = {NULL, 0};
    struct bytes guid = {NULL, 0};

    struct err e = take_only(answer, TAG_OBJECT, &object);
    if (failed(e))
        return e;
    e = tlv_find(object, TAG_GUID, &guid);
    if (failed(e))
        return e;
    if (guid.len != PIV_GUID_LEN)
        return ERR(ERR_MALFORMED, guid.len, "GUID");
    if (memcmp(guid.at, zeros, PIV_GUID_LEN) == 0)
        return ERR(ERR_NOT_FOUND, 0, "GUID");
    memcpy(out_guid, guid.at, PIV_GUID_LEN);
    return ERR_OK;
}

struct err piv_read_discovery(struct bytes answer, struct piv_discovery *out_discovery)
{
    struct bytes object = {NULL, 0};
    struct bytes policy = {NULL, 0};

    struct err e = take_only(answer, TAG_DISCOVERY, &object);
    if (!failed(e))
        e = tlv_find(object, TAG_PIN_POLICY, &policy);
    if (failed(e))
        return e;
    if (policy.len != PIN_POLICY_LEN)
        return ERR(ERR_MALFORMED, policy.len, "PIN usage policy");
    *out_discovery =
        (struct piv_discovery){.application_pin = (policy.at[0] & POLICY_APPLICATION_PIN) != 0,
                               .global_pin = (policy.at[0] & POLICY_GLOBAL_PIN) != 0,
                               .global_first = policy.at[1] == PRIMARY_GLOBAL_PIN};
    return ERR_OK;
}

struct err piv_read_serial(struct bytes answer, uint32_t *out_serial)
{
    if (answer.len != SERIAL_LEN)
        return ERR(ERR_MALFORMED, answer.len, "serial");

    uint32_t serial = (uint32_t)answer.at[0] << 24 | (uint32_t)answer.at[1] << 16 |
                      (uint32_t)answer.at[2] << 8 | answer.at[3];
    if (serial == 0)
        return ERR(ERR_NOT_FOUND, 0, "serial");
    *out_serial = serial;
    return ERR_OK;
}

struct err piv_read_metadata(struct bytes answer, struct piv_metadata *out_metadata)
{
    struct piv_metadata metadata = {.algorithm = 0, .tries_left = PIV_TRIES_UNKNOWN};
    struct bytes value = {NULL, 0};

    struct err e = tlv_find(answer, TAG_METADATA_ALGORITHM, &value);
    if (e.code == ERR_MALFORMED)
        return e;
    if (!failed(e) && value.len == 1)
        metadata.algorithm = value.at[0];
    e = tlv_find(answer, TAG_METADATA_RETRIES, &value);
    if (e.code == ERR_MALFORMED)
        return e;
    if (!failed(e) && value.len == 2)
        metadata.tries_left = value.at[1];
    *out_metadata = metadata;
    return ERR_OK;
}

struct err piv_read_authenticate(struct bytes answer, enum piv_auth tag, struct bytes *out_value)
{
    struct bytes inside = {NULL, 0};
    struct bytes value = {NULL, 0};

    struct err e = take_only(answer, TAG_AUTHENTICATION, &inside);
    if (failed(e))
        return e;
    e = tlv_find(inside, (uint32_t)tag, &value);
    if (failed(e))
        return ERR(ERR_MALFORMED, tag, "authentication template");
    *out_value = value;
    return ERR_OK;
}

static struct bytes without_zeros(struct bytes number)
{
    while (number.len > 0 && number.at[0] == 0)
        number = (struct bytes){number.at + 1, number.len - 1};
    return number;
}

/* Bytes of a point or a modulus; 0 for what is no key pair. */
static size_t key_len_of(enum piv_algorithm algorithm, bool *out_rsa)
{
    static const struct {
        enum piv_algorithm algorithm;
        bool rsa;
        size_t len;
    } rows[] = {{PIV_ALGORITHM_P256, false, 65},
                {PIV_ALGORITHM_P384, false, 97},
                {PIV_ALGORITHM_RSA2048, true, 256},
                {PIV_ALGORITHM_RSA3072, true, 384}};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].algorithm == algorithm) {
            *out_rsa = rows[i].rsa;
            return rows[i].len;
        }
    }
    return 0;
}

static struct err read_point(struct bytes inside, size_t len, struct piv_public_key *out_key)
{
    struct bytes point = {NULL, 0};

    struct err e = tlv_find(inside, TAG_POINT, &point);
    if (failed(e) || point.len != len || point.at[0] != POINT_UNCOMPRESSED)
        return ERR(ERR_MALFORMED, point.len, "point");
    *out_key = (struct piv_public_key){.point = point};
    return ERR_OK;
}

static struct err read_rsa(struct bytes inside, size_t len, struct piv_public_key *out_key)
{
    struct piv_public_key key = {.modulus = {NULL, 0}};

    struct err e = tlv_find(inside, TAG_MODULUS, &key.modulus);
    if (!failed(e))
        e = tlv_find(inside, TAG_EXPONENT, &key.exponent);
    if (failed(e))
        return ERR(ERR_MALFORMED, e.native, "RSA key");
    key.modulus = without_zeros(key.modulus);
    key.exponent = without_zeros(key.exponent);
    if (key.modulus.len != len || (key.modulus.at[0] & 0x80) == 0 || key.exponent.len == 0 ||
        key.exponent.len > EXPONENT_MAX)
        return ERR(ERR_MALFORMED, key.modulus.len, "RSA key");
    *out_key = key;
    return ERR_OK;
}

struct err piv_read_public_key(enum piv_algorithm algorithm, struct bytes answer,
                               struct piv_public_key *out_key)
{
    struct bytes inside = {NULL, 0};
    bool rsa = false;
    size_t len = key_len_of(algorithm, &rsa);

    struct err e = take_only(answer, TAG_PUBLIC_KEY, &inside);
    if (failed(e))
        return e;
    if (len == 0)
        return ERR(ERR_MALFORMED, algorithm, "no key pair");
    return rsa ? read_rsa(inside, len, out_key) : read_point(inside, len, out_key);
}
