#include "kiosk/app/record.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

#define ORDER "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"

static struct visit a_visit(void)
{
    struct visit visit = {.id = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
                          .service = SERVICE_RENEW,
                          .term_years = 2,
                          .token = {.id = "s123", .tries_left = 3, .certificate_count = 1},
                          .account = {.phone_masked = "138****6021", .account = "acc-9"},
                          .order = {.id = ORDER,
                                    .amount_fen = 40000,
                                    .term_years = 2,
                                    .slot = 0x9C,
                                    .old_not_after_s = 1800000000}};
    visit.token.certificates[0] = (struct fact_certificate){
        .slot = 0x9A, .profile = 0, .holder = "江城机电", .not_after_s = 1800000000};
    visit.token.certificates[0].fingerprint[0] = 0xAB;
    visit.order.old_fingerprint[0] = 0xAB;
    visit.order.new_fingerprint[0] = 0xCD;
    return visit;
}

static struct flow_rules the_rules(void)
{
    struct flow_rules rules = {.profile_count = 1};
    (void)text_copy(rules.profiles[0].name, sizeof(rules.profiles[0].name), "norinco");
    rules.profiles[0].price_pack = 7;
    return rules;
}

/* clang-format off */
static const struct {
    const char *name;
    enum entry_kind kind;
    enum err_code failure;
    const char *body;
    const char *order; /* that the projection follows; "" none */
    enum journal_order_state state;
} rows[] = {
    {"a request names what is ordered, and for what it is", ENTRY_ORDER_REQUESTED, ERR_NONE,
     "{\"order\":\"" ORDER "\",\"token\":\"s123\",\"service\":\"renew\",\"profile\":\"norinco\",\"price_pack\":7,"
     "\"term_years\":2,\"amount_fen\":40000,\"slot\":156,"
     "\"old_certificate\":\"ab00000000000000000000000000000000000000000000000000000000000000\","
     "\"old_not_after_s\":1800000000}", ORDER, JOURNAL_ORDER_REQUESTED},
    {"time that ran out is why the order was left", ENTRY_ORDER_LEFT, ERR_TIMEOUT,
     "{\"order\":\"" ORDER "\",\"token\":\"s123\",\"why\":\"timeout\"}", ORDER, JOURNAL_ORDER_LEFT},
    {"a token that refuses is why an order was left", ENTRY_ORDER_LEFT, ERR_DENIED,
     "{\"order\":\"" ORDER "\",\"token\":\"s123\",\"why\":\"refused\"}", ORDER, JOURNAL_ORDER_LEFT},
    {"a pulled token is why the order was left", ENTRY_ORDER_LEFT, ERR_GONE,
     "{\"order\":\"" ORDER "\",\"token\":\"s123\",\"why\":\"pulled\"}", ORDER, JOURNAL_ORDER_LEFT},
    {"a visitor who went is why the order was left", ENTRY_ORDER_LEFT, ERR_NONE,
     "{\"order\":\"" ORDER "\",\"token\":\"s123\",\"why\":\"cancelled\"}", ORDER, JOURNAL_ORDER_LEFT},
    {"an intent names both certificates and the slot of the new one", ENTRY_WRITE_INTENDED, ERR_NONE,
     "{\"order\":\"" ORDER "\",\"token\":\"s123\",\"slot\":156,"
     "\"old_certificate\":\"ab00000000000000000000000000000000000000000000000000000000000000\","
     "\"new_certificate\":\"cd00000000000000000000000000000000000000000000000000000000000000\"}",
     ORDER, JOURNAL_ORDER_INTENDED},
    {"a delivery is for good", ENTRY_DELIVERED, ERR_NONE,
     "{\"order\":\"" ORDER "\",\"token\":\"s123\",\"slot\":156,"
     "\"new_certificate\":\"cd00000000000000000000000000000000000000000000000000000000000000\",\"tested\":true}",
     ORDER, JOURNAL_ORDER_DELIVERED},
    {"a refused PIN is about no order", ENTRY_PIN_REFUSED, ERR_NONE,
     "{\"token\":\"s123\",\"tries_left\":3}", "", JOURNAL_ORDER_REQUESTED},
    {"a visit begins", ENTRY_VISIT_STARTED, ERR_NONE, "{\"service\":\"renew\"}", "", JOURNAL_ORDER_REQUESTED},
};
/* clang-format on */

static void test_entries_say_what_happened(void **state)
{
    (void)state;
    struct flow_rules rules = the_rules();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct visit visit = a_visit();
        struct record_moment moment = {.wall_ms = 1234, .random = {1, 2, 3}};
        struct record record;
        visit.failure = rows[i].failure;
        char body[ENTRY_BODY_MAX + 1] = "";

        print_message("  %s\n", rows[i].name);
        assert_false(failed(record_make(rows[i].kind, &visit, &rules, &moment, &record)));
        struct journal_draft draft = record_draft(&record);
        memcpy(body, draft.body.at, draft.body.len);
        assert_string_equal(body, rows[i].body);
        assert_string_equal(draft.kind, entry_name(rows[i].kind));
        assert_string_equal(draft.order, rows[i].order);
        assert_string_equal(draft.visit, visit.id);
        assert_int_equal(draft.at_ms, 1234);
        assert_int_equal(draft.awaited, draft.order[0] != '\0'); /* and so signed with it */
        if (draft.order[0] != '\0')
            assert_int_equal(draft.order_state, rows[i].state);
    }
}

static void test_no_entry_holds_personal_data(void **state)
{
    (void)state;
    struct flow_rules rules = the_rules();
    struct visit visit = a_visit();
    struct record_moment moment = {.wall_ms = 1};

    for (int kind = 0; kind < ENTRY_COUNT; kind++) {
        struct record record;
        assert_false(failed(record_make((enum entry_kind)kind, &visit, &rules, &moment, &record)));
        const char *const personal[] = {"江城", "138", "acc-9"};
        for (size_t i = 0; i < ARRAY_LEN(personal); i++)
            assert_null(memmem(record.body, record.body_len, personal[i], strlen(personal[i])));
    }
}

static void test_two_records_have_two_txids(void **state)
{
    (void)state;
    struct flow_rules rules = the_rules();
    struct visit visit = a_visit();
    struct record_moment one = {.random = {1}};
    struct record_moment two = {.random = {2}};
    struct record a, b;

    assert_false(failed(record_make(ENTRY_DELIVERED, &visit, &rules, &one, &a)));
    assert_false(failed(record_make(ENTRY_DELIVERED, &visit, &rules, &two, &b)));
    assert_string_not_equal(a.draft.txid, b.draft.txid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries_say_what_happened),
        cmocka_unit_test(test_no_entry_holds_personal_data),
        cmocka_unit_test(test_two_records_have_two_txids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
