/* token_newkey.c - which step comes next is never remembered, only seen. */
#include "hw/token/token_newkey.h"

#include <assert.h>
#include <string.h>

#include "kiosk/base/text.h"

#define RETIRED 0x82    /* the first of them */
#define FIRST_RETIRED 4 /* so many retired slots nearly always do */
#define NO_SLOT 0       /* no key reference */

static uint32_t bit_of(uint8_t slot)
{
    size_t index = token_slot_index(slot);
    assert(index < TOKEN_SLOT_COUNT);
    return 1U << index;
}

struct token_scope token_newkey_scope(uint8_t main, bool all_retired)
{
    uint32_t few = ((1U << FIRST_RETIRED) - 1) << token_slot_index(RETIRED);
    return (struct token_scope){.slots = bit_of(main) | (all_retired ? TOKEN_SLOTS_RETIRED : few),
                                .keys = true};
}

/* --- a look at the token -------------------------------------------------------------------- */

static struct bytes certificate_in(const struct token_identity *identity, uint8_t slot)
{
    for (size_t i = 0; i < identity->certificate_count; i++) {
        const struct token_certificate *certificate = &identity->certificates[i];
        if (certificate->slot == slot)
            return (struct bytes){certificate->der, certificate->der_len};
    }
    return (struct bytes){NULL, 0};
}

static bool torn_in(const struct token_identity *identity, uint8_t slot)
{
    return (identity->torn & bit_of(slot)) != 0;
}

static bool hidden_in(const struct token_identity *identity, uint8_t slot)
{
    return slot != NO_SLOT && (identity->hidden & bit_of(slot)) != 0;
}

static bool key_in(const struct token_identity *identity, uint8_t slot)
{
    return slot != NO_SLOT && identity->keys[token_slot_index(slot)] != TOKEN_KEY_NONE;
}

