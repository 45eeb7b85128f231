/*
 * The platform's database under every power cut, kill -9 and trouble of the disk: see sweep.h for
 * what is asked of each act, and the table at the end for the acts. What the platform's functions
 * do is done for real; only the authority makes up what it issues.
 *
 * The controls do the same where it must go wrong: a disk that does not sync, a database that does
 * not ask for syncs, a platform whose journal does not know txids.
 */
#include "tests/power/gateway_store.h"
#include "tests/unit/released.h"

#define SPARSE 37 /* points left out under a sanitizer */
#define ROWS 3U   /* of a batch */

/* --- an acknowledgement: a batch is stored before the answer is given --------------------------
 */

static void prepare_batches(void)
{
    static const struct entry started = {.kind = ENTRY_VISIT_STARTED, .service = "renew"};
    prepare_platform();
    begin_batches();
    for (size_t i = 0; i < BATCHES * ROWS; i++)
        world_add(&world, batches[i / ROWS], &started);
}

static bool batches_agree(size_t reached)
{
    return is_whole() && number("SELECT count(*) FROM journal") == (int64_t)(reached * ROWS);
}

/* --- checkpoints: after some commits, and when the platform is stopped -------------------------
 */

static struct err send_or_stop(size_t i)
{
    if (i % 2 == 0)
        return send_batch(i / 2);
    close_store();
    return open_store(false);
}

static unsigned count_sent(size_t i)
{
    return i % 2 == 0 ? count_batch(i / 2) : SWEEP_NOTHING;
}

static bool sent_agrees(size_t reached)
{
    return is_whole() &&
           number("SELECT count(*) FROM journal") == (int64_t)((reached + 1) / 2 * ROWS);
}

/* --- a document is published ------------------------------------------------------------------ */

static struct err announce(size_t i)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct fact_announcement notice = {"zh", "en"};
    char id[16];
    (void)text_print(id, sizeof(id), "notice-%zu", i);
    struct err e = store_begin(world.platform.store, &work);
    if (!failed(e))
        e = publish_notice(world.platform.store, id, &notice);
    return failed(e) ? e : transaction_commit(&work);
}

static unsigned count_announced(size_t i)
{
    char sql[96];
    (void)text_print(sql, sizeof(sql), "SELECT count(*) FROM documents WHERE id = 'notice-%zu'", i);
    return (unsigned)number(sql);
}

/* The account's document stood before; no cursor is given twice or left out. */
static bool announced_agrees(size_t reached)
{
    return is_whole() &&
           number("SELECT count(*) FROM documents WHERE version = 1") == (int64_t)reached + 1 &&
           number("SELECT max(cursor) FROM documents") == (int64_t)reached + 1;
}

/* --- a whole order ---------------------------------------------------------------------------- */

enum order_step { REQUEST, PAY, SETTLE, MAKE, INTEND, DELIVER, ORDER_STEP_COUNT };

static void prepare_order(void)
{
    static const struct entry started = {.kind = ENTRY_VISIT_STARTED, .service = "renew"};
    static const struct entry ended = {.kind = ENTRY_VISIT_ENDED};
    struct entry intended = {.kind = ENTRY_WRITE_INTENDED, .token = WORLD_TOKEN, .slot = 0x9A};
    struct entry receipt = {.kind = ENTRY_RECEIPT, .printed = "yes"};
    prepare_platform();
    begin_batches();
    struct entry request = world_request(&world, WORLD_ORDER, 1);
    world_add(&world, batches[0], &started);
    world_add(&world, batches[0], &request);

    /* What the authority will issue is known: the batches of the whole visit can be made now. */
    must(open_store(true));
    must(send_batch(0));
    struct world ahead = world;
    world_pay(&ahead, WORLD_ORDER);
    struct entry delivered = world_delivered(&ahead, WORLD_ORDER);
    close_store();
    (void)text_copy(intended.order, sizeof(intended.order), WORLD_ORDER);
    (void)text_copy(receipt.order, sizeof(receipt.order), WORLD_ORDER);
    memcpy(intended.old_certificate, request.old_certificate, sizeof(intended.old_certificate));
    memcpy(intended.new_certificate, delivered.new_certificate, sizeof(intended.new_certificate));
    world_add(&world, batches[1], &intended);
    world_add(&world, batches[2], &delivered);
    world_add(&world, batches[2], &receipt);
    world_add(&world, batches[2], &ended);
    struct hash head = world.head;
    uint64_t seq = world.seq;
    disk_clear();
    prepare_platform();
    world.head = head;
    world.seq = seq;
}

