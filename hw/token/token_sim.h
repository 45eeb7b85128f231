/*
 * token_sim.h - a token that does what a test, or a developer without a reader, tells it to.
 *
 *     struct token_sim sim;
 *     token_sim_init(&sim);
 *     token_sim_insert(&sim);
 *     sim.fail[TOKEN_CALL_WRITE] = ERR_NO_ROOM;     the next write answers that, once
 *     sim.pull_after = 3;                           two calls work, in the third it is pulled
 *     sim.cut = TOKEN_SIM_CUT_NEW;                  and that one has happened all the same
 *     sim.pin_tries_left = 0;                       its PIN is blocked
 *
 * It has keys and certificates in 24 slots, PIN, PUK and their tries, an admin key. What its keys
 * compute comes from a signer that a test lends it. One thread only; never waits, unless
 * token_open() made it. token_close() wipes it.
 */
#ifndef HW_TOKEN_TOKEN_SIM_H
#define HW_TOKEN_TOKEN_SIM_H

#include "hw/token/token.h"

#define TOKEN_SIM_ID "s10000001"
#define TOKEN_SIM_PIN "123456"
#define TOKEN_SIM_PUK "12345678"
#define TOKEN_SIM_TRIES 5
#define TOKEN_SIM_PUK_TRIES 3
#define TOKEN_SIM_WATCH TOKEN_CALL_COUNT /* watch, beside enum token_call */

/* What the call that an interruption hits leaves. */
enum token_sim_cut {
    TOKEN_SIM_CUT_TORN, /* half: a certificate that makes no sense, half of a personalisation; of a
                           call that has no half nothing */
    TOKEN_SIM_CUT_OLD,  /* nothing happened */
    TOKEN_SIM_CUT_NEW,  /* all of it; only the answer is lost */
};

/* Computes as the token's keys would; as token_sign(), token_decrypt(), token_generate() and
 * token_move(), for the slot of a key that is there. Without one of them there are bytes of the
 * right length that tell one key from another. */
struct token_sim_signer {
    struct err (*sign)(uint8_t slot, enum token_key key, struct bytes digest,
                       uint8_t out_signature[TOKEN_SIGNATURE_MAX], size_t *out_len);
    struct err (*decrypt)(uint8_t slot, enum token_key key, struct bytes input,
                          uint8_t out_plain[TOKEN_PLAIN_MAX], size_t *out_len);
    struct err (*generate)(uint8_t slot, enum token_key key, uint8_t out_spki[TOKEN_PUBLIC_KEY_MAX],
                           size_t *out_len);
    void (*move)(uint8_t slot, uint8_t to_slot);
};

struct token_sim_slot {
    enum token_key key;
    uint32_t key_number; /* no two keys have the same; 0: none */
    bool torn;           /* its certificate object makes no sense */
    bool hidden;         /* its certificate is there and is not shown */
    uint16_t der_len;    /* 0: no certificate */
    uint8_t der[TOKEN_CERTIFICATE_MAX];
};

struct token_sim {
    struct token token;

    /* The token: change it at any time between calls. */
    char id[TOKEN_ID_SIZE];
    bool has_guid;
    uint8_t guid[TOKEN_GUID_LEN];
    struct secret pin, puk;
    uint8_t pin_tries_left, puk_tries_left;
    struct secret admin_key;                       /* empty: any is right */
    bool refuses_admin;                            /* none is right */
    struct token_sim_slot slots[TOKEN_SLOT_COUNT]; /* by token_slot_index() */
    struct token_sim_signer signer;

    /* What it is able to. */
    bool extended;
    bool hides_keys;       /* does not tell of its keys */
    bool cannot_move;      /* ERR_UNSUPPORTED */
    bool pin_always;       /* its keys want the PIN before each use, in whatever slot */
    uint32_t no_keys;      /* kinds it cannot make: bits by enum token_key */
    uint16_t capacity;     /* longest certificate; 0: any */
    uint32_t slots_absent; /* mask of slots it does not have */

    /* Faults: the next calls obey. */
    bool reader_gone;
    uint32_t pull_after; /* in the n-th call from now, watch not counted; 0: never */
    enum token_sim_cut cut;
    enum err_code fail[TOKEN_CALL_COUNT + 1]; /* answered once, then cleared */

    /* For tests to look at. */
    uint32_t calls[TOKEN_CALL_COUNT + 1];
    bool inserted;
    bool verified;
    uint32_t keys_made;

    bool fresh; /* verified, and nothing signed since */
    bool in_session;
    bool was_lost; /* watch has yet to say that it was away */
    bool created;  /* by token_sim_create() */
};

/* A token with TOKEN_SIM_ID, a P-256 key in 9A and no certificates, outside the reader. */
void token_sim_init(struct token_sim *sim);

/* The same on the heap, for token_open(): its watch waits. ERR_NO_ROOM. */
MUST_CHECK struct err token_sim_create(struct token **out_token);

void token_sim_insert(struct token_sim *sim);
void token_sim_pull(struct token_sim *sim);

/* Another token as init makes one, but with `id`, takes its place unseen; signer, abilities and
 * faults stay. */
void token_sim_swap(struct token_sim *sim, const char *id);

/* Put a certificate of 1 to TOKEN_CERTIFICATE_MAX bytes into `slot`, as a factory would;
 * no bytes empty the slot. */
void token_sim_load(struct token_sim *sim, uint8_t slot, struct bytes der);

/* The certificate in `slot`, borrowed until the next call; no bytes when there is none. */
struct bytes token_sim_certificate(const struct token_sim *sim, uint8_t slot);

/* What is in `slot`. */
struct token_sim_slot *token_sim_slot(struct token_sim *sim, uint8_t slot);

#endif
