/* piv.c - commands; piv_answers.c has the decoders, piv_status.c the status words. */
#include "hw/token/piv.h"

#include <assert.h>
#include <string.h>

#include "hw/token/tlv.h"

#define INS_VERIFY 0x20
#define INS_CHANGE 0x24
#define INS_UNBLOCK 0x2C
#define INS_GENERATE 0x47
#define INS_AUTHENTICATE 0x87
#define INS_SELECT 0xA4
#define INS_PUT_DATA 0xDB
#define INS_MOVE 0xF6
#define INS_GET_METADATA 0xF7
#define INS_GET_SERIAL 0xF8
#define INS_SET_ADMIN 0xFF

#define TAG_OBJECT_ID 0x5C
#define TAG_OBJECT 0x53
#define TAG_CERTIFICATE 0x70
#define TAG_CERT_INFO 0x71
#define TAG_ERROR_DETECTION 0xFE
#define TAG_AUTHENTICATION 0x7C
#define TAG_CONTROL 0xAC /* of GENERATE: which key */
#define TAG_ALGORITHM 0x80
#define TAG_FASC_N 0x30
#define TAG_GUID 0x34
#define TAG_EXPIRY 0x35
#define TAG_SIGNATURE 0x3E

#define OBJECT_ID_MAX 3
#define PIN_PADDING 0xFF

static const struct bytes nothing = {NULL, 0};

