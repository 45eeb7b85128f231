/*
 * wire_rows.h - what travels, in rows of a name, a kind and a body: what is read is written the
 * same, or is refused and leaves what was there.
 */
#ifndef TESTS_UNIT_WIRE_ROWS_H
#define TESTS_UNIT_WIRE_ROWS_H

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "tests/unit/unit.h"

#define WIRE_ROW_BODY_MAX 16384

struct wire_row {
    const char *name;
    unsigned kind;
    const char *body;
};

struct wire_codec {
    size_t size; /* of what is read */
    struct err (*read)(unsigned kind, struct bytes body, void *out);
    struct err (*write)(unsigned kind, const void *in, uint8_t *out, size_t *out_len);
};

static inline struct bytes wire_body(const struct wire_row *row)
{
    return (struct bytes){(const uint8_t *)row->body, strlen(row->body)};
}

static inline void wire_is_written_the_same(const struct wire_codec *codec,
                                            const struct wire_row *rows, size_t count)
{
    void *read = malloc(codec->size);
    uint8_t *out = malloc(WIRE_ROW_BODY_MAX);
    assert_non_null(read);
    assert_non_null(out);
    for (size_t i = 0; i < count; i++) {
        struct bytes body = wire_body(&rows[i]);
        size_t len = 0;

        print_message("  %s\n", rows[i].name);
        memset(read, 0xEE, codec->size);
        assert_int_equal(codec->read(rows[i].kind, body, read).code, ERR_NONE);
        assert_int_equal(codec->write(rows[i].kind, read, out, &len).code, ERR_NONE);
        assert_int_equal(len, body.len);
        assert_memory_equal(out, body.at, len);
    }
    free(read);
    free(out);
}

static inline void wire_is_refused(const struct wire_codec *codec, const struct wire_row *rows,
                                   size_t count)
{
    uint8_t *read = malloc(codec->size);
    uint8_t *before = malloc(codec->size);
    assert_non_null(read);
    assert_non_null(before);
    memset(before, 0xEE, codec->size);
    for (size_t i = 0; i < count; i++) {
        print_message("  %s\n", rows[i].name);
        memset(read, 0xEE, codec->size);
        assert_int_equal(codec->read(rows[i].kind, wire_body(&rows[i]), read).code, ERR_MALFORMED);
        assert_memory_equal(read, before, codec->size);
    }
    free(read);
    free(before);
}

#endif
