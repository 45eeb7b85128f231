#include "sync/daemon/store.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "kiosk/ledger/reserve.h"
#include "kiosk/pki/keyring.h"
#include "sync/wire/document.h"

void store_hold_reserve(struct store *store)
{
    struct err e = reserve_hold(store->reserve, STORE_RESERVE_BYTES);
    if (store->short_of_room != failed(e) && failed(e))
        log_err("reserve", e);
    store->short_of_room = failed(e);
}

/* Whether what failed with `e` for want of room is worth another try. */
static bool makes_room(const struct store *store, struct err e)
{
    if (e.code != ERR_NO_ROOM || !reserve_give_up(store->reserve))
        return false;
    log_event(LOG_LEVEL_WARNING, "reserve", "state=given_up");
    return true;
}

static struct err begin_anew(const char *path, struct inbox **out_inbox)
{
    unsigned dropped = 0;
    struct err e = inbox_put_aside(path, &dropped);
    if (failed(e))
        return e;
    log_event(LOG_LEVEL_WARNING, "inbox_aside", "kept=%u removed=%u", inbox_count_damaged(path),
              dropped);
    return inbox_open(path, true, out_inbox);
}

struct err store_open(const char *path, struct store *out_store)
{
    struct store store = {.inbox = NULL};
    if (!text_print(store.reserve, sizeof(store.reserve), "%s.reserve", path))
        return ERR(ERR_IO, 0, "path");
    struct err e = inbox_open(path, true, &store.inbox);
    if (makes_room(&store, e))
        e = inbox_open(path, true, &store.inbox);
    if (inbox_is_damage(e)) {
        log_err("inbox_damaged", e);
        e = begin_anew(path, &store.inbox);
    }
    if (failed(e))
        return e;
    store.damaged = inbox_count_damaged(path);
    e = inbox_get_state(store.inbox, &store.state);
    if (failed(e)) {
        inbox_close(store.inbox);
        return e;
    }
    /* Trouble outlives a restart until its lane has answered well. */
    enum lane lane = text_same(store.state.trouble, STORE_TROUBLE_CERTIFICATE) ? LANE_CERTIFICATE
                     : text_same(store.state.trouble, "seal")                  ? LANE_FEED
                                                                               : LANE_JOURNAL;
    (void)text_copy(store.troubles[lane], STORE_TROUBLE_SIZE, store.state.trouble);
    store_hold_reserve(&store);
    *out_store = store;
    return ERR_OK;
}

struct err store_mend(struct store *store, const char *path, struct err e)
{
    if (!inbox_is_damage(e))
        return e;
    store_close(store);
    e = store_open(path, store);
    store->news = true;
    return e;
}

void store_close(struct store *store)
{
    inbox_close(store->inbox);
    store->inbox = NULL;
}

static void convert(const struct feed_document *from, struct inbox_document *to)
{
    memset(to, 0, sizeof(*to));
    (void)text_copy(to->type, sizeof(to->type), from->type); /* same sizes */
    (void)text_copy(to->id, sizeof(to->id), from->id);
    (void)text_copy(to->key_id, sizeof(to->key_id), from->key_id);
    to->version = from->version;
    memcpy(to->seal, from->seal, sizeof(to->seal));
    memcpy(to->body, from->body, from->body_len);
    to->body_len = from->body_len;
}

/* What cannot be read is nobody's order. */
static bool order_goes_back(struct bytes from, struct bytes to)
{
    struct document_order then, now;
    return !failed(document_read_order(from, &then)) && !failed(document_read_order(to, &now)) &&
           fact_order_rank(now.facts.status) < fact_order_rank(then.facts.status);
}

/* The ring in memory takes no revocation back, but it is made anew from what stands here. */
static bool key_goes_back(struct bytes from, struct bytes to)
{
    struct document_key then, now;
    return !failed(document_read_key(from, &then)) && then.revoked_s != 0 &&
           (failed(document_read_key(to, &now)) || now.revoked_s == 0);
}

