/*
 * journal.db under every power cut, kill -9 and trouble of the disk: see sweep.h for what is asked
 * of each act, and the table at the end for the acts.
 *
 * The controls do the same where it must go wrong: a disk that does not sync, databases that do not
 * ask for syncs, a program that does not know its own repeats. They must be seen to lose and
 * double.
 */
#include "tests/power/kiosk_ledger.h"

#include <sqlite3.h>

#include "tests/unit/released.h"

#define BEFORE 2U /* entries that stand when a visit begins */
#define SPARSE 17 /* points left out under a sanitizer */

static const uint8_t old_certificate[] = "what the write overwrites";

/* --- a journal -------------------------------------------------------------------------------- */

static struct err open_journal(bool first)
{
    (void)first;
    return journal_open(folder.path, false, ledger_random, &ledger_guard, &journal);
}

/* The other order: of another token, and with a write begun before. */
static struct journal_draft other(void)
{
    struct journal_draft draft = draft_of(BEFORE, BEFORE, JOURNAL_ORDER_INTENDED);
    (void)text_copy(draft.token, sizeof(draft.token), "other");
    draft.kept = (struct bytes){old_certificate, sizeof(old_certificate)};
    return draft;
}

static void prepare_journal(void)
{
    must(journal_open(folder.path, true, ledger_random, &ledger_guard, &journal));
    struct journal_draft draft = draft_of(1, 1, JOURNAL_ORDER_REQUESTED);
    must(journal_append(journal, &draft));
    must(journal_checkpoint(journal));
    draft = other();
    must(journal_append(journal, &draft));
    close_journal();
}

static bool journal_stands(void)
{
    return count_txid(1) == 1 && count_txid(BEFORE) == 1;
}

static bool keeps(const struct journal_draft *draft)
{
    struct journal_kept kept;
    return !failed(journal_kept_of_order(journal, draft->order, &kept)) &&
           kept.der_len == sizeof(old_certificate) &&
           memcmp(kept.der, old_certificate, kept.der_len) == 0;
}

/* --- a whole order ---------------------------------------------------------------------------- */

static const struct {
    const char *kind;
    bool about_order;
    enum journal_order_state state;
} visit[] = {
    {"visit_started", false, JOURNAL_ORDER_REQUESTED},
    {"pin_verified", false, JOURNAL_ORDER_REQUESTED},
    {"order_requested", true, JOURNAL_ORDER_REQUESTED},
    {"write_intended", true, JOURNAL_ORDER_INTENDED},
    {"delivered", true, JOURNAL_ORDER_DELIVERED},
    {"receipt", true, JOURNAL_ORDER_DELIVERED},
    {"visit_ended", false, JOURNAL_ORDER_DELIVERED},
};

#define INTENT 3U /* the steps above */
#define REQUEST 2U

static struct journal_draft entry(size_t i)
{
    struct journal_draft draft =
        draft_of((unsigned)(FIRST_TXID + i), visit[i].about_order ? 7 : 0, visit[i].state);
    (void)text_copy(draft.kind, sizeof(draft.kind), visit[i].kind);
    if (i == INTENT)
        draft.kept = (struct bytes){old_certificate, sizeof(old_certificate)};
    return draft;
}

static struct err append(size_t i)
{
    struct journal_draft draft = entry(i);
    draft.awaited = visit[i].about_order;
    return journal_append(journal, &draft);
}

static unsigned count_entry(size_t i)
{
    return count_txid((unsigned)(FIRST_TXID + i));
}

/* What somebody waits for is signed with it. */
static bool signed_agrees_in_visit(size_t reached)
{
    struct journal_head head = {.seq = 0};
    size_t awaited = 0;
    for (size_t i = 0; i < reached; i++)
        awaited = visit[i].about_order ? i + 1 : awaited;
    return !failed(journal_get_head(journal, &head)) &&
           (awaited == 0 || head.seq >= BEFORE + awaited);
}

/* The projection follows the entries, and what the write overwrites is there from the intent to the
 * delivery and not a moment else. */
