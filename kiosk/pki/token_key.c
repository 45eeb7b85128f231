/* token_key.c - hides the master key and how the library is asked to derive from it. */
#include "kiosk/pki/token_key.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/des_key.h"

#define LABEL "certkiosk-token-1"
#define PURPOSE_MAX 6
#define CONTEXT_MAX (PURPOSE_MAX + 1 + TOKEN_KEY_ID_MAX + 1 + 1)
#define ATTEMPT_MAX 255
#define FILE_LEN (2 * TOKEN_MASTER_LEN)
#define FILE_MAX (FILE_LEN + 3) /* with a line's end, and one byte more to see that it is more */
#define PUK_LEN 4
#define PUK_COUNT 100000000U
#define PUK_LIMIT (42U * PUK_COUNT) /* the greatest multiple within 32 bits */

struct token_master {
    struct secret *key; /* owned */
};

struct text_buffer {
    char at[FILE_MAX + 1];
};

static void buffer_wipe(struct text_buffer *buffer)
{
    explicit_bzero(buffer, sizeof(*buffer));
}

static void kdf_free(EVP_KDF **at)
{
    EVP_KDF_free(*at);
}

static void context_free(EVP_KDF_CTX **at)
{
    EVP_KDF_CTX_free(*at);
}

static struct err read_file(const char *path, struct text_buffer *text)
{
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return ERR(ERR_IO, errno, "the master key's file");
    struct err e = file_check_secret(fd);
    if (failed(e))
        return e;
    ssize_t len = read(fd, text->at, FILE_MAX); /* a file this short comes in one piece */
    if (len < 0)
        return ERR(ERR_IO, errno, "the master key's file");
    text->at[len] = '\0';
    size_t digits = strcspn(text->at, "\r\n");
    if (strspn(text->at + digits, "\r\n") + digits != (size_t)len || (size_t)len == FILE_MAX)
        return ERR(ERR_MALFORMED, len, "the master key is not 64 hexadecimal digits");
    text->at[digits] = '\0';
    return ERR_OK;
}

struct err token_master_open(const char *path, struct token_master **out_master)
{
    CLEANUP(buffer_wipe) struct text_buffer text = {""};
    struct err e = read_file(path, &text);
    if (failed(e))
        return e;

    struct token_master *master = calloc(1, sizeof(*master));
    if (master == NULL)
        return ERR(ERR_NO_ROOM, ENOMEM, "calloc");
    master->key = secret_create();
    if (master->key == NULL) {
        token_master_destroy(master);
        return ERR(ERR_NO_ROOM, ENOMEM, "locked memory");
    }
    e = hex_parse(text.at, master->key->at, TOKEN_MASTER_LEN);
    if (failed(e)) {
        token_master_destroy(master);
        return ERR(ERR_MALFORMED, 0, "the master key is not 64 hexadecimal digits");
    }
    master->key->len = TOKEN_MASTER_LEN;
    *out_master = master;
    return ERR_OK;
}

void token_master_destroy(struct token_master *master)
{
    if (master == NULL)
        return;
    secret_destroy(master->key);
    free(master);
}

static bool id_fine(const char *id)
{
    size_t len = strlen(id);
    for (size_t i = 0; i < len; i++) {
        if (id[i] < '!' || id[i] > '~')
            return false;
    }
    return len > 0 && len <= TOKEN_KEY_ID_MAX;
}

/* What is derived, for whom. */
struct derivation {
    const char *purpose, *token_id;
    uint8_t attempt;
};

static size_t context_of(const struct derivation *what, uint8_t out[CONTEXT_MAX])
{
    size_t purpose = strlen(what->purpose) + 1;
    size_t id = strlen(what->token_id) + 1;
    assert(purpose + id < CONTEXT_MAX + 1);
    memcpy(out, what->purpose, purpose);
    memcpy(out + purpose, what->token_id, id);
    out[purpose + id] = what->attempt;
    return purpose + id + 1;
}

static struct err derive(const struct token_master *master, const struct derivation *what,
                         uint8_t *out, size_t len)
{
    uint8_t context[CONTEXT_MAX];
    char digest[] = "SHA256";
    char mac[] = "HMAC";
    char mode[] = "counter";
    char label[] = LABEL;
    size_t context_len = context_of(what, context);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC, mac, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, mode, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, master->key->at, master->key->len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, label, strlen(label)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, context, context_len),
        OSSL_PARAM_construct_end(),
    };

    CLEANUP(kdf_free) EVP_KDF *kdf = EVP_KDF_fetch(NULL, "KBKDF", NULL);
    CLEANUP(context_free) EVP_KDF_CTX *made = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    if (made == NULL || EVP_KDF_derive(made, out, len, params) != 1)
        return ERR(ERR_IO, 0, "EVP_KDF_derive");
    return ERR_OK;
}

