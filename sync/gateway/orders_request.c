#include "sync/gateway/orders.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/core/eligibility.h"
#include "kiosk/core/service.h"
#include "sync/gateway/account.h"
#include "sync/gateway/publish.h"
#include "sync/gateway/random.h"

static const char *const verdict_codes[VERDICT_COUNT] = {
    [VERDICT_OK] = "",
    [VERDICT_FOREIGN] = "foreign",
    [VERDICT_UNKNOWN] = "unknown_token",
    [VERDICT_TOO_EARLY] = "too_early",
    [VERDICT_TOO_LATE] = "too_late",
    [VERDICT_SINGLE_SEAL] = "single_seal",
    [VERDICT_REVOKED] = "revoked",
    [VERDICT_REPLACED] = "replaced",
    [VERDICT_PIN_BLOCKED] = "pin_blocked",
    [VERDICT_NOT_OFFERED] = "not_offered",
    [VERDICT_REFUSES] = "refuses",
};

static const char *price_code(const struct profile *profile, const struct entry *request)
{
    enum service service = SERVICE_COUNT;

    if (!service_by_name(request->service, &service) || !profile_offers(profile, request->service))
        return "not_offered";
    if (service_row(service)->fulfilment != FULFILMENT_WRITE_SAME_KEY)
        return "not_offered";
    if (request->term_years < 1 || request->term_years > profile->renew_terms_max)
        return "term_not_offered";
    if (request->amount_fen != profile_renew_fen(profile, request->term_years) ||
        request->price_pack != profile->price_pack)
        return "price_changed";
    return "";
}

/* By what the platform knows of the certificate, not by what the kiosk says of it. */
static const char *renewal_code(const struct platform *platform, const struct profile *profile,
                                const struct account *account, const struct issued *current)
{
    struct fact_certificate certificate = {
        .slot = current->slot,
        .profile = (uint8_t)(profile - platform->profiles),
        .chain_ok = true,
        .not_before_s = current->not_before_s,
        .not_after_s = current->not_after_s,
    };
    struct fact_account facts = {.known = true, .status = account->status, .seals = account->seals};
    struct eligibility eligibility = eligibility_of_renewal(
        profile, &certificate, &facts, FACTS_TRIES_UNKNOWN, platform_now_s(platform));

    memcpy(certificate.fingerprint, current->fingerprint, sizeof(certificate.fingerprint));
    return verdict_codes[eligibility.verdict];
}

static struct err check_certificate(const struct platform *platform, const struct profile *profile,
                                    const struct entry *request, const char **out_code)
{
    struct account account = {0};
    struct issued current = {0};

    struct err e = account_load(platform->store, request->token, &account);
    if (e.code == ERR_NOT_FOUND) {
        *out_code = "unknown_token";
        return ERR_OK;
    }
    if (!failed(e))
        e = issued_load(platform->store, account.certificate, &current);
    if (failed(e))
        return e;
    if (strcmp(account.profile, profile->name) != 0 || request->slot != current.slot ||
        request->old_not_after_s != current.not_after_s ||
        memcmp(request->old_certificate, current.fingerprint, FACTS_FINGERPRINT_LEN) != 0) {
        *out_code = "other_certificate";
    } else {
        *out_code = renewal_code(platform, profile, &account, &current);
    }
    return ERR_OK;
}

struct err orders_check(const struct platform *platform, const struct entry *request,
                        char out_reason[ORDER_CODE_SIZE])
{
    const struct profile *profile = platform_profile(platform, request->profile);
    const char *code = profile == NULL ? "unknown_profile" : price_code(profile, request);

    if (code[0] == '\0') {
        struct err e = check_certificate(platform, profile, request, &code);
        if (failed(e))
            return e;
    }
    (void)text_copy(out_reason, ORDER_CODE_SIZE, code);
    return ERR_OK;
}

/* Journals of two kiosks, or of two lives of one, have nothing in common but the time. */
static bool is_earlier(const struct report *report, const struct order_row *open)
{
    const struct order_place *asked = &open->asked;
    const struct order_place *place = &report->place;

    if (text_same(report->kiosk, open->kiosk) && text_same(place->epoch, asked->epoch))
        return place->seq < asked->seq;
    return place->at_ms < asked->at_ms;
}

/* A token has one open order. One that is paid is resumed, not bought again; one that is not makes
 * room for the new: but what went ahead is not closed by what was before it in the queue. */
