/*
 * quota.h - how much one owner (a client certificate, or an address) may ask of a listener: token
 * buckets for requests and bytes, and how many of its requests run at once. Pure; one thread.
 *
 *     quota_enter(owner) --> 0: quota_charge ...; quota_leave     other: so many seconds to wait
 */
#ifndef SYNC_GATEWAY_QUOTA_H
#define SYNC_GATEWAY_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUOTA_KEY_LEN 32
#define QUOTA_OWNERS_MAX 1024 /* above, whoever asked for nothing for the longest is forgotten */
#define QUOTA_BURST_S 2       /* a full bucket holds what comes in so long */
#define QUOTA_DAY_S 86400

/* 0: no limit. */
struct quota_rates {
    int64_t requests_per_s;
    int64_t bytes_per_s;
    int64_t bytes_per_day; /* a full bucket holds a whole day's */
    unsigned running_max;
};

struct bucket {
    int64_t level; /* thousandths; below 0: a debt */
    uint64_t at_ms;
};

struct quota_owner {
    uint8_t key[QUOTA_KEY_LEN];
    unsigned running;
    uint64_t asked_ms; /* 0: nobody's */
    struct bucket requests, bytes, day;
};

struct quotas {
    struct quota_rates rates;
    struct quota_owner owners[QUOTA_OWNERS_MAX];
};

/*
 * A request of the owner `key` begins. 0: it may go on, and `*out_owner` is its account until
 * quota_leave; else the seconds after which it may try again. What was charged may have left a
 * debt, since a body's length is known when it is there.
 */
unsigned quota_enter(struct quotas *quotas, const uint8_t key[QUOTA_KEY_LEN], uint64_t now_ms,
                     struct quota_owner **out_owner);

/* It costs this, beside the one request that quota_enter has taken. */
void quota_charge(const struct quotas *quotas, struct quota_owner *owner, int64_t requests,
                  int64_t bytes, uint64_t now_ms);

void quota_leave(struct quota_owner *owner);

#endif
