/* The list is a file and what is said of it a row: whichever of the two an interruption left behind
 * is brought up by key_desk_settle(). */
#include "sync/gateway/key_desk.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "sync/gateway/key_tree.h"
#include "sync/gateway/publish.h"
#include "sync/wire/document.h"

#define NOT_FOUND SIZE_MAX
#define VERSION_SIZE 21

/* What is kept of a key. */
struct said {
    bool is_known;                     /* who introduced it */
    char introducer[SEAL_KEY_ID_SIZE]; /* "": it is of the first list */
    bool is_told;
    struct document_key key;
    char speaker[SEAL_KEY_ID_SIZE]; /* "": it is not sealed */
};

static void pair_done(struct seal_key **pair)
{
    seal_key_destroy(*pair);
}

static struct err load(struct store *store, const char *id, struct said *out_said)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    struct said said = {.is_known = false};
    uint8_t body[DOCUMENT_BODY_MAX];

    struct err e =
        store_query(store,
                    "SELECT introducer, speaker, body FROM (SELECT ?1 AS id)"
                    " LEFT JOIN platform_keys USING (id)"
                    " LEFT JOIN documents ON documents.id = ?1 AND type = '" KEYRING_STATEMENT "'",
                    VALUES(V_TEXT(id)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    size_t len = (size_t)sqlite3_column_bytes(query, 2);
    said.is_known = sqlite3_column_type(query, 0) != SQLITE_NULL;
    column_text(query, 0, said.introducer, sizeof(said.introducer));
    column_text(query, 1, said.speaker, sizeof(said.speaker));
    said.is_told = sqlite3_column_type(query, 2) != SQLITE_NULL;
    if (said.is_told && len > sizeof(body))
        return ERR(ERR_NO_ROOM, len, "statement");
    if (said.is_told) {
        column_blob(query, 2, body, len);
        e = document_read_key((struct bytes){body, len}, &said.key);
    }
    if (!failed(e))
        *out_said = said;
    return e;
}

static size_t index_of(const struct keyring *ring, const char *id)
{
    const struct keyring_key *key = keyring_find(ring, id);
    return key == NULL ? NOT_FOUND : (size_t)(key - ring->keys);
}

/* Whether the list still begins as it did, so that its first key is above all others for everybody;
 * of an earlier release's it is not known and taken to be so. */
static struct err begins_as_ever(struct store *store, const struct keyring *ring, bool *out_does)
{
    bool is_first = false;
    bool any = false;

    struct err e = store_has(store,
                             "SELECT 1 FROM platform_keys WHERE id = ? AND introducer = '' AND"
                             " rowid = (SELECT min(rowid) FROM platform_keys)",
                             VALUES(V_TEXT(ring->keys[0].id)), &is_first);
    if (!failed(e)) {
        e = store_has(store, "SELECT 1 FROM platform_keys WHERE introducer = ? LIMIT 1",
                      VALUES(V_TEXT("")), &any);
    }
    if (!failed(e))
        *out_does = is_first || !any;
    return e;
}

/* For a key whose introducer was taken out of the list the first one speaks; when that is another
 * than it was, nobody does: kiosks hold it for fallen. */
static struct err add_introducers(struct store *store, struct keyring *ring)
{
    bool as_ever = false;

    struct err e = begins_as_ever(store, ring, &as_ever);
    for (size_t i = 1; i < ring->count && !failed(e); i++) {
        struct keyring_key *key = &ring->keys[i];
        struct said said;
        e = load(store, key->id, &said);
        if (failed(e))
            return e;
        bool is_first = said.is_known && said.introducer[0] == '\0';
        bool is_here = said.is_known && keyring_find(ring, said.introducer) != NULL;
        const char *introducer = is_here ? said.introducer : ring->keys[0].id;
        (void)text_copy(key->introducer, SEAL_KEY_ID_SIZE, is_first ? "" : introducer);
        key->revoked = key->revoked || (!is_first && !is_here && !as_ever);
    }
    return e;
}

struct err key_desk_begin(struct store *store, const struct keyring *list)
{
    struct err e = ERR_OK;
    for (size_t i = 0; i < list->count && !failed(e); i++) {
        e = store_run(store, "INSERT INTO platform_keys(id, introducer) VALUES(?, '')",
                      VALUES(V_TEXT(list->keys[i].id)));
    }
    return e;
}

struct err key_desk_open(struct store *store, const char *dir, int64_t now_s,
                         struct key_desk *out_desk)
{
    *out_desk = (struct key_desk){.store = store, .dir = dir, .now_s = now_s};
    struct err e = store_begin(store, &out_desk->work);
    if (!failed(e))
        e = keys_folder_read(dir, &out_desk->folder);
    if (!failed(e)) {
        out_desk->ring = out_desk->folder.list;
        e = add_introducers(store, &out_desk->ring);
    }
    return e;
}

void key_desk_close(struct key_desk *desk)
{
    transaction_done(&desk->work);
}

static bool is_in_validity(const struct keyring_key *key, int64_t now_s)
{
    return now_s >= key->not_before_s && now_s < key->not_after_s;
}

/* A revocation is said again as it was said first: to those who have not heard of it. */
static bool may_say(const struct key_desk *desk, size_t speaker, const char *subject, bool revoked)
{
    struct keyring ring = desk->ring;
    size_t at = index_of(&ring, subject);
    if (at != NOT_FOUND)
        ring.keys[at].revoked = false;
    return !failed(keyring_may_say(&ring, desk->now_s, ring.keys[speaker].id, subject, revoked));
}

/* `is_fresh`: no kiosk knows the subject. Another one that is not in the list is left to the first,
 * whom each kiosk believes whatever it knows of the subject. */
static bool is_eligible(const struct key_desk *desk, size_t speaker, const char *subject,
                        bool revoked, bool is_fresh)
{
    bool is_listed = keyring_find(&desk->ring, subject) != NULL;
    return (speaker == 0 || is_listed || is_fresh) && may_say(desk, speaker, subject, revoked);
}

static void tell_who(struct key_desk *desk, const char *subject, bool revoked, bool is_fresh)
{
    char ids[KEYRING_FILE_MAX * (SEAL_KEY_ID_SIZE + 4)] = "";

    for (size_t i = 0; i < desk->ring.count; i++) {
        size_t used = strlen(ids);
        if (is_eligible(desk, i, subject, revoked, is_fresh)) {
            (void)text_print(ids + used, sizeof(ids) - used, "%s%s", used > 0 ? " or " : "",
                             desk->ring.keys[i].id); /* each fits */
        }
    }
    (void)text_print(desk->message, sizeof(desk->message),
                     ids[0] == '\0' ? "%s: no key may tell kiosks of it any more%s%s"
                                    : "%s: kiosks believe that of %s alone: put its private half"
                                      " (platform-ID.key) into %s",
                     subject, ids, ids[0] == '\0' ? "" : desk->dir);
}

/* The highest key that may say it and is here; NOT_FOUND with a message. */
static struct err choose(struct key_desk *desk, const char *subject, bool revoked, bool is_fresh,
                         struct seal_key **out_pair)
{
    for (size_t i = 0; i < desk->ring.count; i++) {
        if (!is_eligible(desk, i, subject, revoked, is_fresh))
            continue;
        struct err e = keys_folder_open(desk->dir, desk->ring.keys[i].id, out_pair);
        if (e.code != ERR_NOT_FOUND)
            return e;
    }
    tell_who(desk, subject, revoked, is_fresh);
    return ERR(ERR_NOT_FOUND, 0, "a key that may say so");
}

static struct err check_room(struct key_desk *desk, const struct seal_key *speaker,
                             const char *subject)
{
    bool has_room = false;

    struct err e = key_tree_has_room(desk->store, seal_key_id(speaker), subject, &has_room);
    if (failed(e) || has_room)
        return e;
    (void)text_print(
        desk->message, sizeof(desk->message),
        "kiosks take no more than %d keys, revoked ones too, from %s and from whom it"
        " introduced: take its private half (platform-ID.key) out of %s and put the one"
        " of another key there that the platform had from the beginning",
        KEYRING_INTRODUCED_MAX, seal_key_id(speaker), desk->dir); /* it fits */
    return ERR(ERR_NOT_FOUND, KEYRING_INTRODUCED_MAX, "a key with room for another one");
}

static struct err keep(struct store *store, const char *id, const struct seal_key *speaker,
                       const struct document_key *said)
{
    uint8_t body[DOCUMENT_BODY_MAX];
    uint8_t seal[SEAL_LEN];
    char number[VERSION_SIZE];
    size_t len = 0;
    uint64_t version = 0;

    struct err e = document_write_key(said, body, &len);
    if (!failed(e))
        e = publish_key(store, id, (struct bytes){body, len}, &version);
    (void)text_print(number, sizeof(number), "%llu", (unsigned long long)version); /* it fits */
    const struct seal_message message = {
        .context = SEAL_STATEMENT, .parts = {id, number}, .body = {body, len}};
    if (!failed(e))
        e = seal_sign(speaker, &message, seal);
    const char *by = seal_key_id(speaker);
    if (failed(e))
        return e;
    return store_run(store,
                     "INSERT INTO platform_keys(id, introducer, speaker, seal) VALUES(?, ?, ?, ?)"
                     " ON CONFLICT(id) DO UPDATE SET"
                     " introducer = iif(introducer = '', '', excluded.introducer),"
                     " speaker = excluded.speaker, seal = excluded.seal",
                     VALUES(V_TEXT(id), V_TEXT(by), V_TEXT(by), V_BLOB(seal, SEAL_LEN)));
}

static bool same(const struct document_key *a, const struct document_key *b)
{
    return a->not_before_s == b->not_before_s && a->not_after_s == b->not_after_s &&
           (a->revoked_s != 0) == (b->revoked_s != 0);
}

/* Make the statement, unless it stands so already. */
static struct err say(struct key_desk *desk, const char *id, const struct document_key *key,
                      bool is_fresh)
{
    CLEANUP(pair_done) struct seal_key *speaker = NULL;
    struct document_key wanted = *key;
    struct said said;

    struct err e = load(desk->store, id, &said);
    if (!failed(e))
        e = choose(desk, id, wanted.revoked_s != 0, is_fresh, &speaker);
    if (!failed(e) && wanted.revoked_s == 0)
        e = check_room(desk, speaker, id);
    if (failed(e))
        return e;
    if (said.is_told && same(&said.key, &wanted)) {
        if (text_same(said.speaker, seal_key_id(speaker)))
            return ERR_OK;
        wanted.revoked_s = said.key.revoked_s;
    }
    e = keep(desk->store, id, speaker, &wanted);
    size_t at = index_of(&desk->ring, id);
    if (!failed(e) && at != NOT_FOUND && desk->ring.keys[at].introducer[0] != '\0')
        (void)text_copy(desk->ring.keys[at].introducer, SEAL_KEY_ID_SIZE, seal_key_id(speaker));
    return e;
}

static struct document_key facts_of(const struct keyring_key *key, int64_t revoked_s)
{
    struct document_key facts = {
        .not_before_s = key->not_before_s, .not_after_s = key->not_after_s, .revoked_s = revoked_s};
    memcpy(facts.public_key, key->public_key, sizeof(facts.public_key));
    return facts;
}

static struct err say_of(struct key_desk *desk, size_t at)
{
    const struct keyring_key *key = &desk->ring.keys[at];
    const struct document_key facts = facts_of(key, key->revoked ? desk->now_s : 0);
    return say(desk, key->id, &facts, false);
}

struct err key_add(struct key_desk *desk, int64_t days, size_t *out_at)
{
    CLEANUP(pair_done) struct seal_key *speaker = NULL;
    size_t at = 0;

    struct err e = choose(desk, "a new key", false, true, &speaker);
    if (!failed(e))
        e = check_room(desk, speaker, "");
    if (!failed(e))
        e = keys_folder_add(desk->dir, desk->now_s, days, &desk->folder, &at);
    if (failed(e))
        return e;
    const struct keyring_key *key = &desk->folder.list.keys[at];
    const struct document_key facts = facts_of(key, 0);
    e = say(desk, key->id, &facts, true);
    if (!failed(e))
        e = transaction_commit(&desk->work);
    if (!failed(e))
        *out_at = at;
    return e;
}

static struct err refuse(struct key_desk *desk, const char *id, const char *why)
{
    (void)text_print(desk->message, sizeof(desk->message), "%s%s", id, why); /* it fits */
    return ERR(ERR_CONFLICT, 0, "key");
}

struct err key_activate(struct key_desk *desk, size_t at)
{
    CLEANUP(pair_done) struct seal_key *pair = NULL;
    const struct keyring_key *key = &desk->ring.keys[at];

    if (key->revoked || !is_in_validity(key, desk->now_s) ||
        failed(keys_folder_open(desk->dir, key->id, &pair))) {
        return refuse(desk, key->id,
                      ": revoked, outside its validity, or its private half is not here");
    }
    struct err e = ERR_OK;
    if (key->introducer[0] != '\0')
        e = say_of(desk, at);
    bool told = false;
    if (e.code == ERR_NOT_FOUND && !failed(key_is_told(desk, at, &told)) && told)
        e = ERR_OK; /* by one who is away now */
    if (!failed(e) && !keyring_counts(&desk->ring, key->id))
        return refuse(desk, key->id, ": it was introduced by a key that is revoked");
    if (!failed(e))
        e = transaction_commit(&desk->work);
    return failed(e) ? e : keys_folder_activate(desk->dir, key->id);
}

/* Whether somebody stands behind a statement about key `id` for a kiosk that hears it now. Whoever
 * was introduced by a key that fell shall fall with it, and is left so. */
static bool stands(const struct key_desk *desk, const char *id, const struct said *said)
{
    const struct keyring_key *speaker = keyring_find(&desk->ring, said->speaker);
    if (said->speaker[0] == '\0')
        return false;
    if (said->key.revoked_s == 0 || text_same(said->speaker, id))
        return true;
    return speaker != NULL && keyring_counts(&desk->ring, speaker->id) &&
           is_in_validity(speaker, desk->now_s);
}

static struct err mend(struct key_desk *desk, const char *id)
{
    struct said said;

    struct err e = load(desk->store, id, &said);
    if (failed(e) || !said.is_told || stands(desk, id, &said))
        return e;
    return say(desk, id, &said.key, false);
}

static struct err told_ids(struct store *store, char (*out_ids)[SEAL_KEY_ID_SIZE],
                           size_t *out_count)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    size_t count = 0;

    struct err e = store_query(store,
                               "SELECT id FROM documents WHERE type = '" KEYRING_STATEMENT "'"
                               " ORDER BY cursor DESC LIMIT ?",
                               VALUES(V_NUMBER(KEYRING_MAX)), &query);
    while (!failed(e) && !failed(e = store_row(query)))
        column_text(query, 0, out_ids[count++], SEAL_KEY_ID_SIZE);
    if (e.code != ERR_NOT_FOUND)
        return e;
    *out_count = count;
    return ERR_OK;
}

