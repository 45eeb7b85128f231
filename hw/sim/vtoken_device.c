/* vtoken_device.c - hides when the token's memory is saved, and how its faults come about. */
#include "hw/sim/vtoken_device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hw/sim/vtoken_command.h"
#include "hw/sim/vtoken_store.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

#define AWAY_SUFFIX ".away"
#define KEPT_SUFFIX ".kept"
#define MS_PER_S 1000U
#define NS_PER_MS 1000000L
#define MESSAGES_MAX 64 /* answered in one go, so that control is not starved */

/* ISO/IEC 7816-3: direct convention, T=1, and a name of its own in the historical bytes. */
static const uint8_t atr[] = {0x3B, 0xF8, 0x13, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x15,
                              'v',  'i',  'r',  't',  'u',  'a',  'l',  '1',  0x00};
#define ATR_LEN (sizeof atr)

static void atr_complete(uint8_t out[ATR_LEN])
{
    memcpy(out, atr, ATR_LEN);
    for (size_t i = 1; i < ATR_LEN - 1; i++)
        out[ATR_LEN - 1] ^= out[i]; /* TCK, section 8.2.5 */
}

static struct err state_load(struct vtoken_device *device, struct vtoken_state **out_state)
{
    struct err e = vtoken_store_load(device->path, out_state);
    if (e.code != ERR_NOT_FOUND)
        return e;
    e = vtoken_state_create(&device->blank, out_state);
    return failed(e) ? e : vtoken_store_save(device->path, *out_state);
}

/* The token of this file from now on. */
static struct err state_take(struct vtoken_device *device)
{
    struct vtoken_state *fresh = NULL;
    struct err e = state_load(device, &fresh);
    if (failed(e)) {
        vtoken_state_destroy(fresh);
        return e;
    }
    vtoken_state_destroy(device->state);
    device->state = fresh;
    device->changes = 0;
    vtoken_card_init(&device->card, &device->model, fresh);
    return ERR_OK;
}

struct err vtoken_device_open(struct vtoken_device *device)
{
    device->in = device->seen = device->hangs = false;
    device->fault = (struct vtoken_fault){.kind = VTOKEN_FAULT_NONE};
    device->apdus = device->bytes = device->changes = 0;
    device->connect_ms = 0;
    device->state = NULL;
    device->link.fd = -1;
    device->link.len = 0;
    return state_take(device);
}

void vtoken_device_close(struct vtoken_device *device)
{
    vtoken_link_close(&device->link);
    vtoken_state_destroy(device->state);
    device->state = NULL;
}

struct err vtoken_device_insert(struct vtoken_device *device)
{
    if (device->in)
        return ERR(ERR_CONFLICT, 0, "already in");
    device->in = true;
    device->seen = device->hangs = false;
    vtoken_card_power(&device->card);
    vtoken_device_work(device);
    return ERR_OK;
}

struct err vtoken_device_pull(struct vtoken_device *device)
{
    if (!device->in)
        return ERR(ERR_CONFLICT, 0, "already out");
    vtoken_link_close(&device->link);
    device->connect_ms = clock_boot_ms() + VTOKEN_OUT_MS;
    if (device->fault.hit)
        device->fault = (struct vtoken_fault){.kind = VTOKEN_FAULT_NONE};
    device->in = device->seen = device->hangs = false;
    vtoken_card_power(&device->card);
    return ERR_OK;
}

struct err vtoken_device_swap(struct vtoken_device *device, bool back)
{
    char away[PATH_MAX];
    char between[PATH_MAX];
    if (!text_print(away, sizeof away, "%s" AWAY_SUFFIX, device->path) ||
        !text_print(between, sizeof between, "%s.swap", device->path))
        return ERR(ERR_NO_ROOM, 0, "path");
    if (!back) {
        if (rename(device->path, away) != 0)
            return ERR(ERR_IO, errno, "rename");
        return state_take(device);
    }
    if (rename(away, between) != 0)
        return ERR(errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "rename");
    if (rename(device->path, away) != 0 || rename(between, device->path) != 0)
        return ERR(ERR_IO, errno, "rename");
    return state_take(device);
}

struct err vtoken_device_snapshot(struct vtoken_device *device)
{
    char kept[PATH_MAX];
    if (!text_print(kept, sizeof kept, "%s" KEPT_SUFFIX, device->path))
        return ERR(ERR_NO_ROOM, 0, "path");
    return vtoken_store_save(kept, device->state);
}

struct err vtoken_device_restore(struct vtoken_device *device)
{
    char kept[PATH_MAX];
    struct vtoken_state *state = NULL;
    if (!text_print(kept, sizeof kept, "%s" KEPT_SUFFIX, device->path))
        return ERR(ERR_NO_ROOM, 0, "path");
    struct err e = vtoken_store_load(kept, &state);
    if (!failed(e))
        e = vtoken_store_save(device->path, state);
    vtoken_state_destroy(state);
    return failed(e) ? e : state_take(device);
}

