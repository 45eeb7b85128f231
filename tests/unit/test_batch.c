#include "sync/wire/batch.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

#define UUID "0f8fad5b-d9cb-469f-a165-70867728950e"
#define HASH0 "0000000000000000000000000000000000000000000000000000000000000000"
#define HASH1 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_ID "0123456789abcdef"
/* 64 bytes 0, 1, 2 ... 63 */
#define SEAL \
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="
#define SEALED(text) "\"ack\":\"" text "\",\"key_id\":\"" KEY_ID "\",\"seal\":\"" SEAL "\""

enum shape { BATCH, ACK, SEALED_ACK, FEED, REFUSAL };

union any {
    struct batch batch;
    struct ack ack;
    struct sealed_ack sealed;
    struct feed feed;
    struct refusal refusal;
};

static struct err read_any(enum shape shape, const char *text, size_t len, union any *out)
{
    struct bytes bytes = {(const uint8_t *)text, len};
    switch (shape) {
    case BATCH:
        return batch_read(bytes, &out->batch);
    case ACK:
        return ack_read(bytes, &out->ack);
    case SEALED_ACK:
        return sealed_ack_read(bytes, &out->sealed);
    case FEED:
        return feed_read(bytes, &out->feed);
    case REFUSAL:
        return refusal_read(bytes, &out->refusal);
    }
    return ERR(ERR_UNSUPPORTED, 0, "shape");
}

static struct err write_any(enum shape shape, const union any *in, char **out_text)
{
    switch (shape) {
    case BATCH:
        return batch_write(&in->batch, out_text);
    case ACK:
        return ack_write(&in->ack, out_text);
    case SEALED_ACK:
        return sealed_ack_write(&in->sealed, out_text);
    case FEED:
        return feed_write(&in->feed, out_text);
    case REFUSAL:
        return refusal_write(&in->refusal, out_text);
    }
    return ERR(ERR_UNSUPPORTED, 0, "shape");
}

/* clang-format off */
#define ENTRY_OF(seq, body, prev) \
    "{\"seq\":" seq ",\"txid\":\"" UUID "\",\"at_ms\":1754000000123,\"visit\":\"" UUID "\"," \
    "\"kind\":\"order_requested\",\"body\":\"" body "\",\"prev\":\"" prev "\",\"hash\":\"" HASH1 "\"}"
#define BATCH_OF(entries) "{\"epoch\":\"" UUID "\",\"entries\":[" entries "]}"
#define SIGNED(head) "{\"epoch\":\"" UUID "\",\"entries\":[],\"head\":" head "}"
#define HEAD_OF(seq, hash, signature) "{\"seq\":" seq ",\"hash\":\"" hash "\",\"signature\":\"" signature "\"}"
#define ACK_OF(rest) "{\"kiosk\":\"hall-1\",\"epoch\":\"" UUID "\",\"acked_seq\":7,\"head_hash\":\"" HASH1 "\",\"time_ms\":1754000000123" rest "}"
#define DOCUMENT_OF(type, id, body) \
    "{\"type\":\"" type "\",\"id\":\"" id "\",\"version\":3,\"body\":\"" body "\",\"key_id\":\"" KEY_ID "\",\"seal\":\"" SEAL "\"}"
#define FEED_OF(documents) "{\"cursor\":12,\"documents\":[" documents "]," SEALED("{}") "}"

