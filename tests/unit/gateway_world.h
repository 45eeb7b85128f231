/*
 * gateway_world.h - a small platform for tests: a store in memory, one profile, one token, a clock
 * that the test turns, and an authority that makes up what it issues.
 */
#ifndef TESTS_UNIT_GATEWAY_WORLD_H
#define TESTS_UNIT_GATEWAY_WORLD_H

#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/account.h"
#include "sync/gateway/intake.h"
#include "sync/gateway/kiosks.h"
#include "sync/gateway/orders.h"
#include "sync/gateway/publish.h"
#include "tests/unit/unit.h"

#define WORLD_NOW_S INT64_C(1780000000) /* 2026-05-29 */
#define WORLD_PAY_S 900
#define WORLD_KIOSK "hall-1"
#define WORLD_TOKEN "s100"
#define WORLD_EPOCH "00000000-0000-4000-8000-0000000000e1"
#define WORLD_VISIT "00000000-0000-4000-8000-0000000000a1"
#define WORLD_ORDER "00000000-0000-4000-8000-000000000001"
#define WORLD_ORDER_2 "00000000-0000-4000-8000-000000000002"
#define WORLD_YEAR_FEN 20000

struct world {
    struct platform platform;
    struct authority authority;
    struct issued first; /* the token's first certificate */
    uint64_t seq;        /* of the kiosk's journal */
    unsigned txids;
    struct hash head;
};

void world_open(struct world *world);

/* The same in a database that is made at `path`. */
void world_open_at(struct world *world, const char *path);
void world_close(struct world *world);

/* Seconds since WORLD_NOW_S, for all worlds. */
void world_clock(int64_t after_s);

/* How often the authority was asked, since world_open. */
unsigned world_issues(void);

/* Do `act` in a transaction that is committed; the test fails when it fails. */
#define WORLD_DO(world, call) \
    do { \
        CLEANUP(transaction_done) struct transaction work_ = {0}; \
        world_ok(store_begin((world)->platform.store, &work_)); \
        world_ok(call); \
        world_ok(transaction_commit(&work_)); \
    } while (0)

void world_ok(struct err e);

/* A request for `years` that the rules allow. */
struct entry world_request(const struct world *world, const char *order, uint8_t years);

/* Chain an entry of the kiosk to `batch`; the world's journal goes on. */
void world_add(struct world *world, struct batch *batch, const struct entry *entry);

/* One entry as a batch; what the platform answers. */
struct intake_answer world_report(struct world *world, const struct entry *entry);

/* The first number that the query answers; -1: no row. */
int64_t world_number(struct world *world, const char *sql);

/* The order as it is. */
struct order_row world_order(struct world *world, const char *id);

/* The visitor presses the demo provider's button, and what follows. */
void world_pay(struct world *world, const char *order);

/* What the kiosk reports of an order, with the certificate that was issued for it. */
struct entry world_delivered(struct world *world, const char *order);

#endif
