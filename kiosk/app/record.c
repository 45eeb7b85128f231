#include "kiosk/app/record.h"

#include <string.h>

#include "kiosk/base/text.h"

/* What an entry means for the order it is about. */
static const struct {
    bool about_order;
    enum journal_order_state state;
} meanings[ENTRY_COUNT] = {
    [ENTRY_ORDER_REQUESTED] = {true, JOURNAL_ORDER_REQUESTED},
    [ENTRY_ORDER_LEFT] = {true, JOURNAL_ORDER_LEFT},
    [ENTRY_WRITE_INTENDED] = {true, JOURNAL_ORDER_INTENDED},
    [ENTRY_WRITE_FAILED] = {true, JOURNAL_ORDER_INTENDED},
    [ENTRY_DELIVERED] = {true, JOURNAL_ORDER_DELIVERED},
};

/* The flow tells in `failure` why an order was left: see ENTRY_ORDER_LEFT. */
static const char *why_left(enum err_code failure)
{
    if (failure == ERR_TIMEOUT)
        return "timeout";
    if (failure == ERR_DENIED)
        return "refused";
    return failure == ERR_GONE ? "pulled" : "cancelled";
}

static const char *printed_word(const struct visit *visit)
{
    if (!visit->printed_known || visit->printed == ERR_TIMEOUT)
        return "unknown";
    return visit->printed == ERR_NONE ? "yes" : "no";
}

/* The certificate this is about; one without content when the token holds none that can be read. */
static const struct fact_certificate *chosen_of(const struct visit *visit)
{
    static const struct fact_certificate none = {.profile = FACTS_NO_PROFILE};
    bool chosen = visit->chosen < visit->token.certificate_count;
    return chosen ? &visit->token.certificates[visit->chosen] : &none;
}

static void name_profile(struct entry *entry, const struct flow_rules *rules, uint8_t index)
{
    if (index >= rules->profile_count)
        return;
    const struct profile *profile = &rules->profiles[index];
    (void)text_copy(entry->profile, sizeof(entry->profile), profile->name); /* same size */
    entry->price_pack = profile->price_pack;
}

static struct entry entry_of(enum entry_kind kind, const struct visit *visit,
                             const struct flow_rules *rules)
{
    const struct fact_certificate *chosen = chosen_of(visit);
    const struct fact_order *order = &visit->order;
    bool about_token = kind != ENTRY_ORDER_REQUESTED && kind != ENTRY_TOKEN_REPAIR;
    struct entry entry = {.kind = kind,
                          .term_years = order->term_years,
                          .tries_left = visit->token.tries_left,
                          .slot = order->slot,
                          .amount_fen = order->amount_fen,
                          .old_not_after_s = order->old_not_after_s};

    (void)text_copy(entry.order, sizeof(entry.order), order->id); /* these are of the same sizes */
    (void)text_copy(entry.token, sizeof(entry.token), visit->token.id);
    (void)text_copy(entry.service, sizeof(entry.service), service_row(visit->service)->name);
    memcpy(entry.old_certificate, about_token ? chosen->fingerprint : order->old_fingerprint,
           FACTS_FINGERPRINT_LEN);
    memcpy(entry.new_certificate, order->new_fingerprint, FACTS_FINGERPRINT_LEN);
    name_profile(&entry, rules, chosen->profile);
    const char *why =
        kind == ENTRY_WRITE_FAILED ? err_name(visit->failure) : why_left(visit->failure);
    (void)text_copy(entry.why, sizeof(entry.why), why);
    (void)text_copy(entry.printed, sizeof(entry.printed), printed_word(visit));
    (void)text_copy(entry.repaired, sizeof(entry.repaired),
                    visit->failure == ERR_NONE ? "yes" : "no");
    return entry;
}

struct err record_make(enum entry_kind kind, const struct visit *visit,
                       const struct flow_rules *rules, const struct record_moment *moment,
                       struct record *out)
{
    struct record record = {.draft.at_ms = moment->wall_ms};
    struct entry entry = entry_of(kind, visit, rules);

    struct err e = entry_write(&entry, record.body, &record.body_len);
    if (failed(e))
        return e;
    chain_uuid_at(record.draft.txid, moment->wall_ms, moment->random);
    (void)text_copy(record.draft.visit, sizeof(record.draft.visit), visit->id); /* same size */
    (void)text_copy(record.draft.kind, sizeof(record.draft.kind), entry_name(kind));
    if (meanings[kind].about_order) {
        (void)text_copy(record.draft.order, sizeof(record.draft.order), entry.order);
        (void)text_copy(record.draft.token, sizeof(record.draft.token), entry.token);
        record.draft.order_state = meanings[kind].state;
        record.draft.awaited = true;
    }
    *out = record;
    return ERR_OK;
}

struct journal_draft record_draft(const struct record *record)
{
    struct journal_draft draft = record->draft;
    draft.body = (struct bytes){record->body, record->body_len};
    draft.kept = (struct bytes){record->kept, record->kept_len};
    return draft;
}
