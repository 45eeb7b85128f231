#include "hw/token/tlv.h"

#include <assert.h>
#include <string.h>

#define TAG_BYTES_MAX 3
#define VALUE_MAX 0xFFFF

/* Take one byte off the front; -1 at the end. */
static int take(struct bytes *rest)
{
    if (rest->len == 0)
        return -1;

    int byte = rest->at[0];
    *rest = (struct bytes){rest->at + 1, rest->len - 1};
    return byte;
}

static struct err take_tag(struct bytes *rest, uint32_t *out_tag)
{
    int byte = take(rest);
    if (byte < 0)
        return ERR(ERR_MALFORMED, 0, "tag");

    uint32_t tag = (uint32_t)byte;
    bool more = (byte & 0x1F) == 0x1F;
    for (int i = 1; more; i++) {
        byte = take(rest);
        if (byte < 0 || i == TAG_BYTES_MAX)
            return ERR(ERR_MALFORMED, i, "tag");
        tag = tag << 8 | (uint32_t)byte;
        more = (byte & 0x80) != 0;
    }

    *out_tag = tag;
    return ERR_OK;
}

static struct err take_length(struct bytes *rest, size_t *out_len)
{
    int first = take(rest);
    if (first < 0 || first == 0x80 || first > 0x82)
        return ERR(ERR_MALFORMED, first, "length");

    if (first < 0x80) {
        *out_len = (size_t)first;
        return ERR_OK;
    }

    size_t len = 0;
    for (int i = 0; i < first - 0x80; i++) {
        int byte = take(rest);
        if (byte < 0)
            return ERR(ERR_MALFORMED, i, "length");
        len = len << 8 | (size_t)byte;
    }
    *out_len = len;
    return ERR_OK;
}

struct err tlv_take(struct bytes *rest, struct tlv *out)
{
    struct bytes left = *rest;
    uint32_t tag = 0;
    size_t len = 0;

    struct err e = take_tag(&left, &tag);
    if (failed(e))
        return e;
    e = take_length(&left, &len);
    if (failed(e))
        return e;
    if (len > left.len)
        return ERR(ERR_MALFORMED, len, "value");

    *out = (struct tlv){tag, {left.at, len}};
    *rest = (struct bytes){left.at + len, left.len - len};
    return ERR_OK;
}

struct err tlv_find(struct bytes in, uint32_t tag, struct bytes *out_value)
{
    while (in.len > 0) {
        struct tlv tlv;
        struct err e = tlv_take(&in, &tlv);
        if (failed(e))
            return e;
        if (tlv.tag == tag) {
            *out_value = tlv.value;
            return ERR_OK;
        }
    }
    return ERR(ERR_NOT_FOUND, tag, "tag");
}

static size_t tag_size(uint32_t tag)
{
    if (tag > 0xFFFF)
        return 3;
    return tag > 0xFF ? 2 : 1;
}

static size_t length_size(size_t len)
{
    if (len > 0xFF)
        return 3;
    return len > 0x7F ? 2 : 1;
}

size_t tlv_size(uint32_t tag, size_t len)
{
    return tag_size(tag) + length_size(len) + len;
}

static void put_byte(struct tlv_writer *writer, size_t byte)
{
    writer->at[writer->len++] = (uint8_t)(byte & 0xFF);
}

void tlv_put_head(struct tlv_writer *writer, uint32_t tag, size_t len)
{
    assert(tag <= 0xFFFFFF && len <= VALUE_MAX);

    size_t head = tlv_size(tag, len) - len;
    if (writer->full || head + len > writer->max - writer->len) {
        writer->full = true;
        return;
    }
    for (size_t i = tag_size(tag); i > 0; i--)
        put_byte(writer, tag >> (8 * (i - 1)));
    if (len > 0x7F)
        put_byte(writer, 0x80 + length_size(len) - 1);
    if (len > 0xFF)
        put_byte(writer, len >> 8);
    put_byte(writer, len);
}

void tlv_put_raw(struct tlv_writer *writer, struct bytes value)
{
    writer->full = writer->full || value.len > writer->max - writer->len;
    if (writer->full || value.len == 0)
        return;
    memcpy(writer->at + writer->len, value.at, value.len);
    writer->len += value.len;
}

void tlv_put(struct tlv_writer *writer, uint32_t tag, struct bytes value)
{
    tlv_put_head(writer, tag, value.len);
    tlv_put_raw(writer, value);
}
