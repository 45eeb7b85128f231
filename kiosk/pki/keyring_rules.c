/* Who may say what of which key, and which seal counts. */
#include "kiosk/pki/keyring.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "kiosk/base/text.h"

#define NUMBER_SIZE 21

/* What arrives is judged by who speaks now; what is stored was judged so when it came. */
struct hearing {
    const char *kiosk;
    bool arriving;
    int64_t now_s;
};

const struct keyring_key *keyring_find(const struct keyring *ring, const char *id)
{
    for (size_t i = 0; i < ring->count; i++) {
        if (text_same(ring->keys[i].id, id))
            return &ring->keys[i];
    }
    return NULL;
}

/* NULL: `key` is of the file. */
static const struct keyring_key *introducer_of(const struct keyring *ring,
                                               const struct keyring_key *key)
{
    return key->introducer[0] == '\0' ? NULL : keyring_find(ring, key->introducer);
}

/* The key of the file that `key` is, or stands under. Each was known before those under it, and
 * moves only upwards: there is no circle. */
static const struct keyring_key *root_of(const struct keyring *ring, const struct keyring_key *key)
{
    const struct keyring_key *above = introducer_of(ring, key);
    while (above != NULL) {
        key = above;
        above = introducer_of(ring, key);
    }
    return key;
}

bool keyring_counts(const struct keyring *ring, const char *id)
{
    const struct keyring_key *key = keyring_find(ring, id);
    bool counts = key != NULL;
    for (; key != NULL && counts; key = introducer_of(ring, key))
        counts = !key->revoked;
    return counts;
}

static bool in_validity(const struct keyring_key *key, int64_t now_s)
{
    return now_s >= key->not_before_s && now_s < key->not_after_s;
}

struct err keyring_verify_stored(const struct keyring *ring, const char *key_id,
                                 const struct seal_message *message, const uint8_t seal[SEAL_LEN])
{
    const struct keyring_key *key = keyring_find(ring, key_id);
    if (key == NULL)
        return ERR(ERR_DENIED, 0, "sealed by a key that is not known");
    if (!keyring_counts(ring, key_id))
        return ERR(ERR_DENIED, 0, "sealed by a key that is revoked");
    return seal_verify(key->public_key, message, (struct bytes){seal, SEAL_LEN});
}

struct err keyring_verify_arriving(const struct keyring *ring, int64_t now_s, const char *key_id,
                                   const struct seal_message *message, const uint8_t seal[SEAL_LEN])
{
    const struct keyring_key *key = keyring_find(ring, key_id);
    if (key != NULL && !in_validity(key, now_s))
        return ERR(ERR_DENIED, 0, "sealed by a key outside its validity");
    return keyring_verify_stored(ring, key_id, message, seal);
}

static struct seal_message message_of(const struct keyring_document *document,
                                      char version[NUMBER_SIZE])
{
    (void)text_print(version, NUMBER_SIZE, "%" PRIu64, document->version); /* it fits */
    return (struct seal_message){
        .context = SEAL_DOCUMENT,
        .parts = {document->kiosk, document->type, document->id, version},
        .body = document->body,
    };
}

struct err keyring_document_arriving(const struct keyring *ring, int64_t now_s,
                                     const struct keyring_document *document)
{
    char version[NUMBER_SIZE];
    struct seal_message message = message_of(document, version);
    return keyring_verify_arriving(ring, now_s, document->key_id, &message, document->seal);
}

struct err keyring_document_stored(const struct keyring *ring,
                                   const struct keyring_document *document)
{
    char version[NUMBER_SIZE];
    struct seal_message message = message_of(document, version);
    return keyring_verify_stored(ring, document->key_id, &message, document->seal);
}

/* Above in rank: introduced it, or is of the file and stands before what it is under. */
static bool outranks(const struct keyring *ring, const struct keyring_key *speaker,
                     const struct keyring_key *key)
{
    if (speaker->introducer[0] == '\0' && speaker < root_of(ring, key))
        return true;
    const struct keyring_key *above = introducer_of(ring, key);
    while (above != NULL && above != speaker)
        above = introducer_of(ring, above);
    return above != NULL;
}

static size_t count_under(const struct keyring *ring, const struct keyring_key *root)
{
    size_t count = 0;
    for (size_t i = 0; i < ring->count; i++) {
        const struct keyring_key *key = &ring->keys[i];
        count += key->introducer[0] != '\0' && root_of(ring, key) == root ? 1 : 0;
    }
    return count;
}

static struct err introduce(struct keyring *ring, const struct keyring_key *speaker,
                            const struct keyring_key *said)
{
    if (ring->count == KEYRING_MAX ||
        count_under(ring, root_of(ring, speaker)) >= KEYRING_INTRODUCED_MAX)
        return ERR(ERR_NO_ROOM, 0, "introduced keys");
    struct keyring_key key = *said;
    memcpy(key.introducer, speaker->id, sizeof(key.introducer));
    ring->keys[ring->count++] = key;
    return ERR_OK;
}

/* Its seal may take the place of the one that is kept, so even a repetition is not for everybody:
 * what is kept is heard again without what came before it. */
static struct err check_authority(const struct keyring *ring, const struct keyring_key *speaker,
                                  const struct keyring_key *known, bool revoked)
{
    bool of_file = known->introducer[0] == '\0';
    bool fine = speaker == known ? of_file && revoked : outranks(ring, speaker, known);
    return fine ? ERR_OK : ERR(ERR_DENIED, 0, "not that key's to say");
}