/* Whether the order or the statement as it stands has come further. */
static struct err goes_back(struct store *store, const struct inbox_document *document,
                            bool *out_back)
{
    struct inbox_document stands;
    bool is_key = text_same(document->type, KEYRING_STATEMENT);

    *out_back = false;
    if (!is_key && !text_same(document->type, "order"))
        return ERR_OK;
    struct err e = inbox_get(store->inbox, document->type, document->id, &stands);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? ERR_OK : e;
    const struct bytes from = {stands.body, stands.body_len};
    const struct bytes to = {document->body, document->body_len};
    *out_back = is_key ? key_goes_back(from, to) : order_goes_back(from, to);
    if (*out_back)
        log_event(LOG_LEVEL_WARNING, "feed", "%s=%s goes back, kept", document->type, document->id);
    return ERR_OK;
}

/* Those that are to be stored. */
static struct err take_all(struct store *store, const struct feed *feed,
                           struct inbox_document *out_documents, size_t *out_count)
{
    size_t count = 0;

    for (size_t i = 0; i < feed->count; i++) {
        bool back = false;
        convert(&feed->documents[i], &out_documents[count]);
        struct err e = goes_back(store, &out_documents[count], &back);
        if (failed(e))
            return e;
        count += back ? 0 : 1;
    }
    *out_count = count;
    return ERR_OK;
}

struct err store_documents(struct store *store, const struct feed *feed)
{
    size_t count = 0;
    if (feed->count == 0 && feed->cursor == store->state.cursor)
        return ERR_OK;
    struct inbox_document *documents = calloc(FEED_DOCUMENTS_MAX, sizeof(*documents));
    if (documents == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = take_all(store, feed, documents, &count);
    if (!failed(e))
        e = inbox_put(store->inbox, documents, count, feed->cursor);
    if (makes_room(store, e))
        e = inbox_put(store->inbox, documents, count, feed->cursor);
    free(documents);
    if (failed(e))
        return e;
    store->state.cursor = feed->cursor;
    store->came = store->came || feed->count > 0;
    store->news = true;
    return ERR_OK;
}

struct err store_refetch(struct store *store)
{
    store->state.cursor = 0;
    store->dirty = true;
    return store_save(store);
}

struct err store_erase(struct store *store, const struct inbox_name *names, size_t count)
{
    struct err e = inbox_erase(store->inbox, names, count);
    if (makes_room(store, e))
        e = inbox_erase(store->inbox, names, count);
    store->news = store->news || !failed(e);
    return e;
}

static void keep_proof(struct store *store, enum inbox_proves what, const struct sealed_ack *sealed)
{
    struct inbox_proof *proof = &store->proofs[what];

    (void)text_copy(proof->key_id, sizeof(proof->key_id), sealed->key_id); /* same sizes */
    (void)text_copy(proof->text, sizeof(proof->text), sealed->text);
    memcpy(proof->seal, sealed->seal, sizeof(proof->seal));
    store->proven[what] = true;
}

struct err store_generation(struct store *store, const struct ack *ack,
                            const struct sealed_ack *sealed)
{
    struct inbox_state *state = &store->state;
    bool ours = text_same(state->epoch, ack->epoch);

    log_event(LOG_LEVEL_WARNING, "platform", "generation=%s acked=%llu, was %llu", ack->generation,
              (unsigned long long)(ours ? ack->acked_seq : 0),
              (unsigned long long)state->acked_seq);
    (void)text_copy(state->generation, sizeof(state->generation), ack->generation); /* same size */
    state->cursor = 0;
    state->acked_seq = ours ? ack->acked_seq : 0;
    state->acked_hash = ours ? ack->head_hash : (struct hash){{0}};
    store->proven[INBOX_PROVES_MARK] = false;
    if (state->acked_seq > 0)
        keep_proof(store, INBOX_PROVES_MARK, sealed);
    store->dirty = true;
    return store_save(store);
}

void store_take_time(struct store *store, int64_t time_ms, const struct proven_clocks *clocks,
                     const struct sealed_ack *sealed)
{
    if (!proven_take(&store->state, time_ms, clocks))
        return;
    keep_proof(store, INBOX_PROVES_TIME, sealed);
    store->dirty = true;
}

struct err store_drop_time(struct store *store, int64_t time_ms, const struct inbox_proof *instead)
{
    struct inbox_state state = store->state;

