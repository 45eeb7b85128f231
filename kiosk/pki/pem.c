#include "kiosk/pki/pem.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <string.h>

#include "kiosk/base/macros.h"

static void free_bio(BIO **at)
{
    BIO_free_all(*at);
}

struct err pem_print(const char *label, struct bytes der, char *out, size_t size)
{
    CLEANUP(free_bio) BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;

    if (bio == NULL || PEM_write_bio(bio, label, "", der.at, (long)der.len) <= 0)
        return ERR(ERR_IO, 0, "PEM_write_bio");
    long len = BIO_get_mem_data(bio, &text);
    if (len <= 0 || (size_t)len >= size)
        return ERR(ERR_NO_ROOM, len, "PEM");
    memcpy(out, text, (size_t)len);
    out[len] = '\0';
    return ERR_OK;
}
