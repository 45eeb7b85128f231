#include "sync/gateway/orders.h"

#include <string.h>

#include "kiosk/base/hash.h"
#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "kiosk/core/eligibility.h"
#include "sync/gateway/account.h"
#include "sync/gateway/publish.h"

static struct err make_certificate(const struct platform *platform, const struct order_row *order,
                                   const struct profile *profile, struct issued *out)
{
    struct issued old = {0};

    struct err e = issued_load(platform->store, order->old_certificate, &old);
    if (failed(e))
        return e;
    /* The term counts from the payment, so that a review takes no days from the visitor's and the
     * kiosk can say the same date from the order alone. */
    struct authority_order wanted = {
        .profile = profile,
        .old = {old.der, old.der_len},
        .not_before_s = platform_now_s(platform),
        .not_after_s =
            eligibility_renewed_until(order->old_not_after_s, order->term_years, order->paid_s),
    };
    struct issued made = {.slot = order->slot,
                          .not_before_s = wanted.not_before_s,
                          .not_after_s = wanted.not_after_s};
    e = authority_renew(platform->authority, &wanted, made.der, &made.der_len);
    if (failed(e))
        return e;
    struct hash hash = hash_of((struct bytes){made.der, made.der_len});
    memcpy(made.fingerprint, hash.at, sizeof(made.fingerprint));
    (void)text_copy(made.token, sizeof(made.token), order->token);
    (void)text_copy(made.order, sizeof(made.order), order->id);
    *out = made;
    return ERR_OK;
}

struct err orders_make(const struct platform *platform, struct order_row *order)
{
    const struct profile *profile = platform_profile(platform, order->profile);
    struct issued made = {0};

    if (order->status != FACT_ORDER_TO_MAKE)
        return ERR_OK;
    if (profile == NULL)
        return ERR(ERR_NOT_FOUND, 0, "profile");
    struct err e = make_certificate(platform, order, profile, &made);
    if (!failed(e))
        e = issued_insert(platform->store, &made);
    if (!failed(e))
        e = publish_issued(platform->store, &made); /* before the order, which says it is there */
    if (failed(e))
        return e;
    order->status = FACT_ORDER_TO_WRITE;
    if (profile->renew_write_days > 0)
        order->write_before_s = platform_now_s(platform) + profile->renew_write_days * CIVIL_DAY_S;
    e = order_update(platform->store, order);
    return failed(e) ? e : publish_order(platform, order);
}
