/*
 * issue.h - a small certificate authority: for the demo platform, and for tests.
 *
 *     key_create / key_open                          a key pair
 *     issue_root --> issue_under --> issue_leaf      a root, an issuing CA, what it issues
 *                                --> issue_renew     again for the same key and holder
 *     issue_save, issue_open                         a CA on disk, and back
 *     issue_write_pem, key_save, key_save_public     files
 *
 * CAs have P-256 keys and sign with ECDSA and SHA-256 (RFC 5480, RFC 5758). Serial numbers are
 * 16 random bytes, positive. Every file is written beside its place, flushed and renamed, so that
 * a power cut leaves the old one or the new one. Files with private keys have mode 0600.
 *
 * Errors everywhere, beside what a function says: ERR_IO (the library or the system failed;
 * native is errno or 0).
 */
#ifndef KIOSK_PKI_ISSUE_H
#define KIOSK_PKI_ISSUE_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define ISSUE_CERTIFICATE_MAX 3000 /* bytes of DER; what a token's slot holds */
#define ISSUE_HOSTS_MAX 8
#define KEY_PUBLIC_MAX 1024 /* bytes of SubjectPublicKeyInfo */

enum key_kind {
    KEY_P256,
    KEY_ED25519, /* for seals; signs no certificate */
};

struct key; /* a key pair in memory; the private half is wiped by key_destroy() */

/* Make a new key pair. */
MUST_CHECK struct err key_create(enum key_kind kind, struct key **out_key);

/* Read the PKCS#8 PEM file at `path`. ERR_MALFORMED: no private key in it. */
MUST_CHECK struct err key_open(const char *path, struct key **out_key);

/* Write PKCS#8 PEM, unencrypted, mode 0600. */
MUST_CHECK struct err key_save(const struct key *key, const char *path);

/* Write SubjectPublicKeyInfo PEM, mode 0644. */
MUST_CHECK struct err key_save_public(const struct key *key, const char *path);

/* SubjectPublicKeyInfo DER to `out`, which has KEY_PUBLIC_MAX bytes. */
MUST_CHECK struct err key_public(const struct key *key, uint8_t *out, size_t *out_len);

/* The public key of a PEM file (SubjectPublicKeyInfo) as DER, as key_public(). ERR_MALFORMED. */
MUST_CHECK struct err key_read_public(const char *path, uint8_t *out, size_t *out_len);

/* NULL is fine. */
void key_destroy(struct key *key);

struct issue_certificate {
    size_t len;
    uint8_t der[ISSUE_CERTIFICATE_MAX];
};

/* UTF-8; NULL or "" leaves one out. C is CN (China) when `country` is set. */
struct issue_subject {
    const char *cn; /* at most 64 characters, as all of these (RFC 5280, appendix A.1) */
    const char *o;
    const char *ou;
    const char *serial_number; /* printable ASCII */
    bool country;
};

/* First and last second of validity, seconds since 1970 UTC. */
struct issue_term {
    int64_t not_before_s, not_after_s;
};

enum issue_profile {
    ISSUE_HOLDER, /* keyUsage digitalSignature, nonRepudiation; EKU clientAuth, emailProtection */
    ISSUE_TLS_SERVER, /* keyUsage digitalSignature; EKU serverAuth; names from `hosts` */
    ISSUE_TLS_CLIENT, /* keyUsage digitalSignature; EKU clientAuth */
    ISSUE_PROFILE_COUNT,
};

/* What a leaf is to say. All have basicConstraints CA:FALSE and keyUsage critical, SKI and AKI. */
struct issue_order {
    enum issue_profile profile;
    struct issue_subject subject;
    struct bytes public_key; /* SubjectPublicKeyInfo DER: EC or RSA */
    struct issue_term term;
    const char *hosts[ISSUE_HOSTS_MAX]; /* ISSUE_TLS_SERVER: IP addresses or DNS names; NULL after
                                           the last */
};

struct issue_ca; /* a CA's certificate and key */

/* Make a key and a self-signed certificate: basicConstraints CA:TRUE critical, keyUsage
 * keyCertSign and cRLSign critical, SKI. ERR_MALFORMED: a subject that cannot be. */
MUST_CHECK struct err issue_root(const struct issue_subject *subject, struct issue_term term,
                                 struct issue_ca **out_ca);

/* The same, signed by `root`, with pathlen:0 and AKI: it issues leaves only. */
MUST_CHECK struct err issue_under(const struct issue_ca *root, const struct issue_subject *subject,
                                  struct issue_term term, struct issue_ca **out_ca);

/* Read what issue_save() wrote. ERR_MALFORMED; ERR_CONFLICT: the key is not the certificate's. */
MUST_CHECK struct err issue_open(const char *certificate_path, const char *key_path,
                                 struct issue_ca **out_ca);

/* Write the certificate (PEM, mode 0644) and the key (mode 0600). */
MUST_CHECK struct err issue_save(const struct issue_ca *ca, const char *certificate_path,
                                 const char *key_path);

/* The CA's own certificate. ERR_NO_ROOM: above ISSUE_CERTIFICATE_MAX. */
MUST_CHECK struct err issue_certificate_of(const struct issue_ca *ca,
                                           struct issue_certificate *out_certificate);

/* Issue a leaf. ERR_MALFORMED (subject, term, key or host that cannot be), ERR_NO_ROOM. */
MUST_CHECK struct err issue_leaf(const struct issue_ca *ca, const struct issue_order *order,
                                 struct issue_certificate *out_certificate);

/*
 * Issue `old` (DER) again with `term` and a new serial number: subject, issuer, key and extensions
 * stay. ERR_MALFORMED: not a canonical certificate, or a term that cannot be; ERR_DENIED: not
 * issued by this CA; ERR_NO_ROOM.
 */
MUST_CHECK struct err issue_renew(const struct issue_ca *ca, struct bytes old,
                                  struct issue_term term,
                                  struct issue_certificate *out_certificate);

/* Write `count` certificates to one PEM file, mode 0644; for trust_create() roots and issuing CAs
 * in any order. */
MUST_CHECK struct err issue_write_pem(const char *path,
                                      const struct issue_certificate *const certificates[],
                                      size_t count);

/* NULL is fine. */
void issue_destroy(struct issue_ca *ca);

#endif