static const struct {
    const char *name;
    enum shape shape;
    const char *text;
} good[] = {
    {"a batch of nothing",             BATCH, BATCH_OF("")},
    {"a batch of two entries",         BATCH, BATCH_OF(ENTRY_OF("1", "{}", HASH0) "," ENTRY_OF("2", "{\\\"a\\\":\\\"华\\\"}", HASH1))},
    {"a batch with a signed head",     BATCH, SIGNED(HEAD_OF("7", HASH1, SEAL))},
    {"a body with every kind of escape", BATCH, BATCH_OF(ENTRY_OF("1", "\\\"\\\\/\\b\\f\\n\\r\\t\\u0001", HASH0))},
    {"an acknowledgement",             ACK, ACK_OF("")},
    {"one that rejects two entries",   ACK, ACK_OF(",\"rejected\":[{\"seq\":3,\"code\":\"unknown_token\"},{\"seq\":5,\"code\":\"bad_body\"}]")},
    {"one before any entry",           ACK, "{\"kiosk\":\"hall-1\",\"epoch\":\"\",\"acked_seq\":0,\"head_hash\":\"" HASH0 "\",\"time_ms\":1}"},
    {"a sealed acknowledgement",       SEALED_ACK, "{" SEALED("{\\\"kiosk\\\":1}") "}"},
    {"a feed with nothing new",        FEED, FEED_OF("")},
    {"a feed with two documents",      FEED, FEED_OF(DOCUMENT_OF("order", UUID, "{\\\"status\\\":\\\"done\\\"}") "," DOCUMENT_OF("account", "s42", "{}"))},
    {"a gap with the seq expected",    REFUSAL, "{\"error\":\"gap\",\"expected_seq\":4}"},
    {"a gap before the first entry",   REFUSAL, "{\"error\":\"gap\",\"expected_seq\":0}"},
    {"a fork with its seq",            REFUSAL, "{\"error\":\"fork\",\"seq\":9}"},
    {"a refusal with a message",       REFUSAL, "{\"error\":\"malformed\",\"message\":\"entries: not an array\"}"},
};

static const struct {
    const char *name;
    enum shape shape;
    const char *text;
} bad[] = {
    {"a batch without an epoch",          BATCH, "{\"entries\":[]}"},
    {"a batch with an empty epoch",       BATCH, "{\"epoch\":\"\",\"entries\":[]}"},
    {"a head that is a number",           BATCH, SIGNED("7")},
    {"a head that is null",               BATCH, SIGNED("null")},
    {"a head of no entry",                BATCH, SIGNED(HEAD_OF("0", HASH1, SEAL))},
    {"a head with a short hash",          BATCH, SIGNED(HEAD_OF("7", "00", SEAL))},
    {"a head with a short signature",     BATCH, SIGNED(HEAD_OF("7", HASH1, "AAEC"))},
    {"a head without a signature",        BATCH, SIGNED("{\"seq\":7,\"hash\":\"" HASH1 "\"}")},
    {"a batch without entries",           BATCH, "{\"epoch\":\"" UUID "\"}"},
    {"entries that are an object",        BATCH, "{\"epoch\":\"" UUID "\",\"entries\":{}}"},
    {"an entry that is a number",         BATCH, BATCH_OF("1")},
    {"an entry with seq 0",               BATCH, BATCH_OF(ENTRY_OF("0", "{}", HASH0))},
    {"an entry with a negative seq",      BATCH, BATCH_OF(ENTRY_OF("-1", "{}", HASH0))},
    {"an entry with a seq above 2^53",    BATCH, BATCH_OF(ENTRY_OF("9007199254740993", "{}", HASH0))},
    {"an entry with a short hash",        BATCH, BATCH_OF(ENTRY_OF("1", "{}", "00"))},
    {"a body with a NUL",                 BATCH, BATCH_OF(ENTRY_OF("1", "\\u0000", HASH0))},
    {"a body that is not UTF-8",          BATCH, BATCH_OF(ENTRY_OF("1", "\xED\xA0\x80", HASH0))},
    {"an acknowledgement without a time", ACK, "{\"kiosk\":\"hall-1\",\"epoch\":\"\",\"acked_seq\":0,\"head_hash\":\"" HASH0 "\"}"},
    {"one for no kiosk",                  ACK, "{\"kiosk\":\"\",\"epoch\":\"\",\"acked_seq\":0,\"head_hash\":\"" HASH0 "\",\"time_ms\":1}"},
    {"a rejection without a code",        ACK, ACK_OF(",\"rejected\":[{\"seq\":3}]")},
    {"rejections that are null",          ACK, ACK_OF(",\"rejected\":null")},
    {"a seal one byte short",             SEALED_ACK, "{\"ack\":\"{}\",\"key_id\":\"" KEY_ID "\",\"seal\":\"AAEC\"}"},
    {"a key id cut short",                SEALED_ACK, "{\"ack\":\"{}\",\"key_id\":\"0123\",\"seal\":\"" SEAL "\"}"},
    {"an acknowledgement of no text",     SEALED_ACK, "{" SEALED("") "}"},
    {"a feed without a cursor",           FEED, "{\"documents\":[]," SEALED("{}") "}"},
    {"a feed without an acknowledgement", FEED, "{\"cursor\":1,\"documents\":[]}"},
    {"a document without an id",          FEED, FEED_OF(DOCUMENT_OF("order", "", "{}"))},
    {"a document whose id has a slash",   FEED, FEED_OF(DOCUMENT_OF("order", "../x", "{}"))},
    {"a gap without the seq expected",    REFUSAL, "{\"error\":\"gap\",\"seq\":4}"},
    {"a refusal without an error",        REFUSAL, "{\"message\":\"no\"}"},
    {"a page of HTML",                    REFUSAL, "<html>502</html>"},
};
/* clang-format on */

