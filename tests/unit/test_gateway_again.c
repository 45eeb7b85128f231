/*
 * test_gateway_again.c - whatever way a kiosk's entries come, the platform has each once: batches
 * repeated, cut, delayed, overlapping, out of order, with a broken end, from another kiosk, and
 * from two processes at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/gateway_world.h"

#define ENTRIES 48
#define LIVES 60
#define DELIVERIES 120 /* in each life */
#define BATCH_MAX 7
#define DUMP_MAX 65536
#define OTHER_KIOSK "hall-2"

/* The kiosk's journal, and what takes it. */
struct life {
    struct world world;
    struct batch *journal; /* all of it */
    struct batch *part;
    uint32_t random;
    uint64_t stored; /* head, as it has to be */
    struct err (*take)(struct life *, const char *kiosk, struct intake_answer *);
};

static char dump[2][DUMP_MAX];

static uint32_t next(struct life *life, uint32_t below)
{
    uint64_t product = life->random * UINT64_C(1664525) + UINT64_C(1013904223);
    life->random = (uint32_t)(product & UINT32_MAX);
    return (life->random >> 8) % below;
}

static void make_journal(struct life *life)
{
    static const struct entry started = {.kind = ENTRY_VISIT_STARTED, .service = "renew"};
    struct entry left = {.kind = ENTRY_ORDER_LEFT, .token = WORLD_TOKEN, .why = "cancelled"};
    char id[FACTS_UUID_SIZE];

    life->journal->count = 0;
    for (int i = 0; i < ENTRIES / 3; i++) {
        (void)snprintf(id, sizeof(id), "00000000-0000-4000-8000-%012d", i + 1);
        struct entry request = world_request(&life->world, id, 1);
        (void)text_copy(left.order, sizeof(left.order), i % 4 == 3 ? WORLD_VISIT : id);
        world_add(&life->world, life->journal, &started);
        world_add(&life->world, life->journal, &request);
        world_add(&life->world, life->journal, &left); /* of an order that is unknown: rejected */
    }
}

static struct err take_it(struct life *life, const char *kiosk, struct intake_answer *out)
{
    return intake_batch(&life->world.platform, kiosk, life->part, out);
}

/* A platform that trusts its kiosks to send each entry once. */
static struct err take_naively(struct life *life, const char *kiosk, struct intake_answer *out)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct store *store = life->world.platform.store;

    struct err e = store_begin(store, &work);
    for (size_t i = 0; i < life->part->count && !failed(e); i++) {
        const struct batch_entry *entry = &life->part->entries[i];
        e = store_run(store, "INSERT INTO plain VALUES(?, ?)",
                      VALUES(V_TEXT(kiosk), V_NUMBER(entry->seq)));
        out->ack.acked_seq = entry->seq;
    }
    return failed(e) ? e : transaction_commit(&work);
}

static struct life *life_create(uint32_t seed, struct err (*take)(struct life *, const char *,
                                                                  struct intake_answer *))
{
    struct life *life = calloc(1, sizeof(*life));
    struct hash client = {{2}};

    assert_non_null(life);
    life->journal = calloc(1, sizeof(*life->journal));
    life->part = calloc(1, sizeof(*life->part));
    assert_non_null(life->journal);
    assert_non_null(life->part);
    life->random = seed;
    life->take = take;
    world_open(&life->world);
    WORLD_DO(&life->world,
             kiosk_enrol(life->world.platform.store, OTHER_KIOSK, &client, WORLD_NOW_S));
    WORLD_DO(&life->world, store_run(life->world.platform.store,
                                     "CREATE TEMP TABLE plain(kiosk, seq)", VALUES(V_NUMBER(0))));
    make_journal(life);
    return life;
}

static void life_destroy(struct life *life)
{
    world_close(&life->world);
    free(life->journal);
    free(life->part);
    free(life);
}

static void cut(struct life *life, size_t from, size_t count)
{
    life->part->count = count;
    memcpy(life->part->epoch, life->journal->epoch, sizeof(life->part->epoch));
    memcpy(life->part->entries, life->journal->entries + from,
           count * sizeof(life->part->entries[0]));
}

