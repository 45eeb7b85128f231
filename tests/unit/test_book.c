#include "kiosk/app/book.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/app_room.h"
#include "tests/unit/full_disk.h"

static struct mail look_up(struct room *room, struct book *book)
{
    struct mail mail;
    book_look_up(book, 77, TOKEN_SIM_ID);
    room_event(room, EVENT_LOOKED_UP, &mail);
    assert_int_equal(mail.event.id, 77);
    return mail;
}

static void test_an_entry_is_answered_when_it_is_durable(void **state)
{
    (void)state;
    struct room room;
    struct mail mail;

    room_open(&room);
    struct book *book = room_book(&room);
    room_expect_ledger(&room, true);
    struct record record = room_record(&room, 1);
    book_append(book, 5, &record);
    room_event(&room, EVENT_JOURNALED, &mail);
    assert_int_equal(mail.event.id, 5);
    assert_int_equal(mail.event.result, ERR_NONE);
    assert_int_equal(room_head(&room), 1);
    book_append(book, 6, &record); /* the same entry again adds nothing */
    room_event(&room, EVENT_JOURNALED, &mail);
    assert_int_equal(mail.event.result, ERR_NONE);
    assert_int_equal(room_head(&room), 1);
    book_destroy(book);
    room_close(&room);
}

static void test_a_note_is_appended_and_answered_to_nobody(void **state)
{
    (void)state;
    struct room room;

    room_open(&room);
    struct book *book = room_book(&room);
    room_expect_ledger(&room, true);
    struct record record = room_record(&room, 1);
    book_append(book, 0, &record);
    room_no_event(&room, 300);
    book_destroy(book);
    assert_int_equal(room_head(&room), 1);
    room_close(&room);
}

static void test_what_is_queued_is_appended_before_the_book_closes(void **state)
{
    (void)state;
    struct room room;

    room_open(&room);
    struct book *book = room_book(&room);
    room_expect_ledger(&room, true);
    for (uint8_t i = 1; i <= 20; i++) {
        struct record record = room_record(&room, i);
        book_append(book, 0, &record);
    }
    book_destroy(book);
    assert_int_equal(room_head(&room), 20);
    book_destroy(NULL);
    room_close(&room);
}

static void test_syncd_is_told_after_each_entry(void **state)
{
    (void)state;
    struct room room;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_sec = ROOM_WAIT_MS / 1000};
    char path[ROOM_PATH_SIZE];
    char text[16] = "";

    room_open(&room);
    room_path(&room, "syncd.sock", path);
    assert_true(text_copy(address.sun_path, sizeof(address.sun_path), path));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)), 0);
    struct book *book = room_book(&room);
    room_expect_ledger(&room, true);
    struct record record = room_record(&room, 1);
    book_append(book, 0, &record);
    assert_int_equal(recv(fd, text, sizeof(text) - 1, 0), 4);
    assert_string_equal(text, "look");
    book_destroy(book);
    assert_int_equal(close(fd), 0);
    room_close(&room);
}

static void test_a_token_is_looked_up_with_account_order_and_certificate(void **state)
{
    (void)state;
    struct room room;

    room_open(&room);
    struct fact_order order = room_order(&room, FACT_ORDER_TO_WRITE);
    room_put_account(&room);
    room_put_order(&room, &order);
    room_put_issued(&room, ROOM_ORDER, &room.renewed);
    struct book *book = room_book(&room);
    struct mail mail = look_up(&room, book);
    assert_int_equal(mail.event.result, ERR_NONE);
    assert_true(mail.event.u.found.account.known);
    assert_string_equal(mail.event.u.found.account.account, "hongyuan01");
    assert_int_equal(mail.event.u.found.order.status, FACT_ORDER_TO_WRITE);
    assert_true(mail.event.u.found.order.has_certificate);
    assert_int_equal(mail.issued.der_len, room.renewed.len);
    assert_memory_equal(mail.issued.der, room.renewed.der, room.renewed.len);
    book_destroy(book);
    room_close(&room);
}

static void test_a_token_nobody_knows_is_looked_up_without_error(void **state)
{
    (void)state;
    struct room room;

    room_open(&room);
    struct book *book = room_book(&room);
    struct mail mail = look_up(&room, book);
    assert_int_equal(mail.event.result, ERR_NONE);
    assert_false(mail.event.u.found.account.known);
    assert_int_equal(mail.event.u.found.order.status, FACT_ORDER_NONE);
    book_destroy(book);
    room_close(&room);
}

