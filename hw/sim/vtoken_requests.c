/* vtoken_requests.c - what the token does when it is told to, one row a request. */
#include <inttypes.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/x509.h>

#include "hw/sim/vtoken_device.h"
#include "hw/sim/vtoken_store.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define TAG_CERTIFICATE 0x70
#define TAG_CERTIFICATE_INFO 0x71
#define TAG_ERROR_DETECTION 0xFE
#define PUBLIC_KEY_MAX 400

static void insert(struct vtoken_device *device, const struct control_request *request,
                   struct control_reply *reply)
{
    (void)request;
    if (failed(vtoken_device_insert(device))) {
        control_refuse(reply, "the token is in");
    } else {
        control_ok(reply, "in");
    }
}

static void pull(struct vtoken_device *device, const struct control_request *request,
                 struct control_reply *reply)
{
    (void)request;
    if (failed(vtoken_device_pull(device))) {
        control_refuse(reply, "the token is out");
    } else {
        control_ok(reply, "out");
    }
}

static void swap(struct vtoken_device *device, const struct control_request *request,
                 struct control_reply *reply)
{
    bool back = request->count == 2;
    if (back && !text_same(request->word[1], "back")) {
        control_refuse(reply, "swap, or swap back");
        return;
    }
    struct err e = vtoken_device_swap(device, back);
    if (e.code == ERR_NOT_FOUND) {
        control_refuse(reply, "no token is put away");
    } else if (failed(e)) {
        control_refuse(reply, "%s", e.site);
    } else {
        control_ok(reply, "serial=%" PRIu32, device->state->serial);
    }
}

static void status(struct vtoken_device *device, const struct control_request *request,
                   struct control_reply *reply)
{
    (void)request;
    const struct vtoken_state *state = device->state;
    control_ok(reply,
               "%s seen=%s serial=%" PRIu32 " model=%s pin=%u/%u puk=%u/%u fault=%s after=%" PRIu32
               " apdus=%" PRIu64 " bytes=%" PRIu64,
               device->in ? "in" : "out", device->seen ? "yes" : "no", state->serial,
               device->model->name, (unsigned)state->pin.tries_left, (unsigned)state->pin.tries_max,
               (unsigned)state->puk.tries_left, (unsigned)state->puk.tries_max,
               vtoken_fault_name(device->fault.kind), device->fault.after, device->apdus,
               device->bytes);
}

static bool slot_parse(const char *word, uint8_t *out_slot)
{
    uint8_t slot = 0;
    if (failed(hex_parse(word, &slot, 1)) || !vtoken_slot_known(slot))
        return false;
    *out_slot = slot;
    return true;
}

static void public_key(struct vtoken_device *device, const struct control_request *request,
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

static void load(struct vtoken_device *device, const struct control_request *request,
                 struct control_reply *reply)
{
    uint8_t slot = 0;
    uint8_t der[VTOKEN_OBJECT_MAX];
    size_t len = strlen(request->word[3]) / 2;
    if (!slot_parse(request->word[2], &slot)) {
        control_refuse(reply, "no such slot");
    } else if (len == 0 || len > sizeof der || failed(hex_parse(request->word[3], der, len))) {
        control_refuse(reply, "no certificate of at most %zu bytes", sizeof der);
    } else if (!certificate_put(device, slot, (struct bytes){der, len})) {
        control_refuse(reply, "the token has no room");
    } else {
        control_ok(reply, "%zu bytes", len);
    }
}

static void fault(struct vtoken_device *device, const struct control_request *request,
                  struct control_reply *reply)
{
    struct vtoken_fault fresh;
    if (failed(vtoken_fault_parse(request->word + 2, request->count - 2, &fresh))) {
        control_refuse(reply, "no such fault");
        return;
    }
    device->fault = fresh;
    device->hangs = false; /* what it had not answered it answers now */
    control_ok(reply, "%s", vtoken_fault_name(fresh.kind));
}

static const struct row {
    const char *first;
    const char *second; /* NULL: any or none */
    size_t count_min;
    size_t count_max;
    void (*answer)(struct vtoken_device *device, const struct control_request *request,
                   struct control_reply *reply);
} requests[] = {
    {"insert", NULL, 1, 1, insert},
    {"pull", NULL, 1, 1, pull},
    {"swap", NULL, 1, 2, swap},
    {"token", "status", 2, 2, status},
    {"token", "public-key", 3, 3, public_key},
    {"token", "load", 4, 4, load},
    {"token", "fault", 3, 5, fault},
};

static bool row_fits(const struct row *row, const struct control_request *request)
{
    return text_same(row->first, request->word[0]) && request->count >= row->count_min &&
           request->count <= row->count_max &&
           (row->second == NULL || text_same(row->second, request->word[1]));
}

void vtoken_device_request(void *context, const struct control_request *request,
                           struct control_reply *reply)
{
    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        if (row_fits(&requests[i], request)) {
            requests[i].answer(context, request, reply);
            return;
        }
    }
}
