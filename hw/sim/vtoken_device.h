/*
 * vtoken_device.h - one virtual token: a card, its file, and the wire to a reader.
 *
 *     vtoken_device_open --> insert --> receive ... --> pull --> insert ... --> vtoken_device_close
 */
#ifndef HW_SIM_VTOKEN_DEVICE_H
#define HW_SIM_VTOKEN_DEVICE_H

#include <limits.h>

#include "hw/sim/control.h"
#include "hw/sim/vtoken_card.h"
#include "hw/sim/vtoken_fault.h"
#include "hw/sim/vtoken_link.h"

#define VTOKEN_RECONNECT_MS 50
#define VTOKEN_LATENCY_MAX_MS 2000
#define VTOKEN_OUT_MS \
    800 /* at least, between pull and insert: twice what a reader takes to look \
         */

struct vtoken_device {
    struct vtoken_model model;
    struct vtoken_blank blank;
    uint32_t latency_ms; /* before each answer */
    char path[PATH_MAX];
    uint16_t port;
    bool in;             /* in the reader, or wants to be */
    bool seen;           /* the reader has powered it since it was put in */
    uint64_t connect_ms; /* clock_boot_ms() before which it does not touch the reader */
    struct vtoken_fault fault;
    bool hangs;
    uint64_t apdus;   /* since the program started */
    uint64_t bytes;   /* of those commands and their answers */
    uint64_t changes; /* commands that changed this token's memory, tries included, since it was
                         loaded */
    struct vtoken_state *state;
    struct vtoken_card card;
    struct vtoken_link link;
    uint8_t reply[VTOKEN_LINK_MESSAGE_MAX];
};

/* Load the token kept at `device->path`, or make and keep a new one. model, blank, latency_ms, path
 * and port are set by the caller; all else is set here. Errors as vtoken_store_load and _save. */
MUST_CHECK struct err vtoken_device_open(struct vtoken_device *device);
void vtoken_device_close(struct vtoken_device *device);

/*
 * Put it into the reader; ERR_CONFLICT when it is in. No hand is faster than VTOKEN_OUT_MS: sooner
 * after a pull the token arrives when that is over, because pcscd can take a card that was out
 * for less for one that is there but mute, and never wake it.
 */
MUST_CHECK struct err vtoken_device_insert(struct vtoken_device *device);

/* Take it out; ERR_CONFLICT when it is out. A token that hung is whole again afterwards. */
MUST_CHECK struct err vtoken_device_pull(struct vtoken_device *device);

/* Another, blank token takes its place so fast that a reader does not see it leave. The old one
 * is put away; `back` changes it with the present one. ERR_NOT_FOUND when none is put away. */
MUST_CHECK struct err vtoken_device_swap(struct vtoken_device *device, bool back);

/* Keep a copy of its memory beside it; or, in the same place, be as that copy was, without power
 * since. ERR_NOT_FOUND when none was kept. */
MUST_CHECK struct err vtoken_device_snapshot(struct vtoken_device *device);
MUST_CHECK struct err vtoken_device_restore(struct vtoken_device *device);

/* Answer what the reader has sent, without waiting; call when link.fd is readable, or when a
 * hang is over. Also connects again when the reader has gone away and come back. */
void vtoken_device_work(struct vtoken_device *device);

/* Answers the requests of control.h; `context` is the device. (vtoken_requests.c) */
void vtoken_device_request(void *context, const struct control_request *request,
                           struct control_reply *reply);

#endif