static void test_an_order_is_told_when_it_changes_and_only_then(void **state)
{
    (void)state;
    struct room room;
    struct mail mail;

    room_open(&room);
    struct book *book = room_book(&room);
    (void)look_up(&room, book);
    struct fact_order order = room_order(&room, FACT_ORDER_TO_PAY);
    room_put_order(&room, &order);
    book_look(book);
    room_event(&room, EVENT_ORDER, &mail);
    assert_int_equal(mail.event.u.order.status, FACT_ORDER_TO_PAY);
    for (int i = 0; i < 5; i++)
        book_look(book);
    room_put_account(&room); /* a change, but not of the order */
    book_look(book);
    room_no_event(&room, 1500);

    order.status = FACT_ORDER_TO_MAKE;
    room_put_order(&room, &order); /* without a word: the book looks by itself */
    room_event(&room, EVENT_ORDER, &mail);
    assert_int_equal(mail.event.u.order.status, FACT_ORDER_TO_MAKE);
    book_forget(book);
    order.status = FACT_ORDER_TO_WRITE;
    room_put_order(&room, &order);
    book_look(book);
    room_no_event(&room, 1500); /* a visit that has ended hears nothing */
    book_destroy(book);
    room_close(&room);
}

static void test_our_own_entry_changes_the_order_too(void **state)
{
    (void)state;
    struct room room;
    struct mail mail;

    room_open(&room);
    struct book *book = room_book(&room);
    (void)look_up(&room, book);
    struct record record = room_record(&room, 1);
    book_append(book, 8, &record);
    room_event(&room, EVENT_JOURNALED, &mail);
    room_event(&room, EVENT_ORDER, &mail);
    assert_int_equal(mail.event.u.order.status, FACT_ORDER_REQUESTED);
    book_destroy(book);
    room_close(&room);
}

static void test_news_and_proven_time_are_told(void **state)
{
    (void)state;
    struct room room;
    struct mail mail;

    room_open(&room);
    room_put_notice(&room, "n1", "停电通知", true);
    room_put_notice(&room, "n2", "假消息", false);
    room_prove_clock(&room);
    struct book *book = room_book(&room);
    do {
        room_mail(&room, MAIL_LEDGER, &mail);
    } while (!mail.hall.clock_trusted);
    assert_true(mail.hall.ledger_ok);
    assert_int_equal(mail.hall.announcement_count, 1); /* the one whose seal is the platform's */
    assert_string_equal(mail.hall.announcements[0].zh, "停电通知");
    book_destroy(book);
    room_close(&room);
}

static void test_an_inbox_that_comes_later_is_found(void **state)
{
    (void)state;
    struct room room;
    char path[ROOM_PATH_SIZE];

    room_open(&room);
    inbox_close(room.writer);
    static const char *const names[] = {"inbox.db", "inbox.db-wal", "inbox.db-shm"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        room_path(&room, names[i], path);
        assert_int_equal(unlink(path), 0);
    }
    struct book *book = room_book(&room);
    room_expect_ledger(&room, true);
    assert_int_equal(look_up(&room, book).event.u.found.order.status, FACT_ORDER_NONE);

    room_path(&room, "inbox.db", path);
    assert_false(failed(inbox_open(path, true, &room.writer)));
    struct fact_order order = room_order(&room, FACT_ORDER_TO_PAY);
    room_put_order(&room, &order);
    struct mail mail;
    room_event(&room, EVENT_ORDER, &mail);
    assert_int_equal(mail.event.u.order.status, FACT_ORDER_TO_PAY);
    book_destroy(book);
    room_close(&room);
}

static void flip_byte(const char *path, off_t at)
{
    uint8_t byte = 0;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0xFF;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    assert_int_equal(close(fd), 0);
}

static void test_a_damaged_journal_stops_service_until_it_is_repaired(void **state)
{
    (void)state;
    struct room room;
    struct mail mail;
    char path[ROOM_PATH_SIZE];

    room_open(&room);
    room_path(&room, "journal.db", path);
    flip_byte(path, 1);
    struct book *book = room_book(&room);
    room_expect_ledger(&room, false);
    struct record record = room_record(&room, 1);
    book_append(book, 9, &record);
    room_event(&room, EVENT_JOURNALED, &mail);
    assert_int_equal(mail.event.result, ERR_IO);
    flip_byte(path, 1);
    room_expect_ledger(&room, true);
    book_append(book, 10, &record);
    room_event(&room, EVENT_JOURNALED, &mail);
    assert_int_equal(mail.event.result, ERR_NONE);
    book_destroy(book);
    assert_int_equal(room_head(&room), 1);
    room_close(&room);
}

