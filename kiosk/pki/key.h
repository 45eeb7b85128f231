/* key.h - what is inside a key of issue.h, for the files of this room. */
#ifndef KIOSK_PKI_KEY_H
#define KIOSK_PKI_KEY_H

#include "kiosk/pki/issue.h"
#include "kiosk/pki/x509.h"

struct key {
    EVP_PKEY *pair;
};

#endif
