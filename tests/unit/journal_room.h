/* journal_room.h - a journal in a folder of its own, for each test of a journal anew. */
#ifndef TESTS_UNIT_JOURNAL_ROOM_H
#define TESTS_UNIT_JOURNAL_ROOM_H

#include <sqlite3.h>

#include "tests/unit/ledger.h"
#include "tests/unit/unit.h"

static struct folder folder;
static struct journal *journal;

static inline int make_folder(void **state)
{
    (void)state;
    folder_make(&folder, "journal.db");
    return failed(journal_open(folder.path, true, ledger_random, &ledger_guard, &journal));
}

static inline int remove_folder(void **state)
{
    (void)state;
    journal_close(journal);
    journal = NULL;
    folder_remove(&folder);
    return 0;
}

static inline void reopen(enum err_code expected)
{
    journal_close(journal);
    journal = NULL;
    struct err e = journal_open(folder.path, true, ledger_random, &ledger_guard, &journal);
    if (e.code != expected)
        fail_msg("open: %s %s", err_name(e.code), e.site ? e.site : "");
}

static inline struct journal_status status_of(struct journal *of)
{
    struct journal_status status;
    assert_int_equal(journal_get_status(of, &status).code, ERR_NONE);
    return status;
}

static inline void put(unsigned number, unsigned order, enum journal_order_state state)
{
    struct journal_draft draft = draft_of(number, order, state);
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
}

/* Run SQL beside the journal's own code, as a stranger with the file would. */
static inline int stranger(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(folder.path, &db), SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    (void)sqlite3_close(db);
    return result;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

#endif
