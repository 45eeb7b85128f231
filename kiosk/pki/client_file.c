/* client_file.c - hides how a key lies in one file with what belongs to it, so that one rename
 * changes both. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "kiosk/base/file.h"
#include "kiosk/pki/client.h"
#include "kiosk/pki/key.h"

#define FILE_MODE 0600

static void free_request(X509_REQ **at)
{
    X509_REQ_free(*at);
}

static struct err begin(const struct key *key, BIO **out_memory)
{
    BIO *memory = BIO_new(BIO_s_secmem());
    if (memory == NULL ||
        PEM_write_bio_PKCS8PrivateKey(memory, key->pair, NULL, NULL, 0, NULL, NULL) != 1) {
        BIO_free_all(memory);
        return ERR(ERR_IO, 0, "PEM_write_bio_PKCS8PrivateKey");
    }
    *out_memory = memory;
    return ERR_OK;
}

static struct err finish(BIO *memory, const char *label, struct bytes der, const char *path)
{
    char *at = NULL;
    if (PEM_write_bio(memory, label, "", der.at, (long)der.len) <= 0)
        return ERR(ERR_IO, 0, "PEM_write_bio");
    long len = BIO_get_mem_data(memory, &at);
    if (len <= 0)
        return ERR(ERR_IO, 0, "PEM");
    return file_put(path, (struct bytes){(uint8_t *)at, (size_t)len}, FILE_MODE);
}

struct err client_pending_save(const struct key *key, struct bytes request, const char *path)
{
    CLEANUP(x509_bio_free) BIO *memory = NULL;
    struct err e = begin(key, &memory);
    return failed(e) ? e : finish(memory, PEM_STRING_X509_REQ, request, path);
}

struct err client_pair_save(const struct key *key, struct bytes certificate, const char *path)
{
    CLEANUP(x509_bio_free) BIO *memory = NULL;
    struct err e = begin(key, &memory);
    return failed(e) ? e : finish(memory, PEM_STRING_X509, certificate, path);
}

struct err client_pending_open(const char *path, struct key **out_key, uint8_t *out,
                               size_t *out_len)
{
    struct key *key = NULL;
    struct err e = key_open(path, &key);
    if (failed(e))
        return e;
    errno = 0;
    CLEANUP(x509_bio_free) BIO *file = BIO_new_file(path, "r");
    int number = errno;
    CLEANUP(free_request)
    X509_REQ *request = file == NULL ? NULL : PEM_read_bio_X509_REQ(file, NULL, NULL, NULL);
    int len = request == NULL ? 0 : i2d_X509_REQ(request, NULL);
    bool fits =
        len > 0 && len <= CLIENT_REQUEST_MAX && X509_REQ_check_private_key(request, key->pair) == 1;
    ERR_clear_error();
    if (!fits) {
        key_destroy(key);
        return file == NULL ? ERR(ERR_IO, number, "BIO_new_file") : ERR(ERR_MALFORMED, 0, "pair");
    }
    unsigned char *at = out;
    *out_len = (size_t)i2d_X509_REQ(request, &at);
    *out_key = key;
    return ERR_OK;
}

struct err client_certificate_fits(struct bytes certificate, const struct key *key,
                                   const char *name, int64_t at_s)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    int64_t from_s = 0;
    int64_t until_s = 0;
    struct err e = x509_read(certificate, &x509);
    if (!failed(e))
        e = x509_time(X509_get0_notBefore(x509), &from_s);
    if (!failed(e))
        e = x509_time(X509_get0_notAfter(x509), &until_s);
    if (failed(e))
        return e;
    bool ours = X509_check_private_key(x509, key->pair) == 1;
    bool client =
        X509_check_purpose(x509, X509_PURPOSE_SSL_CLIENT, 0) == 1 && X509_check_ca(x509) == 0;
    ERR_clear_error();
    if (!ours)
        return ERR(ERR_CONFLICT, 0, "certificate of another key");
    if (!x509_is_named(X509_get_subject_name(x509), name))
        return ERR(ERR_CONFLICT, 0, "certificate of another name");
    if (!client)
        return ERR(ERR_DENIED, 0, "no certificate of a TLS client");
    if (at_s < from_s || at_s > until_s)
        return ERR(ERR_DENIED, 0, "certificate is not valid now");
    return ERR_OK;
}
