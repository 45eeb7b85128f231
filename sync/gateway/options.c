#include "sync/gateway/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kiosk/base/config.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/alarm.h"
#include "sync/gateway/kiosks.h"

static const struct option_row *option_find(const char *name, const struct option_row *rows,
                                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

bool options_read(int argc, char **argv, const struct option_row *rows, size_t count)
{
    for (int i = 0; i < argc; i += 2) {
        const struct option_row *row = option_find(argv[i], rows, count);
        if (row == NULL || i + 1 >= argc) {
            (void)fprintf(stderr, row == NULL ? "no such option: %s\n" : "%s needs a value\n",
                          argv[i]);
            return false;
        }
        *row->value = argv[i + 1];
    }
    for (size_t i = 0; i < count; i++) {
        if (rows[i].required && *rows[i].value == NULL) {
            (void)fprintf(stderr, "%s is missing\n", rows[i].name);
            return false;
        }
    }
    return true;
}

bool option_kiosk(const char *name, const char *text)
{
    if (!kiosk_id_valid(text)) {
        (void)fprintf(stderr, "%s %s: 1 to 32 of a-z, 0-9 and -, and not " ALARM_PLATFORM "\n",
                      name, text);
    }
    return kiosk_id_valid(text);
}

bool option_number(const char *name, const char *text, int64_t min, int64_t max, int64_t *out)
{
    char *end = NULL;

    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < min || number > max) {
        (void)fprintf(stderr, "%s %s: a whole number from %lld to %lld\n", name, text,
                      (long long)min, (long long)max);
        return false;
    }
    *out = number;
    return true;
}

bool option_flag(const char *name, const char *text, bool *out)
{
    if (text == NULL)
        return true;
    bool yes = strcmp(text, "yes") == 0;

    if (!yes && strcmp(text, "no") != 0) {
        (void)fprintf(stderr, "%s %s: yes or no\n", name, text);
        return false;
    }
    *out = yes;
    return true;
}

bool option_folder(const char *name, const char *path, const char *allowed)
{
    struct stat facts;

    if (stat(path, &facts) != 0) {
        (void)fprintf(stderr, "%s %s: %s: %s\n", name, path, err_words(errno), allowed);
        return false;
    }
    if (!S_ISDIR(facts.st_mode))
        (void)fprintf(stderr, "%s %s: no folder: %s\n", name, path, allowed);
    return S_ISDIR(facts.st_mode);
}

bool option_url(const char *name, const char *text)
{
    if (text == NULL || config_is_url(text))
        return true;
    (void)fprintf(stderr, "%s %s: %s\n", name, text, CONFIG_URL_ALLOWED);
    return false;
}

bool option_date(const char *name, const char *text, int64_t *out_s)
{
    static const char shape[] = "dddd-dd-dd";
    bool fits = strlen(text) == strlen(shape);

    for (size_t i = 0; fits && shape[i] != '\0'; i++)
        fits = shape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];
    if (fits) {
        struct civil day = {.year = (int32_t)strtol(text, NULL, 10),
                            .month = (uint8_t)strtol(text + 5, NULL, 10),
                            .day = (uint8_t)strtol(text + 8, NULL, 10)};
        if (day.year >= 1 && day.month >= 1 && day.month <= 12 && day.day >= 1 && day.day <= 31) {
            *out_s = civil_seconds(&day);
            struct civil back = civil_of(*out_s);
            fits = back.month == day.month && back.day == day.day;
        } else {
            fits = false;
        }
    }
    if (!fits)
        (void)fprintf(stderr, "%s %s: a day as YYYY-MM-DD\n", name, text);
    return fits;
}
