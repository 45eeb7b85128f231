/* A journal belongs to one device key: who has the file, and not the key, changes nothing unseen.
 */
#include "tests/unit/unit.h"

#include "tests/unit/journal_room.h"

#include "tests/unit/journal_stranger.h"

#define ENTRIES 5
#define UNGUARDED_HEADS(sql) "DROP TABLE temp.guard;" UNGUARDED("heads_no_delete", "heads", sql)

static void close_journal(void)
{
    journal_close(journal);
    journal = NULL;
}

static void fill(void)
{
    for (unsigned i = 1; i <= ENTRIES; i++)
        put(i, i, JOURNAL_ORDER_REQUESTED);
}

static void the_journal_of_another_key_is_refused_and_left_alone(void **state)
{
    (void)state;
    struct journal_guard other = ledger_guard;
    other.key.at[31] ^= 1;
    fill();
    close_journal();
    for (int twice = 0; twice < 2; twice++)
        assert_int_equal(journal_open(folder.path, true, ledger_random, &other, &journal).code,
                         ERR_DENIED);
    assert_null(journal);
    reopen(ERR_NONE);
    assert_int_equal(status_of(journal).head_seq, ENTRIES);
}

static void entries_with_hashes_computed_anew_are_found(void **state)
{
    static const struct {
        const char *what, *sql;
    } rows[] = {
        {"another body", UNGUARDED("journal_no_update", "journal",
                                   "UPDATE journal SET body = x'7b7d' WHERE seq = 3")},
        {"nothing but the hashes", "SELECT 1"},
        {"another order", UNGUARDED("journal_no_update", "journal",
                                    "UPDATE journal SET token = 's9' WHERE seq = 3;"
                                    "DROP TRIGGER orders_forward; UPDATE orders SET token = 's9'"
                                    " WHERE request_seq = 3; CREATE TRIGGER orders_forward BEFORE"
                                    " UPDATE ON orders WHEN NEW.state < OLD.state OR NEW.order_id"
                                    " <> OLD.order_id OR NEW.token <> OLD.token  OR"
                                    " NEW.request_seq <> OLD.request_seq BEGIN SELECT RAISE(ABORT,"
                                    " 'an order only goes forward'); END")},
        {"the last entry cut off",
         UNGUARDED("journal_no_delete", "journal",
                   "DELETE FROM orders WHERE request_seq = 5; DELETE FROM journal WHERE seq = 5")
             UNGUARDED_HEADS("DELETE FROM heads WHERE seq = 5")},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fill();
        assert_int_equal(journal_sign_head(journal).code, ERR_NONE);
        char epoch[CHAIN_UUID_LEN + 1];
        (void)text_copy(epoch, sizeof(epoch), status_of(journal).epoch);
        close_journal();
        if (stranger(rows[i].sql) != SQLITE_OK)
            fail_msg("%s: it cannot be done", rows[i].what);
        forge_chain(folder.path, epoch);
        struct err e = journal_open(folder.path, true, ledger_random, &ledger_guard, &journal);
        if (e.code != ERR_CONFLICT)
            fail_msg("%s: %s %s", rows[i].what, err_name(e.code), e.site ? e.site : "");

        /* The chain itself says nothing of it: it is the key that does. */
        struct journal *reader = NULL;
        uint64_t bad = 0;
        assert_int_equal(journal_open_read(folder.path, &reader).code, ERR_NONE);
        assert_int_equal(journal_verify(reader, &bad).code, ERR_NONE);
        journal_close(reader);
        (void)remove_folder(state);
        assert_int_equal(make_folder(state), 0);
    }
}

static void the_head_cannot_be_changed(void **state)
{
    static const struct {
        const char *what, *sql;
    } rows[] = {
        {"its signature", "UPDATE head SET signature = zeroblob(64)"},
        {"its hash", "UPDATE head SET hash = zeroblob(32)"},
        {"the mark's hash", "UPDATE head SET verified_hash = zeroblob(32)"},
        {"the mark, further on", "UPDATE head SET verified_seq = 99"},
        {"the head, further on", "UPDATE head SET verified_seq = 6, seq = 6"},
        {"an entry that did not fit", "UPDATE head SET bad_seq = 2"},
        {"what binds it", "UPDATE head SET mac = zeroblob(32)"},
        {"all of it", UNGUARDED("head_no_delete", "head", "DELETE FROM head")},
        {"its place", UNGUARDED("head_forward", "head",
                                "UPDATE head SET seq = 0, verified_seq = 0, hash = zeroblob(32)")},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fill();
        assert_int_equal(journal_sign_head(journal).code, ERR_NONE);
        close_journal();
        if (stranger(rows[i].sql) != SQLITE_OK)
            fail_msg("%s: it cannot be done", rows[i].what);
        struct err e = journal_open(folder.path, true, ledger_random, &ledger_guard, &journal);
        if (e.code != ERR_CONFLICT)
            fail_msg("%s: %s %s", rows[i].what, err_name(e.code), e.site ? e.site : "");
        (void)remove_folder(state);
        assert_int_equal(make_folder(state), 0);
    }
    assert_int_equal(stranger("UPDATE head SET owner = zeroblob(32)") & 0xFF, SQLITE_CONSTRAINT);
}

