/* What certkioskctl reads and says, with two answering programs played by a thread. */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "kiosk/base/clock.h"
#include "kiosk/ctl/print.h"
#include "kiosk/ctl/report.h"
#include "kiosk/ctl/verify.h"
#include "kiosk/ledger/inbox.h"
#include "tests/unit/ledger.h"

#define WELL_KIOSK \
    "state=attract\nmessage=none\nline=up\nreader=there\nprinter=ready\nledger=ok\nclock=" \
    "trusted\n"
#define WELL_SYNCD "kiosk=hall-1\nline=up\ntrouble=\n"

struct program {
    char path[108];
    int fd;
    atomic_bool stop;
    const char *answer; /* NULL: takes the question and says nothing */
    pthread_t thread;
};

static char dir[64], kiosk_dir[80], sync_dir[80], journal_path[96], inbox_path[96];
static struct journal *journal;
static struct inbox *inbox;
static struct report report;
static struct report_problems problems;

static void *answer(void *context)
{
    struct program *program = context;
    while (!atomic_load(&program->stop)) {
        char question[64] = "";
        struct sockaddr_un from;
        socklen_t from_len = sizeof(from);
        ssize_t len = recvfrom(program->fd, question, sizeof(question) - 1, 0,
                               (struct sockaddr *)&from, &from_len);
        if (len > 0 && text_same(question, "status?") && program->answer != NULL) {
            (void)sendto(program->fd, program->answer, strlen(program->answer), 0,
                         (struct sockaddr *)&from, from_len);
        }
    }
    return NULL;
}

static void program_start(struct program *program, const char *folder, const char *name,
                          const char *text)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_usec = 20000};
    (void)text_print(program->path, sizeof(program->path), "%s/%s", folder, name);
    (void)text_copy(address.sun_path, sizeof(address.sun_path), program->path);
    program->answer = text;
    atomic_store(&program->stop, false);
    program->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_true(program->fd >= 0);
    assert_int_equal(bind(program->fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(setsockopt(program->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)), 0);
    assert_int_equal(pthread_create(&program->thread, NULL, answer, program), 0);
}

static void program_stop(struct program *program)
{
    atomic_store(&program->stop, true);
    (void)pthread_join(program->thread, NULL);
    (void)close(program->fd);
    (void)unlink(program->path);
}

static void boot_id(char out[CHAIN_UUID_LEN + 1])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    assert_non_null(file);
    assert_non_null(fgets(out, CHAIN_UUID_LEN + 1, file));
    (void)fclose(file);
}

/* Both entries acknowledged, time proven just now. */
static struct inbox_state well_state(void)
{
    struct journal_status head;
    struct inbox_state state;
    assert_int_equal(journal_get_status(journal, &head).code, ERR_NONE);
    assert_int_equal(inbox_get_state(inbox, &state).code, ERR_NONE);
    (void)text_copy(state.epoch, sizeof(state.epoch), head.epoch);
    state.acked_seq = head.head_seq;
    state.acked_hash = head.head_hash;
    state.proven_ms = clock_wall_ms();
    state.proven_boot_ms = (int64_t)clock_boot_ms();
    state.line = INBOX_LINE_UP;
    boot_id(state.boot_id);
    return state;
}

static void append(unsigned number, int64_t at_ms)
{
    struct journal_draft draft = draft_of(number, number, JOURNAL_ORDER_REQUESTED);
    draft.at_ms = at_ms;
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
}

static int make_state(void **state)
{
    (void)state;
    (void)text_copy(dir, sizeof(dir), "/tmp/test_ctl.XXXXXX");
    assert_non_null(mkdtemp(dir));
    (void)text_print(kiosk_dir, sizeof(kiosk_dir), "%s/kiosk", dir);
    (void)text_print(sync_dir, sizeof(sync_dir), "%s/sync", dir);
    (void)text_print(journal_path, sizeof(journal_path), "%s/journal.db", kiosk_dir);
    (void)text_print(inbox_path, sizeof(inbox_path), "%s/inbox.db", sync_dir);
    assert_int_equal(mkdir(kiosk_dir, 0700), 0);
    assert_int_equal(mkdir(sync_dir, 0700), 0);
    assert_int_equal(journal_open(journal_path, true, ledger_random, &journal).code, ERR_NONE);
    assert_int_equal(inbox_open(inbox_path, true, &inbox).code, ERR_NONE);
    append(1, clock_wall_ms());
    append(2, clock_wall_ms());
    return 0;
}

