/* print.h - a report for people, or for programs. */
#ifndef KIOSK_CTL_PRINT_H
#define KIOSK_CTL_PRINT_H

#include <stdio.h>

#include "kiosk/ctl/report.h"

/* Lines of "name   value", UTC times; the last line says what is wrong. */
void print_text(FILE *out, const struct report *report, const struct report_problems *problems);

/* What staff should do about the problem `word`: a line, or nothing where the word says it. */
void print_advice(FILE *out, const char *word);

/*
 * One JSON object: ok, problems [], kiosk {running, and what it answered}, syncd {the same},
 * journal {error | epoch, head_seq, head_hash, head_at_ms, schema, open_orders [{order, state,
 * requested_at_ms}]}, inbox {error | acked_seq, cursor, quarantined, proven_ms, trouble, line},
 * pending, oldest_pending_ms, clock_offset_ms; times are ms since 1970 UTC, null is not known.
 * ERR_NO_ROOM without memory, ERR_IO when `out` cannot be written.
 */
MUST_CHECK struct err print_json(FILE *out, const struct report *report,
                                 const struct report_problems *problems);

#endif
