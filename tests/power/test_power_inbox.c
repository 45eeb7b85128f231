/*
 * inbox.db, and both databases when they are made, under every power cut, kill -9 and trouble of
 * the disk: see sweep.h for what is asked of each act, and the table at the end for the acts.
 */
#include "tests/power/kiosk_ledger.h"

#include "tests/unit/released.h"

#define SPARSE 7 /* points left out under a sanitizer */
#define DOCUMENTS 3U

static char inbox_path[sizeof(folder.path)];
static struct inbox *inbox;

static void close_all(void)
{
    close_journal();
    inbox_close(inbox);
    inbox = NULL;
}

/* --- an inbox --------------------------------------------------------------------------------- */

/* As certkiosk-syncd does: a damaged one is put aside, and all of it is fetched anew. */
static struct err open_inbox(bool first)
{
    unsigned dropped = 0;
    (void)first;
    struct err e = inbox_open(inbox_path, true, &inbox);
    if (!inbox_is_damage(e))
        return e;
    e = inbox_put_aside(inbox_path, &dropped);
    return failed(e) ? e : inbox_open(inbox_path, true, &inbox);
}

static struct inbox_document document(unsigned id, unsigned version)
{
    struct inbox_document out = {.type = "order", .version = version, .seal = {(uint8_t)version}};
    (void)text_print(out.id, sizeof(out.id), "order-%u", id);
    out.body_len = 200 * (id + 1);
    memset(out.body, (int)('a' + version), out.body_len);
    return out;
}

static struct inbox_state state_of(uint64_t seq)
{
    struct inbox_state state;
    must(inbox_get_state(inbox, &state));
    uuid_of(state.epoch, 0xE);
    state.acked_seq = seq;
    memset(state.acked_hash.at, (int)seq, HASH_LEN);
    state.proven_ms = 1760000000000 + (int64_t)seq;
    return state;
}

static void prepare_inbox(void)
{
    must(inbox_open(inbox_path, true, &inbox));
    struct inbox_document first = document(0, 1);
    must(inbox_put(inbox, &first, 1, 1));
    struct inbox_state state = state_of(1);
    must(inbox_set_state(inbox, &state));
    must(inbox_checkpoint(inbox));
    close_all();
}