static struct err order_step(size_t i)
{
    switch ((enum order_step)i) {
    case REQUEST:
        return send_batch(0);
    case PAY:
        return pay_or_settle(true);
    case SETTLE:
        return pay_or_settle(false);
    case MAKE:
        return orders_round_make(&world.platform);
    case INTEND:
        return send_batch(1);
    case DELIVER:
        return send_batch(2);
    case ORDER_STEP_COUNT:
        break;
    }
    return ERR(ERR_CONFLICT, 0, "step");
}

static unsigned order_count(size_t i)
{
    static const char *const sql[ORDER_STEP_COUNT] = {
        [REQUEST] = "SELECT count(*) FROM orders",
        [PAY] = "SELECT count(*) FROM demo_charges WHERE state = 'paid'",
        [SETTLE] = "SELECT count(*) FROM payments",
        [MAKE] = "SELECT count(*) FROM certificates WHERE order_id IS NOT NULL",
        [INTEND] = "SELECT count(*) FROM journal WHERE kind = 'write_intended'",
        [DELIVER] = "SELECT count(*) FROM deliveries",
    };
    return (unsigned)number(sql[i]);
}

/* Journal, order and the documents that tell of it are of the same moment. */
static bool order_agrees(size_t reached)
{
    static const struct {
        const char *status;
        int64_t rows;
        int64_t documents; /* of this order: the order itself, and the certificate */
    } want[ORDER_STEP_COUNT + 1] = {
        {"none", 0, 0},     {"to_pay", 2, 1},   {"to_pay", 2, 1}, {"to_make", 2, 1},
        {"to_write", 2, 2}, {"to_write", 3, 2}, {"done", 6, 2},
    };
    char sql[128];
    (void)text_print(sql, sizeof(sql),
                     "SELECT coalesce((SELECT status FROM orders), 'none') = '%s'",
                     want[reached].status);
    return is_whole() && number(sql) == 1 &&
           number("SELECT count(*) FROM journal") == want[reached].rows &&
           number("SELECT count(*) FROM journal WHERE rejected <> ''") == 0 &&
           number("SELECT count(*) FROM documents WHERE type IN ('order', 'issued')") ==
               want[reached].documents;
}

/* --- a migration ------------------------------------------------------------------------------ */

#define OLD_ROWS 20

static void prepare_release(const char *name)
{
    sqlite3 *db = released_make(folder.path, name);
    released_run(
        db, "INSERT INTO kiosks(id, certificate, enrolled_s) VALUES('k', zeroblob(32), 0);"
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " STRINGIFY(
                OLD_ROWS) ") INSERT INTO journal(kiosk, epoch, seq, txid, at_ms,"
                          " visit, kind, body, prev, hash, received_ms) SELECT 'k', 'e', i, 't' || "
                          "i, i,"
                          " 'v', 'kind', CAST(i AS BLOB), zeroblob(32), zeroblob(32), i FROM n");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void prepare_release_1(void)
{
    prepare_release("gateway-1.sql");
}

static void prepare_release_2(void)
{
    prepare_release("gateway-2.sql");
}

static void prepare_release_3(void)
{
    prepare_release("gateway-3.sql");
}

