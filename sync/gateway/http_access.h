/* http_access.h - who may ask for what on the kiosks' port. */
#ifndef SYNC_GATEWAY_HTTP_ACCESS_H
#define SYNC_GATEWAY_HTTP_ACCESS_H

#include "sync/gateway/http.h"
#include "sync/gateway/tls.h"

/* The certificate at the other end. ERR_DENIED: none that is ours. */
MUST_CHECK struct err http_access_peer(struct MHD_Connection *connection,
                                       struct tls_peer *out_peer);

/* May this peer make this request? ERR_DENIED, which is an alarm when it came in a kiosk's name; or
 * the store's errors. */
MUST_CHECK struct err http_access_check(const struct platform *platform,
                                        const struct http_request *request,
                                        const struct tls_peer *peer);

#endif
