#include "kiosk/ctl/report.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "kiosk/core/flow.h"

static void ask_program(const char *state_dir, const char *socket, struct report_program *out)
{
    char path[PATH_MAX];
    (void)text_print(path, sizeof(path), "%s/%s", state_dir, socket); /* cut: nobody is there */
    out->e = ask(path, "status?", out->answer);
}

/* As far as another user than certkiosk can tell. */
static bool has_folder(const char *state_dir)
{
    char path[PATH_MAX];
    struct stat folder;
    struct statvfs disk;
    (void)text_print(path, sizeof(path), "%s/kiosk", state_dir); /* cut: it is not there */
    return stat(path, &folder) == 0 && S_ISDIR(folder.st_mode) && statvfs(path, &disk) == 0 &&
           (disk.f_flag & ST_RDONLY) == 0;
}

static struct err read_inbox(const char *state_dir, struct report *report)
{
    CLEANUP(inbox_done) struct inbox *inbox = NULL;
    char path[PATH_MAX];
    (void)text_print(path, sizeof(path), "%s/sync/inbox.db", state_dir);
    struct err e = inbox_open_read(path, &inbox);
    if (!failed(e))
        e = inbox_get_state(inbox, &report->state);
    if (!failed(e))
        e = inbox_quarantined(inbox, &report->quarantined);
    return e;
}

static bool take_time(void *context, const struct journal_row *row)
{
    *(int64_t *)context = row->at_ms;
    return false;
}

/* An acknowledgement of another epoch is not of these entries. */
static struct err read_pending(struct journal *journal, struct report *report)
{
    uint64_t acked =
        text_same(report->state.epoch, report->head.epoch) ? report->state.acked_seq : 0;
    report->pending = report->head.head_seq > acked ? report->head.head_seq - acked : 0;
    struct err e = journal_read(journal, acked, 1, take_time, &report->pending_at_ms);
    return failed(e) ? e : agreement_of_state(journal, &report->state, &report->agreement);
}

static struct err read_journal(const char *state_dir, struct report *report)
{
    CLEANUP(journal_done) struct journal *journal = NULL;
    char path[PATH_MAX];
    (void)text_print(path, sizeof(path), "%s/kiosk/journal.db", state_dir);
    struct err e = journal_open_read(path, &journal);
    if (!failed(e))
        e = journal_get_status(journal, &report->head);
    if (!failed(e))
        e = journal_open_orders(journal, report->orders, &report->order_count);
    if (!failed(e)) {
        e = journal_count(journal, entry_name(ENTRY_TOKEN_REPAIR), &report->torn_count,
                          &report->torn_at_ms);
    }
    return failed(e) || failed(report->inbox) ? e : read_pending(journal, report);
}

/* After a boot it is not known how long the machine was off: only a clock behind the proof shows.
 */
static void judge_clock(struct report *report)
{
    char boot_id[CLOCK_BOOT_ID_LEN + 1];
    const struct inbox_state *state = &report->state;
    if (failed(report->inbox) || state->proven_ms == 0)
        return;
    clock_boot_id(boot_id);
    bool same_boot = boot_id[0] != '\0' && text_same(state->boot_id, boot_id);
    int64_t passed_ms = same_boot ? (int64_t)clock_boot_ms() - state->proven_boot_ms : 0;
    report->clock_offset_ms = report->now_ms - state->proven_ms - passed_ms;
    report->clock_known = same_boot || report->clock_offset_ms < 0;
}

void report_read(const char *state_dir, struct report *out_report)
{
    memset(out_report, 0, sizeof(*out_report));
    out_report->now_ms = clock_wall_ms();
    ask_program(state_dir, "kiosk/kiosk.sock", &out_report->kiosk);
    ask_program(state_dir, "sync/syncd.sock", &out_report->syncd);
    out_report->no_folder = !has_folder(state_dir);
    out_report->inbox = read_inbox(state_dir, out_report);
    out_report->journal = read_journal(state_dir, out_report);
    judge_clock(out_report);
}