static struct err derive_3des(const struct token_master *master, struct derivation *what,
                              struct secret *key)
{
    for (;;) {
        struct err e = derive(master, what, key->at, DES_KEY_LEN);
        if (failed(e))
            return e;
        des_key_set_parity(key->at);
        if (!des_key_weak(key->at))
            return ERR_OK;
        if (what->attempt++ == ATTEMPT_MAX)
            return ERR(ERR_IO, 0, "only weak keys");
    }
}

static const struct {
    const char *purpose;
    size_t len;
} ciphers[TOKEN_CIPHER_COUNT] = {
    [TOKEN_CIPHER_3DES] = {"3des", DES_KEY_LEN},
    [TOKEN_CIPHER_AES128] = {"aes128", 16},
    [TOKEN_CIPHER_AES192] = {"aes192", 24},
    [TOKEN_CIPHER_AES256] = {"aes256", 32},
};

size_t token_key_len(enum token_cipher cipher)
{
    assert(cipher < TOKEN_CIPHER_COUNT);
    return ciphers[cipher].len;
}

struct err token_key_derive(const struct token_master *master, const char *token_id,
                            enum token_cipher cipher, struct secret *out_key)
{
    assert(cipher < TOKEN_CIPHER_COUNT);
    if (!id_fine(token_id))
        return ERR(ERR_MALFORMED, 0, "token id");

    CLEANUP(secret_wipe) struct secret key = {.len = ciphers[cipher].len};
    struct derivation what = {.purpose = ciphers[cipher].purpose, .token_id = token_id};
    struct err e = cipher == TOKEN_CIPHER_3DES ? derive_3des(master, &what, &key)
                                               : derive(master, &what, key.at, key.len);
    if (!failed(e))
        *out_key = key;
    return e;
}

/* A number below PUK_LIMIT, each as likely as the other. */
static struct err derive_number(const struct token_master *master, const char *token_id,
                                uint32_t *out_number)
{
    struct derivation what = {.purpose = "puk", .token_id = token_id};
    uint8_t at[PUK_LEN];
    do {
        struct err e = derive(master, &what, at, sizeof(at));
        if (failed(e))
            return e;
        *out_number = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        if (*out_number < PUK_LIMIT) {
            explicit_bzero(at, sizeof(at));
            return ERR_OK;
        }
    } while (what.attempt++ < ATTEMPT_MAX);
    return ERR(ERR_IO, 0, "no number"); /* 255 times one chance in 45 */
}

struct err token_puk_derive(const struct token_master *master, const char *token_id,
                            struct secret *out_puk)
{
    uint32_t number = 0;
    if (!id_fine(token_id))
        return ERR(ERR_MALFORMED, 0, "token id");
    struct err e = derive_number(master, token_id, &number);
    if (failed(e))
        return e;

    secret_wipe(out_puk);
    out_puk->len = TOKEN_PUK_DIGITS;
    for (size_t i = TOKEN_PUK_DIGITS; i > 0; i--) {
        out_puk->at[i - 1] = (uint8_t)('0' + number % 10);
        number /= 10;
    }
    explicit_bzero(&number, sizeof(number));
    return ERR_OK;
}

struct err token_key_random(enum token_cipher cipher, struct secret *out_key)
{
    CLEANUP(secret_wipe) struct secret key = {.len = token_key_len(cipher)};
    do {
        if (RAND_priv_bytes(key.at, (int)key.len) != 1)
            return ERR(ERR_IO, 0, "RAND_priv_bytes");
        if (cipher == TOKEN_CIPHER_3DES)
            des_key_set_parity(key.at);
    } while (cipher == TOKEN_CIPHER_3DES && des_key_weak(key.at));
    *out_key = key;
    return ERR_OK;
}

struct err token_digits_random(size_t count, struct secret *out_digits)
{
    CLEANUP(secret_wipe) struct secret digits = {.len = 0};
    assert(count <= SECRET_LEN_MAX);
    while (digits.len < count) {
        uint8_t byte = 0;
        if (RAND_priv_bytes(&byte, 1) != 1)
            return ERR(ERR_IO, 0, "RAND_priv_bytes");
        if (byte < 250) /* the greatest multiple of ten within a byte */
            digits.at[digits.len++] = (uint8_t)('0' + byte % 10);
    }
    *out_digits = digits;
    return ERR_OK;
}
