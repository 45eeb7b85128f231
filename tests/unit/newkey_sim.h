/*
 * newkey_sim.h - a simulated token with a pair in 9A, and the calls of token_newkey.h on it.
 */
#ifndef TESTS_UNIT_NEWKEY_SIM_H
#define TESTS_UNIT_NEWKEY_SIM_H

#include "hw/token/token_newkey.h"

#include <string.h>

#include "hw/token/token_sim.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

#define MAIN 0x9A
#define DER_LEN 700
#define CALLS_MAX 40

static struct token_sim sim;
static struct token_admin admin = {.key.len = 24};
static const struct token_target target = {.id = TOKEN_SIM_ID, .slot = MAIN, .admin = &admin};

/* A certificate: a later `year` is newer. */
static inline struct bytes certificate(uint8_t year)
{
    static uint8_t der[8][DER_LEN];
    memset(der[year], year, DER_LEN);
    der[year][0] = 0x30;
    return (struct bytes){der[year], DER_LEN};
}

static inline bool newer(struct bytes der, struct bytes than)
{
    return der.at[1] > than.at[1];
}

static inline int setup(void **state)
{
    (void)state;
    token_sim_init(&sim);
    token_sim_load(&sim, MAIN, certificate(1));
    token_sim_insert(&sim);
    return 0;
}

static inline struct token_identity look_at(struct token_scope scope)
{
    struct token_identity identity = {.certificate_count = 0};
    assert_int_equal(token_identify(&sim.token, &scope, &identity).code, ERR_NONE);
    return identity;
}

static inline struct token_newkey plan_now(uint32_t unusable)
{
    struct token_newkey_wish wish = {.main = MAIN, .key = TOKEN_KEY_RSA2048, .unusable = unusable};
    struct token_scope scope = token_newkey_scope(MAIN, false);
    struct token_identity identity = look_at(scope);

    assert_int_equal(token_newkey_probe(&sim.token, &target, &scope, &identity, &wish.moves).code,
                     ERR_NONE);
    return token_newkey_plan(&wish, &scope, &identity);
}

static inline struct err begin(const struct token_newkey *plan, bool consent)
{
    uint8_t spki[TOKEN_PUBLIC_KEY_MAX];
    size_t len = 0;
    return token_newkey_begin(&sim.token, &target, plan, consent, spki, &len);
}

static inline void assert_pair(uint8_t slot, uint32_t key_number, struct bytes der)
{
    const struct token_sim_slot *at = token_sim_slot(&sim, slot);
    assert_int_equal(at->key_number, key_number);
    assert_false(at->torn);
    assert_int_equal(at->der_len, der.len);
    if (der.len > 0)
        assert_memory_equal(at->der, der.at, der.len);
}

static inline void assert_empty(uint8_t slot)
{
    assert_pair(slot, 0, (struct bytes){NULL, 0});
}

#endif
