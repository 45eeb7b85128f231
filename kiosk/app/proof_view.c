#include "kiosk/app/proof_view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "sync/wire/batch.h"

static_assert(INBOX_PROOF_SIZE >= ACK_TEXT_MAX, "every acknowledgement can be kept");

struct papers {
    struct inbox_proof proof;
    struct ack ack;
};

static void papers_done(struct papers **papers)
{
    free(*papers);
}

/* ERR_NOT_FOUND: there is none, or not by a seal that counts. */
static struct err read_ack(struct inbox *inbox, const char *kiosk, const struct keyring *keys,
                           enum inbox_proves what, struct papers *papers)
{
    struct inbox_proof *proof = &papers->proof;
    struct err e = inbox_get_proof(inbox, what, proof);
    if (failed(e))
        return e;
    const struct seal_message message = {
        .context = SEAL_ACK,
        .parts = {kiosk},
        .body = {(const uint8_t *)proof->text, strlen(proof->text)}};
    if (failed(keyring_verify_stored(keys, proof->key_id, &message, proof->seal)))
        return ERR(ERR_NOT_FOUND, 0, "seal of a proof");
    e = ack_read(message.body, &papers->ack);
    return !failed(e) && !text_same(papers->ack.kiosk, kiosk) ? ERR(ERR_NOT_FOUND, 0, "kiosk") : e;
}

static struct err take_mark(const struct ack *ack, bool found, struct inbox_state *state)
{
    if (!found) {
        state->acked_seq = 0;
        memset(&state->acked_hash, 0, sizeof(state->acked_hash));
        return ERR_OK;
    }
    if (!text_same(ack->epoch, state->epoch) || ack->acked_seq != state->acked_seq ||
        memcmp(ack->head_hash.at, state->acked_hash.at, HASH_LEN) != 0)
        return ERR(ERR_MALFORMED, 0, "another mark than its proof");
    return ERR_OK;
}

static struct err take_time(const struct ack *ack, bool found, struct inbox_state *state)
{
    if (!found) {
        state->proven_ms = 0;
        return ERR_OK;
    }
    if (ack->time_ms != state->proven_ms)
        return ERR(ERR_MALFORMED, 0, "another time than its proof");
    if (ack->acked_seq == 0 ||
        (text_same(ack->epoch, state->epoch) && ack->acked_seq <= state->acked_seq))
        return ERR_OK;
    bool other = state->epoch[0] != '\0' && !text_same(ack->epoch, state->epoch);
    bool named = state->acked_seq > 0 && text_same(state->trouble, INBOX_TROUBLE_FORK);
    if (other || named) /* of another journal, or what it would tell is told */
        return ERR_OK;
    (void)text_copy(state->epoch, sizeof(state->epoch), ack->epoch); /* same size */
    state->acked_seq = ack->acked_seq;
    state->acked_hash = ack->head_hash;
    return ERR_OK;
}

struct err proof_view_state(struct inbox *inbox, const char *kiosk, const struct keyring *keys,
                            struct inbox_state *out_state)
{
    CLEANUP(papers_done) struct papers *papers = malloc(sizeof(*papers));
    struct inbox_state state;
    if (papers == NULL)
        return ERR(ERR_NO_ROOM, 0, "malloc");
    struct err e = inbox_get_state(inbox, &state);
    if (failed(e))
        return e; /* cppcheck-suppress memleak; papers_done() frees them */
    if (state.acked_seq > 0) {
        e = read_ack(inbox, kiosk, keys, INBOX_PROVES_MARK, papers);
        if (!failed(e) || e.code == ERR_NOT_FOUND)
            e = take_mark(&papers->ack, !failed(e), &state);
        if (failed(e))
            return e;
    }
    e = read_ack(inbox, kiosk, keys, INBOX_PROVES_TIME, papers);
    if (!failed(e) || e.code == ERR_NOT_FOUND)
        e = take_time(&papers->ack, !failed(e), &state);
    if (!failed(e))
        *out_state = state;
    return e;
}