/* The answer to entries from `from`, of a platform that has `stored` of them. */
static enum intake_verdict wanted(uint64_t stored, size_t from, bool is_broken, bool is_foreign)
{
    if (is_foreign)
        return from == 0 ? INTAKE_FORK : INTAKE_GAP;
    if (from > stored)
        return INTAKE_GAP;
    return is_broken ? INTAKE_MALFORMED : INTAKE_STORED;
}

/* One delivery of anything; how far the journal is stored changes only as it may. */
static void deliver(struct life *life)
{
    size_t from = next(life, ENTRIES);
    size_t count = 1 + next(life, BATCH_MAX);
    bool is_foreign = life->stored > 0 && next(life, 8) == 0;
    bool is_broken = !is_foreign && next(life, 8) == 0;
    struct intake_answer answer = {0};

    if (next(life, 2) == 0) /* where it goes on, or a little before */
        from = life->stored < 3 ? 0 : life->stored - next(life, 4);
    from = from >= ENTRIES ? ENTRIES - 1 : from;
    count = from + count > ENTRIES ? ENTRIES - from : count;
    cut(life, from, count);
    if (is_broken)
        life->part->entries[count - 1].body[0] ^= 1;
    world_ok(life->take(life, is_foreign ? OTHER_KIOSK : WORLD_KIOSK, &answer));
    if (answer.verdict != wanted(life->stored, from, is_broken, is_foreign))
        fail_msg("stored %u, entries %zu to %zu%s%s: %d", (unsigned)life->stored, from + 1,
                 from + count, is_broken ? ", broken" : "", is_foreign ? ", foreign" : "",
                 (int)answer.verdict);
    if (answer.verdict != INTAKE_STORED)
        return;
    if (from + count > life->stored)
        life->stored = from + count;
    assert_int_equal(answer.ack.acked_seq, life->stored);
    assert_memory_equal(answer.ack.head_hash.at, life->journal->entries[life->stored - 1].hash.at,
                        HASH_LEN);
    size_t rejected = 0;
    for (size_t i = from; i < from + count; i++)
        rejected += i % 12 == 11; /* as make_journal makes them */
    assert_int_equal(answer.ack.rejected_count, rejected);
}

static struct err take_dump(struct store *store, char *out)
{
    static const char *const queries[] = {
        "SELECT kiosk || seq || txid || hex(body) || hex(hash) || rejected FROM journal ORDER BY 1",
        "SELECT id || number || status || reason FROM orders ORDER BY 1",
        "SELECT kiosk || seq || hex(hash) FROM heads ORDER BY 1",
    };
    size_t at = 0;

    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        CLEANUP(query_done) sqlite3_stmt *query = NULL;
        struct err e = store_query(store, queries[i], VALUES(V_NUMBER(0)), &query);
        while (!failed(e) && !failed(e = store_row(query)) && at < DUMP_MAX / 2) {
            column_text(query, 0, out + at, DUMP_MAX - at);
            at += strlen(out + at);
        }
        if (e.code != ERR_NOT_FOUND)
            return failed(e) ? e : ERR(ERR_NO_ROOM, 0, "dump");
    }
    return ERR_OK;
}

static void dump_life(struct life *life, char *out)
{
    memset(out, 0, DUMP_MAX);
    WORLD_DO(&life->world, take_dump(life->world.platform.store, out));
}

/* Each entry once, from the first to the last. */
static void deliver_plainly(struct life *life)
{
    struct intake_answer answer = {0};

    cut(life, life->stored, ENTRIES - life->stored);
    world_ok(life->take(life, WORLD_KIOSK, &answer));
    assert_int_equal(answer.ack.acked_seq, ENTRIES);
}

static void whatever_way_entries_come_each_is_there_once(void **state)
{
    unsigned deliveries = 0;
    struct life *plain = life_create(0, take_it);

    (void)state;
    deliver_plainly(plain);
    dump_life(plain, dump[0]);
    life_destroy(plain);
    for (uint32_t seed = 1; seed <= LIVES; seed++) {
        struct life *life = life_create(seed, take_it);
        for (int i = 0; i < DELIVERIES; i++, deliveries++)
            deliver(life);
        if (life->stored < ENTRIES)
            deliver_plainly(life);
        dump_life(life, dump[1]);
        assert_string_equal(dump[1], dump[0]);
        life_destroy(life);
    }
    print_message("%u deliveries in %d lives: the same %d entries\n", deliveries, LIVES, ENTRIES);
}