static size_t sw_only(unsigned sw, uint8_t *out)
{
    out[0] = (uint8_t)(sw >> 8 & 0xFF);
    out[1] = (uint8_t)(sw & 0xFF);
    return 2;
}

/* The token's own answer, given only once what it changed is on the disk. */
static size_t command_run(struct vtoken_device *device, struct bytes command, uint8_t *out)
{
    size_t len = vtoken_card_transmit(&device->card, command, out);
    if (!device->state->changed)
        return len;
    device->changes++;
    return failed(vtoken_store_save(device->path, device->state)) ? sw_only(SW_MEMORY, out) : len;
}

/* The token that is put away, or a new one when none is. */
static void other_token_in(struct vtoken_device *device)
{
    struct err e = vtoken_device_swap(device, true);
    if (e.code == ERR_NOT_FOUND)
        e = vtoken_device_swap(device, false);
    if (failed(e))
        log_err("vtoken", e); /* and the same token answers: a test of a swap notices */
}

static void latency_wait(const struct vtoken_device *device)
{
    const struct timespec wait = {.tv_sec = device->latency_ms / MS_PER_S,
                                  .tv_nsec = device->latency_ms % MS_PER_S * NS_PER_MS};
    if (device->latency_ms > 0)
        (void)nanosleep(&wait, NULL); /* a signal that ends it early ends the program as well */
}

/* False when there is to be no answer now. */
static bool command_answer(struct vtoken_device *device, struct bytes command, uint8_t *out,
                           size_t *out_len)
{
    enum vtoken_fault_kind kind = vtoken_fault_count(&device->fault);
    latency_wait(device);
    switch (kind) {
    case VTOKEN_FAULT_SWAP:
        other_token_in(device);
        *out_len = command_run(device, command, out);
        return true;
    case VTOKEN_FAULT_NONE:
        *out_len = command_run(device, command, out);
        return true;
    case VTOKEN_FAULT_LOST:
        (void)command_run(device, command, out);
        (void)failed(vtoken_device_pull(device)); /* it is in: it was just spoken to */
        return false;
    case VTOKEN_FAULT_ENDLESS:
    case VTOKEN_FAULT_EMPTY:
    case VTOKEN_FAULT_FLOOD:
    case VTOKEN_FAULT_OVERRUN:
        *out_len = vtoken_fault_answer(kind, out, sizeof device->reply);
        return true;
    case VTOKEN_FAULT_PULL:
        (void)failed(vtoken_device_pull(device)); /* it is in: it was just spoken to */
        return false;
    case VTOKEN_FAULT_HANG:
        device->hangs = true;
        return false;
    case VTOKEN_FAULT_GARBAGE:
        *out_len = command_run(device, command, out);
        vtoken_random(out, *out_len);
        return true;
    case VTOKEN_FAULT_SHORT:
        (void)command_run(device, command, out);
        *out_len = 1;
        return true;
    case VTOKEN_FAULT_SW:
        *out_len = sw_only(device->fault.sw, out);
        return true;
    }
    return false;
}

/* The reader that powered it is no more. */
static void reader_lost(struct vtoken_device *device)
{
    vtoken_link_close(&device->link);
    vtoken_card_power(&device->card);
    device->seen = false;
}

/* False when the message is not answered for now and stays. */
static bool message_answer(struct vtoken_device *device, enum vtoken_message message,
                           struct bytes command)
{
    uint8_t *reply = device->reply;
    size_t len = 0;
    switch (message) {
    case VTOKEN_MESSAGE_ON:
        device->seen = true;
        vtoken_card_power(&device->card);
        break;
    case VTOKEN_MESSAGE_OFF:
    case VTOKEN_MESSAGE_RESET:
        vtoken_card_power(&device->card);
        break;
    case VTOKEN_MESSAGE_ATR:
        atr_complete(reply);
        len = ATR_LEN;
        break;
    case VTOKEN_MESSAGE_COMMAND:
        if (!command_answer(device, command, reply, &len))
            return false;
        device->apdus++;
        device->bytes += command.len + len;
        break;
    case VTOKEN_MESSAGE_UNKNOWN:
        break;
    }
    vtoken_link_drop(&device->link);
    if (len > 0 && failed(vtoken_link_send(&device->link, (struct bytes){reply, len})))
        reader_lost(device);
    return true;
}

void vtoken_device_work(struct vtoken_device *device)
{
    if (!device->in)
        return;
    if (device->link.fd < 0 && (clock_boot_ms() < device->connect_ms ||
                                failed(vtoken_link_open(&device->link, device->port))))
        return; /* not yet, or the reader is away: the caller comes again */
    if (failed(vtoken_link_receive(&device->link))) {
        reader_lost(device);
        return;
    }
    enum vtoken_message message;
    struct bytes command;
    for (int i = 0; i < MESSAGES_MAX && !device->hangs; i++) {
        if (device->link.fd < 0 || !vtoken_link_peek(&device->link, &message, &command) ||
            !message_answer(device, message, command))
            return;
    }
}
