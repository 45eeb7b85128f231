#include "kiosk/pki/pem.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES 48 /* 64 characters */

void pem_print(const char *label, struct bytes der, char *out)
{
    out += sprintf(out, "-----BEGIN %s-----\n", label);
    for (size_t at = 0; at < der.len; at += LINE_BYTES) {
        size_t len = der.len - at < LINE_BYTES ? der.len - at : LINE_BYTES;
        out += EVP_EncodeBlock((unsigned char *)out, der.at + at, (int)len);
        *out++ = '\n';
    }
    (void)sprintf(out, "-----END %s-----\n", label);
}
