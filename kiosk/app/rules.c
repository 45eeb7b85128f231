#include "kiosk/app/rules.h"

#include <string.h>

#include "kiosk/base/text.h"

#define PATH_SIZE 512

static struct err read_one(const struct settings *settings, const char *name,
                           struct flow_rules *rules, char *out_message)
{
    char path[PATH_SIZE];
    struct profile profile = {0};

    if (rules->profile_count == FACTS_PROFILES_MAX) {
        (void)text_print(out_message, CONFIG_MESSAGE_MAX, "[profiles] names: at most %d profiles",
                         FACTS_PROFILES_MAX);
        return ERR(ERR_NO_ROOM, FACTS_PROFILES_MAX, "profiles");
    }
    (void)text_print(path, sizeof(path), "%s/profiles/%s.ini", settings->assets_dir, name);
    struct err e =
        config_read(path, profile_rows, profile_row_count, &profile, sizeof(profile), out_message);
    if (failed(e))
        return e;
    for (uint8_t i = 0; i < rules->profile_count; i++) {
        if (text_same(rules->profiles[i].issuer, profile.issuer)) {
            (void)text_print(out_message, CONFIG_MESSAGE_MAX,
                             "%s: issuer \"%s\" is that of profile \"%s\" too; each needs its own",
                             path, profile.issuer, rules->profiles[i].name);
            return ERR(ERR_CONFLICT, i, "issuer");
        }
    }
    rules->profiles[rules->profile_count++] = profile;
    return ERR_OK;
}

struct err rules_read(const struct settings *settings, struct flow_rules *out_rules,
                      char *out_message)
{
    static const enum language languages[] = {LANGUAGE_ZH, LANGUAGE_EN};
    struct flow_rules rules = {.language = languages[settings->screen_language]};
    char names[sizeof(settings->profiles)];
    char *rest = NULL;

    (void)text_copy(names, sizeof(names), settings->profiles); /* same size */
    for (char *name = strtok_r(names, " ", &rest); name != NULL;
         name = strtok_r(NULL, " ", &rest)) {
        struct err e = read_one(settings, name, &rules, out_message);
        if (failed(e))
            return e;
    }
    *out_rules = rules;
    return ERR_OK;
}
