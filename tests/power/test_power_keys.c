/*
 * The platform's keys are added, put to use and revoked, under every power cut, kill -9 and trouble
 * at every call that changes a file of its folder; what is said of them in the database is one
 * commit before or behind. Afterwards the platform can seal, with a key that counts, and whoever
 * settles what was interrupted has told kiosks of all there is.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "sync/gateway/key_desk.h"
#include "sync/gateway/keys.h"
#include "tests/power/identity_disk.h"
#include "tests/unit/unit.h"

#define NOW_S INT64_C(1780000000)
#define PATH_SIZE 320
#define CALLS_MAX 64
#define FIRST_KEYS 2U

/* In memory: how long a disk takes to flush is no matter here. */
static char template[] = "/dev/shm/test_power_keys.XXXXXX"; /* what stands before each act */
static char folder[] = "/dev/shm/test_power_keys.XXXXXX";
static bool *is_done; /* the act said so, in whatever process */

enum act { ADD, ACTIVATE, REVOKE };

struct tally {
    size_t points, images, half, lost;
};

static void must(struct err e)
{
    if (failed(e))
        fail_msg("%s native %d at %s", err_name(e.code), (int)e.native, e.site);
}

/* --- a folder --------------------------------------------------------------------------------- */

static void each_file(const char *at, void (*act)(const char *name))
{
    DIR *dir = opendir(at);
    assert_non_null(dir);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] != '.')
            act(entry->d_name);
    }
    assert_int_equal(closedir(dir), 0);
}

static void name_in(char out[PATH_SIZE], const char *at, const char *name)
{
    assert_true(text_print(out, PATH_SIZE, "%s/%s", at, name));
}

static void remove_file(const char *name)
{
    char path[PATH_SIZE];
    name_in(path, folder, name);
    assert_int_equal(remove(path), 0);
}

static void copy_file(const char *name)
{
    static uint8_t content[1 << 20];
    char path[PATH_SIZE];
    name_in(path, template, name);
    FILE *from = fopen(path, "re");
    name_in(path, folder, name);
    FILE *to = fopen(path, "we");
    assert_true(from != NULL && to != NULL);
    size_t len = fread(content, 1, sizeof(content), from);
    assert_true(len < sizeof(content) && fwrite(content, 1, len, to) == len);
    assert_int_equal(fchmod(fileno(to), 0600), 0);
    assert_int_equal(fclose(from), 0);
    assert_int_equal(fclose(to), 0);
}

static struct err open_desk(const char *at, struct store **out_store, struct key_desk *out_desk)
{
    char path[PATH_SIZE];
    name_in(path, at, "gateway.db");
    struct err e = store_open(path, false, out_store);
    return failed(e) ? e : key_desk_open(*out_store, at, NOW_S, out_desk);
}

/* --- the acts --------------------------------------------------------------------------------- */

/* The newest key is the one that is put to use; the one that sealed before is revoked. */
static struct err do_act(struct key_desk *desk, enum act act)
{
    size_t at = 0;
    switch (act) {
    case ADD:
        return key_add(desk, KEYS_DAYS, &at);
    case ACTIVATE:
        return key_activate(desk, FIRST_KEYS);
    case REVOKE:
        return key_revoke(desk, FIRST_KEYS - 1);
    }
    return ERR(ERR_CONFLICT, 0, "act");
}

static struct err act_at(const char *at, enum act act)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(key_desk_close) struct key_desk desk = {.store = NULL};
    struct err e = open_desk(at, &store, &desk);
    return failed(e) ? e : do_act(&desk, act);
}

static bool stands(const struct key_desk *desk, enum act act)
{
    const struct keys_folder *keys = &desk->folder;
    switch (act) {
    case ADD:
        return keys->list.count == FIRST_KEYS + 1;
    case ACTIVATE:
        return text_same(keys->active, keys->list.keys[FIRST_KEYS].id);
    case REVOKE:
        return keys->list.keys[FIRST_KEYS - 1].revoked;
    }
    return false;
}

/* What an act begins with: those before it were done. */
static void prepare_template(enum act act)
{
    char path[PATH_SIZE];
    struct keys_folder keys;
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};
    if (act != ADD) {
        must(act_at(template, act - 1));
        return;
    }
    must(keys_folder_make(template, NOW_S));
    must(keys_folder_read(template, &keys));
    name_in(path, template, "gateway.db");
    must(store_open(path, true, &store));
    must(store_begin(store, &work));
    must(key_desk_begin(store, &keys.list));
    must(transaction_commit(&work));
}

