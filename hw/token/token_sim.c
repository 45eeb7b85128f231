#include "hw/token/token_sim.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"

static struct token_sim *sim_of(struct token *token)
{
    return CONTAINER_OF(token, struct token_sim, token);
}

static void end_session(struct token_sim *sim)
{
    sim->in_session = false;
    sim->verified = false;
}

static enum token_presence presence_of(const struct token_sim *sim)
{
    if (sim->reader_gone)
        return TOKEN_READER_GONE;
    return sim->inserted ? TOKEN_PRESENT : TOKEN_ABSENT;
}

/* What every call but watch and identify begins with: planned faults, and who is there. */
static struct err begin(struct token_sim *sim, enum token_sim_call call)
{
    enum err_code planned = sim->fail[call];

    sim->calls[call]++;
    sim->fail[call] = ERR_NONE;
    if (sim->pull_after > 0 && --sim->pull_after == 0)
        token_sim_pull(sim);
    if (planned == ERR_NONE && presence_of(sim) != TOKEN_PRESENT)
        planned = ERR_GONE;
    if (planned == ERR_NONE && call != TOKEN_SIM_IDENTIFY && !sim->in_session)
        planned = ERR_GONE;
    if (planned == ERR_GONE || planned == ERR_IO)
        end_session(sim);
    sim->was_lost = sim->was_lost || planned == ERR_GONE;
    return planned == ERR_NONE ? ERR_OK : ERR(planned, 0, "planned");
}

static struct err sim_watch(struct token *token, uint32_t timeout_ms,
                            enum token_presence *in_out_presence)
{
    struct token_sim *sim = sim_of(token);
    enum err_code planned = sim->fail[TOKEN_SIM_WATCH];

    sim->calls[TOKEN_SIM_WATCH]++;
    sim->fail[TOKEN_SIM_WATCH] = ERR_NONE;
    if (planned != ERR_NONE)
        return ERR(planned, 0, "planned");

    enum token_presence now = presence_of(sim);
    if (sim->was_lost && now == TOKEN_PRESENT && *in_out_presence == TOKEN_PRESENT)
        now = TOKEN_ABSENT;
    sim->was_lost = false;
    if (sim->created && now == *in_out_presence)
        (void)poll(NULL, 0, (int)(timeout_ms & 0x7FFFFFFF)); /* nothing will happen meanwhile */
    *in_out_presence = now;
    return ERR_OK;
}

static struct err sim_identify(struct token *token, struct token_identity *out_identity)
{
    struct token_sim *sim = sim_of(token);

    end_session(sim);
    struct err e = begin(sim, TOKEN_SIM_IDENTIFY);
    if (failed(e))
        return e;
    sim->in_session = true;
    *out_identity = sim->identity;
    return ERR_OK;
}

