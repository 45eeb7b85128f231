/* token_bench_sim.c - the simulator, with keys of OpenSSL in its slots. */
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "hw/token/token_sim.h"
#include "tests/contract/token_bench.h"

#define OTHER_ID "s20000002"

static struct token_sim sim, kept, put_away;
static EVP_PKEY *keys[TOKEN_SLOT_COUNT], *kept_keys[TOKEN_SLOT_COUNT];
static bool other_in;

/* What a token that can do everything is able to. */
static const struct vtoken_model model = {.name = "sim",
                                          .pin_tries = TOKEN_SIM_TRIES,
                                          .retired = VTOKEN_RETIRED_MAX,
                                          .capacity = TOKEN_CERTIFICATE_MAX,
                                          .rsa3072 = true,
                                          .metadata = true,
                                          .serial = true,
                                          .move_key = true,
                                          .yubico = true};

static bool is_rsa(enum token_key kind)
{
    return kind == TOKEN_KEY_RSA2048 || kind == TOKEN_KEY_RSA3072;
}

static void set_key(EVP_PKEY **at, EVP_PKEY *pair)
{
    if (pair != NULL)
        (void)EVP_PKEY_up_ref(pair); /* counts only */
    EVP_PKEY_free(*at);
    *at = pair;
}

static struct err generate(uint8_t slot, enum token_key kind,
                           uint8_t out_spki[TOKEN_PUBLIC_KEY_MAX], size_t *out_len)
{
    EVP_PKEY *pair = is_rsa(kind) ? EVP_RSA_gen(kind == TOKEN_KEY_RSA2048 ? 2048U : 3072U)
                                  : EVP_EC_gen(kind == TOKEN_KEY_P256 ? "P-256" : "P-384");
    uint8_t *at = out_spki;

    assert_non_null(pair);
    int len = i2d_PUBKEY(pair, NULL);
    assert_in_range(len, 1, TOKEN_PUBLIC_KEY_MAX);
    *out_len = (size_t)i2d_PUBKEY(pair, &at);
    EVP_PKEY_free(keys[token_slot_index(slot)]);
    keys[token_slot_index(slot)] = pair;
    return ERR_OK;
}

static void move(uint8_t slot, uint8_t to_slot)
{
    keys[token_slot_index(to_slot)] = keys[token_slot_index(slot)];
    keys[token_slot_index(slot)] = NULL;
}

static struct err rsa_raw(EVP_PKEY *pair, struct bytes input, uint8_t *out, size_t *out_len)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    size_t len = input.len;

    assert_int_equal(EVP_PKEY_decrypt_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
    assert_int_equal(EVP_PKEY_decrypt(context, out, &len, input.at, input.len), 1);
    EVP_PKEY_CTX_free(context);
    *out_len = len;
    return ERR_OK;
}

static struct err sign(uint8_t slot, enum token_key kind, struct bytes digest,
                       uint8_t out_signature[TOKEN_SIGNATURE_MAX], size_t *out_len)
{
    EVP_PKEY *pair = keys[token_slot_index(slot)];
    size_t len = TOKEN_SIGNATURE_MAX;

    if (is_rsa(kind))
        return rsa_raw(pair, digest, out_signature, out_len);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    assert_int_equal(EVP_PKEY_sign(context, out_signature, &len, digest.at, digest.len), 1);
    EVP_PKEY_CTX_free(context);
    *out_len = len;
    return ERR_OK;
}

static struct err decrypt(uint8_t slot, enum token_key kind, struct bytes input,
                          uint8_t out_plain[TOKEN_PLAIN_MAX], size_t *out_len)
{
    EVP_PKEY *pair = keys[token_slot_index(slot)], *peer = EVP_PKEY_new();
    size_t len = TOKEN_PLAIN_MAX;

    assert_non_null(peer);
    if (is_rsa(kind)) {
        EVP_PKEY_free(peer);
        return rsa_raw(pair, input, out_plain, out_len);
    }
    assert_int_equal(EVP_PKEY_copy_parameters(peer, pair), 1);
    assert_int_equal(EVP_PKEY_set1_encoded_public_key(peer, input.at, input.len), 1);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    assert_int_equal(EVP_PKEY_derive_init(context), 1);
    assert_int_equal(EVP_PKEY_derive_set_peer(context, peer), 1);
    assert_int_equal(EVP_PKEY_derive(context, out_plain, &len), 1);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(peer);
    *out_len = len;
    return ERR_OK;
}