static bool visit_agrees(size_t reached)
{
    struct journal_draft draft = entry(REQUEST);
    struct journal_draft before = other();
    struct journal_order order = {.state = JOURNAL_ORDER_LEFT};
    bool there = !failed(journal_order_by_id(journal, draft.order, &order));
    bool wanted = reached > REQUEST;

    return is_whole() && head_is(BEFORE + reached) && signed_agrees_in_visit(reached) &&
           there == wanted &&
           (!there || order.state == visit[reached - 1].state || reached == ARRAY_LEN(visit)) &&
           keeps(&draft) == (there && order.state == JOURNAL_ORDER_INTENDED) && keeps(&before);
}

/* --- checkpoints: the log is moved into the database, begun again, and moved once more ---------
 */

#define ROUNDS 12U

static struct err append_or_checkpoint(size_t i)
{
    if (i % 4 == 3)
        return journal_checkpoint(journal);
    struct journal_draft draft =
        draft_of((unsigned)(FIRST_TXID + i), (unsigned)(20 + i), JOURNAL_ORDER_REQUESTED);
    return journal_append(journal, &draft);
}

static unsigned count_or_checkpoint(size_t i)
{
    return i % 4 == 3 ? SWEEP_NOTHING : count_entry(i);
}

static bool rounds_agree(size_t reached)
{
    return is_whole() && head_is(BEFORE + reached - reached / 4);
}

/* --- the head is signed: with it all that was appended before --------------------------------- */

static bool is_signing(size_t i)
{
    return i % 3 == 2;
}

static struct err append_or_sign(size_t i)
{
    return is_signing(i) ? journal_sign_head(journal) : append_or_checkpoint(4 * i);
}

static unsigned count_signed(size_t i)
{
    struct journal_head head;
    if (!is_signing(i))
        return count_entry(4 * i);
    return !failed(journal_get_head(journal, &head)) && head.seq >= BEFORE + i - i / 3;
}

static bool signed_agrees(size_t reached)
{
    struct journal_head head;
    return is_whole() && head_is(BEFORE + reached - reached / 3) &&
           !failed(journal_get_head(journal, &head)) && head.seq <= BEFORE + reached - reached / 3;
}

/* --- erasure: gone for good once it had returned ---------------------------------------------- */

static struct err erase(size_t i)
{
    struct journal_draft draft = other();
    return i == 0 ? journal_kept_erase(journal, draft.order) : journal_checkpoint(journal);
}

static unsigned count_erased(size_t i)
{
    struct journal_draft draft = other();
    struct journal_kept kept;
    return i > 0 ? SWEEP_NOTHING
                 : journal_kept_of_order(journal, draft.order, &kept).code == ERR_NOT_FOUND;
}

static bool erased_agrees(size_t reached)
{
    struct journal_draft draft = other();
    return is_whole() && head_is(BEFORE) && keeps(&draft) == (reached == 0);
}

/* --- a migration: a full queue of an earlier release, half of it in the log ---------------------
 */

#define OLD_ROWS 20U

static void prepare_release_1(void)
{
    (void)released_journal(folder.path, 1, OLD_ROWS);
}

static void prepare_release_2(void)
{
    (void)released_journal(folder.path, 2, OLD_ROWS);
}

static void prepare_release_3(void)
{
    (void)released_journal(folder.path, 3, OLD_ROWS);
}

static bool old_rows_stand(void)
{
    unsigned there = 0;
    for (unsigned i = 1; i <= OLD_ROWS; i++)
        there += count_txid(i) == 1 ? 1 : 0;
    return there == OLD_ROWS;
}

static bool old_kept_stand(void)
{
    struct journal_draft draft = draft_of(10, 10, JOURNAL_ORDER_INTENDED);
    struct journal_kept kept;
    return old_rows_stand() && !failed(journal_kept_of_order(journal, draft.order, &kept));
}

static bool migrated_agrees(size_t reached)
{
    struct journal_head head;
    return is_whole() && head_is(OLD_ROWS + reached) && !failed(journal_get_head(journal, &head)) &&
           head.seq >= OLD_ROWS;
}

