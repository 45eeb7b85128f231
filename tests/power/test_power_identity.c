/*
 * The files of enrolment and renewal, under every power cut, kill -9 and trouble at every call that
 * changes one: afterwards there is always an identity that the platform takes, or, before the first
 * one, the key that it was asked for with.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/base/hash.h"
#include "kiosk/base/text.h"
#include "sync/daemon/pending.h"
#include "tests/power/identity_disk.h"
#include "tests/unit/unit.h"

#define ID "hall-1"
#define NOW_S INT64_C(1780000000)
#define LIFE_S INT64_C(1000)
#define PATH_SIZE 96
#define CALLS_MAX 64

static char folder[] = "/tmp/test_power_identity.XXXXXX";
static char identity[PATH_SIZE];
static struct issue_ca *ca;
static struct hash old_pair; /* what stood at `identity` before; zeros: nothing */

/* What the world outside knows when the power goes. */
static struct outside {
    bool is_sent; /* the platform has the request, and may have used the code up for it */
    bool is_done; /* the act said so */
    size_t csr_len;
    uint8_t csr[CLIENT_REQUEST_MAX];
} * outside;

struct tally {
    size_t points, images, none, lost;
    size_t left; /* files that nobody will look at, each with a key */
};

static struct tally promised, control; /* all that was found */

static void add(struct tally *sum, const struct tally *more)
{
    sum->points += more->points;
    sum->images += more->images;
    sum->none += more->none;
    sum->lost += more->lost;
}

static void must(struct err e)
{
    if (failed(e))
        fail_msg("%s native %d at %s", err_name(e.code), e.native, e.site);
}

static void empty_folder(void)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] != '.')
            assert_int_equal(unlinkat(dirfd(dir), entry->d_name, 0), 0);
    }
    assert_int_equal(closedir(dir), 0);
}

/* Besides what stands at `identity`, and what the disk under the test keeps for itself. */
static size_t count_left(void)
{
    DIR *dir = opendir(folder);
    size_t count = 0;
    assert_non_null(dir);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] != '.' && strstr(entry->d_name, ".undo") == NULL &&
            !text_same(entry->d_name, strrchr(identity, '/') + 1))
            count++;
    }
    assert_int_equal(closedir(dir), 0);
    return count;
}

static struct hash file_hash(void)
{
    uint8_t text[8192];
    FILE *file = fopen(identity, "re");
    size_t len = file == NULL ? 0 : fread(text, 1, sizeof(text), file);
    if (file != NULL)
        (void)fclose(file); /* read only */
    return hash_of((struct bytes){text, len});
}

/* --- the two acts ----------------------------------------------------------------------------- */

static struct enrol_answer answer_for(const struct pending *pending)
{
    uint8_t spki[KEY_PUBLIC_MAX];
    struct issue_certificate made;
    struct issue_order order = {.profile = ISSUE_TLS_CLIENT,
                                .subject = {.cn = ID, .ou = "kiosk"},
                                .term = {NOW_S, NOW_S + LIFE_S}};
    struct enrol_answer answer = {.kiosk = ID, .time_ms = NOW_S * 1000};
    struct bytes csr = {pending->csr, pending->csr_len};
    order.public_key.at = spki;
    must(client_request_check(csr, ID, spki, &order.public_key.len));
    must(issue_leaf(ca, &order, &made));
    memcpy(answer.certificate, made.der, made.len);
    answer.certificate_len = made.len;
    return answer;
}

static struct err act(void)
{
    CLEANUP(pending_done) struct pending pending = {.key = NULL};
    struct err e = pending_take(identity, ".next", ID, &pending);
    if (failed(e))
        return e;
    memcpy(outside->csr, pending.csr, pending.csr_len);
    outside->csr_len = pending.csr_len;
    outside->is_sent = true;
    struct enrol_answer answer = answer_for(&pending);
    e = pending_settle(&pending, &answer);
    outside->is_done = !failed(e);
    return e;
}

static void prepare_none(void)
{
    empty_folder();
    memset(&old_pair, 0, sizeof(old_pair));
    memset(outside, 0, sizeof(*outside));
}

static void prepare_old(void)
{
    prepare_none();
    must(act());
    old_pair = file_hash();
    memset(outside, 0, sizeof(*outside));
}

/* The pair is in place, and what was to be taken away is not. */
static void prepare_rest(void)
{
    CLEANUP(pending_done) struct pending pending = {.key = NULL};
    char path[PATH_SIZE];
    prepare_none();
    must(pending_take(identity, ".next", ID, &pending));
    struct enrol_answer answer = answer_for(&pending);
    must(pending_settle(&pending, &answer));
    assert_true(text_print(path, PATH_SIZE, "%s.next", identity));
    must(client_pending_save(pending.key, (struct bytes){pending.csr, pending.csr_len}, path));
    old_pair = file_hash();
}

static const struct scenario {
    const char *name;
    void (*prepare)(void);
} scenarios[] = {
    {"enrolment", prepare_none},
    {"renewal", prepare_old},
    {"renewal after one that was cut at its end", prepare_rest},
};

/* --- what stands ------------------------------------------------------------------------------ */

static bool is_usable(void)
{
    return !failed(client_certificate_check(identity, ID)) &&
           !failed(client_key_check(identity, identity));
}

static bool had_one(void)
{
    static const struct hash none;
    return memcmp(&old_pair, &none, sizeof(none)) != 0;
}

