/* token_sim_jobs.c - each job as a real token would do it, without interruption. */
#include "hw/token/token_sim_jobs.h"

#include <assert.h>
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define SLOT_SIGNING 0x9C /* asks for the PIN before each use */
#define SLOT_CARD 0x9E    /* asks for none */
#define SPKI_LEN 91       /* of a P-256 key */

static bool same_bytes(struct bytes a, struct bytes b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static void set_secret(struct secret *secret, struct bytes bytes)
{
    struct err e = secret_set(secret, bytes);
    assert(!failed(e)); /* what came was a secret before */
    (void)e;
}

static void tell_certificates(const struct token_sim *sim, uint32_t slots,
                              struct token_identity *out)
{
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++) {
        const struct token_sim_slot *slot = &sim->slots[i];
        if ((slots >> i & 1) == 0)
            continue;
        if (slot->torn)
            out->torn |= 1U << i;
        if (slot->hidden && !slot->torn)
            out->hidden |= 1U << i;
        if (slot->torn || slot->hidden || slot->der_len == 0)
            continue;
        struct token_certificate *to = &out->certificates[out->certificate_count++];
        to->slot = token_slot_at(i);
        to->der_len = slot->der_len;
        memcpy(to->der, slot->der, slot->der_len);
    }
}

static struct err do_identify(struct token_sim *sim, const struct token_request *request,
                              struct token_reply *reply)
{
    const struct token_scope *scope = &request->scope;
    struct token_identity *out = &reply->u.identity;

    memset(out, 0, sizeof(*out));
    (void)text_copy(out->id, sizeof(out->id), sim->id);
    out->has_guid = sim->has_guid && (scope->guid || sim->id[0] == 'g');
    if (out->has_guid)
        memcpy(out->guid, sim->guid, sizeof(out->guid));
    out->pin_tries_left = scope->pin_tries ? sim->pin_tries_left : TOKEN_TRIES_UNKNOWN;
    out->puk_tries_left = scope->puk_tries ? sim->puk_tries_left : TOKEN_TRIES_UNKNOWN;
    out->extended = sim->extended;
    tell_certificates(sim, scope->slots, out);
    out->keys_known = scope->keys && !sim->hides_keys;
    for (size_t i = 0; out->keys_known && i < TOKEN_SLOT_COUNT; i++)
        out->keys[i] = (uint8_t)((scope->slots >> i & 1) != 0 ? sim->slots[i].key : 0);
    sim->in_session = true;
    return ERR_OK;
}

/* Right or wrong, as tokens count it. */
static struct err show(const struct secret *right, struct bytes shown, uint8_t full,
                       uint8_t *tries_left, uint8_t *out_tries_left)
{
    if (*tries_left == 0)
        return ERR(ERR_BLOCKED, 0, "no tries left");
    if (same_bytes(shown, secret_reveal(right))) {
        *tries_left = full;
        return ERR_OK;
    }
    if (--*tries_left == 0)
        return ERR(ERR_BLOCKED, 0, "last try spent");
    *out_tries_left = *tries_left;
    return ERR(ERR_DENIED, 0, "wrong PIN or PUK");
}

static struct err do_verify_pin(struct token_sim *sim, const struct token_request *request,
                                struct token_reply *reply)
{
    struct err e =
        show(&sim->pin, request->pin, TOKEN_SIM_TRIES, &sim->pin_tries_left, &reply->tries_left);
    sim->verified = sim->fresh = !failed(e);
    return e;
}

static struct err do_change_pin(struct token_sim *sim, const struct token_request *request,
                                struct token_reply *reply)
{
    struct err e = do_verify_pin(sim, request, reply);
    if (!failed(e))
        set_secret(&sim->pin, request->new_pin);
    return e;
}

static struct err do_unblock(struct token_sim *sim, const struct token_request *request,
                             struct token_reply *reply)
{
    struct err e = show(&sim->puk, request->pin, TOKEN_SIM_PUK_TRIES, &sim->puk_tries_left,
                        &reply->tries_left);
    if (!failed(e)) {
        set_secret(&sim->pin, request->new_pin);
        sim->pin_tries_left = TOKEN_SIM_TRIES;
    }
    return e;
}

bool token_sim_admin_right(const struct token_sim *sim, const struct token_admin *admin)
{
    return !sim->refuses_admin &&
           (sim->admin_key.len == 0 ||
            same_bytes(secret_reveal(&sim->admin_key), secret_reveal(&admin->key)));
}

/* Slot and right of a change. */
static struct err target_of(struct token_sim *sim, const struct token_target *target,
                            struct token_sim_slot **out_slot)
{
    if (!token_sim_admin_right(sim, target->admin))
        return ERR(ERR_DENIED, 0, "admin key");
    if ((sim->slots_absent >> token_slot_index(target->slot) & 1) != 0)
        return ERR(ERR_UNSUPPORTED, 0, "no such slot");
    *out_slot = token_sim_slot(sim, target->slot);
    return ERR_OK;
}

