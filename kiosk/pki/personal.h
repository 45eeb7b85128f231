/*
 * personal.h - personal data where it is kept: sealed, so that who has the file but not the kiosk's
 * device key reads nothing of it, and what is sealed for one order opens for no other.
 *
 *     key = device_key_derive("personal")
 *     personal_seal(key, label, plain) --> nonce | ciphertext | tag --> personal_open(key, label,
 * ..)
 *
 * AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits; the label is authenticated with it.
 */
#ifndef KIOSK_PKI_PERSONAL_H
#define KIOSK_PKI_PERSONAL_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "kiosk/base/secret.h"

#define PERSONAL_KEY_LEN 32
#define PERSONAL_NONCE_LEN 12
#define PERSONAL_TAG_LEN 16
#define PERSONAL_MORE_LEN (PERSONAL_NONCE_LEN + PERSONAL_TAG_LEN) /* than the plain text has */
#define PERSONAL_PLAIN_MAX 8192

/* What it is kept for; none of them has a line feed. */
struct personal_label {
    const char *epoch; /* of the journal */
    const char *order;
    const char *kind; /* "certificate" */
};

/* Seal into `out_sealed`, which has plain.len + PERSONAL_MORE_LEN. ERR_NO_ROOM: above
 * PERSONAL_PLAIN_MAX; ERR_IO: the library failed. */
MUST_CHECK struct err personal_seal(const struct secret *key, const struct personal_label *label,
                                    struct bytes plain, uint8_t *out_sealed);

/* Open into `out_plain`, which has sealed.len - PERSONAL_MORE_LEN; written on success only.
 * ERR_DENIED: not sealed by this key for this label, or changed; ERR_MALFORMED: too short or too
 * long; ERR_IO. */
MUST_CHECK struct err personal_open(const struct secret *key, const struct personal_label *label,
                                    struct bytes sealed, uint8_t *out_plain);

#endif
