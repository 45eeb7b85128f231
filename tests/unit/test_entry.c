#include "sync/wire/entry.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/wire_rows.h"

#define UUID "0f8fad5b-d9cb-469f-a165-70867728950e"
#define OLD "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define NEW "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
#define ORDER_TOKEN "\"order\":\"" UUID "\",\"token\":\"s42\""

/* clang-format off */
static const struct wire_row good[] = {
    {"a visit starts",            ENTRY_VISIT_STARTED,   "{\"service\":\"renew\"}"},
    {"a PIN is refused",          ENTRY_PIN_REFUSED,     "{\"token\":\"s42\",\"tries_left\":0}"},
    {"a PIN is refused and the token does not say how many are left", ENTRY_PIN_REFUSED, "{\"token\":\"s42\",\"tries_left\":255}"},
    {"a PIN is verified",         ENTRY_PIN_VERIFIED,    "{\"token\":\"s42\"}"},
    {"an order is requested",     ENTRY_ORDER_REQUESTED,
     "{" ORDER_TOKEN ",\"service\":\"renew\",\"profile\":\"norinco\",\"price_pack\":1,\"term_years\":2,\"amount_fen\":40000,"
     "\"slot\":154,\"old_certificate\":\"" OLD "\",\"old_not_after_s\":1760000000}"},
    {"an order is cancelled",     ENTRY_ORDER_LEFT,      "{" ORDER_TOKEN ",\"why\":\"cancelled\"}"},
    {"an order runs out of time", ENTRY_ORDER_LEFT,      "{" ORDER_TOKEN ",\"why\":\"timeout\"}"},
    {"a token refuses",           ENTRY_ORDER_LEFT,      "{" ORDER_TOKEN ",\"why\":\"refused\"}"},
    {"a token is pulled",         ENTRY_ORDER_LEFT,      "{" ORDER_TOKEN ",\"why\":\"pulled\"}"},
    {"a write is intended",       ENTRY_WRITE_INTENDED,  "{" ORDER_TOKEN ",\"slot\":154,\"old_certificate\":\"" OLD "\",\"new_certificate\":\"" NEW "\"}"},
    {"a write fails",             ENTRY_WRITE_FAILED,    "{" ORDER_TOKEN ",\"why\":\"ERR_GONE\"}"},
    {"a certificate is delivered", ENTRY_DELIVERED,      "{" ORDER_TOKEN ",\"slot\":156,\"new_certificate\":\"" NEW "\",\"tested\":true}"},
    {"a receipt is printed",      ENTRY_RECEIPT,         "{\"order\":\"" UUID "\",\"printed\":\"yes\"}"},
    {"a receipt of no order may be printed", ENTRY_RECEIPT, "{\"printed\":\"unknown\"}"},
    {"a torn token is whole again", ENTRY_TOKEN_REPAIR,  "{" ORDER_TOKEN ",\"slot\":154,\"old_certificate\":\"" OLD "\",\"repaired\":\"yes\"}"},
    {"a torn token stays torn",   ENTRY_TOKEN_REPAIR,    "{" ORDER_TOKEN ",\"slot\":154,\"old_certificate\":\"" OLD "\",\"repaired\":\"no\"}"},
    {"a visit ends",              ENTRY_VISIT_ENDED,     "{}"},
};

