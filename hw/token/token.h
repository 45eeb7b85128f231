/*
 * token.h - the token a visitor inserts, behind one driver table.
 *
 *     open --> watch --> identify --> prove --> verify_pin --> write --> sign ... --> close
 *               ^                       |           |             |        |
 *               '------- ERR_GONE ------'-----------'-------------'--------'   pulled: watch again
 *
 * Drivers: piv (PIV cards over PC/SC, NIST SP 800-73pt2-5, in a worker process) and sim (a script
 * in memory, told to fail). Each passes tests/contract/test_token.c; so must the next one.
 *
 * A session lasts from identify until the token leaves: the driver keeps the card powered, so
 * that a verified PIN stays verified, but holds no transaction between calls. Each call is one
 * transaction; a call after which the session's state is not certain says so (ERR_GONE), and
 * the next call is identify again.
 *
 * Calls that change the token name the token they mean by its id, and read the id again before
 * the first change: another token that took its place gets none. They say what an interruption
 * leaves, and each may be repeated until it answers.
 *
 * Between the look at the id and the command after it another token can take the place of the
 * first where a reader does not notice: that one command is then its to answer. Without the proof
 * of its admin key it refuses all changes but those of its PIN and PUK, of which it loses a try,
 * or which are changed if they were the same; so the id is read again after these, and the call is
 * ERR_GONE.
 *
 * Threading: all calls come from one thread. A call blocks for TOKEN_CALL_TIMEOUT_MS at most, one
 * that makes a key for TOKEN_KEY_TIMEOUT_MS; watch: see there.
 *
 * Errors of every call: ERR_GONE (no token, pulled out, or another one), ERR_IO (the link failed,
 * or answers that make no sense), ERR_UNSUPPORTED (this token or driver cannot do that; nothing
 * was changed). What else a call may answer stands at the call. Out-parameters are written on
 * success only, tries left with ERR_DENIED only.
 */
#ifndef HW_TOKEN_TOKEN_H
#define HW_TOKEN_TOKEN_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "kiosk/base/secret.h"

#define TOKEN_ID_SIZE 41
#define TOKEN_GUID_LEN 16
#define TOKEN_CERTIFICATE_MAX 3000 /* bytes of DER */
#define TOKEN_SIGNATURE_MAX 512
#define TOKEN_PUBLIC_KEY_MAX 600 /* SubjectPublicKeyInfo in DER */
#define TOKEN_PLAIN_MAX 512      /* of one decryption */
#define TOKEN_TRIES_UNKNOWN 0xFF
#define TOKEN_CALL_TIMEOUT_MS 15000
#define TOKEN_KEY_TIMEOUT_MS 90000 /* an RSA key on a slow card */
#define TOKEN_WATCH_EXTRA_MS 7000

/* Slots as bits of a mask: bit i is token_slot_at(i). 9A 9C 9D 9E, then the retired 82 to 95. */
#define TOKEN_SLOT_COUNT 24
#define TOKEN_CERTIFICATES_MAX TOKEN_SLOT_COUNT
#define TOKEN_SLOTS_ACTIVE 0x00000FU
#define TOKEN_SLOTS_RETIRED 0xFFFFF0U

enum token_presence { TOKEN_READER_GONE, TOKEN_ABSENT, TOKEN_PRESENT };

enum token_key {
    TOKEN_KEY_NONE,  /* no key, as far as the token tells */
    TOKEN_KEY_OTHER, /* one that this program does not use */
    TOKEN_KEY_P256,
    TOKEN_KEY_P384,
    TOKEN_KEY_RSA2048,
    TOKEN_KEY_RSA3072,
    TOKEN_KEY_COUNT,
};

/* What identify reads beside the id; each costs commands. */
struct token_scope {
    uint32_t slots; /* certificates of these */
    bool pin_tries, puk_tries;
    bool guid; /* of the CHUID; read anyway when there is no serial number */
    bool keys; /* kinds of the keys in `slots`, also where there is no certificate */
};

