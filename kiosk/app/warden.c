#include "kiosk/app/warden.h"

#include "kiosk/base/clock.h"

#define QUIET_MS 250      /* after the last entry of a step of a visit */
#define FIRST_PAUSE_MS 10 /* between two pieces of the first round, for who waits in the queue */
#define LATER_PAUSE_MS 1000
#define PIECE 256 /* rows: some milliseconds */

struct err warden_opened(struct warden *warden, struct journal *journal)
{
    uint64_t bad_seq = 0;
    bool suspect = warden->suspect;
    *warden = (struct warden){.suspect = suspect};
    struct err e = journal_unsigned(journal, &warden->unsigned_count);
    if (!failed(e) && suspect)
        e = journal_verify(journal, &bad_seq);
    if (!failed(e))
        warden->suspect = false;
    return e;
}

void warden_appended(struct warden *warden)
{
    warden->unsigned_count++;
    warden->appended_ms = clock_boot_ms();
}

bool warden_shall_sign(const struct warden *warden)
{
    return warden->unsigned_count >= WARDEN_UNSIGNED_MAX ||
           (warden->unsigned_count > 0 && clock_boot_ms() >= warden->appended_ms + QUIET_MS);
}

struct err warden_sign(struct warden *warden, struct journal *journal)
{
    if (warden->unsigned_count == 0)
        return ERR_OK;
    struct err e = journal_sign_head(journal);
    if (!failed(e))
        warden->unsigned_count = 0;
    return e;
}

struct err warden_verify(struct warden *warden, struct journal *journal, uint64_t *out_bad_seq)
{
    uint64_t bad_seq = warden->walk.seq + 1;
    struct err e = journal_verify_step(journal, &warden->walk, PIECE, &bad_seq);
    if (e.code == ERR_CONFLICT || e.code == ERR_MALFORMED) {
        *out_bad_seq = bad_seq;
        struct err written = journal_condemn(journal, bad_seq);
        (void)written; /* when it is not, the next round finds it again */
    } else if (failed(e)) {
        warden->suspect = true;
    }
    return e;
}

uint32_t warden_pause_ms(const struct warden *warden)
{
    if (warden->unsigned_count > 0)
        return QUIET_MS;
    return warden->walk.rounds == 0 ? FIRST_PAUSE_MS : LATER_PAUSE_MS;
}
