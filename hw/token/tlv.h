/*
 * tlv.h - ISO 7816 BER-TLV: read from a borrowed buffer, write into a caller's.
 *
 * Pure. Reading never copies: a value is a view into what was read.
 */
#ifndef HW_TOKEN_TLV_H
#define HW_TOKEN_TLV_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define TLV_HEAD_MAX 6 /* tag of 3 bytes, length of 3 */

struct tlv {
    uint32_t tag; /* as written in the standard: 0x5FC102, not a bit field */
    struct bytes value;
};

/*
 * Take the first element off the front of `*rest`.
 *
 * ERR_MALFORMED when the bytes end early or a length is not one of the short,
 * 81 or 82 forms. `*rest` and `*out` change on success only.
 */
MUST_CHECK struct err tlv_take(struct bytes *rest, struct tlv *out);

/*
 * The value of the first element with `tag` in `in`, which must be a sequence
 * of elements up to there. ERR_MALFORMED; ERR_NOT_FOUND when none has it.
 */
MUST_CHECK struct err tlv_find(struct bytes in, uint32_t tag, struct bytes *out_value);

struct tlv_writer {
    uint8_t *at; /* the caller's */
    size_t max;
    size_t len;
    bool full; /* something did not fit, and nothing was written since */
};

/* Append an element with the shortest length form; `value` has at most 65,535 bytes. */
void tlv_put(struct tlv_writer *writer, uint32_t tag, struct bytes value);

/* Append only tag and length of an element whose `len` bytes of value are put next. */
void tlv_put_head(struct tlv_writer *writer, uint32_t tag, size_t len);

/* Append bytes as they are: the value of an element whose head was put. */
void tlv_put_raw(struct tlv_writer *writer, struct bytes value);

/* Bytes that an element with a value of `len` bytes takes. */
size_t tlv_size(uint32_t tag, size_t len);

#endif
