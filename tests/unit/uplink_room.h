/* uplink_room.h - a journal on its way up, in a room of syncd_room.h. */
#ifndef TESTS_UNIT_UPLINK_ROOM_H
#define TESTS_UNIT_UPLINK_ROOM_H

#include "sync/daemon/uplink.h"
#include "tests/unit/syncd_room.h"

#define MINUTE_MS 60000

static inline bool on_its_way(const struct room *room)
{
    return http_busy(room->http, LANE_JOURNAL);
}

/* The journal has `count` entries and the line is up: the first batch is on its way. */
static inline void send_first(struct room *room, unsigned count)
{
    room_open_journal(room, 7);
    room_append(room, count);
    room_line_up(room);
    assert_true(on_its_way(room));
    assert_int_equal(room->http->batch.entries[0].seq, 1);
}

static inline const struct inbox_state *saved(struct room *room)
{
    static struct inbox_state inbox;
    assert_false(failed(inbox_get_state(room->desk.store.inbox, &inbox)));
    return &inbox;
}

#endif
