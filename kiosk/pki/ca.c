/* CAs: made, and kept in files. */
#include "kiosk/pki/ca.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "kiosk/base/file.h"

#define CERTIFICATE_MODE 0644

static void free_ca(struct issue_ca **at)
{
    issue_destroy(*at);
}

void issue_destroy(struct issue_ca *ca)
{
    if (ca == NULL)
        return;
    X509_free(ca->x509);
    key_destroy(ca->key);
    free(ca);
}

static struct err allocate(struct issue_ca **out_ca)
{
    struct issue_ca *ca = calloc(1, sizeof(*ca));
    if (ca == NULL)
        return ERR(ERR_IO, ENOMEM, "calloc");
    *out_ca = ca;
    return ERR_OK;
}

static struct err extend_ca(X509 *x509, X509 *issuer, bool is_root)
{
    struct err e = issue_extend(x509, issuer, NID_basic_constraints,
                                is_root ? "critical,CA:TRUE" : "critical,CA:TRUE,pathlen:0");
    if (!failed(e))
        e = issue_extend(x509, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    if (!failed(e))
        e = issue_extend(x509, issuer, NID_subject_key_identifier, "hash");
    if (!failed(e) && !is_root)
        e = issue_extend(x509, issuer, NID_authority_key_identifier, "keyid:always");
    return e;
}

/* Fill in and sign the certificate of `ca`; `parent` is itself for a root. */
static struct err certify(struct issue_ca *ca, const struct issue_ca *parent,
                          const struct issue_subject *subject, struct issue_term term)
{
    struct err e = issue_name(X509_get_subject_name(ca->x509), subject);
    if (failed(e))
        return e;
    if (X509_set_version(ca->x509, X509_VERSION_3) != 1 ||
        X509_set_issuer_name(ca->x509, X509_get_subject_name(parent->x509)) != 1 ||
        X509_set_pubkey(ca->x509, ca->key->pair) != 1)
        return ERR(ERR_IO, 0, "X509_set_pubkey");
    e = issue_date(ca->x509, term);
    if (!failed(e))
        e = extend_ca(ca->x509, parent->x509, parent == ca);
    return failed(e) ? e : issue_sign(ca->x509, parent);
}

static struct err create(const struct issue_ca *parent, const struct issue_subject *subject,
                         struct issue_term term, struct issue_ca **out_ca)
{
    CLEANUP(free_ca) struct issue_ca *ca = NULL;
    struct err e = allocate(&ca);
    if (failed(e))
        return e;
    ca->x509 = X509_new();
    if (ca->x509 == NULL)
        return ERR(ERR_IO, ENOMEM, "X509_new");
    e = key_create(KEY_P256, &ca->key);
    if (!failed(e))
        e = certify(ca, parent != NULL ? parent : ca, subject, term);
    if (failed(e))
        return e;
    *out_ca = ca;
    ca = NULL;
    return ERR_OK;
}

struct err issue_root(const struct issue_subject *subject, struct issue_term term,
                      struct issue_ca **out_ca)
{
    return create(NULL, subject, term, out_ca);
}

struct err issue_under(const struct issue_ca *root, const struct issue_subject *subject,
                       struct issue_term term, struct issue_ca **out_ca)
{
    return create(root, subject, term, out_ca);
}

struct err issue_open(const char *certificate_path, const char *key_path, struct issue_ca **out_ca)
{
    CLEANUP(free_ca) struct issue_ca *ca = NULL;
    struct err e = allocate(&ca);
    if (failed(e))
        return e;
    errno = 0;
    CLEANUP(x509_bio_free) BIO *file = BIO_new_file(certificate_path, "r");
    int number = errno;
    if (file != NULL)
        ca->x509 = PEM_read_bio_X509(file, NULL, NULL, NULL);
    ERR_clear_error();
    if (ca->x509 == NULL) {
        return file == NULL ? ERR(ERR_IO, number, "CA certificate")
                            : ERR(ERR_MALFORMED, 0, "CA certificate");
    }

    e = key_open(key_path, &ca->key);
    if (failed(e))
        return e;
    bool fits = X509_check_private_key(ca->x509, ca->key->pair) == 1;
    ERR_clear_error();
    if (!fits)
        return ERR(ERR_CONFLICT, 0, "key and certificate");
    *out_ca = ca;
    ca = NULL;
    return ERR_OK;
}

static struct err append_pem(BIO *memory, struct bytes der)
{
    if (PEM_write_bio(memory, PEM_STRING_X509, "", der.at, (long)der.len) <= 0)
        return ERR(ERR_IO, 0, "PEM_write_bio");
    return ERR_OK;
}

struct err issue_write_pem(const char *path, const struct issue_certificate *const certificates[],
                           size_t count)
{
    CLEANUP(x509_bio_free) BIO *memory = BIO_new(BIO_s_mem());
    if (memory == NULL)
        return ERR(ERR_IO, ENOMEM, "BIO_new");
    for (size_t i = 0; i < count; i++) {
        struct err e =
            append_pem(memory, (struct bytes){certificates[i]->der, certificates[i]->len});
        if (failed(e))
            return e;
    }
    char *at = NULL;
    long len = BIO_get_mem_data(memory, &at);
    return file_put(path, (struct bytes){(uint8_t *)at, len > 0 ? (size_t)len : 0},
                    CERTIFICATE_MODE);
}

/* The key first: a certificate without its key is of no use, a key without one does no harm. */
struct err issue_save(const struct issue_ca *ca, const char *certificate_path, const char *key_path)
{
    struct issue_certificate certificate;
    struct err e = issue_certificate_of(ca, &certificate);
    if (!failed(e))
        e = key_save(ca->key, key_path);
    if (failed(e))
        return e;
    return issue_write_pem(certificate_path, (const struct issue_certificate *[]){&certificate}, 1);
}
