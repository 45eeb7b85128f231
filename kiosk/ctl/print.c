#include "kiosk/ctl/print.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define TIME_SIZE 32

static const char *const order_states[JOURNAL_ORDER_STATE_COUNT] = {
    [JOURNAL_ORDER_REQUESTED] = "requested",
    [JOURNAL_ORDER_LEFT] = "left",
    [JOURNAL_ORDER_INTENDED] = "write_begun",
    [JOURNAL_ORDER_DELIVERED] = "delivered",
};

static const char *const lines[] = {
    [INBOX_LINE_UNKNOWN] = "unknown",
    [INBOX_LINE_UP] = "up",
    [INBOX_LINE_DOWN] = "down",
};

static const char *time_text(int64_t at_ms, char out[TIME_SIZE])
{
    time_t at_s = (time_t)(at_ms / 1000);
    struct tm tm;
    if (at_ms == 0 || gmtime_r(&at_s, &tm) == NULL || strftime(out, TIME_SIZE, "%FT%TZ", &tm) == 0)
        (void)text_copy(out, TIME_SIZE, "never");
    return out;
}

static const char *value_of(const struct report_program *program, const char *key,
                            char out[REPORT_VALUE_SIZE])
{
    if (failed(program->e) || !ask_value(program->answer, key, out, REPORT_VALUE_SIZE))
        (void)text_copy(out, REPORT_VALUE_SIZE, "?");
    return out;
}