static struct err check_open(const struct platform *platform, const struct report *report,
                             char in_out_reason[ORDER_CODE_SIZE])
{
    static const char superseded[] = "superseded";
    struct order_row open = {0};

    struct err e = order_load(platform->store, ORDER_OPEN_BY_TOKEN, report->entry->token, &open);
    if (e.code == ERR_NOT_FOUND)
        return ERR_OK;
    if (!failed(e) && open.status == FACT_ORDER_TO_PAY && is_earlier(report, &open)) {
        (void)text_copy(in_out_reason, ORDER_CODE_SIZE, superseded);
        return ERR_OK;
    }
    if (!failed(e) && open.status == FACT_ORDER_TO_PAY)
        e = orders_close(platform, &open, superseded);
    if (!failed(e) && open.status != FACT_ORDER_CLOSED)
        (void)text_copy(in_out_reason, ORDER_CODE_SIZE, "already_paid");
    return e;
}

static bool order_is_same(const struct order_row *order, const struct entry *request)
{
    return strcmp(order->token, request->token) == 0 &&
           strcmp(order->service, request->service) == 0 &&
           strcmp(order->profile, request->profile) == 0 &&
           order->term_years == request->term_years && order->amount_fen == request->amount_fen &&
           memcmp(order->old_certificate, request->old_certificate, FACTS_FINGERPRINT_LEN) == 0;
}

static struct err order_make_row(const struct platform *platform, const struct report *report,
                                 const char *reason, struct order_row *out_order)
{
    const struct entry *request = report->entry;
    struct order_row order = {
        .term_years = request->term_years,
        .slot = request->slot,
        .amount_fen = request->amount_fen,
        .price_pack = request->price_pack,
        .old_not_after_s = request->old_not_after_s,
        .created_s = platform_now_s(platform),
        .status = reason[0] == '\0' ? FACT_ORDER_TO_PAY : FACT_ORDER_REFUSED,
        .asked = report->place,
    };

    order.expires_s = order.created_s + platform->pay_s;
    order.ended_s = order.status == FACT_ORDER_REFUSED ? order.created_s : 0;
    (void)text_copy(order.id, sizeof(order.id), request->order);
    (void)text_copy(order.kiosk, sizeof(order.kiosk), report->kiosk);
    (void)text_copy(order.token, sizeof(order.token), request->token);
    (void)text_copy(order.service, sizeof(order.service), request->service);
    (void)text_copy(order.profile, sizeof(order.profile), request->profile);
    (void)text_copy(order.reason, sizeof(order.reason), reason);
    memcpy(order.old_certificate, request->old_certificate, sizeof(order.old_certificate));
    struct err e = random_name(order.pay_token);
    if (!failed(e) && order.status == FACT_ORDER_TO_PAY)
        e = platform->provider->create(platform->store, order.id, order.amount_fen, order.charge);
    if (failed(e))
        return e;
    *out_order = order;
    return ERR_OK;
}

struct err orders_ask(const struct platform *platform, const struct report *report,
                      char out_code[ORDER_CODE_SIZE])
{
    struct store *store = platform->store;
    struct order_row open = {0};

    out_code[0] = '\0';
    struct err e = order_load(store, ORDER_OPEN_BY_TOKEN, report->entry->token, &open);
    if (e.code == ERR_NOT_FOUND || (!failed(e) && text_same(open.kiosk, report->kiosk)))
        return ERR_OK;
    if (!failed(e)) {
        e = store_run(store,
                      "INSERT INTO askers(order_id, kiosk) VALUES(?, ?) ON CONFLICT DO NOTHING",
                      VALUES(V_TEXT(open.id), V_TEXT(report->kiosk)));
    }
    return failed(e) || store_changes(store) == 0 ? e : publish_again(store, open.id);
}

struct err orders_request(const struct platform *platform, const struct report *report,
                          char out_code[ORDER_CODE_SIZE])
{
    struct order_row order = {0};
    char reason[ORDER_CODE_SIZE] = "";

    struct err e = order_load(platform->store, ORDER_BY_ID, report->entry->order, &order);
    if (!failed(e)) {
        bool same = order_is_same(&order, report->entry);
        (void)text_copy(out_code, ORDER_CODE_SIZE, same ? "" : "order_conflict");
        return ERR_OK;
    }
    if (e.code != ERR_NOT_FOUND)
        return e;
    e = orders_check(platform, report->entry, reason);
    if (!failed(e) && reason[0] == '\0')
        e = check_open(platform, report, reason);
    if (!failed(e))
        e = order_make_row(platform, report, reason, &order);
    if (!failed(e))
        e = order_insert(platform->store, &order);
    if (!failed(e))
        e = publish_order(platform, &order);
    if (!failed(e))
        out_code[0] = '\0';
    return e;
}