uint32_t piv_certificate_object(uint8_t slot)
{
    static const struct {
        uint8_t first, last;
        uint32_t object;
    } rows[] = {
        {0x9A, 0x9A, 0x5FC105}, {0x9C, 0x9C, 0x5FC10A}, {0x9D, 0x9D, 0x5FC10B},
        {0x9E, 0x9E, 0x5FC101}, {0x82, 0x95, 0x5FC10D},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (slot >= rows[i].first && slot <= rows[i].last)
            return rows[i].object + slot - rows[i].first;
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
    uint8_t id[OBJECT_ID_MAX] = {(uint8_t)(object >> 16 & 0xFF), (uint8_t)(object >> 8 & 0xFF),
                                 (uint8_t)(object & 0xFF)};
    size_t len = object > UINT8_MAX ? OBJECT_ID_MAX : 1;
    tlv_put(writer, TAG_OBJECT_ID, (struct bytes){id + OBJECT_ID_MAX - len, len});
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
    start(out_apdu, PIV_INS_GET_DATA, 0x3F, 0xFF);
    out_apdu->wide = true;
    struct tlv_writer writer = writer_of(out_apdu);
    put_object_id(&writer, object);
    out_apdu->len = writer.len;
}

void piv_ask_tries(struct apdu *out_apdu)
{
    start(out_apdu, INS_VERIFY, 0x00, PIV_KEY_PIN);
    out_apdu->answers = false;
}

/* A PIN or PUK, padded. */
static void put_pin(struct apdu *apdu, struct bytes pin)
{
    assert(pin.len >= PIV_PIN_MIN && pin.len <= PIV_PIN_MAX);

    memset(apdu->data + apdu->len, PIN_PADDING, PIV_PIN_MAX);
    memcpy(apdu->data + apdu->len, pin.at, pin.len);
    apdu->len += PIV_PIN_MAX;
}

void piv_verify(struct bytes pin, struct apdu *out_apdu)
{
    piv_ask_tries(out_apdu);
    put_pin(out_apdu, pin);
}

void piv_change(uint8_t key, struct bytes was, struct bytes next, struct apdu *out_apdu)
{
    start(out_apdu, INS_CHANGE, 0x00, key);
    out_apdu->answers = false;
    put_pin(out_apdu, was);
    put_pin(out_apdu, next);
}

void piv_unblock(struct bytes puk, struct bytes next, struct apdu *out_apdu)
{
    start(out_apdu, INS_UNBLOCK, 0x00, PIV_KEY_PIN);
    out_apdu->answers = false;
    put_pin(out_apdu, puk);
    put_pin(out_apdu, next);
}

/* PUT DATA of `count` elements inside one object; false when they do not fit. */
static bool put_object(uint32_t object, const struct tlv *elements, size_t count, struct apdu *apdu)
{
    size_t len = 0;

    for (size_t i = 0; i < count; i++)
        len += tlv_size(elements[i].tag, elements[i].value.len);
    if (len > APDU_DATA_MAX)
        return false;
    start(apdu, INS_PUT_DATA, 0x3F, 0xFF);
    apdu->answers = false;
    struct tlv_writer writer = writer_of(apdu);
    put_object_id(&writer, object);
    tlv_put_head(&writer, TAG_OBJECT, len);
    for (size_t i = 0; i < count; i++)
        tlv_put(&writer, elements[i].tag, elements[i].value);
    apdu->len = writer.len;
    apdu->wide = writer.len > APDU_BLOCK_DATA_MAX;
    return !writer.full;
}

struct err piv_put_certificate(uint32_t object, struct bytes der, struct apdu *out_apdu)
{
    const uint8_t uncompressed = 0;
    const struct tlv elements[] = {{TAG_CERTIFICATE, der},
                                   {TAG_CERT_INFO, {&uncompressed, 1}},
                                   {TAG_ERROR_DETECTION, nothing}};

    if (der.len == 0 || !put_object(object, elements, ARRAY_LEN(elements), out_apdu))
        return ERR(ERR_NO_ROOM, der.len, "certificate");
    return ERR_OK;
}

void piv_put_empty(uint32_t object, struct apdu *out_apdu)
{
    bool fits = put_object(object, NULL, 0, out_apdu);
    assert(fits);
}

void piv_put_chuid(const uint8_t guid[PIV_GUID_LEN], struct apdu *out_apdu)
{
    static const uint8_t fasc_n[] = {0xD4, 0xE7, 0x39, 0xDA, 0x73, 0x9C, 0xED, 0x39, 0xCE,
                                     0x73, 0x9D, 0x83, 0x68, 0x58, 0x21, 0x08, 0x42, 0x10,
                                     0x84, 0x21, 0xC8, 0x42, 0x10, 0xC3, 0xEB};
    static const uint8_t expiry[] = {'2', '0', '9', '9', '1', '2', '3', '1'};
    const struct tlv elements[] = {{TAG_FASC_N, {fasc_n, sizeof(fasc_n)}},
                                   {TAG_GUID, {guid, PIV_GUID_LEN}},
                                   {TAG_EXPIRY, {expiry, sizeof(expiry)}},
                                   {TAG_SIGNATURE, nothing},
                                   {TAG_ERROR_DETECTION, nothing}};

    bool fits = put_object(PIV_OBJECT_CHUID, elements, ARRAY_LEN(elements), out_apdu);
    assert(fits);
}

void piv_generate(enum piv_algorithm algorithm, uint8_t slot, struct apdu *out_apdu)
{
    const uint8_t id = (uint8_t)algorithm;

    start(out_apdu, INS_GENERATE, 0x00, slot);
    out_apdu->wide = algorithm == PIV_ALGORITHM_RSA2048 || algorithm == PIV_ALGORITHM_RSA3072;
    struct tlv_writer writer = writer_of(out_apdu);
    tlv_put_head(&writer, TAG_CONTROL, tlv_size(TAG_ALGORITHM, 1));
    tlv_put(&writer, TAG_ALGORITHM, (struct bytes){&id, 1});
    out_apdu->len = writer.len;
}

void piv_move(uint8_t from, uint8_t to, struct apdu *out_apdu)
{
    start(out_apdu, INS_MOVE, to, from);
    out_apdu->answers = false;
}

void piv_set_admin(enum piv_algorithm algorithm, struct bytes key, struct apdu *out_apdu)
{
    start(out_apdu, INS_SET_ADMIN, 0xFF, 0xFF);
    out_apdu->answers = false;
    out_apdu->data[out_apdu->len++] = (uint8_t)algorithm;
    struct tlv_writer writer = writer_of(out_apdu);
    writer.len = out_apdu->len;
    tlv_put(&writer, PIV_KEY_ADMIN, key);
    assert(!writer.full);
    out_apdu->len = writer.len;
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

void piv_use(enum piv_algorithm algorithm, uint8_t slot, const struct tlv *input,
             struct apdu *out_apdu)
{
    const struct tlv elements[] = {{PIV_AUTH_RESPONSE, nothing}, *input};

    start(out_apdu, INS_AUTHENTICATE, (uint8_t)algorithm, slot);
    authenticate(out_apdu, elements, ARRAY_LEN(elements));
    out_apdu->wide = out_apdu->len > APDU_BLOCK_DATA_MAX;
}
