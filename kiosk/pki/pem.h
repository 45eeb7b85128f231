/* pem.h - DER as text (RFC 7468); for the files of this room only. */
#ifndef KIOSK_PKI_PEM_H
#define KIOSK_PKI_PEM_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

/* Write `der` under `label` to `out`, which has `size` bytes, the NUL among them. ERR_NO_ROOM: it
 * does not fit; ERR_IO: the library failed. */
MUST_CHECK struct err pem_print(const char *label, struct bytes der, char *out, size_t size);

#endif
