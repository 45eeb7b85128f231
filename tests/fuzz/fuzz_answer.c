/* Any datagram as the answer to certkioskctl: no key finds a value that is not in it. */
#include "kiosk/base/macros.h"
#include "kiosk/ctl/ask.h"
#include "tests/fuzz/fuzz.h"

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"state", "line", "head_seq", "", "="};
    CLEANUP(fuzz_text_cleanup) char *answer = fuzz_text(data, size);
    char value[24];

    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (!ask_value(answer, keys[i], value, sizeof(value)))
            continue;
        assert(strlen(value) < sizeof(value) && strchr(value, '\n') == NULL);
        assert(strstr(answer, value) != NULL && strstr(answer, keys[i]) != NULL);
    }
    return 0;
}
