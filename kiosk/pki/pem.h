/* pem.h - DER as text (RFC 7468); for the files of this room only. Pure. */
#ifndef KIOSK_PKI_PEM_H
#define KIOSK_PKI_PEM_H

#include "kiosk/base/bytes.h"

/* Bytes, with the NUL, that `len` bytes of DER take under a label of `label_len` characters. */
#define PEM_SIZE(len, label_len) (((size_t)(len) + 47) / 48 * 65 + 2 * (label_len) + 33)

/* Write it to `out`, which has that many. */
void pem_print(const char *label, struct bytes der, char *out);

#endif
