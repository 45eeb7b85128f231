/*
 * token_sim.h - a token that does what a test, or a developer without a reader, tells it to.
 *
 *     struct token_sim sim;
 *     token_sim_init(&sim);
 *     token_sim_insert(&sim);
 *     sim.fail[TOKEN_SIM_WRITE] = ERR_NO_ROOM;      the next write answers that, once
 *     sim.pull_after = 3;                           two calls work, in the third it is pulled
 *     sim.identity.pin_tries_left = 0;              its PIN is blocked
 *
 * One thread only; never waits, unless token_open() made it. token_close() wipes it.
 */
#ifndef HW_TOKEN_TOKEN_SIM_H
#define HW_TOKEN_TOKEN_SIM_H

#include "hw/token/token.h"

#define TOKEN_SIM_ID "s10000001"
#define TOKEN_SIM_PIN "123456"
#define TOKEN_SIM_TRIES 5

enum token_sim_call {
    TOKEN_SIM_WATCH,
    TOKEN_SIM_IDENTIFY,
    TOKEN_SIM_VERIFY_PIN,
    TOKEN_SIM_WRITE,
    TOKEN_SIM_SIGN,
    TOKEN_SIM_CALL_COUNT,
};

/* Signs as the token's keys would; as token_sign(). */
struct token_sim_signer {
    struct err (*sign)(uint8_t slot, enum token_key key, struct bytes digest,
                       uint8_t out_signature[TOKEN_SIGNATURE_MAX], size_t *out_len);
};

struct token_sim {
    struct token token;

    /* The token: change it at any time between calls. */
    struct token_identity identity;
    struct secret pin;
    struct token_sim_signer signer; /* without one, bytes of the right length */
    bool refuses_admin;             /* has another admin key */

    /* Faults: the next calls obey. */
    bool reader_gone;
    uint32_t pull_after; /* in the n-th call from now, watch not counted; 0: never */
    enum err_code fail[TOKEN_SIM_CALL_COUNT]; /* answered once, then cleared */

    /* For tests to look at. */
    uint32_t calls[TOKEN_SIM_CALL_COUNT];
    bool inserted;
    bool verified;

    bool in_session;
    bool was_lost; /* watch has yet to say that it was away */
    bool created;  /* by token_sim_create() */
};

/* A token with TOKEN_SIM_ID and no certificates, outside the reader. */
void token_sim_init(struct token_sim *sim);

/* The same on the heap, for token_open(): its watch waits. ERR_NO_ROOM. */
MUST_CHECK struct err token_sim_create(struct token **out_token);

void token_sim_insert(struct token_sim *sim);
void token_sim_pull(struct token_sim *sim);

/* Another token, with `id`, no certificates and the same PIN, takes its place unseen. */
void token_sim_swap(struct token_sim *sim, const char *id);

/* Put a certificate of 1 to TOKEN_CERTIFICATE_MAX bytes into `slot`, as a factory would;
 * no bytes empty the slot. */
void token_sim_load(struct token_sim *sim, uint8_t slot, struct bytes der);

#endif