static const struct wire_row bad[] = {
    {"a repair that may have been",          ENTRY_TOKEN_REPAIR,  "{" ORDER_TOKEN ",\"slot\":154,\"old_certificate\":\"" OLD "\",\"repaired\":\"unknown\"}"},
    {"a repair of no order",                 ENTRY_TOKEN_REPAIR,  "{\"token\":\"s42\",\"slot\":154,\"old_certificate\":\"" OLD "\",\"repaired\":\"yes\"}"},
    {"not an object",                        ENTRY_VISIT_ENDED,   "null"},
    {"no service",                           ENTRY_VISIT_STARTED, "{}"},
    {"an empty service",                     ENTRY_VISIT_STARTED, "{\"service\":\"\"}"},
    {"a service of 33 letters",              ENTRY_VISIT_STARTED, "{\"service\":\"abcdefghijklmnopqrstuvwxyzabcdefg\"}"},
    {"tries above a byte",                   ENTRY_PIN_REFUSED,   "{\"token\":\"s42\",\"tries_left\":256}"},
    {"tries as a text",                      ENTRY_PIN_REFUSED,   "{\"token\":\"s42\",\"tries_left\":\"3\"}"},
    {"a token that stands twice",            ENTRY_PIN_VERIFIED,  "{\"token\":\"s42\",\"token\":\"s43\"}"},
    {"an order id in upper case",            ENTRY_ORDER_LEFT,    "{\"order\":\"0F8FAD5B-D9CB-469F-A165-70867728950E\",\"token\":\"s\",\"why\":\"pulled\"}"},
    {"an order id without its dashes",       ENTRY_ORDER_LEFT,    "{\"order\":\"0f8fad5bd9cb469fa16570867728950e0000\",\"token\":\"s\",\"why\":\"pulled\"}"},
    {"an empty order id",                    ENTRY_ORDER_LEFT,    "{\"order\":\"\",\"token\":\"s\",\"why\":\"pulled\"}"},
    {"a reason that is not in the list",     ENTRY_ORDER_LEFT,    "{" ORDER_TOKEN ",\"why\":\"bored\"}"},
    {"delivered but not tested",             ENTRY_DELIVERED,     "{" ORDER_TOKEN ",\"slot\":156,\"new_certificate\":\"" NEW "\",\"tested\":false}"},
    {"delivered without a word of the test", ENTRY_DELIVERED,     "{" ORDER_TOKEN ",\"slot\":156,\"new_certificate\":\"" NEW "\"}"},
    {"tested as a number",                   ENTRY_DELIVERED,     "{" ORDER_TOKEN ",\"slot\":156,\"new_certificate\":\"" NEW "\",\"tested\":1}"},
    {"printed perhaps",                      ENTRY_RECEIPT,       "{\"printed\":\"perhaps\"}"},
    {"a receipt of an empty order",          ENTRY_RECEIPT,       "{\"order\":\"\",\"printed\":\"yes\"}"},
};
/* clang-format on */

static struct err read_any(unsigned kind, struct bytes body, void *out)
{
    struct entry *entry = out;
    struct err e = entry_read((enum entry_kind)kind, body, entry);
    if (!failed(e))
        assert_int_equal(entry->kind, kind);
    return e;
}

static struct err write_any(unsigned kind, const void *in, uint8_t *out, size_t *out_len)
{
    (void)kind; /* the entry has it */
    return entry_write(in, out, out_len);
}

static const struct wire_codec codec = {sizeof(struct entry), read_any, write_any};

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

/* Each required field of each kind, left out once. */
static void test_every_field_is_required(void **state)
{
    (void)state;
    size_t tried = 0;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        const char *body = good[i].body;
        for (const char *key = body + 1; good[i].kind != ENTRY_RECEIPT && *key == '"';) {
            const char *end = key + strcspn(key, ",}");
            char without[ENTRY_BODY_MAX];
            int len =
                snprintf(without, sizeof(without), "%.*s\"x%s", (int)(key - body), body, key + 1);
            struct entry entry;
            struct bytes bytes = {(const uint8_t *)without, (size_t)len};
            assert_int_equal(entry_read((enum entry_kind)good[i].kind, bytes, &entry).code,
                             ERR_MALFORMED);
            tried++;
            key = *end == ',' ? end + 1 : end;
        }
    }
    assert_true(tried > 30);
}

static void test_kinds_have_names(void **state)
{
    (void)state;
    enum entry_kind kind = ENTRY_COUNT;
    for (unsigned i = 0; i < ENTRY_COUNT; i++) {
        assert_false(failed(entry_kind_by_name(entry_name((enum entry_kind)i), &kind)));
        assert_int_equal(kind, i);
    }
    assert_false(failed(entry_kind_by_name("order_requested", &kind)));
    assert_int_equal(kind, ENTRY_ORDER_REQUESTED);
    assert_int_equal(entry_kind_by_name("dispensed", &kind).code, ERR_NOT_FOUND);
    assert_int_equal(entry_kind_by_name("", &kind).code, ERR_NOT_FOUND);
    assert_int_equal(kind, ENTRY_ORDER_REQUESTED);
}

static void test_a_body_is_bounded(void **state)
{
    (void)state;
    struct entry entry;
    char body[ENTRY_BODY_MAX + 2];
    memset(body, ' ', sizeof(body));
    body[0] = '{';
    body[1] = '}';
    assert_false(failed(entry_read(ENTRY_VISIT_ENDED,
                                   (struct bytes){(const uint8_t *)body, ENTRY_BODY_MAX}, &entry)));
    struct bytes longer = {(const uint8_t *)body, ENTRY_BODY_MAX + 1};
    assert_int_equal(entry_read(ENTRY_VISIT_ENDED, longer, &entry).code, ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read_is_written_the_same),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_every_field_is_required),
        cmocka_unit_test(test_kinds_have_names),
        cmocka_unit_test(test_a_body_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
