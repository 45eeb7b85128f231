/* What all threads read is one number; the rest belongs to the thread that serves. */
#include "sync/gateway/platform_clock.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"

static struct {
    struct platform_clock clock;
    int64_t said;     /* how often an operator said that the wall clock is right */
    int64_t store_ms; /* next look at the database, by the boot clock */
} serving;

static _Atomic bool has_started;
static _Atomic int64_t offset_ms;

int64_t platform_clock_now_ms(void)
{
    return atomic_load(&has_started) ? (int64_t)clock_boot_ms() + atomic_load(&offset_ms)
                                     : clock_wall_ms();
}

enum platform_clock_verdict platform_clock_judge(int64_t newest_ms, int64_t wall_ms)
{
    if (newest_ms == 0)
        return PLATFORM_CLOCK_RIGHT;
    if (wall_ms < newest_ms - PLATFORM_CLOCK_BACK_MAX_MS)
        return PLATFORM_CLOCK_BEHIND;
    return wall_ms > newest_ms + PLATFORM_CLOCK_AWAY_MAX_MS ? PLATFORM_CLOCK_AHEAD
                                                            : PLATFORM_CLOCK_RIGHT;
}

void platform_clock_begin(struct platform_clock *clock, int64_t boot_ms, int64_t wall_ms)
{
    int64_t offset = wall_ms - boot_ms;
    *clock =
        (struct platform_clock){.offset_ms = offset, .anchor_ms = offset, .anchored_ms = boot_ms};
}

/* A clock that is put right a little at a time is followed; the hour keeps little from adding up.
 */
void platform_clock_follow(struct platform_clock *clock, int64_t boot_ms, int64_t wall_ms)
{
    int64_t offset = wall_ms - boot_ms;

    clock->has_jumped = llabs(offset - clock->anchor_ms) > PLATFORM_CLOCK_STEP_MAX_MS;
    if (clock->has_jumped)
        return;
    clock->offset_ms = offset;
    if (boot_ms - clock->anchored_ms >= PLATFORM_CLOCK_ANCHOR_MS) {
        clock->anchor_ms = offset;
        clock->anchored_ms = boot_ms;
    }
}

static struct err read_row(struct store *store, int64_t *out_newest_ms, int64_t *out_said)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, "SELECT newest_ms, said FROM clock WHERE id = ?",
                               VALUES(V_NUMBER(1)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    *out_newest_ms = column_number(query, 0);
    *out_said = column_number(query, 1);
    return ERR_OK;
}

struct err platform_clock_newest(struct store *store, int64_t *out_ms)
{
    int64_t said = 0;
    return read_row(store, out_ms, &said);
}

struct err platform_clock_trust(struct store *store, int64_t wall_ms)
{
    return store_run(store, "UPDATE clock SET newest_ms = ?, said = said + 1",
                     VALUES(V_NUMBER(wall_ms)));
}

static struct err keep_newest(struct store *store, int64_t now_ms)
{
    return store_run(store, "UPDATE clock SET newest_ms = max(newest_ms, ?)",
                     VALUES(V_NUMBER(now_ms)));
}

static void begin(int64_t said)
{
    platform_clock_begin(&serving.clock, (int64_t)clock_boot_ms(), clock_wall_ms());
    atomic_store(&offset_ms, serving.clock.offset_ms);
    atomic_store(&has_started, true);
    serving.said = said;
}

struct err platform_clock_start(struct store *store, enum platform_clock_verdict *out_verdict,
                                int64_t *out_newest_ms)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    int64_t said = 0;

    struct err e = store_begin(store, &work);
    if (!failed(e))
        e = read_row(store, out_newest_ms, &said);
    if (failed(e))
        return e;
    *out_verdict = platform_clock_judge(*out_newest_ms, clock_wall_ms());
    if (*out_verdict != PLATFORM_CLOCK_RIGHT)
        return ERR(ERR_CONFLICT, 0, "wall clock");
    begin(said);
    return ERR_OK;
}

static struct err look_at_store(struct store *store, int64_t boot_ms)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    int64_t newest_ms = 0;
    int64_t said = 0;

    struct err e = store_begin(store, &work);
    if (!failed(e))
        e = read_row(store, &newest_ms, &said);
    if (failed(e))
        return e;
    if (said != serving.said) {
        log_event(LOG_LEVEL_NOTICE, "clock", "said_to_be_right=yes");
        begin(said);
    }
    if (boot_ms < serving.store_ms)
        return ERR_OK;
    e = keep_newest(store, platform_clock_now_ms());
    if (!failed(e))
        e = transaction_commit(&work);
    if (!failed(e))
        serving.store_ms = boot_ms + PLATFORM_CLOCK_STORE_MS;
    return e;
}

struct err platform_clock_round(struct store *store, int64_t *out_jump_ms)
{
    struct platform_clock *clock = &serving.clock;
    bool had_jumped = clock->has_jumped;

    struct err e = look_at_store(store, (int64_t)clock_boot_ms());
    int64_t boot_ms = (int64_t)clock_boot_ms();
    int64_t wall_ms = clock_wall_ms();
    platform_clock_follow(clock, boot_ms, wall_ms);
    atomic_store(&offset_ms, clock->offset_ms);
    if (had_jumped && !clock->has_jumped)
        log_event(LOG_LEVEL_NOTICE, "clock", "jump=over");
    *out_jump_ms = clock->has_jumped && !had_jumped ? wall_ms - boot_ms - clock->offset_ms : 0;
    return e;
}