static struct err do_prove(struct token_sim *sim, const struct token_request *request,
                           struct token_reply *reply)
{
    (void)reply;
    return token_sim_admin_right(sim, request->target.admin) ? ERR_OK
                                                             : ERR(ERR_DENIED, 0, "admin key");
}

static struct err do_write(struct token_sim *sim, const struct token_request *request,
                           struct token_reply *reply)
{
    struct token_sim_slot *slot = NULL;
    (void)reply;

    struct err e = target_of(sim, &request->target, &slot);
    if (failed(e))
        return e;
    if (sim->capacity != 0 && request->data.len > sim->capacity)
        return ERR(ERR_NO_ROOM, 0, "capacity");
    token_sim_load(sim, request->target.slot, request->data);
    return ERR_OK;
}

static struct err do_delete(struct token_sim *sim, const struct token_request *request,
                            struct token_reply *reply)
{
    struct token_sim_slot *slot = NULL;
    (void)reply;

    struct err e = target_of(sim, &request->target, &slot);
    if (!failed(e))
        token_sim_load(sim, request->target.slot, (struct bytes){NULL, 0});
    return e;
}

/* Bytes of the shape that is asked for, the same for the same key and no other. */
static void fill(uint8_t *out, size_t len, uint32_t number)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(number >> (i % 4 * 8) ^ i);
}

static struct err do_generate(struct token_sim *sim, const struct token_request *request,
                              struct token_reply *reply)
{
    struct token_sim_slot *slot = NULL;

    struct err e = target_of(sim, &request->target, &slot);
    if (failed(e))
        return e;
    if (slot->der_len > 0 || slot->torn)
        return ERR(ERR_CONFLICT, 0, "a certificate is in the slot");
    if ((sim->no_keys >> request->key & 1) != 0)
        return ERR(ERR_UNSUPPORTED, 0, "no such kind of key");
    slot->key = request->key;
    slot->key_number = ++sim->keys_made;
    if (sim->signer.generate != NULL)
        return sim->signer.generate(request->target.slot, request->key, reply->u.data, &reply->len);
    reply->len = SPKI_LEN;
    fill(reply->u.data, reply->len, slot->key_number);
    return ERR_OK;
}

static struct err do_move(struct token_sim *sim, const struct token_request *request,
                          struct token_reply *reply)
{
    struct token_sim_slot *from = NULL, *to = token_sim_slot(sim, request->to_slot);
    (void)reply;

    struct err e = target_of(sim, &request->target, &from);
    if (failed(e))
        return e;
    if (sim->cannot_move)
        return ERR(ERR_UNSUPPORTED, 0, "no MOVE KEY");
    if (from->key == TOKEN_KEY_NONE)
        return ERR(ERR_NOT_FOUND, 0, "no key to move");
    if (to->key != TOKEN_KEY_NONE)
        return ERR(ERR_CONFLICT, 0, "a key is in the other slot");
    to->key = from->key;
    to->key_number = from->key_number;
    from->key = TOKEN_KEY_NONE;
    from->key_number = 0;
    if (sim->signer.move != NULL)
        sim->signer.move(request->target.slot, request->to_slot);
    return ERR_OK;
}

/* Whether the key of the request may be used now. */
static struct err use(struct token_sim *sim, const struct token_request *request)
{
    const struct token_sim_slot *slot = token_sim_slot(sim, request->target.slot);
    bool fresh = sim->fresh;

    if (slot->key != request->key)
        return ERR(ERR_NOT_FOUND, 0, "no such key in the slot");
    if (request->target.slot == SLOT_CARD)
        return ERR_OK;
    sim->fresh = false;
    bool always = sim->pin_always || request->target.slot == SLOT_SIGNING;
    if (!sim->verified || (always && !fresh))
        return ERR(ERR_DENIED, 0, "PIN not verified");
    return ERR_OK;
}

/* How long a simulated answer is: a signature (DER with an EC key), and what is deciphered. */
static const struct lens {
    size_t signature, plain;
} lens[TOKEN_KEY_COUNT] = {[TOKEN_KEY_P256] = {70, 32},
                           [TOKEN_KEY_P384] = {102, 48},
                           [TOKEN_KEY_RSA2048] = {256, 256},
                           [TOKEN_KEY_RSA3072] = {384, 384}};

static void answer(struct token_sim *sim, const struct token_request *request, size_t len,
                   struct token_reply *reply)
{
    reply->len = len;
    fill(reply->u.data, len, token_sim_slot(sim, request->target.slot)->key_number);
}

