/*
 * err.h - what a function that can fail returns.
 *
 * An error is a small value: nothing to free, nothing shared. `code` is what
 * the program acts on; `site` and `native` are what a person reads in the log.
 *
 *     struct err e = printer_print(printer, &page);
 *     if (failed(e))
 *         return e;
 */
#ifndef KIOSK_BASE_ERR_H
#define KIOSK_BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#include "kiosk/base/macros.h"

enum err_code {
    ERR_NONE = 0,
    ERR_GONE,        /* the device or token was taken away, or is another one */
    ERR_TIMEOUT,     /* no answer in the stated time; trying again is allowed */
    ERR_DENIED,      /* the answer was no: wrong PIN, not allowed */
    ERR_BLOCKED,     /* the answer will stay no until staff act */
    ERR_MALFORMED,   /* bytes that break their own format */
    ERR_UNSUPPORTED, /* well-formed, but not something we speak */
    ERR_NO_ROOM,     /* a stated limit was reached */
    ERR_CONFLICT,  /* contradicts what is already on record: a fork, a gap, a repeat that differs */
    ERR_NOT_FOUND, /* asked for something that is not there */
    ERR_IO,        /* the transport failed in any other way */
    ERR_CODE_COUNT,
};

struct err {
    enum err_code code;
    int32_t native;   /* errno, SCARD_*, SQLITE_* or status word; 0 if none */
    const char *site; /* "token_pcsc.c:118 SCardTransmit"; static storage */
};

#define ERR_OK ((struct err){ERR_NONE, 0, NULL})
#define ERR(code, native, what) \
    ((struct err){(code), (int32_t)(native), __FILE_NAME__ ":" STRINGIFY(__LINE__) " " what})

static inline bool failed(struct err e)
{
    return e.code != ERR_NONE;
}

/* "ERR_TIMEOUT" and so on. Never NULL. */
const char *err_name(enum err_code code);

/* What the system says of an errno: "No such file or directory". Never NULL. */
const char *err_words(int32_t number);

#endif
