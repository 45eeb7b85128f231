/*
 * text.h - UTF-8 in buffers of a known size.
 *
 * Nothing allocates; what does not fit is cut at a character, and the caller
 * that minds asks text_fits().
 */
#ifndef KIOSK_BASE_TEXT_H
#define KIOSK_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiosk/base/macros.h"

/* printf into `out` of `size` bytes; always ends with NUL, cut at a whole
 * character. False when it was cut. */
PRINTF_LIKE(3, 4) bool text_print(char *out, size_t size, const char *format, ...);

/* Copy; as text_print with "%s". `from` may not overlap `out`. */
bool text_copy(char *out, size_t size, const char *from);

/* True when both are the same; NULL is an empty text. */
bool text_same(const char *a, const char *b);

/* Whether `at[0..len)` is well-formed UTF-8 without NUL or other C0 controls
 * (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
bool text_valid(const char *at, size_t len);

/* Take one character off the front of a NUL-terminated text: its code point,
 * or 0 at the end. A malformed byte gives U+FFFD and is skipped alone. */
uint32_t text_next(const char **at);

/* Characters (code points) in a NUL-terminated text. */
size_t text_count(const char *at);

/*
 * Mask personal data for a screen, keeping `head` and `tail` characters:
 * text_mask("13812346021", 3, 4) is "138****6021"; the middle is one '*' a
 * character, at least one. Texts of head + tail characters or fewer keep only
 * the first character. `out` of `size` bytes, always ends with NUL.
 */
void text_mask(char *out, size_t size, const char *text, size_t head, size_t tail);

#endif
