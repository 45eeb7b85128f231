/*
 * wake.h - the datagram socket between the two sides of the ledger.
 *
 * In:  "look"        there is something new in the journal
 *      "status?"     answered to the sender's address with key=value lines
 *      "signed ..."  what certkiosk answers to "sign ..." (kiosk/app/doorbell.h)
 * Out: "look line=up" or "look line=down" to the kiosk: once a second, and on every change.
 *      "sign ..."    asks certkiosk for the device key's signature
 *
 * Nobody waits for a datagram; losing one costs a second.
 */
#ifndef SYNC_DAEMON_WAKE_H
#define SYNC_DAEMON_WAKE_H

#include <sys/socket.h>
#include <sys/un.h>

#include "kiosk/base/err.h"
#include "kiosk/base/hash.h"

#define WAKE_TEXT_SIZE 256
#define WAKE_SIGNATURE_LEN 64

struct wake {
    int fd;
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
    struct sockaddr_un kiosk;
};

enum wake_word { WAKE_NOTHING, WAKE_UNKNOWN, WAKE_LOOK, WAKE_STATUS, WAKE_SIGNED };

struct wake_asker {
    struct sockaddr_un address;
    socklen_t len;
    char text[WAKE_TEXT_SIZE]; /* what he said, cut to fit */
};

struct wake_signature {
    struct hash request;
    uint8_t at[WAKE_SIGNATURE_LEN];
};

/* Bind `path`, in place of a stale socket. ERR_IO (native is errno), ERR_NO_ROOM: path too long. */
MUST_CHECK struct err wake_open(const char *path, const char *kiosk_path, struct wake *out_wake);

/* Close and remove the socket. */
void wake_close(struct wake *wake);

/* Take one datagram without waiting. WAKE_NOTHING: none is left. */
enum wake_word wake_read(const struct wake *wake, struct wake_asker *out_asker);

/* Answer one who asked; tell the kiosk. Who does not listen misses it. */
void wake_answer(const struct wake *wake, const struct wake_asker *asker, const char *text);
void wake_kiosk(const struct wake *wake, bool line_up);

/* Ask certkiosk to sign the certificate request of this SHA-256; the answer is WAKE_SIGNED. */
void wake_ask_signature(const struct wake *wake, const struct hash *request);

/* What WAKE_SIGNED said. ERR_MALFORMED. */
MUST_CHECK struct err wake_read_signature(const struct wake_asker *asker,
                                          struct wake_signature *out_signature);

#endif