static void open_sim(struct bench *on)
{
    uint8_t spki[TOKEN_PUBLIC_KEY_MAX];
    size_t len = 0;

    token_sim_init(&sim);
    sim.signer = (struct token_sim_signer){sign, decrypt, generate, move};
    on->admin.key.len = 24;
    for (size_t i = 0; i < on->admin.key.len; i++)
        on->admin.key.at[i] = (uint8_t)(i % 8 + 1);
    sim.admin_key = on->admin.key;
    assert_false(failed(generate(0x9A, TOKEN_KEY_P256, spki, &len)));
    other_in = false;
    on->model = &model;
    on->token = &sim.token;
}

static void close_sim(struct bench *on)
{
    (void)on;
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++) {
        set_key(&keys[i], NULL);
        set_key(&kept_keys[i], NULL);
    }
}

static void insert(struct bench *on)
{
    (void)on;
    token_sim_insert(&sim);
}

static void pull(struct bench *on)
{
    (void)on;
    token_sim_pull(&sim);
}

/* The keys of the simulator stay with it: nobody asks the other one to sign. */
static void swap(struct bench *on, bool back)
{
    (void)on;
    if (!back) {
        put_away = sim;
        token_sim_swap(&sim, OTHER_ID);
        sim.admin_key = put_away.admin_key;
    } else if (other_in) {
        bool inserted = sim.inserted;
        sim = put_away;
        sim.inserted = inserted;
        sim.in_session = sim.verified = false;
        sim.was_lost = true;
    }
    other_in = !back;
}

static void fault(struct bench *on, enum bench_fault what, uint32_t after)
{
    (void)on;
    sim.pull_after = what == BENCH_PULL || what == BENCH_LOST ? after + 1 : 0;
    sim.cut = what == BENCH_LOST ? TOKEN_SIM_CUT_NEW : TOKEN_SIM_CUT_TORN;
    if (what == BENCH_SWAP && after == 0) /* a swap within a call there is not */
        swap(on, false);
}

static void load(struct bench *on, uint8_t slot, struct bytes object)
{
    (void)on;
    (void)object; /* makes no sense */
    token_sim_slot(&sim, slot)->torn = true;
}

static void keep(struct bench *on)
{
    (void)on;
    kept = sim;
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++)
        set_key(&kept_keys[i], keys[i]);
}

static void restore(struct bench *on)
{
    bool inserted = sim.inserted;
    uint32_t calls[TOKEN_CALL_COUNT + 1];

    (void)on;
    memcpy(calls, sim.calls, sizeof(calls));
    sim = kept;
    memcpy(sim.calls, calls, sizeof(calls));
    sim.inserted = inserted;
    sim.in_session = sim.verified = other_in = false;
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++)
        set_key(&keys[i], kept_keys[i]);
}

static uint32_t commands(struct bench *on)
{
    uint32_t count = 0;
    (void)on;
    for (size_t i = 0; i < TOKEN_CALL_COUNT; i++)
        count += sim.calls[i];
    return count;
}

/* Of the other token: what a blank one does not have. */
static uint32_t changes(struct bench *on)
{
    uint32_t count = 0;
    (void)on;
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++)
        count += sim.slots[i].der_len > 0 || sim.slots[i].torn;
    return count + (TOKEN_SIM_TRIES - sim.pin_tries_left);
}

const struct bench_kind bench_sim = {.name = "sim",
                                     .counts_unanswered = true,
                                     .open = open_sim,
                                     .close = close_sim,
                                     .insert = insert,
                                     .pull = pull,
                                     .swap = swap,
                                     .fault = fault,
                                     .load = load,
                                     .keep = keep,
                                     .restore = restore,
                                     .commands = commands,
                                     .changes = changes};
