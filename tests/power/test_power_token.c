/*
 * The power fails while a certificate is written: for the token and for the disk at once. At every
 * command of the write, on every virtual token in memory, what no sync followed is lost or torn;
 * then the token holds the old certificate or the new one, or the ledger holds what the write
 * overwrote, and it is put back.
 *
 * The controls do the same on a disk whose syncs do nothing, and with the old certificate appended
 * only after the write: they must leave a torn token that nobody can repair.
 */
#include "tests/contract/token_bench.h"

#include <stdio.h>
#include <string.h>

#include "tests/power/disk.h"
#include "tests/unit/ledger.h"

#define SLOT 0x9D
#define OLD_FILL 1
#define NEW_FILL 2
#define SEEDS 2U
#define COMMANDS_MAX 100U
#define BEFORE 1U

enum order_of_things { INTENT_FIRST, INTENT_UNSYNCED, INTENT_LAST };

static struct folder folder;
static struct token_identity seen; /* big */

struct tally {
    uint32_t commands, images, torn, repaired, lost;
};

static struct journal *open_it(bool create)
{
    struct journal *journal = NULL;
    return failed(journal_open(folder.path, create, ledger_random, &ledger_guard, &journal))
               ? NULL
               : journal;
}

/* --- the write ---------------------------------------------------------------------------- */

static struct journal_draft intent(const struct bench *on)
{
    struct journal_draft draft = draft_of(50, 7, JOURNAL_ORDER_INTENDED);

    (void)text_copy(draft.kind, sizeof(draft.kind), "write_intended");
    (void)text_copy(draft.token, sizeof(draft.token), on->id);
    draft.kept_slot = SLOT;
    draft.kept = bench_certificate(OLD_FILL);
    return draft;
}

static void append_intent(struct journal *journal, const struct bench *on)
{
    struct journal_draft draft = intent(on);
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
}

/* A token with a key, and the old certificate of it; kept so. */
static void prepare(struct bench *on)
{
    struct bench_key key;

    bench_insert(on, &seen);
    assert_int_equal(bench_generate(on, SLOT, TOKEN_KEY_P256, &key), ERR_NONE);
    assert_int_equal(bench_write(on, SLOT, OLD_FILL), ERR_NONE);
    on->kind->keep(on);
}

/* The write until its n-th command. False when it has fewer; then the token has what it should. */
static bool write_until(struct bench *on, enum bench_fault how, uint32_t n)
{
    struct token_target target = bench_target(on, SLOT);

    on->kind->fault(on, how, n);
    uint32_t before = on->kind->commands(on);
    struct err e = token_write(on->token, &target, bench_certificate(NEW_FILL));
    bool struck = on->kind->commands(on) - before > n;
    on->kind->fault(on, BENCH_NONE, 0);
    assert_int_equal(failed(e), struck);
    return struck;
}

/* --- after the cut ------------------------------------------------------------------------ */

static bool holds(uint8_t fill)
{
    const struct token_certificate *found = bench_find(&seen, SLOT);
    struct bytes der = bench_certificate(fill);
    return found != NULL && found->der_len == der.len && memcmp(found->der, der.at, der.len) == 0;
}

/* What the ledger kept goes back onto the token. */
static bool repair(struct bench *on)
{
    struct journal_kept kept = {.slot = 0};
    struct journal *journal = open_it(false);
    struct token_target target = bench_target(on, SLOT);

    assert_non_null(journal);
    struct err e = journal_kept_of_token(journal, on->id, &kept);
    journal_close(journal);
    if (failed(e) || kept.slot != SLOT)
        return false;
    bench_look(on, &seen);
    assert_int_equal(token_write(on->token, &target, (struct bytes){kept.der, kept.der_len}).code,
                     ERR_NONE);
    bench_look(on, &seen);
    return holds(OLD_FILL);
}

/* The ledger holds the old certificate; it is asked of every image, torn or not. */
static bool is_kept(const struct bench *on)
{
    struct bytes old = bench_certificate(OLD_FILL);
    struct journal_kept kept = {.slot = 0};
    struct journal *journal = open_it(false);

    assert_non_null(journal);
    struct err e = journal_kept_of_token(journal, on->id, &kept);
    journal_close(journal);
    return !failed(e) && kept.slot == SLOT && kept.der_len == old.len &&
           memcmp(kept.der, old.at, old.len) == 0;
}

static void check_image(struct bench *on, struct tally *tally)
{
    tally->images++;
    tally->lost += is_kept(on) ? 0 : 1;
}

