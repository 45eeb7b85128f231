/* How long what the ledger kept of a token is needed. */
#include "kiosk/app/keepsake.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/app_room.h"
#include "tests/unit/ledger.h"

#define DAY_S 86400

struct desk {
    struct room room;
    struct journal *journal;
    struct order_sources from;
};

static void open_ledger(struct desk *desk)
{
    static const uint8_t unused[16] = {0};
    char path[ROOM_PATH_SIZE];

    memset(desk, 0, sizeof(*desk));
    room_open(&desk->room);
    room_path(&desk->room, "journal.db", path);
    assert_false(failed(journal_open(path, false, unused, &ledger_guard, &desk->journal)));
    desk->from = (struct order_sources){.journal = desk->journal,
                                        .inbox = desk->room.writer,
                                        .keys = &desk->room.ring,
                                        .trust = desk->room.trust,
                                        .kiosk = ROOM_KIOSK};
}

static void close_ledger(struct desk *desk)
{
    journal_close(desk->journal);
    room_close(&desk->room);
}

/* The write of the room's order is begun. */
static void intend(struct desk *desk, struct bytes old)
{
    struct journal_draft draft = {.at_ms = 1760000000000,
                                  .txid = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
                                  .visit = "cccccccc-cccc-4ccc-8ccc-cccccccccccc",
                                  .kind = "write_intended",
                                  .body = {(const uint8_t *)"{}", 2},
                                  .order = ROOM_ORDER,
                                  .token = TOKEN_SIM_ID,
                                  .order_state = JOURNAL_ORDER_INTENDED,
                                  .kept_slot = ROOM_SLOT,
                                  .kept = old};
    assert_false(failed(journal_append(desk->journal, &draft)));
}

static void platform_says(struct desk *desk, enum fact_order_status status)
{
    struct fact_order order = room_order(&desk->room, status);
    room_put_order(&desk->room, &order);
}

static bool is_kept(struct desk *desk)
{
    struct journal_kept kept;
    return !failed(journal_kept_of_order(desk->journal, ROOM_ORDER, &kept));
}

/* clang-format off */
static const struct {
    const char *name;
    enum fact_order_status status;
    bool lost;
} words[] = {
    {"nothing is known of it: it may be completed", FACT_ORDER_NONE, false},
    {"in review: it may be completed", FACT_ORDER_IN_REVIEW, false},
    {"to be made: it may be completed", FACT_ORDER_TO_MAKE, false},
    {"to be written: it may be completed", FACT_ORDER_TO_WRITE, false},
    {"refunded: it is over", FACT_ORDER_REFUND, true},
    {"refused: it is over", FACT_ORDER_REFUSED, true},
    {"closed: it is over", FACT_ORDER_CLOSED, true},
};
/* clang-format on */

static void test_the_platform_s_word_tells_whether_an_order_can_be_completed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct desk desk;
        struct fact_order order = {.term_years = 0};
        struct document_issued old = {.der_len = 0};

        print_message("  %s\n", words[i].name);
        open_ledger(&desk);
        assert_int_equal(keepsake_of_token(&desk.from, TOKEN_SIM_ID, &order, &old).code,
                         ERR_NOT_FOUND);
        intend(&desk, (struct bytes){desk.room.old.der, desk.room.old.len});
        if (words[i].status != FACT_ORDER_NONE)
            platform_says(&desk, words[i].status);
        assert_false(failed(keepsake_of_token(&desk.from, TOKEN_SIM_ID, &order, &old)));
        assert_string_equal(order.id, ROOM_ORDER);
        assert_int_equal(keepsake_is_lost(order.status), words[i].lost);
        assert_int_equal(old.slot, ROOM_SLOT);
        assert_int_equal(old.der_len, desk.room.old.len);
        assert_memory_equal(old.der, desk.room.old.der, old.der_len);

        /* A token that never comes back: as long as the old certificate would be of use. */
        int64_t end_s = desk.room.old_facts.not_after_s;
        assert_false(failed(keepsake_sweep(&desk.from, end_s)));
        assert_true(is_kept(&desk));
        assert_false(failed(keepsake_sweep(&desk.from, end_s + DAY_S)));
        assert_int_equal(is_kept(&desk), !words[i].lost);
        close_ledger(&desk);
    }
}

static void test_what_is_no_certificate_is_swept_with_its_order(void **state)
{
    (void)state;
    struct desk desk;

    open_ledger(&desk);
    intend(&desk, (struct bytes){(const uint8_t *)"none", 4});
    platform_says(&desk, FACT_ORDER_TO_WRITE);
    assert_false(failed(keepsake_sweep(&desk.from, desk.room.paid_s)));
    assert_true(is_kept(&desk));
    platform_says(&desk, FACT_ORDER_REFUND);
    assert_false(failed(keepsake_sweep(&desk.from, desk.room.paid_s)));
    assert_false(is_kept(&desk));
    close_ledger(&desk);
}

