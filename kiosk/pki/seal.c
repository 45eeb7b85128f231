#include "kiosk/pki/seal.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/hash.h"
#include "kiosk/base/hex.h"
#include "kiosk/pki/x509.h"

#define ID_LEN 8

struct seal_key {
    EVP_PKEY *key;
    bool is_private;
    uint8_t public_key[SEAL_PUBLIC_LEN];
    char id[SEAL_KEY_ID_SIZE];
};

/* The bytes that are signed. */
struct text {
    uint8_t *at;
    size_t len;
};

static void free_text(struct text *text)
{
    free(text->at);
}

static void free_digest(EVP_MD_CTX **at)
{
    EVP_MD_CTX_free(*at);
}

static void free_key(struct seal_key **at)
{
    seal_key_destroy(*at);
}

void seal_key_destroy(struct seal_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->key);
    free(key);
}

const char *seal_key_id(const struct seal_key *key)
{
    return key->id;
}

const uint8_t *seal_key_public(const struct seal_key *key)
{
    return key->public_key;
}

void seal_public_id(const uint8_t public_key[SEAL_PUBLIC_LEN], char out_id[SEAL_KEY_ID_SIZE])
{
    struct hash hash = hash_of((struct bytes){public_key, SEAL_PUBLIC_LEN});
    hex_print(out_id, (struct bytes){hash.at, ID_LEN});
}

static struct err allocate(struct seal_key **out_key)
{
    struct seal_key *key = calloc(1, sizeof(*key));
    if (key == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    *out_key = key;
    return ERR_OK;
}

static struct err name_key(struct seal_key *key)
{
    size_t len = SEAL_PUBLIC_LEN;
    if (EVP_PKEY_is_a(key->key, "ED25519") != 1)
        return ERR(ERR_UNSUPPORTED, 0, "not Ed25519");
    if (EVP_PKEY_get_raw_public_key(key->key, key->public_key, &len) != 1 || len != SEAL_PUBLIC_LEN)
        return ERR(ERR_MALFORMED, 0, "public key");
    seal_public_id(key->public_key, key->id);
    return ERR_OK;
}

struct err seal_key_create(const char *path, struct seal_key **out_key)
{
    errno = 0;
    CLEANUP(x509_bio_free) BIO *file = BIO_new_file(path, "r");
    if (file == NULL) {
        int number = errno;
        ERR_clear_error();
        return ERR(ERR_IO, number, "key");
    }
    CLEANUP(free_key) struct seal_key *key = NULL;
    struct err e = allocate(&key);
    if (failed(e))
        return e;

    /* An empty pass phrase given keeps the library from asking for one on the terminal. */
    char none[] = "";
    key->key = PEM_read_bio_PrivateKey(file, NULL, NULL, none);
    key->is_private = key->key != NULL;
    if (key->key == NULL && BIO_seek(file, 0) == 0)
        key->key = PEM_read_bio_PUBKEY(file, NULL, NULL, NULL);
    ERR_clear_error();
    if (key->key == NULL)
        return ERR(ERR_MALFORMED, 0, "key");

    e = name_key(key);
    if (failed(e))
        return e;
    *out_key = key;
    key = NULL;
    return ERR_OK;
}

/* Lay out what is signed. A NUL inside a name would make two messages one; C strings have none. */
static struct err lay_out(const struct seal_message *message, struct text *out)
{
    const char *names[SEAL_PARTS_MAX + 1] = {message->context};
    size_t count = 1;
    while (count <= SEAL_PARTS_MAX && message->parts[count - 1] != NULL) {
        names[count] = message->parts[count - 1];
        count++;
    }
    if (message->body.len > SEAL_BODY_MAX)
        return ERR(ERR_NO_ROOM, 0, "body");

    size_t len = message->body.len;
    for (size_t i = 0; i < count; i++)
        len += strlen(names[i]) + 1;
    uint8_t *at = malloc(len);
    if (at == NULL)
        return ERR(ERR_NO_ROOM, 0, "malloc");
    out->at = at;
    out->len = len;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(names[i]) + 1;
        memcpy(at, names[i], size);
        at += size;
    }
    if (message->body.len > 0)
        memcpy(at, message->body.at, message->body.len);
    return ERR_OK;
}

struct err seal_sign(const struct seal_key *key, const struct seal_message *message,
                     uint8_t out_seal[SEAL_LEN])
{
    CLEANUP(free_text) struct text text = {NULL, 0};
    CLEANUP(free_digest) EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t seal[SEAL_LEN];
    size_t len = sizeof(seal);
    if (!key->is_private)
        return ERR(ERR_UNSUPPORTED, 0, "public key only");
    struct err e = lay_out(message, &text);
    if (failed(e))
        return e;
    if (context == NULL || EVP_DigestSignInit(context, NULL, NULL, NULL, key->key) != 1 ||
        EVP_DigestSign(context, seal, &len, text.at, text.len) != 1 || len != SEAL_LEN)
        return ERR(ERR_IO, 0, "EVP_DigestSign");
    memcpy(out_seal, seal, SEAL_LEN);
    return ERR_OK;
}

struct err seal_verify(const uint8_t public_key[SEAL_PUBLIC_LEN],
                       const struct seal_message *message, struct bytes seal)
{
    CLEANUP(free_text) struct text text = {NULL, 0};
    CLEANUP(free_digest) EVP_MD_CTX *context = EVP_MD_CTX_new();
    struct err e = lay_out(message, &text);
    if (failed(e))
        return e;
    CLEANUP(x509_key_free)
    EVP_PKEY *key =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, SEAL_PUBLIC_LEN);
    if (context == NULL || key == NULL || EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) != 1)
        return ERR(ERR_IO, 0, "EVP_DigestVerifyInit");
    bool right = seal.len == SEAL_LEN &&
                 EVP_DigestVerify(context, seal.at, seal.len, text.at, text.len) == 1;
    ERR_clear_error();
    return right ? ERR_OK : ERR(ERR_DENIED, 0, "seal");
}
