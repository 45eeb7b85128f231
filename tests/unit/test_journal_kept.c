/* What the write of an order overwrites: kept with the intent, gone with the outcome. */
#include "tests/unit/unit.h"

#include "tests/unit/journal_room.h"

static void append(unsigned number, unsigned order, const char *token,
                   enum journal_order_state state, const char *der)
{
    struct journal_draft draft = draft_of(number, order, state);
    (void)text_copy(draft.token, sizeof(draft.token), token);
    draft.kept_slot = 0x9A;
    draft.kept = (struct bytes){(const uint8_t *)der, der != NULL ? strlen(der) : 0};
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
}

static void request(unsigned number, unsigned order, const char *token)
{
    append(number, order, token, JOURNAL_ORDER_REQUESTED, NULL);
}

static void intend(unsigned number, unsigned order, const char *token, const char *der)
{
    append(number, order, token, JOURNAL_ORDER_INTENDED, der);
}

/* NULL: nothing. */
static void assert_kept(unsigned order, const char *der)
{
    struct journal_draft draft = draft_of(0, order, JOURNAL_ORDER_INTENDED);
    struct journal_kept kept = {.slot = 0};
    struct err e = journal_kept_of_order(journal, draft.order, &kept);

    assert_int_equal(e.code, der != NULL ? ERR_NONE : ERR_NOT_FOUND);
    if (der == NULL)
        return;
    assert_int_equal(kept.slot, 0x9A);
    assert_int_equal(kept.der_len, strlen(der));
    assert_memory_equal(kept.der, der, kept.der_len);
}

static void what_a_write_overwrites_is_there_after_a_restart(void **state)
{
    (void)state;
    request(1, 1, "s1");
    assert_kept(1, NULL);
    intend(2, 1, "s1", "old");
    reopen(ERR_NONE);
    assert_kept(1, "old");
    intend(3, 1, "s1", "half of the new one"); /* resumed: the first stays */
    assert_kept(1, "old");
}

static void a_token_that_cannot_be_read_leaves_what_was_kept(void **state)
{
    (void)state;
    request(1, 1, "s1");
    intend(2, 1, "s1", "old");
    intend(3, 1, "s1", NULL);
    assert_kept(1, "old");
}

static void what_was_kept_goes_with_the_delivery_and_does_not_come_back(void **state)
{
    (void)state;
    request(1, 1, "s1");
    intend(2, 1, "s1", "old");
    append(3, 1, "s1", JOURNAL_ORDER_DELIVERED, NULL);
    assert_kept(1, NULL);
    intend(4, 1, "s1", "old");
    assert_kept(1, NULL);
}

static void a_later_order_of_the_token_takes_its_place(void **state)
{
    (void)state;
    request(1, 1, "s1");
    request(2, 3, "s3");
    intend(3, 3, "s3", "another token's");
    intend(4, 1, "s1", "old");
    request(5, 2, "s1");
    assert_kept(1, "old");
    intend(6, 2, "s1", "newer");
    assert_kept(1, NULL);
    assert_kept(2, "newer");
    assert_kept(3, "another token's");
}

static void a_delivery_ends_what_an_earlier_order_of_the_token_left(void **state)
{
    (void)state;
    request(1, 1, "s1");
    intend(2, 1, "s1", "old");
    request(3, 3, "s3");
    intend(4, 3, "s3", "another token's");
    request(5, 2, "s1");
    intend(6, 2, "s1", NULL); /* torn, and kept by the earlier one */
    assert_kept(1, "old");
    append(7, 2, "s1", JOURNAL_ORDER_DELIVERED, NULL);
    assert_kept(1, NULL);
    assert_kept(3, "another token's");
}

static void what_is_kept_is_found_by_its_token(void **state)
{
    struct journal_kept kept = {.slot = 0};
    struct journal_draft draft = draft_of(0, 1, JOURNAL_ORDER_INTENDED);
    (void)state;

    request(1, 1, "s1");
    assert_int_equal(journal_kept_of_token(journal, "s1", &kept).code, ERR_NOT_FOUND);
    intend(2, 1, "s1", "old");
    request(3, 2, "s1"); /* a newer one that has kept nothing */
    assert_int_equal(journal_kept_of_token(journal, "s1", &kept).code, ERR_NONE);
    assert_string_equal(kept.order, draft.order);
    assert_int_equal(kept.slot, 0x9A);
    assert_int_equal(kept.der_len, strlen("old"));
    assert_memory_equal(kept.der, "old", kept.der_len);
    assert_int_equal(journal_kept_of_token(journal, "s3", &kept).code, ERR_NOT_FOUND);
}

