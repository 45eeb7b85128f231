/*
 * tls.h - who is at the other end: the client certificate of a mutual TLS connection.
 *
 * libmicrohttpd asks for one and lets a client without it through; every request is judged here.
 */
#ifndef SYNC_GATEWAY_TLS_H
#define SYNC_GATEWAY_TLS_H

#include <gnutls/gnutls.h>

#include "kiosk/base/err.h"
#include "kiosk/base/hash.h"

#define TLS_NAME_SIZE 65
#define TLS_PRIORITIES_KIOSK "SECURE128:-VERS-ALL:+VERS-TLS1.3"
#define TLS_PRIORITIES_PUBLIC "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct tls_peer {
    char cn[TLS_NAME_SIZE];
    char ou[TLS_NAME_SIZE];
    struct hash certificate; /* SHA-256 of its DER */
    int64_t from_s, until_s; /* its dates, seconds since 1970 */
    bool is_expired;         /* nothing else is wrong with it */
};

/* ERR_DENIED: no certificate, or none that our client CA issued to a TLS client, with
 * one CN and one OU. */
MUST_CHECK struct err tls_peer_read(gnutls_session_t session, struct tls_peer *out_peer);

#endif
