/*
 * identity.h - keys and certificates of the platform's own TLS and seals, in the data folder.
 */
#ifndef SYNC_GATEWAY_IDENTITY_H
#define SYNC_GATEWAY_IDENTITY_H

#include "kiosk/base/err.h"
#include "kiosk/pki/issue.h"

/* Make the server's CA and certificate (names: `host`, localhost, 127.0.0.1), the CA of the
 * clients, and the key of the seals. */
MUST_CHECK struct err identity_make(const char *dir, const char *host, int64_t now_s);

/* Make a self-signed CA, saved as NAME.key and NAME.crt in the folder; free it with
 * issue_ca_destroy(). */
MUST_CHECK struct err identity_ca(const char *dir, const char *name,
                                  const struct issue_subject *subject, struct issue_term term,
                                  struct issue_ca **out_ca);

/* The CA of the clients, from the folder; free it with issue_destroy(). */
MUST_CHECK struct err identity_client_ca(const char *dir, struct issue_ca **out_ca);

/* Make an operator's key and issue its client certificate: operator.key and operator.crt in the
 * folder `out`. A kiosk's key is made on the kiosk: enrol.h. */
MUST_CHECK struct err identity_operator(const char *dir, const char *out, int64_t now_s);

#endif
