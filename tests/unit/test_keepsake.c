/* How long what the ledger kept of a token is needed. */
#include "kiosk/app/keepsake.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/app_room.h"

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
    assert_false(failed(journal_open(path, false, unused, &desk->journal)));
    desk->from = (struct order_sources){.journal = desk->journal,
                                        .inbox = desk->room.writer,
                                        .platform = desk->room.platform,
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_platform_s_word_tells_whether_an_order_can_be_completed),
        cmocka_unit_test(test_what_is_no_certificate_is_swept_with_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
