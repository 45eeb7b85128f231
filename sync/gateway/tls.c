#include "sync/gateway/tls.h"

#include <gnutls/x509.h>

static void crt_done(gnutls_x509_crt_t *crt)
{
    if (*crt != NULL)
        gnutls_x509_crt_deinit(*crt);
}

static struct err verify(gnutls_session_t session, bool *out_expired)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st data = {0};
    unsigned status = 0;

    data.type = GNUTLS_DT_KEY_PURPOSE_OID;
    data.data = (unsigned char *)purpose;
    int code = gnutls_certificate_verify_peers(session, &data, 1, &status);
    if (code != GNUTLS_E_SUCCESS)
        return ERR(ERR_DENIED, code, "gnutls_certificate_verify_peers");
    *out_expired = (status & GNUTLS_CERT_EXPIRED) != 0;
    if ((status & ~(unsigned)(GNUTLS_CERT_INVALID | GNUTLS_CERT_EXPIRED)) != 0 ||
        (status != 0 && !*out_expired))
        return ERR(ERR_DENIED, status, "client certificate");
    return ERR_OK;
}

static struct err read_name(gnutls_x509_crt_t crt, const char *oid, char out[TLS_NAME_SIZE])
{
    size_t size = TLS_NAME_SIZE;
    size_t none = 0;

    int code = gnutls_x509_crt_get_dn_by_oid(crt, oid, 0, 0, out, &size);
    if (code != GNUTLS_E_SUCCESS)
        return ERR(ERR_DENIED, code, "subject");
    if (gnutls_x509_crt_get_dn_by_oid(crt, oid, 1, 0, NULL, &none) !=
        GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return ERR(ERR_DENIED, 0, "subject has a name twice");
    return ERR_OK;
}

struct err tls_peer_read(gnutls_session_t session, struct tls_peer *out_peer)
{
    CLEANUP(crt_done) gnutls_x509_crt_t crt = NULL;
    struct tls_peer peer = {0};
    unsigned count = 0;

    struct err e = verify(session, &peer.is_expired);
    if (failed(e))
        return e;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    if (chain == NULL || count == 0)
        return ERR(ERR_DENIED, 0, "no client certificate");
    if (gnutls_x509_crt_init(&crt) != GNUTLS_E_SUCCESS ||
        gnutls_x509_crt_import(crt, &chain[0], GNUTLS_X509_FMT_DER) != GNUTLS_E_SUCCESS)
        return ERR(ERR_DENIED, 0, "client certificate");
    e = read_name(crt, GNUTLS_OID_X520_COMMON_NAME, peer.cn);
    if (!failed(e))
        e = read_name(crt, GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME, peer.ou);
    if (failed(e))
        return e;
    peer.certificate = hash_of((struct bytes){chain[0].data, chain[0].size});
    peer.from_s = gnutls_x509_crt_get_activation_time(crt);
    peer.until_s = gnutls_x509_crt_get_expiration_time(crt);
    *out_peer = peer;
    return ERR_OK;
}
