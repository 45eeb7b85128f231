/* key_desk_room.h - a platform's keys, and kiosks that hear of them when they ask. */
#ifndef TESTS_UNIT_KEY_DESK_ROOM_H
#define TESTS_UNIT_KEY_DESK_ROOM_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/key_desk.h"
#include "sync/gateway/publish.h"
#include "sync/wire/document.h"
#include "tests/unit/unit.h"

#define NOW_S INT64_C(1780000000)
#define KIOSKS 4
#define KIOSK "hall-1"

/* A kiosk: what it was given, and what it has heard and kept since. */
struct kiosk {
    struct keyring given, ring;
    uint64_t cursor;
    size_t kept_count;
    struct keyring_statement kept[KEYRING_MAX];
};

static struct world {
    char dir[64];
    struct store *store;
    struct kiosk kiosks[KIOSKS];
} world;

static unsigned heard_all, refused_all, told_all;

static inline int set_up(void **state)
{
    struct keys_folder folder;
    (void)state;
    memset(&world, 0, sizeof(world));
    (void)text_copy(world.dir, sizeof(world.dir), "/tmp/test_keys.XXXXXX");
    assert_non_null(mkdtemp(world.dir));
    assert_int_equal(keys_folder_make(world.dir, NOW_S).code, ERR_NONE);
    assert_int_equal(keys_folder_read(world.dir, &folder).code, ERR_NONE);
    assert_int_equal(store_open(":memory:", true, &world.store).code, ERR_NONE);
    CLEANUP(transaction_done) struct transaction work = {0};
    assert_int_equal(store_begin(world.store, &work).code, ERR_NONE);
    assert_int_equal(key_desk_begin(world.store, &folder.list).code, ERR_NONE);
    assert_int_equal(transaction_commit(&work).code, ERR_NONE);
    return 0;
}

static inline int remove_one(const char *path, const struct stat *what, int type, struct FTW *where)
{
    (void)what;
    (void)type;
    (void)where;
    return remove(path);
}

