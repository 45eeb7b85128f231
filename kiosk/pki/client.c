/* client.c - reads both as libcurl does with OpenSSL: PEM, the first certificate of its file. */
#include "kiosk/pki/client.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "kiosk/pki/x509.h"

static struct err open_file(const char *path, BIO **out_file)
{
    errno = 0;
    BIO *file = BIO_new_file(path, "r");
    int number = errno;

    ERR_clear_error();
    if (file == NULL)
        return ERR(ERR_IO, number, "BIO_new_file");
    *out_file = file;
    return ERR_OK;
}

static struct err read_certificate(const char *path, X509 **out_x509)
{
    CLEANUP(x509_bio_free) BIO *file = NULL;
    struct err e = open_file(path, &file);
    if (failed(e))
        return e;

    X509 *x509 = PEM_read_bio_X509(file, NULL, NULL, NULL);
    ERR_clear_error();
    if (x509 == NULL)
        return ERR(ERR_NOT_FOUND, 0, "certificate");
    *out_x509 = x509;
    return ERR_OK;
}

struct err client_certificate_check(const char *path, const char *name)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    struct err e = read_certificate(path, &x509);
    if (failed(e))
        return e;
    return x509_is_named(X509_get_subject_name(x509), name) ? ERR_OK
                                                            : ERR(ERR_CONFLICT, 0, "common name");
}

struct err client_key_check(const char *path, const char *certificate)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    CLEANUP(x509_bio_free) BIO *file = NULL;
    struct err e = read_certificate(certificate, &x509);
    if (!failed(e))
        e = open_file(path, &file);
    if (failed(e))
        return e;

    /* An empty pass phrase given keeps the library from asking for one on the terminal. */
    char none[] = "";
    CLEANUP(x509_key_free) EVP_PKEY *key = PEM_read_bio_PrivateKey(file, NULL, NULL, none);
    ERR_clear_error();
    if (key == NULL)
        return ERR(ERR_NOT_FOUND, 0, "private key");
    bool same = X509_check_private_key(x509, key) == 1;
    ERR_clear_error();
    return same ? ERR_OK : ERR(ERR_CONFLICT, 0, "X509_check_private_key");
}

static uint32_t spread_of(const X509 *x509)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    uint32_t spread = 0;
    unsigned len = 0;

    /* Without it all kiosks are as early: nothing worse. */
    if (X509_digest(x509, EVP_sha256(), digest, &len) != 1 || len < sizeof(spread))
        return 0;
    memcpy(&spread, digest, sizeof(spread));
    return spread;
}

struct err client_term(const char *path, struct client_term *out_term)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    struct client_term term = {0};

    struct err e = read_certificate(path, &x509);
    if (!failed(e))
        e = x509_time(X509_get0_notBefore(x509), &term.not_before_s);
    if (!failed(e))
        e = x509_time(X509_get0_notAfter(x509), &term.not_after_s);
    if (failed(e))
        return e;
    term.spread = spread_of(x509);
    *out_term = term;
    return ERR_OK;
}
