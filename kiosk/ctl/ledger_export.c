/* The journal for programs that are not ours. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "kiosk/base/file_fresh.h"
#include "kiosk/base/hex.h"
#include "kiosk/ctl/ledger_command.h"

struct export
{
    FILE *out;
    const char *epoch;
    uint64_t after; /* the last one written, or from where it began */
    uint64_t count;
    bool written;
};

static void drop(json_t **at)
{
    json_decref(*at);
}

static void free_file(FILE **at)
{
    if (*at != NULL)
        (void)fclose(*at); /* only after a failure: else it was flushed */
}

static json_t *row_json(const char *epoch, const struct journal_row *row)
{
    char prev[HEX_SIZE(HASH_LEN)];
    char hash[HEX_SIZE(HASH_LEN)];
    char body_hex[HEX_SIZE(CHAIN_BODY_MAX)];
    hex_print(prev, (struct bytes){row->prev.at, HASH_LEN});
    hex_print(hash, (struct bytes){row->hash.at, HASH_LEN});
    json_t *body = json_stringn((const char *)row->body, row->body_len);
    bool is_text = body != NULL;
    json_t *object = json_pack("{s:s, s:I, s:s, s:I, s:s, s:s, s:o, s:s, s:s}", "epoch", epoch,
                               "seq", (json_int_t)row->seq, "txid", row->txid, "at_ms",
                               (json_int_t)row->at_ms, "visit", row->visit, "kind", row->kind,
                               "body", is_text ? body : json_null(), "prev", prev, "hash", hash);
    if (object == NULL || is_text)
        return object;
    hex_print(body_hex, (struct bytes){row->body, row->body_len});
    (void)json_object_set_new(object, "body_hex", json_string(body_hex));
    return object;
}

static bool write_row(void *context, const struct journal_row *row)
{
    struct export *export = context;
    CLEANUP(drop) json_t *object = row_json(export->epoch, row);
    export->written = object != NULL && json_dumpf(object, export->out, JSON_COMPACT) == 0 &&
                      fputc('\n', export->out) != EOF;
    export->after = row->seq;
    export->count += export->written ? 1 : 0;
    return export->written;
}

/* By slices, so that the writer's WAL is not held back by a slow pipe. */
static enum ledger_exit write_rows(struct journal *journal, struct export *export)
{
    for (bool more = true; more;) {
        uint64_t before = export->after;
        struct err e = journal_read(journal, before, JOURNAL_BATCH_MAX, write_row, export);
        if (failed(e)) {
            (void)fprintf(stderr, "certkioskctl: no more than up to entry %" PRIu64 "\n",
                          export->after);
            return ledger_say_failed("the journal", e);
        }
        more = export->after > before && export->written;
    }
    if (export->written && fflush(export->out) == 0)
        return LEDGER_EXIT_WELL;
    (void)fprintf(stderr, "certkioskctl: the export: %s\n", err_words(errno));
    return LEDGER_EXIT_OUTPUT;
}

static enum ledger_exit write_file(struct journal *journal, struct export *export, const char *name)
{
    CLEANUP(file_fresh_done) struct file_fresh fresh = {.fd = -1};
    CLEANUP(free_file) FILE *out = NULL;
    struct err e = file_fresh_open(name, &fresh);
    if (!failed(e)) {
        out = fdopen(dup(fresh.fd), "w");
        if (out == NULL)
            e = ERR(ERR_IO, errno, "fdopen");
    }
    if (failed(e)) {
        (void)ledger_say_failed(name, e);
        return LEDGER_EXIT_OUTPUT;
    }
    export->out = out;
    enum ledger_exit status = write_rows(journal, export);
    if (status != LEDGER_EXIT_WELL)
        return status;
    e = file_fresh_publish(&fresh);
    if (failed(e)) {
        (void)ledger_say_failed(name, e);
        return LEDGER_EXIT_OUTPUT;
    }
    (void)fprintf(stderr, "certkioskctl: %s: %" PRIu64 " entries\n", name, export->count);
    return LEDGER_EXIT_WELL;
}

enum ledger_exit ledger_export(const struct ledger_options *options)
{
    CLEANUP(journal_done) struct journal *journal = NULL;
    struct journal_status head;
    struct err e = ledger_open(options, &journal);
    if (!failed(e))
        e = journal_get_status(journal, &head);
    if (failed(e))
        return ledger_say_failed("the journal", e);
    struct export export = {
        .out = stdout, .epoch = head.epoch, .after = options->after, .written = true};
    return options->out != NULL ? write_file(journal, &export, options->out)
                                : write_rows(journal, &export);
}
