/*
 * desk.h - what the lanes (lane.h) share: who we are, the platform's keys, the store, the line and
 * the way out.
 */
#ifndef SYNC_DAEMON_DESK_H
#define SYNC_DAEMON_DESK_H

#include "kiosk/pki/keyring.h"
#include "sync/daemon/http.h"
#include "sync/daemon/line.h"
#include "sync/daemon/store.h"
#include "sync/daemon/verdict.h"

struct desk {
    const char *kiosk;
    struct keyring keys;
    struct http *http;
    struct line line;
    const char *why[LANE_COUNT]; /* a word for why the lane failed last; NULL: it did not */
    struct store store;
    size_t statements_refused; /* of the platform about its keys, since the start */
    bool unsettled; /* a key has fallen perhaps: desk_settle_keys() has something to do */
};

/* Add what the inbox keeps of the platform's keys to those of the file, and settle. Errors as
 * ring_load(). */
MUST_CHECK struct err desk_load_keys(struct desk *desk);

/* If it is unsettled: erase what was sealed by keys that do not count, which is asked for again,
 * and let their time fall. What there was no room for stays to be done. Errors as inbox_erase(). */
MUST_CHECK struct err desk_settle_keys(struct desk *desk);

/* Before whom seals are judged now; borrows from the desk. */
struct verdict_court desk_court(const struct desk *desk);

/* The lane got what it asked for: no pause, and `trouble` for staff, "" when all is well. */
void desk_answered(struct desk *desk, enum lane lane, const char *trouble);

/*
 * It did not. `answer` says why, as far as HTTP can tell; `trouble` is a word for staff, NULL when
 * HTTP's word will do ("tls", "denied", "portal", or nothing for a line that is just down).
 */
void desk_failed(struct desk *desk, enum lane lane, const struct http_answer *answer,
                 const char *trouble, uint64_t now_ms);

/* A word for staff about a lane, "" when it is well; logged when it is news. */
void desk_trouble(struct desk *desk, enum lane lane, const char *word);

/* Random, so that the pauses of many kiosks do not fall together. */
uint32_t desk_draw(void);

/* Send the request, a GET or a POST, with the time by which the platform's certificate is judged
 * set in it. Errors as http_start(). */
MUST_CHECK struct err desk_send(struct desk *desk, enum lane lane, struct http_request *request);

#endif