static struct err do_sign(struct token_sim *sim, const struct token_request *request,
                          struct token_reply *reply)
{
    struct err e = use(sim, request);
    if (failed(e))
        return e;
    if (sim->signer.sign != NULL) {
        return sim->signer.sign(request->target.slot, request->key, request->data, reply->u.data,
                                &reply->len);
    }
    answer(sim, request, lens[request->key].signature, reply);
    reply->u.data[0] = request->data.at[0];
    return ERR_OK;
}

static struct err do_decrypt(struct token_sim *sim, const struct token_request *request,
                             struct token_reply *reply)
{
    struct err e = use(sim, request);
    if (failed(e))
        return e;
    if (sim->signer.decrypt != NULL) {
        return sim->signer.decrypt(request->target.slot, request->key, request->data, reply->u.data,
                                   &reply->len);
    }
    answer(sim, request, lens[request->key].plain, reply);
    return ERR_OK;
}

/* From the factory's value to the own one, or there already; a wrong guess spends a try. */
static struct err settle(struct secret *secret, uint8_t *tries_left, uint8_t full,
                         const struct secret *was, const struct secret *own)
{
    uint8_t left = 0;

    if (*tries_left > 0 && same_bytes(secret_reveal(secret), secret_reveal(own))) {
        *tries_left = full;
        return ERR_OK;
    }
    struct err e = show(secret, secret_reveal(was), full, tries_left, &left);
    if (!failed(e))
        set_secret(secret, secret_reveal(own));
    return e;
}

struct err token_sim_personalise(struct token_sim *sim, const struct token_personal *personal,
                                 bool whole)
{
    if (!token_sim_admin_right(sim, personal->admin) &&
        !token_sim_admin_right(sim, personal->admin_was))
        return ERR(ERR_DENIED, 0, "admin key");

    sim->has_guid = true;
    memcpy(sim->guid, personal->guid, sizeof(sim->guid));
    if (sim->id[0] == 'g')
        hex_print(sim->id + 1, (struct bytes){sim->guid, sizeof(sim->guid)});
    struct err e = settle(&sim->puk, &sim->puk_tries_left, TOKEN_SIM_PUK_TRIES, personal->puk_was,
                          personal->puk);
    if (failed(e) || !whole)
        return e;
    e = settle(&sim->pin, &sim->pin_tries_left, TOKEN_SIM_TRIES, personal->pin_was, personal->pin);
    if (!failed(e))
        set_secret(&sim->admin_key, secret_reveal(&personal->admin->key));
    return e;
}

static struct err do_personalise(struct token_sim *sim, const struct token_request *request,
                                 struct token_reply *reply)
{
    (void)reply;
    return token_sim_personalise(sim, request->personal, true);
}

struct err token_sim_do(struct token_sim *sim, const struct token_request *request,
                        struct token_reply *out_reply)
{
    static struct err (*const jobs[TOKEN_CALL_COUNT])(
        struct token_sim *, const struct token_request *,
        struct token_reply *) = {[TOKEN_CALL_IDENTIFY] = do_identify,
                                 [TOKEN_CALL_VERIFY_PIN] = do_verify_pin,
                                 [TOKEN_CALL_CHANGE_PIN] = do_change_pin,
                                 [TOKEN_CALL_UNBLOCK] = do_unblock,
                                 [TOKEN_CALL_WRITE] = do_write,
                                 [TOKEN_CALL_DELETE] = do_delete,
                                 [TOKEN_CALL_GENERATE] = do_generate,
                                 [TOKEN_CALL_MOVE] = do_move,
                                 [TOKEN_CALL_SIGN] = do_sign,
                                 [TOKEN_CALL_DECRYPT] = do_decrypt,
                                 [TOKEN_CALL_PERSONALISE] = do_personalise,
                                 [TOKEN_CALL_PROVE] = do_prove};
    return jobs[request->call](sim, request, out_reply);
}

void token_sim_make_blank(struct token_sim *sim, const char *id)
{
    static const uint8_t pin[] = TOKEN_SIM_PIN, puk[] = TOKEN_SIM_PUK;

    memset(sim->slots, 0, sizeof(sim->slots));
    (void)text_copy(sim->id, sizeof(sim->id), id);
    sim->has_guid = true;
    fill(sim->guid, sizeof(sim->guid), (uint32_t)(unsigned char)id[strlen(id) - 1]);
    set_secret(&sim->pin, (struct bytes){pin, sizeof(pin) - 1});
    set_secret(&sim->puk, (struct bytes){puk, sizeof(puk) - 1});
    secret_wipe(&sim->admin_key);
    sim->pin_tries_left = TOKEN_SIM_TRIES;
    sim->puk_tries_left = TOKEN_SIM_PUK_TRIES;
    sim->slots[0].key = TOKEN_KEY_P256;
    sim->slots[0].key_number = ++sim->keys_made;
}
