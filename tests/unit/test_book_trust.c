/* A journal that is not this kiosk's, or was changed: nobody is served, and staff are told why. */
#include "kiosk/app/book.h"

#include <sqlite3.h>

#include "kiosk/base/clock.h"

#include "tests/unit/app_room.h"
#include "tests/unit/ledger.h"

#define SETTLED_MS 2000
#define UNTRIED_MS 7000 /* what could not be read is tried again sooner */

static void expect_fault(struct room *room, enum fact_ledger_fault fault)
{
    struct mail mail;
    do
        room_mail(room, MAIL_LEDGER, &mail);
    while (mail.hall.ledger_ok || mail.hall.ledger_fault != fault);
}

static void append_some(struct room *room, struct book *book, uint8_t count)
{
    struct mail mail;
    for (uint8_t i = 1; i <= count; i++) {
        struct record record = room_record(room, i);
        book_append(book, i, &record);
        room_event(room, EVENT_JOURNALED, &mail);
        assert_int_equal(mail.event.result, ERR_NONE);
    }
}

static void run(const struct room *room, const char *sql)
{
    char path[ROOM_PATH_SIZE];
    sqlite3 *db = NULL;
    room_path(room, "journal.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(db, ROOM_WAIT_MS), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_without_its_device_key_the_kiosk_serves_nobody(void **state)
{
    (void)state;
    struct room room;
    room_open(&room);
    struct book *book = room_book_of(&room, NULL);
    expect_fault(&room, FACT_LEDGER_NO_KEY);
    book_destroy(book);
    assert_int_equal(room_head(&room), 0);
    room_close(&room);
}

static void test_with_another_device_key_the_kiosk_serves_nobody(void **state)
{
    (void)state;
    struct journal_guard other = ledger_guard;
    struct room room;
    other.key.at[0] ^= 1;
    room_open(&room);
    struct book *book = room_book_of(&room, &other);
    expect_fault(&room, FACT_LEDGER_NO_KEY);
    book_destroy(book);
    book = room_book(&room); /* the right one is put back */
    room_expect_ledger(&room, true);
    book_destroy(book);
    room_close(&room);
}

static void test_an_entry_changed_while_it_serves_is_found_and_not_forgotten(void **state)
{
    (void)state;
    struct room room;
    room_open(&room);
    struct book *book = room_book(&room);
    room_expect_ledger(&room, true);
    append_some(&room, book, 3);
    run(&room, "BEGIN; CREATE TEMP TABLE guard AS SELECT sql FROM sqlite_schema WHERE name ="
               " 'journal_no_update'; DROP TRIGGER journal_no_update;"
               "UPDATE journal SET body = x'7b7d' WHERE seq = 2;"
               "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema(type, name, tbl_name,"
               " rootpage, sql) SELECT 'trigger', 'journal_no_update', 'journal', 0, sql"
               " FROM guard; COMMIT");
    expect_fault(&room, FACT_LEDGER_CHANGED);
    book_destroy(book);
    book = room_book(&room);
    expect_fault(&room, FACT_LEDGER_CHANGED);
    struct mail mail;
    while (post_take(&room.post, SETTLED_MS, &mail)) {
        /* the clock is trusted, there is room */
    }
    assert_false(post_take(&room.post, UNTRIED_MS, &mail)); /* each try may cost a whole copy */
    book_destroy(book);
    room_close(&room);
}

static void test_the_head_is_signed_when_a_moment_passed_and_at_the_end(void **state)
{
    (void)state;
    struct room room;
    room_open(&room);
    struct book *book = room_book(&room);
    room_expect_ledger(&room, true);
    append_some(&room, book, 2);
    for (uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS; room_signed(&room) != 2;)
        assert_true(clock_boot_ms() < until_ms);
    struct record record = room_record(&room, 9);
    book_append(book, 0, &record);
    book_destroy(book);
    assert_int_equal(room_signed(&room), 3);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_its_device_key_the_kiosk_serves_nobody),
        cmocka_unit_test(test_with_another_device_key_the_kiosk_serves_nobody),
        cmocka_unit_test(test_an_entry_changed_while_it_serves_is_found_and_not_forgotten),
        cmocka_unit_test(test_the_head_is_signed_when_a_moment_passed_and_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
