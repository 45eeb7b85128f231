/* vtoken_tlv.c - hides how tags and lengths are laid out in bytes. */
#include "hw/sim/vtoken_tlv.h"

#include <string.h>

#define TAG_MORE 0x1F      /* the low bits of a first byte that say: more bytes follow */
#define TAG_CONTINUED 0x80 /* in those that follow: and one more */
#define TAG_LEN_MAX 3
#define LEN_SHORT_MAX 0x7F
#define LEN_ONE_BYTE 0x81
#define LEN_TWO_BYTES 0x82

static bool byte_take(struct bytes *rest, uint8_t *out_byte)
{
    if (rest->len == 0)
        return false;
    *out_byte = rest->at[0];
    rest->at++;
    rest->len--;
    return true;
}

static bool tag_take(struct bytes *rest, uint32_t *out_tag)
{
    uint8_t byte = 0;
    if (!byte_take(rest, &byte))
        return false;
    uint32_t tag = byte;
    bool more = (byte & TAG_MORE) == TAG_MORE;
    for (size_t i = 1; more && i < TAG_LEN_MAX; i++) {
        if (!byte_take(rest, &byte))
            return false;
        tag = tag << 8 | byte;
        more = (byte & TAG_CONTINUED) != 0;
    }
    *out_tag = tag;
    return !more;
}

static bool len_take(struct bytes *rest, size_t *out_len)
{
    uint8_t first = 0;
    uint8_t high = 0;
    uint8_t low = 0;
    if (!byte_take(rest, &first))
        return false;
    if (first <= LEN_SHORT_MAX) {
        *out_len = first;
        return true;
    }
    if (first != LEN_ONE_BYTE && first != LEN_TWO_BYTES)
        return false;
    if (first == LEN_TWO_BYTES && !byte_take(rest, &high))
        return false;
    if (!byte_take(rest, &low))
        return false;
    *out_len = (size_t)high << 8 | low;
    return true;
}

bool vtoken_tlv_take(struct bytes *rest, struct vtoken_tlv *out_element)
{
    struct bytes at = *rest;
    uint32_t tag = 0;
    size_t len = 0;
    if (!tag_take(&at, &tag) || !len_take(&at, &len) || len > at.len)
        return false;
    *out_element = (struct vtoken_tlv){.tag = tag, .value = {at.at, len}};
    *rest = (struct bytes){at.at + len, at.len - len};
    return true;
}

bool vtoken_tlv_find(struct bytes all, uint32_t tag, struct bytes *out_value)
{
    struct vtoken_tlv element;
    while (vtoken_tlv_take(&all, &element)) {
        if (element.tag == tag) {
            *out_value = element.value;
            return true;
        }
    }
    return false;
}

void vtoken_put_raw(struct vtoken_writer *writer, struct bytes bytes)
{
    if (writer->overflow || bytes.len > writer->size - writer->len) {
        writer->overflow = true;
        return;
    }
    if (bytes.len > 0)
        memcpy(writer->at + writer->len, bytes.at, bytes.len);
    writer->len += bytes.len;
}

static size_t header_write(uint32_t tag, size_t len, uint8_t out[VTOKEN_TLV_HEADER_MAX])
{
    size_t at = 0;
    if (tag > 0xFFFF)
        out[at++] = (uint8_t)(tag >> 16 & 0xFF);
    if (tag > 0xFF)
        out[at++] = (uint8_t)(tag >> 8 & 0xFF);
    out[at++] = (uint8_t)(tag & 0xFF);
    if (len > 0xFF) {
        out[at++] = LEN_TWO_BYTES;
        out[at++] = (uint8_t)(len >> 8 & 0xFF);
    } else if (len > LEN_SHORT_MAX) {
        out[at++] = LEN_ONE_BYTE;
    }
    out[at++] = (uint8_t)(len & 0xFF);
    return at;
}

size_t vtoken_header_len(uint32_t tag, size_t len)
{
    uint8_t header[VTOKEN_TLV_HEADER_MAX];
    return header_write(tag, len, header);
}

void vtoken_put_header(struct vtoken_writer *writer, uint32_t tag, size_t len)
{
    uint8_t header[VTOKEN_TLV_HEADER_MAX];
    size_t header_len = header_write(tag, len, header);
    vtoken_put_raw(writer, (struct bytes){header, header_len});
}

void vtoken_put_tlv(struct vtoken_writer *writer, uint32_t tag, struct bytes value)
{
    vtoken_put_header(writer, tag, value.len);
    vtoken_put_raw(writer, value);
}

void vtoken_put_byte(struct vtoken_writer *writer, uint32_t tag, uint8_t value)
{
    vtoken_put_tlv(writer, tag, (struct bytes){&value, 1});
}