static void judge(struct tally *tally)
{
    CLEANUP(pending_done) struct pending pending = {.key = NULL};
    struct hash now = file_hash();
    bool is_old = had_one() && memcmp(&now, &old_pair, sizeof(now)) == 0;
    bool there = access(identity, F_OK) == 0;

    tally->images++;
    if ((there || had_one()) && !is_usable())
        tally->none++;
    if (outside->is_done && (!there || is_old))
        tally->lost++;
    /* Before there is a new pair, what the platform was asked for must be asked for again. */
    if (outside->is_sent && (!there || is_old)) {
        must(pending_take(identity, ".next", ID, &pending));
        if (pending.csr_len != outside->csr_len ||
            memcmp(pending.csr, outside->csr, outside->csr_len) != 0)
            tally->lost++;
    }
    /* And it goes on to its end. */
    must(act());
    if (!is_usable())
        tally->none++;
    tally->left += count_left();
}

/* The act in a process of its own, whose power goes at call `n`. True: it came to its end before.
 */
static bool run_cut(unsigned n, enum cut_fate fate, bool lies)
{
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        cut_at(n, fate);
        if (lies)
            cut_lie();
        if (failed(act()))
            _exit(1);
        cut_now();
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == CUT_EXIT);
    return outside->is_done;
}

static struct tally sweep_cuts(const struct scenario *scenario, bool lies)
{
    struct tally tally = {.points = 0};
    bool is_over = false;
    while (!is_over) {
        tally.points++;
        assert_true(tally.points < CALLS_MAX);
        for (int fate = 0; fate < CUT_FATE_COUNT; fate++) {
            scenario->prepare();
            is_over = run_cut((unsigned)tally.points, (enum cut_fate)fate, lies) &&
                      (fate == 0 || is_over);
            judge(&tally);
        }
    }
    return tally;
}

static void every_cut_leaves_an_identity_that_opens(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
        struct tally tally = sweep_cuts(&scenarios[i], false);
        add(&promised, &tally);
        print_message("%s: %zu points, %zu images after power cuts and kill -9: %zu without an "
                      "identity, %zu lost, %zu keys left\n",
                      scenarios[i].name, tally.points, tally.images, tally.none, tally.lost,
                      tally.left);
        assert_int_equal(tally.none + tally.lost + tally.left, 0);
        assert_true(tally.points > 10);
    }
}

/* Without files that have no name none is lost either; but what is killed leaves keys, which the
 * sweep sees. */
static void where_each_file_has_a_name_keys_are_left(void **state)
{
    (void)state;
    cut_plain(true);
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
        struct tally tally = sweep_cuts(&scenarios[i], false);
        print_message("%s where each file has a name: %zu keys left\n", scenarios[i].name,
                      tally.left);
        assert_int_equal(tally.none + tally.lost, 0);
        assert_true(tally.left > 0);
    }
    cut_plain(false);
}

/* Were nothing synced, the sweep would see it. */
static void a_disk_that_lies_is_found_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
        struct tally tally = sweep_cuts(&scenarios[i], true);
        add(&control, &tally);
        print_message("%s on a disk that does not sync: %zu of %zu images without an identity, "
                      "%zu lost\n",
                      scenarios[i].name, tally.none, tally.images, tally.lost);
        assert_true(tally.none > 0);
        assert_true(tally.lost > 0);
    }
}

static size_t fail_everywhere(const struct scenario *scenario, int number, bool stays,
                              struct tally *tally)
{
    size_t told = 0;
    for (unsigned n = 1; n < CALLS_MAX; n++) {
        scenario->prepare();
        cut_fail(n, number, stays);
        struct err e = act();
        bool struck = cut_count() >= n;
        cut_off();
        if (!struck)
            break;
        told += failed(e) ? 1 : 0;
        tally->points++;
        judge(tally);
    }
    return told;
}

static void every_failing_call_leaves_one_too(void **state)
{
    static const int numbers[] = {EIO, ENOSPC};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
        struct tally tally = {.points = 0};
        size_t told = 0;
        for (size_t kind = 0; kind < 2 * ARRAY_LEN(numbers); kind++)
            told += fail_everywhere(&scenarios[i], numbers[kind / 2], kind % 2 == 1, &tally);
        add(&promised, &tally);
        print_message("%s: %zu calls failed, %zu told: %zu without an identity, %zu lost\n",
                      scenarios[i].name, tally.points, told, tally.none, tally.lost);
        assert_int_equal(tally.none, 0);
        assert_int_equal(tally.lost, 0);
        assert_true(told > 0);
    }
}

static int set_up(void **state)
{
    const struct issue_subject subject = {.cn = "clients"};
    const struct issue_term term = {NOW_S - LIFE_S, NOW_S + 2 * LIFE_S};
    (void)state;
    outside =
        mmap(NULL, sizeof(*outside), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(outside, MAP_FAILED);
    assert_non_null(mkdtemp(folder));
    assert_true(text_print(identity, PATH_SIZE, "%s/kiosk.pem", folder));
    return failed(issue_root(&subject, term, &ca));
}

static int tear_down(void **state)
{
    (void)state;
    empty_folder();
    issue_destroy(ca);
    return munmap(outside, sizeof(*outside)) | rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_leaves_an_identity_that_opens),
        cmocka_unit_test(where_each_file_has_a_name_keys_are_left),
        cmocka_unit_test(a_disk_that_lies_is_found_out),
        cmocka_unit_test(every_failing_call_leaves_one_too),
    };
    int status = cmocka_run_group_tests(tests, set_up, tear_down);
    (void)printf("points: kill, power cuts and disk troubles of a kiosk's TLS key: %zu acts, %zu"
                 " points, %zu images: %zu without an identity, %zu lost; controls: %zu points, %zu"
                 " without, %zu lost\n",
                 ARRAY_LEN(scenarios), promised.points, promised.images, promised.none,
                 promised.lost, control.points, control.none, control.lost);
    return status;
}
