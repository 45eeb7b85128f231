#include "sync/wire/document.h"

#include <string.h>

#include "tests/unit/wire_rows.h"

#define DIGEST "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

enum type { ACCOUNT, ORDER, ISSUED, NOTICE, KEY };

union document {
    struct document_account account;
    struct document_order order;
    struct document_issued issued;
    struct fact_announcement notice;
    struct document_key key;
};

static struct err read_any(unsigned kind, struct bytes body, void *to)
{
    union document *out = to;
    switch ((enum type)kind) {
    case ACCOUNT:
        return document_read_account(body, &out->account);
    case ORDER:
        return document_read_order(body, &out->order);
    case ISSUED:
        return document_read_issued(body, &out->issued);
    case NOTICE:
        return document_read_notice(body, &out->notice);
    case KEY:
        return document_read_key(body, &out->key);
    }
    return ERR(ERR_UNSUPPORTED, 0, "type");
}

static struct err write_any(unsigned kind, const void *from, uint8_t *out, size_t *out_len)
{
    const union document *in = from;
    switch ((enum type)kind) {
    case ACCOUNT:
        return document_write_account(&in->account, out, out_len);
    case ORDER:
        return document_write_order(&in->order, out, out_len);
    case ISSUED:
        return document_write_issued(&in->issued, out, out_len);
    case NOTICE:
        return document_write_notice(&in->notice, out, out_len);
    case KEY:
        return document_write_key(&in->key, out, out_len);
    }
    return ERR(ERR_UNSUPPORTED, 0, "type");
}

/* clang-format off */
static const struct wire_row good[] = {
    {"an account with all it can have", ACCOUNT,
     "{\"status\":\"active\",\"profile\":\"norinco\",\"account\":\"A-1\","
     "\"key_no\":\"K1\",\"phone_masked\":\"138****6021\",\"seals\":2,\"certificate\":\"" DIGEST "\"}"},
    {"a revoked account with nothing more", ACCOUNT, "{\"status\":\"revoked\",\"profile\":\"norinco\"}"},
    {"a replaced account", ACCOUNT, "{\"status\":\"replaced\",\"profile\":\"jingdezhen\",\"seals\":1}"},
    {"an order to pay", ORDER,
     "{\"status\":\"to_pay\",\"order_no\":\"20250801-1\",\"token\":\"s1234\",\"service\":\"renew\","
     "\"profile\":\"norinco\",\"term_years\":2,\"amount_fen\":40000,\"pay_url\":\"https://127.0.0.1/p/x\","
     "\"check_url\":\"https://127.0.0.1/r/x\",\"created_s\":1754000000,\"expires_s\":1754000900,\"old_certificate\":\"" DIGEST "\","
     "\"old_not_after_s\":1760000000}"},
    {"a paid order that waits for its certificate", ORDER,
     "{\"status\":\"to_make\",\"token\":\"s1\",\"service\":\"renew\",\"profile\":\"norinco\","
     "\"method\":\"demo\",\"paid_s\":9007199254740992}"},
    {"a refused order with its code", ORDER,
     "{\"status\":\"refused\",\"token\":\"s1\",\"service\":\"renew\",\"profile\":\"norinco\",\"refusal\":\"too_early\"}"},
    {"an order in review", ORDER, "{\"status\":\"in_review\",\"token\":\"s1\",\"service\":\"renew\",\"profile\":\"a\"}"},
    {"an order to write", ORDER, "{\"status\":\"to_write\",\"token\":\"s1\",\"service\":\"renew\",\"profile\":\"a\",\"write_before_s\":5}"},
    {"an order that is done", ORDER, "{\"status\":\"done\",\"token\":\"s1\",\"service\":\"renew\",\"profile\":\"a\"}"},
    {"an order that is closed", ORDER, "{\"status\":\"closed\",\"token\":\"s1\",\"service\":\"renew\",\"profile\":\"a\"}"},
    {"an order that is refunded", ORDER, "{\"status\":\"refund\",\"token\":\"s1\",\"service\":\"renew\",\"profile\":\"a\"}"},
    {"an issued certificate", ISSUED, "{\"slot\":154,\"certificate\":\"MIIBAg==\"}"},
    {"a notice in both languages", NOTICE, "{\"zh\":\"今日机器维护\",\"en\":\"Maintenance \\\"today\\\"\"}"},
    {"a key", KEY, "{\"public\":\"" DIGEST "\",\"not_before_s\":1,\"not_after_s\":2}"},
    {"a revoked key", KEY, "{\"public\":\"" DIGEST "\",\"not_after_s\":2,\"revoked_s\":1760000000}"},
};