static bool old_rows_stand(void)
{
    return number("SELECT count(*) FROM journal WHERE txid = 't' || seq AND body = CAST(seq AS"
                  " BLOB)") == OLD_ROWS;
}

static bool migrated_agrees(size_t reached)
{
    return number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") ==
               1 &&
           number("SELECT count(*) FROM documents") == (int64_t)reached;
}

/* --- a platform that does not know its repeats -------------------------------------------------
 * It keeps entries where no constraint looks at them: among the guesses of a code. */

static struct err send_forgetfully(size_t i)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct store *store = world.platform.store;
    struct err e = store_begin(store, &work);
    for (size_t n = 0; n < batches[i]->count && !failed(e); n++) {
        const struct batch_entry *row = &batches[i]->entries[n];
        e = store_run(store, "INSERT INTO invite_refused(address, at_s) VALUES(?, ?)",
                      VALUES(V_BLOB(row->hash.at, HASH_LEN), V_NUMBER(row->seq)));
    }
    return failed(e) ? e : transaction_commit(&work);
}

static unsigned count_forgotten(size_t i)
{
    return count_rows("invite_refused", "at_s", i);
}

static bool forgetful_agrees(size_t reached)
{
    (void)reached;
    return true;
}

/* --- the acts --------------------------------------------------------------------------------- */

static const struct scenario scenarios[] = {
    {"platform, a whole order", ORDER_STEP_COUNT, prepare_order, open_store, order_step,
     close_store, order_count, platform_stands, order_agrees, true},
    {"platform, an acknowledgement", BATCHES, prepare_batches, open_store, send_batch, close_store,
     count_batch, platform_stands, batches_agree, true},
    {"platform, checkpoints", 2 * BATCHES, prepare_batches, open_store, send_or_stop, close_store,
     count_sent, platform_stands, sent_agrees, false},
    {"platform, documents published", 3, prepare_platform, open_store, announce, close_store,
     count_announced, platform_stands, announced_agrees, true},
    {"platform, a migration from 1", 1, prepare_release_1, open_store, announce, close_store,
     count_announced, old_rows_stand, migrated_agrees, true},
    {"platform, a migration from 2", 1, prepare_release_2, open_store, announce, close_store,
     count_announced, old_rows_stand, migrated_agrees, true},
    {"platform, a migration from 3", 1, prepare_release_3, open_store, announce, close_store,
     count_announced, old_rows_stand, migrated_agrees, true},
};

static const struct scenario forgetful = {
    "a forgetful platform", BATCHES, prepare_batches,  open_store, send_forgetfully, close_store,
    count_forgotten,        NULL,    forgetful_agrees, true};

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
    sweep_careless_disks(&scenarios[1], 7);
}

static void who_does_not_hear_the_disk_is_seen_to_lose(void **unused)
{
    (void)unused;
    sweep_deaf_program(&scenarios[1], 1);
}

static void who_answers_before_he_commits_is_seen_to_lose(void **unused)
{
    (void)unused;
    sweep_hasty_program(&scenarios[1], 7);
}

static void a_platform_that_does_not_know_repeats_is_seen_to_double(void **unused)
{
    (void)unused;
    sweep_forgetful_program(&forgetful, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cut_loses_or_doubles_or_halves),
        cmocka_unit_test(nor_does_a_second_cut_in_what_follows_the_first),
        cmocka_unit_test(no_trouble_of_the_disk_loses_or_doubles_or_halves),
        cmocka_unit_test(what_is_not_synced_is_seen_to_be_lost),
        cmocka_unit_test(who_does_not_hear_the_disk_is_seen_to_lose),
        cmocka_unit_test(who_answers_before_he_commits_is_seen_to_lose),
        cmocka_unit_test(a_platform_that_does_not_know_repeats_is_seen_to_double),
    };
    return run_on_disk("gateway.db", tests, ARRAY_LEN(tests));
}
