#include "kiosk/pki/x509.h"

#include <string.h>
#include <time.h>

#include "kiosk/pki/der.h"

void x509_free(X509 **at)
{
    X509_free(*at);
}

void x509_key_free(EVP_PKEY **at)
{
    EVP_PKEY_free(*at);
}

void x509_bio_free(BIO **at)
{
    BIO_free_all(*at);
}

/* The library keeps a `critical FALSE` that was written out, though it is the default. */
static void leave_defaults_out(X509 *x509)
{
    for (int i = 0; i < X509_get_ext_count(x509); i++) {
        X509_EXTENSION *extension = X509_get_ext(x509, i);
        (void)X509_EXTENSION_set_critical(extension, X509_EXTENSION_get_critical(extension));
    }
}

/* OpenSSL keeps the bytes it parsed and gives them back unless told that they changed; only then
 * does encoding again say whether a default was written out or a field was lost. */
static bool encodes_same(X509 *x509, struct bytes der)
{
    unsigned char *again = NULL;
    leave_defaults_out(x509);
    if (i2d_re_X509_tbs(x509, NULL) <= 0)
        return false;
    int len = i2d_X509(x509, &again);
    bool same = len > 0 && (size_t)len == der.len && memcmp(again, der.at, der.len) == 0;
    OPENSSL_free(again);
    return same;
}

struct err x509_read(struct bytes der, X509 **out_x509)
{
    if (der.at == NULL || der.len == 0 || der.len > X509_DER_MAX)
        return ERR(ERR_MALFORMED, der.len, "length");
    struct err e = der_check(der);
    if (failed(e))
        return e;

    const unsigned char *at = der.at;
    CLEANUP(x509_free) X509 *x509 = d2i_X509(NULL, &at, (long)der.len);
    if (x509 == NULL || at != der.at + der.len)
        return ERR(ERR_MALFORMED, 0, "d2i_X509");
    if (!encodes_same(x509, der))
        return ERR(ERR_MALFORMED, 0, "not canonical");
    *out_x509 = x509;
    x509 = NULL;
    return ERR_OK;
}

struct err x509_write(const X509 *x509, uint8_t *out, size_t size, size_t *out_len)
{
    int len = i2d_X509(x509, NULL);
    if (len <= 0)
        return ERR(ERR_MALFORMED, 0, "i2d_X509");
    if ((size_t)len > size)
        return ERR(ERR_NO_ROOM, len, "i2d_X509");
    unsigned char *at = out;
    if (i2d_X509(x509, &at) != len)
        return ERR(ERR_MALFORMED, 0, "i2d_X509");
    *out_len = (size_t)len;
    return ERR_OK;
}

struct err x509_time(const ASN1_TIME *time, int64_t *out_s)
{
    struct tm tm;
    if (ASN1_TIME_to_tm(time, &tm) != 1)
        return ERR(ERR_MALFORMED, 0, "ASN1_TIME_to_tm");
    *out_s = timegm(&tm);
    return ERR_OK;
}

bool x509_is_named(const X509_NAME *name, const char *cn)
{
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0)
        return false;

    const ASN1_STRING *found = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    size_t len = (size_t)ASN1_STRING_length(found);
    return len == strlen(cn) && memcmp(ASN1_STRING_get0_data(found), cn, len) == 0;
}
