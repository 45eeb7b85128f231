/*
 * One bit of the ledger is flipped, 10,000 times in another place: each is noticed when the kiosk
 * starts, or when it is held against what the platform acknowledged and sealed.
 *
 * Control: SQLite's own look at the file, without our hashes, misses many of them.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "kiosk/ledger/agreement.h"
#include "kiosk/pki/issue.h"
#include "kiosk/pki/seal.h"
#include "tests/power/cells.h"
#include "tests/unit/ledger.h"

#define ENTRIES 60
#define DOCUMENTS 12
#define KEPT_ORDER 99 /* whose write was begun */
#define FILE_MAX_LEN (1 << 20)
#define COLUMNS_MAX 16
#define PLACES_MAX 32
#define POINTS_OTHER 200
#define CONTROL_EVERY 8
#define KIOSK "hall-7-kiosk-1"

struct image {
    char path[128];
    size_t len;
    uint8_t at[FILE_MAX_LEN];
};

static struct folder folder;
static struct image journal_image, inbox_image;
static struct seal_key *platform;
static const uint8_t kept[] = "what the write of an order overwrites";
static struct cells cells;
static uint64_t seed = 20261122;

static uint64_t random_below(uint64_t limit)
{
    seed = (seed * UINT64_C(1664525) + UINT64_C(1013904223)) & UINT32_MAX;
    return (seed >> 8) % limit; /* the low bits repeat soon */
}

/* --- a ledger ------------------------------------------------------------------------------------
 */

static void image_read(struct image *image)
{
    int fd = open(image->path, O_RDONLY | O_CLOEXEC);
    ssize_t len = read(fd, image->at, sizeof(image->at));
    assert_true(len > 0 && (size_t)len < sizeof(image->at));
    image->len = (size_t)len;
    (void)close(fd);
}

/* As it was, but for one byte, and without what opening it left beside it. */
static void image_write(const struct image *image, size_t at, uint8_t change)
{
    static const char *const beside[] = {"-wal", "-shm"};
    for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
        char path[160];
        (void)text_print(path, sizeof(path), "%s%s", image->path, beside[i]);
        (void)unlink(path);
    }
    int fd = open(image->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    uint8_t changed = image->at[at] ^ change;
    assert_int_equal(write(fd, image->at, image->len), image->len);
    assert_int_equal(pwrite(fd, &changed, 1, (off_t)at), 1);
    (void)close(fd);
}

/* All of it in the file itself. */
static void settle(const char *path)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL),
                     SQLITE_OK);
    (void)sqlite3_close(db);
}

static void make_journal(struct journal_status *out_status)
{
    static const enum journal_order_state states[] = {
        JOURNAL_ORDER_REQUESTED, JOURNAL_ORDER_INTENDED, JOURNAL_ORDER_DELIVERED};
    struct journal *journal = NULL;
    assert_int_equal(
        journal_open(journal_image.path, true, ledger_random, &ledger_guard, &journal).code,
        ERR_NONE);
    for (unsigned i = 1; i <= ENTRIES; i++) {
        struct journal_draft draft =
            draft_of(i, i % 4 == 0 ? 0 : 1 + (i - 1) / 4, states[(i - 1) % 4 % 3]);
        assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
    }
    struct journal_draft draft = draft_of(ENTRIES + 1, KEPT_ORDER, JOURNAL_ORDER_INTENDED);
    draft.kept_slot = 0x9A;
    draft.kept = (struct bytes){kept, sizeof(kept)};
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
    assert_int_equal(journal_sign_head(journal).code, ERR_NONE);
    assert_int_equal(journal_get_status(journal, out_status).code, ERR_NONE);
    journal_close(journal);
    settle(journal_image.path);
    image_read(&journal_image);
}

static struct seal_message message_of(const struct inbox_document *document, char version[21])
{
    (void)text_print(version, 21, "%" PRIu64, document->version);
    return (struct seal_message){.context = SEAL_DOCUMENT,
                                 .parts = {KIOSK, document->type, document->id, version},
                                 .body = {document->body, document->body_len}};
}

