/*
 * proof.h - what a key on a token signs, and whether it did; for the files of this room only.
 *
 * SHA-384 with a P-384 key, SHA-256 with all others. ECDSA signs the digest (FIPS 186-5, 6.4), RSA
 * the padded block EMSA-PKCS1-v1_5 (RFC 8017, 9.2).
 */
#ifndef KIOSK_PKI_PROOF_H
#define KIOSK_PKI_PROOF_H

#include "kiosk/pki/certificate.h"
#include "kiosk/pki/x509.h"

/* The kind of a public key; OTHER for one that a token of ours cannot have. */
enum certificate_key proof_kind(const EVP_PKEY *key);

/* The digest that goes with the kind. */
const EVP_MD *proof_digest(enum certificate_key kind);

/* What the token is to sign for `message`; `out` has CERTIFICATE_CHALLENGE_MAX bytes.
 * ERR_UNSUPPORTED: OTHER; ERR_IO: the library failed. */
MUST_CHECK struct err proof_block(enum certificate_key kind, struct bytes message, uint8_t *out,
                                  size_t *out_len);

/* Whether `signature` over `message` verifies. */
bool proof_verifies(EVP_PKEY *key, struct bytes message, struct bytes signature);

#endif
