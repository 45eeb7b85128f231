/* vtoken_memory.c - the requests that look into the token's memory and change it as its factory
 * would. */
#include <inttypes.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/x509.h>

#include "hw/sim/vtoken_requests.h"
#include "hw/sim/vtoken_store.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define TAG_CERTIFICATE 0x70
#define TAG_CERTIFICATE_INFO 0x71
#define TAG_ERROR_DETECTION 0xFE
#define PUBLIC_KEY_MAX 450
#define OBJECT_ANSWER_MAX (VTOKEN_OBJECT_MAX + VTOKEN_TLV_HEADER_MAX)
#define TAG_TEXT_MAX 6
#define KEYS_TEXT_MAX 512

static bool slot_parse(const char *word, uint8_t *out_slot)
{
    uint8_t slot = 0;
    if (failed(hex_parse(word, &slot, 1)) || !vtoken_slot_known(slot))
        return false;
    *out_slot = slot;
    return true;
}

void vtoken_request_public_key(struct vtoken_device *device, const struct control_request *request,
                               struct control_reply *reply)
{
    uint8_t slot = 0;
    const struct vtoken_key *key =
        slot_parse(request->word[2], &slot) ? vtoken_state_key(device->state, slot) : NULL;
    if (key == NULL) {
        control_refuse(reply, "no key in this slot");
        return;
    }
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(key->pair, &der);
    char hex[HEX_SIZE(PUBLIC_KEY_MAX)];
    if (len <= 0 || len > PUBLIC_KEY_MAX) {
        control_refuse(reply, "the key has no public part");
    } else {
        hex_print(hex, (struct bytes){der, (size_t)len});
        control_ok(reply, "%s", hex);
    }
    OPENSSL_free(der);
}

static bool certificate_put(struct vtoken_device *device, uint8_t slot, struct bytes der)
{
    uint8_t at[VTOKEN_OBJECT_MAX];
    struct vtoken_writer object = {.at = at, .size = sizeof at};
    vtoken_put_tlv(&object, TAG_CERTIFICATE, der);
    vtoken_put_byte(&object, TAG_CERTIFICATE_INFO, 0);
    vtoken_put_tlv(&object, TAG_ERROR_DETECTION, (struct bytes){at, 0});
    return !object.overflow &&
           !failed(vtoken_state_put(device->state, vtoken_slot_object(slot),
                                    (struct bytes){at, object.len})) &&
           !failed(vtoken_store_save(device->path, device->state));
}

/* Hexadecimal digits, at least a byte of them. */
static bool bytes_parse(const char *word, uint8_t *out, size_t size, size_t *out_len)
{
    size_t len = strlen(word) / 2;
    if (len == 0 || len > size || failed(hex_parse(word, out, len)))
        return false;
    *out_len = len;
    return true;
}

void vtoken_request_load(struct vtoken_device *device, const struct control_request *request,
                         struct control_reply *reply)
{
    uint8_t slot = 0;
    uint8_t der[VTOKEN_OBJECT_MAX];
    size_t len = 0;
    if (!slot_parse(request->word[2], &slot)) {
        control_refuse(reply, "no such slot");
    } else if (!bytes_parse(request->word[3], der, sizeof der, &len)) {
        control_refuse(reply, "no certificate of at most %zu bytes", sizeof der);
    } else if (!certificate_put(device, slot, (struct bytes){der, len})) {
        control_refuse(reply, "the token has no room");
    } else {
        control_ok(reply, "%zu bytes", len);
    }
}

/* "5fc105" or "7e". */
static bool tag_parse(const char *word, uint32_t *out_tag)
{
    uint8_t bytes[TAG_TEXT_MAX / 2];
    size_t len = 0;
    if (!bytes_parse(word, bytes, sizeof bytes, &len))
        return false;
    uint32_t tag = 0;
    for (size_t i = 0; i < len; i++)
        tag = tag << 8 | bytes[i];
    *out_tag = tag;
    return tag != 0;
}

