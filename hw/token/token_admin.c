#include "hw/token/token_admin.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/random.h>

static const struct cipher {
    enum piv_algorithm algorithm;
    size_t key_len;
    size_t block_len;
    const EVP_CIPHER *(*evp)(void);
} ciphers[] = {
    {PIV_ALGORITHM_3DES, 24, 8, EVP_des_ede3_ecb},
    {PIV_ALGORITHM_AES128, 16, 16, EVP_aes_128_ecb},
    {PIV_ALGORITHM_AES192, 24, 16, EVP_aes_192_ecb},
    {PIV_ALGORITHM_AES256, 32, 16, EVP_aes_256_ecb},
};

static const struct cipher *cipher_of(enum piv_algorithm algorithm, size_t key_len)
{
    for (size_t i = 0; i < ARRAY_LEN(ciphers); i++) {
        if (ciphers[i].algorithm == algorithm && ciphers[i].key_len == key_len)
            return &ciphers[i];
    }
    return NULL;
}

size_t admin_block_len(enum piv_algorithm algorithm, size_t key_len)
{
    const struct cipher *cipher = cipher_of(algorithm, key_len);
    return cipher != NULL ? cipher->block_len : 0;
}

enum piv_algorithm admin_algorithm(size_t key_len, bool aes)
{
    enum piv_algorithm found = PIV_ALGORITHM_NONE;

    for (size_t i = 0; i < ARRAY_LEN(ciphers); i++) {
        bool is_aes = ciphers[i].algorithm != PIV_ALGORITHM_3DES;
        if (ciphers[i].key_len == key_len && (found == PIV_ALGORITHM_NONE || is_aes == aes))
            found = ciphers[i].algorithm;
    }
    return found;
}

static void context_free(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context);
}

static void block_wipe(uint8_t (*block)[2 * PIV_CHALLENGE_MAX])
{
    explicit_bzero(*block, sizeof(*block));
}

/* One block through the cipher; `encipher` is 1 or 0 as EVP_CipherInit_ex has it. */
static struct err run(const struct cipher *cipher, int encipher, struct bytes key, struct bytes in,
                      uint8_t out_block[PIV_CHALLENGE_MAX])
{
    CLEANUP(context_free) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    CLEANUP(block_wipe) uint8_t block[2 * PIV_CHALLENGE_MAX] = {0};
    int len = 0;

    if (context == NULL)
        return ERR(ERR_IO, 0, "EVP_CIPHER_CTX_new");
    if (EVP_CipherInit_ex(context, cipher->evp(), NULL, key.at, NULL, encipher) != 1 ||
        EVP_CIPHER_CTX_set_padding(context, 0) != 1 ||
        EVP_CipherUpdate(context, block, &len, in.at, (int)in.len) != 1 || (size_t)len != in.len)
        return ERR(ERR_IO, 0, "EVP_CipherUpdate");
    memcpy(out_block, block, in.len);
    return ERR_OK;
}

static struct err run_checked(enum piv_algorithm algorithm, int encipher, const struct secret *key,
                              struct bytes in, uint8_t out_block[PIV_CHALLENGE_MAX])
{
    const struct cipher *cipher = cipher_of(algorithm, key->len);
    if (cipher == NULL)
        return ERR(ERR_MALFORMED, algorithm, "key of another length");
    if (in.len != cipher->block_len)
        return ERR(ERR_MALFORMED, in.len, "challenge");
    return run(cipher, encipher, secret_reveal(key), in, out_block);
}

struct err admin_encipher(enum piv_algorithm algorithm, const struct secret *key, struct bytes in,
                          uint8_t out_block[PIV_CHALLENGE_MAX])
{
    return run_checked(algorithm, 1, key, in, out_block);
}

struct err admin_decipher(enum piv_algorithm algorithm, const struct secret *key, struct bytes in,
                          uint8_t out_block[PIV_CHALLENGE_MAX])
{
    return run_checked(algorithm, 0, key, in, out_block);
}

struct err admin_print(const struct secret *key, uint8_t out_print[ADMIN_PRINT_LEN])
{
    struct bytes bytes = secret_reveal(key);
    uint8_t hash[ADMIN_PRINT_LEN];
    size_t len = 0;

    if (EVP_Q_digest(NULL, "SHA256", NULL, bytes.at, bytes.len, hash, &len) != 1 ||
        len != sizeof(hash))
        return ERR(ERR_IO, 0, "EVP_Q_digest");
    memcpy(out_print, hash, sizeof(hash));
    return ERR_OK;
}

struct err admin_prepare(void)
{
    struct secret key = {.len = 0}; /* zeros */
    uint8_t in[PIV_CHALLENGE_MAX] = {0};
    uint8_t out[PIV_CHALLENGE_MAX];
    uint8_t print[ADMIN_PRINT_LEN];

    /* neither errors' words nor a configuration: they take longer than all else here */
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                                OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
                            NULL) != 1)
        return ERR(ERR_IO, 0, "OPENSSL_init_crypto");
    struct err e = admin_challenge(out, sizeof(out));
    for (size_t i = 0; i < ARRAY_LEN(ciphers) && !failed(e); i++) {
        key.len = ciphers[i].key_len;
        e = run(&ciphers[i], 1, secret_reveal(&key), (struct bytes){in, ciphers[i].block_len}, out);
    }
    return failed(e) ? e : admin_print(&key, print);
}

struct err admin_challenge(uint8_t *out, size_t len)
{
    if (getrandom(out, len, 0) != (ssize_t)len)
        return ERR(ERR_IO, 0, "getrandom");
    return ERR_OK;
}

bool admin_same(struct bytes a, struct bytes b)
{
    return a.len == b.len && CRYPTO_memcmp(a.at, b.at, a.len) == 0;
}