PRINTF_LIKE(2, 3) static void add(struct report_problems *problems, const char *format, ...)
{
    if (problems->count == REPORT_PROBLEMS_MAX)
        return;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(problems->words[problems->count++], REPORT_WORD_SIZE, format, args);
    va_end(args);
}

static bool is_one_of(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
        size_t here = strcspn(at, " ");
        if (here == len && memcmp(at, word, len) == 0)
            return true;
        at += here;
    }
    return false;
}

/* What a program may answer and be well; another word is a problem. */
static void judge_answer(const struct report_program *program, struct report_problems *problems)
{
    static const struct {
        const char *key, *fine;
    } rows[] = {
        {"reader", "there"}, {"printer", "ready paper_low"}, {"ledger", "ok"},
        {"room", "ok"},      {"clock", "trusted"},           {"line", "up"},
    };
    char value[REPORT_VALUE_SIZE];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (ask_value(program->answer, rows[i].key, value, sizeof(value)) &&
            !is_one_of(rows[i].fine, value))
            add(problems, "%s_%s", rows[i].key, value);
    }
}

static void judge_programs(const struct report *report, struct report_problems *problems)
{
    char value[REPORT_VALUE_SIZE];
    if (failed(report->kiosk.e)) {
        add(problems, "kiosk_silent");
    } else {
        judge_answer(&report->kiosk, problems);
    }
    if (ask_value(report->kiosk.answer, "state", value, sizeof(value)) &&
        text_same(value, "out_of_service"))
        add(problems, "out_of_service");
    if (failed(report->syncd.e)) {
        add(problems, "syncd_silent");
    } else {
        judge_answer(&report->syncd, problems);
    }
}

static void judge_databases(const struct report *report, struct report_problems *problems)
{
    if (report->no_folder)
        add(problems, "ledger_no_folder");
    if (failed(report->journal))
        add(problems, "journal_unreadable");
    if (failed(report->inbox)) {
        add(problems, "inbox_unreadable");
        return;
    }
    if (report->state.trouble[0] != '\0')
        add(problems, "trouble_%s", report->state.trouble);
    if (report->quarantined > 0)
        add(problems, "quarantine");
    if (failed(report->journal))
        return;
    bool same = text_same(report->state.epoch, report->head.epoch);
    if (report->state.epoch[0] != '\0' && !same)
        add(problems, "acknowledged_another_journal");
    switch (report->agreement) {
    case AGREEMENT_SAME:
        break;
    case AGREEMENT_BEHIND:
        add(problems, "ledger_rolled_back");
        break;
    case AGREEMENT_OTHER:
        add(problems, "ledger_forked");
        break;
    }
    if (report->pending > 0 && report->now_ms - report->pending_at_ms > REPORT_PENDING_MAX_MS)
        add(problems, "entries_waiting");
}

static void judge_time(const struct report *report, struct report_problems *problems)
{
    if (!failed(report->inbox) && report->state.proven_ms == 0)
        add(problems, "time_unproven");
    if (report->clock_known && (report->clock_offset_ms > REPORT_CLOCK_SLACK_MS ||
                                report->clock_offset_ms < -REPORT_CLOCK_SLACK_MS))
        add(problems, "clock_off");
}

/* A thing that two have told of is one problem. */
static void drop_repeats(struct report_problems *problems)
{
    size_t kept = 0;
    for (size_t i = 0; i < problems->count; i++) {
        bool repeat = false;
        for (size_t k = 0; k < kept && !repeat; k++)
            repeat = text_same(problems->words[k], problems->words[i]);
        if (!repeat && kept++ != i)
            memcpy(problems->words[kept - 1], problems->words[i], REPORT_WORD_SIZE);
    }
    problems->count = kept;
}

void report_problems(const struct report *report, struct report_problems *out_problems)
{
    memset(out_problems, 0, sizeof(*out_problems));
    judge_programs(report, out_problems);
    judge_databases(report, out_problems);
    judge_time(report, out_problems);
    drop_repeats(out_problems);
}
