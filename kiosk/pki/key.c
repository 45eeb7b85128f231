/* Key pairs: made, and kept in files. */
#include "kiosk/pki/key.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/file.h"

#define KEY_MODE 0600
#define PUBLIC_MODE 0644

void key_destroy(struct key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pair);
    free(key);
}

static struct err wrap(EVP_PKEY *pair, struct key **out_key)
{
    struct key *key = calloc(1, sizeof(*key));
    if (key == NULL) {
        EVP_PKEY_free(pair);
        return ERR(ERR_IO, ENOMEM, "calloc");
    }
    key->pair = pair;
    *out_key = key;
    return ERR_OK;
}

struct err key_create(enum key_kind kind, struct key **out_key)
{
    EVP_PKEY *pair = NULL;
    switch (kind) {
    case KEY_P256:
        pair = EVP_EC_gen("P-256");
        break;
    case KEY_ED25519:
        pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        break;
    }
    if (pair == NULL)
        return ERR(ERR_IO, 0, "key generation");
    return wrap(pair, out_key);
}

static struct err open_file(const char *path, BIO **out_file)
{
    errno = 0;
    BIO *file = BIO_new_file(path, "r");
    if (file == NULL) {
        int number = errno;
        ERR_clear_error();
        return ERR(ERR_IO, number, "key file");
    }
    *out_file = file;
    return ERR_OK;
}

struct err key_open(const char *path, struct key **out_key)
{
    CLEANUP(x509_bio_free) BIO *file = NULL;
    struct err e = open_file(path, &file);
    if (failed(e))
        return e;
    /* An empty pass phrase given keeps the library from asking for one on the terminal. */
    char none[] = "";
    EVP_PKEY *pair = PEM_read_bio_PrivateKey(file, NULL, NULL, none);
    ERR_clear_error();
    if (pair == NULL)
        return ERR(ERR_MALFORMED, 0, "private key");
    return wrap(pair, out_key);
}

static struct err save(BIO *memory, const char *path, mode_t mode)
{
    char *at = NULL;
    long len = BIO_get_mem_data(memory, &at);
    if (len <= 0)
        return ERR(ERR_IO, 0, "PEM");
    return file_put(path, (struct bytes){(uint8_t *)at, (size_t)len}, mode);
}

struct err key_save(const struct key *key, const char *path)
{
    CLEANUP(x509_bio_free) BIO *memory = BIO_new(BIO_s_secmem());
    if (memory == NULL ||
        PEM_write_bio_PKCS8PrivateKey(memory, key->pair, NULL, NULL, 0, NULL, NULL) != 1)
        return ERR(ERR_IO, 0, "PEM_write_bio_PKCS8PrivateKey");
    return save(memory, path, KEY_MODE);
}

struct err key_save_public(const struct key *key, const char *path)
{
    CLEANUP(x509_bio_free) BIO *memory = BIO_new(BIO_s_mem());
    if (memory == NULL || PEM_write_bio_PUBKEY(memory, key->pair) != 1)
        return ERR(ERR_IO, 0, "PEM_write_bio_PUBKEY");
    return save(memory, path, PUBLIC_MODE);
}

static struct err public_of(const EVP_PKEY *pair, uint8_t *out, size_t *out_len)
{
    int len = i2d_PUBKEY(pair, NULL);
    if (len <= 0 || len > KEY_PUBLIC_MAX)
        return ERR(ERR_IO, len, "i2d_PUBKEY");
    unsigned char *at = out;
    *out_len = (size_t)i2d_PUBKEY(pair, &at);
    return ERR_OK;
}

struct err key_public(const struct key *key, uint8_t *out, size_t *out_len)
{
    return public_of(key->pair, out, out_len);
}

struct err key_read_public(const char *path, uint8_t *out, size_t *out_len)
{
    CLEANUP(x509_bio_free) BIO *file = NULL;
    struct err e = open_file(path, &file);
    if (failed(e))
        return e;
    CLEANUP(x509_key_free) EVP_PKEY *pair = PEM_read_bio_PUBKEY(file, NULL, NULL, NULL);
    ERR_clear_error();
    if (pair == NULL)
        return ERR(ERR_MALFORMED, 0, "public key");
    return public_of(pair, out, out_len);
}
