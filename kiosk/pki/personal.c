#include "kiosk/pki/personal.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "kiosk/base/text.h"

#define LABEL_MAX 256

static void free_cipher(EVP_CIPHER_CTX **at)
{
    EVP_CIPHER_CTX_free(*at);
}

static void wipe_plain(uint8_t (*at)[PERSONAL_PLAIN_MAX])
{
    explicit_bzero(*at, sizeof(*at));
}

/* Key, nonce and label in place; `seals` or opens. */
static bool begin(EVP_CIPHER_CTX *cipher, const struct secret *key,
                  const struct personal_label *label, const uint8_t *nonce, bool seals)
{
    char text[LABEL_MAX];
    int len = 0;
    if (!text_print(text, sizeof(text), "certkiosk-personal-1\n%s\n%s\n%s", label->epoch,
                    label->order, label->kind))
        return false;
    return EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, secret_reveal(key).at, nonce,
                             seals ? 1 : 0) == 1 &&
           EVP_CipherUpdate(cipher, NULL, &len, (const uint8_t *)text, (int)strlen(text)) == 1;
}

struct err personal_seal(const struct secret *key, const struct personal_label *label,
                         struct bytes plain, uint8_t *out_sealed)
{
    CLEANUP(free_cipher) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    uint8_t *text = out_sealed + PERSONAL_NONCE_LEN;
    int len = 0;
    int more = 0;
    assert(secret_reveal(key).len == PERSONAL_KEY_LEN);
    if (plain.len > PERSONAL_PLAIN_MAX)
        return ERR(ERR_NO_ROOM, plain.len, "personal data");
    bool sealed =
        cipher != NULL && RAND_bytes(out_sealed, PERSONAL_NONCE_LEN) == 1 &&
        begin(cipher, key, label, out_sealed, true) &&
        EVP_CipherUpdate(cipher, text, &len, plain.at, (int)plain.len) == 1 &&
        EVP_CipherFinal_ex(cipher, text + len, &more) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, PERSONAL_TAG_LEN, text + plain.len) == 1;
    return sealed ? ERR_OK : ERR(ERR_IO, 0, "EVP_aes_256_gcm");
}

struct err personal_open(const struct secret *key, const struct personal_label *label,
                         struct bytes sealed, uint8_t *out_plain)
{
    CLEANUP(free_cipher) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    CLEANUP(wipe_plain) uint8_t plain[PERSONAL_PLAIN_MAX];
    uint8_t tag[PERSONAL_TAG_LEN];
    int len = 0;
    int more = 0;
    assert(secret_reveal(key).len == PERSONAL_KEY_LEN);
    if (sealed.len < PERSONAL_MORE_LEN || sealed.len > sizeof(plain) + PERSONAL_MORE_LEN)
        return ERR(ERR_MALFORMED, sealed.len, "personal data");
    size_t plain_len = sealed.len - PERSONAL_MORE_LEN;
    const uint8_t *text = sealed.at + PERSONAL_NONCE_LEN;
    memcpy(tag, text + plain_len, sizeof(tag));
    if (cipher == NULL || !begin(cipher, key, label, sealed.at, false) ||
        EVP_CipherUpdate(cipher, plain, &len, text, (int)plain_len) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) != 1)
        return ERR(ERR_IO, 0, "EVP_aes_256_gcm");
    if (EVP_CipherFinal_ex(cipher, plain + len, &more) != 1)
        return ERR(ERR_DENIED, 0, "not sealed here for this");
    memcpy(out_plain, plain, plain_len);
    return ERR_OK;
}
