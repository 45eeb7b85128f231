#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "sync/gateway/kiosks.h"
#include "sync/gateway/store.h"
#include "tests/unit/unit.h"

#define WRITERS 3
#define OPENINGS 12
#define WRITES 20 /* in each opening */

static char folder[] = "/tmp/test_gateway_store.XXXXXX";
static char path[PATH_MAX];

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && text_print(path, sizeof(path), "%s/gateway.db", folder) ? 0
                                                                                              : -1;
}

static int tear_down(void **state)
{
    static const char *const suffixes[] = {"", ".lock", "-wal", "-shm"};
    char left[PATH_MAX];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        if (text_print(left, sizeof(left), "%s%s", path, suffixes[i]))
            (void)unlink(left);
    }
    return rmdir(folder);
}

static struct err count_one(struct store *store)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct err e = store_begin(store, &work);
    if (!failed(e))
        e = store_run(store, "UPDATE kiosks SET contact_s = contact_s + 1", VALUES(V_NUMBER(0)));
    return failed(e) ? e : transaction_commit(&work);
}

/* As a command beside serve: open, write, close, which may checkpoint. */
static struct err write_often(void)
{
    for (int i = 0; i < OPENINGS; i++) {
        struct store *store = NULL;
        struct err e = store_open(path, false, &store);
        for (int j = 0; j < WRITES && !failed(e); j++)
            e = count_one(store);
        store_close(store);
        if (failed(e))
            return e;
    }
    return ERR_OK;
}

static void make_database(void)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct store *store = NULL;
    assert_false(failed(store_open(path, true, &store)));
    assert_false(failed(store_begin(store, &work)));
    assert_false(failed(store_run(store,
                                  "INSERT INTO kiosks(id, certificate, enrolled_s) "
                                  "VALUES('k', x'00', 0)",
                                  VALUES(V_NUMBER(0)))));
    assert_false(failed(transaction_commit(&work)));
    store_close(store);
}

static void assert_answer(struct store *store, const char *sql, const char *want)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    char got[32];
    assert_false(failed(store_query(store, sql, VALUES(V_NUMBER(0)), &query)));
    assert_false(failed(store_row(query)));
    column_text(query, 0, got, sizeof(got));
    assert_string_equal(got, want);
}

static void processes_write_in_turns_and_lose_nothing(void **state)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct store *store = NULL;
    char want[16];
    (void)state;
    make_database();
    for (int i = 0; i < WRITERS; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit(failed(write_often()) ? 1 : 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = -1;
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_false(failed(store_open(path, false, &store)));
    assert_false(failed(store_begin(store, &work)));
    (void)text_print(want, sizeof(want), "%d", WRITERS * OPENINGS * WRITES);
    assert_answer(store, "SELECT contact_s FROM kiosks", want);
    assert_answer(store, "PRAGMA integrity_check", "ok");
    transaction_done(&work);
    store_close(store);
}

static void a_turn_that_does_not_end_is_said(void **state)
{
    CLEANUP(transaction_done) struct transaction mine = {0};
    struct transaction second = {0};
    struct store *store = NULL;
    struct store *other = NULL;
    (void)state;
    assert_false(failed(store_open(path, false, &store)));
    assert_false(failed(store_open(path, false, &other)));
    assert_false(failed(store_begin(store, &mine)));
    assert_int_equal(store_begin(other, &second).code, ERR_TIMEOUT);
    transaction_done(&mine);
    assert_false(failed(store_begin(other, &second)));
    transaction_done(&second);
    store_close(other);
    store_close(store);
}

static void a_database_that_is_not_there_is_not_made(void **state)
{
    struct store *store = NULL;
    char missing[PATH_MAX];
    (void)state;
    assert_true(text_print(missing, sizeof(missing), "%s/none/gateway.db", folder));
    assert_int_equal(store_open(missing, false, &store).code, ERR_NOT_FOUND);
    assert_null(store);
}

#define HEARD_S INT64_C(1800000000)

/* Each wake of each kiosk that waits for documents comes to this. */
static void a_kiosk_that_was_just_heard_of_costs_no_write(void **state)
{
    /* clang-format off */
    static const struct {
        const char *sentence;
        int64_t after_s;
        int writes;
    } rows[] = {
        {"the first time", 0, 1},
        {"at once again", 0, 0},
        {"just before it is due", KIOSK_CONTACT_S - 1, 0},
        {"when it is due", KIOSK_CONTACT_S, 1},
        {"after a long time", 10 * KIOSK_CONTACT_S, 1},
        {"after a clock that was fast was set right", 5 * KIOSK_CONTACT_S, 1},
    };
    /* clang-format on */
    static const struct hash client = {{1}};
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};
    struct kiosk kiosk;
    int64_t heard_s = 0;
    (void)state;
    assert_false(failed(store_open(":memory:", true, &store)));
    assert_false(failed(store_begin(store, &work)));
    assert_false(failed(kiosk_enrol(store, "hall-1", &client, HEARD_S)));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t now_s = HEARD_S + rows[i].after_s;
        assert_false(failed(kiosk_contact(store, "hall-1", now_s)));
        if (store_changes(store) != rows[i].writes)
            fail_msg("%s", rows[i].sentence);
        heard_s = rows[i].writes > 0 ? now_s : heard_s;
        assert_false(failed(kiosk_load(store, "hall-1", &kiosk)));
        assert_int_equal(kiosk.contact_s, heard_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_write_in_turns_and_lose_nothing),
        cmocka_unit_test(a_turn_that_does_not_end_is_said),
        cmocka_unit_test(a_database_that_is_not_there_is_not_made),
        cmocka_unit_test(a_kiosk_that_was_just_heard_of_costs_no_write),
    };
    return cmocka_run_group_tests_name("gateway store", tests, set_up, tear_down);
}
