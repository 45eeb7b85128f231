/*
 * config.h - INI files read into a struct, by a table.
 *
 * A table row says section, key, type, range and where the value goes; so each
 * message can say what, where and what is allowed:
 *
 *     norinco.ini:12: [renew] opens_days = soon: a whole number from 0 to 3650
 *     kiosk.ini:3: [screen] has no key "orientaton"; allowed: orientation, theme, language
 *
 * The format is that of inih: [section], key = value, comments with ; or #.
 * A key may stand once; a required key must stand.
 */
#ifndef KIOSK_BASE_CONFIG_H
#define KIOSK_BASE_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "kiosk/base/err.h"

enum config_type {
    CONFIG_TEXT,   /* char[max]: well-formed UTF-8 of at most max - 1 bytes, at least `min` */
    CONFIG_NUMBER, /* int64_t: a whole number from min to max */
    CONFIG_FLAG,   /* bool: yes or no */
    CONFIG_CHOICE, /* int64_t: index of the word in `choices` */
    CONFIG_DATE,   /* int64_t: YYYY-MM-DD, Beijing midnight, seconds since 1970 UTC */
    CONFIG_WORD,   /* char[max]: one of the words in `choices` */
    CONFIG_NAME,   /* char[max]: a to z, 0 to 9 and -; at least 1, at most max - 1 of them */
    CONFIG_URL,    /* char[max]: what config_is_url() takes */
    CONFIG_COLOUR, /* int64_t: 0xFFRRGGBB of #RRGGBB; where `min` is 8, 0xAARRGGBB of #AARRGGBB */
};

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order a row is read */
struct config_row {
    const char *section;
    const char *key;
    enum config_type type;
    int64_t min, max;
    const char *choices; /* "portrait landscape" */
    size_t offset;       /* in the struct that is filled; offsetof() */
    bool required;
};

#define CONFIG_MESSAGE_MAX 512

/*
 * Read the file at `path` into `out` by `rows`. `out` holds the defaults
 * beforehand and is written on success only; it has `out_size` bytes, at most
 * CONFIG_STRUCT_MAX.
 *
 * Errors: ERR_IO (cannot be read; native is errno) or ERR_MALFORMED (what is
 * in it); `out_message`, of CONFIG_MESSAGE_MAX bytes, then says in one line what,
 * where and what is allowed.
 */
#define CONFIG_STRUCT_MAX 16384
MUST_CHECK struct err config_read(const char *path, const struct config_row *rows, size_t row_count,
                                  void *out, size_t out_size, char *out_message);

/* The same for text in memory; `name` stands in messages. */
MUST_CHECK struct err config_parse(const char *name, const char *text,
                                   const struct config_row *rows, size_t row_count, void *out,
                                   size_t out_size, char *out_message);

/* Whether it is https://HOST or https://HOST:PORT, with nothing behind it, as paths are put there.
 * HOST is a name, an IPv4 address or an IPv6 address in brackets. */
#define CONFIG_URL_ALLOWED "https://HOST or https://HOST:PORT (1 to 65535), without a path"
bool config_is_url(const char *text);

/* Whether it is as CONFIG_NAME says, of any length. */
#define CONFIG_NAME_ALLOWED "of a-z, 0-9 and -"
bool config_is_name(const char *text);

/* The line in which a key of the file at `path` stands last, for messages about keys that do not
 * go together; 0 when it does not stand there. */
int config_line_of(const char *path, const char *section, const char *key);

/* What a key of the file at `path` says was taken, and turned out wrong later. */
struct config_fault {
    const char *path;
    const char *section, *key, *value;
    const char *wrong; /* NULL: by `why`, the error of reading the file that the key names */
    struct err why;
    const char *allowed;
};

/*
 * Say so in `out_message`, of CONFIG_MESSAGE_MAX bytes, in one line:
 *
 *     kiosk.conf:24: [platform] trust = /x: cannot be read: No such file or directory: a PEM file
 *
 * The answer is always ERR_MALFORMED.
 */
MUST_CHECK struct err config_refuse(const struct config_fault *fault, char *out_message);

#endif
