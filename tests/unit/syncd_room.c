#include "tests/unit/syncd_room.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "tests/unit/ledger.h"
#include "tests/unit/ring.h"

#define AT_MS INT64_C(1760000000000)

static void start_daemon(struct room *room)
{
    room->http = fake_http_create();
    room->desk = (struct desk){.kiosk = FAKE_KIOSK, .keys = ring_of(room->key), .http = room->http};
    line_init(&room->desk.line);
    assert_false(failed(store_open(room->inbox_path, &room->desk.store)));
    assert_false(failed(desk_load_keys(&room->desk)));
    assert_false(failed(uplink_create(&room->desk, room->journal_path, &room->uplink)));
    assert_false(failed(downlink_create(&room->desk, room->uplink, &room->downlink)));
}

static void stop_daemon(struct room *room)
{
    downlink_destroy(room->downlink);
    uplink_destroy(room->uplink);
    store_close(&room->desk.store);
    fake_http_destroy(room->http);
}

int room_set_up(void **state)
{
    struct room *room = calloc(1, sizeof(*room));
    assert_non_null(room);
    room->now_ms = 1000;
    (void)text_copy(room->folder, sizeof(room->folder), "/tmp/test_syncd.XXXXXX");
    assert_non_null(mkdtemp(room->folder));
    (void)snprintf(room->journal_path, sizeof(room->journal_path), "%s/journal.db", room->folder);
    (void)snprintf(room->inbox_path, sizeof(room->inbox_path), "%s/inbox.db", room->folder);
    (void)snprintf(room->key_path, sizeof(room->key_path), "%s/key.pem", room->folder);
    room->key = fake_key(room->key_path);
    start_daemon(room);
    *state = room;
    return 0;
}

static int remove_one(const char *path, const struct stat *what, int type, struct FTW *where)
{
    (void)what;
    (void)type;
    (void)where;
    return remove(path);
}

int room_tear_down(void **state)
{
    struct room *room = *state;
    stop_daemon(room);
    journal_close(room->journal);
    seal_key_destroy(room->key);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread */
    assert_int_equal(nftw(room->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    free(room);
    return 0;
}

void room_open_journal(struct room *room, unsigned random)
{
    uint8_t bytes[16];
    memset(bytes, (int)random, sizeof(bytes));
    assert_false(
        failed(journal_open(room->journal_path, true, bytes, &ledger_guard, &room->journal)));
}

static void append(struct room *room, unsigned count, bool awaited)
{
    static unsigned drawn;
    for (unsigned i = 0; i < count; i++) {
        struct journal_draft draft = {.at_ms = AT_MS, .kind = "visit_ended", .awaited = awaited};
        uint8_t random[16] = {0};
        drawn++;
        memcpy(random, &drawn, sizeof(drawn));
        chain_uuid(draft.txid, random);
        random[15] = 1;
        chain_uuid(draft.visit, random);
        draft.body = (struct bytes){(const uint8_t *)"{}", 2};
        assert_false(failed(journal_append(room->journal, &draft)));
        room->appended++;
    }
}

void room_append(struct room *room, unsigned count)
{
    append(room, count, true);
}

void room_append_unsigned(struct room *room, unsigned count)
{
    append(room, count, false);
}

void room_restart(struct room *room)
{
    stop_daemon(room);
    start_daemon(room);
}

void room_round(struct room *room, uint64_t after_ms)
{
    room->now_ms += after_ms;
    assert_false(failed(downlink_step(room->downlink, room->now_ms)));
    assert_false(failed(uplink_step(room->uplink, room->now_ms)));
    struct err e = store_save(&room->desk.store);
    assert_true(!failed(e) || e.code == ERR_NO_ROOM); /* with which the daemon goes on */
}

static bool take_hash(void *context, const struct journal_row *row)
{
    *(struct hash *)context = row->hash;
    return false;
}

struct ack room_ack(struct room *room, uint64_t seq)
{
    struct ack ack = {.kiosk = FAKE_KIOSK, .acked_seq = seq, .time_ms = clock_wall_ms()};
    struct journal_status status = {.epoch = ""};
    if (room->journal != NULL)
        assert_false(failed(journal_get_status(room->journal, &status)));
    if (seq > 0)
        assert_true(text_copy(ack.epoch, sizeof(ack.epoch), status.epoch));
    if (seq > 0)
        assert_false(failed(journal_read(room->journal, seq - 1, 1, take_hash, &ack.head_hash)));
    return ack;
}

void room_line_up(struct room *room)
{
    struct feed *feed = calloc(1, sizeof(*feed));
    const struct inbox_state *known = &room->desk.store.state;
    struct ack ack = room_ack(room, 0);
    ack.acked_seq = known->acked_seq;
    ack.head_hash = known->acked_hash;
    (void)text_copy(ack.epoch, sizeof(ack.epoch), known->epoch);
    assert_non_null(feed);
    room_round(room, 0);
    fake_feed(room->http, room->key, feed, &ack);
    free(feed);
    room_round(room, 0);
}
