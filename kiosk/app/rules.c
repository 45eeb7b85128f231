#include "kiosk/app/rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/text.h"

#define PATH_SIZE 512
#define PHRASE_SIZE 256
#define SUFFIX ".ini"

/* "norinco.ini" is one of "norinco". */
static int is_profile(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > strlen(SUFFIX) && entry->d_name[0] != '.' &&
           strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* "names of files in DIR: jingdezhen, norinco"; what does not fit is left out. */
static void print_profiles(const char *folder, char out[PHRASE_SIZE])
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_profile, alphasort);

    (void)text_print(out, PHRASE_SIZE, "names of files in %s", folder);
    for (int i = 0; i < count; i++) {
        size_t used = strlen(out);
        (void)text_print(out + used, PHRASE_SIZE - used, "%s %.*s", i == 0 ? ":" : ",",
                         (int)(strlen(entries[i]->d_name) - strlen(SUFFIX)), entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* The line with [profiles] names is wrong. */
static struct err refuse_names(const struct settings *settings, const char *wrong,
                               char *out_message)
{
    char folder[PATH_SIZE];
    char allowed[PHRASE_SIZE];
    struct config_fault fault = {.path = settings->path,
                                 .section = "profiles",
                                 .key = "names",
                                 .value = settings->profiles,
                                 .wrong = wrong,
                                 .allowed = allowed};

    (void)text_print(folder, sizeof(folder), "%s/profiles", settings->assets_dir);
    print_profiles(folder, allowed);
    return config_refuse(&fault, out_message);
}

static struct err check_folder(const struct settings *settings, char *out_message)
{
    char path[PATH_SIZE];
    struct config_fault fault = {.path = settings->path,
                                 .section = "assets",
                                 .key = "dir",
                                 .value = settings->assets_dir,
                                 .allowed = "the folder with profiles/, theme/ and words/"};

    (void)text_print(path, sizeof(path), "%s/profiles", settings->assets_dir);
    if (access(path, R_OK | X_OK) == 0)
        return ERR_OK;
    fault.why = ERR(ERR_IO, errno, "access");
    return config_refuse(&fault, out_message);
}

/* Two profiles of one issuer: it would not be known which of them a certificate belongs to. */
static struct err check_issuer(const struct flow_rules *rules, const struct profile *profile,
                               const char *path, char *out_message)
{
    char wrong[PHRASE_SIZE];
    struct config_fault fault = {.path = path,
                                 .section = "profile",
                                 .key = "issuer",
                                 .value = profile->issuer,
                                 .wrong = wrong,
                                 .allowed = "each profile has an issuer of its own"};

    for (uint8_t i = 0; i < rules->profile_count; i++) {
        if (!text_same(rules->profiles[i].issuer, profile->issuer))
            continue;
        (void)text_print(wrong, sizeof(wrong), "that is the issuer of profile \"%s\" too",
                         rules->profiles[i].name);
        return config_refuse(&fault, out_message);
    }
    return ERR_OK;
}

static struct err check_name(const struct settings *settings, const char *name, const char *path,
                             const struct flow_rules *rules, char *out_message)
{
    char wrong[PHRASE_SIZE] = "";

    for (uint8_t i = 0; i < rules->profile_count; i++) {
        if (text_same(rules->profiles[i].name, name))
            (void)text_print(wrong, sizeof(wrong), "\"%s\" stands twice", name);
    }
    if (!config_is_name(name) || access(path, F_OK) != 0) {
        (void)text_print(wrong, sizeof(wrong), "there is no profile \"%s\"", name);
    } else if (rules->profile_count == FACTS_PROFILES_MAX) {
        (void)text_print(wrong, sizeof(wrong), "more than %d", FACTS_PROFILES_MAX);
    }
    return wrong[0] == '\0' ? ERR_OK : refuse_names(settings, wrong, out_message);
}

static struct err read_one(const struct settings *settings, const char *name,
                           struct flow_rules *rules, char *out_message)
{
    char path[PATH_SIZE];
    struct profile profile = {0};

    (void)text_print(path, sizeof(path), "%s/profiles/%s" SUFFIX, settings->assets_dir, name);
    struct err e = check_name(settings, name, path, rules, out_message);
    if (!failed(e))
        e = profile_read(path, &profile, out_message);
    if (!failed(e))
        e = check_issuer(rules, &profile, path, out_message);
    if (!failed(e))
        rules->profiles[rules->profile_count++] = profile;
    return e;
}

struct err rules_read(const struct settings *settings, struct flow_rules *out_rules,
                      char *out_message)
{
    static const enum language languages[] = {LANGUAGE_ZH, LANGUAGE_EN};
    struct flow_rules rules = {.language = languages[settings->screen_language]};
    char names[sizeof(settings->profiles)];
    char *rest = NULL;

    struct err e = check_folder(settings, out_message);
    if (failed(e))
        return e;
    (void)text_copy(names, sizeof(names), settings->profiles); /* same size */
    for (char *name = strtok_r(names, " ", &rest); name != NULL;
         name = strtok_r(NULL, " ", &rest)) {
        e = read_one(settings, name, &rules, out_message);
        if (failed(e))
            return e;
    }
    *out_rules = rules;
    return ERR_OK;
}