static union any *room(void)
{
    union any *any = malloc(sizeof(*any));
    assert_non_null(any);
    memset(any, 0xEE, sizeof(*any));
    return any;
}

static void test_what_is_read_is_written_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        union any *any = room();
        char *text = NULL;
        print_message("  %s\n", good[i].name);
        assert_int_equal(read_any(good[i].shape, good[i].text, strlen(good[i].text), any).code,
                         ERR_NONE);
        assert_int_equal(write_any(good[i].shape, any, &text).code, ERR_NONE);
        if (strstr(good[i].text, "\\u0001") == NULL && strstr(good[i].name, "before") == NULL)
            assert_string_equal(text, good[i].text);
        union any *again = room();
        assert_int_equal(read_any(good[i].shape, text, strlen(text), again).code, ERR_NONE);
        free(text);
        free(again);
        free(any);
    }
}

static void test_what_is_refused(void **state)
{
    (void)state;
    union any *any = room();
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        print_message("  %s\n", bad[i].name);
        assert_int_equal(read_any(bad[i].shape, bad[i].text, strlen(bad[i].text), any).code,
                         ERR_MALFORMED);
    }
    free(any);
}

/* No prefix of a good text is good, and none is read past its end. */
static void test_no_cut_text_is_read(void **state)
{
    (void)state;
    union any *any = room();
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        for (size_t len = 0; len < strlen(good[i].text); len++) {
            char *cut = malloc(len + 1);
            assert_non_null(cut);
            memcpy(cut, good[i].text, len);
            assert_true(failed(read_any(good[i].shape, cut, len, any)));
            free(cut);
        }
    }
    free(any);
}

static void fill(struct batch *batch, size_t count, size_t body_len, char c)
{
    memset(batch, 0, sizeof(*batch));
    memcpy(batch->epoch, UUID, sizeof(UUID));
    batch->count = count;
    for (size_t i = 0; i < count && i < BATCH_ENTRIES_MAX; i++) {
        struct batch_entry *entry = &batch->entries[i];
        entry->seq = i + 1;
        memcpy(entry->txid, UUID, sizeof(UUID));
        memcpy(entry->visit, UUID, sizeof(UUID));
        memcpy(entry->kind, "receipt", 8);
        entry->body_len = body_len;
        memset(entry->body, c, body_len);
    }
}

#define LARGEST_BODY 1700 /* of so many entries */

static void test_the_largest_batch_fits(void **state)
{
    (void)state;
    union any *any = room(), *got = room();
    char *text = NULL;
    fill(&any->batch, BATCH_ENTRIES_MAX, LARGEST_BODY, 'a');
    assert_false(failed(batch_write(&any->batch, &text)));
    assert_true(strlen(text) <= BATCH_BYTES_MAX);
    assert_false(failed(batch_read((struct bytes){(uint8_t *)text, strlen(text)}, &got->batch)));
    assert_int_equal(got->batch.count, BATCH_ENTRIES_MAX);
    assert_memory_equal(got->batch.entries[BATCH_ENTRIES_MAX - 1].body, any->batch.entries[0].body,
                        LARGEST_BODY);
    free(text);
    free(any);
    free(got);
}

