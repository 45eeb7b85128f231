#include "kiosk/app/disk_room.h"

#include "kiosk/base/log.h"

bool disk_room_look(struct disk_room *room)
{
    struct err e = reserve_hold(room->path, room->size);
    bool changed = room->ok == failed(e);
    room->ok = !failed(e);
    if (changed && failed(e))
        log_err("reserve", e);
    if (changed && !failed(e))
        log_event(LOG_LEVEL_NOTICE, "reserve", "state=held");
    return changed;
}

bool disk_room_make(const struct disk_room *room, struct err e)
{
    if (e.code != ERR_NO_ROOM || !reserve_give_up(room->path))
        return false;
    log_event(LOG_LEVEL_WARNING, "reserve", "state=given_up");
    return true;
}
