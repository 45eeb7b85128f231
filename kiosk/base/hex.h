/* hex.h - bytes as lower-case hexadecimal text and back. Pure. */
#ifndef KIOSK_BASE_HEX_H
#define KIOSK_BASE_HEX_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

/* Characters, with the NUL, that `len` bytes take. */
#define HEX_SIZE(len) (2 * (len) + 1)

/* Write `bytes` into `out`, which has room for HEX_SIZE(bytes.len). */
void hex_print(char *out, struct bytes bytes);

/*
 * Read exactly `out_len` bytes from `text`; both cases of letters are fine.
 * ERR_MALFORMED for another length or another character; `out` is then unchanged.
 */
MUST_CHECK struct err hex_parse(const char *text, uint8_t *out, size_t out_len);

#endif
