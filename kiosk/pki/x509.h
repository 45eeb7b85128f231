/*
 * x509.h - OpenSSL's certificates, for the files of this room only.
 *
 * Nothing outside kiosk/pki includes this: the other headers are free of OpenSSL's types.
 */
#ifndef KIOSK_PKI_X509_H
#define KIOSK_PKI_X509_H

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "kiosk/pki/certificate.h"

#define X509_DER_MAX 8192
#define X509_ANY_TIME INT64_MIN

/* For CLEANUP(); NULL inside is fine. */
void x509_free(X509 **at);
void x509_key_free(EVP_PKEY **at);
void x509_bio_free(BIO **at);

/* Parse exactly one canonical certificate. ERR_MALFORMED. */
MUST_CHECK struct err x509_read(struct bytes der, X509 **out_x509);

/* The bytes of `x509` to `out`, which has `size`. ERR_NO_ROOM. */
MUST_CHECK struct err x509_write(const X509 *x509, uint8_t *out, size_t size, size_t *out_len);

/* Seconds since 1970 UTC. ERR_MALFORMED. */
MUST_CHECK struct err x509_time(const ASN1_TIME *time, int64_t *out_s);

/* Whether `x509` is signed up to a root of `trust`, with all dates right at `at_s`, or whatever
 * the dates with X509_ANY_TIME. */
bool x509_chains(const X509 *x509, const struct trust *trust, int64_t at_s);

/* Whether `cn` is the only common name in `name`. */
bool x509_is_named(const X509_NAME *name, const char *cn);

#endif
