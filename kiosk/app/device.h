/*
 * device.h - this kiosk's device key in use: where kiosk.conf says it is, what its journal is bound
 * and signed with, and personal data is sealed with.
 *
 *     device_open --> &device.guard, for journal_open() --> device_close
 */
#ifndef KIOSK_APP_DEVICE_H
#define KIOSK_APP_DEVICE_H

#include "kiosk/app/settings.h"
#include "kiosk/ledger/journal.h"
#include "kiosk/pki/device_key.h"

#define DEVICE_PATH_SIZE 545 /* a folder, "/kiosk/" and a name */

struct device {
    struct device_key *key;     /* NULL: it could not be read */
    const char *kiosk;          /* borrowed */
    struct secret personal;     /* what personal data is sealed with */
    struct journal_guard guard; /* its context is this struct, which may not move */
};

/* A path as it stands. A name is the credential that systemd hands over; without systemd, a file in
 * the ledger's folder kiosk/. */
void device_place(const struct settings *settings, char out[DEVICE_PATH_SIZE]);

/* Read the key and derive from it; `settings` is borrowed. Errors as device_key_open(). */
MUST_CHECK struct err device_open(const struct settings *settings, struct device *device);

/* Sign a certificate request of this kiosk, by its SHA-256. ERR_DENIED without the key; errors as
 * seal_sign(). From any thread. */
MUST_CHECK struct err device_sign_request(const struct device *device, const struct hash *request,
                                          uint8_t out_signature[SEAL_LEN]);

/* A zeroed one is fine. Its keys are wiped. */
void device_close(struct device *device);

#endif