static void prepare(void)
{
    each_file(folder, remove_file);
    each_file(template, copy_file);
    *is_done = false;
}

/* --- what stands ------------------------------------------------------------------------------ */

static void judge(enum act act, struct tally *tally)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(key_desk_close) struct key_desk desk = {.store = NULL};
    struct keys *keys = NULL;
    size_t untold = SIZE_MAX;

    tally->images++;
    bool seals = !failed(keys_open(folder, &keys));
    keys_close(keys);
    struct err e = open_desk(folder, &store, &desk);
    bool lost = !failed(e) && *is_done && !stands(&desk, act);
    if (!failed(e))
        e = key_desk_settle(&desk, &untold);
    key_desk_close(&desk);
    if (!failed(e))
        e = key_desk_open(store, folder, NOW_S, &desk);
    /* A key that came into being has its private half; an act nobody saw the end of is done again.
     */
    for (size_t i = 0; !failed(e) && i < desk.folder.list.count; i++) {
        struct seal_key *pair = NULL;
        e = keys_folder_open(folder, desk.folder.list.keys[i].id, &pair);
        seal_key_destroy(pair);
    }
    bool again = !failed(e) && (act != ADD || !stands(&desk, act));
    if (again)
        e = do_act(&desk, act);
    tally->lost += lost ? 1 : 0;
    tally->half += !seals || failed(e) || untold != 0 ? 1 : 0;
}

/* The act in a process of its own, whose power goes at call `n`. True: it came to its end. */
static bool run_cut(enum act act, unsigned n, enum cut_fate fate, bool lies)
{
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct store *store = NULL;
        struct key_desk desk;
        if (failed(open_desk(folder, &store, &desk)))
            _exit(1);
        cut_at(n, fate);
        if (lies)
            cut_lie();
        if (failed(do_act(&desk, act)))
            _exit(2);
        *is_done = true;
        cut_now();
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == CUT_EXIT);
    return *is_done;
}

static void sweep_cuts(enum act act, bool lies, struct tally *tally)
{
    bool is_over = false;
    for (unsigned n = 1; !is_over; n++) {
        assert_true(n < CALLS_MAX);
        tally->points++;
        for (int fate = 0; fate < CUT_FATE_COUNT; fate++) {
            prepare();
            is_over = run_cut(act, n, (enum cut_fate)fate, lies);
            judge(act, tally);
        }
    }
}

static void fail_everywhere(enum act act, int number, bool stays, struct tally *tally)
{
    for (unsigned n = 1; n < CALLS_MAX; n++) {
        struct store *store = NULL;
        struct key_desk desk;
        prepare();
        must(open_desk(folder, &store, &desk));
        cut_fail(n, number, stays);
        *is_done = !failed(do_act(&desk, act));
        bool struck = cut_count() >= n;
        cut_off();
        key_desk_close(&desk);
        store_close(store);
        if (!struck)
            break;
        tally->points++;
        judge(act, tally);
    }
}

static void no_cut_and_no_trouble_leaves_a_platform_without_keys(void **state)
{
    static const int numbers[] = {EIO, ENOSPC};
    struct tally good = {.points = 0};
    struct tally lied = {.points = 0};
    (void)state;
    for (enum act act = ADD; act <= REVOKE; act++) {
        prepare_template(act);
        sweep_cuts(act, false, &good);
        for (size_t kind = 0; kind < 2 * ARRAY_LEN(numbers); kind++)
            fail_everywhere(act, numbers[kind / 2], kind % 2 == 1, &good);
        sweep_cuts(act, true, &lied);
    }
    (void)printf("points: kill, power cuts and disk troubles of the platform's keys: 3 acts, %zu"
                 " points, %zu images: %zu lost, %zu half; controls: %zu points, %zu lost,"
                 " %zu half\n",
                 good.points, good.images, good.lost, good.half, lied.points, lied.lost, lied.half);
    assert_int_equal(good.lost + good.half, 0);
    assert_true(lied.lost + lied.half > 0);
}

static int set_up(void **state)
{
    (void)state;
    is_done =
        mmap(NULL, sizeof(*is_done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(is_done, MAP_FAILED);
    assert_non_null(mkdtemp(template));
    assert_non_null(mkdtemp(folder));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    each_file(folder, remove_file);
    int left = rmdir(folder);
    memcpy(folder, template, sizeof(folder));
    each_file(folder, remove_file);
    return left | rmdir(folder) | munmap(is_done, sizeof(*is_done));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cut_and_no_trouble_leaves_a_platform_without_keys),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