static int remove_state(void **state)
{
    (void)state;
    struct folder folders[3];
    journal_close(journal);
    inbox_close(inbox);
    journal = NULL;
    inbox = NULL;
    (void)text_copy(folders[0].at, sizeof(folders[0].at), kiosk_dir);
    (void)text_copy(folders[1].at, sizeof(folders[1].at), sync_dir);
    (void)text_copy(folders[2].at, sizeof(folders[2].at), dir);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        folder_remove(&folders[i]);
    return 0;
}

static void look(const char *kiosk_says, const char *syncd_says)
{
    struct program kiosk;
    struct program syncd;
    if (kiosk_says != NULL)
        program_start(&kiosk, kiosk_dir, "kiosk.sock", kiosk_says);
    if (syncd_says != NULL)
        program_start(&syncd, sync_dir, "syncd.sock", syncd_says);
    report_read(dir, &report);
    report_problems(&report, &problems);
    if (kiosk_says != NULL)
        program_stop(&kiosk);
    if (syncd_says != NULL)
        program_stop(&syncd);
}

static void expect(const char *what, const char *words)
{
    char found[REPORT_PROBLEMS_MAX * REPORT_WORD_SIZE] = "";
    for (size_t i = 0; i < problems.count; i++) {
        size_t used = strlen(found);
        (void)text_print(found + used, sizeof(found) - used, "%s%s", i > 0 ? " " : "",
                         problems.words[i]);
    }
    if (!text_same(found, words))
        fail_msg("%s: \"%s\" instead of \"%s\"", what, found, words);
}

static void set_state(const struct inbox_state *state)
{
    assert_int_equal(inbox_set_state(inbox, state).code, ERR_NONE);
}

static void a_kiosk_that_is_well_has_no_problem(void **state)
{
    (void)state;
    struct inbox_state well = well_state();
    set_state(&well);
    look(WELL_KIOSK, WELL_SYNCD);
    expect("well", "");
    assert_int_equal(report.head.head_seq, 2);
    assert_int_equal(report.pending, 0);
    assert_int_equal(report.order_count, 2);
    assert_true(report.clock_known);
    assert_in_range(report.clock_offset_ms + 1000, 0, 2000);
}

static void each_thing_that_is_wrong_has_a_word(void **state)
{
    static const struct {
        const char *kiosk, *syncd, *words;
    } rows[] = {
        {NULL, WELL_SYNCD, "kiosk_silent"},
        {WELL_KIOSK, NULL, "syncd_silent"},
        {"state=out_of_service\nledger=bad\n", WELL_SYNCD, "ledger_bad out_of_service"},
        {"state=out_of_service\nledger=rolled_back\n", WELL_SYNCD,
         "ledger_rolled_back out_of_service"},
        {"state=attract\nprinter=paper_low\n", WELL_SYNCD, ""},
        {"state=attract\nprinter=paper_out\nreader=gone\n", WELL_SYNCD,
         "reader_gone printer_paper_out"},
        {"line=down\n", "line=down\n", "line_down"},
        {"clock=untrusted\n", WELL_SYNCD, "clock_untrusted"},
    };
    (void)state;
    struct inbox_state well = well_state();
    set_state(&well);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        look(rows[i].kiosk, rows[i].syncd);
        expect(rows[i].words, rows[i].words);
    }
}

static void fork_of_the_journal(struct inbox_state *state)
{
    (void)text_copy(state->trouble, sizeof(state->trouble), "fork");
}
static void another_epoch(struct inbox_state *state)
{
    uuid_of(state->epoch, 5);
}
static void more_than_there_is(struct inbox_state *state)
{
    state->acked_seq = 3;
}
static void another_entry(struct inbox_state *state)
{
    state->acked_hash.at[0] ^= 1;
}
static void clock_behind(struct inbox_state *state)
{
    state->proven_ms += 400000;
}
static void clock_behind_after_a_boot(struct inbox_state *state)
{
    state->proven_ms += 400000;
    uuid_of(state->boot_id, 1);
}
static void clock_ahead(struct inbox_state *state)
{
    state->proven_ms -= 400000;
}
static void clock_ahead_after_a_boot(struct inbox_state *state)
{
    state->proven_ms -= 400000;
    uuid_of(state->boot_id, 1);
}
static void time_never_proven(struct inbox_state *state)
{
    state->proven_ms = 0;
}

