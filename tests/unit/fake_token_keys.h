/* fake_token_keys.h - the half of fake_token.h that has keys: proofs, pairs, metadata. Included by
 * it, in its middle. */
#ifndef TESTS_UNIT_FAKE_TOKEN_KEYS_H
#define TESTS_UNIT_FAKE_TOKEN_KEYS_H

#define FAKE_TEMPLATE_MAX 512

static const struct fake_kind {
    uint8_t algorithm;
    bool rsa;
    size_t key_len, secret_len, signature_len;
} fake_kinds[] = {
    {PIV_ALGORITHM_P256, false, 65, 32, 8},
    {PIV_ALGORITHM_P384, false, 97, 48, 8},
    {PIV_ALGORITHM_RSA2048, true, 256, 256, 256},
    {PIV_ALGORITHM_RSA3072, true, 384, 384, 384},
};

static inline const struct fake_kind *fake_kind_of(uint8_t algorithm)
{
    for (size_t i = 0; i < sizeof(fake_kinds) / sizeof(fake_kinds[0]); i++) {
        if (fake_kinds[i].algorithm == algorithm)
            return &fake_kinds[i];
    }
    return NULL;
}

static inline uint16_t fake_template(struct fake_token *token, uint8_t tag, struct bytes value)
{
    uint8_t at[FAKE_TEMPLATE_MAX];
    struct tlv_writer writer = {.at = at, .max = sizeof(at)};
    tlv_put_head(&writer, 0x7C, tlv_size(tag, value.len));
    tlv_put(&writer, tag, value);
    return fake_answer(token, (struct bytes){at, writer.len});
}

/* ---- the admin key ---- */

static inline struct bytes fake_cipher(struct fake_token *token, struct bytes in, uint8_t *out)
{
    struct err e = admin_encipher(token->admin_algorithm, &token->admin_key, in, out);
    return (struct bytes){out, failed(e) ? 0 : in.len};
}

static inline uint16_t fake_give_witness(struct fake_token *token, size_t len)
{
    uint8_t block[PIV_CHALLENGE_MAX];
    if (token->quirks.no_mutual)
        return 0x6982;
    memset(token->nonce, 0x5A, sizeof(token->nonce));
    return fake_template(token, 0x80, fake_cipher(token, (struct bytes){token->nonce, len}, block));
}

static inline uint16_t fake_take_witness(struct fake_token *token, struct bytes witness,
                                         struct bytes challenge)
{
    uint8_t block[PIV_CHALLENGE_MAX] = {0};
    if (memcmp(witness.at, token->nonce, witness.len) != 0)
        return 0x6982;
    token->admin = true;
    (void)fake_cipher(token, challenge, block);
    block[0] ^= token->quirks.no_answer ? 1 : 0;
    return fake_template(token, 0x82, (struct bytes){block, challenge.len});
}

static inline uint16_t fake_take_response(struct fake_token *token, struct bytes response)
{
    uint8_t block[PIV_CHALLENGE_MAX];
    (void)fake_cipher(token, (struct bytes){token->nonce, response.len}, block);
    token->admin = memcmp(response.at, block, response.len) == 0;
    return token->admin ? 0x9000 : 0x6982;
}

static inline uint16_t fake_prove(struct fake_token *token, struct bytes inside)
{
    size_t len = token->admin_algorithm == PIV_ALGORITHM_3DES ? 8 : 16;
    struct bytes witness = {NULL, 0}, challenge = {NULL, 0}, response = {NULL, 0};
    bool has_witness = !failed(tlv_find(inside, 0x80, &witness));
    bool has_challenge = !failed(tlv_find(inside, 0x81, &challenge));

    (void)failed(tlv_find(inside, 0x82, &response));
    if (has_witness && witness.len == 0)
        return fake_give_witness(token, len);
    if (witness.len == len && challenge.len == len)
        return fake_take_witness(token, witness, challenge);
    if (has_challenge && challenge.len == 0) {
        memset(token->nonce, 0x6B, sizeof(token->nonce));
        return fake_template(token, 0x81, (struct bytes){token->nonce, len});
    }
    return response.len == len ? fake_take_response(token, response) : 0x6A80;
}

static inline uint16_t fake_set_admin(struct fake_token *token, struct bytes data)
{
    if (!token->admin)
        return 0x6982;
    if (data.len < 3 || data.at[1] != 0x9B || data.at[2] != data.len - 3)
        return 0x6A80;
    if (admin_block_len((enum piv_algorithm)data.at[0], data.len - 3) == 0)
        return 0x6A80;
    if (token->quirks.admin_3des_only && data.at[0] != PIV_ALGORITHM_3DES)
        return 0x6A80;
    bool same = data.at[0] == token->admin_algorithm &&
                memcmp(data.at + 3, token->admin_key.at, data.len - 3) == 0;
    token->changes += same ? 0 : 1;
    token->admin_algorithm = (enum piv_algorithm)data.at[0];
    token->admin_key.len = data.len - 3;
    memcpy(token->admin_key.at, data.at + 3, token->admin_key.len);
    return 0x9000;
}

/* ---- key pairs ---- */

/* A point or modulus, told from others by its second and third byte. */
static inline void fake_public(uint8_t slot, const struct fake_key *key, uint8_t *out, size_t len)
{
    const struct fake_kind *kind = fake_kind_of(key->algorithm);

    assert(kind != NULL);
    memset(out, 0x77, len);
    out[0] = kind->rsa ? 0xC1 : 0x04;
    out[1] = slot;
    out[2] = key->generation;
}