static void test_what_was_delivered_elsewhere_needs_nothing_kept_here(void **state)
{
    (void)state;
    struct desk desk;
    open_ledger(&desk);
    intend(&desk, (struct bytes){desk.room.old.der, desk.room.old.len});
    platform_says(&desk, FACT_ORDER_TO_WRITE);
    assert_false(failed(keepsake_sweep(&desk.from, desk.room.paid_s)));
    assert_true(is_kept(&desk));
    platform_says(&desk, FACT_ORDER_DONE);
    assert_false(failed(keepsake_sweep(&desk.from, desk.room.paid_s)));
    assert_false(is_kept(&desk));
    close_ledger(&desk);
}

enum one { NONE, OLD, RENEWED, HIDDEN };

/* clang-format off */
static const struct {
    const char *name;
    enum fact_order_status status;
    enum one kept, issued, account;
    enum err_code code;
    enum fact_order_status told;
    bool has_certificate, has_old;
} told[] = {
    {"the account has another one than was issued", FACT_ORDER_REFUND, OLD, RENEWED, OLD, ERR_NONE, FACT_ORDER_REFUND, true, true},
    {"the account has the one that was issued: delivered", FACT_ORDER_REFUND, OLD, RENEWED, RENEWED, ERR_NONE, FACT_ORDER_DONE, true, true},
    {"the account is not here yet", FACT_ORDER_REFUND, OLD, RENEWED, NONE, ERR_NONE, FACT_ORDER_REFUND, false, true},
    {"what was issued is not here yet", FACT_ORDER_REFUND, OLD, NONE, OLD, ERR_NONE, FACT_ORDER_REFUND, false, true},
    {"what was kept is what was issued: there is no old one", FACT_ORDER_REFUND, RENEWED, RENEWED, OLD, ERR_NONE, FACT_ORDER_REFUND, true, false},
    {"nothing was kept of one that is over", FACT_ORDER_REFUND, NONE, RENEWED, OLD, ERR_NONE, FACT_ORDER_REFUND, true, false},
    {"nothing was kept of one that can be completed", FACT_ORDER_TO_WRITE, NONE, RENEWED, OLD, ERR_NOT_FOUND, FACT_ORDER_NONE, false, false},
    {"nothing was kept, and what was issued is not here", FACT_ORDER_REFUND, NONE, NONE, OLD, ERR_NOT_FOUND, FACT_ORDER_NONE, false, false},
    {"one that can be completed says nothing of what was issued", FACT_ORDER_TO_WRITE, OLD, RENEWED, RENEWED, ERR_NONE, FACT_ORDER_TO_WRITE, false, true},
};
/* clang-format on */

static const struct issue_certificate *certificate_of(const struct room *room, enum one one)
{
    return one == OLD ? &room->old : &room->renewed;
}

static const struct fact_certificate *facts_of(const struct room *room, enum one one)
{
    return one == OLD ? &room->old_facts : &room->renewed_facts;
}

/* What was issued stands in the order, or in a document of its own. */
static void say_order(struct desk *desk, size_t i, bool named)
{
    const struct fact_certificate *issued = facts_of(&desk->room, told[i].issued);
    struct fact_order order = room_order(&desk->room, told[i].status);

    if (named && told[i].issued != NONE) {
        order.new_not_before_s = issued->not_before_s;
        order.new_not_after_s = issued->not_after_s;
    } else {
        memset(order.new_fingerprint, 0, sizeof(order.new_fingerprint));
    }
    room_put_order(&desk->room, &order);
    if (!named && told[i].issued != NONE)
        room_put_issued(&desk->room, ROOM_ORDER, certificate_of(&desk->room, told[i].issued));
}

static void arrange(struct desk *desk, size_t i, bool named)
{
    const struct issue_certificate *kept = certificate_of(&desk->room, told[i].kept);

    intend(desk,
           told[i].kept == NONE ? (struct bytes){NULL, 0} : (struct bytes){kept->der, kept->len});
    say_order(desk, i, named);
    if (told[i].account != NONE)
        room_put_account_of(&desk->room, facts_of(&desk->room, told[i].account));
}

