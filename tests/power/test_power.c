/*
 * The power fails at every write, truncate and sync in the life of an order. Whatever was not
 * synced is lost, kept, kept in part or torn; the journal must open, hold every entry whose append
 * had returned, and take the rest of the order's life as if nothing had been. What another order
 * kept is there whole or erased, and erased once the erasure had returned.
 *
 * The control does the same on a disk whose syncs do nothing: it must lose entries, or this test
 * could not see a loss.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "tests/power/shim.h"
#include "tests/unit/ledger.h"

#define BEFORE 2U /* entries that stand when the order's life begins */
#define STEPS_MAX 8
#define SEEDS 3U

static const struct {
    const char *kind;
    enum journal_order_state state;
    bool checkpoint; /* after it */
} life[] = {
    {"order_requested", JOURNAL_ORDER_REQUESTED, false},
    {"write_intended", JOURNAL_ORDER_INTENDED, true},
    {"delivered", JOURNAL_ORDER_DELIVERED, false},
    {"receipt", JOURNAL_ORDER_DELIVERED, true},
    {"visit_ended", JOURNAL_ORDER_DELIVERED, false},
};

static struct folder folder;
static struct shim_disk first, image;
static size_t done_at[STEPS_MAX]; /* points when the append of a step had returned */
static size_t erased_at;          /* and when what the other order had kept was erased */

struct tally {
    size_t points, images, lost, broken;
};

static const uint8_t old_certificate[] = "what the write overwrites";

static struct journal_draft step(size_t i)
{
    struct journal_draft draft = draft_of((unsigned)(100 + i), 7, life[i].state);
    (void)text_copy(draft.kind, sizeof(draft.kind), life[i].kind);
    if (life[i].state == JOURNAL_ORDER_INTENDED)
        draft.kept = (struct bytes){old_certificate, sizeof(old_certificate)};
    return draft;
}

/* The other order: of another token, and with a write begun before this life. */
static struct journal_draft other(void)
{
    struct journal_draft draft = draft_of(BEFORE, BEFORE, JOURNAL_ORDER_INTENDED);
    (void)text_copy(draft.token, sizeof(draft.token), "other");
    draft.kept = (struct bytes){old_certificate, sizeof(old_certificate)};
    return draft;
}

static void path_of(char out[160], const char *suffix)
{
    (void)text_print(out, 160, "%s%s", folder.path, suffix);
}

static void load(const char *suffix, struct shim_content *out)
{
    char path[160];
    path_of(path, suffix);
    int fd = open(path, O_RDONLY);
    out->len = 0;
    if (fd < 0)
        return;
    ssize_t len = read(fd, out->at, sizeof(out->at));
    assert_true(len >= 0 && len < SHIM_FILE_MAX);
    out->len = (size_t)len;
    (void)close(fd);
}

static void store(const char *suffix, const struct shim_content *content)
{
    char path[160];
    path_of(path, suffix);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content->at, content->len), content->len);
    (void)close(fd);
}

static void store_disk(const struct shim_disk *disk)
{
    char path[160];
    store("", &disk->database);
    store("-wal", &disk->wal);
    path_of(path, "-shm");
    (void)unlink(path);
}

static struct journal *open_it(void)
{
    struct journal *journal = NULL;
    return failed(journal_open(folder.path, false, ledger_random, &journal)) ? NULL : journal;
}

static void make_first_disk(void)
{
    struct journal *journal = NULL;
    folder_make(&folder, "journal.db");
    assert_int_equal(journal_open(folder.path, true, ledger_random, &journal).code, ERR_NONE);
    for (unsigned i = 1; i <= BEFORE; i++) {
        struct journal_draft draft =
            i == BEFORE ? other() : draft_of(i, i, JOURNAL_ORDER_REQUESTED);
        assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
        if (i == 1)
            assert_int_equal(journal_checkpoint(journal).code, ERR_NONE);
    }
    journal_close(journal);
    load("", &first.database);
    load("-wal", &first.wal);
}

static void live(bool syncs)
{
    store_disk(&first);
    shim_record(syncs);
    struct journal *journal = open_it();
    assert_non_null(journal);
    for (size_t i = 0; i < ARRAY_LEN(life); i++) {
        struct journal_draft draft = step(i);
        assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
        done_at[i] = shim_points();
        if (life[i].checkpoint)
            assert_int_equal(journal_checkpoint(journal).code, ERR_NONE);
    }
    struct journal_draft draft = other();
    assert_int_equal(journal_kept_erase(journal, draft.order).code, ERR_NONE);
    erased_at = shim_points();
    assert_int_equal(journal_checkpoint(journal).code, ERR_NONE);
    journal_close(journal);
    shim_stop();
}

/* Live on after the cut: everything again, as the program would that never saw an answer. */
static bool goes_on(struct journal *journal)
{
    struct journal_status status;
    struct journal_order order;
    for (size_t i = 0; i < ARRAY_LEN(life); i++) {
        struct journal_draft draft = step(i);
        if (failed(journal_append(journal, &draft)))
            return false;
    }
    struct journal_draft draft = step(0);
    return !failed(journal_get_status(journal, &status)) &&
           status.head_seq == BEFORE + ARRAY_LEN(life) &&
           !failed(journal_order_by_id(journal, draft.order, &order)) &&
           order.state == JOURNAL_ORDER_DELIVERED;
}

static bool is_whole(const struct journal_kept *kept)
{
    return kept->der_len == sizeof(old_certificate) &&
           memcmp(kept->der, old_certificate, kept->der_len) == 0;
}