static bool same_bytes(struct bytes a, struct bytes b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static struct err sim_verify_pin(struct token *token, struct bytes pin, uint8_t *out_tries_left)
{
    struct token_sim *sim = sim_of(token);
    uint8_t *tries_left = &sim->identity.pin_tries_left;

    struct err e = begin(sim, TOKEN_SIM_VERIFY_PIN);
    if (e.code == ERR_DENIED)
        *out_tries_left = *tries_left > 0 ? *tries_left : 1;
    if (failed(e))
        return e;
    if (*tries_left == 0)
        return ERR(ERR_BLOCKED, 0, "no tries left");

    sim->verified = same_bytes(pin, secret_reveal(&sim->pin));
    if (sim->verified) {
        *tries_left = TOKEN_SIM_TRIES;
        return ERR_OK;
    }
    if (--*tries_left == 0)
        return ERR(ERR_BLOCKED, 0, "last try spent");
    *out_tries_left = *tries_left;
    return ERR(ERR_DENIED, 0, "wrong PIN");
}

static struct err sim_write(struct token *token, const char *id, uint8_t slot, struct bytes der)
{
    struct token_sim *sim = sim_of(token);
    bool was_ours = sim->in_session && text_same(id, sim->identity.id);

    struct err e = begin(sim, TOKEN_SIM_WRITE);
    if (e.code == ERR_GONE && was_ours)
        token_sim_load(sim, slot, (struct bytes){NULL, 0}); /* torn: nobody can read it */
    if (failed(e))
        return e;
    if (!was_ours) {
        end_session(sim);
        sim->was_lost = true;
        return ERR(ERR_GONE, 0, "another token");
    }
    if (sim->refuses_admin)
        return ERR(ERR_DENIED, 0, "admin key");
    token_sim_load(sim, slot, der);
    return ERR_OK;
}

/* NOLINTNEXTLINE(readability-function-size): the contract has six parameters */
static struct err sim_sign(struct token *token, uint8_t slot, enum token_key key,
                           struct bytes digest, uint8_t out_signature[TOKEN_SIGNATURE_MAX],
                           size_t *out_len)
{
    static const size_t lens[] = {
        [TOKEN_KEY_P256] = 70, [TOKEN_KEY_P384] = 102, [TOKEN_KEY_RSA2048] = 256};
    struct token_sim *sim = sim_of(token);

    struct err e = begin(sim, TOKEN_SIM_SIGN);
    if (failed(e))
        return e;
    if (!sim->verified)
        return ERR(ERR_DENIED, 0, "PIN not verified");
    if (sim->signer.sign != NULL)
        return sim->signer.sign(slot, key, digest, out_signature, out_len);
    memset(out_signature, digest.at[0], lens[key]);
    *out_len = lens[key];
    return ERR_OK;
}

static void sim_close(struct token *token)
{
    struct token_sim *sim = sim_of(token);
    bool created = sim->created;

    explicit_bzero(sim, sizeof(*sim));
    if (created)
        free(sim);
}

static const struct token_driver sim_driver = {
    .name = "sim",
    .watch = sim_watch,
    .identify = sim_identify,
    .verify_pin = sim_verify_pin,
    .write = sim_write,
    .sign = sim_sign,
    .close = sim_close,
};

void token_sim_init(struct token_sim *sim)
{
    static const uint8_t pin[] = TOKEN_SIM_PIN;

    *sim = (struct token_sim){
        .token.driver = &sim_driver,
        .identity = {.id = TOKEN_SIM_ID, .pin_tries_left = TOKEN_SIM_TRIES},
    };
    struct err e = secret_set(&sim->pin, (struct bytes){pin, sizeof(pin) - 1});
    assert(!failed(e));
    (void)e;
}

struct err token_sim_create(struct token **out_token)
{
    struct token_sim *sim = calloc(1, sizeof(*sim));
    if (sim == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    token_sim_init(sim);
    sim->created = true;
    *out_token = &sim->token;
    return ERR_OK;
}

void token_sim_insert(struct token_sim *sim)
{
    sim->inserted = true;
}

void token_sim_pull(struct token_sim *sim)
{
    sim->inserted = false;
    end_session(sim);
}

void token_sim_swap(struct token_sim *sim, const char *id)
{
    assert(sim->inserted);

    end_session(sim);
    sim->was_lost = true;
    sim->identity = (struct token_identity){.pin_tries_left = TOKEN_SIM_TRIES};
    (void)text_copy(sim->identity.id, sizeof(sim->identity.id), id);
}

/* Where `slot` is, or belongs, among the certificates in slot order. */
static size_t index_of(const struct token_identity *identity, uint8_t slot)
{
    size_t index = 0;
    while (index < identity->certificate_count && identity->certificates[index].slot < slot)
        index++;
    return index;
}

void token_sim_load(struct token_sim *sim, uint8_t slot, struct bytes der)
{
    struct token_identity *identity = &sim->identity;
    size_t index = index_of(identity, slot);
    struct token_certificate *at = &identity->certificates[index];
    size_t after = identity->certificate_count - index;
    bool there = after > 0 && at->slot == slot;
    assert(der.len <= TOKEN_CERTIFICATE_MAX);

    if (there && der.len == 0) {
        memmove(at, at + 1, (after - 1) * sizeof(*at));
        identity->certificate_count--;
    }
    if (der.len == 0)
        return;
    if (!there) {
        assert(identity->certificate_count < TOKEN_CERTIFICATES_MAX);
        memmove(at + 1, at, after * sizeof(*at));
        identity->certificate_count++;
    }
    at->slot = slot;
    at->der_len = (uint16_t)der.len;
    memcpy(at->der, der.at, der.len);
}
