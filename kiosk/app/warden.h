/*
 * warden.h - sees to it that the book's journal is signed and verified, when the book has time.
 *
 *     warden_opened --> warden_appended --> warden_sign ...        the head is news
 *                   '-> warden_verify, warden_verify ...           the past, round after round
 *
 * A head is signed when nothing was appended for a moment, at the end of a visit, and at the latest
 * after WARDEN_UNSIGNED_MAX entries; so what open has to verify stays short. The first round over
 * what open did not verify is made without delay; the ones after it are slow, and never end.
 */
#ifndef KIOSK_APP_WARDEN_H
#define KIOSK_APP_WARDEN_H

#include "kiosk/ledger/journal.h"

#define WARDEN_UNSIGNED_MAX 64

struct warden {
    struct journal_walk walk;
    uint64_t unsigned_count;
    uint64_t appended_ms; /* boot clock; the last entry */
    bool suspect;         /* a part of the journal could not be read once */
};

/* The journal was opened. When a part of it could not be read before, all of it is verified now,
 * for else it would serve until that part's turn comes. Errors as journal_verify(). */
MUST_CHECK struct err warden_opened(struct warden *warden, struct journal *journal);

/* An entry was appended. */
void warden_appended(struct warden *warden);

/* Whether something is not signed, and nothing was appended for a moment, or it is too much. */
bool warden_shall_sign(const struct warden *warden);

/* Sign the head, if it is news. Errors as journal_sign_head(). */
MUST_CHECK struct err warden_sign(struct warden *warden, struct journal *journal);

/* Verify a piece. `*out_bad_seq` is set when an entry does not fit, which is then written down in
 * the journal. Errors as journal_verify_step(). */
MUST_CHECK struct err warden_verify(struct warden *warden, struct journal *journal,
                                    uint64_t *out_bad_seq);

/* How long there is nothing for it to do. */
uint32_t warden_pause_ms(const struct warden *warden);

#endif
