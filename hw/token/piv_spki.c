/* piv_spki.c - public keys in DER, from the inside out: lengths first, since the writer has no
 * way back. */
#include <assert.h>

#include "hw/token/piv.h"

#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_SEQUENCE 0x30

/* AlgorithmIdentifier: RFC 3279, 2.3.1; RFC 5480, 2.1. */
static const uint8_t rsa[] = {0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                              0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};
static const uint8_t p256[] = {0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
                               0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
static const uint8_t p384[] = {0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D,
                               0x02, 0x01, 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22};

static struct bytes identifier_of(enum piv_algorithm algorithm)
{
    if (algorithm == PIV_ALGORITHM_P256)
        return (struct bytes){p256, sizeof(p256)};
    if (algorithm == PIV_ALGORITHM_P384)
        return (struct bytes){p384, sizeof(p384)};
    return (struct bytes){rsa, sizeof(rsa)};
}

/* An INTEGER is signed: a number with its top bit set gets a zero before it. */
static bool needs_zero(struct bytes number)
{
    return (number.at[0] & 0x80) != 0;
}

static size_t integer_size(struct bytes number)
{
    return tlv_size(DER_INTEGER, number.len + (needs_zero(number) ? 1 : 0));
}

static void put_integer(struct tlv_writer *out, struct bytes number)
{
    static const uint8_t zero = 0;

    tlv_put_head(out, DER_INTEGER, number.len + (needs_zero(number) ? 1 : 0));
    if (needs_zero(number))
        tlv_put_raw(out, (struct bytes){&zero, 1});
    tlv_put_raw(out, number);
}

struct err piv_write_spki(enum piv_algorithm algorithm, const struct piv_public_key *key,
                          struct tlv_writer *out)
{
    static const uint8_t unused_bits = 0;
    struct bytes identifier = identifier_of(algorithm);
    bool curve = key->point.len > 0;
    assert(curve || (key->modulus.len > 0 && key->exponent.len > 0));

    size_t integers = curve ? 0 : integer_size(key->modulus) + integer_size(key->exponent);
    size_t content = 1 + (curve ? key->point.len : tlv_size(DER_SEQUENCE, integers));
    tlv_put_head(out, DER_SEQUENCE, identifier.len + tlv_size(DER_BIT_STRING, content));
    tlv_put_raw(out, identifier);
    tlv_put_head(out, DER_BIT_STRING, content);
    tlv_put_raw(out, (struct bytes){&unused_bits, 1});
    if (curve) {
        tlv_put_raw(out, key->point);
    } else {
        tlv_put_head(out, DER_SEQUENCE, integers);
        put_integer(out, key->modulus);
        put_integer(out, key->exponent);
    }
    if (out->full)
        return ERR(ERR_NO_ROOM, out->max, "SubjectPublicKeyInfo");
    return ERR_OK;
}
