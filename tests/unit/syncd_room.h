/* syncd_room.h - a desk with a real ledger in a folder of its own, and a platform that the test
 * plays. */
#ifndef TESTS_UNIT_SYNCD_ROOM_H
#define TESTS_UNIT_SYNCD_ROOM_H

#include "kiosk/ledger/journal.h"
#include "sync/daemon/downlink.h"
#include "sync/daemon/uplink.h"
#include "tests/unit/fake_http.h"
#include "tests/unit/unit.h"

struct room {
    char folder[64];
    char journal_path[96], inbox_path[96], key_path[96];
    struct seal_key *key;
    struct journal *journal; /* the kiosk's hand */
    uint64_t appended;
    struct http *http;
    struct desk desk;
    struct uplink *uplink;
    struct downlink *downlink;
    uint64_t now_ms;
};

/* For cmocka: a room whose journal is not there yet and whose feed has not answered yet. */
int room_set_up(void **state);
int room_tear_down(void **state);
#define TEST(function) cmocka_unit_test_setup_teardown(function, room_set_up, room_tear_down)

/* Certkiosk starts, or appends `count` entries, each signed, or as seldom as it can be. */
void room_open_journal(struct room *room, unsigned random);
void room_append(struct room *room, unsigned count);
void room_append_unsigned(struct room *room, unsigned count);

/* Stop the daemon's half and start it again, as after a crash. */
void room_restart(struct room *room);

/* Time passes, then one round of the daemon, saved. */
void room_round(struct room *room, uint64_t after_ms);

/* The feed answered, so that the journal may go up. */
void room_line_up(struct room *room);

/* What the platform would say after storing all up to `seq`. */
struct ack room_ack(struct room *room, uint64_t seq);

#endif