/* What the words of a line that is down mean to whoever stands before it. */
static const char *why_meant(const char *word)
{
    static const struct {
        const char *word, *meaning;
    } rows[] = {
        {"dns", "the platform's name is not found: look at the network and its DNS"},
        {"refused", "nobody listens at the platform's address, or no way leads there"},
        {"timeout", "no answer in time: the line is dead, or slower than any that is planned for"},
        {"cut", "the line was cut while it was used"},
        {"tls", "who answers is not the platform, or does not let this kiosk in: an interception, "
                "a portal, a wrong ca or a certificate that lapsed"},
        {"portal", "a login page answers in the platform's place: log the network in"},
        {"denied", "the platform does not know this kiosk's certificate: enrol it"},
        {"busy", "the platform asks to come later"},
        {"error", "the platform stumbles"},
        {"answer", "the platform's answer is not understood: is it another version?"},
        {"seal", "the answer is not sealed by the platform's key"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (text_same(rows[i].word, word))
            return rows[i].meaning;
    }
    return word;
}

static void print_line(FILE *out, const struct report_program *syncd)
{
    char value[REPORT_VALUE_SIZE], since[TIME_SIZE], next[TIME_SIZE];
    (void)fprintf(out, "certkiosk-syncd  line %s", value_of(syncd, "line", value));
    int64_t since_ms = strtoll(value_of(syncd, "line_since_ms", value), NULL, 10);
    int64_t next_ms = strtoll(value_of(syncd, "line_next_ms", value), NULL, 10);
    (void)fprintf(out, " since %s", time_text(since_ms, since));
    if (next_ms > 0)
        (void)fprintf(out, ", next try %s", time_text(next_ms, next));
    if (value_of(syncd, "line_why", value)[0] != '\0' && next_ms > 0)
        (void)fprintf(out, "\n                 %s: %s", value, why_meant(value));
    (void)fprintf(out, "\n");
}

static void print_refused(FILE *out, const struct report_program *syncd)
{
    char value[REPORT_VALUE_SIZE];
    if (strtoull(value_of(syncd, "statements_refused", value), NULL, 10) == 0)
        return;
    (void)fprintf(out, "platform keys    %s statements refused: see certkiosk-syncd's log\n",
                  value);
}

static void print_programs(FILE *out, const struct report *report)
{
    char value[REPORT_VALUE_SIZE];
    (void)fprintf(out, "kiosk            %s\n", value_of(&report->syncd, "kiosk", value));
    (void)fprintf(out, "certkiosk        %s\n",
                  failed(report->kiosk.e) ? err_name(report->kiosk.e.code)
                                          : value_of(&report->kiosk, "state", value));
    (void)fprintf(out, "reader           %s\n", value_of(&report->kiosk, "reader", value));
    (void)fprintf(out, "printer          %s\n", value_of(&report->kiosk, "printer", value));
    if (failed(report->syncd.e)) {
        (void)fprintf(out, "certkiosk-syncd  %s\n", err_name(report->syncd.e.code));
    } else {
        print_line(out, &report->syncd);
        print_refused(out, &report->syncd);
    }
}

static void print_journal(FILE *out, const struct report *report)
{
    char time[TIME_SIZE];
    if (failed(report->journal)) {
        (void)fprintf(out, "journal          %s (%s)\n", err_name(report->journal.code),
                      report->journal.site);
        return;
    }
    (void)fprintf(out, "journal          %" PRIu64 " entries, the last %s, epoch %s\n",
                  report->head.head_seq, time_text(report->head.head_at_ms, time),
                  report->head.epoch);
    if (report->torn_count > 0) {
        (void)fprintf(out, "torn tokens      %" PRIu64 ", the last %s\n", report->torn_count,
                      time_text(report->torn_at_ms, time));
    }
    for (size_t i = 0; i < report->order_count; i++) {
        (void)fprintf(out, "open order       %s %s since %s\n", report->orders[i].order,
                      order_states[report->orders[i].state],
                      time_text(report->orders[i].requested_at_ms, time));
    }
}

static void print_inbox(FILE *out, const struct report *report)
{
    char time[TIME_SIZE];
    if (failed(report->inbox)) {
        (void)fprintf(out, "inbox            %s (%s)\n", err_name(report->inbox.code),
                      report->inbox.site);
        return;
    }
    (void)fprintf(out, "acknowledged     %" PRIu64 "\n", report->state.acked_seq);
    if (!failed(report->journal) && report->pending > 0) {
        (void)fprintf(out, "waiting          %" PRIu64 ", the oldest since %s\n", report->pending,
                      time_text(report->pending_at_ms, time));
    } else if (!failed(report->journal)) {
        (void)fprintf(out, "waiting          0\n");
    }
    (void)fprintf(out, "quarantined      %" PRIu64 "\n", report->quarantined);
    (void)fprintf(out, "proven time      %s\n", time_text(report->state.proven_ms, time));
    if (report->clock_known) {
        (void)fprintf(out, "clock            %+.1f s\n", (double)report->clock_offset_ms / 1000);
    } else {
        (void)fprintf(out, "clock            not known\n");
    }
}

static const struct {
    const char *word, *advice;
} advices[] = {
    {"ledger_rolled_back", "the journal ends before what the platform has acknowledged: an "
                           "older copy was put back. Nothing is served. Keep all its files, "
                           "stop certkiosk and certkiosk-syncd, put the right journal back, "
                           "start both: it serves when the platform agrees."},
    {"ledger_forked", "the journal and the platform tell different histories of this kiosk (a "
                      "fork). Nothing is served. Keep all its files, call the platform; when "
                      "it is settled restart certkiosk. It serves when the platform agrees."},
    {"ledger_changed", "an entry of the journal is not what was appended, by somebody or by the "
                       "disk. Nothing is served. Keep all its files, stop certkiosk and "
                       "certkiosk-syncd, look at the disk, call the platform and name the "
                       "entry that certkioskctl ledger verify names."},
    {"ledger_bad", "the journal cannot be used or does not verify. Nothing is served. Run "
                   "certkioskctl ledger verify; do not delete or create its files."},
    {"inbox_damaged",
     "what the platform sent is damaged. certkiosk-syncd puts it aside and fetches all of it "
     "anew: restart it. When it comes again look at the disk."},
    {"acknowledged_another_journal",
     "the platform knows another journal of this kiosk than the one that is here. If nobody "
     "made one on purpose put the right one back; see ledger_rolled_back in the README."},
    {"ledger_no_key", "the device key is missing, or is not the one that the journal was made "
                      "with. Nothing is served. Put the right key where [kiosk] device_key in "
                      "kiosk.conf says, then restart certkiosk. A journal of an earlier release, "
                      "which has none yet, gets one by certkiosk --create-ledger."},
    {"ledger_no_folder", "the ledger's folder kiosk/ is missing or read-only. Nothing is "
                         "served. Check its disk and mount, then restart certkiosk."},
    {"ledger_no_room", "the ledger's disk is full. Nothing is served. Free room on it, but delete "
                       "no file of the ledger; service resumes by itself."},
    {"trouble_fork", "the platform and the journal tell different histories of this kiosk, and "
                     "nothing is sent. Keep all files of the ledger and call the platform; when it "
                     "is settled certkiosk-syncd goes on by itself."},
    {"trouble_gap",
     "the platform wants entries that this journal does not have, or again those that it was just "
     "sent: nothing behind them gets there. Keep all files of the ledger and call the platform, "
     "which sees what it has by certkiosk-gateway kiosks and alarms."},
    {"trouble_batch", "an entry of the journal cannot be sent, and all behind it wait: "
                      "certkiosk-syncd's log says why. Run certkioskctl ledger verify, change "
                      "nothing, and call the platform, which may take too little at once."},
    {"trouble_conflict",
     "what the platform sends contradicts what it sent before, which is kept. Call the platform: "
     "if its database was put back, certkiosk-gateway restored has to be said there. When it is "
     "settled restart certkiosk-syncd."},
    {"trouble_seal",
     "what comes is not sealed by a key of the platform that this kiosk knows, and nothing of it "
     "is taken. Ask the platform which keys it uses, compare with the file that [platform] keys in "
     "syncd.conf names, put the right one there and restart certkiosk-syncd. If the platform knows "
     "of nothing, somebody stands in the line."},
    {"trouble_answer", "what comes is not understood, or says that the request was wrong. See that "
                       "[platform] url in syncd.conf is the platform's and that both are of "
                       "releases that fit; certkiosk-syncd's log says more."},
    {"trouble_tls", "who answers is not the platform, or does not let this kiosk in. Look for a "
                    "portal or a stranger in the line, then at [platform] ca in syncd.conf, at the "
                    "clock, and at whether the kiosk's certificate has ended."},
    {"trouble_denied", "the platform does not let this kiosk in by its certificate. Ask the "
                       "platform's operator whether it was disabled, for a code if not, and run "
                       "certkiosk-syncd --enrol; nothing need be stopped for it."},
    {"trouble_portal", "a login page answers in the platform's place: log the network in."},
    {"trouble_signature",
     "the platform takes nothing of this kiosk's journal: its device key is another one than "
     "was enrolled, or none was. Put the right key back, or enrol the kiosk anew, with "
     "device.pub."},
    {"trouble_disk", "the disk is full: what the platform sends cannot be stored. Free room on it, "
                     "but delete no file of the ledger; certkiosk-syncd goes on by itself."},
    {"trouble_certificate",
     "the kiosk's own certificate ends soon, or has ended, and was not renewed: "
     "certkiosk-syncd's log says why. When it has ended ask the platform's operator for a "
     "code and run certkiosk-syncd --enrol; nothing need be stopped for it."},
    {"room_low", "the ledger's disk is nearly full: the order in hand is finished, nothing new is "
                 "sold. Free room on it, but delete no file of the ledger; service resumes by "
                 "itself."},
};

void print_advice(FILE *out, const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(advices); i++) {
        if (text_same(advices[i].word, word))
            (void)fprintf(out, "%s: %s\n", word, advices[i].advice);
    }
}

