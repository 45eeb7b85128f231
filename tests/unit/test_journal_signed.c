/* Which entries are signed, and that what was signed stays so. */
#include "tests/unit/unit.h"

#include "tests/unit/journal_room.h"

#include "tests/unit/journal_stranger.h"

static uint8_t long_body[CHAIN_BODY_MAX];

static void put_draft(unsigned number, size_t body_len, bool awaited)
{
    struct journal_draft draft = draft_of(number, 0, JOURNAL_ORDER_REQUESTED);
    draft.awaited = awaited;
    if (body_len > 0)
        draft.body = (struct bytes){long_body, body_len};
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
}

static uint64_t head_seq(void)
{
    struct journal_head head = {.seq = 99};
    assert_int_equal(journal_get_head(journal, &head).code, ERR_NONE);
    return head.seq;
}

static void each_entry_is_signed_in_its_time(void **state)
{
    static const struct {
        const char *what;
        unsigned count; /* entries, of bodies of this length */
        size_t body_len;
        bool awaited; /* the last one of them */
        uint64_t head;
    } rows[] = {
        {"one that nobody waits for is not signed by itself", 1, 0, false, 0},
        {"one that somebody waits for is, and with it all before it", 2, 0, true, 3},
        {"and what follows it begins anew", 15, 0, false, 3},
        {"the last that may be unsigned", 1, 0, false, 19},
        {"long ones are signed earlier", 1, 8192, false, 19},
        {"as soon as a batch would be too long", 1, 8192, false, 21},
        {"whatever came before", 15, 8, false, 21},
    };
    (void)state;
    unsigned number = 0;
    memset(long_body, ' ', sizeof(long_body));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (unsigned left = rows[i].count; left > 0; left--)
            put_draft(++number, rows[i].body_len, left == 1 && rows[i].awaited);
        if (head_seq() != rows[i].head)
            fail_msg("%s: %llu", rows[i].what, (unsigned long long)head_seq());
    }
    reopen(ERR_NONE); /* what is unsigned is known after a crash, too */
    put_draft(++number, 8, false);
    assert_int_equal(head_seq(), number);
}

static void a_signature_is_that_of_its_entry(void **state)
{
    struct journal_head head;
    struct journal_status status;
    uint8_t expected[JOURNAL_SIGNATURE_LEN];
    (void)state;
    put_draft(1, 0, false);
    put_draft(2, 0, true);
    status = status_of(journal);
    assert_int_equal(journal_get_head(journal, &head).code, ERR_NONE);
    assert_memory_equal(&head.hash, &status.head_hash, HASH_LEN);
    (void)ledger_sign(NULL, status.epoch, 2, &status.head_hash, expected);
    assert_memory_equal(head.signature, expected, sizeof(expected));
}

static void the_mark_moves_over_what_was_signed_before(void **state)
{
    uint64_t count = 0;
    (void)state;
    put_draft(1, 0, true);
    assert_int_equal(journal_unsigned(journal, &count).code, ERR_NONE);
    assert_int_equal(count, 1);
    assert_int_equal(journal_sign_head(journal).code, ERR_NONE);
    assert_int_equal(journal_unsigned(journal, &count).code, ERR_NONE);
    assert_int_equal(count, 0);
    assert_int_equal(head_seq(), 1);
    reopen(ERR_NONE);
}

static void a_repeat_is_not_signed_again(void **state)
{
    (void)state;
    put_draft(1, 0, false);
    put_draft(1, 0, true);
    assert_int_equal(head_seq(), 0);
    assert_int_equal(status_of(journal).head_seq, 1);
}

static void the_signed_entry_that_ends_a_piece_is_found(void **state)
{
    static const struct {
        uint64_t after, upto, found; /* 0: none */
    } rows[] = {
        {0, 100, 20}, {0, 19, 13},  {0, 13, 13},  {0, 12, 10},         {0, 9, 10},
        {0, 0, 10},   {10, 11, 13}, {13, 13, 20}, {20, UINT64_MAX, 0}, {UINT64_MAX, 1, 0},
    };
    (void)state;
    for (unsigned i = 1; i <= 22; i++)
        put_draft(i, 0, i == 10 || i == 13 || i == 20);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct journal_head head = {.seq = 0};
        struct err e = journal_head_behind(journal, rows[i].after, rows[i].upto, &head);
        if (head.seq != rows[i].found || failed(e) != (rows[i].found == 0))
            fail_msg("row %zu: %llu", i, (unsigned long long)head.seq);
    }
}