static void the_newest_entry_is_signed_and_readers_see_it(void **state)
{
    (void)state;
    struct journal *reader = NULL;
    struct journal_head head = {.seq = 99};
    uint64_t count = 99;
    uint8_t expected[JOURNAL_SIGNATURE_LEN];
    assert_int_equal(journal_open_read(folder.path, &reader).code, ERR_NONE);
    assert_int_equal(journal_get_head(reader, &head).code, ERR_NONE);
    assert_int_equal(head.seq, 0);
    assert_int_equal(journal_sign_head(journal).code, ERR_NONE); /* there is nothing to sign */
    assert_int_equal(journal_get_head(reader, &head).code, ERR_NONE);
    assert_int_equal(head.seq, 0);

    fill();
    assert_int_equal(journal_unsigned(journal, &count).code, ERR_NONE);
    assert_int_equal(count, ENTRIES);
    assert_int_equal(journal_sign_head(journal).code, ERR_NONE);
    assert_int_equal(journal_sign_head(journal).code, ERR_NONE);
    assert_int_equal(journal_unsigned(journal, &count).code, ERR_NONE);
    assert_int_equal(count, 0);
    assert_int_equal(journal_get_head(reader, &head).code, ERR_NONE);
    struct journal_status now = status_of(journal);
    assert_int_equal(head.seq, ENTRIES);
    assert_memory_equal(&head.hash, &now.head_hash, sizeof(head.hash));
    assert_int_equal(ledger_sign(NULL, now.epoch, head.seq, &now.head_hash, expected).code,
                     ERR_NONE);
    assert_memory_equal(head.signature, expected, sizeof(expected));
    journal_close(reader);
    reopen(ERR_NONE);
}

static struct err cannot_sign(void *context, const char *epoch, uint64_t seq,
                              const struct hash *hash, uint8_t *out_signature)
{
    (void)context;
    (void)epoch;
    (void)seq;
    (void)hash;
    (void)out_signature;
    return ERR(ERR_UNSUPPORTED, 0, "no");
}

static void a_key_that_cannot_sign_changes_nothing(void **state)
{
    (void)state;
    struct journal_guard mute = ledger_guard;
    struct journal_head head = {.seq = 0};
    mute.sign = cannot_sign;
    fill();
    assert_int_equal(journal_sign_head(journal).code, ERR_NONE);
    close_journal();
    assert_int_equal(journal_open(folder.path, false, ledger_random, &mute, &journal).code,
                     ERR_NONE);
    put(ENTRIES + 1, 0, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(journal_sign_head(journal).code, ERR_UNSUPPORTED);
    assert_int_equal(journal_get_head(journal, &head).code, ERR_NONE);
    assert_int_equal(head.seq, ENTRIES);
    put(ENTRIES + 2, 0, JOURNAL_ORDER_REQUESTED);
    reopen(ERR_NONE);
    assert_int_equal(status_of(journal).head_seq, ENTRIES + 2);
}

static void what_was_found_not_to_fit_is_remembered_in_the_file(void **state)
{
    (void)state;
    struct journal_head head = {.seq = 0};
    fill();
    assert_int_equal(journal_condemn(journal, 3).code, ERR_NONE);
    assert_int_equal(journal_condemn(journal, 4).code, ERR_NONE); /* the first one stays */
    put(ENTRIES + 1, 0, JOURNAL_ORDER_REQUESTED); /* what was begun may be finished */
    assert_int_equal(journal_get_head(journal, &head).code, ERR_NONE);
    close_journal();
    struct err e = journal_open(folder.path, false, ledger_random, &ledger_guard, &journal);
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_int_equal(e.native, 3);
    assert_int_equal(stranger("UPDATE head SET bad_seq = 0") & 0xFF, SQLITE_CONSTRAINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_journal_of_another_key_is_refused_and_left_alone),
        TEST(entries_with_hashes_computed_anew_are_found),
        TEST(the_head_cannot_be_changed),
        TEST(the_newest_entry_is_signed_and_readers_see_it),
        TEST(a_key_that_cannot_sign_changes_nothing),
        TEST(what_was_found_not_to_fit_is_remembered_in_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
