/*
 * authority.h - the certificate authority that renews, behind one function.
 *
 * authority_demo (authority_demo.h) holds the issuing keys itself; an adaptor to a real authority
 * asks it over the network.
 */
#ifndef SYNC_GATEWAY_AUTHORITY_H
#define SYNC_GATEWAY_AUTHORITY_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "kiosk/core/profile.h"
#include "sync/wire/document.h"

struct authority_order {
    const struct profile *profile; /* its `issuer` names the issuing CA */
    struct bytes old;              /* DER of the certificate to be renewed */
    int64_t not_before_s, not_after_s;
};

struct authority {
    /* A certificate with the key, subject, issuer and extensions of the old one, a new serial and
     * these dates. ERR_NOT_FOUND: no such CA; ERR_DENIED: the CA does not renew this one. */
    struct err (*renew)(struct authority *, const struct authority_order *order,
                        uint8_t out_der[DOCUMENT_CERTIFICATE_MAX], size_t *out_len);
};

/* Ask it; see `renew` above. */
MUST_CHECK struct err authority_renew(struct authority *authority,
                                      const struct authority_order *order,
                                      uint8_t out_der[DOCUMENT_CERTIFICATE_MAX], size_t *out_len);

#endif