/* Without this the test above would prove nothing. */
static void a_platform_without_a_memory_of_what_it_has_doubles_them(void **state)
{
    struct life *life = life_create(1, take_naively);
    struct intake_answer answer = {0};

    (void)state;
    deliver_plainly(life);
    cut(life, 3, 5);
    world_ok(life->take(life, WORLD_KIOSK, &answer));
    assert_int_equal(world_number(&life->world, "SELECT count(*) FROM plain"), ENTRIES + 5);
    life_destroy(life);
}

static struct err insert_again(struct store *store, const char *columns)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    char sql[512];

    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO journal(kiosk, epoch, seq, txid, at_ms, visit, kind, body, prev,"
                   " hash, received_ms) SELECT kiosk, epoch, %s, at_ms, visit, kind, body, prev,"
                   " hash, received_ms FROM journal WHERE seq = 2",
                   columns);
    struct err e = store_begin(store, &work);
    return failed(e) ? e : store_run(store, sql, VALUES(V_NUMBER(0)));
}

static void the_database_itself_refuses_a_second_one(void **state)
{
    struct life *life = life_create(1, take_it);
    struct store *store = life->world.platform.store;

    (void)state;
    deliver_plainly(life);
    assert_int_equal(insert_again(store, "seq, 'another'").code, ERR_CONFLICT);
    assert_int_equal(insert_again(store, "seq + 1000, txid").code, ERR_CONFLICT);
    assert_int_equal(insert_again(store, "seq + 1000, 'another'").code, ERR_NONE);
    life_destroy(life);
}

/* All batches in order, as a kiosk whose every answer is lost once: in this process alone. */
static int send_all(struct life *life, const char *path)
{
    int bad = 0;

    if (failed(store_open(path, false, &life->world.platform.store)))
        return 1;
    for (size_t from = 0; from < ENTRIES; from += 4) {
        for (int again = 0; again < 2; again++) {
            struct intake_answer answer = {0};
            cut(life, from, 4);
            struct err e = take_it(life, WORLD_KIOSK, &answer);
            bad += failed(e) || answer.verdict != INTAKE_STORED || answer.ack.acked_seq < from + 4;
        }
    }
    store_close(life->world.platform.store);
    return bad > 0 ? 1 : 0;
}

static void copy_world(struct life *life, const char *path)
{
    char sql[256];

    (void)snprintf(sql, sizeof(sql), "VACUUM INTO '%s'", path);
    /* Outside of any transaction: VACUUM asks for that. */
    world_ok(store_run(life->world.platform.store, sql, VALUES(V_NUMBER(0))));
}

static void remove_database(const char *folder, const char *path)
{
    static const char *const suffixes[] = {"", ".lock", "-wal", "-shm"};
    char name[96];

    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        (void)snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
        (void)unlink(name); /* not each of them is there */
    }
    assert_int_equal(rmdir(folder), 0);
}

static void the_same_from_two_processes_at_once_is_there_once(void **state)
{
    char folder[] = "/tmp/test_gateway_again.XXXXXX";
    char path[64];
    struct life *life = life_create(1, take_it);

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/gateway.db", folder);
    copy_world(life, path);
    store_close(life->world.platform.store);
    for (int i = 0; i < 2; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit(send_all(life, path));
    }
    for (int i = 0; i < 2; i++) {
        int status = -1;
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    world_ok(store_open(path, false, &life->world.platform.store));
    dump_life(life, dump[1]);
    assert_string_equal(dump[1], dump[0]); /* of the first test */
    life_destroy(life);
    remove_database(folder, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_way_entries_come_each_is_there_once),
        cmocka_unit_test(a_platform_without_a_memory_of_what_it_has_doubles_them),
        cmocka_unit_test(the_database_itself_refuses_a_second_one),
        cmocka_unit_test(the_same_from_two_processes_at_once_is_there_once),
    };
    return cmocka_run_group_tests_name("gateway again", tests, NULL, NULL);
}
