/*
 * report.h - how this kiosk is: what its two databases say, and what its two programs answer.
 *
 *     report_read --> report_problems --> print_text or print_json (print.h)
 *
 * Everything is read-only and works with the programs dead.
 */
#ifndef KIOSK_CTL_REPORT_H
#define KIOSK_CTL_REPORT_H

#include "kiosk/ctl/ask.h"
#include "kiosk/ledger/agreement.h"

#define REPORT_CLOCK_SLACK_MS 300000 /* as much as the kiosk itself forgives */
#define REPORT_PENDING_MAX_MS 3600000
#define REPORT_PROBLEMS_MAX 24
#define REPORT_WORD_SIZE 80
#define REPORT_VALUE_SIZE 65

struct report_program {
    struct err e; /* of asking it; ERR_OK: it runs */
    char answer[ASK_ANSWER_MAX];
};

struct report {
    struct report_program kiosk, syncd;

    bool no_folder; /* certkiosk's half of the ledger has none, or one that is read-only */

    struct err journal; /* of reading journal.db; what follows counts when it is ERR_OK */
    struct journal_status head;
    size_t order_count; /* open ones */
    struct journal_order orders[JOURNAL_ORDERS_MAX];

    uint64_t torn_count; /* entries about tokens that were left torn, repaired or not */
    int64_t torn_at_ms;  /* of the last; 0 when there is none */

    struct err inbox; /* of reading inbox.db; what follows counts when it is ERR_OK */
    struct inbox_state state;
    uint64_t quarantined;

    uint64_t pending; /* entries that the platform has not acknowledged; needs both databases */
    int64_t pending_at_ms;    /* time of the oldest of them; 0 when there is none */
    enum agreement agreement; /* of the journal with what the platform has; needs both databases */

    int64_t now_ms;          /* wall clock */
    bool clock_known;        /* whether clock_offset_ms means anything */
    int64_t clock_offset_ms; /* wall clock ahead of the proven time, carried on by the boot clock */
};

/* One word for each thing that is wrong, as "line_down". */
struct report_problems {
    size_t count;
    char words[REPORT_PROBLEMS_MAX][REPORT_WORD_SIZE];
};

/* Read all of it from the state folder. Failures are facts of the report. */
void report_read(const char *state_dir, struct report *out_report);

/* What is wrong in it; none when all is well. Pure. */
void report_problems(const struct report *report, struct report_problems *out_problems);

#endif
