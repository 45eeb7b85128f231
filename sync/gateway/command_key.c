/* certkiosk-gateway key: the platform's keys are listed, made, put to use and revoked. */
#include <stdio.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/command.h"
#include "sync/gateway/keys_folder.h"
#include "sync/gateway/options.h"
#include "sync/gateway/publish.h"

#define NOT_FOUND SIZE_MAX

struct act {
    const char *dir, *key, *days;
    int64_t now_s;
    struct keys_folder folder;
    size_t at; /* of `key` in the list; NOT_FOUND: it is not given */
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

static bool is_in_validity(const struct keyring_key *key, int64_t now_s)
{
    return now_s >= key->not_before_s && now_s < key->not_after_s;
}

/* Whether what is said of the key at `at` can be sealed: kiosks hear it of one that stands before,
 * or, when it is revoked, of itself. */
static bool has_speaker(const struct act *act, size_t at)
{
    const struct keyring *list = &act->folder.list;

    for (size_t i = 0; i < at; i++) {
        if (!list->keys[i].revoked && is_in_validity(&list->keys[i], act->now_s) &&
            is_here(act->dir, list->keys[i].id))
            return true;
    }
    return list->keys[at].revoked && is_here(act->dir, list->keys[at].id);
}

static struct err publish(struct store *store, const struct act *act, size_t at)
{
    const struct keyring_key *key = &act->folder.list.keys[at];
    struct document_key said = {.not_before_s = key->not_before_s,
                                .not_after_s = key->not_after_s,
                                .revoked_s = key->revoked ? act->now_s : 0};

    if (!has_speaker(act, at)) {
        (void)fprintf(stderr,
                      "%s: kiosks hear of it from a key that stands before it: put the private half"
                      " of one (platform-ID.key) into %s\n",
                      key->id, act->dir);
        return ERR(ERR_NOT_FOUND, 0, "a key that may say so");
    }
    memcpy(said.public_key, key->public_key, sizeof(said.public_key));
    return publish_key(store, key->id, &said);
}

static struct err list_keys(struct store *store, struct act *act)
{
    (void)store;
    for (size_t i = 0; i < act->folder.list.count; i++) {
        const struct keyring_key *key = &act->folder.list.keys[i];
        struct civil from = civil_of(key->not_before_s);
        struct civil until = civil_of(key->not_after_s);
        const char *state = key->revoked ? "revoked" : "known";
        if (text_same(key->id, act->folder.active))
            state = "active";
        (void)printf("%s  %04d-%02u-%02u  %04d-%02u-%02u  %s%s\n", key->id, (int)from.year,
                     from.month, from.day, (int)until.year, until.month, until.day, state,
                     is_here(act->dir, key->id) ? "" : ", kept elsewhere");
    }
    return ERR_OK;
}

static struct err add_key(struct store *store, struct act *act)
{
    int64_t days = KEYS_DAYS;
    size_t at = 0;

    if (!option_number("--days", act->days, 1, KEYS_DAYS_MAX, &days))
        return ERR(ERR_MALFORMED, 0, "--days");
    struct err e = keys_folder_add(act->dir, act->now_s, days, &act->folder, &at);
    if (e.code == ERR_NO_ROOM && e.native == KEYRING_FILE_MAX) {
        (void)fprintf(stderr, "at most %d keys: take a revoked one out of platform.keys\n",
                      KEYRING_FILE_MAX);
    }
    if (!failed(e))
        e = publish(store, act, at);
    if (!failed(e))
        (void)printf("%s\n", act->folder.list.keys[at].id);
    return e;
}

/* Published again, too: the power may have gone before it was. */
static struct err activate_key(struct store *store, struct act *act)
{
    const struct keyring_key *key = &act->folder.list.keys[act->at];

    if (key->revoked || !is_in_validity(key, act->now_s) || !is_here(act->dir, key->id)) {
        (void)fprintf(stderr,
                      "%s: revoked, outside its validity, or its private half is not here\n",
                      key->id);
        return ERR(ERR_CONFLICT, 0, "key");
    }
    struct err e = act->at > 0 ? publish(store, act, act->at) : ERR_OK;
    return failed(e) ? e : keys_folder_activate(act->dir, key->id);
}

static struct err revoke_key(struct store *store, struct act *act)
{
    struct keyring_key *key = &act->folder.list.keys[act->at];

    if (text_same(key->id, act->folder.active)) {
        (void)fprintf(stderr, "%s is the active key: activate another one first\n", key->id);
        return ERR(ERR_CONFLICT, 0, "active key");
    }
    key->revoked = true;
    struct err e = keys_folder_write(act->dir, &act->folder.list);
    return failed(e) ? e : publish(store, act, act->at);
}

static const struct {
    const char *name;
    struct err (*run)(struct store *, struct act *);
    bool needs_key;
} acts[] = {
    {"list", list_keys, false},
    {"add", add_key, false},
    {"activate", activate_key, true},
    {"revoke", revoke_key, true},
};

static size_t find(const struct act *act)
{
    for (size_t i = 0; act->key != NULL && i < act->folder.list.count; i++) {
        if (text_same(act->folder.list.keys[i].id, act->key))
            return i;
    }
    return NOT_FOUND;
}

/* The database's turn is the folder's, too. */
static struct err do_act(size_t which, struct act *act)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};

    struct err e = command_begin(act->dir, false, &store, &work);
    if (!failed(e))
        e = keys_folder_read(act->dir, &act->folder);
    if (failed(e))
        return e;
    act->at = find(act);
    if (acts[which].needs_key && act->at == NOT_FOUND) {
        (void)fprintf(stderr, "--key %s: no key of the list\n", act->key);
        return ERR(ERR_NOT_FOUND, 0, "key");
    }
    e = acts[which].run(store, act);
    return failed(e) ? e : transaction_commit(&work);
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