static bool is_mute;

static struct err sign_or_not(void *context, const char *epoch, uint64_t seq,
                              const struct hash *hash, uint8_t *out_signature)
{
    return is_mute ? ERR(ERR_UNSUPPORTED, 0, "no")
                   : ledger_sign(context, epoch, seq, hash, out_signature);
}

static void an_entry_is_not_lost_with_a_key_that_cannot_sign(void **state)
{
    struct journal_guard guard = ledger_guard;
    (void)state;
    guard.sign = sign_or_not;
    journal_close(journal);
    assert_int_equal(journal_open(folder.path, false, ledger_random, &guard, &journal).code,
                     ERR_NONE);
    is_mute = true;
    for (unsigned i = 1; i <= 20; i++)
        put_draft(i, 0, i == 5);
    assert_int_equal(head_seq(), 0);
    is_mute = false;
    put_draft(21, 0, false);
    assert_int_equal(head_seq(), 21);
    reopen(ERR_NONE);
}

static void what_was_signed_cannot_be_changed(void **state)
{
    static const struct {
        const char *what, *sql;
    } rows[] = {
        {"a signature", UNGUARDED("heads_no_update", "heads",
                                  "UPDATE heads SET signature = zeroblob(64) WHERE seq = 4")},
        {"what binds it", UNGUARDED("heads_no_update", "heads",
                                    "UPDATE heads SET bound = zeroblob(32) WHERE seq = 4")},
        {"its place",
         UNGUARDED("heads_no_update", "heads", "UPDATE heads SET seq = 5 WHERE seq = 4")},
        {"one between two others",
         UNGUARDED("heads_no_delete", "heads", "DELETE FROM heads WHERE seq = 4")},
        {"the first", UNGUARDED("heads_no_delete", "heads", "DELETE FROM heads WHERE seq = 2")},
        {"the last", UNGUARDED("heads_no_delete", "heads", "DELETE FROM heads WHERE seq = 8")},
        {"one that was never signed",
         UNGUARDED("heads_in_order", "heads",
                   "INSERT INTO heads SELECT 3, signature, bound FROM heads WHERE seq = 4")},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (unsigned number = 1; number <= 8; number++)
            put_draft(number, 0, number % 2 == 0);
        assert_int_equal(journal_sign_head(journal).code, ERR_NONE);
        journal_close(journal);
        journal = NULL;
        if (stranger(rows[i].sql) != SQLITE_OK)
            fail_msg("%s: it cannot be done", rows[i].what);
        struct err e = journal_open(folder.path, false, ledger_random, &ledger_guard, &journal);
        if (e.code != ERR_CONFLICT)
            fail_msg("%s: %s %s", rows[i].what, err_name(e.code), e.site ? e.site : "");
        (void)remove_folder(state);
        assert_int_equal(make_folder(state), 0);
    }
}

static void nobody_changes_a_signature_by_the_way(void **state)
{
    static const char *const rows[] = {
        "UPDATE heads SET signature = zeroblob(64)",
        "DELETE FROM heads",
        "INSERT INTO heads VALUES(1, zeroblob(64), zeroblob(32))",
        "INSERT OR REPLACE INTO heads VALUES(2, zeroblob(64), zeroblob(32))",
    };
    (void)state;
    put_draft(1, 0, false);
    put_draft(2, 0, true);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(stranger(rows[i]) & 0xFF, SQLITE_CONSTRAINT);
    reopen(ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_entry_is_signed_in_its_time),
        TEST(a_signature_is_that_of_its_entry),
        TEST(the_mark_moves_over_what_was_signed_before),
        TEST(a_repeat_is_not_signed_again),
        TEST(the_signed_entry_that_ends_a_piece_is_found),
        TEST(an_entry_is_not_lost_with_a_key_that_cannot_sign),
        TEST(what_was_signed_cannot_be_changed),
        TEST(nobody_changes_a_signature_by_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