/* The same, of an earlier release. */
static void prepare_release(const char *name, const char *more)
{
    sqlite3 *db = released_make(inbox_path, name);
    struct inbox_document first = document(0, 1);
    char sql[512];
    (void)text_print(sql, sizeof(sql),
                     "INSERT INTO state(id, epoch, acked_seq, cursor) VALUES(1, '%s', 1, 1);"
                     "INSERT INTO document(type, id, version, key_id, seal, body) VALUES('order',"
                     " 'order-0', 1, '', zeroblob(64), CAST('%.*s' AS BLOB))",
                     RELEASED_EPOCH, (int)first.body_len, (const char *)first.body);
    released_run(db, sql);
    released_run(db, more);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void prepare_release_1(void)
{
    prepare_release("inbox-1.sql", "");
}

/* With the sums that its own writer has put over these rows. */
static void prepare_release_2(void)
{
    prepare_release("inbox-2.sql",
                    "INSERT INTO guard VALUES(1,"
                    " x'2EC1F6C1BF5A5809EAE41A184D6614D85BA4BDECB9AB4603E0806615C08019D4',"
                    " x'EAF8E3382DD9C538B1F3DD7A962ECF311CA16CA7DEDEBE74E5716732CC3758FB')");
}

/* Whether all documents of an arrival are there, or none; the first of them stood before. */
static unsigned versions_at_least(uint64_t version)
{
    unsigned count = 0;
    for (unsigned id = 0; id < DOCUMENTS; id++) {
        struct inbox_document found = {.version = 0};
        struct inbox_document want;
        if (failed(inbox_get(inbox, "order",
                             id == 0   ? "order-0"
                             : id == 1 ? "order-1"
                                       : "order-2",
                             &found)))
            continue;
        want = document(id, (unsigned)found.version);
        count += found.version >= version && found.body_len == want.body_len &&
                         memcmp(found.body, want.body, want.body_len) == 0
                     ? 1
                     : 0;
    }
    return count;
}

/* Documents in versions 2, 3, ..., each with its cursor; a checkpoint after the second. */
static struct err arrive(size_t i)
{
    static struct inbox_document documents[DOCUMENTS];
    if (i == 2)
        return inbox_checkpoint(inbox);
    for (unsigned id = 0; id < DOCUMENTS; id++)
        documents[id] = document(id, (unsigned)i + 2);
    return inbox_put(inbox, documents, DOCUMENTS, i + 2);
}

static unsigned count_arrived(size_t i)
{
    return i == 2 ? SWEEP_NOTHING : versions_at_least(i + 2) == DOCUMENTS;
}

/* In the inbox that was there: none was taken for damaged. */
static bool document_stands(void)
{
    return versions_at_least(1) >= 1 && inbox_count_damaged(inbox_path) == 0;
}

/* With this cursor before the first of them. */
static bool agrees_from(size_t reached, uint64_t cursor)
{
    struct inbox_state state;
    size_t last = reached == 3 ? 2 : reached; /* the checkpoint has no cursor */
    unsigned there = versions_at_least(2);
    return (there == 0 || there == DOCUMENTS) && !failed(inbox_get_state(inbox, &state)) &&
           state.cursor == (last == 0 ? cursor : last + 1) && state.acked_seq == 1;
}

static bool arrived_agrees(size_t reached)
{
    return agrees_from(reached, 1);
}

/* One that was brought up asks for everything. */
static bool migrated_agrees(size_t reached)
{
    return agrees_from(reached, 0);
}

/* --- an acknowledgement: what was rejected first, then how far it goes -------------------------
 */

static struct err acknowledge(size_t i)
{
    if (i % 2 == 0)
        return inbox_quarantine(inbox, i + 2, "malformed");
    struct inbox_state now;
    struct err e = inbox_get_state(inbox, &now);
    struct inbox_state state = failed(e) ? now : state_of(i + 2);
    return failed(e) || now.acked_seq >= state.acked_seq ? e : inbox_set_state(inbox, &state);
}

static unsigned count_acknowledged(size_t i)
{
    struct inbox_state state;
    uint64_t quarantined = 0;
    if (failed(inbox_get_state(inbox, &state)) || failed(inbox_quarantined(inbox, &quarantined)))
        return 0;
    if (i % 2 == 0)
        return quarantined > 3 ? (unsigned)quarantined : quarantined > i / 2;
    return state.acked_seq >= i + 2;
}

static bool acknowledged_agrees(size_t reached)
{
    struct inbox_state state;
    uint64_t seq = reached / 2 == 0 ? 1 : 2 * (reached / 2) + 1;
    if (failed(inbox_get_state(inbox, &state)) || versions_at_least(1) != 1)
        return false;
    return state.acked_seq == seq && state.acked_hash.at[0] == (uint8_t)seq &&
           state.acked_hash.at[HASH_LEN - 1] == (uint8_t)seq &&
           state.proven_ms == 1760000000000 + (int64_t)seq;
}

/* --- an erasure: documents that are over are forgotten ------------------------------------------
 */

static void prepare_full(void)
{
    prepare_inbox();
    must(open_inbox(false));
    for (unsigned id = 1; id < DOCUMENTS; id++) {
        struct inbox_document more = document(id, 1);
        must(inbox_put(inbox, &more, 1, 1));
    }
    close_all();
}

/* One that is not there is fine. */
static struct err forget(size_t i)
{
    struct inbox_name names[2] = {{.type = "order"}, {.type = "issued"}};
    if (i == 2)
        return inbox_checkpoint(inbox);
    for (size_t n = 0; n < ARRAY_LEN(names); n++)
        (void)text_print(names[n].id, sizeof(names[n].id), "order-%zu", i + 1); /* fits */
    return inbox_erase(inbox, names, ARRAY_LEN(names));
}

static unsigned count_forgotten(size_t i)
{
    struct inbox_document found;
    return i == 2 ? SWEEP_NOTHING
                  : inbox_get(inbox, "order", i == 0 ? "order-1" : "order-2", &found).code ==
                        ERR_NOT_FOUND;
}

static bool forgotten_agrees(size_t reached)
{
    struct inbox_state state;
    size_t gone = reached < 2 ? reached : 2;
    return versions_at_least(1) == DOCUMENTS - gone && !failed(inbox_check(inbox)) &&
           !failed(inbox_get_state(inbox, &state)) && state.cursor == 1 && state.acked_seq == 1;
}

/* --- a damaged inbox is put aside and fetched anew ---------------------------------------------
 */

static void damage(const char *then)
{
    sqlite3 *db = NULL;
    prepare_full();
    assert_int_equal(sqlite3_open(inbox_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL), SQLITE_OK);
    released_run(db, "UPDATE guard SET rows = zeroblob(32)");
    released_run(db, then);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void prepare_damaged(void)
{
    damage("PRAGMA wal_checkpoint(TRUNCATE); UPDATE state SET change = change + 1");
}

/* Without its log it would pass for a whole one. */
static void prepare_damaged_log(void)
{
    damage("UPDATE state SET change = change + 1");
}

static unsigned count_fetched(size_t i)
{
    return versions_at_least(i + 2) == DOCUMENTS;
}

static bool damaged_stands(void)
{
    return inbox_count_damaged(inbox_path) == 1;
}

static bool fetched_agrees(size_t reached)
{
    struct inbox_state state;
    return versions_at_least(1) == (reached > 0 ? DOCUMENTS : 0) &&
           !failed(inbox_get_state(inbox, &state)) &&
           state.cursor == (reached > 0 ? reached + 1 : 0) && state.acked_seq == 0;
}

/* --- creation of a ledger --------------------------------------------------------------------- */

static void prepare_nothing(void)
{
}

/* As `certkiosk --create-ledger` until it has said that it is done, and as certkiosk after. */
static struct err create(bool first)
{
    struct err e = journal_open(folder.path, first, ledger_random, &ledger_guard, &journal);
    return failed(e) ? e : inbox_open(inbox_path, first, &inbox);
}

static struct err append(void)
{
    struct journal_draft draft = draft_of(FIRST_TXID, 1, JOURNAL_ORDER_REQUESTED);
    return journal_append(journal, &draft);
}

static struct err created(size_t i)
{
    return i == 0 ? ERR_OK : append();
}

static unsigned count_created(size_t i)
{
    return i == 0 ? 1 : count_txid(FIRST_TXID);
}

static bool created_agrees(size_t reached)
{
    struct inbox_state state;
    return is_whole() && head_is(reached - 1) && !failed(inbox_get_state(inbox, &state));
}

/* --- the acts --------------------------------------------------------------------------------- */

static const struct scenario scenarios[] = {
    {"creation of a ledger", 2, prepare_nothing, create, created, close_all, count_created, NULL,
     created_agrees, false},
    {"documents arrive", 4, prepare_inbox, open_inbox, arrive, close_all, count_arrived,
     document_stands, arrived_agrees, false},
    {"a migration from 1", 4, prepare_release_1, open_inbox, arrive, close_all, count_arrived,
     document_stands, migrated_agrees, false},
    {"a migration from 2", 4, prepare_release_2, open_inbox, arrive, close_all, count_arrived,
     document_stands, migrated_agrees, false},
    {"an erasure", 3, prepare_full, open_inbox, forget, close_all, count_forgotten, document_stands,
     forgotten_agrees, false},
    {"a damaged inbox", 2, prepare_damaged, open_inbox, arrive, close_all, count_fetched,
     damaged_stands, fetched_agrees, false},
    {"a damaged log of an inbox", 2, prepare_damaged_log, open_inbox, arrive, close_all,
     count_fetched, damaged_stands, fetched_agrees, false},
    {"an acknowledgement", 6, prepare_inbox, open_inbox, acknowledge, close_all, count_acknowledged,
     document_stands, acknowledged_agrees, false},
};

static void no_cut_loses_or_doubles_or_halves(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
        sweep_all_cuts(&scenarios[i], sweep_stride(SPARSE));
}

static void nor_does_a_second_cut_in_what_follows_the_first(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
        sweep_second_cuts(&scenarios[i]);
}

static void no_trouble_of_the_disk_loses_or_doubles_or_halves(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
        sweep_all_troubles(&scenarios[i], sweep_stride(SPARSE));
}

static void what_is_not_synced_is_seen_to_be_lost(void **unused)
{
    (void)unused;
    sweep_careless_disks(&scenarios[1], 3);
}

static void who_does_not_hear_the_disk_is_seen_to_lose(void **unused)
{
    (void)unused;
    sweep_deaf_program(&scenarios[1], 1);
}

static void who_tells_before_it_is_done_is_seen_to_lose(void **unused)
{
    (void)unused;
    sweep_hasty_program(&scenarios[1], 3);
}

static int name_inbox(void **unused)
{
    (void)unused;
    return text_print(inbox_path, sizeof(inbox_path), "%s/inbox.db", folder.at) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_cut_loses_or_doubles_or_halves, name_inbox),
        cmocka_unit_test_setup(nor_does_a_second_cut_in_what_follows_the_first, name_inbox),
        cmocka_unit_test_setup(no_trouble_of_the_disk_loses_or_doubles_or_halves, name_inbox),
        cmocka_unit_test_setup(what_is_not_synced_is_seen_to_be_lost, name_inbox),
        cmocka_unit_test_setup(who_does_not_hear_the_disk_is_seen_to_lose, name_inbox),
        cmocka_unit_test_setup(who_tells_before_it_is_done_is_seen_to_lose, name_inbox),
    };
    return run_on_disk("inbox.db", tests, ARRAY_LEN(tests));
}