static void the_databases_tell_what_is_wrong(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct inbox_state *);
        const char *words;
    } rows[] = {
        {"a fork", fork_of_the_journal, "trouble_fork ledger_forked"},
        {"an acknowledgement of another journal", another_epoch, "acknowledged_another_journal"},
        {"an acknowledgement of what is not there", more_than_there_is, "ledger_rolled_back"},
        {"an acknowledgement of another entry", another_entry, "ledger_forked"},
        {"a clock behind the proof", clock_behind, "clock_off"},
        {"a clock behind the proof of an earlier boot", clock_behind_after_a_boot, "clock_off"},
        {"a clock ahead of the proof", clock_ahead, "clock_off"},
        {"a clock ahead of the proof of an earlier boot", clock_ahead_after_a_boot, ""},
        {"a time that was never proven", time_never_proven, "time_unproven"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct inbox_state changed = well_state();
        rows[i].change(&changed);
        set_state(&changed);
        look(WELL_KIOSK, WELL_SYNCD);
        expect(rows[i].what, rows[i].words);
        (void)remove_state(state);
        (void)make_state(state);
    }
}

static void entries_that_wait_too_long_are_told(void **state)
{
    (void)state;
    struct inbox_state well = well_state();
    set_state(&well);
    append(3, clock_wall_ms());
    look(WELL_KIOSK, WELL_SYNCD);
    expect("one that waits a little", "");
    assert_int_equal(report.pending, 1);

    well = well_state();
    set_state(&well);
    int64_t old_ms = clock_wall_ms() - REPORT_PENDING_MAX_MS - 1000;
    append(4, old_ms);
    append(5, clock_wall_ms());
    assert_int_equal(inbox_quarantine(inbox, 1, "malformed").code, ERR_NONE);
    look(WELL_KIOSK, WELL_SYNCD);
    expect("one that waits long, and one rejected", "quarantine entries_waiting");
    assert_int_equal(report.pending, 2);
    assert_int_equal(report.pending_at_ms, old_ms);
}

static void missing_databases_are_told(void **state)
{
    (void)state;
    char nowhere[96];
    (void)text_print(nowhere, sizeof(nowhere), "%s/nowhere", dir);
    report_read(nowhere, &report);
    report_problems(&report, &problems);
    expect("nothing",
           "kiosk_silent syncd_silent ledger_no_folder journal_unreadable inbox_unreadable");
    assert_int_equal(report.kiosk.e.code, ERR_NOT_FOUND);
    assert_int_equal(report.journal.code, ERR_NOT_FOUND);
}

static void a_program_that_hangs_is_not_waited_for_long(void **state)
{
    (void)state;
    struct program deaf;
    char text[ASK_ANSWER_MAX];
    program_start(&deaf, kiosk_dir, "kiosk.sock", NULL);
    uint64_t before_ms = clock_boot_ms();
    assert_int_equal(ask(deaf.path, "status?", text).code, ERR_TIMEOUT);
    uint64_t took_ms = clock_boot_ms() - before_ms;
    assert_in_range(took_ms, ASK_TIMEOUT_MS, 8 * ASK_TIMEOUT_MS);
    program_stop(&deaf);
    assert_int_equal(ask(deaf.path, "status?", text).code, ERR_NOT_FOUND);
}

static void an_answer_that_is_no_text_is_refused(void **state)
{
    (void)state;
    struct program odd;
    char text[ASK_ANSWER_MAX] = "before";
    program_start(&odd, kiosk_dir, "kiosk.sock", "state=\x1b[31m\n");
    assert_int_equal(ask(odd.path, "status?", text).code, ERR_MALFORMED);
    assert_string_equal(text, "before");
    program_stop(&odd);
}

static void values_are_found_by_their_whole_key(void **state)
{
    (void)state;
    char value[8];
    const char *text = "a=1\nab=2\nc\nlong=123456789\nd=";
    assert_true(ask_value(text, "a", value, sizeof(value)));
    assert_string_equal(value, "1");
    assert_true(ask_value(text, "ab", value, sizeof(value)));
    assert_string_equal(value, "2");
    assert_true(ask_value(text, "d", value, sizeof(value)));
    assert_string_equal(value, "");
    assert_false(ask_value(text, "b", value, sizeof(value)));
    assert_false(ask_value(text, "c", value, sizeof(value)));
    assert_false(ask_value(text, "long", value, sizeof(value)));
}

static json_t *json_of(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_int_equal(print_json(out, &report, &problems).code, ERR_NONE);
    (void)fclose(out);
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    assert_non_null(json);
    return json;
}