void vtoken_request_object(struct vtoken_device *device, const struct control_request *request,
                           struct control_reply *reply)
{
    uint32_t tag = 0;
    uint8_t at[OBJECT_ANSWER_MAX];
    char hex[HEX_SIZE(OBJECT_ANSWER_MAX)];
    struct vtoken_writer writer = {.at = at, .size = sizeof at};
    const struct vtoken_object *kept =
        tag_parse(request->word[2], &tag) ? vtoken_state_object(device->state, tag) : NULL;
    if (kept == NULL) {
        control_refuse(reply, "no such object");
        return;
    }
    vtoken_object_write(kept, &writer); /* there is room for the greatest */
    hex_print(hex, (struct bytes){at, writer.len});
    control_ok(reply, "%s", hex);
}

/* A well-formed one is kept as if it had been written; any other, as it is. */
static bool object_keep(struct vtoken_device *device, uint32_t tag, struct bytes answer)
{
    struct bytes rest = answer;
    struct vtoken_tlv value;
    bool whole = vtoken_tlv_take(&rest, &value) && value.tag == VTOKEN_TAG_DATA && rest.len == 0 &&
                 value.value.len > 0;
    struct err e = whole ? vtoken_state_put(device->state, tag, value.value)
                         : vtoken_state_put_raw(device->state, tag, answer);
    return !failed(e) && !failed(vtoken_store_save(device->path, device->state));
}

void vtoken_request_load_object(struct vtoken_device *device, const struct control_request *request,
                                struct control_reply *reply)
{
    uint32_t tag = 0;
    uint8_t at[VTOKEN_OBJECT_MAX];
    size_t len = 0;
    if (!tag_parse(request->word[2], &tag)) {
        control_refuse(reply, "no such tag");
    } else if (!bytes_parse(request->word[3], at, sizeof at, &len)) {
        control_refuse(reply, "no object of at most %zu bytes", sizeof at);
    } else if (!object_keep(device, tag, (struct bytes){at, len})) {
        control_refuse(reply, "the token has no room");
    } else {
        control_ok(reply, "%zu bytes", len);
    }
}

void vtoken_request_keys(struct vtoken_device *device, const struct control_request *request,
                         struct control_reply *reply)
{
    (void)request;
    char text[KEYS_TEXT_MAX] = "";
    size_t len = 0;
    for (unsigned slot = 1; slot <= UINT8_MAX; slot++) {
        const struct vtoken_key *key = vtoken_state_key(device->state, (uint8_t)slot);
        if (key != NULL &&
            text_print(text + len, sizeof text - len, "%s%02x=%s", len == 0 ? "" : " ", slot,
                       vtoken_algorithm_name(key->algorithm)))
            len += strlen(text + len);
    }
    control_ok(reply, "%s", len == 0 ? "none" : text);
}

void vtoken_request_snapshot(struct vtoken_device *device, const struct control_request *request,
                             struct control_reply *reply)
{
    (void)request;
    struct err e = vtoken_device_snapshot(device);
    if (failed(e)) {
        control_refuse(reply, "%s", e.site);
    } else {
        control_ok(reply, "kept");
    }
}

void vtoken_request_restore(struct vtoken_device *device, const struct control_request *request,
                            struct control_reply *reply)
{
    (void)request;
    struct err e = vtoken_device_restore(device);
    if (e.code == ERR_NOT_FOUND) {
        control_refuse(reply, "nothing is kept");
    } else if (failed(e)) {
        control_refuse(reply, "%s", e.site);
    } else {
        control_ok(reply, "serial=%" PRIu32, device->state->serial);
    }
}

void vtoken_request_ready_key(struct vtoken_device *device, const struct control_request *request,
                              struct control_reply *reply)
{
    enum vtoken_algorithm algorithm = VTOKEN_P256;
    (void)device;
    if (!vtoken_algorithm_find(request->word[2], &algorithm) ||
        failed(vtoken_pair_prepare(algorithm))) {
        control_refuse(reply, "no such key");
    } else {
        control_ok(reply, "the next %s", vtoken_algorithm_name(algorithm));
    }
}
