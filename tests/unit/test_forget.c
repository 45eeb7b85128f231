#include <stdio.h>

#include "sync/daemon/forget.h"
#include "tests/unit/ledger.h"
#include "tests/unit/unit.h"

#define NOW_S 1760000000
#define DAY_S 86400

static struct folder folder;
static struct inbox *inbox;

static int set_up(void **state)
{
    (void)state;
    folder_make(&folder, "inbox.db");
    return failed(inbox_open(folder.path, true, &inbox));
}

static int tear_down(void **state)
{
    (void)state;
    inbox_close(inbox);
    folder_remove(&folder);
    return 0;
}

static void put(const char *type, const char *id, const char *body)
{
    static struct inbox_document document;
    memset(&document, 0, sizeof(document));
    (void)text_copy(document.type, sizeof(document.type), type);
    (void)text_copy(document.id, sizeof(document.id), id);
    document.version = 1;
    document.body_len = strlen(body);
    memcpy(document.body, body, document.body_len);
    assert_int_equal(inbox_put(inbox, &document, 1, 0).code, ERR_NONE);
}

static void put_order(const char *id, const char *status, int64_t created_s, int64_t until_s)
{
    char body[256];
    (void)text_print(body, sizeof(body),
                     "{\"status\":\"%s\",\"token\":\"s1\",\"service\":\"renew\","
                     "\"profile\":\"p\",\"created_s\":%lld,\"write_before_s\":%lld}",
                     status, (long long)created_s, (long long)until_s);
    put("order", id, body);
    put("issued", id, "{}");
}

static bool is_there(const char *type, const char *id)
{
    static struct inbox_document document;
    return !failed(inbox_get(inbox, type, id, &document));
}

static const struct {
    const char *sentence;
    const char *status;
    int64_t days_old;   /* since it was made */
    int64_t days_until; /* of those it could be written */
    bool goes;
} rows[] = {
    {"delivered long ago: nobody asks for its receipt", "done", 31, 0, true},
    {"delivered this month: its receipt may be asked for", "done", 29, 0, false},
    {"made long ago, and delivered perhaps this month", "done", 60, 31, false},
    {"refunded: a token may have to be put right by it", "refund", 400, 0, false},
    {"closed: the same", "closed", 400, 0, false},
    {"to be written: it may be completed", "to_write", 400, 0, false},
};

static void what_was_delivered_long_ago_goes(void **state)
{
    char id[16];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        (void)text_print(id, sizeof(id), "o%zu", i);
        int64_t made_s = NOW_S - rows[i].days_old * DAY_S;
        put_order(id, rows[i].status, made_s, made_s + rows[i].days_until * DAY_S);
    }
    put("account", "o0", "{}");
    assert_int_equal(forget_old_orders(inbox, NOW_S).code, ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        (void)text_print(id, sizeof(id), "o%zu", i);
        if (is_there("order", id) == rows[i].goes || is_there("issued", id) == rows[i].goes)
            fail_msg("%s", rows[i].sentence);
    }
    assert_true(is_there("account", "o0"));
    assert_int_equal(inbox_check(inbox).code, ERR_NONE); /* the sums know that they are gone */
}

static void more_than_one_go_takes_goes_with_the_next(void **state)
{
    char id[16];
    size_t left = 0;
    (void)state;
    for (size_t i = 0; i < FORGET_MAX + 1; i++) {
        (void)text_print(id, sizeof(id), "o%zu", i);
        put_order(id, "done", NOW_S - 31 * DAY_S, 0);
    }
    for (int go = 0; go < 2; go++) {
        left = 0;
        assert_int_equal(forget_old_orders(inbox, NOW_S).code, ERR_NONE);
        for (size_t i = 0; i < FORGET_MAX + 1; i++) {
            (void)text_print(id, sizeof(id), "o%zu", i);
            left += is_there("order", id) ? 1 : 0;
        }
        assert_int_equal(left, go == 0 ? 1 : 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_delivered_long_ago_goes),
        TEST(more_than_one_go_takes_goes_with_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