/* Make each anew that has nobody behind it; how many cannot be made, the last of them in the
 * message. */
static struct err mend_all(struct key_desk *desk, size_t *out_untold)
{
    char ids[KEYRING_MAX][SEAL_KEY_ID_SIZE];
    size_t untold = 0;
    size_t count = 0;

    struct err e = told_ids(desk->store, ids, &count);
    for (size_t i = 0; i < count && !failed(e); i++) {
        e = mend(desk, ids[i]);
        untold += e.code == ERR_NOT_FOUND ? 1 : 0;
        e = e.code == ERR_NOT_FOUND ? ERR_OK : e;
    }
    if (!failed(e))
        *out_untold = untold;
    return e;
}

struct err key_revoke(struct key_desk *desk, size_t at)
{
    struct keyring after = desk->ring;
    size_t before = 0;
    size_t untold = 0;

    after.keys[at].revoked = true;
    if (text_same(after.keys[at].id, desk->folder.active))
        return refuse(desk, after.keys[at].id, " is the active key: activate another one first");
    if (!keyring_counts(&after, desk->folder.active)) {
        return refuse(desk, desk->folder.active,
                      ", the active key, would fall with it: activate it again with the private"
                      " half of a higher key in the folder, or another one");
    }
    struct err e = mend_all(desk, &before);
    for (size_t i = 0; i < after.count; i++)
        memcpy(after.keys[i].introducer, desk->ring.keys[i].introducer, SEAL_KEY_ID_SIZE);
    desk->ring = after;
    if (!failed(e))
        e = say_of(desk, at);
    if (!failed(e))
        e = mend_all(desk, &untold);
    if (!failed(e) && untold > before)
        return ERR(ERR_NOT_FOUND, 0, "a key that may repeat what it said");
    if (!failed(e))
        e = transaction_commit(&desk->work);
    desk->folder.list.keys[at].revoked = true;
    return failed(e) ? e : keys_folder_write(desk->dir, &desk->folder.list);
}

