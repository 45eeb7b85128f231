#include "kiosk/pki/der.h"

#include <string.h>

#include "kiosk/base/text.h"

#define TAG_CLASS 0xC0
#define TAG_CONSTRUCTED 0x20
#define TAG_NUMBER 0x1F
#define TAG_SEQUENCE 0x30
#define TAG_SET 0x31
#define LEN_BYTES_MAX 3

struct element {
    uint8_t tag;
    struct bytes value;
    struct bytes whole;
};

/* Take the length off the front of `rest`. */
static bool take_len(struct bytes *rest, size_t *out_len)
{
    if (rest->len == 0)
        return false;
    uint8_t first = rest->at[0];
    size_t count = first & 0x7FU;
    if (first < 0x80) {
        count = 0;
    } else if (count == 0 || count > LEN_BYTES_MAX || count >= rest->len || rest->at[1] == 0) {
        return false;
    }

    size_t len = first < 0x80 ? first : 0;
    for (size_t i = 0; i < count; i++)
        len = len << 8 | rest->at[1 + i];
    if (count > 0 && len < 0x80)
        return false;
    *rest = (struct bytes){rest->at + 1 + count, rest->len - 1 - count};
    *out_len = len;
    return true;
}

static bool take(struct bytes *rest, struct element *out)
{
    if (rest->len < 2 || (rest->at[0] & TAG_NUMBER) == TAG_NUMBER)
        return false;
    struct bytes left = {rest->at + 1, rest->len - 1};
    size_t len = 0;
    if (!take_len(&left, &len) || len > left.len)
        return false;

    out->tag = rest->at[0];
    out->value = (struct bytes){left.at, len};
    out->whole = (struct bytes){rest->at, (size_t)(left.at - rest->at) + len};
    *rest = (struct bytes){left.at + len, left.len - len};
    return true;
}

static bool boolean_fine(struct bytes value)
{
    return value.len == 1 && (value.at[0] == 0x00 || value.at[0] == 0xFF);
}

static bool integer_fine(struct bytes value)
{
    if (value.len == 0)
        return false;
    if (value.len == 1)
        return true;
    bool sign = (value.at[1] & 0x80) != 0;
    return !(value.at[0] == 0x00 && !sign) && !(value.at[0] == 0xFF && sign);
}

static bool bits_fine(struct bytes value)
{
    if (value.len == 0 || value.at[0] > 7)
        return false;
    uint8_t unused = value.at[0];
    if (value.len == 1)
        return unused == 0;
    return (value.at[value.len - 1] & ((1U << unused) - 1U)) == 0;
}

static bool octets_fine(struct bytes value)
{
    (void)value;
    return true;
}

static bool null_fine(struct bytes value)
{
    return value.len == 0;
}

static bool oid_fine(struct bytes value)
{
    bool starts = true;
    for (size_t i = 0; i < value.len; i++) {
        if (starts && value.at[i] == 0x80)
            return false;
        starts = (value.at[i] & 0x80) == 0;
    }
    return value.len > 0 && starts;
}

static bool utf8_fine(struct bytes value)
{
    return text_valid((const char *)value.at, value.len);
}

static bool time_fine(struct bytes value, size_t digits)
{
    if (value.len != digits + 1 || value.at[digits] != 'Z')
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return false;
    }
    return true;
}

static bool utc_time_fine(struct bytes value)
{
    return time_fine(value, 12);
}

static bool generalized_time_fine(struct bytes value)
{
    return time_fine(value, 14);
}

/* The universal types that stand in a certificate; what is not here is refused. */
static bool primitive_fine(uint8_t tag, struct bytes value)
{
    static const struct {
        uint8_t tag;
        bool (*fine)(struct bytes value);
    } rules[] = {
        {0x01, boolean_fine},
        {0x02, integer_fine},
        {0x03, bits_fine},
        {0x04, octets_fine},
        {0x05, null_fine},
        {0x06, oid_fine},
        {0x0A, integer_fine},
        {0x0C, utf8_fine},
        {0x12, octets_fine} /* Numeric */,
        {0x13, octets_fine} /* Printable */,
        {0x14, octets_fine} /* Teletex */,
        {0x16, octets_fine} /* IA5 */,
        {0x17, utc_time_fine},
        {0x18, generalized_time_fine},
        {0x1A, octets_fine} /* Visible */,
        {0x1C, octets_fine} /* Universal */,
        {0x1E, octets_fine} /* BMP */,
    };
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        if (rules[i].tag == tag)
            return rules[i].fine(value);
    }
    return false;
}

/* The order of a SET OF: as if the shorter were filled with zeros (X.690, 11.6). */
static bool in_order(struct bytes before, struct bytes after)
{
    size_t common = before.len < after.len ? before.len : after.len;
    int order = memcmp(before.at, after.at, common);
    return order < 0 || (order == 0 && before.len <= after.len);
}

static bool element_fine(const struct element *element, unsigned depth)
{
    bool universal = (element->tag & TAG_CLASS) == 0;
    bool constructed = (element->tag & TAG_CONSTRUCTED) != 0;
    if (!constructed)
        return !universal || primitive_fine(element->tag, element->value);
    if (universal && element->tag != TAG_SEQUENCE && element->tag != TAG_SET)
        return false;
    if (depth == DER_DEPTH_MAX)
        return false;

    struct bytes rest = element->value;
    struct bytes before = {NULL, 0};
    while (rest.len > 0) {
        struct element child;
        if (!take(&rest, &child) || !element_fine(&child, depth + 1))
            return false;
        if (element->tag == TAG_SET && before.at != NULL && !in_order(before, child.whole))
            return false;
        before = child.whole;
    }
    return true;
}

struct err der_check(struct bytes der)
{
    struct element element;
    struct bytes rest = der;
    if (!take(&rest, &element) || rest.len > 0 || !element_fine(&element, 1))
        return ERR(ERR_MALFORMED, 0, "der");
    return ERR_OK;
}