static void test_limits_have_a_name_of_their_own(void **state)
{
    (void)state;
    union any *any = room();
    char *text = NULL;
    fill(&any->batch, BATCH_ENTRIES_MAX, LARGEST_BODY, '"'); /* escapes double it */
    assert_int_equal(batch_write(&any->batch, &text).code, ERR_NO_ROOM);
    fill(&any->batch, BATCH_ENTRIES_MAX + 1, 2, '1');
    assert_int_equal(batch_write(&any->batch, &text).code, ERR_NO_ROOM);
    fill(&any->batch, 1, 2, '\0');
    assert_int_equal(batch_write(&any->batch, &text).code, ERR_MALFORMED);
    assert_null(text);

    char *spaces = malloc(FEED_BYTES_MAX + 1);
    assert_non_null(spaces);
    memset(spaces, ' ', FEED_BYTES_MAX + 1);
    assert_int_equal(read_any(BATCH, spaces, BATCH_BYTES_MAX + 1, any).code, ERR_NO_ROOM);
    assert_int_equal(read_any(FEED, spaces, FEED_BYTES_MAX + 1, any).code, ERR_NO_ROOM);
    assert_int_equal(read_any(ACK, spaces, ACK_TEXT_MAX, any).code, ERR_NO_ROOM);
    free(spaces);
    free(any);
}

static void test_a_long_body_is_refused(void **state)
{
    (void)state;
    union any *any = room();
    char *text = NULL;
    fill(&any->batch, 1, CHAIN_BODY_MAX, 'a');
    assert_false(failed(batch_write(&any->batch, &text)));
    size_t len = strlen(text);
    char *longer = malloc(len + 1);
    assert_non_null(longer);
    const char *at = strstr(text, "aaaa");
    assert_non_null(at);
    size_t head = (size_t)(at - text);
    memcpy(longer, text, head);
    longer[head] = 'a';
    memcpy(longer + head + 1, at, len - head);
    assert_int_equal(read_any(BATCH, longer, len + 1, any).code, ERR_NO_ROOM);
    free(longer);
    free(text);
    free(any);
}

static void test_an_acknowledgement_says_what_it_rejects(void **state)
{
    (void)state;
    struct ack ack;
    struct bytes text = {(const uint8_t *)good[5].text, strlen(good[5].text)};
    assert_false(failed(ack_read(text, &ack)));
    assert_string_equal(ack.kiosk, "hall-1");
    assert_int_equal(ack.acked_seq, 7);
    assert_int_equal(ack.time_ms, 1754000000123);
    assert_int_equal(ack.head_hash.at[31], 0x1F);
    assert_int_equal(ack.rejected_count, 2);
    assert_int_equal(ack.rejected[1].seq, 5);
    assert_string_equal(ack.rejected[1].code, "bad_body");
}

/* The longest acknowledgement still travels sealed. */
static void test_a_batch_rejected_whole_fits(void **state)
{
    (void)state;
    static struct ack ack = {.kiosk = "kiosk-0123456789-0123456789-0123",
                             .epoch = UUID,
                             .acked_seq = INT64_C(1) << 53,
                             .time_ms = INT64_C(1) << 53,
                             .rejected_count = ACK_REJECTED_MAX};
    static struct sealed_ack sealed = {.key_id = KEY_ID};
    for (size_t i = 0; i < ACK_REJECTED_MAX; i++) {
        ack.rejected[i].seq = (UINT64_C(1) << 53) - i;
        memset(ack.rejected[i].code, 'x', sizeof(ack.rejected[i].code) - 1);
    }
    char *text = NULL, *outer = NULL;
    assert_false(failed(ack_write(&ack, &text)));
    assert_true(strlen(text) < ACK_TEXT_MAX);
    memcpy(sealed.text, text, strlen(text) + 1);
    assert_false(failed(sealed_ack_write(&sealed, &outer)));
    union any *any = room();
    assert_false(failed(read_any(SEALED_ACK, outer, strlen(outer), any)));
    assert_string_equal(any->sealed.text, text);
    free(any);
    free(outer);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read_is_written_the_same),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_no_cut_text_is_read),
        cmocka_unit_test(test_the_largest_batch_fits),
        cmocka_unit_test(test_limits_have_a_name_of_their_own),
        cmocka_unit_test(test_a_long_body_is_refused),
        cmocka_unit_test(test_an_acknowledgement_says_what_it_rejects),
        cmocka_unit_test(test_a_batch_rejected_whole_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
