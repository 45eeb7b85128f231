/*
 * vtoken_link.h - the wire to the virtual reader: vpcd of vsmartcard listens, the card connects.
 *
 * Each message is a length of two bytes, big endian, and that many bytes: one byte is a control
 * (0 off, 1 on, 2 reset, 4 answer with the ATR), more are a command that wants its reply.
 */
#ifndef HW_SIM_VTOKEN_LINK_H
#define HW_SIM_VTOKEN_LINK_H

#include <stdbool.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define VTOKEN_LINK_MESSAGE_MAX 65535
#define VTOKEN_LINK_HEADER_LEN 2

struct vtoken_link {
    int fd; /* -1: not connected */
    size_t len;
    uint8_t at[VTOKEN_LINK_HEADER_LEN + VTOKEN_LINK_MESSAGE_MAX];
};

enum vtoken_message {
    VTOKEN_MESSAGE_COMMAND,
    VTOKEN_MESSAGE_OFF,
    VTOKEN_MESSAGE_ON,
    VTOKEN_MESSAGE_RESET,
    VTOKEN_MESSAGE_ATR,
    VTOKEN_MESSAGE_UNKNOWN
};

/* Connect to the reader on 127.0.0.1. ERR_NOT_FOUND when none listens, ERR_IO. */
MUST_CHECK struct err vtoken_link_open(struct vtoken_link *link, uint16_t port);

/* Disconnect; the reader sees the card leave. Fine when not connected. */
void vtoken_link_close(struct vtoken_link *link);

/* Take in what has arrived, without waiting. ERR_GONE when the reader has closed the line. */
MUST_CHECK struct err vtoken_link_receive(struct vtoken_link *link);

/* The oldest message that is whole; false when there is none. It borrows from `link` until
 * vtoken_link_drop, which takes it off. */
MUST_CHECK bool vtoken_link_peek(const struct vtoken_link *link, enum vtoken_message *out_message,
                                 struct bytes *out_command);
void vtoken_link_drop(struct vtoken_link *link);

/* Send one message. ERR_GONE when the reader has closed the line. */
MUST_CHECK struct err vtoken_link_send(struct vtoken_link *link, struct bytes message);

#endif
