#include "sync/gateway/http_access.h"

#include <string.h>

#include "sync/gateway/alarm.h"
#include "sync/gateway/kiosks.h"

struct err http_access_peer(struct MHD_Connection *connection, struct tls_peer *out_peer)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    if (info == NULL || info->tls_session == NULL)
        return ERR(ERR_DENIED, 0, "no TLS");
    return tls_peer_read((gnutls_session_t)info->tls_session, out_peer);
}

/* Our CA has issued that certificate, so somebody has or had the key of that kiosk. */
static struct err deny(const struct platform *platform, const struct tls_peer *peer,
                       const char *why)
{
    struct err e = kiosk_id_valid(peer->cn)
                       ? alarm_raise_alone(platform, peer->cn, ALARM_CERTIFICATE, why)
                       : ERR_OK;

    return failed(e) ? e : ERR(ERR_DENIED, 0, "client certificate");
}

static struct err know(const struct platform *platform, const struct tls_peer *peer)
{
    CLEANUP(transaction_done) struct transaction work = {0};

    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = kiosk_known_by(platform->store, peer->cn, &peer->certificate);
    return failed(e) ? e : transaction_commit(&work);
}

/* The newest certificate of that kiosk, so that enrolling again shuts a stolen one out; or the next
 * one, whose first use this is. */
static struct err check_kiosk(const struct platform *platform, const struct http_request *request,
                              const struct tls_peer *peer)
{
    if (strcmp(peer->ou, "kiosk") != 0)
        return ERR(ERR_DENIED, 0, "not a kiosk");
    if (peer->is_expired)
        return deny(platform, peer, "it has expired");
    if (strcmp(peer->cn, request->part[0]) != 0)
        return deny(platform, peer, "it was used for another kiosk's path");
    struct err e = know(platform, peer);
    return e.code == ERR_DENIED ? deny(platform, peer, "it came with an earlier certificate") : e;
}

static struct err check_operator(const struct platform *platform, const struct tls_peer *peer)
{
    if (strcmp(peer->ou, "kiosk") == 0)
        return deny(platform, peer, "it was used for an operator's path");
    if (strcmp(peer->ou, "operator") != 0 || peer->is_expired)
        return ERR(ERR_DENIED, 0, "not an operator");
    return ERR_OK;
}

struct err http_access_check(const struct platform *platform, const struct http_request *request,
                             const struct tls_peer *peer)
{
    switch (request->route->role) {
    case HTTP_PUBLIC:
        break;
    case HTTP_KIOSK:
        return check_kiosk(platform, request, peer);
    case HTTP_OPERATOR:
        return check_operator(platform, peer);
    }
    return ERR_OK;
}
