/* options.h - the options of a command: --name VALUE each, by a table. */
#ifndef SYNC_GATEWAY_OPTIONS_H
#define SYNC_GATEWAY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct option_row {
    const char *name;   /* "--dir" */
    const char **value; /* holds the default; NULL: none */
    bool required;
};

/* False, with a line on stderr, when an option is unknown, has no value or is missing. */
bool options_read(int argc, char **argv, const struct option_row *rows, size_t count);

/* The id of a kiosk; false, with a line on stderr, when it cannot be one. */
bool option_kiosk(const char *name, const char *text);

/* A whole number from `min` to `max`; false, with a line on stderr, when it is not. */
bool option_number(const char *name, const char *text, int64_t min, int64_t max, int64_t *out);

/* "yes" or "no"; NULL, not given, leaves `*out` as it is. False, with a line on stderr, when it is
 * neither. */
bool option_flag(const char *name, const char *text, bool *out);

/* A folder that is there; false, with a line on stderr that ends in `allowed`, when it is not. */
bool option_folder(const char *name, const char *path, const char *allowed);

/* https, a host and perhaps a port, as config_is_url() says; NULL, not given, is fine. False, with
 * a line on stderr, when it is not. */
bool option_url(const char *name, const char *text);

/* YYYY-MM-DD as the first second of that day in Beijing. */
bool option_date(const char *name, const char *text, int64_t *out_s);

#endif
