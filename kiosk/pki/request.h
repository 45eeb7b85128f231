/*
 * request.h - a certificate request (PKCS#10, RFC 2986) signed by a key that stays on a token.
 *
 *     request_begin --> request.to_sign --> (the token signs) --> request_finish --> DER
 *
 * Signature algorithms: ecdsa-with-SHA256 for P-256, ecdsa-with-SHA384 for P-384,
 * sha256WithRSAEncryption for RSA. The request asks for a name and a key; it has no attributes.
 */
#ifndef KIOSK_PKI_REQUEST_H
#define KIOSK_PKI_REQUEST_H

#include "kiosk/pki/certificate.h"

#define REQUEST_INFO_MAX 2048 /* bytes of CertificationRequestInfo */
#define REQUEST_MAX 3072      /* bytes of the whole */
#define REQUEST_PEM_MAX 4352  /* of its text, with the NUL */

struct request {
    enum certificate_key key;
    size_t info_len;
    uint8_t info[REQUEST_INFO_MAX]; /* what the signature covers, DER */
    size_t to_sign_len;
    uint8_t to_sign[CERTIFICATE_CHALLENGE_MAX]; /* digest for ECDSA, padded block for RSA: as
                                                   token_sign() wants it */
};

/*
 * A request for the public key `spki` (SubjectPublicKeyInfo DER, canonical) with `name` as its
 * subject: an X.501 Name in DER, not empty, copied byte for byte.
 * ERR_MALFORMED, ERR_UNSUPPORTED (a key of another kind), ERR_NO_ROOM, ERR_IO.
 */
MUST_CHECK struct err request_begin(struct bytes name, struct bytes spki,
                                    struct request *out_request);

/* The same with the subject of `certificate` (DER), as a renewal has it. */
MUST_CHECK struct err request_begin_like(struct bytes certificate, struct bytes spki,
                                         struct request *out_request);

/* The same with a name that has one entry: the common name `cn` (1 to 64 characters of UTF-8). */
MUST_CHECK struct err request_begin_named(const char *cn, struct bytes spki,
                                          struct request *out_request);

/*
 * The request with its signature, as token_sign() gave it, to `out`, which has REQUEST_MAX
 * bytes. ERR_DENIED: the signature is not this key's over this request, nothing is written.
 * ERR_NO_ROOM, ERR_IO.
 */
MUST_CHECK struct err request_finish(const struct request *request, struct bytes signature,
                                     uint8_t *out, size_t *out_len);

/* The DER of a request as PEM (RFC 7468, 7) to `out`, which has REQUEST_PEM_MAX bytes: room for
 * REQUEST_MAX of DER. ERR_NO_ROOM, ERR_IO (the library failed). */
MUST_CHECK struct err request_print(struct bytes der, char *out);

#endif
