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

/* The newest certificate of that kiosk, so that enrolling again shuts a stolen one out; or the next
 * one, whose first use this is. */
static struct err check_kiosk(const struct platform *platform, const struct http_request *request,
                              const struct tls_peer *peer)
{
    CLEANUP(transaction_done) struct transaction work = {0};

    if (strcmp(peer->ou, "kiosk") != 0 || strcmp(peer->cn, request->part[0]) != 0)
        return ERR(ERR_DENIED, 0, "another's path");
    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = kiosk_known_by(platform->store, peer->cn, &peer->certificate);
    if (!failed(e))
        return transaction_commit(&work);
    transaction_done(&work);
    if (e.code != ERR_DENIED)
        return e;
    struct err told = alarm_raise_alone(platform, peer->cn, ALARM_CERTIFICATE,
                                        "it came with an earlier certificate");
    return failed(told) ? told : e;
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
        return strcmp(peer->ou, "operator") == 0 ? ERR_OK : ERR(ERR_DENIED, 0, "not an operator");
    }
    return ERR_OK;
}

const char *http_access_error(unsigned status)
{
    static const struct {
        unsigned status;
        const char *error;
    } rows[] = {
        {MHD_HTTP_FORBIDDEN, "forbidden"},         {MHD_HTTP_NOT_FOUND, "not_found"},
        {MHD_HTTP_METHOD_NOT_ALLOWED, "method"},   {MHD_HTTP_URI_TOO_LONG, "uri_too_long"},
        {MHD_HTTP_CONTENT_TOO_LARGE, "too_large"}, {MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].status == status)
            return rows[i].error;
    }
    return "refused";
}