/* A revocation is final wherever it stands, in the list or in a statement. */
static struct err agree(struct key_desk *desk, size_t at, bool *in_out_changed,
                        size_t *in_out_untold)
{
    struct keyring_key *key = &desk->ring.keys[at];
    struct said said;

    struct err e = load(desk->store, key->id, &said);
    if (failed(e))
        return e;
    bool is_said = said.is_told && said.key.revoked_s != 0;
    if (is_said && !key->revoked) {
        key->revoked = desk->folder.list.keys[at].revoked = true;
        *in_out_changed = true;
    }
    if (is_said || !desk->folder.list.keys[at].revoked)
        return ERR_OK;
    e = say_of(desk, at);
    *in_out_untold += e.code == ERR_NOT_FOUND ? 1 : 0;
    return e.code == ERR_NOT_FOUND ? ERR_OK : e;
}

struct err key_desk_settle(struct key_desk *desk, size_t *out_untold)
{
    size_t revocations = 0;
    size_t untold = 0;
    bool changed = false;
    struct err e = ERR_OK;

    for (size_t i = 0; i < desk->ring.count && !failed(e); i++)
        e = agree(desk, i, &changed, &revocations);
    if (!failed(e))
        e = mend_all(desk, &untold);
    if (!failed(e))
        e = transaction_commit(&desk->work);
    if (!failed(e) && changed)
        e = keys_folder_write(desk->dir, &desk->folder.list);
    if (!failed(e))
        *out_untold = revocations + untold;
    return e;
}

struct err key_is_told(const struct key_desk *desk, size_t at, bool *out_told)
{
    const struct keyring_key *key = &desk->ring.keys[at];
    struct said said;

    struct err e = load(desk->store, key->id, &said);
    if (failed(e))
        return e;
    bool needs = key->revoked || key->introducer[0] != '\0';
    *out_told = !needs || (said.is_told && said.speaker[0] != '\0' &&
                           (said.key.revoked_s != 0) == key->revoked);
    return ERR_OK;
}