#define ORDER_OF(rest) "{\"token\":\"s1\",\"service\":\"renew\",\"profile\":\"a\"," rest "}"

static const struct wire_row bad[] = {
    {"nothing at all",                           NOTICE,  ""},
    {"not JSON",                                 NOTICE,  "zh=1"},
    {"a key without its end",                    KEY,     "{\"public\":\"" DIGEST "\",\"not_before_s\":1}"},
    {"a key of a byte less",                     KEY,     "{\"public\":\"00\",\"not_after_s\":2}"},
    {"a key without itself",                     KEY,     "{\"not_after_s\":2}"},
    {"a key that was revoked before all time",   KEY,     "{\"public\":\"" DIGEST "\",\"not_after_s\":2,\"revoked_s\":-1}"},
    {"an array where an object belongs",         NOTICE,  "[\"zh\",\"en\"]"},
    {"a text cut short",                         NOTICE,  "{\"zh\":\"a\",\"en\":\"b\""},
    {"something after the end",                  NOTICE,  "{\"zh\":\"a\",\"en\":\"b\"}x"},
    {"a key that stands twice",                  NOTICE,  "{\"zh\":\"a\",\"en\":\"b\",\"en\":\"c\"}"},
    {"an unknown key that stands twice",         NOTICE,  "{\"zh\":\"a\",\"en\":\"b\",\"x\":1,\"x\":1}"},
    {"a required field is missing",              NOTICE,  "{\"zh\":\"a\"}"},
    {"a required text is empty",                 NOTICE,  "{\"zh\":\"a\",\"en\":\"\"}"},
    {"null is not a text",                       NOTICE,  "{\"zh\":\"a\",\"en\":null}"},
    {"a number is not a text",                   NOTICE,  "{\"zh\":\"a\",\"en\":5}"},
    {"a text with a line break",                 NOTICE,  "{\"zh\":\"a\",\"en\":\"b\\n\"}"},
    {"a text with a NUL",                        NOTICE,  "{\"zh\":\"a\",\"en\":\"b\\u0000\"}"},
    {"a text that is not UTF-8",                 NOTICE,  "{\"zh\":\"a\",\"en\":\"\xC0\x80\"}"},
    {"a lone surrogate",                         NOTICE,  "{\"zh\":\"a\",\"en\":\"\\ud800\"}"},
    {"an unknown status",                        ORDER,   ORDER_OF("\"status\":\"lost\"")},
    {"a status that only the kiosk knows",       ORDER,   ORDER_OF("\"status\":\"requested\"")},
    {"an empty status",                          ORDER,   ORDER_OF("\"status\":\"\"")},
    {"a negative amount",                        ORDER,   ORDER_OF("\"status\":\"done\",\"amount_fen\":-1")},
    {"an amount with a fraction",                ORDER,   ORDER_OF("\"status\":\"done\",\"amount_fen\":200.5")},
    {"an amount as a real number",               ORDER,   ORDER_OF("\"status\":\"done\",\"amount_fen\":200.0")},
    {"an amount as a text",                      ORDER,   ORDER_OF("\"status\":\"done\",\"amount_fen\":\"200\"")},
    {"a number above 2^53",                      ORDER,   ORDER_OF("\"status\":\"done\",\"paid_s\":9007199254740993")},
    {"a number above 2^63",                      ORDER,   ORDER_OF("\"status\":\"done\",\"paid_s\":9223372036854775808")},
    {"a term of 256 years",                      ORDER,   ORDER_OF("\"status\":\"done\",\"term_years\":256")},
    {"a token id with a blank",                  ORDER,   "{\"status\":\"done\",\"token\":\"s 1\",\"service\":\"renew\",\"profile\":\"a\"}"},
    {"a token id of 41 characters",              ORDER,   "{\"status\":\"done\",\"token\":\"01234567890123456789012345678901234567890\",\"service\":\"renew\",\"profile\":\"a\"}"},
    {"a digest cut short",                       ORDER,   ORDER_OF("\"status\":\"done\",\"old_certificate\":\"0001\"")},
    {"a digest with a wrong digit",              ACCOUNT, "{\"status\":\"active\",\"profile\":\"a\",\"certificate\":\"0g0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"}"},
    {"three seals",                              ACCOUNT, "{\"status\":\"active\",\"profile\":\"a\",\"seals\":3}"},
    {"a flag where a number belongs",            ACCOUNT, "{\"status\":\"active\",\"profile\":\"a\",\"seals\":true}"},
    {"an account without a profile",             ACCOUNT, "{\"status\":\"active\"}"},
    {"a certificate of no bytes",                ISSUED,  "{\"slot\":154,\"certificate\":\"\"}"},
    {"a certificate that is not base64",         ISSUED,  "{\"slot\":154,\"certificate\":\"MII\"}"},
    {"a slot above a byte",                      ISSUED,  "{\"slot\":256,\"certificate\":\"MIIB\"}"},
    {"no slot",                                  ISSUED,  "{\"certificate\":\"MIIB\"}"},
};
/* clang-format on */

