/* What the platform refuses of a request, whatever a kiosk has found before. */
#include "tests/unit/gateway_world.h"

/* What one request can be wrong about, and the code it is refused with. */
struct refusal_case {
    const char *sentence;
    void (*change)(struct world *, struct entry *);
    const char *reason;
};

static void nothing(struct world *world, struct entry *entry)
{
    (void)world;
    (void)entry;
}

static void lie_about_price(struct world *world, struct entry *entry)
{
    (void)world;
    entry->amount_fen = 1;
}

static void pay_one_year_for_three(struct world *world, struct entry *entry)
{
    (void)world;
    entry->term_years = 3;
}

static void old_prices(struct world *world, struct entry *entry)
{
    (void)world;
    entry->price_pack = 6;
}

static void four_years(struct world *world, struct entry *entry)
{
    (void)world;
    entry->term_years = 4;
    entry->amount_fen = 4 * (int64_t)WORLD_YEAR_FEN;
}

static void too_early(struct world *world, struct entry *entry)
{
    (void)world;
    (void)entry;
    world_clock(-100 * INT64_C(86400));
}

static void too_late(struct world *world, struct entry *entry)
{
    (void)world;
    (void)entry;
    world_clock(500 * INT64_C(86400));
}

static void single_seal(struct world *world, struct entry *entry)
{
    (void)entry;
    world->platform.profiles[0].renew_two_seals_from_s = WORLD_NOW_S;
    WORLD_DO(world, store_run(world->platform.store, "UPDATE accounts SET seals = 1",
                              VALUES(V_NUMBER(0))));
}

static void revoked(struct world *world, struct entry *entry)
{
    (void)entry;
    WORLD_DO(world, store_run(world->platform.store, "UPDATE accounts SET status = 'revoked'",
                              VALUES(V_NUMBER(0))));
}

static void other_token(struct world *world, struct entry *entry)
{
    (void)world;
    (void)text_copy(entry->token, sizeof(entry->token), "s999");
}

static void other_certificate(struct world *world, struct entry *entry)
{
    (void)world;
    entry->old_certificate[0] ^= 1;
}

static void lie_about_expiry(struct world *world, struct entry *entry)
{
    (void)world;
    entry->old_not_after_s += 86400;
}

static void other_profile(struct world *world, struct entry *entry)
{
    (void)world;
    (void)text_copy(entry->profile, sizeof(entry->profile), "elsewhere");
}

static void other_service(struct world *world, struct entry *entry)
{
    (void)world;
    (void)text_copy(entry->service, sizeof(entry->service), "unlock");
}

static void free_of_charge(struct world *world, struct entry *entry)
{
    (void)world;
    (void)text_copy(entry->service, sizeof(entry->service), "query");
}

static const struct refusal_case refusals[] = {
    {"a renewal in its window at the right price is to pay", nothing, ""},
    {"a price that the kiosk made up", lie_about_price, "price_changed"},
    {"the price of one year for three", pay_one_year_for_three, "price_changed"},
    {"a price list of yesterday", old_prices, "price_changed"},
    {"more years than are on offer", four_years, "term_not_offered"},
    {"before the window opens", too_early, "too_early"},
    {"long after it closed", too_late, "too_late"},
    {"a certificate with a single seal", single_seal, "single_seal"},
    {"a revoked certificate", revoked, "revoked"},
    {"a token that the platform does not know", other_token, "unknown_token"},
    {"a certificate that is not the token's", other_certificate, "other_certificate"},
    {"an expiry that is not the certificate's", lie_about_expiry, "other_certificate"},
    {"a platform that is not served", other_profile, "unknown_profile"},
    {"a service that is not offered", other_service, "not_offered"},
    {"a service that sells nothing", free_of_charge, "not_offered"},
};

static void check_refusal(const struct refusal_case *row)
{
    struct world world;

    world_open(&world);
    struct entry entry = world_request(&world, WORLD_ORDER, 1);
    row->change(&world, &entry);
    struct intake_answer answer = world_report(&world, &entry);
    struct order_row order = world_order(&world, WORLD_ORDER);
    bool sold = row->reason[0] == '\0';
    bool right = order.status == (sold ? FACT_ORDER_TO_PAY : FACT_ORDER_REFUSED) &&
                 strcmp(order.reason, row->reason) == 0 && (order.charge[0] != '\0') == sold;
    if (!right || answer.ack.rejected_count != 0)
        fail_msg("%s: %s %s", row->sentence, order_status_name(order.status), order.reason);
    world_close(&world);
}

static void the_platform_checks_every_request_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        check_refusal(&refusals[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_platform_checks_every_request_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
