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

struct err piv_verify_answer(uint16_t sw, uint8_t *out_tries_left)
{
    if (sw == APDU_SW_OK)
        return ERR_OK;
    if (sw == 0x6983 || sw == 0x63C0)
        return ERR(ERR_BLOCKED, sw, "VERIFY");
    if ((sw & 0xFFF0) == 0x63C0) {
        *out_tries_left = sw & 0x0F;
        return ERR(ERR_DENIED, sw, "VERIFY");
    }
    return ERR(ERR_IO, sw, "VERIFY");
}

struct err piv_put_answer(uint16_t sw)
{
    if (sw == APDU_SW_OK)
        return ERR_OK;
    if (sw == 0x6982)
        return ERR(ERR_DENIED, sw, "PUT DATA");
    if (sw == 0x6A84 || sw == 0x6700)
        return ERR(ERR_NO_ROOM, sw, "PUT DATA");
    return ERR(ERR_IO, sw, "PUT DATA");
}

struct err piv_sign_answer(uint16_t sw)
{
    if (sw == APDU_SW_OK)
        return ERR_OK;
    if (sw == 0x6982)
        return ERR(ERR_DENIED, sw, "GENERAL AUTHENTICATE");
    if (sw == 0x6A80 || sw == 0x6A82 || sw == 0x6A86 || sw == 0x6A88)
        return ERR(ERR_NOT_FOUND, sw, "GENERAL AUTHENTICATE");
    return ERR(ERR_IO, sw, "GENERAL AUTHENTICATE");
}
