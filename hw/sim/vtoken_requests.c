/* vtoken_requests.c - what the token does when it is told to, one row a request. */
#include "hw/sim/vtoken_requests.h"

#include <inttypes.h>

#include "kiosk/base/text.h"

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
               " apdus=%" PRIu64 " bytes=%" PRIu64 " changes=%" PRIu64 " latency=%" PRIu32
               " admin=%s hangs=%s",
               device->in ? "in" : "out", device->seen ? "yes" : "no", state->serial,
               device->model.name, (unsigned)state->pin.tries_left, (unsigned)state->pin.tries_max,
               (unsigned)state->puk.tries_left, (unsigned)state->puk.tries_max,
               vtoken_fault_name(device->fault.kind), device->fault.after, device->apdus,
               device->bytes, device->changes, device->latency_ms,
               vtoken_algorithm_name(state->admin_algorithm), device->hangs ? "yes" : "no");
}

static void latency(struct vtoken_device *device, const struct control_request *request,
                    struct control_reply *reply)
{
    if (failed(control_number(request->word[2], VTOKEN_LATENCY_MAX_MS, &device->latency_ms))) {
        control_refuse(reply, "0 to %u ms", (unsigned)VTOKEN_LATENCY_MAX_MS);
    } else {
        control_ok(reply, "%" PRIu32 " ms", device->latency_ms);
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
    {"token", "public-key", 3, 3, vtoken_request_public_key},
    {"token", "load", 4, 4, vtoken_request_load},
    {"token", "fault", 3, 5, fault},
    {"token", "object", 3, 3, vtoken_request_object},
    {"token", "load-object", 4, 4, vtoken_request_load_object},
    {"token", "keys", 2, 2, vtoken_request_keys},
    {"token", "latency", 3, 3, latency},
    {"token", "ready-key", 3, 3, vtoken_request_ready_key},
    {"token", "snapshot", 2, 2, vtoken_request_snapshot},
    {"token", "restore", 2, 2, vtoken_request_restore},
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
