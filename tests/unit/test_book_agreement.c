/* The journal held against what the platform has acknowledged: set back, forked, or neither. */
#include "kiosk/app/book.h"

#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/app_room.h"
#include "tests/unit/ledger.h"

/* What the platform has acknowledged of the room's journal, as syncd would save it. */
static struct inbox_state acknowledged(const struct room *room)
{
    char path[ROOM_PATH_SIZE];
    struct journal *journal = NULL;
    struct journal_status head;
    struct inbox_state state;

    room_path(room, "journal.db", path);
    assert_false(failed(journal_open_read(path, &journal)));
    assert_false(failed(journal_get_status(journal, &head)));
    journal_close(journal);
    assert_false(failed(inbox_get_state(room->writer, &state)));
    (void)text_copy(state.epoch, sizeof(state.epoch), head.epoch);
    state.acked_seq = head.head_seq;
    state.acked_hash = head.head_hash;
    return state;
}

static void append_one(struct room *room, struct book *book, uint8_t number)
{
    struct mail mail;
    struct record record = room_record(room, number);
    book_append(book, number, &record);
    room_event(room, EVENT_JOURNALED, &mail);
    assert_int_equal(mail.event.result, ERR_NONE);
}

/* One entry, which the platform has, and a book that serves. */
static struct book *serving_book(struct room *room)
{
    room_open(room);
    struct book *book = room_book(room);
    room_expect_ledger(room, true);
    append_one(room, book, 1);
    struct inbox_state state = acknowledged(room);
    room_prove(room, &state);
    return book;
}

static void set_back(struct inbox_state *state)
{
    state->acked_seq++;
}
static void other_hash(struct inbox_state *state)
{
    state->acked_hash.at[0] ^= 1;
}
static void reported(struct inbox_state *state)
{
    (void)text_copy(state->trouble, sizeof(state->trouble), INBOX_TROUBLE_FORK);
}
static void reported_of_another(struct inbox_state *state)
{
    reported(state);
    state->epoch[0] = state->epoch[0] == '0' ? '1' : '0';
}
static void other_trouble(struct inbox_state *state)
{
    (void)text_copy(state->trouble, sizeof(state->trouble), "denied");
}
static void nothing(struct inbox_state *state)
{
    (void)state;
}
static void well(struct inbox_state *state)
{
    state->trouble[0] = '\0';
}

/* clang-format off */
static const struct {
    const char *name;
    void (*change)(struct inbox_state *);
    bool ok;
    enum fact_ledger_fault fault;
} marks[] = {
    {"all that is acknowledged stands",              nothing,             true,  FACT_LEDGER_UNUSABLE},
    {"the journal ends before the mark",             set_back,            false, FACT_LEDGER_ROLLED_BACK},
    {"another entry stands at the mark",             other_hash,          false, FACT_LEDGER_FORKED},
    {"the platform has reported a fork",             reported,            false, FACT_LEDGER_FORKED},
    {"a fork of the journal before this one",        reported_of_another, true,  FACT_LEDGER_UNUSABLE},
    {"a trouble that is no fork",                    other_trouble,       true,  FACT_LEDGER_UNUSABLE},
};
/* clang-format on */

/* The mark in the inbox is one that this journal cannot have got. */
static void change_mark(struct room *room, void (*change)(struct inbox_state *))
{
    struct inbox_state state = acknowledged(room);
    struct inbox_state away = state;
    uuid_of(away.epoch, 0xFFFFFFFF); /* a mark may change with its epoch alone */
    room_prove(room, &away);
    change(&state);
    room_prove(room, &state);
}

static void test_a_journal_that_is_not_the_platforms_serves_nobody_after_a_start(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        struct room room;
        struct mail mail;
        print_message("  %s\n", marks[i].name);
        book_destroy(serving_book(&room));
        change_mark(&room, marks[i].change);
        while (post_take(&room.post, 0, &mail))
            continue;
        struct book *book = room_book(&room);
        room_mail(&room, MAIL_LEDGER, &mail); /* the first word: it never opened */
        assert_int_equal(mail.hall.ledger_ok, marks[i].ok);
        assert_int_equal(mail.hall.ledger_fault, marks[i].fault);
        book_destroy(book);
        room_close(&room);
    }
}

static void test_what_was_wrong_before_the_start_may_be_over(void **state)
{
    static void (*const wrong[])(struct inbox_state *) = {set_back, reported};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct room room;
        struct mail mail;
        book_destroy(serving_book(&room));
        change_mark(&room, wrong[i]);
        while (post_take(&room.post, 0, &mail))
            continue;
        struct book *book = room_book(&room);
        room_expect_ledger(&room, false);
        change_mark(&room, well); /* the right journal is back, and the platform says so */
        room_expect_ledger(&room, true);
        append_one(&room, book, 2);
        book_destroy(book);
        assert_int_equal(room_head(&room), 2);
        room_close(&room);
    }
}

static void test_a_fork_told_while_it_serves_closes_it_for_good(void **state)
{
    (void)state;
    struct room room;
    struct mail mail;

    struct book *book = serving_book(&room);
    change_mark(&room, reported);
    book_look(book);
    room_expect_ledger(&room, false);
    change_mark(&room, well); /* or so it seems */
    book_look(book);
    for (uint64_t until_ms = clock_boot_ms() + 3000; clock_boot_ms() < until_ms;) {
        if (post_take(&room.post, 100, &mail) && mail.kind == MAIL_LEDGER)
            assert_false(mail.hall.ledger_ok);
    }
    book_destroy(book);
    room_close(&room);
}

static void test_a_forked_journal_takes_the_end_of_a_write_and_no_beginning(void **state)
{
    (void)state;
    static const struct {
        enum entry_kind kind;
        enum err_code result;
    } rows[] = {{ENTRY_ORDER_REQUESTED, ERR_IO},
                {ENTRY_WRITE_INTENDED, ERR_IO},
                {ENTRY_WRITE_FAILED, ERR_NONE},
                {ENTRY_DELIVERED, ERR_NONE}};
    struct room room;
    struct mail mail;

    struct book *book = serving_book(&room);
    change_mark(&room, other_hash);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) { /* the first is refused before any look */
        struct record record = room_record(&room, (uint8_t)(10 + i));
        (void)text_copy(record.draft.kind, sizeof(record.draft.kind), entry_name(rows[i].kind));
        book_append(book, 20, &record);
        room_event(&room, EVENT_JOURNALED, &mail);
        assert_int_equal(mail.event.result, rows[i].result);
    }
    book_destroy(book);
    assert_int_equal(room_head(&room), 3);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_journal_that_is_not_the_platforms_serves_nobody_after_a_start),
        cmocka_unit_test(test_what_was_wrong_before_the_start_may_be_over),
        cmocka_unit_test(test_a_fork_told_while_it_serves_closes_it_for_good),
        cmocka_unit_test(test_a_forked_journal_takes_the_end_of_a_write_and_no_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