static void test_what_was_issued_is_told_of_an_order_that_is_over(void **state)
{
    (void)state;
    static const uint8_t none[FACTS_FINGERPRINT_LEN];

    for (size_t way = 0; way < 2 * ARRAY_LEN(told); way++) {
        struct desk desk;
        struct fact_order order = {.term_years = 0};
        struct document_issued old = {.der_len = 0};
        size_t i = way / 2;
        bool named = way % 2 == 0;

        print_message("  %s, %s\n", told[i].name, named ? "named by the order" : "as a document");
        open_ledger(&desk);
        arrange(&desk, i, named);
        struct err e = keepsake_of_token(&desk.from, TOKEN_SIM_ID, &order, &old);
        assert_int_equal(e.code, told[i].code);
        assert_int_equal(order.status, told[i].told);
        assert_int_equal(order.has_certificate, told[i].has_certificate);
        if (told[i].has_certificate)
            assert_memory_equal(order.new_fingerprint, desk.room.renewed_facts.fingerprint,
                                FACTS_FINGERPRINT_LEN);
        assert_int_equal(old.slot, failed(e) ? 0 : ROOM_SLOT);
        assert_int_equal(old.der_len, told[i].has_old ? desk.room.old.len : 0);
        assert_memory_equal(old.der, desk.room.old.der, old.der_len);
        /* also without its bytes: the order's */
        assert_memory_equal(order.old_fingerprint,
                            failed(e) ? none : desk.room.old_facts.fingerprint,
                            FACTS_FINGERPRINT_LEN);
        close_ledger(&desk);
    }
}

/* clang-format off */
static const struct {
    const char *name;
    enum fact_order_status status;
    bool has_certificate, is_kept;
    enum one on_token; /* NONE: torn; HIDDEN: not shown */
    enum keepsake_next next;
} nexts[] = {
    {"it may be completed", FACT_ORDER_TO_WRITE, true, true, NONE, KEEPSAKE_STAYS},
    {"delivered elsewhere", FACT_ORDER_DONE, true, true, RENEWED, KEEPSAKE_GOES},
    {"delivered elsewhere, and torn by another one", FACT_ORDER_DONE, true, true, NONE, KEEPSAKE_GOES},
    {"delivered elsewhere, and nothing kept", FACT_ORDER_DONE, true, false, RENEWED, KEEPSAKE_STAYS},
    {"over and torn", FACT_ORDER_REFUND, false, true, NONE, KEEPSAKE_GOES_BACK},
    {"over and torn, and nothing kept", FACT_ORDER_REFUND, true, false, NONE, KEEPSAKE_STAYS},
    {"over, and the old one is there", FACT_ORDER_REFUND, true, true, OLD, KEEPSAKE_GOES},
    {"over, and what was issued is there", FACT_ORDER_REFUND, true, true, RENEWED, KEEPSAKE_GOES_BACK},
    {"over, and what was issued is there, and nothing kept", FACT_ORDER_REFUND, true, false, RENEWED, KEEPSAKE_IS_MISSED},
    {"over, and what was issued is not known", FACT_ORDER_REFUND, false, true, RENEWED, KEEPSAKE_STAYS},
    {"over, and what is there is not shown", FACT_ORDER_REFUND, true, true, HIDDEN, KEEPSAKE_STAYS},
    {"over, and what is there is not shown, and nothing kept", FACT_ORDER_CLOSED, true, false, HIDDEN, KEEPSAKE_STAYS},
    {"delivered elsewhere, and what is there is not shown", FACT_ORDER_DONE, true, true, HIDDEN, KEEPSAKE_GOES},
};
/* clang-format on */

static void test_what_is_on_the_token_tells_where_the_old_one_goes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(nexts); i++) {
        struct fact_order order = {.status = nexts[i].status,
                                   .has_certificate = nexts[i].has_certificate,
                                   .new_fingerprint = {RENEWED}};
        struct document_issued old = {.slot = ROOM_SLOT, .der_len = nexts[i].is_kept ? 1 : 0};
        struct fact_token token = {
            .certificate_count = 2,
            .certificates = {{.slot = 0x9E, .fingerprint = {RENEWED}}, {.slot = ROOM_SLOT}}};

        print_message("  %s\n", nexts[i].name);
        token.certificates[1].fingerprint[0] = (uint8_t)nexts[i].on_token;
        if (nexts[i].on_token == NONE || nexts[i].on_token == HIDDEN)
            token.certificate_count = 1;
        token.hidden[0] = 0x9C; /* another one is no hindrance */
        token.hidden[1] = ROOM_SLOT;
        token.hidden_count = nexts[i].on_token == HIDDEN ? 2 : 1;
        assert_int_equal(keepsake_next(&order, &old, &token), nexts[i].next);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_platform_s_word_tells_whether_an_order_can_be_completed),
        cmocka_unit_test(test_what_was_issued_is_told_of_an_order_that_is_over),
        cmocka_unit_test(test_what_is_on_the_token_tells_where_the_old_one_goes),
        cmocka_unit_test(test_what_is_no_certificate_is_swept_with_its_order),
        cmocka_unit_test(test_what_was_delivered_elsewhere_needs_nothing_kept_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