static const struct wire_codec codec = {sizeof(union document), read_any, write_any};

static void test_what_is_read_is_written_the_same(void **state)
{
    (void)state;
    wire_is_written_the_same(&codec, good, ARRAY_LEN(good));
}

static void test_what_is_refused(void **state)
{
    (void)state;
    wire_is_refused(&codec, bad, ARRAY_LEN(bad));
}

static void test_an_order_gives_its_facts(void **state)
{
    (void)state;
    struct document_order order;
    assert_false(failed(document_read_order(wire_body(&good[3]), &order)));
    assert_int_equal(order.facts.status, FACT_ORDER_TO_PAY);
    assert_int_equal(order.facts.amount_fen, 40000);
    assert_int_equal(order.facts.term_years, 2);
    assert_int_equal(order.facts.expires_s, 1754000900);
    assert_int_equal(order.facts.old_fingerprint[31], 0x1F);
    assert_string_equal(order.facts.pay_url, "https://127.0.0.1/p/x");
    assert_string_equal(order.token, "s1234");
    assert_string_equal(order.facts.method, "");
    assert_false(order.facts.has_certificate);
}

static void test_an_account_gives_its_facts(void **state)
{
    (void)state;
    struct document_account account;
    struct bytes body = {(const uint8_t *)good[0].body, strlen(good[0].body)};
    assert_false(failed(document_read_account(body, &account)));
    assert_true(account.facts.known);
    assert_int_equal(account.facts.status, FACT_CERTIFICATE_ACTIVE);
    assert_int_equal(account.facts.seals, 2);
    assert_int_equal(account.fingerprint[1], 1);
}

static void test_unknown_fields_are_skipped(void **state)
{
    (void)state;
    const char *text = "{\"new\":{\"zh\":[1,2.5,null]},\"zh\":\"一\",\"en\":\"one\"}";
    struct fact_announcement notice;
    struct bytes body = {(const uint8_t *)text, strlen(text)};
    assert_false(failed(document_read_notice(body, &notice)));
    assert_string_equal(notice.en, "one");
}

static void test_the_longest_certificate_fits(void **state)
{
    (void)state;
    static struct document_issued in = {.slot = 0x9A, .der_len = DOCUMENT_CERTIFICATE_MAX};
    struct document_issued got;
    uint8_t out[DOCUMENT_BODY_MAX];
    size_t len = 0;
    memset(in.der, 0xA5, sizeof(in.der));
    assert_false(failed(document_write_issued(&in, out, &len)));
    assert_false(failed(document_read_issued((struct bytes){out, len}, &got)));
    assert_int_equal(got.der_len, DOCUMENT_CERTIFICATE_MAX);
    assert_memory_equal(got.der, in.der, sizeof(in.der));

    in.der_len++;
    assert_int_equal(document_write_issued(&in, out, &len).code, ERR_MALFORMED);
}

static void test_what_could_not_be_read_is_not_written(void **state)
{
    (void)state;
    uint8_t out[DOCUMENT_BODY_MAX];
    size_t len = 77;
    struct document_order order = {
        .facts.status = FACT_ORDER_TO_PAY, .token = "s1", .service = "renew", .profile = "norinco"};
    assert_false(failed(document_write_order(&order, out, &len)));
    len = 77;
    order.facts.amount_fen = -1;
    assert_int_equal(document_write_order(&order, out, &len).code, ERR_MALFORMED);
    order.facts.amount_fen = 0;
    order.facts.status = FACT_ORDER_REQUESTED;
    assert_int_equal(document_write_order(&order, out, &len).code, ERR_MALFORMED);
    order.facts.status = FACT_ORDER_TO_PAY;
    memcpy(order.facts.method, "\xFF\xFE", 3);
    assert_int_equal(document_write_order(&order, out, &len).code, ERR_MALFORMED);
    assert_int_equal(len, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read_is_written_the_same),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_an_order_gives_its_facts),
        cmocka_unit_test(test_an_account_gives_its_facts),
        cmocka_unit_test(test_unknown_fields_are_skipped),
        cmocka_unit_test(test_the_longest_certificate_fits),
        cmocka_unit_test(test_what_could_not_be_read_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
