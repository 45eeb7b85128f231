/*
 * piv.h - the PIV application as bytes: commands out, answers in.
 *
 * Sources: NIST SP 800-73pt2-5 (commands), SP 800-73pt1-5 (data objects), SP 800-78-5 (algorithm
 * ids); MOVE KEY (F6), GET METADATA (F7), GET SERIAL (F8) and SET MANAGEMENT KEY (FF) as documented
 * by Yubico. Pure.
 *
 * Encoders fill `out_apdu` whole. Decoders borrow: what they give out is a view into the answer.
 */
#ifndef HW_TOKEN_PIV_H
#define HW_TOKEN_PIV_H

#include "hw/token/apdu.h"
#include "hw/token/tlv.h"

#define PIV_INS_GET_DATA 0xCB

#define PIV_PIN_MIN 6
#define PIV_PIN_MAX 8
#define PIV_GUID_LEN 16
#define PIV_CHALLENGE_MAX 16 /* one block of the longest cipher */

#define PIV_OBJECT_CHUID 0x5FC102U
#define PIV_OBJECT_DISCOVERY 0x7EU
#define PIV_KEY_GLOBAL_PIN 0x00 /* one for all applications of a card */
#define PIV_KEY_PIN 0x80
#define PIV_KEY_PUK 0x81
#define PIV_KEY_ADMIN 0x9B

enum piv_algorithm {
    PIV_ALGORITHM_NONE = 0x00,
    PIV_ALGORITHM_3DES = 0x03,
    PIV_ALGORITHM_RSA3072 = 0x05,
    PIV_ALGORITHM_RSA2048 = 0x07,
    PIV_ALGORITHM_AES128 = 0x08,
    PIV_ALGORITHM_AES192 = 0x0A,
    PIV_ALGORITHM_AES256 = 0x0C,
    PIV_ALGORITHM_P256 = 0x11,
    PIV_ALGORITHM_P384 = 0x14,
};

/* Tags inside the dynamic authentication template (7C). */
enum piv_auth {
    PIV_AUTH_WITNESS = 0x80,
    PIV_AUTH_CHALLENGE = 0x81,
    PIV_AUTH_RESPONSE = 0x82,
    PIV_AUTH_EXPONENTIATION = 0x85, /* a peer's point */
};

/* What GET METADATA tells; fields a key does not have are 0 or TRIES_UNKNOWN. */
struct piv_metadata {
    uint8_t algorithm;
    uint8_t tries_left;
};
#define PIV_TRIES_UNKNOWN 0xFF

/* Which PINs open the application: PIN usage policy of the discovery object (5F2F). */
struct piv_discovery {
    bool application_pin, global_pin;
    bool global_first; /* of both, the one that its holder is to type */
};

/* A public key as the card gives it out; views into its answer. */
struct piv_public_key {
    struct bytes point;             /* uncompressed, of an elliptic curve; else */
    struct bytes modulus, exponent; /* of RSA, without leading zeros */
};

/* The commands whose status words mean something; see piv_answer(). */
enum piv_command {
    PIV_COMMAND_PIN,    /* VERIFY */
    PIV_COMMAND_CHANGE, /* CHANGE REFERENCE DATA, RESET RETRY COUNTER */
    PIV_COMMAND_PUT,
    PIV_COMMAND_EMPTY, /* PUT DATA of nothing */
    PIV_COMMAND_USE,   /* GENERAL AUTHENTICATE with a key pair */
    PIV_COMMAND_GENERATE,
    PIV_COMMAND_MOVE,
    PIV_COMMAND_SET_ADMIN,
    PIV_COMMAND_GET,      /* GET DATA */
    PIV_COMMAND_METADATA, /* GET METADATA */
    PIV_COMMAND_COUNT,
};

/* The certificate object of a slot: 9A, 9C, 9D, 9E or a retired one; 0 for any other. */
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

/* CHANGE REFERENCE DATA of `key` (PIV_KEY_PIN or PIV_KEY_PUK), and RESET RETRY COUNTER of the PIN
 * with the PUK; values as piv_verify() wants them. Wipe `out_apdu`. */
void piv_change(uint8_t key, struct bytes was, struct bytes next, struct apdu *out_apdu);
void piv_unblock(struct bytes puk, struct bytes next, struct apdu *out_apdu);

/* PUT DATA of an object without content, which deletes it. */
void piv_put_empty(uint32_t object, struct apdu *out_apdu);

/* PUT DATA of a CHUID: the FASC-N of cards outside the federal government, `guid`, no expiry
 * before 2099 and no signature. */
void piv_put_chuid(const uint8_t guid[PIV_GUID_LEN], struct apdu *out_apdu);

