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

struct tale {
    const char *status;
    int64_t days_old;   /* since it was made */
    int64_t days_until; /* of those it could be written, or paid */
    int64_t days_over;  /* since it ended; 0: that was not told */
    bool named;         /* the order tells which certificate was issued */
};

static void put_order(const char *id, const struct tale *tale)
{
    char body[512];
    int64_t made_s = NOW_S - tale->days_old * DAY_S;
    int64_t until_s = made_s + tale->days_until * DAY_S;
    (void)text_print(body, sizeof(body),
                     "{\"status\":\"%s\",\"token\":\"s1\",\"service\":\"renew\","
                     "\"profile\":\"p\",\"created_s\":%lld,\"%s\":%lld%s",
                     tale->status, (long long)made_s,
                     text_same(tale->status, "to_pay") ? "expires_s" : "write_before_s",
                     (long long)until_s, tale->named ? ",\"new_not_after_s\":1" : "");
    size_t len = strlen(body);
    if (tale->days_over != 0) {
        (void)text_print(body + len, sizeof(body) - len, ",\"ended_s\":%lld",
                         (long long)(NOW_S - tale->days_over * DAY_S));
    }
    len = strlen(body);
    (void)text_print(body + len, sizeof(body) - len, "}");
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
    struct tale tale;
    bool order_goes, issued_goes;
} rows[] = {
    {"delivered long ago: nobody asks for its receipt", {"done", 31, 0, 0, false}, true, true},
    {"delivered this month: its receipt may be asked for, nobody's name",
     {"done", 29, 0, 0, true},
     false,
     true},
    {"the same, by a release whose orders name no certificate",
     {"done", 29, 0, 0, false},
     false,
     false},
    {"made long ago, and delivered perhaps this month", {"done", 60, 31, 0, true}, false, true},
    {"made long ago, and delivered this month", {"done", 90, 0, 29, true}, false, true},
    {"could still be written, and was delivered long ago", {"done", 60, 60, 31, true}, true, true},
    {"refunded this year: a token may have to be put right by it",
     {"refund", 399, 0, 0, true},
     false,
     true},
    {"refunded: by what was issued, when that is all that tells",
     {"refund", 399, 0, 0, false},
     false,
     false},
    {"refunded before any certificate lapsed that is of use",
     {"refund", 600, 0, 401, true},
     true,
     true},
    {"closed this month", {"closed", 29, 0, 0, false}, false, false},
    {"closed long ago", {"closed", 31, 0, 0, false}, true, true},
    {"refused long ago", {"refused", 90, 0, 31, false}, true, true},
    {"to be paid until long ago", {"to_pay", 40, 9, 0, false}, true, true},
    {"to be paid until this month", {"to_pay", 40, 11, 0, false}, false, false},
    {"in review for years: it is paid", {"in_review", 800, 0, 0, false}, false, false},
    {"to be made for years: it is paid", {"to_make", 800, 0, 0, false}, false, false},
    {"to be written: it may be completed", {"to_write", 800, 0, 0, true}, false, false},
};

static void what_is_over_goes_in_time(void **state)
{
    char id[16];
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        (void)text_print(id, sizeof(id), "o%zu", i);
        put_order(id, &rows[i].tale);
    }
    put("account", "o0", "{}");
    assert_int_equal(forget_what_is_over(inbox, NOW_S, &count).code, ERR_NONE);
    assert_true(count > 0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        (void)text_print(id, sizeof(id), "o%zu", i);
        if (is_there("order", id) == rows[i].order_goes ||
            is_there("issued", id) == rows[i].issued_goes)
            fail_msg("%s", rows[i].sentence);
    }
    assert_true(is_there("account", "o0"));
    assert_int_equal(inbox_check(inbox).code, ERR_NONE); /* the sums know that they are gone */
    assert_int_equal(forget_what_is_over(inbox, NOW_S, &count).code, ERR_NONE);
    assert_int_equal(count, 0);
}

static size_t count_left(const char *type, size_t max)
{
    char id[16];
    size_t left = 0;
    for (size_t i = 0; i < max; i++) {
        (void)text_print(id, sizeof(id), "o%zu", i);
        left += is_there(type, id) ? 1 : 0;
    }
    return left;
}

static void more_than_one_go_takes_goes_with_the_next(void **state)
{
    static const struct tale old = {"done", 31, 0, 0, false};
    char id[16];
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < FORGET_MAX + 1; i++) {
        (void)text_print(id, sizeof(id), "o%zu", i);
        put_order(id, &old);
    }
    for (size_t go = 0; go < 2; go++) {
        assert_int_equal(forget_what_is_over(inbox, NOW_S, &count).code, ERR_NONE);
        assert_int_equal(count_left("order", FORGET_MAX + 1), 1 - go);
    }
}

static void more_names_than_one_go_takes_go_with_the_next(void **state)
{
    static const struct tale fresh = {"done", 1, 0, 0, true};
    char id[16];
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < 2 * FORGET_MAX + 1; i++) {
        (void)text_print(id, sizeof(id), "o%zu", i);
        put_order(id, &fresh);
    }
    for (size_t go = 0; go < 2; go++) {
        assert_int_equal(forget_what_is_over(inbox, NOW_S, &count).code, ERR_NONE);
        assert_int_equal(count_left("issued", 2 * FORGET_MAX + 1), 1 - go);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_over_goes_in_time),
        TEST(more_than_one_go_takes_goes_with_the_next),
        TEST(more_names_than_one_go_takes_go_with_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
