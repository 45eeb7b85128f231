/*
 * doorbell.h - the datagram socket of certkiosk (S/kiosk/kiosk.sock).
 *
 *   "look", "look line=up", "look line=down"   from certkiosk-syncd, once a second at least: its
 *                                              heartbeat. Silence of DOORBELL_SILENCE_MS: line down
 *   "status?"                                  answered with key=value lines
 *   "screen?"                                  answered with what is on the screen and can be
 *                                              touched, when the configuration allows it (tests)
 *   "sign HASH"                                answered with "signed HASH SIGNATURE", both in hex:
 *                                              the device key's over the certificate request of
 *                                              this SHA-256 (kiosk/pki/device_key.h). Who can ask
 *                                              is in the group of both services; without the TLS
 *                                              key the signature is of no use to him
 *
 * Everything else is ignored, longer texts that begin so too. Answers go to the sender's bound
 * address, as one datagram.
 */
#ifndef KIOSK_APP_DOORBELL_H
#define KIOSK_APP_DOORBELL_H

#include "kiosk/app/book.h"
#include "kiosk/app/device.h"

#define DOORBELL_SILENCE_MS 5000
#define DOORBELL_ANSWER_MAX 16384

struct doorbell;

struct doorbell_setup {
    const char *path;
    struct book *book;
    struct post *post;
    const struct device *device; /* which may have no key; outlives the doorbell */
};

/* Bind the path (a stale socket there is replaced) and start the thread. ERR_CONFLICT: another
 * process listens there; ERR_IO, ERR_NO_ROOM (native is errno). Stop, unlink and free with
 * doorbell_destroy(), NULL is fine. */
MUST_CHECK struct err doorbell_create(const struct doorbell_setup *setup,
                                      struct doorbell **out_doorbell);
void doorbell_destroy(struct doorbell *doorbell);

/* What to answer from now on; texts are copied, cut at DOORBELL_ANSWER_MAX, and nothing of the
 * earlier ones is left. An empty screen answers nothing. */
void doorbell_tell(struct doorbell *doorbell, const char *status, const char *screen);

#endif