/* Every fate of what was not synced when the power failed, which is now. */
static void check_disks(struct bench *on, struct tally *tally)
{
    size_t points = disk_points();

    for (unsigned fate = 0; fate < DISK_FATE_COUNT; fate++) {
        unsigned seeds = disk_by_chance((enum disk_fate)fate) ? SEEDS : 1;
        for (unsigned seed = 0; seed < seeds; seed++) {
            disk_cut(points, (enum disk_fate)fate, fate * 10 + seed);
            check_image(on, tally);
        }
    }
    disk_cut(points, DISK_DROP_ALL, 0);
}

static bool cut_once(struct bench *on, enum bench_fault how, uint32_t n, enum order_of_things order,
                     struct tally *tally)
{
    on->kind->pull(on);
    on->kind->restore(on);
    bench_insert(on, &seen);
    disk_rewind();
    disk_record(order != INTENT_UNSYNCED);
    struct journal *journal = open_it(false);
    assert_non_null(journal);
    if (order != INTENT_LAST)
        append_intent(journal, on);
    bool struck = write_until(on, how, n);
    disk_stop();
    journal_close(journal); /* what that writes is after the cut, and not on any image */
    if (struck) {
        check_disks(on, tally);
        tally->commands++;
        bench_insert(on, &seen);
        bool torn = !holds(OLD_FILL) && !holds(NEW_FILL);
        tally->torn += torn ? 1 : 0;
        tally->repaired += torn && repair(on) ? 1 : 0;
    }
    return struck;
}

static struct tally sweep(struct bench *on, enum order_of_things order)
{
    static const enum bench_fault ways[] = {BENCH_PULL, BENCH_LOST};
    struct tally tally = {0};

    prepare(on);
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        uint32_t n = 0;
        while (n < COMMANDS_MAX && cut_once(on, ways[i], n, order, &tally))
            n++;
        assert_true(n > 0 && n < COMMANDS_MAX);
    }
    return tally;
}

static struct tally promised, control; /* of all tokens */

static void told(const struct bench *on, const char *what, const struct tally *tally,
                 struct tally *sum)
{
    sum->commands += tally->commands;
    sum->images += tally->images;
    sum->lost += tally->lost;
    sum->torn += tally->torn;
    sum->repaired += tally->repaired;
    print_message("# %s, %s: %u commands, %u disks, %u without the old certificate; torn %u, "
                  "repaired %u\n",
                  on->kind->name, what, tally->commands, tally->images, tally->lost, tally->torn,
                  tally->repaired);
}

/* --- promises ----------------------------------------------------------------------------- */

/* Whether a write that is cut can leave the slot torn; elsewhere there is nothing to lose. */
static bool tears(const struct bench *on)
{
    return on->kind->model == NULL || (on->model->put_tears && !on->model->extended_lc);
}

static void no_power_cut_leaves_a_token_that_cannot_be_repaired(struct bench *on)
{
    struct tally tally = sweep(on, INTENT_FIRST);

    told(on, "intent first", &tally, &promised);
    assert_true(tally.commands >= 2);
    assert_int_equal(tally.lost, 0);
    assert_int_equal(tally.repaired, tally.torn);
    assert_true(tally.torn > 0 || !tears(on));
}

static void a_disk_that_does_not_sync_is_seen_to_lose(struct bench *on)
{
    if (!tears(on))
        return;
    struct tally tally = sweep(on, INTENT_UNSYNCED);

    told(on, "no syncs", &tally, &control);
    assert_true(tally.lost > 0 && tally.torn > 0 && tally.repaired == 0);
}

static void a_write_before_its_intent_is_seen_to_lose(struct bench *on)
{
    if (!tears(on))
        return;
    struct tally tally = sweep(on, INTENT_LAST);

    told(on, "intent last", &tally, &control);
    assert_true(tally.lost == tally.images && tally.torn > 0 && tally.repaired == 0);
}

static void make_first_disk(void)
{
    folder_make(&folder, "journal.db");
    disk_install(folder.at);
    struct journal *journal = open_it(true);
    assert_non_null(journal);
    struct journal_draft draft = draft_of(BEFORE, BEFORE, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
    journal_close(journal);
    disk_record(true);
    disk_stop();
}

int main(void)
{
    static const struct bench_promise promises[] = {
        PROMISE(no_power_cut_leaves_a_token_that_cannot_be_repaired),
        PROMISE(a_disk_that_does_not_sync_is_seen_to_lose),
        PROMISE(a_write_before_its_intent_is_seen_to_lose),
    };

    make_first_disk();
    int status = bench_run("power token", promises, ARRAY_LEN(promises));
    (void)printf(
        "points: power cuts in the write of a token: %u points, %u images: %u lost, %u torn"
        " and %u repaired; controls: %u points, %u lost, %u torn and %u repaired\n",
        promised.commands, promised.images, promised.lost, promised.torn, promised.repaired,
        control.commands, control.lost, control.torn, control.repaired);
    disk_clear();
    folder_remove(&folder);
    return status;
}
