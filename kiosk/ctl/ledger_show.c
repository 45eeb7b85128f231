/* Entries for people: what happened when, and whether the platform has it. Of a body only what is
 * in `told` is shown: nothing of a person, and no token's serial number. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kiosk/base/text.h"
#include "kiosk/ctl/ledger_command.h"
#include "kiosk/ledger/inbox.h"

#define LAST_UNLESS_STATED 20
#define TIME_SIZE 32
#define PLACE_SIZE (INBOX_CODE_SIZE + 16)

static const char *const told[] = {"order",      "service",  "profile",    "term_years",
                                   "amount_fen", "slot",     "tries_left", "why",
                                   "printed",    "repaired", "tested"};

struct show {
    const struct ledger_options *options;
    struct journal *journal;
    struct inbox *inbox; /* NULL: what the platform has is not known */
    struct inbox_state state;
    struct journal_status head;
    uint64_t fitting[LEDGER_LAST_MAX]; /* the last `count` entries that fit; a ring */
    uint64_t count, after;
};

static void drop(json_t **at)
{
    json_decref(*at);
}

static json_t *body_json(const struct journal_row *row)
{
    return json_loadb((const char *)row->body, row->body_len, JSON_REJECT_DUPLICATES, NULL);
}

static uint64_t ring_size(const struct ledger_options *options)
{
    return options->last > 0 ? options->last : LAST_UNLESS_STATED;
}

static bool is_of_order(const struct journal_row *row, const char *order)
{
    if (memmem(row->body, row->body_len, order, strlen(order)) == NULL)
        return false; /* most of them, without reading each as JSON */
    CLEANUP(drop) json_t *body = body_json(row);
    return text_same(json_string_value(json_object_get(body, "order")), order);
}

static bool note_fitting(void *context, const struct journal_row *row)
{
    struct show *show = context;
    const struct ledger_options *options = show->options;
    show->after = row->seq;
    if (options->kind != NULL && !text_same(row->kind, options->kind))
        return true;
    if (options->order == NULL || is_of_order(row, options->order))
        show->fitting[show->count++ % ring_size(options)] = row->seq;
    return true;
}

/* Where the search begins; without a filter only the end is of interest. */
static uint64_t first_of(const struct show *show)
{
    const struct ledger_options *options = show->options;
    uint64_t size = ring_size(options);
    if (options->seq > 0)
        return options->seq - 1;
    if (options->kind != NULL || options->order != NULL)
        return 0;
    return show->head.head_seq > size ? show->head.head_seq - size : 0;
}

static struct err find(struct show *show)
{
    const struct ledger_options *options = show->options;
    show->after = first_of(show);
    for (;;) {
        uint64_t before = show->after;
        size_t max = options->seq > 0 ? 1 : JOURNAL_BATCH_MAX;
        struct err e = journal_read(show->journal, before, max, note_fitting, show);
        if (failed(e) || show->after == before || options->seq > 0)
            return e;
    }
}

static void print_time(int64_t at_ms, bool local, char out[TIME_SIZE])
{
    time_t at_s = (time_t)(at_ms / 1000);
    struct tm tm;
    bool known = (local ? localtime_r(&at_s, &tm) : gmtime_r(&at_s, &tm)) != NULL;
    if (!known || strftime(out, TIME_SIZE, local ? "%F %T %z" : "%FT%TZ", &tm) == 0)
        (void)text_print(out, TIME_SIZE, "%" PRId64, at_ms);
}

/* Whether the platform has it. */
static void print_place(const struct show *show, uint64_t seq, char out[PLACE_SIZE])
{
    char code[INBOX_CODE_SIZE];
    bool ours = show->inbox != NULL && text_same(show->state.epoch, show->head.epoch);
    if (show->inbox == NULL) {
        (void)text_copy(out, PLACE_SIZE, "?");
    } else if (!failed(inbox_quarantine_of(show->inbox, show->head.epoch, seq, code))) {
        (void)text_print(out, PLACE_SIZE, "rejected:%s",
                         text_valid(code, strlen(code)) ? code : "?");
    } else {
        (void)text_copy(out, PLACE_SIZE, ours && seq <= show->state.acked_seq ? "yes" : "no");
    }
}

static void print_told(const char *key, const json_t *value)
{
    if (json_is_integer(value))
        (void)printf(" %s=%" JSON_INTEGER_FORMAT, key, json_integer_value(value));
    if (json_is_boolean(value))
        (void)printf(" %s=%s", key, json_is_true(value) ? "yes" : "no");
    if (json_is_string(value) && text_valid(json_string_value(value), json_string_length(value)))
        (void)printf(" %s=%s", key, json_string_value(value));
}

static void print_body(const struct journal_row *row)
{
    CLEANUP(drop) json_t *body = body_json(row);
    if (!json_is_object(body))
        (void)printf(" (a body that cannot be read)");
    for (size_t i = 0; i < ARRAY_LEN(told); i++)
        print_told(told[i], json_object_get(body, told[i]));
}

static bool print_row(void *context, const struct journal_row *row)
{
    char local[TIME_SIZE];
    char utc[TIME_SIZE];
    char place[PLACE_SIZE];
    print_time(row->at_ms, true, local);
    print_time(row->at_ms, false, utc);
    print_place(context, row->seq, place);
    (void)printf("%8" PRIu64 "  %-25s  %-20s  %-11s  %-15s", row->seq, local, utc, place,
                 row->kind);
    print_body(row);
    (void)printf("\n");
    return false;
}

static struct err print_found(struct show *show)
{
    uint64_t size = ring_size(show->options);
    uint64_t first = show->count > size ? show->count - size : 0;
    struct err e = ERR_OK;
    if (show->count > 0) {
        (void)printf("%8s  %-25s  %-20s  %-11s  %-15s %s\n", "seq", "local time", "UTC",
                     "at platform", "kind", "what");
    } else {
        (void)fprintf(stderr, "certkioskctl: no such entry\n");
    }
    for (uint64_t i = first; i < show->count && !failed(e); i++)
        e = journal_read(show->journal, show->fitting[i % size] - 1, 1, print_row, show);
    return e;
}

enum ledger_exit ledger_show(const struct ledger_options *options)
{
    CLEANUP(journal_done) struct journal *journal = NULL;
    CLEANUP(inbox_done) struct inbox *inbox = NULL;
    static struct show show;
    char path[PATH_MAX];
    struct err e = ledger_open(options, &journal);
    show = (struct show){.options = options, .journal = journal};
    if (!failed(e))
        e = journal_get_status(journal, &show.head);
    if (!failed(e) && options->file == NULL && ledger_options_inbox(options, path) &&
        !failed(inbox_open_read(path, &inbox)) && !failed(inbox_get_state(inbox, &show.state)))
        show.inbox = inbox;
    if (!failed(e))
        e = find(&show);
    if (!failed(e))
        e = print_found(&show);
    return failed(e) ? ledger_say_failed("the journal", e) : LEDGER_EXIT_WELL;
}