    state.proven_ms = time_ms;
    state.proven_boot_ms = 0; /* in which boot that was is not kept */
    state.boot_id[0] = '\0';
    struct err e = inbox_drop_time(store->inbox, &state, instead);
    if (makes_room(store, e))
        e = inbox_drop_time(store->inbox, &state, instead);
    if (failed(e))
        return e;
    store->state = state;
    store->news = true;
    return ERR_OK;
}

void store_acknowledge(struct store *store, const char *epoch, uint64_t seq,
                       const struct hash *hash, const struct sealed_ack *sealed)
{
    struct inbox_state *state = &store->state;
    if (text_same(state->epoch, epoch) && seq <= state->acked_seq)
        return;
    (void)text_copy(state->epoch, sizeof(state->epoch), epoch); /* a UUID fits */
    state->acked_seq = seq;
    state->acked_hash = *hash;
    store->proven[INBOX_PROVES_MARK] = false;
    if (sealed != NULL)
        keep_proof(store, INBOX_PROVES_MARK, sealed);
    store->dirty = true;
}

struct err store_quarantine(struct store *store, const char *epoch, uint64_t seq, const char *code)
{
    static const struct hash none;
    if (!text_same(store->state.epoch, epoch))
        store_acknowledge(store, epoch, 0, &none, NULL); /* the inbox files it under its epoch */
    struct err e = store_save(store);
    if (!failed(e))
        e = inbox_quarantine(store->inbox, seq, code);
    return makes_room(store, e) ? inbox_quarantine(store->inbox, seq, code) : e;
}

/* The journal's comes first: a fork is the worst there is. But who is refused because of his
 * certificate is told of the certificate. */
static const char *first_trouble(const struct store *store)
{
    const char *journal = store->troubles[LANE_JOURNAL];
    const char *certificate = store->troubles[LANE_CERTIFICATE];
    if (journal[0] != '\0' && (certificate[0] == '\0' || !text_same(journal, "denied")))
        return journal;
    return certificate[0] != '\0' ? certificate : store->troubles[LANE_FEED];
}

bool store_trouble(struct store *store, enum lane lane, const char *word)
{
    if (text_same(store->troubles[lane], word))
        return false;
    /* A fork stays until the platform agrees again: no later trouble hides it. */
    if (word[0] != '\0' && text_same(store->troubles[lane], INBOX_TROUBLE_FORK))
        return false;
    (void)text_copy(store->troubles[lane], STORE_TROUBLE_SIZE, word); /* ours are short */
    (void)text_copy(store->state.trouble, sizeof(store->state.trouble), first_trouble(store));
    store->dirty = true;
    store->news = true;
    return true;
}

bool store_line(struct store *store, bool up, int64_t wall_ms)
{
    enum inbox_line line = up ? INBOX_LINE_UP : INBOX_LINE_DOWN;
    if (store->state.line == line)
        return false;
    store->state.line = line;
    store->state.line_since_ms = wall_ms;
    store->dirty = true;
    store->news = true;
    return true;
}

struct err store_save(struct store *store)
{
    if (!store->dirty)
        return ERR_OK;
    const struct inbox_proof *proofs[INBOX_PROVES_COUNT];
    for (size_t i = 0; i < INBOX_PROVES_COUNT; i++)
        proofs[i] = store->proven[i] ? &store->proofs[i] : NULL;
    struct err e = inbox_set_proven(store->inbox, &store->state, proofs);
    if (makes_room(store, e))
        e = inbox_set_proven(store->inbox, &store->state, proofs);
    if (failed(e))
        return e;
    memset(store->proven, 0, sizeof(store->proven));
    store->dirty = false;
    return ERR_OK;
}
