/*
 * doorbell.h - the datagram socket of certkiosk (S/kiosk/kiosk.sock).
 *
 *   "look", "look line=up", "look line=down"   from certkiosk-syncd, once a second at least: its
 *                                              heartbeat. Silence of DOORBELL_SILENCE_MS: line down
 *   "status?"                                  answered with key=value lines
 *   "screen?"                                  answered with what is on the screen and can be
 * touched, when the configuration allows it (tests, demo)
 *
 * Everything else is ignored, longer texts that begin so too. Answers go to the sender's bound
 * address, as one datagram.
 */
#ifndef KIOSK_APP_DOORBELL_H
#define KIOSK_APP_DOORBELL_H

#include "kiosk/app/book.h"

#define DOORBELL_SILENCE_MS 5000
#define DOORBELL_ANSWER_MAX 16384

struct doorbell;

/* Bind `path` (a stale socket there is replaced) and start the thread. ERR_CONFLICT: another
 * process listens there; ERR_IO, ERR_NO_ROOM (native is errno). Stop, unlink and free with
 * doorbell_destroy(), NULL is fine. */
MUST_CHECK struct err doorbell_create(const char *path, struct book *book, struct post *post,
                                      struct doorbell **out_doorbell);
void doorbell_destroy(struct doorbell *doorbell);

/* What to answer from now on; texts are copied, cut at DOORBELL_ANSWER_MAX, and nothing of the
 * earlier ones is left. An empty screen answers nothing. */
void doorbell_tell(struct doorbell *doorbell, const char *status, const char *screen);

#endif
