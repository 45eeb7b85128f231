/* foreign_kdf.h - what the openssl program derives. */
#ifndef TESTS_UNIT_FOREIGN_KDF_H
#define TESTS_UNIT_FOREIGN_KDF_H

#include <stdio.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

#define FOREIGN_KEY_MAX 64

/* `len` bytes, by `openssl kdf` with these options and the name of the function. */
static inline void foreign_kdf(const char *options, size_t len, uint8_t *out)
{
    char command[512];
    char answer[512];
    char digits[2 * FOREIGN_KEY_MAX + 1];
    size_t count = 0;
    assert_true(text_print(command, sizeof(command),
                           "openssl kdf -keylen %zu -kdfopt digest:SHA256 %s", len, options));
    FILE *from = popen(command, "r"); /* NOLINT(cert-env33-c): a program that is not ours */
    assert_non_null(from);
    assert_non_null(fgets(answer, sizeof(answer), from));
    assert_int_equal(pclose(from), 0);
    for (const char *at = answer; *at != '\0' && count < sizeof(digits) - 1; at++) {
        if (*at != ':' && *at != '\n')
            digits[count++] = *at;
    }
    digits[count] = '\0';
    assert_int_equal(hex_parse(digits, out, len).code, ERR_NONE);
}

#endif
