#include "kiosk/ledger/agreement.h"

#include "kiosk/base/macros.h"
#include "tests/unit/ledger.h"
#include "tests/unit/unit.h"

#define HEAD 3

static struct folder folder;
static struct journal *journal;
static struct hash hashes[HEAD + 1];

static bool take_hash(void *context, const struct journal_row *row)
{
    (void)context;
    hashes[row->seq] = row->hash;
    return true;
}

static int set_up(void **state)
{
    (void)state;
    folder_make(&folder, "journal.db");
    assert_false(failed(journal_open(folder.path, true, ledger_random, &ledger_guard, &journal)));
    for (unsigned i = 1; i <= HEAD; i++) {
        struct journal_draft draft = draft_of(i, 0, JOURNAL_ORDER_REQUESTED);
        assert_false(failed(journal_append(journal, &draft)));
    }
    assert_false(failed(journal_read(journal, 0, HEAD, take_hash, NULL)));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    journal_close(journal);
    folder_remove(&folder);
    return 0;
}

enum whose { OURS, ANOTHER, NOBODYS };

/* clang-format off */
static const struct {
    const char *name;
    enum whose epoch;
    uint64_t seq;
    uint64_t hash_of;
    const char *trouble;
    enum agreement mark, state;
} rows[] = {
    {"nothing is acknowledged",               NOBODYS, 0, 0, "",     AGREEMENT_SAME,   AGREEMENT_SAME},
    {"nothing of this journal yet",           OURS,    0, 0, "",     AGREEMENT_SAME,   AGREEMENT_SAME},
    {"the first entry",                       OURS,    1, 1, "",     AGREEMENT_SAME,   AGREEMENT_SAME},
    {"the last entry",                        OURS,    3, 3, "",     AGREEMENT_SAME,   AGREEMENT_SAME},
    {"one more than there is",                OURS,    4, 3, "",     AGREEMENT_BEHIND, AGREEMENT_BEHIND},
    {"far more than there is",                OURS,    INT64_MAX, 3, "", AGREEMENT_BEHIND, AGREEMENT_BEHIND},
    {"another entry in the middle",           OURS,    2, 1, "",     AGREEMENT_OTHER,  AGREEMENT_OTHER},
    {"another last entry",                    OURS,    3, 2, "",     AGREEMENT_OTHER,  AGREEMENT_OTHER},
    {"more than there is, of another",        ANOTHER, 9, 1, "",     AGREEMENT_SAME,   AGREEMENT_SAME},
    {"a fork is reported of this one",        OURS,    3, 3, "fork", AGREEMENT_SAME,   AGREEMENT_OTHER},
    {"a fork is reported of nobody knows",    NOBODYS, 0, 0, "fork", AGREEMENT_SAME,   AGREEMENT_OTHER},
    {"a fork is reported of another",         ANOTHER, 3, 3, "fork", AGREEMENT_SAME,   AGREEMENT_SAME},
    {"set back, and the fork is reported",    OURS,    4, 3, "fork", AGREEMENT_BEHIND, AGREEMENT_BEHIND},
    {"a trouble of another kind",             OURS,    3, 3, "gap",  AGREEMENT_SAME,   AGREEMENT_SAME},
};
/* clang-format on */

static void an_entry_is_compared_by_seq_and_hash(void **state)
{
    (void)state;
    struct journal_status head;
    assert_false(failed(journal_get_status(journal, &head)));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct inbox_state inbox = {.acked_seq = rows[i].seq,
                                    .acked_hash = hashes[rows[i].hash_of]};
        enum agreement mark = AGREEMENT_SAME;
        enum agreement whole = AGREEMENT_SAME;
        if (rows[i].epoch == OURS)
            (void)text_copy(inbox.epoch, sizeof(inbox.epoch), head.epoch);
        if (rows[i].epoch == ANOTHER)
            uuid_of(inbox.epoch, 77);
        (void)text_copy(inbox.trouble, sizeof(inbox.trouble), rows[i].trouble);
        assert_false(failed(
            agreement_of_mark(journal, inbox.epoch, inbox.acked_seq, &inbox.acked_hash, &mark)));
        assert_false(failed(agreement_of_state(journal, &inbox, &whole)));
        if (mark != rows[i].mark || whole != rows[i].state)
            fail_msg("%s: %d and %d", rows[i].name, (int)mark, (int)whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_entry_is_compared_by_seq_and_hash, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
