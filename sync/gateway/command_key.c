/* certkiosk-gateway key: the platform's keys are listed, made, put to use and revoked. */
#include <stdio.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/command.h"
#include "sync/gateway/key_desk.h"
#include "sync/gateway/options.h"

struct act {
    const char *dir, *key, *days;
    int64_t now_s;
    struct key_desk desk;
    size_t at; /* of `key` in the list */
};

static void seal_done(struct seal_key **key)
{
    seal_key_destroy(*key);
}

static bool is_here(const char *dir, const char *id)
{
    CLEANUP(seal_done) struct seal_key *key = NULL;
    return !failed(keys_folder_open(dir, id, &key));
}

static struct err list_keys(struct act *act)
{
    for (size_t i = 0; i < act->desk.ring.count; i++) {
        const struct keyring_key *key = &act->desk.ring.keys[i];
        struct civil from = civil_of(key->not_before_s);
        struct civil until = civil_of(key->not_after_s);
        const char *state = key->revoked ? "revoked" : "known";
        bool told = false;
        struct err e = key_is_told(&act->desk, i, &told);
        if (failed(e))
            return e;
        if (text_same(key->id, act->desk.folder.active))
            state = "active";
        (void)printf("%s  %04d-%02u-%02u  %04d-%02u-%02u  %s%s%s%s%s\n", key->id, (int)from.year,
                     from.month, from.day, (int)until.year, until.month, until.day, state,
                     is_here(act->dir, key->id) ? "" : ", kept elsewhere",
                     key->introducer[0] == '\0' ? "" : ", introduced by ", key->introducer,
                     told ? "" : ", not told to kiosks yet");
    }
    return ERR_OK;
}

static struct err add_key(struct act *act)
{
    int64_t days = KEYS_DAYS;
    size_t at = 0;

    if (!option_number("--days", act->days, 1, KEYS_DAYS_MAX, &days))
        return ERR(ERR_MALFORMED, 0, "--days");
    struct err e = key_add(&act->desk, days, &at);
    if (e.code == ERR_NO_ROOM && e.native == KEYRING_FILE_MAX) {
        (void)fprintf(stderr, "at most %d keys: take a revoked one out of platform.keys\n",
                      KEYRING_FILE_MAX);
    }
    if (!failed(e))
        (void)printf("%s\n", act->desk.folder.list.keys[at].id);
    return e;
}

static struct err activate_key(struct act *act)
{
    return key_activate(&act->desk, act->at);
}

static struct err revoke_key(struct act *act)
{
    return key_revoke(&act->desk, act->at);
}

static const struct {
    const char *name;
    struct err (*run)(struct act *);
    bool needs_key;
} acts[] = {
    {"list", list_keys, false},
    {"add", add_key, false},
    {"activate", activate_key, true},
    {"revoke", revoke_key, true},
};

/* What stands since an interruption or an earlier release is finished before all else. */
static struct err settle(struct store *store, const struct act *act)
{
    CLEANUP(key_desk_close) struct key_desk desk = {.store = NULL};
    size_t untold = 0;

    struct err e = key_desk_open(store, act->dir, act->now_s, &desk);
    return failed(e) ? e : key_desk_settle(&desk, &untold);
}

/* Kiosks go by what is said here of days for years. */
static struct err check_clock(struct store *store)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    int64_t newest_ms = 0;

    struct err e = store_begin(store, &work);
    if (!failed(e))
        e = platform_clock_newest(store, &newest_ms);
    if (failed(e))
        return e;
    enum platform_clock_verdict verdict = platform_clock_judge(newest_ms, clock_wall_ms());
    if (verdict == PLATFORM_CLOCK_RIGHT)
        return ERR_OK;
    command_clock_print(stderr, newest_ms, verdict);
    return ERR(ERR_CONFLICT, 0, "wall clock");
}

static struct err do_act(size_t which, struct act *act)
{
    CLEANUP(store_done) struct store *store = NULL;

    struct err e = command_store(act->dir, false, &store);
    if (!failed(e))
        e = check_clock(store);
    if (!failed(e))
        e = settle(store, act);
    if (!failed(e))
        e = key_desk_open(store, act->dir, act->now_s, &act->desk);
    const struct keyring_key *key =
        failed(e) || act->key == NULL ? NULL : keyring_find(&act->desk.ring, act->key);
    if (!failed(e) && acts[which].needs_key && key == NULL) {
        (void)fprintf(stderr, "--key %s: no key of the list\n", act->key);
        e = ERR(ERR_NOT_FOUND, 0, "key");
    }
    if (!failed(e)) {
        act->at = key == NULL ? 0 : (size_t)(key - act->desk.ring.keys);
        e = acts[which].run(act);
    }
    if (act->desk.message[0] != '\0' && failed(e))
        (void)fprintf(stderr, "%s\n", act->desk.message);
    key_desk_close(&act->desk);
    return e;
}

int command_key(int argc, char **argv)
{
    struct act act = {.days = STRINGIFY(KEYS_DAYS), .now_s = clock_wall_ms() / 1000};

    for (size_t i = 0; argc > 0 && i < ARRAY_LEN(acts); i++) {
        const struct option_row rows[] = {{"--dir", &act.dir, true},
                                          {"--key", &act.key, acts[i].needs_key},
                                          {"--days", &act.days, false}};
        if (strcmp(argv[0], acts[i].name) != 0)
            continue;
        if (!options_read(argc - 1, argv + 1, rows, ARRAY_LEN(rows)))
            return COMMAND_USAGE;
        struct err e = do_act(i, &act);
        return failed(e) ? command_failed("key", e) : COMMAND_DONE;
    }
    return COMMAND_USAGE;
}
