/* base64.h - base64 (RFC 4648, section 4), read strictly: with padding, without line breaks, and
 * only the one text that base64_print() would write. Pure. */
#ifndef SYNC_WIRE_BASE64_H
#define SYNC_WIRE_BASE64_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

/* Characters, with the NUL, that `len` bytes take. */
#define BASE64_SIZE(len) (((len) + 2) / 3 * 4 + 1)

/* Write `bytes` into `out`, which has room for BASE64_SIZE(bytes.len). */
void base64_print(char *out, struct bytes bytes);

/*
 * Read `text_len` characters into `out`, which has room for `max` bytes. ERR_MALFORMED (native: the
 * offset), ERR_NO_ROOM. `out` is undefined after an error.
 */
MUST_CHECK struct err base64_parse(const char *text, size_t text_len, size_t max, uint8_t *out,
                                   size_t *out_len);

#endif