/* --- a careless program, for the controls: it does not know its own repeats --------------------
 */

static sqlite3 *careless;

static struct err careless_run(const char *sql)
{
    int result = sqlite3_exec(careless, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? ERR_OK : DATABASE_ERR(result, "careless");
}

static struct err careless_open(bool first)
{
    (void)first;
    int result = sqlite3_open(folder.path, &careless);
    return result == SQLITE_OK ? careless_run("PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL;"
                                              "CREATE TABLE IF NOT EXISTS entry(txid INTEGER)")
                               : DATABASE_ERR(result, "careless");
}

static void careless_close(void)
{
    (void)sqlite3_close(careless);
    careless = NULL;
}

static void careless_prepare(void)
{
    must(careless_open(true));
    careless_close();
}

static struct err careless_step(size_t i)
{
    char sql[64];
    (void)text_print(sql, sizeof(sql), "INSERT INTO entry VALUES(%zu)", i);
    return careless_run(sql);
}

static unsigned careless_count(size_t i)
{
    struct database database = {careless, -1, false};
    int64_t count = 0;
    char sql[64];
    (void)text_print(sql, sizeof(sql), "SELECT count(*) FROM entry WHERE txid = %zu", i);
    return failed(database_number(&database, sql, &count)) ? 0 : (unsigned)count;
}

static bool careless_agrees(size_t reached)
{
    (void)reached;
    return true;
}

/* --- the acts --------------------------------------------------------------------------------- */

static const struct scenario scenarios[] = {
    {"a whole order", ARRAY_LEN(visit), prepare_journal, open_journal, append, close_journal,
     count_entry, journal_stands, visit_agrees, false},
    {"checkpoints", ROUNDS, prepare_journal, open_journal, append_or_checkpoint, close_journal,
     count_or_checkpoint, journal_stands, rounds_agree, false},
    {"signed heads", 6, prepare_journal, open_journal, append_or_sign, close_journal, count_signed,
     journal_stands, signed_agrees, false},
    {"an erasure", 2, prepare_journal, open_journal, erase, close_journal, count_erased,
     journal_stands, erased_agrees, false},
    {"a migration from 1", 2, prepare_release_1, open_journal, append, close_journal, count_entry,
     old_rows_stand, migrated_agrees, false},
    {"a migration from 2", 2, prepare_release_2, open_journal, append, close_journal, count_entry,
     old_kept_stand, migrated_agrees, false},
    {"a migration from 3", 2, prepare_release_3, open_journal, append, close_journal, count_entry,
     old_kept_stand, migrated_agrees, false},
};

static const struct scenario careless_scenario = {
    "a careless program", 6,    careless_prepare, careless_open, careless_step, careless_close,
    careless_count,       NULL, careless_agrees,  false};

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
    sweep_careless_disks(&scenarios[0], 3);
}

static void who_does_not_hear_the_disk_is_seen_to_lose(void **unused)
{
    (void)unused;
    sweep_deaf_program(&scenarios[0], 3);
}

static void who_tells_before_it_is_done_is_seen_to_lose(void **unused)
{
    (void)unused;
    sweep_hasty_program(&scenarios[0], 3);
}

static void who_does_not_know_his_repeats_is_seen_to_double(void **unused)
{
    (void)unused;
    sweep_forgetful_program(&careless_scenario, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cut_loses_or_doubles_or_halves),
        cmocka_unit_test(nor_does_a_second_cut_in_what_follows_the_first),
        cmocka_unit_test(no_trouble_of_the_disk_loses_or_doubles_or_halves),
        cmocka_unit_test(what_is_not_synced_is_seen_to_be_lost),
        cmocka_unit_test(who_does_not_hear_the_disk_is_seen_to_lose),
        cmocka_unit_test(who_tells_before_it_is_done_is_seen_to_lose),
        cmocka_unit_test(who_does_not_know_his_repeats_is_seen_to_double),
    };
    return run_on_disk("journal.db", tests, ARRAY_LEN(tests));
}
