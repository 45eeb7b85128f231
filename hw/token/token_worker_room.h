/* token_worker_room.h - where messages with PINs and keys stand: locked memory, at both ends. */
#ifndef HW_TOKEN_TOKEN_WORKER_ROOM_H
#define HW_TOKEN_TOKEN_WORKER_ROOM_H

#include "hw/token/token_worker_wire.h"

struct worker_room {
    uint8_t message[WIRE_MESSAGE_MAX];
    struct wire_ask ask;
    struct wire_answer answer;
    struct token_reply reply; /* the worker's */
};

/* A room in pages of secret_pages_create(); NULL: none to be had. */
struct worker_room *worker_room_create(void);

/* After each use. */
void worker_room_wipe(struct worker_room *room);

/* Wipe and give back. NULL is fine. */
void worker_room_destroy(struct worker_room *room);

#endif
