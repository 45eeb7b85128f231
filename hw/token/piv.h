/*
 * piv.h - the PIV application as bytes: commands out, answers in.
 *
 * Sources: NIST SP 800-73pt2-5 (commands), SP 800-73pt1-5 (data objects), SP 800-78-5 (algorithm
 * ids); GET METADATA (F7) and GET SERIAL (F8) as documented by Yubico. Pure.
 *
 * Encoders fill `out_apdu` whole. Decoders borrow: what they give out is a view into the answer.
 */
#ifndef HW_TOKEN_PIV_H
#define HW_TOKEN_PIV_H

#include "hw/token/apdu.h"

#define PIV_PIN_MIN 6
#define PIV_PIN_MAX 8
#define PIV_GUID_LEN 16
#define PIV_CHALLENGE_MAX 16 /* one block of the longest cipher */

#define PIV_OBJECT_CHUID 0x5FC102U
#define PIV_KEY_PIN 0x80
#define PIV_KEY_ADMIN 0x9B

enum piv_algorithm {
    PIV_ALGORITHM_NONE = 0x00,
    PIV_ALGORITHM_3DES = 0x03,
    PIV_ALGORITHM_RSA2048 = 0x07,
    PIV_ALGORITHM_AES128 = 0x08,
    PIV_ALGORITHM_AES192 = 0x0A,
    PIV_ALGORITHM_AES256 = 0x0C,
    PIV_ALGORITHM_P256 = 0x11,
    PIV_ALGORITHM_P384 = 0x14,
};

/* Tags inside the dynamic authentication template (7C). */
enum piv_auth { PIV_AUTH_WITNESS = 0x80, PIV_AUTH_CHALLENGE = 0x81, PIV_AUTH_RESPONSE = 0x82 };

/* What GET METADATA tells; fields a key does not have are 0 or TRIES_UNKNOWN. */
struct piv_metadata {
    uint8_t algorithm;
    uint8_t tries_left;
};
#define PIV_TRIES_UNKNOWN 0xFF

/* The certificate object of a slot; 0 for a slot that is not 9A, 9C, 9D or 9E. */
uint32_t piv_certificate_object(uint8_t slot);

void piv_select(struct apdu *out_apdu);
void piv_get_serial(struct apdu *out_apdu);
void piv_get_metadata(uint8_t key, struct apdu *out_apdu);
void piv_get_data(uint32_t object, struct apdu *out_apdu);

/* VERIFY without a PIN: asks for the tries left and spends none. */
void piv_ask_tries(struct apdu *out_apdu);

/* VERIFY with `pin`, PIV_PIN_MIN to PIV_PIN_MAX bytes, padded with FF. Wipe `out_apdu`. */
void piv_verify(struct bytes pin, struct apdu *out_apdu);

/*
 * PUT DATA of a certificate: 53 { 70 {der} 71 {00} FE {} }. ERR_NO_ROOM when the whole
 * is longer than APDU_DATA_MAX.
 */
MUST_CHECK struct err piv_put_certificate(uint32_t object, struct bytes der, struct apdu *out_apdu);

/* GENERAL AUTHENTICATE that asks for a witness or a challenge: 7C { tag {} }. */
void piv_authenticate_ask(enum piv_algorithm algorithm, enum piv_auth tag, struct apdu *out_apdu);

/* GENERAL AUTHENTICATE with the host's answer: 7C { 80 {witness} 81 {challenge} }, or
 * 7C { 82 {response} } when there is no witness. */
void piv_authenticate_mutual(enum piv_algorithm algorithm, struct bytes witness,
                             struct bytes challenge, struct apdu *out_apdu);
void piv_authenticate_external(enum piv_algorithm algorithm, struct bytes response,
                               struct apdu *out_apdu);

/* GENERAL AUTHENTICATE that signs: 7C { 82 {} 81 {digest} }; `digest` has at most 256 bytes. */
void piv_sign(enum piv_algorithm algorithm, uint8_t slot, struct bytes digest,
              struct apdu *out_apdu);

/* Whether `pin` may be sent at all: 6 to 8 digits. Anything else would burn a try. */
bool piv_pin_possible(struct bytes pin);

/*
 * The DER inside a certificate object (an answer to GET DATA).
 *
 * Errors: ERR_NOT_FOUND (the object is empty), ERR_UNSUPPORTED (CertInfo says compressed),
 * ERR_MALFORMED (torn: lengths that do not end where the object ends, no DER sequence).
 */
MUST_CHECK struct err piv_read_certificate(struct bytes answer, struct bytes *out_der);

/* The GUID of a CHUID object. ERR_MALFORMED; ERR_NOT_FOUND when it has none, or only zeros. */
MUST_CHECK struct err piv_read_guid(struct bytes answer, uint8_t out_guid[PIV_GUID_LEN]);

/* The number in an answer to GET SERIAL. ERR_MALFORMED; ERR_NOT_FOUND when it is 0. */
MUST_CHECK struct err piv_read_serial(struct bytes answer, uint32_t *out_serial);

/* ERR_MALFORMED. */
MUST_CHECK struct err piv_read_metadata(struct bytes answer, struct piv_metadata *out_metadata);

/* One element of an answer to GENERAL AUTHENTICATE. ERR_MALFORMED, also when it is missing. */
MUST_CHECK struct err piv_read_authenticate(struct bytes answer, enum piv_auth tag,
                                            struct bytes *out_value);

/*
 * What a status word says about VERIFY, with or without a PIN.
 *
 * Errors: ERR_DENIED (63Cx: `*out_tries_left` >= 1 is written), ERR_BLOCKED (6983, 63C0), ERR_IO
 * (anything else). 9000 is no error.
 */
MUST_CHECK struct err piv_verify_answer(uint16_t sw, uint8_t *out_tries_left);

/* The same for PUT DATA: ERR_DENIED (6982), ERR_NO_ROOM (6A84, 6700), ERR_IO. */
MUST_CHECK struct err piv_put_answer(uint16_t sw);

/* The same for a signature: ERR_DENIED (6982), ERR_NOT_FOUND (6A80, 6A82, 6A86, 6A88), ERR_IO. */
MUST_CHECK struct err piv_sign_answer(uint16_t sw);

#endif