void print_text(FILE *out, const struct report *report, const struct report_problems *problems)
{
    print_programs(out, report);
    print_journal(out, report);
    print_inbox(out, report);
    (void)fprintf(out, "%s", problems->count == 0 ? "all is well" : "wrong:");
    for (size_t i = 0; i < problems->count; i++)
        (void)fprintf(out, " %s", problems->words[i]);
    (void)fprintf(out, "\n");
    for (size_t i = 0; i < problems->count; i++)
        print_advice(out, problems->words[i]);
}

static void drop(json_t **at)
{
    json_decref(*at);
}

static json_t *program_json(const struct report_program *program)
{
    json_t *object = json_object();
    (void)json_object_set_new(object, "running", json_boolean(!failed(program->e)));
    if (failed(program->e)) {
        (void)json_object_set_new(object, "error", json_string(err_name(program->e.code)));
        return object;
    }
    for (const char *at = program->answer; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        const char *equals = memchr(at, '=', len);
        if (equals != NULL) {
            size_t key_len = (size_t)(equals - at);
            (void)json_object_setn_new(object, at, key_len,
                                       json_stringn(equals + 1, len - key_len - 1));
        }
        at += len + (at[len] == '\n' ? 1 : 0);
    }
    return object;
}

static json_t *time_json(int64_t at_ms)
{
    return at_ms == 0 ? json_null() : json_integer(at_ms);
}

