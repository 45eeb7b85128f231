#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "sync/wire/batch.h"

#define LEVEL 3

struct err wire_pack(struct bytes plain, uint8_t **out, size_t *out_len)
{
    size_t max = ZSTD_compressBound(plain.len);
    uint8_t *packed = malloc(max);
    if (packed == NULL)
        return ERR(ERR_NO_ROOM, 0, "malloc");
    size_t len = ZSTD_compress(packed, max, plain.at, plain.len, LEVEL);
    if (ZSTD_isError(len)) {
        ZSTD_ErrorCode why = ZSTD_getErrorCode(len);
        free(packed);
        return ERR(ERR_NO_ROOM, why, "ZSTD_compress");
    }
    *out = packed;
    *out_len = len;
    return ERR_OK;
}

struct err wire_unpack(struct bytes packed, size_t max, uint8_t **out, size_t *out_len)
{
    if (packed.len == 0)
        return ERR(ERR_MALFORMED, 0, "nothing");
    uint8_t *plain = malloc(max + 1);
    if (plain == NULL)
        return ERR(ERR_NO_ROOM, 0, "malloc");
    /* What a frame says of its size is not believed: `max` bytes is all it gets. */
    size_t len = ZSTD_decompress(plain, max, packed.at, packed.len);
    if (ZSTD_isError(len)) {
        ZSTD_ErrorCode why = ZSTD_getErrorCode(len);
        free(plain);
        return why == ZSTD_error_dstSize_tooSmall ? ERR(ERR_NO_ROOM, why, "ZSTD_decompress")
                                                  : ERR(ERR_MALFORMED, why, "ZSTD_decompress");
    }
    *out = plain;
    *out_len = len;
    return ERR_OK;
}
