#include "sync/gateway/quota.h"

#include <assert.h>
#include <string.h>

#define THOUSAND 1000
#define RETRY_MAX_S 3600

/* What a bucket is filled with, in units per `per_s` seconds, and how much it holds. */
struct flow {
    int64_t rate, per_s, holds;
};

static struct flow request_flow(const struct quota_rates *rates)
{
    return (struct flow){rates->requests_per_s, 1, rates->requests_per_s * QUOTA_BURST_S};
}

static struct flow byte_flow(const struct quota_rates *rates)
{
    return (struct flow){rates->bytes_per_s, 1, rates->bytes_per_s * QUOTA_BURST_S};
}

static struct flow day_flow(const struct quota_rates *rates)
{
    return (struct flow){rates->bytes_per_day, QUOTA_DAY_S, rates->bytes_per_day};
}

static void bucket_fill(struct bucket *bucket, struct flow flow, uint64_t now_ms)
{
    if (flow.rate == 0)
        return;
    int64_t full_ms = flow.holds * flow.per_s * THOUSAND / flow.rate;
    int64_t elapsed_ms = (int64_t)(now_ms - bucket->at_ms);
    bool is_full = elapsed_ms > 2 * full_ms; /* and no product of it can be too large below */
    int64_t brought = is_full ? 0 : elapsed_ms * flow.rate / flow.per_s;

    if (is_full || bucket->level + brought > flow.holds * THOUSAND) {
        bucket->level = flow.holds * THOUSAND;
        bucket->at_ms = now_ms;
    } else if (brought > 0) {
        bucket->level += brought;
        bucket->at_ms += (uint64_t)(brought * flow.per_s / flow.rate); /* the rest counts later */
    }
}

/* Seconds until there is one unit; 0: there is. */
static unsigned bucket_wait(const struct bucket *bucket, struct flow flow)
{
    if (flow.rate == 0 || bucket->level >= THOUSAND)
        return 0;
    int64_t wait_s = (THOUSAND - bucket->level) * flow.per_s / flow.rate / THOUSAND + 1;
    return (unsigned)(wait_s > RETRY_MAX_S ? RETRY_MAX_S : wait_s);
}

static void bucket_full(struct bucket *bucket, struct flow flow, uint64_t now_ms)
{
    *bucket = (struct bucket){flow.holds * THOUSAND, now_ms};
}

/* Of those of whom nothing runs; the unused were never asked for. */
static struct quota_owner *oldest_idle(struct quotas *quotas)
{
    struct quota_owner *oldest = NULL;

    for (size_t i = 0; i < QUOTA_OWNERS_MAX; i++) {
        struct quota_owner *owner = &quotas->owners[i];
        if (owner->running == 0 && (oldest == NULL || owner->asked_ms < oldest->asked_ms))
            oldest = owner;
    }
    return oldest;
}

static struct quota_owner *account_of(struct quotas *quotas, const uint8_t key[QUOTA_KEY_LEN],
                                      uint64_t now_ms)
{
    for (size_t i = 0; i < QUOTA_OWNERS_MAX; i++) {
        if (quotas->owners[i].asked_ms > 0 &&
            memcmp(quotas->owners[i].key, key, QUOTA_KEY_LEN) == 0)
            return &quotas->owners[i];
    }
    struct quota_owner *owner = oldest_idle(quotas);
    if (owner == NULL)
        return NULL;
    *owner = (struct quota_owner){0};
    memcpy(owner->key, key, QUOTA_KEY_LEN);
    bucket_full(&owner->requests, request_flow(&quotas->rates), now_ms);
    bucket_full(&owner->bytes, byte_flow(&quotas->rates), now_ms);
    bucket_full(&owner->day, day_flow(&quotas->rates), now_ms);
    return owner;
}

static unsigned longest(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

unsigned quota_enter(struct quotas *quotas, const uint8_t key[QUOTA_KEY_LEN], uint64_t now_ms,
                     struct quota_owner **out_owner)
{
    const struct quota_rates *rates = &quotas->rates;
    struct quota_owner *owner = account_of(quotas, key, now_ms);

    if (owner == NULL)
        return 1; /* as many run as can be known */
    owner->asked_ms = now_ms;
    bucket_fill(&owner->requests, request_flow(rates), now_ms);
    bucket_fill(&owner->bytes, byte_flow(rates), now_ms);
    bucket_fill(&owner->day, day_flow(rates), now_ms);
    unsigned wait_s = bucket_wait(&owner->requests, request_flow(rates));
    wait_s = longest(wait_s, bucket_wait(&owner->bytes, byte_flow(rates)));
    wait_s = longest(wait_s, bucket_wait(&owner->day, day_flow(rates)));
    if (rates->running_max > 0 && owner->running >= rates->running_max)
        wait_s = longest(wait_s, 1);
    if (wait_s > 0)
        return wait_s;
    owner->running++;
    owner->requests.level -= THOUSAND;
    *out_owner = owner;
    return 0;
}

void quota_charge(const struct quotas *quotas, struct quota_owner *owner, int64_t requests,
                  int64_t bytes, uint64_t now_ms)
{
    bucket_fill(&owner->requests, request_flow(&quotas->rates), now_ms);
    owner->requests.level -= requests * THOUSAND;
    owner->bytes.level -= bytes * THOUSAND;
    owner->day.level -= bytes * THOUSAND;
}

void quota_leave(struct quota_owner *owner)
{
    assert(owner->running > 0);
    owner->running--;
}
