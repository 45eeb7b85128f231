#include <stdio.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/gateway/authority_demo.h"
#include "sync/gateway/command.h"
#include "sync/gateway/folder.h"
#include "sync/gateway/identity.h"
#include "sync/gateway/key_desk.h"
#include "sync/gateway/options.h"
#include "sync/gateway/platform.h"
#include "sync/gateway/publish.h"
#include "sync/gateway/words.h"

static struct err announce(struct store *store, const char *id, const struct word *word)
{
    struct fact_announcement notice = {0};

    (void)text_copy(notice.zh, sizeof(notice.zh), word->zh);
    (void)text_copy(notice.en, sizeof(notice.en), word->en);
    return publish_notice(store, id, &notice);
}

static struct err make_database(const char *dir, const struct words *words)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};
    struct keys_folder keys;

    struct err e = command_begin(dir, true, &store, &work);
    if (!failed(e))
        e = keys_folder_read(dir, &keys);
    if (!failed(e))
        e = key_desk_begin(store, &keys.list);
    if (!failed(e))
        e = announce(store, "keep-inserted", &words->list[WORD_NOTICE_KEEP_INSERTED]);
    if (!failed(e))
        e = announce(store, "renew-in-time", &words->list[WORD_NOTICE_RENEW_IN_TIME]);
    return failed(e) ? e : transaction_commit(&work);
}

struct rules {
    size_t count;
    struct profile profiles[FACTS_PROFILES_MAX];
    struct words words;
};

int command_init(int argc, char **argv)
{
    const char *dir = NULL;
    const char *folder = NULL;
    const char *host = "127.0.0.1";
    const char *words = NULL;
    const struct option_row rows[] = {{"--dir", &dir, true},
                                      {"--profiles", &folder, true},
                                      {"--host", &host, false},
                                      {"--words", &words, false}};
    struct rules rules = {0};
    int64_t now_s = clock_wall_ms() / 1000;

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)) ||
        !option_folder("--profiles", folder, "a folder with profiles (*.ini)"))
        return COMMAND_USAGE;
    const struct command_folders folders = {folder, words};
    struct err e = command_rules(&folders, rules.profiles, &rules.count, &rules.words);
    if (failed(e))
        return command_failed("init", e);
    e = folder_make(dir);
    if (e.code == ERR_CONFLICT)
        (void)fprintf(stderr, "%s is not empty\n", dir);
    if (!failed(e))
        e = authority_demo_make(dir, rules.profiles, rules.count, now_s);
    if (!failed(e))
        e = identity_make(dir, host, now_s);
    if (!failed(e))
        e = make_database(dir, &rules.words);
    return failed(e) ? command_failed("init", e) : COMMAND_DONE;
}

int command_announce(int argc, char **argv)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};
    const char *dir = NULL;
    const char *id = NULL;
    const char *zh = NULL;
    const char *en = NULL;
    const struct option_row rows[] = {
        {"--dir", &dir, true}, {"--id", &id, true}, {"--zh", &zh, true}, {"--en", &en, true}};
    struct fact_announcement notice = {0};

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)))
        return COMMAND_USAGE;
    if (strlen(id) == 0 || strlen(id) > 64 || !text_copy(notice.zh, sizeof(notice.zh), zh) ||
        !text_copy(notice.en, sizeof(notice.en), en)) {
        (void)fprintf(stderr, "an id of 1 to 64 bytes, and texts of at most %d bytes\n",
                      FACTS_NAME_SIZE - 1);
        return COMMAND_USAGE;
    }
    struct err e = command_begin(dir, false, &store, &work);
    if (!failed(e))
        e = publish_notice(store, id, &notice);
    if (!failed(e))
        e = transaction_commit(&work);
    return failed(e) ? command_failed("announce", e) : COMMAND_DONE;
}
