/*
 * field.h - JSON objects <-> structs, by a table: a row says which key, what type, which range, and
 * where in the struct.
 *
 *     static const struct field rows[] = {
 *         FIELD(entry, token, "token", FIELD_NAME, .required = true, .min = 1),
 *         FIELD(entry, slot, "slot", FIELD_NUMBER, .required = true),
 *     };
 *
 * Used by sync/wire only. The same rows read and write, so both ends agree: what is written here
 * can be read here. A key that no row names is skipped; a key that stands twice, a null, a wrong
 * type and a value out of range are ERR_MALFORMED.
 */
#ifndef SYNC_WIRE_FIELD_H
#define SYNC_WIRE_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define FIELD_NUMBER_MAX (INT64_C(1) << 53) /* what every JSON reader can hold (RFC 8259, 6) */

enum field_type {
    FIELD_TEXT,   /* char[]: UTF-8 without controls, at least `min` bytes */
    FIELD_NAME,   /* char[]: letters, digits and "_-.", at least `min` */
    FIELD_WORD,   /* char[]: one of `words` */
    FIELD_UUID,   /* char[]: RFC 9562 text in lower case; with min 0 it may be empty */
    FIELD_EXACT,  /* uint8_t[] and its length: any UTF-8 without NUL; it is itself a JSON text */
    FIELD_NUMBER, /* uint8_t, int64_t or uint64_t: whole, from `min` to `max`; max 0: what fits */
    FIELD_CHOICE, /* an enum: its word in `words`, where NULL is a value that never travels */
    FIELD_HEX,    /* uint8_t[]: exactly as many bytes */
    FIELD_BASE64, /* uint8_t[]: exactly as many bytes, or with a length from `min` up to as many */
    FIELD_TRUE,   /* nothing: the value can only be true */
};

struct field {
    const char *name;
    enum field_type type;
    bool required; /* if not: left out when empty, zero or all zeros; absent means that */
    size_t offset, size;
    size_t len_offset; /* of the size_t that counts the bytes; 0: none */
    int64_t min, max;
    const char *const *words;
    size_t word_count;
};

#define FIELD(struct_name, member, key, kind, ...) \
    { \
        .name = (key), .type = (kind), .offset = offsetof(struct struct_name, member), \
        .size = sizeof(((struct struct_name *)NULL)->member), __VA_ARGS__ \
    }

/* Parse a text whose top is an object. `*out_root` is owned: json_decref(). ERR_MALFORMED with the
 * offset as native. */
MUST_CHECK struct err field_parse(struct bytes text, json_t **out_root);

/* Read an object into the struct at `out` by `rows`; a field that is absent becomes empty or zero.
 * ERR_MALFORMED, or ERR_NO_ROOM for EXACT and BASE64 bytes that are too many. `out` is undefined
 * after an error. */
MUST_CHECK struct err field_read(const json_t *object, const struct field *rows, size_t count,
                                 void *out);

/* Add what the struct at `in` holds to `object`, in the order of `rows`. ERR_MALFORMED for a value
 * that field_read() would refuse; ERR_NO_ROOM without memory. */
MUST_CHECK struct err field_write(json_t *object, const struct field *rows, size_t count,
                                  const void *in);

/* Print compactly into `out` of `max` bytes, without a NUL. ERR_NO_ROOM. */
MUST_CHECK struct err field_print(const json_t *root, size_t max, uint8_t *out, size_t *out_len);

/* Print compactly into memory to free(), with a NUL. ERR_NO_ROOM above `max` bytes. */
MUST_CHECK struct err field_print_text(const json_t *root, size_t max, char **out_text);

#endif