static void json_says_the_same(void **state)
{
    (void)state;
    struct inbox_state well = well_state();
    set_state(&well);
    append(3, clock_wall_ms());
    look(WELL_KIOSK, "kiosk=hall-1\nline=down\n");
    json_t *json = json_of();
    int ok = 1;
    int running = 0;
    json_int_t head = 0;
    json_int_t pending = 0;
    const char *word = NULL;
    const char *reader = NULL;
    const char *order_state = NULL;
    assert_int_equal(json_unpack(json, "{s:b, s:[s], s:{s:b, s:s}, s:{s:I}, s:I}", "ok", &ok,
                                 "problems", &word, "kiosk", "running", &running, "reader", &reader,
                                 "journal", "head_seq", &head, "pending", &pending),
                     0);
    assert_false(ok);
    assert_true(running);
    assert_string_equal(word, "line_down");
    assert_string_equal(reader, "there");
    assert_int_equal(head, 3);
    assert_int_equal(pending, 1);
    assert_int_equal(
        json_unpack(json, "{s:{s:[{s:s},{},{}]}}", "journal", "open_orders", "state", &order_state),
        0);
    assert_string_equal(order_state, "requested");
    json_decref(json);
}

static void a_ledger_that_stops_service_is_explained(void **state)
{
    static const struct {
        void (*change)(struct inbox_state *);
        const char *says;
    } rows[] = {
        {more_than_there_is, "\nledger_rolled_back: the journal ends before"},
        {another_entry, "\nledger_forked: the journal and the platform tell different"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *text = NULL;
        size_t len = 0;
        struct inbox_state changed = well_state();
        uuid_of(changed.epoch, (unsigned)i + 1); /* each from anew */
        set_state(&changed);
        changed = well_state();
        rows[i].change(&changed);
        set_state(&changed);
        look(WELL_KIOSK, WELL_SYNCD);
        FILE *out = open_memstream(&text, &len);
        assert_non_null(out);
        print_text(out, &report, &problems);
        (void)fclose(out);
        assert_non_null(strstr(text, rows[i].says));
        free(text);
    }
}

static void json_and_text_stand_when_all_is_gone(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    report_read("/nonexistent", &report);
    report_problems(&report, &problems);
    json_t *json = json_of();
    assert_true(json_is_null(json_object_get(json, "pending")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "inbox"), "error")),
                        "ERR_NOT_FOUND");
    json_decref(json);

    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    print_text(out, &report, &problems);
    (void)fclose(out);
    assert_non_null(strstr(text,
                           "\nwrong: kiosk_silent syncd_silent ledger_no_folder journal_unreadable "
                           "inbox_unreadable\nledger_no_folder: the ledger's folder"));
    free(text);
}

static void a_whole_ledger_verifies(void **state)
{
    (void)state;
    struct verify verify;
    struct inbox_state well = well_state();
    set_state(&well);
    assert_int_equal(verify_ledger(dir, &verify).code, ERR_NONE);
    assert_int_equal(verify.entries, 2);
    assert_int_equal(verify.acked_seq, 2);
    assert_int_equal(verify.bad_seq, 0);
}

static void another_hash(struct inbox_state *state)
{
    state->acked_hash.at[0] ^= 1;
}

static void a_ledger_that_is_not_whole_is_told(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct inbox_state *);
        const char *sql;
    } rows[] = {
        {"another entry acknowledged than the one that stands", another_hash, "SELECT 1"},
        {"more acknowledged than there is", more_than_there_is, "SELECT 1"},
        {"an order ahead of the journal", NULL, "UPDATE orders SET state = 3"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct verify verify;
        struct inbox_state changed = well_state();
        sqlite3 *db = NULL;
        if (rows[i].change != NULL)
            rows[i].change(&changed);
        set_state(&changed);
        assert_int_equal(sqlite3_open(journal_path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, rows[i].sql, NULL, NULL, NULL), SQLITE_OK);
        (void)sqlite3_close(db);
        if (verify_ledger(dir, &verify).code != ERR_CONFLICT)
            fail_msg("%s was not told", rows[i].what);
        (void)remove_state(state);
        (void)make_state(state);
    }
    struct verify verify;
    assert_int_equal(verify_ledger("/nonexistent", &verify).code, ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_state, remove_state)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kiosk_that_is_well_has_no_problem),
        TEST(each_thing_that_is_wrong_has_a_word),
        TEST(the_databases_tell_what_is_wrong),
        TEST(entries_that_wait_too_long_are_told),
        TEST(missing_databases_are_told),
        TEST(a_program_that_hangs_is_not_waited_for_long),
        TEST(an_answer_that_is_no_text_is_refused),
        TEST(values_are_found_by_their_whole_key),
        TEST(json_says_the_same),
        TEST(a_ledger_that_stops_service_is_explained),
        TEST(json_and_text_stand_when_all_is_gone),
        TEST(a_whole_ledger_verifies),
        TEST(a_ledger_that_is_not_whole_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