static bool same(struct bytes a, struct bytes b)
{
    return a.len > 0 && a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static bool is_free(const struct token_identity *identity, uint8_t slot)
{
    return !torn_in(identity, slot) && !hidden_in(identity, slot) && !key_in(identity, slot) &&
           certificate_in(identity, slot).len == 0;
}

/* The first two free retired slots that are looked at; NO_SLOT where there is none. */
static void find_free(const struct token_identity *identity, uint32_t slots, uint8_t out_free[2])
{
    size_t found = 0;

    out_free[0] = out_free[1] = NO_SLOT;
    for (size_t i = 0; i < TOKEN_SLOT_COUNT && found < 2; i++) {
        uint8_t slot = token_slot_at(i);
        if ((slots & TOKEN_SLOTS_RETIRED & bit_of(slot)) != 0 && is_free(identity, slot))
            out_free[found++] = slot;
    }
}

/* --- before ------------------------------------------------------------------------------- */

struct err token_newkey_probe(struct token *token, const struct token_target *target,
                              const struct token_scope *scope,
                              const struct token_identity *identity, bool *out_moves)
{
    struct token_target nothing = *target;
    uint8_t empty[2];

    find_free(identity, scope->slots, empty);
    if (!identity->keys_known || empty[1] == NO_SLOT) {
        *out_moves = false;
        return ERR_OK;
    }
    nothing.slot = empty[0];
    struct err e = token_move(token, &nothing, empty[1]);
    if (failed(e) && e.code != ERR_NOT_FOUND && e.code != ERR_UNSUPPORTED)
        return e.code == ERR_CONFLICT ? ERR(ERR_IO, e.native, "a key where there was none") : e;
    *out_moves = e.code != ERR_UNSUPPORTED;
    return ERR_OK;
}

struct token_newkey token_newkey_plan(const struct token_newkey_wish *wish,
                                      const struct token_scope *scope,
                                      const struct token_identity *identity)
{
    struct token_newkey plan = {
        .way = TOKEN_NEWKEY_EMPTY, .key = wish->key, .main = wish->main, .staging = wish->main};
    uint8_t empty[2];
    assert((scope->slots & bit_of(wish->main)) != 0);

    if (certificate_in(identity, wish->main).len == 0 && !torn_in(identity, wish->main) &&
        !hidden_in(identity, wish->main) && !key_in(identity, wish->main))
        return plan;
    find_free(identity, scope->slots & ~wish->unusable, empty);
    if (empty[0] == NO_SLOT) {
        plan.way = TOKEN_NEWKEY_LOSES;
        return plan;
    }
    /* a certificate that cannot be read cannot go along with its key */
    bool moves = wish->moves && identity->keys_known && empty[1] != NO_SLOT &&
                 !hidden_in(identity, wish->main);
    plan.way = moves ? TOKEN_NEWKEY_MOVES : TOKEN_NEWKEY_STAYS;
    plan.staging = empty[0];
    plan.keep = moves ? empty[1] : NO_SLOT;
    return plan;
}

/* --- the new pair ------------------------------------------------------------------------- */

static struct token_target at_slot(const struct token_target *target, uint8_t slot)
{
    return (struct token_target){.id = target->id, .slot = slot, .admin = target->admin};
}

static struct err look(struct token *token, const struct token_target *target,
                       const struct token_newkey *plan, struct token_identity *out_identity)
{
    struct token_scope scope = {.slots = bit_of(plan->main) | bit_of(plan->staging), .keys = true};

    if (plan->keep != NO_SLOT)
        scope.slots |= bit_of(plan->keep);
    struct err e = token_identify(token, &scope, out_identity);
    if (failed(e))
        return e.code == ERR_MALFORMED ? ERR(ERR_IO, e.native, "malformed") : e;
    return text_same(out_identity->id, target->id) ? ERR_OK : ERR(ERR_GONE, 0, "another token");
}

/* With consent: generate wants the slot empty; what it then refuses is put back. */
static struct err destroy_and_generate(struct token *token, const struct token_target *main,
                                       const struct token_newkey *plan,
                                       uint8_t out_spki[TOKEN_PUBLIC_KEY_MAX], size_t *out_len)
{
    struct token_identity identity;

    struct err e = look(token, main, plan, &identity);
    if (failed(e))
        return e;
    struct bytes old = certificate_in(&identity, main->slot);
    e = token_delete(token, main);
    if (failed(e))
        return e;
    e = token_generate(token, main, plan->key, out_spki, out_len);
    if (e.code == ERR_UNSUPPORTED && old.len > 0) {
        struct err restored = token_write(token, main, old);
        return failed(restored) ? restored : e;
    }
    return e;
}

/* NOLINTNEXTLINE(readability-function-size): the contract has six parameters */
struct err token_newkey_begin(struct token *token, const struct token_target *target,
                              const struct token_newkey *plan, bool consent,
                              uint8_t out_spki[TOKEN_PUBLIC_KEY_MAX], size_t *out_len)
{
    struct token_target staging = at_slot(target, plan->staging);

    if (plan->way != TOKEN_NEWKEY_LOSES)
        return token_generate(token, &staging, plan->key, out_spki, out_len);
    if (!consent)
        return ERR(ERR_DENIED, 0, "the old key would be lost");
    return destroy_and_generate(token, &staging, plan, out_spki, out_len);
}

uint8_t token_newkey_slot(const struct token_newkey *plan, const struct token_identity *identity)
{
    bool moved = plan->way == TOKEN_NEWKEY_MOVES && !key_in(identity, plan->staging) &&
                 key_in(identity, plan->main);
    return moved ? plan->main : plan->staging;
}

struct err token_newkey_place(struct token *token, const struct token_target *target,
                              const struct token_newkey *plan, struct bytes der)
{
    struct token_target staging = at_slot(target, plan->staging);
    return token_write(token, &staging, der);
}

/* --- settling ----------------------------------------------------------------------------- */

/* What a look shows of MOVES, and each step changes. */
struct view {
    bool main_key, keep_key, staging_key;
    bool kept;    /* the old certificate is in `keep`, or there is none that can be read */
    bool foreign; /* `keep` has a certificate that is none of the two */
    bool staged;  /* the new one is in `staging` */
    bool settled; /* the new one is in `main` */
    bool left;    /* it, or what is left of it, is in `staging` */
};

enum step {
    STEP_KEEP, /* the old certificate before its key, so that no key is ever without one */
    STEP_MOVE_OLD,
    STEP_MOVE_NEW,
    STEP_WRITE,
    STEP_EMPTY_STAGING,
    STEP_NONE,
};

static struct view view_of(const struct token_newkey *plan, const struct token_identity *identity,
                           struct bytes der)
{
    struct bytes in_main = certificate_in(identity, plan->main);
    struct bytes in_staging = certificate_in(identity, plan->staging);
    struct bytes in_keep = certificate_in(identity, plan->keep);

    return (struct view){.main_key = key_in(identity, plan->main),
                         .keep_key = key_in(identity, plan->keep),
                         .staging_key = key_in(identity, plan->staging),
                         .kept = in_main.len == 0 || same(in_main, in_keep),
                         .foreign = hidden_in(identity, plan->keep) ||
                                    (in_keep.len > 0 && !same(in_main, in_keep)),
                         .staged = same(in_staging, der),
                         .settled = same(in_main, der),
                         .left = same(in_staging, der) || torn_in(identity, plan->staging)};
}

/* Whether a key is in the way, or a certificate that is nowhere else would be written over. */
static bool conflicts(const struct view *view)
{
    bool keeps = view->staging_key && view->main_key; /* the old pair is kept next */
    if (keeps && view->keep_key)
        return true;
    return !view->kept && (keeps ? view->foreign : !view->settled);
}

static struct err next_step(const struct view *view, enum step *out_step)
{
    bool new_there = view->staging_key ? view->staged : view->main_key;
    if (!new_there || (!view->staged && !view->settled))
        return ERR(ERR_NOT_FOUND, 0, "no new pair");
    if (conflicts(view))
        return ERR(ERR_CONFLICT, 0, "another pair where one was to go");

    if (view->staging_key && view->main_key) {
        *out_step = view->kept ? STEP_MOVE_OLD : STEP_KEEP;
    } else if (view->staging_key) {
        *out_step = STEP_MOVE_NEW;
    } else if (!view->settled) {
        *out_step = STEP_WRITE;
    } else {
        *out_step = view->left ? STEP_EMPTY_STAGING : STEP_NONE;
    }
    return ERR_OK;
}

static void note_step(struct view *view, enum step step)
{
    view->kept = view->kept || step == STEP_KEEP;
    view->keep_key = view->keep_key || step == STEP_MOVE_OLD;
    view->main_key = (view->main_key && step != STEP_MOVE_OLD) || step == STEP_MOVE_NEW;
    view->staging_key = view->staging_key && step != STEP_MOVE_NEW;
    view->settled = view->settled || step == STEP_WRITE;
    view->left = view->left && step != STEP_EMPTY_STAGING;
}

/* `old` is the certificate that `main` had at the look. */
static struct err take_step(struct token *token, const struct token_target targets[3],
                            enum step step, struct bytes old, struct bytes der)
{
    const struct token_target *main = &targets[0], *staging = &targets[1], *keep = &targets[2];

    switch (step) {
    case STEP_KEEP:
        return token_write(token, keep, old);
    case STEP_MOVE_OLD:
        return token_move(token, main, keep->slot);
    case STEP_MOVE_NEW:
        return token_move(token, staging, main->slot);
    case STEP_WRITE:
        return token_write(token, main, der);
    case STEP_EMPTY_STAGING:
        return token_delete(token, staging);
    case STEP_NONE:
        break;
    }
    return ERR_OK;
}

static struct err settle_moves(struct token *token, const struct token_target *target,
                               const struct token_newkey *plan,
                               const struct token_identity *identity, struct bytes der)
{
    const struct token_target targets[3] = {
        at_slot(target, plan->main), at_slot(target, plan->staging), at_slot(target, plan->keep)};
    struct view view = view_of(plan, identity, der);
    enum step step = STEP_NONE;

    struct err e = next_step(&view, &step);
    while (!failed(e) && step != STEP_NONE) {
        e = take_step(token, targets, step, certificate_in(identity, plan->main), der);
        if (failed(e))
            return e;
        note_step(&view, step);
        e = next_step(&view, &step);
    }
    return e;
}

struct err token_newkey_settle(struct token *token, const struct token_target *target,
                               const struct token_newkey *plan, struct bytes der)
{
    struct token_identity identity;

    struct err e = look(token, target, plan, &identity);
    if (failed(e))
        return e;
    if (plan->way == TOKEN_NEWKEY_MOVES) {
        return identity.keys_known ? settle_moves(token, target, plan, &identity, der)
                                   : ERR(ERR_UNSUPPORTED, 0, "does not tell of its keys");
    }
    return same(certificate_in(&identity, plan->staging), der) ? ERR_OK
                                                               : ERR(ERR_NOT_FOUND, 0, "no pair");
}

/* --- left in the middle ------------------------------------------------------------------- */

/* The retired slot that has the certificate which `main` has, too, with a key of its own or none.
 */
static uint8_t find_copy(uint8_t main, uint32_t retired, const struct token_identity *identity,
                         bool with_key)
{
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++) {
        uint8_t slot = token_slot_at(i);
        if ((retired >> i & 1) != 0 && key_in(identity, slot) == with_key &&
            same(certificate_in(identity, slot), certificate_in(identity, main)))
            return slot;
    }
    return NO_SLOT;
}

