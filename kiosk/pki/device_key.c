/* device_key.c - hides how the library is asked to derive; the rest is key.h and seal.h. */
#include "kiosk/pki/device_key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/key.h"

#define SALT "certkiosk-device-1"
#define HEAD_CONTEXT "certkiosk-head-1"
#define REQUEST_CONTEXT "certkiosk-enrol-1"
#define PRIVATE_LEN 32
#define SEQ_SIZE 24

struct device_key {
    struct key *pair;      /* owned; the one key, to derive from */
    struct seal_key *seal; /* owned; the same, to sign with */
};

static void free_pair(struct key **at)
{
    key_destroy(*at);
}

static void free_key(struct device_key **at)
{
    device_key_destroy(*at);
}

static void kdf_free(EVP_KDF **at)
{
    EVP_KDF_free(*at);
}

static void context_free(EVP_KDF_CTX **at)
{
    EVP_KDF_CTX_free(*at);
}

struct err device_key_make(const char *path)
{
    CLEANUP(free_pair) struct key *pair = NULL;
    if (access(path, F_OK) == 0)
        return ERR(ERR_CONFLICT, EEXIST, "there is a device key already");
    struct err e = key_create(KEY_ED25519, &pair);
    return failed(e) ? e : key_save(pair, path);
}

static struct err check_file(const char *path)
{
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return ERR(errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "the device key's file");
    return file_check_secret(fd);
}

struct err device_key_open(const char *path, struct device_key **out_key)
{
    CLEANUP(free_key) struct device_key *key = NULL;
    struct err e = check_file(path);
    if (failed(e))
        return e;
    key = calloc(1, sizeof(*key));
    if (key == NULL)
        return ERR(ERR_NO_ROOM, ENOMEM, "calloc");
    e = key_open(path, &key->pair);
    if (!failed(e))
        e = seal_key_create(path, &key->seal);
    if (failed(e))
        return e;
    *out_key = key;
    key = NULL;
    return ERR_OK;
}

void device_key_destroy(struct device_key *key)
{
    if (key == NULL)
        return;
    key_destroy(key->pair);
    seal_key_destroy(key->seal);
    free(key);
}

struct err device_key_save_public(const struct device_key *key, const char *path)
{
    return key_save_public(key->pair, path);
}

struct err device_key_derive(const struct device_key *key, const char *label,
                             struct secret *out_secret)
{
    CLEANUP(kdf_free) EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
    CLEANUP(context_free) EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    CLEANUP(secret_wipe) struct secret private = {.len = 0};
    CLEANUP(secret_wipe) struct secret derived = {.len = DEVICE_DERIVED_LEN};
    char digest[] = "SHA256";
    char salt[] = SALT;
    char info[64];
    size_t len = PRIVATE_LEN;

    if (!text_copy(info, sizeof(info), label) ||
        EVP_PKEY_get_raw_private_key(key->pair->pair, private.at, &len) != 1 || len != PRIVATE_LEN)
        return ERR(ERR_IO, 0, "EVP_PKEY_get_raw_private_key");
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, private.at, len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, strlen(salt)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, strlen(info)),
        OSSL_PARAM_construct_end(),
    };
    if (context == NULL || EVP_KDF_derive(context, derived.at, derived.len, params) != 1)
        return ERR(ERR_IO, 0, "EVP_KDF_derive");
    *out_secret = derived;
    return ERR_OK;
}

static struct seal_message message_of(const struct device_head *head, char seq[SEQ_SIZE])
{
    (void)text_print(seq, SEQ_SIZE, "%llu", (unsigned long long)head->seq); /* fits */
    return (struct seal_message){.context = HEAD_CONTEXT,
                                 .parts = {head->kiosk, head->epoch, seq},
                                 .body = {head->hash->at, HASH_LEN}};
}

struct err device_key_sign_head(const struct device_key *key, const struct device_head *head,
                                uint8_t out_signature[SEAL_LEN])
{
    char seq[SEQ_SIZE];
    struct seal_message message = message_of(head, seq);
    return seal_sign(key->seal, &message, out_signature);
}

struct err device_head_verify(const uint8_t public_key[SEAL_PUBLIC_LEN],
                              const struct device_head *head, struct bytes signature)
{
    char seq[SEQ_SIZE];
    struct seal_message message = message_of(head, seq);
    return seal_verify(public_key, &message, signature);
}

static struct seal_message request_of(const char *kiosk, const struct hash *request)
{
    return (struct seal_message){
        .context = REQUEST_CONTEXT, .parts = {kiosk}, .body = {request->at, HASH_LEN}};
}

struct err device_key_sign_request(const struct device_key *key, const char *kiosk,
                                   const struct hash *request, uint8_t out_signature[SEAL_LEN])
{
    struct seal_message message = request_of(kiosk, request);
    return seal_sign(key->seal, &message, out_signature);
}

struct err device_request_verify(const uint8_t public_key[SEAL_PUBLIC_LEN], const char *kiosk,
                                 const struct hash *request, struct bytes signature)
{
    struct seal_message message = request_of(kiosk, request);
    return seal_verify(public_key, &message, signature);
}
