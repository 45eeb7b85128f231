/*
 * authority_demo.h - the certificate authority inside: a root, and one issuing CA for each profile,
 * with their keys in the data folder. For demonstrations and tests.
 */
#ifndef SYNC_GATEWAY_AUTHORITY_DEMO_H
#define SYNC_GATEWAY_AUTHORITY_DEMO_H

#include "kiosk/pki/issue.h"
#include "sync/gateway/authority.h"

/* Make root, issuing CAs (CN = the profile's `issuer`) and trust.pem in the folder. */
MUST_CHECK struct err authority_demo_make(const char *dir, const struct profile *profiles,
                                          size_t count, int64_t now_s);

/* Open the issuing CAs of these profiles. ERR_IO, ERR_MALFORMED. */
MUST_CHECK struct err authority_demo_create(const char *dir, const struct profile *profiles,
                                            size_t count, struct authority **out_authority);
void authority_demo_destroy(struct authority *authority);

/* The issuing CA of a profile, borrowed; for first certificates. NULL when there is none. */
const struct issue_ca *authority_demo_ca(struct authority *authority, const char *profile);

#endif
