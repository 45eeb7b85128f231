/*
 * vtoken_tlv.h - BER-TLV as PIV cards speak it (ISO/IEC 7816-4 section 5.2.2): tags of one to
 * three bytes, definite lengths of up to 65,535. Pure.
 */
#ifndef HW_SIM_VTOKEN_TLV_H
#define HW_SIM_VTOKEN_TLV_H

#include <stdbool.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/macros.h"

#define VTOKEN_TLV_HEADER_MAX 6

struct vtoken_tlv {
    uint32_t tag; /* its bytes as a number: 0x5FC105 */
    struct bytes value;
};

/* Take one element off the front of `rest`. False at the end, or when it is cut short. */
MUST_CHECK bool vtoken_tlv_take(struct bytes *rest, struct vtoken_tlv *out_element);

/* The value of the first element with `tag`. False when there is none. */
MUST_CHECK bool vtoken_tlv_find(struct bytes all, uint32_t tag, struct bytes *out_value);

/* Where a reply is built: `at` has room for `size`; too much sets `overflow`, nothing else. */
struct vtoken_writer {
    uint8_t *at;
    size_t size;
    size_t len;
    bool overflow;
};

void vtoken_put_raw(struct vtoken_writer *writer, struct bytes bytes);
void vtoken_put_header(struct vtoken_writer *writer, uint32_t tag, size_t len);
void vtoken_put_tlv(struct vtoken_writer *writer, uint32_t tag, struct bytes value);
void vtoken_put_byte(struct vtoken_writer *writer, uint32_t tag, uint8_t value);

/* Bytes that tag and length of an element with `len` bytes take. */
size_t vtoken_header_len(uint32_t tag, size_t len);

#endif
