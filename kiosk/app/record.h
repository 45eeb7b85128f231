/*
 * record.h - a visit as it stands becomes a journal entry.
 */
#ifndef KIOSK_APP_RECORD_H
#define KIOSK_APP_RECORD_H

#include "kiosk/core/flow.h"
#include "kiosk/ledger/journal.h"
#include "sync/wire/entry.h"

#define RECORD_ONCE_MAX 128

struct record {
    struct journal_draft
        draft; /* its body points to `body` of the same struct: see record_body() */
    char once[RECORD_ONCE_MAX]; /* its name in this journal, where it is said once; "": any time */
    size_t body_len;
    uint8_t body[ENTRY_BODY_MAX];
    size_t kept_len; /* what the write overwrites, beside the body; 0: nothing */
    uint8_t kept[JOURNAL_KEPT_MAX];
};

/* What the record is made from besides the visit. */
struct record_moment {
    int64_t wall_ms;
    uint8_t random[16]; /* for the txid */
};

/*
 * The entry of `kind` about `visit`. Errors as entry_write(), e.g. a request by a visit that has
 * chosen no certificate of a platform; then `*out` is unchanged.
 */
MUST_CHECK struct err record_make(enum entry_kind kind, const struct visit *visit,
                                  const struct flow_rules *rules,
                                  const struct record_moment *moment, struct record *out);

/* The draft with its body set; valid while `record` stays where it is. */
struct journal_draft record_draft(const struct record *record);

#endif