static inline int tear_down(void **state)
{
    (void)state;
    store_close(world.store);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread */
    return nftw(world.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline struct keyring list_now(void)
{
    struct keys_folder folder;
    assert_int_equal(keys_folder_read(world.dir, &folder).code, ERR_NONE);
    return folder.list;
}

static inline void id_at(size_t at, char out[SEAL_KEY_ID_SIZE])
{
    struct keyring list = list_now();
    assert_true(at < list.count);
    memcpy(out, list.keys[at].id, SEAL_KEY_ID_SIZE);
}

static inline void enrol(struct kiosk *kiosk)
{
    memset(kiosk, 0, sizeof(*kiosk));
    kiosk->given = kiosk->ring = list_now();
}

static inline void private_half(const char *id, bool here)
{
    char in[128];
    char away[128];
    (void)text_print(in, sizeof(in), "%s/platform-%s.key", world.dir, id);
    (void)text_print(away, sizeof(away), "%s/away-%s", world.dir, id);
    (void)(here ? rename(away, in) : rename(in, away)); /* it may be there already */
}

static inline struct keyring_statement statement_of(const struct feed_document *document)
{
    struct keyring_statement made = {.body_len = document->body_len};
    struct document_key said;
    assert_int_equal(
        document_read_key((struct bytes){document->body, document->body_len}, &said).code,
        ERR_NONE);
    (void)text_copy(made.key.id, sizeof(made.key.id), document->id);
    (void)text_copy(made.key_id, sizeof(made.key_id), document->key_id);
    made.key.version = document->version;
    made.key.not_before_s = said.not_before_s;
    made.key.not_after_s = said.not_after_s;
    made.key.revoked = said.revoked_s != 0;
    memcpy(made.key.public_key, said.public_key, sizeof(said.public_key));
    memcpy(made.seal, document->seal, sizeof(made.seal));
    memcpy(made.body, document->body, document->body_len);
    return made;
}

static inline void keep(struct kiosk *kiosk, const struct keyring_statement *taken)
{
    size_t at = 0;
    while (at < kiosk->kept_count && !text_same(kiosk->kept[at].key.id, taken->key.id))
        at++;
    if (at < kiosk->kept_count && kiosk->kept[at].key.version > taken->key.version)
        return;
    kiosk->kept[at] = *taken;
    kiosk->kept_count += at == kiosk->kept_count ? 1 : 0;
}

/* Whether a statement that was refused needs to be believed: nobody is told of what fell. */
static inline bool matters(const struct keyring *ring, const struct keyring_statement *statement)
{
    return statement->key.revoked || keyring_counts(ring, statement->key.id);
}

/* The kiosk asks for what is new; how many statements it did not believe that matter. */
static inline unsigned ask(struct kiosk *kiosk, const struct keyring *platform)
{
    static struct feed_document page[FEED_DOCUMENTS_MAX];
    static struct keyring_statement statements[FEED_DOCUMENTS_MAX];
    CLEANUP(transaction_done) struct transaction work = {0};
    struct err fates[FEED_DOCUMENTS_MAX];
    size_t count = 0;
    unsigned refused = 0;
    const struct publish_reader reader = {KIOSK, kiosk->cursor, NOW_S};
    assert_int_equal(store_begin(world.store, &work).code, ERR_NONE);
    assert_int_equal(published_after(world.store, &reader, page, &count, &kiosk->cursor).code,
                     ERR_NONE);
    for (size_t i = 0; i < count; i++)
        statements[i] = statement_of(&page[i]);
    keyring_take_arriving(&kiosk->ring, &(const struct keyring_hearer){KIOSK, NOW_S}, statements,
                          count, fates);
    for (size_t i = 0; i < count; i++) {
        heard_all++;
        if (!failed(fates[i]))
            keep(kiosk, &statements[i]);
        else if (matters(platform, &statements[i]))
            refused++;
    }
    return refused;
}

static inline struct keyring platform_ring(char out_active[SEAL_KEY_ID_SIZE])
{
    CLEANUP(key_desk_close) struct key_desk desk = {.store = NULL};
    assert_int_equal(key_desk_open(world.store, world.dir, NOW_S, &desk).code, ERR_NONE);
    memcpy(out_active, desk.folder.active, SEAL_KEY_ID_SIZE);
    return desk.ring;
}

/* Every kiosk believes what it hears, and knows of each key what the platform does; so it does when
 * it starts anew with what it kept. */
static inline void expect_agreement(struct kiosk *kiosk)
{
    char active[SEAL_KEY_ID_SIZE];
    struct keyring platform = platform_ring(active);
    unsigned refused = ask(kiosk, &platform);
    refused_all += refused;
    assert_int_equal(refused, 0);
    struct keyring again = kiosk->given;
    keyring_take_stored(&again, KIOSK, kiosk->kept, kiosk->kept_count);
    assert_true(keyring_counts(&kiosk->ring, active));
    for (size_t i = 0; i < platform.count; i++) {
        const char *id = platform.keys[i].id;
        bool counts = keyring_counts(&platform, id);
        if (counts)
            assert_true(keyring_counts(&kiosk->ring, id));
        if (list_now().keys[i].revoked)
            assert_false(keyring_counts(&kiosk->ring, id));
        assert_int_equal(keyring_counts(&again, id), keyring_counts(&kiosk->ring, id));
    }
}

enum act { ADD, ACTIVATE, REVOKE };

static inline struct err act(enum act what, size_t at, char *out_message)
{
    CLEANUP(key_desk_close) struct key_desk desk = {.store = NULL};
    size_t made = 0;
    struct err e = ERR_OK;
    assert_int_equal(key_desk_open(world.store, world.dir, NOW_S, &desk).code, ERR_NONE);
    switch (what) {
    case ADD:
        e = key_add(&desk, 3650, &made);
        break;
    case ACTIVATE:
        e = key_activate(&desk, at);
        break;
    case REVOKE:
        e = key_revoke(&desk, at);
        break;
    }
    if (out_message != NULL)
        (void)text_copy(out_message, KEY_DESK_MESSAGE_SIZE, desk.message);
    told_all += failed(e) ? 0 : 1;
    return e;
}

/* As an operator may, by hand, when the list is full. */
static inline void take_one_out(void)
{
    struct keyring list = list_now();
    size_t at = 0;
    while (at < list.count && !list.keys[at].revoked)
        at++;
    if (at == list.count)
        return;
    memmove(&list.keys[at], &list.keys[at + 1], (list.count - at - 1) * sizeof(list.keys[0]));
    list.count--;
    assert_int_equal(keys_folder_write(world.dir, &list).code, ERR_NONE);
}

#endif