/* Among retired slots that have a key, or have none: the one with the newest certificate. */
static uint8_t find_newest(uint32_t retired, const struct token_identity *identity, bool with_key,
                           bool (*newer)(struct bytes der, struct bytes than))
{
    uint8_t found = NO_SLOT;
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++) {
        uint8_t slot = token_slot_at(i);
        struct bytes der = certificate_in(identity, slot);
        if ((retired >> i & 1) != 0 && key_in(identity, slot) == with_key && der.len > 0 &&
            (found == NO_SLOT || newer(der, certificate_in(identity, found))))
            found = slot;
    }
    return found;
}

/* Both pairs are whole, or the new one is and something is left of it. */
static void find_whole(const struct token_identity *identity, uint32_t retired,
                       bool (*newer)(struct bytes der, struct bytes than),
                       struct token_newkey *in_out_plan)
{
    struct bytes der = certificate_in(identity, in_out_plan->main);
    uint8_t copy = find_copy(in_out_plan->main, retired, identity, false);
    uint8_t next = find_newest(retired, identity, true, newer);

    if (copy == NO_SLOT)
        return;
    bool waits = next != NO_SLOT && newer(certificate_in(identity, next), der);
    in_out_plan->staging = waits ? next : copy;
    in_out_plan->keep = waits ? copy : NO_SLOT;
}

bool token_newkey_find(uint8_t main, const struct token_scope *scope,
                       const struct token_identity *identity,
                       bool (*newer)(struct bytes der, struct bytes than),
                       struct token_newkey *out_plan)
{
    uint32_t retired = scope->slots & TOKEN_SLOTS_RETIRED;
    bool main_key = key_in(identity, main);
    struct token_newkey plan = {.way = TOKEN_NEWKEY_MOVES, .main = main};

    if (!identity->keys_known)
        return false;
    plan.keep = find_copy(main, retired, identity, true); /* the old pair is there, whole */
    if (plan.keep != NO_SLOT)
        retired &= ~bit_of(plan.keep);
    if (plan.keep != NO_SLOT || (main_key && torn_in(identity, main))) {
        plan.staging = find_newest(retired, identity, !main_key, newer);
    } else if (main_key) {
        find_whole(identity, retired, newer, &plan);
    }
    if (plan.staging == NO_SLOT)
        return false;
    plan.key =
        identity->keys[token_slot_index(key_in(identity, plan.staging) ? plan.staging : main)];
    *out_plan = plan;
    return true;
}