/* `said` is of the version that is known, or of a later one. */
static void change(const struct keyring *ring, const struct keyring_key *speaker,
                   const struct keyring_key *said, struct keyring_key *known)
{
    const struct keyring_key *above = introducer_of(ring, known);

    known->revoked = said->revoked;
    if (said->version > known->version && above != NULL) {
        known->not_before_s = said->not_before_s;
        known->not_after_s = said->not_after_s;
    }
    known->version = said->version;
    if (above != NULL && outranks(ring, speaker, above))
        memcpy(known->introducer, speaker->id, sizeof(known->introducer));
}

static struct err check_statement(const struct keyring_statement *statement)
{
    const struct keyring_key *key = &statement->key;
    char id[SEAL_KEY_ID_SIZE];

    seal_public_id(key->public_key, id);
    if (!text_same(key->id, id) || key->not_after_s <= key->not_before_s)
        return ERR(ERR_MALFORMED, 0, "statement");
    return ERR_OK;
}

static struct err check_seal(const struct hearing *hearing, const struct keyring_key *speaker,
                             const struct keyring_statement *statement)
{
    char version[NUMBER_SIZE];
    const struct bytes seal = {statement->seal, SEAL_LEN};
    const struct keyring_document document = {
        .kiosk = hearing->kiosk,
        .type = KEYRING_STATEMENT,
        .id = statement->key.id,
        .version = statement->key.version,
        .body = {statement->body, statement->body_len},
    };
    const struct seal_message for_one = message_of(&document, version);
    const struct seal_message for_all = {
        .context = SEAL_STATEMENT, .parts = {document.id, version}, .body = document.body};
    struct err e = seal_verify(speaker->public_key, &for_all, seal);
    return e.code == ERR_DENIED ? seal_verify(speaker->public_key, &for_one, seal) : e;
}

static struct err check_speaker(const struct keyring *ring, const struct hearing *hearing,
                                const struct keyring_key *speaker)
{
    if (hearing->arriving &&
        (!keyring_counts(ring, speaker->id) || !in_validity(speaker, hearing->now_s)))
        return ERR(ERR_DENIED, 0, "said by a key that does not count now");
    return ERR_OK;
}

/* `known` is what is said of; NULL: it is not known. */
static struct err judge(const struct keyring *ring, const struct hearing *hearing,
                        const struct keyring_key *speaker, const struct keyring_key *known,
                        bool revoked)
{
    struct err e = known == NULL ? ERR_OK : check_authority(ring, speaker, known, revoked);
    if (failed(e))
        return e;
    if (known != NULL && known->revoked)
        return revoked ? ERR_OK : ERR(ERR_DENIED, 0, "a revocation is final");
    return check_speaker(ring, hearing, speaker);
}

struct err keyring_may_say(const struct keyring *ring, int64_t now_s, const char *speaker,
                           const char *subject, bool revoked)
{
    const struct hearing hearing = {.arriving = true, .now_s = now_s};
    const struct keyring_key *from = keyring_find(ring, speaker);
    if (from == NULL)
        return ERR(ERR_DENIED, 0, "a key that is not known");
    return judge(ring, &hearing, from, keyring_find(ring, subject), revoked);
}

static struct err take_of_known(struct keyring *ring, const struct hearing *hearing,
                                const struct keyring_key *speaker, const struct keyring_key *said,
                                struct keyring_key *known)
{
    if (said->version < known->version)
        return check_authority(ring, speaker, known, said->revoked);
    struct err e = judge(ring, hearing, speaker, known, said->revoked);
    if (!failed(e) && !known->revoked)
        change(ring, speaker, said, known);
    return e;
}

static struct err take(struct keyring *ring, const struct hearing *hearing,
                       const struct keyring_statement *statement)
{
    const struct keyring_key *speaker = keyring_find(ring, statement->key_id);
    if (speaker == NULL)
        return ERR(ERR_DENIED, 0, "sealed by a key that is not known");
    struct err e = check_seal(hearing, speaker, statement);
    if (!failed(e))
        e = check_statement(statement);
    if (failed(e))
        return e;
    const struct keyring_key *known = keyring_find(ring, statement->key.id);
    if (known != NULL) {
        return take_of_known(ring, hearing, speaker, &statement->key,
                             &ring->keys[known - ring->keys]);
    }
    e = judge(ring, hearing, speaker, NULL, statement->key.revoked);
    return failed(e) ? e : introduce(ring, speaker, &statement->key);
}

/* Again and again, as long as one more is taken: one may introduce who says another. What was taken
 * once is: what another said since of its speaker came after it. */
static void take_all(struct keyring *ring, const struct hearing *hearing,
                     const struct keyring_statement *statements, size_t count, struct err *fates)
{
    bool taken[KEYRING_MAX] = {false};
    bool again = true;

    assert(count <= KEYRING_MAX);
    while (again) {
        again = false;
        for (size_t i = 0; i < count; i++) {
            if (taken[i])
                continue;
            fates[i] = take(ring, hearing, &statements[i]);
            taken[i] = !failed(fates[i]);
            again = again || taken[i];
        }
    }
}

void keyring_take_arriving(struct keyring *ring, const struct keyring_hearer *hearer,
                           const struct keyring_statement *statements, size_t count,
                           struct err *out_fates)
{
    const struct hearing hearing = {hearer->kiosk, true, hearer->now_s};
    take_all(ring, &hearing, statements, count, out_fates);
}

void keyring_take_stored(struct keyring *ring, const char *kiosk,
                         const struct keyring_statement *statements, size_t count)
{
    const struct hearing hearing = {.kiosk = kiosk};
    struct err fates[KEYRING_MAX]; /* who is not known any more says nothing */
    take_all(ring, &hearing, statements, count, fates);
}
