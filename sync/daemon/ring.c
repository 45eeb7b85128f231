#include "sync/daemon/ring.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/wire/statement.h"

static bool add_stored(void *context, const struct inbox_document *document)
{
    const struct statement_paper paper = {.id = document->id,
                                          .key_id = document->key_id,
                                          .version = document->version,
                                          .seal = document->seal,
                                          .body = {document->body, document->body_len}};
    struct err e = statements_add(context, &paper);
    return e.code != ERR_NO_ROOM; /* what cannot be read was checked when it came */
}

struct err ring_load(struct inbox *inbox, const char *kiosk, struct keyring *ring)
{
    CLEANUP(statements_done) struct statements *said = calloc(1, sizeof(*said));
    if (said == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = inbox_scan(inbox, KEYRING_STATEMENT, add_stored, said);
    if (!failed(e))
        keyring_take_stored(ring, kiosk, said->at, said->count);
    return e;
}

static_assert(FEED_DOCUMENTS_MAX <= KEYRING_MAX, "all that a feed says of keys is heard");

static struct err add_arriving(struct statements *said, const struct feed_document *document)
{
    const struct statement_paper paper = {.id = document->id,
                                          .key_id = document->key_id,
                                          .version = document->version,
                                          .seal = document->seal,
                                          .body = {document->body, document->body_len}};
    return statements_add(said, &paper);
}

/* Only what is an id of ours is written down. */
static void log_refused(const struct feed_document *document, struct err e)
{
    uint8_t id[(SEAL_KEY_ID_SIZE - 1) / 2];
    bool fine = !failed(hex_parse(document->id, id, sizeof(id)));

    log_event(
        LOG_LEVEL_WARNING, "keys", "refused=%s version=%" PRIu64 " said_by=%s err=%s site=\"%s\"",
        fine ? document->id : "?", document->version, document->key_id, err_name(e.code), e.site);
}

/* Take the documents out whose fate is to be refused; how many. */
static size_t drop_refused(struct feed *feed, const struct err fates[FEED_DOCUMENTS_MAX])
{
    size_t kept = 0;

    for (size_t i = 0; i < feed->count; i++) {
        const struct feed_document *document = &feed->documents[i];
        if (failed(fates[i])) {
            log_refused(document, fates[i]);
            continue;
        }
        if (kept < i)
            feed->documents[kept] = *document;
        kept++;
    }
    size_t refused = feed->count - kept;
    feed->count = kept;
    return refused;
}

struct err ring_take(struct feed *feed, const char *kiosk, int64_t now_s, struct keyring *ring,
                     size_t *out_refused)
{
    CLEANUP(statements_done) struct statements *said = calloc(1, sizeof(*said));
    struct err fates[FEED_DOCUMENTS_MAX] = {{ERR_NONE, 0, NULL}};
    struct err heard[FEED_DOCUMENTS_MAX];
    size_t next = 0;

    if (said == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    for (size_t i = 0; i < feed->count; i++) {
        if (text_same(feed->documents[i].type, KEYRING_STATEMENT))
            fates[i] = add_arriving(said, &feed->documents[i]);
    }
    keyring_take_arriving(ring, &(const struct keyring_hearer){kiosk, now_s}, said->at, said->count,
                          heard);
    for (size_t i = 0; i < feed->count; i++) {
        if (text_same(feed->documents[i].type, KEYRING_STATEMENT) && !failed(fates[i]))
            fates[i] = heard[next++];
    }
    *out_refused = drop_refused(feed, fates);
    return ERR_OK;
}

bool ring_lost_one(const struct keyring *before, const struct keyring *after)
{
    for (size_t i = 0; i < before->count; i++) {
        const char *id = before->keys[i].id;
        if (keyring_counts(before, id) && !keyring_counts(after, id))
            return true;
    }
    return false;
}

struct look {
    const struct keyring *ring;
    struct ring_foreign *foreign;
};

static bool look_at(void *context, const struct inbox_name *name, const char *key_id)
{
    const struct look *look = context;
    if (!text_same(name->type, KEYRING_STATEMENT) && !keyring_counts(look->ring, key_id))
        look->foreign->names[look->foreign->count++] = *name;
    return look->foreign->count < RING_FOREIGN_MAX;
}

struct err ring_find_foreign(struct inbox *inbox, const struct keyring *ring,
                             struct ring_foreign *out_foreign)
{
    struct look look = {.ring = ring, .foreign = out_foreign};
    out_foreign->count = 0;
    return inbox_sealers(inbox, look_at, &look);
}
