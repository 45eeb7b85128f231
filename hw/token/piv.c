/* piv.c - commands; piv_answers.c has the decoders. */
#include "hw/token/piv.h"

#include <assert.h>
#include <string.h>

#include "hw/token/tlv.h"

#define INS_VERIFY 0x20
#define INS_AUTHENTICATE 0x87
#define INS_SELECT 0xA4
#define INS_GET_DATA 0xCB
#define INS_PUT_DATA 0xDB
#define INS_GET_METADATA 0xF7
#define INS_GET_SERIAL 0xF8

#define TAG_OBJECT_ID 0x5C
#define TAG_OBJECT 0x53
#define TAG_CERTIFICATE 0x70
#define TAG_CERT_INFO 0x71
#define TAG_ERROR_DETECTION 0xFE
#define TAG_AUTHENTICATION 0x7C

#define OBJECT_ID_LEN 3
#define PIN_PADDING 0xFF

static const struct bytes nothing = {NULL, 0};

uint32_t piv_certificate_object(uint8_t slot)
{
    static const struct {
        uint8_t slot;
        uint32_t object;
    } rows[] = {{0x9A, 0x5FC105}, {0x9C, 0x5FC10A}, {0x9D, 0x5FC10B}, {0x9E, 0x5FC101}};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].slot == slot)
            return rows[i].object;
    }
    return 0;
}

/* A command without data, which the caller may append. */
static void start(struct apdu *apdu, uint8_t ins, uint8_t p1, uint8_t p2)
{
    *apdu = (struct apdu){.ins = ins, .p1 = p1, .p2 = p2, .answers = true};
}

static struct tlv_writer writer_of(struct apdu *apdu)
{
    return (struct tlv_writer){.at = apdu->data, .max = sizeof(apdu->data)};
}

static void put_object_id(struct tlv_writer *writer, uint32_t object)
{
    uint8_t id[OBJECT_ID_LEN] = {(uint8_t)(object >> 16 & 0xFF), (uint8_t)(object >> 8 & 0xFF),
                                 (uint8_t)(object & 0xFF)};
    tlv_put(writer, TAG_OBJECT_ID, (struct bytes){id, sizeof(id)});
}

void piv_select(struct apdu *out_apdu)
{
    /* without the version at its end, so that every version answers */
    static const uint8_t application[] = {0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00};

    start(out_apdu, INS_SELECT, 0x04, 0x00);
    memcpy(out_apdu->data, application, sizeof(application));
    out_apdu->len = sizeof(application);
}

void piv_get_serial(struct apdu *out_apdu)
{
    start(out_apdu, INS_GET_SERIAL, 0x00, 0x00);
}

void piv_get_metadata(uint8_t key, struct apdu *out_apdu)
{
    start(out_apdu, INS_GET_METADATA, 0x00, key);
}

void piv_get_data(uint32_t object, struct apdu *out_apdu)
{
    start(out_apdu, INS_GET_DATA, 0x3F, 0xFF);
    struct tlv_writer writer = writer_of(out_apdu);
    put_object_id(&writer, object);
    out_apdu->len = writer.len;
}

void piv_ask_tries(struct apdu *out_apdu)
{
    start(out_apdu, INS_VERIFY, 0x00, PIV_KEY_PIN);
    out_apdu->answers = false;
}

void piv_verify(struct bytes pin, struct apdu *out_apdu)
{
    assert(pin.len >= PIV_PIN_MIN && pin.len <= PIV_PIN_MAX);

    piv_ask_tries(out_apdu);
    memset(out_apdu->data, PIN_PADDING, PIV_PIN_MAX);
    memcpy(out_apdu->data, pin.at, pin.len);
    out_apdu->len = PIV_PIN_MAX;
}

struct err piv_put_certificate(uint32_t object, struct bytes der, struct apdu *out_apdu)
{
    const uint8_t uncompressed = 0;
    const struct bytes info = {&uncompressed, 1};
    size_t len = tlv_size(TAG_CERTIFICATE, der.len) + tlv_size(TAG_CERT_INFO, info.len) +
                 tlv_size(TAG_ERROR_DETECTION, 0);
    if (der.len == 0 || len > APDU_DATA_MAX)
        return ERR(ERR_NO_ROOM, der.len, "certificate");

    start(out_apdu, INS_PUT_DATA, 0x3F, 0xFF);
    out_apdu->answers = false;
    struct tlv_writer writer = writer_of(out_apdu);
    put_object_id(&writer, object);
    tlv_put_head(&writer, TAG_OBJECT, len);
    tlv_put(&writer, TAG_CERTIFICATE, der);
    tlv_put(&writer, TAG_CERT_INFO, info);
    tlv_put(&writer, TAG_ERROR_DETECTION, nothing);
    if (writer.full)
        return ERR(ERR_NO_ROOM, der.len, "certificate");
    out_apdu->len = writer.len;
    return ERR_OK;
}

/* GENERAL AUTHENTICATE with up to two elements, in the order given. */
static void authenticate(struct apdu *apdu, const struct tlv *elements, size_t count)
{
    struct tlv_writer writer = writer_of(apdu);
    size_t len = 0;

    for (size_t i = 0; i < count; i++)
        len += tlv_size(elements[i].tag, elements[i].value.len);
    tlv_put_head(&writer, TAG_AUTHENTICATION, len);
    for (size_t i = 0; i < count; i++)
        tlv_put(&writer, elements[i].tag, elements[i].value);
    assert(!writer.full);
    apdu->len = writer.len;
}

void piv_authenticate_ask(enum piv_algorithm algorithm, enum piv_auth tag, struct apdu *out_apdu)
{
    const struct tlv elements[] = {{(uint32_t)tag, nothing}};
    start(out_apdu, INS_AUTHENTICATE, (uint8_t)algorithm, PIV_KEY_ADMIN);
    authenticate(out_apdu, elements, ARRAY_LEN(elements));
}

void piv_authenticate_mutual(enum piv_algorithm algorithm, struct bytes witness,
                             struct bytes challenge, struct apdu *out_apdu)
{
    const struct tlv elements[] = {{PIV_AUTH_WITNESS, witness}, {PIV_AUTH_CHALLENGE, challenge}};
    start(out_apdu, INS_AUTHENTICATE, (uint8_t)algorithm, PIV_KEY_ADMIN);
    authenticate(out_apdu, elements, ARRAY_LEN(elements));
}

void piv_authenticate_external(enum piv_algorithm algorithm, struct bytes response,
                               struct apdu *out_apdu)
{
    const struct tlv elements[] = {{PIV_AUTH_RESPONSE, response}};
    start(out_apdu, INS_AUTHENTICATE, (uint8_t)algorithm, PIV_KEY_ADMIN);
    out_apdu->answers = false;
    authenticate(out_apdu, elements, ARRAY_LEN(elements));
}

void piv_sign(enum piv_algorithm algorithm, uint8_t slot, struct bytes digest,
              struct apdu *out_apdu)
{
    const struct tlv elements[] = {{PIV_AUTH_RESPONSE, nothing}, {PIV_AUTH_CHALLENGE, digest}};
    start(out_apdu, INS_AUTHENTICATE, (uint8_t)algorithm, slot);
    authenticate(out_apdu, elements, ARRAY_LEN(elements));
}

bool piv_pin_possible(struct bytes pin)
{
    if (pin.len < PIV_PIN_MIN || pin.len > PIV_PIN_MAX)
        return false;
    for (size_t i = 0; i < pin.len; i++) {
        if (pin.at[i] < '0' || pin.at[i] > '9')
            return false;
    }
    return true;
}
