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

/* `size` bytes, zeroed; locked, left out of core dumps and of children. NULL when they cannot be
 * had or locked. */
void *worker_pages_create(size_t size);

/* Wipe and give back. NULL is fine. */
void worker_pages_destroy(void *pages, size_t size);

/* A room in such pages. */
struct worker_room *worker_room_create(void);

/* After each use. */
void worker_room_wipe(struct worker_room *room);

/* Wipe and give back. NULL is fine. */
void worker_room_destroy(struct worker_room *room);

#endif
