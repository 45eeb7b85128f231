/*
 * disk_room.h - whether the disk has room for more than the order in hand; for the book.
 */
#ifndef KIOSK_APP_DISK_ROOM_H
#define KIOSK_APP_DISK_ROOM_H

#include "kiosk/ledger/reserve.h"

struct disk_room {
    const char *path; /* of the reserve */
    uint64_t size;    /* of it, bytes */
    bool ok;
};

/* Look, and hold the reserve when there is room for it; true when `ok` is another than before. */
bool disk_room_look(struct disk_room *room);

/* After a write that failed with `e`: give the reserve up when that was for want of room. True when
 * the write is worth another try. */
bool disk_room_make(const struct disk_room *room, struct err e);

#endif
