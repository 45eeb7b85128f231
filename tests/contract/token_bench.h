/*
 * token_bench.h - the drivers that test_token*.c ask, each with the hand that moves its token.
 *
 *     int main(void) { return bench_run("token", promises, ARRAY_LEN(promises)); }
 *
 * runs every promise over the simulator and over the PIV driver with a virtual token of each model
 * in memory; or, when CERTKIOSK_HALL names the folder of a running `certkiosk-hall run DIR` with a
 * token of CERTKIOSK_MODEL (and CERTKIOSK_QUIRKS), over the PIV driver in its worker and pcscd
 * there. Each promise begins with the same blank token, outside of the reader.
 */
#ifndef TESTS_CONTRACT_TOKEN_BENCH_H
#define TESTS_CONTRACT_TOKEN_BENCH_H

#include "hw/sim/vtoken_model.h"
#include "hw/token/token.h"
#include "tests/unit/unit.h"

#define BENCH_PIN "123456"
#define BENCH_PUK "12345678"
#define BENCH_WAIT_MS 5000
#define BENCH_DER_LEN 786

enum bench_fault {
    BENCH_NONE,
    BENCH_PULL, /* out of the reader, instead of an answer */
    BENCH_LOST, /* the same, once it has done what it was told */
    BENCH_SWAP, /* another token takes its place unseen, and is asked */
    BENCH_HANG, /* no answer, for ever; in a hall only */
};

struct bench;

struct bench_kind {
    const char *name;
    const char *model;      /* NULL: the simulator */
    const char *quirks;     /* over the model; NULL: none */
    bool counts_unanswered; /* `commands` has those that got no answer, too */
    bool reseats;           /* its reader may overlook a token that came back at once */

    void (*open)(struct bench *);
    void (*close)(struct bench *);
    void (*insert)(struct bench *);
    void (*pull)(struct bench *); /* out already is fine */
    void (*swap)(struct bench *, bool back);
    void (*fault)(struct bench *, enum bench_fault, uint32_t after); /* after so many commands */
    void (*load)(struct bench *, uint8_t slot, struct bytes object); /* answered as it is */
    void (*keep)(struct bench *);                                    /* the token as it is now */
    void (*restore)(struct bench *); /* and again, without power in between */
    uint32_t (*commands)(struct bench *);
    uint32_t (*changes)(struct bench *);      /* of the token that is there now, since it is */
    bool (*other_keeps_pins)(struct bench *); /* the swapped-in token has its PIN and PUK, which are
                                                 others than ours; NULL: they are the same */
};

extern const struct bench_kind bench_sim;
extern const struct bench_kind bench_memory[]; /* up to one without a name */
extern const struct bench_kind bench_hall;

struct bench {
    const struct bench_kind *kind;
    const struct vtoken_model *model; /* what it is able to */
    struct token *token;
    struct token_admin admin; /* from the factory */
    char id[TOKEN_ID_SIZE];   /* as last identified */
    void *world;              /* the kind's own */
};

/* The only one there is at a time. */
MUST_CHECK struct bench *bench_open(const struct bench_kind *kind);
void bench_close(struct bench *on);

struct bench_promise {
    const char *name;
    void (*keeps)(struct bench *on);
};
#define PROMISE(test) \
    { \
#test, test \
    }

/* Each promise over each driver; the status for main. */
int bench_run(const char *name, const struct bench_promise *promises, size_t count);

/* --- for the promises --------------------------------------------------------------------- */

#define ALL_SLOTS (TOKEN_SLOTS_ACTIVE | TOKEN_SLOTS_RETIRED)

/* Everything that a token tells of its first slots. */
#define BENCH_LOOK \
    ((struct token_scope){.slots = TOKEN_SLOTS_ACTIVE | 0x70, \
                          .pin_tries = true, \
                          .puk_tries = true, \
                          .guid = true, \
                          .keys = true})

void bench_watch(struct bench *on, enum token_presence from, enum token_presence want);

/* Put it in and identify it; identify it once the reader has it; identify it again, as it is. */
void bench_insert(struct bench *on, struct token_identity *out_identity);
void bench_arrive(struct bench *on, struct token_identity *out_identity);
void bench_look(struct bench *on, struct token_identity *out_identity);

struct secret bench_secret(const char *text);
struct bytes bench_certificate(uint8_t fill);

/* The token's slot, with the factory's admin key. */
struct token_target bench_target(const struct bench *on, uint8_t slot);

enum err_code bench_verify(struct bench *on, const char *pin, uint8_t *out_tries_left);
enum err_code bench_write(struct bench *on, uint8_t slot, uint8_t fill);
const struct token_certificate *bench_find(const struct token_identity *identity, uint8_t slot);
void bench_assert_holds(const struct token_identity *identity, uint8_t slot, uint8_t fill);

/* A public key as generate gives it. */
struct bench_key {
    enum token_key kind;
    uint8_t spki[TOKEN_PUBLIC_KEY_MAX];
    size_t len;
};

enum err_code bench_generate(struct bench *on, uint8_t slot, enum token_key kind,
                             struct bench_key *out_key);

/* Sign with the key in the slot. `*out_right`: by the private half of `key`. */
enum err_code bench_sign(struct bench *on, uint8_t slot, const struct bench_key *key,
                         bool *out_right);

/* Open with the key in the slot what was sealed for `key`. `*out_right`: it opens. */
enum err_code bench_decrypt(struct bench *on, uint8_t slot, const struct bench_key *key,
                            bool *out_right);

#endif