static inline uint16_t fake_tell_public(struct fake_token *token, uint8_t slot)
{
    static const uint8_t exponent[] = {0x01, 0x00, 0x01};
    const struct fake_key *key = fake_key_of(token, slot);
    uint8_t number[400];
    uint8_t at[FAKE_TEMPLATE_MAX];
    struct tlv_writer writer = {.at = at, .max = sizeof(at)};

    assert(key != NULL);
    const struct fake_kind *kind = fake_kind_of(key->algorithm);
    assert(kind != NULL);
    uint32_t tag = kind->rsa ? 0x81 : 0x86;
    size_t len = tlv_size(tag, kind->key_len) + (kind->rsa ? 5 : 0);

    fake_public(slot, key, number, kind->key_len);
    tlv_put_head(&writer, 0x7F49, len);
    tlv_put(&writer, tag, (struct bytes){number, kind->key_len});
    if (kind->rsa)
        tlv_put(&writer, 0x82, (struct bytes){exponent, sizeof(exponent)});
    assert(!writer.full);
    return fake_answer(token, (struct bytes){at, writer.len});
}

static inline uint16_t fake_generate(struct fake_token *token, uint8_t slot, struct bytes data)
{
    struct fake_key *key = fake_key_of(token, slot);

    if (!token->admin)
        return 0x6982;
    if (key == NULL || data.len != 5 || data.at[0] != 0xAC || data.at[2] != 0x80)
        return 0x6A86;
    if (fake_kind_of(data.at[4]) == NULL ||
        (token->quirks.no_yubico && data.at[4] == PIV_ALGORITHM_RSA3072))
        return 0x6A80;
    *key = (struct fake_key){data.at[4], ++token->generations};
    token->changes++;
    return fake_tell_public(token, slot);
}

/* A signature or a secret that tells slot, generation and what was put in. */
static inline uint16_t fake_use(struct fake_token *token, uint8_t algorithm, uint8_t slot,
                                struct bytes inside)
{
    uint8_t out[400] = {0x30, 0x06, 0x02, 0x01, slot, 0x02, 0x01, 0x05};
    const struct fake_key *key = fake_key_of(token, slot);
    struct bytes challenge = {NULL, 0}, point = {NULL, 0};

    (void)failed(tlv_find(inside, 0x81, &challenge));
    (void)failed(tlv_find(inside, 0x85, &point));
    if (key == NULL || key->algorithm == 0 || key->algorithm != algorithm)
        return 0x6A80;
    if (!token->verified)
        return 0x6982;
    token->verified = !token->quirks.needs_fresh_pin;
    const struct fake_kind *kind = fake_kind_of(algorithm);
    assert(kind != NULL);
    out[7] = key->generation;
    if (point.len > 0 ? kind->rsa || point.len != kind->key_len
                      : kind->rsa && challenge.len != kind->key_len)
        return 0x6A80;
    if (point.len > 0)
        return fake_template(token, 0x82, (struct bytes){out, kind->secret_len});
    return fake_template(token, 0x82, (struct bytes){out, kind->signature_len});
}

static inline uint16_t fake_authenticate(struct fake_token *token, const uint8_t *head,
                                         struct bytes data)
{
    struct tlv outer;
    if (failed(tlv_take(&data, &outer)) || outer.tag != 0x7C)
        return 0x6A80;
    if (head[3] != 0x9B)
        return fake_use(token, head[2], head[3], outer.value);
    return head[2] == token->admin_algorithm ? fake_prove(token, outer.value) : 0x6A86;
}

/* ---- what Yubico added ---- */

static inline uint16_t fake_metadata(struct fake_token *token, uint8_t key)
{
    uint8_t algorithm[] = {0x01, 0x01, (uint8_t)token->admin_algorithm};
    uint8_t pin[] = {0x01, 0x01, 0xFF, 0x05, 0x01, 0x01, 0x06, 0x02, FAKE_TRIES, 0x00};
    const struct fake_key *pair = fake_key_of(token, key);

    pin[9] = key == 0x80 ? token->pin.tries_left : token->puk.tries_left;
    if (key == 0x80 || key == 0x81)
        return fake_answer(token, (struct bytes){pin, sizeof(pin)});
    bool told = pair != NULL ? pair->algorithm != 0 : key == 0x9B && !token->quirks.silent_admin;
    if (!told)
        return 0x6A88;
    algorithm[2] = pair != NULL ? pair->algorithm : algorithm[2];
    return fake_answer(token, (struct bytes){algorithm, sizeof(algorithm)});
}

static inline uint16_t fake_move(struct fake_token *token, uint8_t to_slot, uint8_t from_slot)
{
    struct fake_key *to = fake_key_of(token, to_slot);
    struct fake_key *from = fake_key_of(token, from_slot);

    if (!token->quirks.moves)
        return 0x6D00;
    if (!token->admin)
        return 0x6982;
    if (to == NULL || from == NULL)
        return 0x6A86;
    if (from->algorithm == 0)
        return 0x6A88;
    *to = *from; /* whatever was there is lost */
    *from = (struct fake_key){0, 0};
    token->changes++;
    return 0x9000;
}

static inline uint16_t fake_yubico(struct fake_token *token, const uint8_t *head)
{
    uint8_t serial[4] = {(uint8_t)(token->serial >> 24), (uint8_t)(token->serial >> 16 & 0xFF),
                         (uint8_t)(token->serial >> 8 & 0xFF), (uint8_t)(token->serial & 0xFF)};

    if (head[1] == 0xF6)
        return fake_move(token, head[2], head[3]);
    if (head[1] == 0xF7)
        return fake_metadata(token, head[3]);
    return head[1] == 0xF8 ? fake_answer(token, (struct bytes){serial, sizeof(serial)}) : 0x6D00;
}

#endif