/* What a visit needs. */
#define TOKEN_SCOPE_VISIT ((struct token_scope){.slots = TOKEN_SLOTS_ACTIVE, .pin_tries = true})

struct token_certificate {
    uint8_t slot; /* PIV key reference */
    uint16_t der_len;
    uint8_t der[TOKEN_CERTIFICATE_MAX];
};

struct token_identity {
    char id[TOKEN_ID_SIZE]; /* "s" + serial number in decimal, or without one "g" + GUID of the
                               CHUID in hex */
    bool has_guid;
    uint8_t guid[TOKEN_GUID_LEN];
    uint8_t
        pin_tries_left; /* read without spending one; TOKEN_TRIES_UNKNOWN, also when not asked */
    uint8_t puk_tries_left;
    bool extended; /* takes commands of extended length */
    uint8_t certificate_count;
    struct token_certificate
        certificates[TOKEN_CERTIFICATES_MAX]; /* in the order of token_slot_at(); torn ones left
                                                 and hidden ones left out */
    uint32_t torn;   /* slots whose certificate object makes no sense: repair them */
    uint32_t hidden; /* slots that have, or may have, a certificate that cannot be shown:
                        compressed, longer than TOKEN_CERTIFICATE_MAX, or kept back by the token */
    bool keys_known; /* the token tells of its keys */
    uint8_t keys[TOKEN_SLOT_COUNT]; /* enum token_key of each slot asked for; else NONE */
};

/* The card management key of one token. */
struct token_admin {
    struct secret key; /* 24 bytes 3DES; 16, 24 or 32 AES */
    bool aes;          /* AES when the token does not tell */
    bool diversified;  /* no other token has it: proving it mutually proves which token it is */
};

/* Which token a change is meant for, and with what right. */
struct token_target {
    const char *id; /* of its identity */
    uint8_t slot;
    const struct token_admin *admin;
};

/* A blank token's own values. `was` is what it has from the factory. */
struct token_personal {
    const struct secret *pin_was, *pin; /* each 6 to 8 digits */
    const struct secret *puk_was, *puk; /* each 8 digits */
    const struct token_admin *admin_was, *admin;
    uint8_t guid[TOKEN_GUID_LEN]; /* written as CHUID */
};

struct token; /* one reader; first member of each driver's own struct */

/* Gets each line of a trace, without its end and without any secret, once the call is over; of a
 * card_trace in the course of it. */
struct token_trace {
    void (*line)(void *context, const char *text);
    void *context;
};

/* What a driver needs to be opened. */
struct token_config {
    const char *driver;              /* "piv" or "sim" */
    const char *reader;              /* part of the reader's name; "": the first there is */
    const struct token_trace *trace; /* told each command and answer, by drivers that have such;
                                        NULL: nobody. What it points to outlives the token */
};

enum token_call {
    TOKEN_CALL_IDENTIFY,
    TOKEN_CALL_VERIFY_PIN,
    TOKEN_CALL_CHANGE_PIN,
    TOKEN_CALL_UNBLOCK,
    TOKEN_CALL_WRITE,
    TOKEN_CALL_DELETE,
    TOKEN_CALL_GENERATE,
    TOKEN_CALL_MOVE,
    TOKEN_CALL_SIGN,
    TOKEN_CALL_DECRYPT,
    TOKEN_CALL_PERSONALISE,
    TOKEN_CALL_PROVE,
    TOKEN_CALL_COUNT,
};

/* One call, as drivers get it: checked, with the fields that its function names; all else 0. */
struct token_request {
    enum token_call call;
    struct token_scope scope;
    struct token_target target;
    uint8_t to_slot;      /* MOVE */
    enum token_key key;   /* GENERATE, SIGN, DECRYPT */
    struct bytes data;    /* WRITE: DER; SIGN: digest; DECRYPT: cipher text or point */
    struct bytes pin;     /* the PIN or PUK that is shown */
    struct bytes new_pin; /* CHANGE_PIN, UNBLOCK */
    const struct token_personal *personal;
};

