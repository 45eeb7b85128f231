/* ca.h - what is inside a CA of issue.h, and what its two files share. */
#ifndef KIOSK_PKI_CA_H
#define KIOSK_PKI_CA_H

#include "kiosk/pki/issue.h"
#include "kiosk/pki/key.h"
#include "kiosk/pki/x509.h"

struct issue_ca {
    X509 *x509;
    struct key *key;
};

/* Fill an empty name from `subject`. ERR_MALFORMED. */
MUST_CHECK struct err issue_name(X509_NAME *name, const struct issue_subject *subject);

/* Set both dates and a new random serial number. ERR_MALFORMED: the term cannot be. */
MUST_CHECK struct err issue_date(X509 *x509, struct issue_term term);

/* Add an extension in OpenSSL's configuration syntax. ERR_MALFORMED. */
MUST_CHECK struct err issue_extend(X509 *x509, X509 *issuer, int nid, const char *value);

MUST_CHECK struct err issue_sign(X509 *x509, const struct issue_ca *ca);

#endif