/* With what it is taken from. */
static void put_state(struct inbox *inbox, const struct inbox_state *state)
{
    static struct inbox_proof mark = {.text = "{\"acked_seq\":61}", .seal = {1, 2, 3}};
    static struct inbox_proof time = {.text = "{\"time_ms\":1760000000000}", .seal = {4, 5, 6}};
    const struct inbox_proof *const proofs[INBOX_PROVES_COUNT] = {&mark, &time};
    (void)text_copy(mark.key_id, sizeof(mark.key_id), seal_key_id(platform));
    (void)text_copy(time.key_id, sizeof(time.key_id), seal_key_id(platform));
    assert_int_equal(inbox_set_proven(inbox, state, proofs).code, ERR_NONE);
}

static void make_inbox(const struct journal_status *head)
{
    struct inbox *inbox = NULL;
    struct inbox_state state;
    assert_int_equal(inbox_open(inbox_image.path, true, &inbox).code, ERR_NONE);
    for (unsigned i = 1; i <= DOCUMENTS; i++) {
        struct inbox_document document = {.version = 40 + i};
        char version[21];
        (void)text_copy(document.type, sizeof(document.type), i % 2 == 0 ? "order" : "account");
        (void)text_print(document.id, sizeof(document.id), "s%u", i);
        (void)text_copy(document.key_id, sizeof(document.key_id), seal_key_id(platform));
        document.body_len = (size_t)snprintf((char *)document.body, sizeof(document.body),
                                             "{\"status\":\"to_write\",\"n\":%u}", i);
        struct seal_message message = message_of(&document, version);
        assert_int_equal(seal_sign(platform, &message, document.seal).code, ERR_NONE);
        assert_int_equal(inbox_put(inbox, &document, 1, i).code, ERR_NONE);
    }
    assert_int_equal(inbox_get_state(inbox, &state).code, ERR_NONE);
    (void)text_copy(state.epoch, sizeof(state.epoch), head->epoch);
    state.acked_seq = head->head_seq;
    state.acked_hash = head->head_hash;
    state.proven_ms = 1760000000000;
    state.proven_boot_ms = 5000000;
    state.line = INBOX_LINE_UP;
    state.line_since_ms = 1760000000000;
    uuid_of(state.boot_id, 8);
    (void)text_copy(state.trouble, sizeof(state.trouble), "gap");
    put_state(inbox, &state);
    assert_int_equal(inbox_quarantine(inbox, 7, "unknown_order").code, ERR_NONE);
    inbox_close(inbox);
    settle(inbox_image.path);
    image_read(&inbox_image);
}

static int make_ledger(void **state)
{
    struct key *key = NULL;
    struct journal_status head;
    char path[160];
    (void)state;
    /* In memory: how long a disk takes to flush is no matter here. */
    (void)text_copy(folder.at, sizeof(folder.at), "/dev/shm/test_flips.XXXXXX");
    assert_non_null(mkdtemp(folder.at));
    (void)text_print(journal_image.path, sizeof(journal_image.path), "%s/journal.db", folder.at);
    (void)text_print(inbox_image.path, sizeof(inbox_image.path), "%s/inbox.db", folder.at);
    (void)text_print(path, sizeof(path), "%s/platform.key", folder.at);
    assert_int_equal(key_create(KEY_ED25519, &key).code, ERR_NONE);
    assert_int_equal(key_save(key, path).code, ERR_NONE);
    key_destroy(key);
    assert_int_equal(seal_key_create(path, &platform).code, ERR_NONE);
    make_journal(&head);
    make_inbox(&head);
    return 0;
}

static int remove_ledger(void **state)
{
    (void)state;
    seal_key_destroy(platform);
    folder_remove(&folder);
    return 0;
}

/* --- what notices -------------------------------------------------------------------------------
 */

struct finding {
    bool well;
    unsigned documents;
};

static bool look_at_document(void *context, const struct inbox_document *document)
{
    struct finding *finding = context;
    char version[21];
    struct seal_message message = message_of(document, version);
    struct bytes seal = {document->seal, sizeof(document->seal)};
    finding->documents++;
    finding->well = finding->well && text_same(document->key_id, seal_key_id(platform)) &&
                    !failed(seal_verify(seal_key_public(platform), &message, seal));
    return true;
}