/* What a driver answers: on success, and tries_left with ERR_DENIED. */
struct token_reply {
    uint8_t tries_left;
    size_t len;
    union {
        struct token_identity identity;
        uint8_t data[TOKEN_PUBLIC_KEY_MAX];
    } u;
};

struct token_driver {
    const char *name; /* used in the configuration: `[token] driver = piv` */

    /* See the functions below. All required. */
    struct err (*watch)(struct token *, uint32_t timeout_ms, enum token_presence *in_out_presence);
    struct err (*call)(struct token *, const struct token_request *, struct token_reply *out_reply);
    void (*close)(struct token *);
};

struct token {
    const struct token_driver *driver;
    struct err trouble;       /* by the driver: see token_trouble() */
    struct token_reply reply; /* room for one answer; wiped after each call */
};

/* The key reference of a slot's bit, and back: TOKEN_SLOT_COUNT when it is none. */
uint8_t token_slot_at(size_t index);
size_t token_slot_index(uint8_t slot);

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
 * A driver that must rebuild what it watches with may take TOKEN_WATCH_EXTRA_MS longer.
 * ERR_IO: the service failed; calling again rebuilds the connection.
 */
MUST_CHECK struct err token_watch(struct token *token, uint32_t timeout_ms,
                                  enum token_presence *in_out_presence);

/* Why the last watch had no reader, as far as the driver knows: its own process, or the service,
 * and not that nothing is plugged in. ERR_NONE: no trouble that it knows of. */
struct err token_trouble(const struct token *token);

/*
 * Who is this: id and what `scope` asks for. Starts a session; one that was there before ends,
 * and with it what its PIN allowed.
 * ERR_UNSUPPORTED: a card that has none of our applications. ERR_MALFORMED: answers that make no
 * sense.
 */
MUST_CHECK struct err token_identify(struct token *token, const struct token_scope *scope,
                                     struct token_identity *out_identity);

/*
 * Show `pin` (6 to 8 digits) to the token. Spends one try when it is wrong. `pin` stays the
 * caller's, to wipe; a PIN of another length or alphabet is ERR_MALFORMED and never sent.
 * ERR_DENIED (wrong; `*out_tries_left` >= 1), ERR_BLOCKED (no tries left). With ERR_GONE it is not
 * known whether a try was spent.
 */
MUST_CHECK struct err token_verify_pin(struct token *token, const struct secret *pin,
                                       uint8_t *out_tries_left);

/*
 * Replace the PIN by `next`; both as token_verify_pin() wants them. The same errors; wrong `pin`
 * spends a try. Interrupted, the PIN is the old or the next one. Then `next` is verified or can be.
 */
MUST_CHECK struct err token_change_pin(struct token *token, const struct secret *pin,
                                       const struct secret *next, uint8_t *out_tries_left);

/*
 * Set the PIN to `next` with the PUK (8 digits), and its tries to the full count. Errors as
 * token_verify_pin(), of the PUK. Interrupted, either is done or not; repeating is right.
 * ERR_UNSUPPORTED also when the PIN that opens the token is the global one of its card, which no
 * PUK of ours unblocks.
 */
MUST_CHECK struct err token_unblock(struct token *token, const struct secret *puk,
                                    const struct secret *next, uint8_t *out_tries_left);

/*
 * Prove the admin key of `target` (its slot is not looked at) and change nothing: whether the token
 * would take the changes below. What was proved in this session counts, and a change that follows
 * does not prove it again. Tokens may count what they refuse. ERR_DENIED.
 */
MUST_CHECK struct err token_prove(struct token *token, const struct token_target *target);

