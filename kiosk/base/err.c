#include "kiosk/base/err.h"

#include <assert.h>
#include <string.h>

static const char *const names[ERR_CODE_COUNT] = {
    [ERR_NONE] = "ERR_NONE",
    [ERR_GONE] = "ERR_GONE",
    [ERR_TIMEOUT] = "ERR_TIMEOUT",
    [ERR_DENIED] = "ERR_DENIED",
    [ERR_BLOCKED] = "ERR_BLOCKED",
    [ERR_MALFORMED] = "ERR_MALFORMED",
    [ERR_UNSUPPORTED] = "ERR_UNSUPPORTED",
    [ERR_NO_ROOM] = "ERR_NO_ROOM",
    [ERR_CONFLICT] = "ERR_CONFLICT",
    [ERR_NOT_FOUND] = "ERR_NOT_FOUND",
    [ERR_IO] = "ERR_IO",
};

const char *err_name(enum err_code code)
{
    assert(code < ERR_CODE_COUNT);
    return names[code];
}

const char *err_words(int32_t number)
{
    const char *words = strerrordesc_np(number);
    return words != NULL ? words : "unknown error";
}