/* As the kiosk uses them: each by the type that it looks for. */
static bool documents_well(struct inbox *inbox)
{
    struct finding finding = {.well = true};
    return !failed(inbox_scan(inbox, "account", look_at_document, &finding)) &&
           !failed(inbox_scan(inbox, "order", look_at_document, &finding)) && finding.well &&
           finding.documents == DOCUMENTS;
}

/* Another epoch than the journal's is told by `certkioskctl status` and `ledger verify`. */
static bool mark_well(struct journal *journal, struct inbox *inbox)
{
    struct inbox_state state;
    struct journal_status head;
    enum agreement agreement = AGREEMENT_OTHER;
    return !failed(inbox_get_state(inbox, &state)) && !failed(journal_get_status(journal, &head)) &&
           text_same(state.epoch, head.epoch) &&
           !failed(agreement_of_state(journal, &state, &agreement)) && agreement == AGREEMENT_SAME;
}

static bool journal_well(struct journal *journal)
{
    uint64_t bad_seq = 0;
    return !failed(journal_verify(journal, &bad_seq)) && !failed(journal_verify_orders(journal));
}

static bool kept_well(struct journal *journal)
{
    struct journal_kept found;
    struct journal_draft draft = draft_of(1, KEPT_ORDER, JOURNAL_ORDER_INTENDED);
    return !failed(journal_kept_of_order(journal, draft.order, &found)) && found.slot == 0x9A &&
           found.der_len == sizeof(kept) && memcmp(found.der, kept, sizeof(kept)) == 0;
}

/* Whether the ledger passes. */
static bool passes(void)
{
    struct journal *journal = NULL;
    struct inbox *inbox = NULL;
    bool well =
        !failed(journal_open(journal_image.path, false, ledger_random, &ledger_guard, &journal)) &&
        journal_well(journal) && kept_well(journal) &&
        !failed(inbox_open(inbox_image.path, false, &inbox)) && mark_well(journal, inbox) &&
        documents_well(inbox);
    journal_close(journal);
    inbox_close(inbox);
    return well;
}

/* The control: the same file by SQLite alone. */
static bool passes_without_hashes(const struct image *image)
{
    static const char look[] =
        "SELECT (SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok')";
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    bool well = sqlite3_open(image->path, &db) == SQLITE_OK &&
                sqlite3_prepare_v2(db, look, -1, &statement, NULL) == SQLITE_OK &&
                sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) == 0;
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return well;
}

/* --- the places ---------------------------------------------------------------------------------
 */

/* Every table and index that the files have; a table that another release adds is one of them. Only
 * SQLite's own catalogue is not: its statements are compared at each opening, and the case of its
 * names, its rows' numbers and the table that an index names say nothing. */
static struct place {
    const struct image *image;
    char name[64];
    bool is_table;
    uint32_t root; /* page */
} places[PLACES_MAX];
static size_t place_count;

/* Bits of each; of any other so many as POINTS_OTHER. */
static const struct {
    const char *name;
    unsigned points;
} shares[] = {
    {"journal", 6000}, {"sqlite_autoindex_journal_1", 500},
    {"orders", 800},   {"orders_by_token", 300},
    {"head", 500},     {"heads", 300},
    {"sealed", 300},   {"state", 800},
    {"document", 800}, {"proof", 400},
};

static unsigned points_of(const struct place *place)
{
    for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
        if (text_same(place->name, shares[i].name))
            return shares[i].points;
    }
    return POINTS_OTHER;
}

static void find_places(const struct image *image)
{
    static const char look[] = "SELECT name, type = 'table', rootpage FROM sqlite_schema"
                               " WHERE rootpage > 0";
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(image->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, look, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        assert_true(place_count < PLACES_MAX);
        struct place *place = &places[place_count++];
        *place = (struct place){.image = image,
                                .is_table = sqlite3_column_int(statement, 1) != 0,
                                .root = (uint32_t)sqlite3_column_int(statement, 2)};
        assert_true(text_copy(place->name, sizeof(place->name),
                              (const char *)sqlite3_column_text(statement, 0)));
    }
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
}

