/* field_check.h - what the two halves of field.h share: field.c reads, field_write.c writes. */
#ifndef SYNC_WIRE_FIELD_CHECK_H
#define SYNC_WIRE_FIELD_CHECK_H

#include "sync/wire/field.h"

/* Whether `value` is what `row` allows; hex and base64 digits are not looked at. ERR_MALFORMED,
 * ERR_NO_ROOM. */
MUST_CHECK struct err field_check(const struct field *row, const json_t *value);

/* Where `word` stands in the row's words; word_count: nowhere. */
size_t field_word_index(const struct field *row, const char *word);

#endif
