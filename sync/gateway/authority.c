#include "sync/gateway/authority.h"

struct err authority_renew(struct authority *authority, const struct authority_order *order,
                           uint8_t out_der[DOCUMENT_CERTIFICATE_MAX], size_t *out_len)
{
    return authority->renew(authority, order, out_der, out_len);
}