static void test_a_missing_journal_is_never_made_anew(void **state)
{
    (void)state;
    struct room room;
    char path[ROOM_PATH_SIZE];

    room_open(&room);
    static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        room_path(&room, names[i], path);
        assert_int_equal(unlink(path), 0);
    }
    struct book *book = room_book(&room);
    room_expect_ledger(&room, false);
    room_expect_ledger(&room, false); /* it has tried again */
    book_destroy(book);
    room_path(&room, "journal.db", path);
    assert_int_equal(access(path, F_OK), -1);
    room_close(&room);
}

static void limit_files(rlim_t max)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = max < limit.rlim_max ? max : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_an_append_that_fails_stops_service_until_the_disk_is_well(void **state)
{
    (void)state;
    struct room room;
    struct mail mail;

    room_open(&room);
    struct book *book = room_book(&room);
    room_expect_ledger(&room, true);
    (void)signal(SIGXFSZ, SIG_IGN);
    limit_files(1);
    struct record record = room_record(&room, 1);
    book_append(book, 11, &record);
    room_mail(&room, MAIL_LEDGER, &mail);
    assert_false(mail.hall.ledger_ok);
    room_event(&room, EVENT_JOURNALED, &mail);
    assert_int_equal(mail.event.id, 11);
    assert_int_not_equal(mail.event.result, ERR_NONE);
    limit_files(RLIM_INFINITY);
    room_expect_ledger(&room, true);
    book_append(book, 12, &record);
    room_event(&room, EVENT_JOURNALED, &mail);
    assert_int_equal(mail.event.result, ERR_NONE);
    book_destroy(book);
    assert_int_equal(room_head(&room), 1);
    room_close(&room);
}

static void expect_room(struct room *room, bool ok)
{
    struct mail mail;
    do {
        assert_true(post_take(&room->post, ROOM_WAIT_MS, &mail));
    } while (mail.kind != MAIL_LEDGER || mail.hall.room_ok != ok);
    assert_true(mail.hall.ledger_ok);
}

static void test_a_full_disk_finishes_what_was_begun_and_is_told(void **state)
{
    (void)state;
    struct room room;
    char reserve[ROOM_PATH_SIZE];
    struct mail mail;

    room_open(&room);
    struct book *book = room_book(&room);
    expect_room(&room, true);
    room_path(&room, "reserve", reserve);
    full_disk_take(reserve);
    full_disk.on = true;
    struct record record = room_record(&room, 1);
    book_append(book, 11, &record);
    do {
        assert_true(post_take(&room.post, ROOM_WAIT_MS, &mail));
        assert_true(mail.kind != MAIL_LEDGER || (mail.hall.ledger_ok && !mail.hall.room_ok));
    } while (mail.kind != MAIL_EVENT);
    assert_int_equal(mail.event.result, ERR_NONE);
    book_forget(book); /* which checkpoints */
    full_disk.on = false;
    expect_room(&room, true);
    book_destroy(book);
    full_disk_give_back();
    assert_int_equal(room_head(&room), 1);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_entry_is_answered_when_it_is_durable),
        cmocka_unit_test(test_a_note_is_appended_and_answered_to_nobody),
        cmocka_unit_test(test_what_is_queued_is_appended_before_the_book_closes),
        cmocka_unit_test(test_syncd_is_told_after_each_entry),
        cmocka_unit_test(test_a_token_is_looked_up_with_account_order_and_certificate),
        cmocka_unit_test(test_a_token_nobody_knows_is_looked_up_without_error),
        cmocka_unit_test(test_an_order_is_told_when_it_changes_and_only_then),
        cmocka_unit_test(test_our_own_entry_changes_the_order_too),
        cmocka_unit_test(test_news_and_proven_time_are_told),
        cmocka_unit_test(test_an_inbox_that_comes_later_is_found),
        cmocka_unit_test(test_a_damaged_journal_stops_service_until_it_is_repaired),
        cmocka_unit_test(test_a_missing_journal_is_never_made_anew),
        cmocka_unit_test(test_an_append_that_fails_stops_service_until_the_disk_is_well),
        cmocka_unit_test(test_a_full_disk_finishes_what_was_begun_and_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
