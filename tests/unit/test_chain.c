#include <string.h>

#include "kiosk/base/chain.h"
#include "kiosk/base/hex.h"
#include "tests/unit/unit.h"

#define UUID "00000000-0000-4000-8000-000000000001"

static const struct chain_entry sample = {
    .seq = 1,
    .at_ms = 1780279200000,
    .epoch = UUID,
    .txid = UUID,
    .visit = UUID,
    .kind = "order_requested",
    .body = {(const uint8_t *)"{}", 2},
};

static void a_uuid_is_of_version_four(void **state)
{
    const uint8_t random[16] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    char text[CHAIN_UUID_LEN + 1];
    (void)state;
    chain_uuid(text, random);
    assert_string_equal(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

static void a_uuid_of_a_moment_begins_with_it(void **state)
{
    const uint8_t random[16] = {0x0F, 0x0E, 0x0D, 0x0C, 0x0B, 0x0A, 0x09, 0xFF, 0x07, 0xFF};
    char text[CHAIN_UUID_LEN + 1];
    (void)state;
    chain_uuid_at(text, 0x017F22E279B0, random);
    assert_string_equal(text, "017f22e2-79b0-7f07-bf09-0a0b0c0d0e0f");
    assert_true(chain_is_uuid(text, CHAIN_UUID_LEN));
    chain_uuid_at(text, -1, random);
    assert_string_equal(text, "00000000-0000-7f07-bf09-0a0b0c0d0e0f");
}

static void a_uuid_of_a_later_moment_sorts_later(void **state)
{
    const uint8_t high[16] = {[9] = 0xFF};
    const uint8_t low[16] = {0};
    char one[CHAIN_UUID_LEN + 1];
    char two[CHAIN_UUID_LEN + 1];
    (void)state;
    chain_uuid_at(one, 1790000000255, high);
    chain_uuid_at(two, 1790000000256, low);
    assert_true(strcmp(one, two) < 0);
}

static void a_uuid_has_one_form(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        bool is;
    } rows[] = {
        {"as it is made", UUID, true},
        {"capitals are another text of the same number", "0000000A-0000-4000-8000-000000000001",
         false},
        {"a dash in another place", "0000000-00000-4000-8000-000000000001", false},
        {"a letter that is no digit", "0000000g-0000-4000-8000-000000000001", false},
        {"one too short", "00000000-0000-4000-8000-00000000000", false},
        {"nothing", "", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("  %s\n", rows[i].name);
        assert_int_equal(chain_is_uuid(rows[i].text, strlen(rows[i].text)), rows[i].is);
    }
}

/* The expected digest comes from:
 * printf 'certkiosk-journal-1\n%s\n1\n%s\n1780279200000\n%s\norder_requested\n%s\n{}' U U U 0..0
 *     | sha256sum */
static void the_hash_is_that_of_the_stated_text(void **state)
{
    struct hash hash;
    char hex[HEX_SIZE(HASH_LEN)];
    (void)state;
    assert_false(failed(chain_hash(&sample, &hash)));
    hex_print(hex, (struct bytes){hash.at, HASH_LEN});
    assert_string_equal(hex, "673dcbf748633a77afbcaa0b96f9166ce9ac37b2e96517f91facd993b6aa24be");
}

static void every_field_counts(void **state)
{
    struct hash was;
    (void)state;
    assert_false(failed(chain_hash(&sample, &was)));
    for (int i = 0; i < 8; i++) {
        struct chain_entry entry = sample;
        struct hash now;
        const char *other = "00000000-0000-4000-8000-000000000002";
        entry.seq += i == 0;
        entry.at_ms += i == 1;
        entry.epoch = i == 2 ? other : entry.epoch;
        entry.txid = i == 3 ? other : entry.txid;
        entry.visit = i == 4 ? other : entry.visit;
        entry.kind = i == 5 ? "order_left" : entry.kind;
        entry.body.len -= i == 6;
        entry.prev.at[31] = i == 7;
        assert_false(failed(chain_hash(&entry, &now)));
        assert_memory_not_equal(now.at, was.at, HASH_LEN);
    }
}

static void expect(const struct chain_entry *entry, enum err_code want)
{
    struct hash hash = {{7}};
    assert_int_equal(chain_hash(entry, &hash).code, want);
    assert_int_equal(hash.at[0], want == ERR_NONE ? hash.at[0] : 7);
}

static void what_breaks_the_text_is_refused(void **state)
{
    static const char *const ids[] = {"",
                                      "00000000-0000-4000-8000-00000000000",
                                      "00000000-0000-4000-8000-0000000000011",
                                      "00000000-0000-4000-8000-00000000000A",
                                      "00000000-0000-4000-8000\n000000000001",
                                      "0000000000000-4000-8000-000000000001"};
    static const char *const kinds[] = {"", "Order", "order left", "order\nleft",
                                        "abcdefghijklmnopqrstuvwxyz_abcdef"};
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct chain_entry entry = sample;
        entry.txid = ids[i];
        expect(&entry, ERR_MALFORMED);
        entry = sample;
        entry.visit = ids[i];
        expect(&entry, ERR_MALFORMED);
        entry = sample;
        entry.epoch = ids[i];
        expect(&entry, ERR_MALFORMED);
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct chain_entry entry = sample;
        entry.kind = kinds[i];
        expect(&entry, ERR_MALFORMED);
    }
}

static void what_is_said_once_has_one_uuid_in_each_journal(void **state)
{
    static const struct {
        const char *kiosk, *epoch, *name;
        bool same;
    } rows[] = {
        {"hall-1", "e1", "repair", true},
        {"hall-2", "e1", "repair", false},
        {"hall-1", "e2", "repair", false},
        {"hall-1", "e1", "repairs", false},
    };
    char first[CHAIN_UUID_LEN + 1];
    (void)state;
    chain_uuid_once(first, "hall-1", "e1", "repair");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char uuid[CHAIN_UUID_LEN + 1];
        chain_uuid_once(uuid, rows[i].kiosk, rows[i].epoch, rows[i].name);
        assert_true(chain_is_uuid(uuid, strlen(uuid)));
        assert_int_equal(strcmp(uuid, first) == 0, rows[i].same);
    }
}

static void a_body_has_a_limit(void **state)
{
    static uint8_t body[CHAIN_BODY_MAX + 1];
    struct chain_entry entry = sample;
    (void)state;
    entry.body = (struct bytes){body, CHAIN_BODY_MAX};
    expect(&entry, ERR_NONE);
    entry.body.len++;
    expect(&entry, ERR_NO_ROOM);
    entry.body = (struct bytes){NULL, 0};
    expect(&entry, ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uuid_is_of_version_four),
        cmocka_unit_test(a_uuid_of_a_moment_begins_with_it),
        cmocka_unit_test(a_uuid_of_a_later_moment_sorts_later),
        cmocka_unit_test(a_uuid_has_one_form),
        cmocka_unit_test(the_hash_is_that_of_the_stated_text),
        cmocka_unit_test(every_field_counts),
        cmocka_unit_test(what_breaks_the_text_is_refused),
        cmocka_unit_test(what_is_said_once_has_one_uuid_in_each_journal),
        cmocka_unit_test(a_body_has_a_limit),
    };
    return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
