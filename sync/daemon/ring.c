#include "sync/daemon/ring.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/wire/document.h"

struct pile {
    size_t count;
    struct keyring_statement statements[KEYRING_MAX];
};

static void pile_done(struct pile **pile)
{
    free(*pile);
}

/* The seal's parts in whichever form it came. */
struct paper {
    const char *id, *key_id;
    uint64_t version;
    const uint8_t *seal;
    struct bytes body;
};

static struct err add(struct pile *pile, const struct paper *paper)
{
    struct keyring_statement *statement = &pile->statements[pile->count];
    struct document_key said;

    if (pile->count == KEYRING_MAX)
        return ERR(ERR_NO_ROOM, 0, "statements");
    struct err e = document_read_key(paper->body, &said);
    if (failed(e))
        return e;
    memset(statement, 0, sizeof(*statement));
    if (paper->body.len > KEYRING_BODY_MAX ||
        !text_copy(statement->key.id, sizeof(statement->key.id), paper->id))
        return ERR(ERR_MALFORMED, 0, "statement");
    (void)text_copy(statement->key_id, sizeof(statement->key_id), paper->key_id); /* same size */
    statement->key.version = paper->version;
    statement->key.not_before_s = said.not_before_s;
    statement->key.not_after_s = said.not_after_s;
    statement->key.revoked = said.revoked_s != 0;
    memcpy(statement->key.public_key, said.public_key, sizeof(said.public_key));
    memcpy(statement->seal, paper->seal, sizeof(statement->seal));
    memcpy(statement->body, paper->body.at, paper->body.len);
    statement->body_len = paper->body.len;
    pile->count++;
    return ERR_OK;
}

static bool add_stored(void *context, const struct inbox_document *document)
{
    const struct paper paper = {.id = document->id,
                                .key_id = document->key_id,
                                .version = document->version,
                                .seal = document->seal,
                                .body = {document->body, document->body_len}};
    struct err e = add(context, &paper);
    return e.code != ERR_NO_ROOM; /* what cannot be read was checked when it came */
}

struct err ring_load(struct inbox *inbox, const char *kiosk, struct keyring *ring)
{
    CLEANUP(pile_done) struct pile *pile = calloc(1, sizeof(*pile));
    if (pile == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = inbox_scan(inbox, KEYRING_STATEMENT, add_stored, pile);
    if (!failed(e))
        keyring_take_stored(ring, kiosk, pile->statements, pile->count);
    return e;
}

static_assert(FEED_DOCUMENTS_MAX <= KEYRING_MAX, "all that a feed says of keys is heard");

static struct err add_arriving(struct pile *pile, const struct feed_document *document)
{
    const struct paper paper = {.id = document->id,
                                .key_id = document->key_id,
                                .version = document->version,
                                .seal = document->seal,
                                .body = {document->body, document->body_len}};
    return add(pile, &paper);
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
    CLEANUP(pile_done) struct pile *pile = calloc(1, sizeof(*pile));
    struct err fates[FEED_DOCUMENTS_MAX] = {{ERR_NONE, 0, NULL}};
    struct err heard[FEED_DOCUMENTS_MAX];
    size_t next = 0;

    if (pile == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    for (size_t i = 0; i < feed->count; i++) {
        if (text_same(feed->documents[i].type, KEYRING_STATEMENT))
            fates[i] = add_arriving(pile, &feed->documents[i]);
    }
    keyring_take_arriving(ring, kiosk, now_s, pile->statements, pile->count, heard);
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
    bool found;
};

static bool look_at(void *context, const char *key_id)
{
    struct look *look = context;
    look->found = !keyring_counts(look->ring, key_id);
    return !look->found;
}

struct err ring_find_foreign(struct inbox *inbox, const struct keyring *ring, bool *out_found)
{
    struct look look = {.ring = ring};
    struct err e = inbox_sealers(inbox, look_at, &look);
    if (!failed(e))
        *out_found = look.found;
    return e;
}
