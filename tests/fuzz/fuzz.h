/* fuzz.h - what the fuzzers share: libFuzzer's entry point, and its bytes as a text. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes up to the first NUL, in memory that ends with the text, so that a reader who goes on
 * is caught. To free(). */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    assert(text != NULL);
    return text;
}

static inline void fuzz_text_cleanup(char **text)
{
    free(*text);
}

#endif
