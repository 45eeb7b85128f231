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

/* NULL: it is let in and nothing is to be said. */
static const char *const words[] = {
    [KIOSK_CURRENT] = NULL,
    [KIOSK_FOLLOWS] = NULL,
    [KIOSK_NEWER] = "let in with a newer certificate than was ever issued here: from a backup?",
    [KIOSK_EARLIER] = "it came with an earlier certificate",
    [KIOSK_DISABLED] = "it is disabled, and came",
    [KIOSK_UNKNOWN] = "it is not enrolled, and came with a certificate of ours",
};

static struct err judge(const struct platform *platform, const struct tls_peer *peer,
                        enum kiosk_standing *out_standing)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    const struct kiosk_certificate shown = {peer->certificate, peer->from_s, peer->until_s};

    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = kiosk_judge(platform->store, peer->cn, &shown, out_standing);
    if (!failed(e) && *out_standing == KIOSK_NEWER)
        e = alarm_raise(platform, peer->cn, ALARM_CERTIFICATE, words[KIOSK_NEWER]);
    return failed(e) ? e : transaction_commit(&work);
}

/* The certificate that the kiosk is known by, so that enrolling again shuts a stolen one out. */
static struct err check_kiosk(const struct platform *platform, const struct http_request *request,
                              const struct tls_peer *peer)
{
    enum kiosk_standing standing = KIOSK_UNKNOWN;

    if (strcmp(peer->ou, "kiosk") != 0)
        return ERR(ERR_DENIED, 0, "not a kiosk");
    if (peer->is_expired)
        return deny(platform, peer, "it has expired");
    if (strcmp(peer->cn, request->part[0]) != 0)
        return deny(platform, peer, "it was used for another kiosk's path");
    struct err e = judge(platform, peer, &standing);
    if (failed(e) || standing <= KIOSK_NEWER)
        return e;
    return deny(platform, peer, words[standing]);
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