static void all_that_is_kept_is_gone_through_and_what_is_erased_is_gone(void **state)
{
    struct journal_kept kept = {.order = ""};
    char seen[3][CHAIN_UUID_LEN + 1] = {{""}};
    size_t count = 0;
    (void)state;

    for (unsigned i = 1; i <= 3; i++) {
        char token[3] = {'s', (char)('0' + i), '\0'};
        request(2 * i, i, token);
        intend(2 * i + 1, i, token, "old");
    }
    while (!failed(journal_kept_after(journal, kept.order, &kept))) {
        assert_true(count < 3);
        (void)text_copy(seen[count++], sizeof(seen[0]), kept.order);
    }
    assert_int_equal(count, 3);
    assert_int_equal(journal_kept_erase(journal, seen[1]).code, ERR_NONE);
    assert_int_equal(journal_kept_erase(journal, seen[1]).code, ERR_NONE);
    reopen(ERR_NONE);
    assert_int_equal(journal_kept_of_order(journal, seen[0], &kept).code, ERR_NONE);
    assert_int_equal(journal_kept_of_order(journal, seen[1], &kept).code, ERR_NOT_FOUND);
    assert_int_equal(journal_kept_after(journal, seen[0], &kept).code, ERR_NONE);
    assert_string_equal(kept.order, seen[2]);
}

static void more_than_a_certificate_is_not_kept(void **state)
{
    static const uint8_t much[JOURNAL_KEPT_MAX + 1];
    struct journal_draft draft = draft_of(1, 1, JOURNAL_ORDER_INTENDED);
    (void)state;

    draft.kept = (struct bytes){much, sizeof(much)};
    assert_int_equal(journal_append(journal, &draft).code, ERR_MALFORMED);
    draft.kept.len--;
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
}

static bool found_in(const char *suffix, struct bytes what)
{
    static uint8_t content[1 << 20];
    char path[256];
    (void)text_print(path, sizeof(path), "%s%s", folder.path, suffix);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t len = fread(content, 1, sizeof(content), file);
    assert_true(len < sizeof(content));
    assert_int_equal(fclose(file), 0);
    return memmem(content, len, what.at, what.len) != NULL;
}

static bool found(struct bytes what)
{
    return found_in("", what) || found_in("-wal", what);
}

static void what_is_kept_is_nowhere_in_clear_and_once_erased_nowhere_at_all(void **state)
{
    static uint8_t der[2000];
    static uint8_t turned[sizeof(der)]; /* as the guard of these tests seals it */
    struct journal_draft draft = draft_of(2, 1, JOURNAL_ORDER_INTENDED);
    struct journal_kept kept;
    (void)state;

    for (size_t i = 0; i < sizeof(der); i++) {
        der[i] = (uint8_t)(i * 7 + i / 256);
        turned[i] = der[i] ^ 0x5A;
    }
    const struct bytes clear = {der + 100, 64};
    const struct bytes sealed = {turned + 100, 64};
    draft.kept = (struct bytes){der, sizeof(der)};
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
    assert_true(found(sealed)); /* or the search sees nothing */
    assert_int_equal(journal_checkpoint(journal).code, ERR_NONE);
    assert_true(found(sealed));
    assert_false(found(clear));
    assert_int_equal(journal_kept_of_order(journal, draft.order, &kept).code, ERR_NONE);
    assert_memory_equal(kept.der, der, sizeof(der));
    assert_int_equal(journal_kept_erase(journal, draft.order).code, ERR_NONE);
    assert_int_equal(journal_checkpoint(journal).code, ERR_NONE);
    assert_false(found(sealed));
    assert_false(found(clear));
}

static void what_was_changed_or_is_of_another_order_does_not_open(void **state)
{
    static const char *const changes[] = {
        "UPDATE sealed SET body = CAST(x'00' || substr(body, 2) AS BLOB)",
        "UPDATE sealed SET body = zeroblob(28)",
    };
    struct journal_kept kept = {.der_len = 9};
    char order[CHAIN_UUID_LEN + 1];
    (void)state;
    uuid_of(order, 0x10000 + 1);
    request(1, 1, "s1");
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        assert_int_equal(journal_kept_erase(journal, order).code, ERR_NONE);
        intend((unsigned)(2 + i), 1, "s1", "old");
        assert_kept(1, "old");
        assert_int_equal(stranger(changes[i]), SQLITE_OK);
        assert_int_equal(journal_kept_of_order(journal, order, &kept).code, ERR_DENIED);
        assert_int_equal(journal_kept_of_token(journal, "s1", &kept).code, ERR_DENIED);
        assert_int_equal(journal_kept_after(journal, "", &kept).code, ERR_NONE);
        assert_string_equal(kept.order, order);
        assert_int_equal(kept.der_len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_write_overwrites_is_there_after_a_restart),
        TEST(a_token_that_cannot_be_read_leaves_what_was_kept),
        TEST(what_was_kept_goes_with_the_delivery_and_does_not_come_back),
        TEST(a_later_order_of_the_token_takes_its_place),
        TEST(a_delivery_ends_what_an_earlier_order_of_the_token_left),
        TEST(what_is_kept_is_found_by_its_token),
        TEST(all_that_is_kept_is_gone_through_and_what_is_erased_is_gone),
        TEST(more_than_a_certificate_is_not_kept),
        TEST(what_is_kept_is_nowhere_in_clear_and_once_erased_nowhere_at_all),
        TEST(what_was_changed_or_is_of_another_order_does_not_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