static void hash_rows(sqlite3 *db, const char *table, struct hash *hash)
{
    sqlite3_stmt *statement = NULL;
    char sql[96];
    (void)text_print(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1, 2", table);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int column = 0; column < sqlite3_column_count(statement); column++) {
            uint8_t text[HASH_LEN + 8 + FILE_MAX_LEN / 16];
            const void *value = sqlite3_column_blob(statement, column);
            size_t len = (size_t)sqlite3_column_bytes(statement, column);
            assert_true(len < FILE_MAX_LEN / 16);
            memcpy(text, hash->at, HASH_LEN);
            memset(text + HASH_LEN, sqlite3_column_type(statement, column), 8);
            if (len > 0)
                memcpy(text + HASH_LEN + 8, value, len);
            *hash = hash_of((struct bytes){text, HASH_LEN + 8 + len});
        }
    }
    (void)sqlite3_finalize(statement);
}

/* All that the tables say, in one hash. */
static struct hash content_of(const struct image *image)
{
    struct hash hash = {{0}};
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(image->path, &db), SQLITE_OK);
    for (size_t i = 0; i < place_count; i++) {
        if (places[i].image == image && places[i].is_table)
            hash_rows(db, places[i].name, &hash);
    }
    (void)sqlite3_close(db);
    return hash;
}

/* --- the points ---------------------------------------------------------------------------------
 */

/* A cell of a column that is chosen first, so that the short ones are not forgotten. */
static const struct cell *choose(void)
{
    for (;;) {
        int column = CELLS_HEADER + (int)random_below(COLUMNS_MAX);
        size_t start = random_below(cells.count);
        for (size_t i = 0; i < cells.count; i++) {
            const struct cell *cell = &cells.cells[(start + i) % cells.count];
            if (cell->column == column)
                return cell;
        }
    }
}

struct counts {
    unsigned tried, missed_by_control, controls;
    unsigned idle; /* in bits of a row's header that say nothing: all is read as before */
};

static void try_point(const struct place *place, struct counts *counts)
{
    const struct cell *cell = choose();
    size_t at = cell->at + random_below(cell->len);
    uint8_t change = (uint8_t)(1U << random_below(8));
    image_write(place->image, at, change);
    bool with_control = counts->tried++ % CONTROL_EVERY == 0;
    if (with_control) {
        counts->controls++;
        counts->missed_by_control += passes_without_hashes(place->image) ? 1 : 0;
        image_write(place->image, at, change);
    }
    if (!passes())
        return;
    struct hash content = content_of(place->image);
    image_write(place->image, 0, 0);
    struct hash before = content_of(place->image);
    counts->idle++;
    if (cell->column != CELLS_HEADER || memcmp(content.at, before.at, HASH_LEN) != 0)
        fail_msg("%s column %d: bit %02x of byte %zu was not noticed", place->name, cell->column,
                 change, at);
}

static void each_bit_is_noticed(void **state)
{
    const unsigned stride =
        getenv("FLIPS_STRIDE") == NULL ? 1 : (unsigned)atoi(getenv("FLIPS_STRIDE"));
    struct counts all = {0};
    (void)state;
    assert_true(passes());
    find_places(&journal_image);
    find_places(&inbox_image);
    for (size_t i = 0; i < place_count; i++) {
        struct counts counts = {0};
        cells_find(places[i].image->at, places[i].image->len, places[i].root, &cells);
        if (cells.count == 0)
            fail_msg("%s is empty here: nothing of it is tried", places[i].name);
        while (counts.tried < points_of(&places[i]) / stride)
            try_point(&places[i], &counts);
        image_write(places[i].image, 0, 0);
        assert_true(passes()); /* with all bits as they were */
        all.tried += counts.tried;
        all.idle += counts.idle;
        all.controls += counts.controls;
        all.missed_by_control += counts.missed_by_control;
    }
    (void)printf(
        "points: %u bits flipped in %zu tables and indices: %u noticed, %u in headers that "
        "say nothing; without hashes %u of %u were missed\n",
        all.tried, place_count, all.tried - all.idle, all.idle, all.missed_by_control,
        all.controls);
    assert_true(all.idle < all.tried / 100);
    assert_true(all.missed_by_control > all.controls / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_bit_is_noticed, make_ledger, remove_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
