/*
 * token.h - the token a visitor inserts, behind one driver table.
 *
 *     open --> watch --> identify --> verify_pin --> write --> sign ... --> close
 *               ^                        |             |        |
 *               '------- ERR_GONE -------'-------------'--------'   pulled out: watch again
 *
 * Drivers: piv (PIV cards over PC/SC, NIST SP 800-73pt2-5) and sim (a script in memory, told
 * to fail). Each passes tests/contract/test_token.c; so must the next one.
 *
 * A session lasts from identify until the token leaves: the driver keeps the card powered, so
 * that a verified PIN stays verified, but holds no transaction between calls. Each call is one
 * transaction; a call after which the session's state is not certain says so (ERR_GONE), and
 * the next call is identify again.
 *
 * Threading: all calls come from one thread. A call blocks for the time it states at most.
 */
#ifndef HW_TOKEN_TOKEN_H
#define HW_TOKEN_TOKEN_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "kiosk/base/secret.h"

#define TOKEN_ID_SIZE 41
#define TOKEN_CERTIFICATE_MAX 3000 /* bytes of DER */
#define TOKEN_CERTIFICATES_MAX 4
#define TOKEN_SIGNATURE_MAX 512
#define TOKEN_TRIES_UNKNOWN 0xFF
#define TOKEN_CALL_TIMEOUT_MS 15000

struct token_certificate {
    uint8_t slot; /* PIV key reference: 9A, 9C, 9D, 9E */
    uint16_t der_len;
    uint8_t der[TOKEN_CERTIFICATE_MAX];
};

struct token_identity {
    char id[TOKEN_ID_SIZE]; /* "s" + serial number in decimal, or without one "g" + GUID of the
                               CHUID in hex */
    uint8_t pin_tries_left; /* read without spending one; TOKEN_TRIES_UNKNOWN */
    uint8_t certificate_count;
    struct token_certificate
        certificates[TOKEN_CERTIFICATES_MAX]; /* in slot order; torn ones left out */
};

enum token_presence { TOKEN_READER_GONE, TOKEN_ABSENT, TOKEN_PRESENT };

enum token_key { TOKEN_KEY_P256, TOKEN_KEY_P384, TOKEN_KEY_RSA2048 };

struct token; /* one reader; first member of each driver's own struct */

/* What a driver needs to be opened. */
struct token_config {
    const char *driver;      /* "piv" or "sim" */
    const char *reader;      /* part of the reader's name; "": the first there is */
    struct secret admin_key; /* card management key: 24 bytes 3DES, or 16, 24 or 32 AES */
    bool admin_key_aes;      /* AES when the token does not tell */
};

struct token_driver {
    const char *name; /* used in the configuration: `[token] driver = piv` */

    /* See the functions below. All required. */
    struct err (*watch)(struct token *, uint32_t timeout_ms, enum token_presence *in_out_presence);
    struct err (*identify)(struct token *, struct token_identity *out_identity);
    struct err (*verify_pin)(struct token *, struct bytes pin, uint8_t *out_tries_left);
    struct err (*write)(struct token *, const char *id, uint8_t slot, struct bytes der);
    struct err (*sign)(struct token *, uint8_t slot, enum token_key key, struct bytes digest,
                       uint8_t out_signature[TOKEN_SIGNATURE_MAX], size_t *out_len);
    void (*close)(struct token *);
};

struct token {
    const struct token_driver *driver;
};

/*
 * Open the driver named in `config`, which is only read during the call.
 * ERR_UNSUPPORTED: no such driver. ERR_NO_ROOM: no memory. A reader or a
 * PC/SC service that is not there is no error: watch reports TOKEN_READER_GONE.
 * Free with token_close().
 */
MUST_CHECK struct err token_open(const struct token_config *config, struct token **out_token);

/*
 * Wait until presence differs from `*in_out_presence`, at most `timeout_ms`; 0 only looks.
 * On success `*in_out_presence` is what is now, changed or not. A token that was
 * swapped between two calls, or lost (ERR_GONE) in one, is reported as TOKEN_ABSENT first.
 * ERR_IO: the service failed; calling again rebuilds the connection.
 */
MUST_CHECK struct err token_watch(struct token *token, uint32_t timeout_ms,
                                  enum token_presence *in_out_presence);

/*
 * Who is this: id, PIN tries, and every readable certificate. Starts a session; one that
 * was there before ends, and with it what its PIN allowed.
 *
 * Errors: ERR_GONE (no token, or pulled out), ERR_UNSUPPORTED (a card that has
 * none of our applications), ERR_MALFORMED (answers that make no sense), ERR_IO.
 * `*out_identity` is written on success only.
 */
MUST_CHECK struct err token_identify(struct token *token, struct token_identity *out_identity);

/*
 * Show `pin` (6 to 8 digits) to the token. Spends one try when it is wrong. `pin` stays the
 * caller's, to wipe; a PIN of another length or alphabet is ERR_MALFORMED and never sent.
 *
 * `*out_tries_left` is written with ERR_DENIED only.
 * Errors: ERR_DENIED (wrong; `*out_tries_left` >= 1), ERR_BLOCKED (no tries left),
 * ERR_GONE (pulled out; whether a try was spent is not known), ERR_IO.
 */
MUST_CHECK struct err token_verify_pin(struct token *token, const struct secret *pin,
                                       uint8_t *out_tries_left);

/*
 * Write certificate `der` (1 to TOKEN_CERTIFICATE_MAX bytes) into `slot` of the token with
 * `id` and read it back. The id is read again first and after: another token
 * gets no write. Writing what is there already is allowed, and completes an interrupted write.
 *
 * Errors: ERR_GONE (pulled out or another token: nothing or part was written; the same call on
 * the same token completes it), ERR_DENIED (the token refuses our admin key),
 * ERR_NO_ROOM (it does not fit), ERR_CONFLICT (read back differs), ERR_IO.
 */
MUST_CHECK struct err token_write(struct token *token, const char *id, uint8_t slot,
                                  struct bytes der);

/*
 * Sign `digest` with the private key of `slot`: for ECDSA the raw hash (SHA-256: 32 bytes, SHA-384:
 * 48), answered as a DER signature; for RSA-2048 the 256-byte padded block (EMSA-PKCS1-v1_5, made
 * by the caller), answered as 256 bytes.
 *
 * Errors: ERR_DENIED (the PIN must be verified again first), ERR_GONE, ERR_NOT_FOUND (no key in
 * the slot, or of another kind), ERR_IO. Out-parameters are written on success only.
 */
MUST_CHECK struct err token_sign(struct token *token, uint8_t slot, enum token_key key,
                                 struct bytes digest, uint8_t out_signature[TOKEN_SIGNATURE_MAX],
                                 size_t *out_len);

/* End the session, power the card down, free. NULL is fine. */
void token_close(struct token *token);

#endif