static json_t *orders_json(const struct report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->order_count; i++) {
        (void)json_array_append_new(
            array, json_pack("{s:s, s:s, s:I}", "order", report->orders[i].order, "state",
                             order_states[report->orders[i].state], "requested_at_ms",
                             (json_int_t)report->orders[i].requested_at_ms));
    }
    return array;
}

static json_t *journal_json(const struct report *report)
{
    char hash[HEX_SIZE(HASH_LEN)];
    if (failed(report->journal)) {
        return json_pack("{s:s, s:s}", "error", err_name(report->journal.code), "site",
                         report->journal.site);
    }
    hex_print(hash, (struct bytes){report->head.head_hash.at, HASH_LEN});
    return json_pack("{s:s, s:I, s:s, s:o, s:I, s:o, s:I, s:o}", "epoch", report->head.epoch,
                     "head_seq", (json_int_t)report->head.head_seq, "head_hash", hash, "head_at_ms",
                     time_json(report->head.head_at_ms), "schema", (json_int_t)report->head.schema,
                     "open_orders", orders_json(report), "torn_tokens",
                     (json_int_t)report->torn_count, "torn_token_at_ms",
                     time_json(report->torn_at_ms));
}

static json_t *inbox_json(const struct report *report)
{
    if (failed(report->inbox)) {
        return json_pack("{s:s, s:s}", "error", err_name(report->inbox.code), "site",
                         report->inbox.site);
    }
    return json_pack("{s:s, s:I, s:I, s:I, s:o, s:s, s:s}", "epoch", report->state.epoch,
                     "acked_seq", (json_int_t)report->state.acked_seq, "cursor",
                     (json_int_t)report->state.cursor, "quarantined",
                     (json_int_t)report->quarantined, "proven_ms",
                     time_json(report->state.proven_ms), "trouble", report->state.trouble, "line",
                     lines[report->state.line]);
}

struct err print_json(FILE *out, const struct report *report,
                      const struct report_problems *problems)
{
    bool both = !failed(report->journal) && !failed(report->inbox);
    json_t *words = json_array();
    for (size_t i = 0; i < problems->count; i++)
        (void)json_array_append_new(words, json_string(problems->words[i]));
    CLEANUP(drop)
    json_t *object = json_pack(
        "{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "ok", problems->count == 0, "problems",
        words, "kiosk", program_json(&report->kiosk), "syncd", program_json(&report->syncd),
        "journal", journal_json(report), "inbox", inbox_json(report), "pending",
        both ? json_integer((json_int_t)report->pending) : json_null(), "oldest_pending_ms",
        both ? time_json(report->pending_at_ms) : json_null(), "clock_offset_ms",
        report->clock_known ? json_integer(report->clock_offset_ms) : json_null());
    if (object == NULL)
        return ERR(ERR_NO_ROOM, 0, "json_pack");
    if (json_dumpf(object, out, JSON_INDENT(2)) != 0 || fputc('\n', out) == EOF)
        return ERR(ERR_IO, errno, "json_dumpf");
    return ERR_OK;
}
