/* key_feed.h - feeds that a test makes: statements about keys, and notices. */
#ifndef TESTS_UNIT_KEY_FEED_H
#define TESTS_UNIT_KEY_FEED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "sync/wire/document.h"
#include "tests/unit/syncd_room.h"

/* A second key of the platform, which only a statement can introduce. */
static inline struct seal_key *other_key(struct room *room)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/other.pem", room->folder);
    return fake_key(path);
}

static inline struct feed *feed_of(uint64_t cursor)
{
    struct feed *feed = calloc(1, sizeof(*feed));
    assert_non_null(feed);
    feed->cursor = cursor;
    return feed;
}

static inline void add(struct feed *feed, const char *type, const char *id, uint64_t version,
                       struct bytes body)
{
    struct feed_document *document = &feed->documents[feed->count++];
    (void)text_copy(document->type, sizeof(document->type), type);
    (void)text_copy(document->id, sizeof(document->id), id);
    document->version = version;
    memcpy(document->body, body.at, body.len);
    document->body_len = body.len;
}

static inline void add_notice(struct feed *feed, const char *id)
{
    add(feed, "notice", id, 1, (struct bytes){(const uint8_t *)"{}", 2});
}

static inline void add_key(struct feed *feed, const struct seal_key *key, uint64_t version,
                           const struct document_key *facts)
{
    struct document_key said = *facts;
    uint8_t body[DOCUMENT_BODY_MAX];
    size_t len = 0;
    memcpy(said.public_key, seal_key_public(key), sizeof(said.public_key));
    assert_false(failed(document_write_key(&said, body, &len)));
    add(feed, KEYRING_STATEMENT, seal_key_id(key), version, (struct bytes){body, len});
}

static const struct document_key fine = {.not_after_s = 4000000000};
static const struct document_key revoked = {.not_after_s = 4000000000, .revoked_s = 1};

/* All of it sealed by `key`, but what was sealed before. */
static inline void give_of(struct room *room, const struct seal_key *key, struct feed *feed,
                           const char *generation)
{
    struct ack ack = room_ack(room, 0);
    (void)text_copy(ack.generation, sizeof(ack.generation), generation);
    room_round(room, 60000);
    fake_feed(room->http, key, feed, &ack);
    free(feed);
    room_round(room, 1);
}

static inline void give(struct room *room, const struct seal_key *key, struct feed *feed)
{
    const struct ack ack = room_ack(room, 0);
    give_of(room, key, feed, ack.generation);
}

/* The statement of the feed's last document is by `key`. */
static inline void seal_last(const struct seal_key *key, struct feed *feed)
{
    struct feed_document *document = &feed->documents[feed->count - 1];
    char version[24];
    (void)snprintf(version, sizeof(version), "%llu", (unsigned long long)document->version);
    (void)text_copy(document->key_id, sizeof(document->key_id), seal_key_id(key));
    const struct seal_message message = {.context = SEAL_STATEMENT,
                                         .parts = {document->id, version},
                                         .body = {document->body, document->body_len}};
    assert_false(failed(seal_sign(key, &message, document->seal)));
}

/* A file with two keys, the room's the lower one. */
static inline void put_above(struct room *room, const struct seal_key *key)
{
    struct keyring *keys = &room->desk.keys;
    keys->keys[1] = keys->keys[0];
    keys->count = 2;
    memcpy(keys->keys[0].id, seal_key_id(key), SEAL_KEY_ID_SIZE);
    memcpy(keys->keys[0].public_key, seal_key_public(key), SEAL_PUBLIC_LEN);
}

static inline bool sealed_by(struct room *room, const char *id, const struct seal_key *key)
{
    static struct inbox_document document;
    struct err e = inbox_get(room->desk.store.inbox, "notice", id, &document);
    return !failed(e) && text_same(document.key_id, seal_key_id(key));
}

static inline const char *trouble(const struct room *room)
{
    return room->desk.store.state.trouble;
}

#endif
