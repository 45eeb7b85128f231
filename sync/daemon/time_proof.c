/* There are two proofs, of the time and of the mark: when the key of the first falls, the second,
 * by another key, is the witness that is left. */
#include "sync/daemon/time_proof.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

struct papers {
    struct inbox_proof time, mark;
    struct ack of_mark;
};

static void papers_done(struct papers **papers)
{
    free(*papers);
}

/* The mark's time by a key that counts and is not `but`; 0: there is none. */
static struct err read_mark(struct desk *desk, const char *but, struct papers *papers,
                            int64_t *out_ms)
{
    struct inbox_proof *mark = &papers->mark;
    struct err e = inbox_get_proof(desk->store.inbox, INBOX_PROVES_MARK, mark);
    *out_ms = 0;
    if (e.code == ERR_NOT_FOUND || (!failed(e) && text_same(mark->key_id, but)))
        return ERR_OK;
    if (failed(e))
        return e;
    const struct seal_message message = {.context = "certkiosk-ack-1",
                                         .parts = {desk->kiosk},
                                         .body = {(const uint8_t *)mark->text, strlen(mark->text)}};
    e = keyring_verify_stored(&desk->keys, mark->key_id, &message, mark->seal);
    if (!failed(e))
        e = ack_read(message.body, &papers->of_mark);
    if (!failed(e))
        *out_ms = papers->of_mark.time_ms;
    return ERR_OK; /* what does not count proves nothing */
}

/* What is only in memory yet is saved first: one place to read from. */
static struct err read_papers(struct desk *desk, struct papers *papers, int64_t *out_without_ms)
{
    struct err e = store_save(&desk->store);
    if (!failed(e))
        e = inbox_get_proof(desk->store.inbox, INBOX_PROVES_TIME, &papers->time);
    return failed(e) ? e : read_mark(desk, papers->time.key_id, papers, out_without_ms);
}

struct err time_proof_read(struct desk *desk, char out_key_id[SEAL_KEY_ID_SIZE],
                           int64_t *out_without_ms)
{
    CLEANUP(papers_done) struct papers *papers = calloc(1, sizeof(*papers));
    if (papers == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = read_papers(desk, papers, out_without_ms);
    if (!failed(e))
        memcpy(out_key_id, papers->time.key_id, SEAL_KEY_ID_SIZE);
    return e;
}

struct err time_proof_judge(struct desk *desk)
{
    CLEANUP(papers_done) struct papers *papers = calloc(1, sizeof(*papers));
    int64_t without_ms = 0;
    if (papers == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = read_papers(desk, papers, &without_ms);
    if (e.code == ERR_NOT_FOUND)
        return ERR_OK;
    if (failed(e) || keyring_counts(&desk->keys, papers->time.key_id))
        return e;
    log_event(LOG_LEVEL_WARNING, "time", "fell_with_key=%s", papers->time.key_id);
    return store_drop_time(&desk->store, without_ms, without_ms == 0 ? NULL : &papers->mark);
}
