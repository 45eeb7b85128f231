#include "sync/gateway/pay.h"

struct err pay_query(const struct pay_provider *provider, struct store *store, const char *charge,
                     enum pay_state *out_state)
{
    return provider->query(store, charge, out_state);
}
