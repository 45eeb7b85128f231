/*
 * code.h - the one-time code by which a new kiosk is let in, as people copy it. Pure.
 *
 *     K7QX-0M3F-9TDA-22HB-V8CE
 *
 * 20 characters of Crockford's base32 (no I, L, O, U) in groups of four: 80 random bits, then the
 * first 20 bits of their SHA-256 behind "certkiosk-code-1" and a NUL. So a slip of the pen is told
 * at once, but for one in a million, without asking the platform.
 */
#ifndef SYNC_WIRE_CODE_H
#define SYNC_WIRE_CODE_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define CODE_LEN 10       /* random bytes */
#define CODE_TEXT_SIZE 25 /* as code_print() writes it, with the NUL */

struct code {
    uint8_t at[CODE_LEN];
};

void code_print(const struct code *code, char out[CODE_TEXT_SIZE]);

/* Read what a person typed: either case, O for 0, I and L for 1; blanks and hyphens do not count.
 * ERR_MALFORMED: not 20 characters, another one among them, or the last four do not fit. */
MUST_CHECK struct err code_read(const char *text, struct code *out_code);

#endif