/* What the write overwrites is there from the intent to the delivery, and not a moment else. */
static bool keeps(struct journal *journal)
{
    struct journal_draft draft = step(0);
    struct journal_order order;
    struct journal_kept kept;
    bool intended = !failed(journal_order_by_id(journal, draft.order, &order)) &&
                    order.state == JOURNAL_ORDER_INTENDED;

    struct err e = journal_kept_of_order(journal, draft.order, &kept);
    if (!intended)
        return e.code == ERR_NOT_FOUND;
    return !failed(e) && is_whole(&kept);
}

static bool keeps_other(struct journal *journal, bool erased)
{
    struct journal_draft draft = other();
    struct journal_kept kept;
    struct err e = journal_kept_of_order(journal, draft.order, &kept);
    return failed(e) ? e.code == ERR_NOT_FOUND : !erased && is_whole(&kept);
}

static void check_image(size_t points, struct tally *tally)
{
    size_t promised = BEFORE;
    for (size_t i = 0; i < ARRAY_LEN(life); i++)
        promised += done_at[i] <= points ? 1 : 0;

    store_disk(&image);
    struct journal *journal = open_it();
    struct journal_status status;
    tally->images++;
    bool opened = journal != NULL && !failed(journal_get_status(journal, &status));
    bool kept = opened && status.head_seq >= promised;
    tally->lost += opened && !kept ? 1 : 0;
    tally->broken +=
        !opened || (kept && !(keeps(journal) && keeps_other(journal, erased_at <= points) &&
                              goes_on(journal)))
            ? 1
            : 0;
    journal_close(journal);
}

/* Every fate after so many points; those that go by chance several times. */
static void cut_after(size_t points, struct tally *tally)
{
    for (unsigned fate = 0; fate < SHIM_FATE_COUNT; fate++) {
        unsigned seeds = fate <= SHIM_KEEP_ALL ? 1 : SEEDS;
        for (unsigned seed = 0; seed < seeds; seed++) {
            shim_image(&first, points, (enum shim_fate)fate,
                       (unsigned)points * 1000 + fate * 10 + seed, &image);
            check_image(points, tally);
        }
    }
}

static struct tally sweep(bool syncs, size_t stride)
{
    struct tally tally = {0};
    live(syncs);
    tally.points = shim_points();
    for (size_t points = 0; points <= tally.points; points += stride)
        cut_after(points, &tally);
    return tally;
}

static void no_power_cut_loses_what_was_promised(void **state)
{
    (void)state;
    struct tally tally = sweep(true, 1);
    print_message("# %zu points, %zu images: %zu lost, %zu broken\n", tally.points, tally.images,
                  tally.lost, tally.broken);
    assert_true(tally.points > 2 * ARRAY_LEN(life));
    assert_int_equal(tally.lost, 0);
    assert_int_equal(tally.broken, 0);
}

static void a_disk_that_does_not_sync_is_seen_to_lose(void **state)
{
    (void)state;
    struct tally tally = sweep(false, 5);
    print_message("# without syncs: %zu points, %zu images: %zu lost, %zu broken\n", tally.points,
                  tally.images, tally.lost, tally.broken);
    assert_true(tally.lost > 0);
}

/* The n-th write of an append fails: the entry is not there, those before are, and it can be
 * appended later. With a full disk by the same handle, otherwise after opening again. */
static bool fails_cleanly(unsigned n, int code)
{
    struct journal_draft draft = step(0);
    struct journal_status status;
    uint64_t head = 0;
    store_disk(&first);
    struct journal *journal = open_it();
    assert_non_null(journal);
    shim_fail(n, code);
    struct err e = journal_append(journal, &draft);
    bool hit = shim_failed();
    shim_fail(0, 0);
    if (!hit) {
        assert_int_equal(e.code, ERR_NONE);
        journal_close(journal);
        return false;
    }

    if (code == SQLITE_FULL && e.code == ERR_NO_ROOM) {
        assert_int_equal(journal_get_status(journal, &status).code, ERR_NONE);
        head = status.head_seq;
        assert_int_equal(head, BEFORE);
    } else if (code != SQLITE_FULL) {
        assert_int_equal(e.code, ERR_IO);
        assert_int_equal(journal_append(journal, &draft).code, ERR_IO);
        journal_close(journal);
        journal = open_it();
        assert_non_null(journal);
    }
    assert_true(goes_on(journal));
    journal_close(journal);
    return true;
}

static void a_full_disk_leaves_the_journal_as_it_was(void **state)
{
    (void)state;
    unsigned n = 1;
    while (fails_cleanly(n, SQLITE_FULL))
        n++;
    print_message("# full at %u writes\n", n - 1);
    assert_true(n > 3);
}

static void a_failing_disk_closes_the_journal(void **state)
{
    static const int codes[] = {SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        unsigned n = 1;
        while (fails_cleanly(n, codes[i]))
            n++;
        assert_true(n > 3);
    }
}

static int make(void **state)
{
    (void)state;
    shim_install();
    make_first_disk();
    return 0;
}

static int clear(void **state)
{
    (void)state;
    folder_remove(&folder);
    shim_record(false);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_power_cut_loses_what_was_promised),
        cmocka_unit_test(a_disk_that_does_not_sync_is_seen_to_lose),
        cmocka_unit_test(a_full_disk_leaves_the_journal_as_it_was),
        cmocka_unit_test(a_failing_disk_closes_the_journal),
    };
    return cmocka_run_group_tests(tests, make, clear);
}
