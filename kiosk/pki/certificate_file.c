/* Certificates in files for people: DER or PEM, whichever it is. */
#include "kiosk/pki/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/pki/pem.h"
#include "kiosk/pki/x509.h"

#define LABEL "CERTIFICATE"
#define FILE_MAX 65536
#define TAG_SEQUENCE 0x30

struct content {
    size_t len;
    uint8_t at[FILE_MAX];
};

static struct err read_all(const char *path, struct content *content)
{
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return ERR(ERR_IO, errno, "certificate file");
    content->len = 0;
    while (content->len < FILE_MAX) {
        ssize_t got = read(fd, content->at + content->len, FILE_MAX - content->len);
        if (got < 0)
            return ERR(ERR_IO, errno, "certificate file");
        if (got == 0)
            return ERR_OK;
        content->len += (size_t)got;
    }
    return ERR(ERR_NO_ROOM, FILE_MAX, "certificate file");
}

/* The library decodes; what it gives is encoded again and then checked as any other DER. */
static struct err read_pem(const struct content *content, struct content *der)
{
    CLEANUP(x509_bio_free) BIO *memory = BIO_new_mem_buf(content->at, (int)content->len);
    if (memory == NULL)
        return ERR(ERR_NO_ROOM, ENOMEM, "BIO_new_mem_buf");
    CLEANUP(x509_free) X509 *first = PEM_read_bio_X509(memory, NULL, NULL, NULL);
    CLEANUP(x509_free)
    X509 *second = first == NULL ? NULL : PEM_read_bio_X509(memory, NULL, NULL, NULL);
    ERR_clear_error();
    if (first == NULL)
        return ERR(ERR_MALFORMED, 0, "no certificate in the file");
    if (second != NULL)
        return ERR(ERR_MALFORMED, 0, "more than one certificate in the file");
    return x509_write(first, der->at, sizeof(der->at), &der->len);
}

struct err certificate_open(const char *path, uint8_t *out, size_t size, size_t *out_len)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    struct content content;
    struct content der;
    struct err e = read_all(path, &content);
    if (failed(e))
        return e;
    bool is_der = content.len > 0 && content.at[0] == TAG_SEQUENCE;
    if (!is_der)
        e = read_pem(&content, &der);
    const struct content *found = is_der ? &content : &der;
    if (!failed(e))
        e = x509_read((struct bytes){found->at, found->len}, &x509);
    if (failed(e))
        return e;
    if (found->len > size)
        return ERR(ERR_NO_ROOM, found->len, "certificate");
    memcpy(out, found->at, found->len);
    *out_len = found->len;
    return ERR_OK;
}

struct err certificate_print(struct bytes der, char *out)
{
    return pem_print(LABEL, der, out, CERTIFICATE_PEM_SIZE);
}
