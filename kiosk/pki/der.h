/*
 * der.h - is this DER (X.690, section 10 and 11)? Pure; used by x509.c.
 *
 * Libraries read BER and give back the bytes they read, so that two encodings of one certificate
 * pass as two certificates. Here there is one: definite lengths in their shortest form, no
 * constructed strings, smallest integers, TRUE as FF, unused bits zero, sets in order, times in
 * Zulu with seconds, UTF-8 well-formed and without control characters.
 *
 * Not looked into: OCTET STRING and primitive context-specific values.
 */
#ifndef KIOSK_PKI_DER_H
#define KIOSK_PKI_DER_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define DER_DEPTH_MAX 16

/* Whether `der` is exactly one DER value with nothing behind it. ERR_MALFORMED when not. */
MUST_CHECK struct err der_check(struct bytes der);

#endif