/*
 * Write certificate `der` (1 to TOKEN_CERTIFICATE_MAX bytes) into `target` and read it back.
 * Writing what is there already is allowed, and completes an interrupted write: after one the
 * slot has the old certificate, the new one, or one that identify calls torn.
 *
 * ERR_DENIED (the token refuses the admin key), ERR_NO_ROOM (it does not fit; the slot may then
 * be torn), ERR_CONFLICT (read back differs).
 */
MUST_CHECK struct err token_write(struct token *token, const struct token_target *target,
                                  struct bytes der);

/* Empty the slot of its certificate; its key stays. An empty slot is no error. ERR_DENIED. */
MUST_CHECK struct err token_delete(struct token *token, const struct token_target *target);

/*
 * Make a key pair in `target`, WHICH DESTROYS THE KEY THAT IS THERE AT ONCE. `out_spki` gets the
 * public key as SubjectPublicKeyInfo (RFC 5280, 4.1). Interrupted, the slot has the old key or one
 * that nobody knows: repeat.
 * ERR_DENIED (admin key), ERR_CONFLICT (a certificate is in the slot: delete it first; nothing
 * was changed), ERR_UNSUPPORTED (no such kind of key on this token, or no such slot).
 */
MUST_CHECK struct err token_generate(struct token *token, const struct token_target *target,
                                     enum token_key key, uint8_t out_spki[TOKEN_PUBLIC_KEY_MAX],
                                     size_t *out_len);

/*
 * Move the key of `target` to the empty slot `to_slot`, in one command; certificates stay.
 * ERR_UNSUPPORTED (the token cannot), ERR_NOT_FOUND (no key to move), ERR_CONFLICT (`to_slot` has
 * one), ERR_DENIED. A move that was done already is one of the middle two.
 */
MUST_CHECK struct err token_move(struct token *token, const struct token_target *target,
                                 uint8_t to_slot);

/*
 * Sign `digest` with the private key of `slot`: for ECDSA the raw hash (SHA-256: 32 bytes, SHA-384:
 * 48), answered as a DER signature; for RSA the padded block (256 or 384 bytes,
 * EMSA-PKCS1-v1_5, made by the caller), answered as so many bytes.
 * ERR_DENIED (the PIN must be verified again first), ERR_NOT_FOUND (no key in the slot, or of
 * another kind).
 */
MUST_CHECK struct err token_sign(struct token *token, uint8_t slot, enum token_key key,
                                 struct bytes digest, uint8_t out_signature[TOKEN_SIGNATURE_MAX],
                                 size_t *out_len);

/*
 * Use the private key of `slot` on `input`: for RSA a cipher text of the key's length, answered as
 * the padded block (raw); for P-256 and P-384 a peer's uncompressed point (65 or 97 bytes),
 * answered as the shared secret Z (SP 800-56A r3, 5.7.1.2). The caller wipes `out_plain`. Errors as
 * token_sign().
 */
MUST_CHECK struct err token_decrypt(struct token *token, uint8_t slot, enum token_key key,
                                    struct bytes input, uint8_t out_plain[TOKEN_PLAIN_MAX],
                                    size_t *out_len);

/*
 * Give a blank token its own CHUID, PUK, PIN and, last, admin key. Each step that is done already
 * (by an interrupted call with the same values) is recognised and passed over, so repeating
 * completes it. `id` names the token; one that is known by its GUID alone has another id then.
 * ERR_MALFORMED: a PIN or PUK that is none; nothing was sent.
 * ERR_DENIED (neither the factory's value nor the own one is right; one try of the PIN or PUK is
 * spent at most by each, and never the last one where the token tells how many are left: then
 * nothing was changed), ERR_BLOCKED. ERR_UNSUPPORTED also when the token refuses the last step, a
 * key of that algorithm, which it does not tell before: all else is its own then.
 */
MUST_CHECK struct err token_personalise(struct token *token, const char *id,
                                        const struct token_personal *personal);

/* End the session, power the card down, free. NULL is fine. */
void token_close(struct token *token);

#endif