/* GENERATE ASYMMETRIC KEY PAIR: destroys the key in `slot`. */
void piv_generate(enum piv_algorithm algorithm, uint8_t slot, struct apdu *out_apdu);

/* MOVE KEY. */
void piv_move(uint8_t from, uint8_t to, struct apdu *out_apdu);

/* SET MANAGEMENT KEY, without touch. `key` has at most 32 bytes. Wipe `out_apdu`. */
void piv_set_admin(enum piv_algorithm algorithm, struct bytes key, struct apdu *out_apdu);

/* GENERAL AUTHENTICATE that asks for a witness or a challenge: 7C { tag {} }. */
void piv_authenticate_ask(enum piv_algorithm algorithm, enum piv_auth tag, struct apdu *out_apdu);

/* GENERAL AUTHENTICATE with the host's answer: 7C { 80 {witness} 81 {challenge} }, or
 * 7C { 82 {response} } when there is no witness. */
void piv_authenticate_mutual(enum piv_algorithm algorithm, struct bytes witness,
                             struct bytes challenge, struct apdu *out_apdu);
void piv_authenticate_external(enum piv_algorithm algorithm, struct bytes response,
                               struct apdu *out_apdu);

/* GENERAL AUTHENTICATE with the key pair of `slot`: 7C { 82 {} tag {input} }. The tag is CHALLENGE
 * (a digest, or for RSA any block) or EXPONENTIATION (a point); `input` has at most 384 bytes. */
void piv_use(enum piv_algorithm algorithm, uint8_t slot, const struct tlv *input,
             struct apdu *out_apdu);

/*
 * The DER inside a certificate object (an answer to GET DATA).
 *
 * Errors: ERR_NOT_FOUND (the object is empty), ERR_UNSUPPORTED (CertInfo says compressed),
 * ERR_MALFORMED (torn: lengths that do not end where the object ends, no DER sequence).
 */
MUST_CHECK struct err piv_read_certificate(struct bytes answer, struct bytes *out_der);

/* The GUID of a CHUID object. ERR_MALFORMED; ERR_NOT_FOUND when it has none, or only zeros. */
MUST_CHECK struct err piv_read_guid(struct bytes answer, uint8_t out_guid[PIV_GUID_LEN]);

/* A discovery object (SP 800-73pt1-5, 3.3.2): 7E { 4F {AID} 5F2F {policy} }. ERR_MALFORMED;
 * ERR_NOT_FOUND when it has no policy. */
MUST_CHECK struct err piv_read_discovery(struct bytes answer, struct piv_discovery *out_discovery);

/* The number in an answer to GET SERIAL. ERR_MALFORMED; ERR_NOT_FOUND when it is 0. */
MUST_CHECK struct err piv_read_serial(struct bytes answer, uint32_t *out_serial);

/* ERR_MALFORMED. */
MUST_CHECK struct err piv_read_metadata(struct bytes answer, struct piv_metadata *out_metadata);

/* One element of an answer to GENERAL AUTHENTICATE. ERR_MALFORMED, also when it is missing. */
MUST_CHECK struct err piv_read_authenticate(struct bytes answer, enum piv_auth tag,
                                            struct bytes *out_value);

/*
 * An answer to GENERATE ASYMMETRIC KEY PAIR, for a key of `algorithm`. ERR_MALFORMED, also when it
 * is a key of another kind or length.
 */
MUST_CHECK struct err piv_read_public_key(enum piv_algorithm algorithm, struct bytes answer,
                                          struct piv_public_key *out_key);

/*
 * `key` as SubjectPublicKeyInfo (RFC 5280, 4.1; RFC 5480, 2; RFC 8017, A.1.1) into `out`.
 * ERR_NO_ROOM.
 */
MUST_CHECK struct err piv_write_spki(enum piv_algorithm algorithm, const struct piv_public_key *key,
                                     struct tlv_writer *out);

/*
 * What a status word means for `command`; 9000 is no error. Codes are those of token.h:
 * ERR_DENIED, ERR_BLOCKED, ERR_NO_ROOM, ERR_NOT_FOUND, ERR_CONFLICT, ERR_UNSUPPORTED, and
 * ERR_IO for all that is not expected; of GET DATA and GET METADATA that is ERR_UNSUPPORTED.
 */
MUST_CHECK struct err piv_answer(enum piv_command command, uint16_t sw);

/* The same for PIN and PUK: with ERR_DENIED `*out_tries_left` >= 1 is written. `command` is
 * PIV_COMMAND_PIN or PIV_COMMAND_CHANGE. */
MUST_CHECK struct err piv_pin_answer(enum piv_command command, uint16_t sw,
                                     uint8_t *out_tries_left);

#endif
