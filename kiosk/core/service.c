#include "kiosk/core/service.h"

#include <assert.h>
#include <string.h>

/* clang-format off */
static const struct service_row rows[SERVICE_COUNT] = {
    /*                        name            fulfilment                 token  pin    paying */
    [SERVICE_RENEW]        = {"renew",        FULFILMENT_WRITE_SAME_KEY, true,  true,  true},
    [SERVICE_RENEW_MAIL]   = {"renew_mail",   FULFILMENT_NOT_HERE,       true,  false, true},
    [SERVICE_REPLACE]      = {"replace",      FULFILMENT_NOT_HERE,       false, false, true},
    [SERVICE_COLLECT]      = {"collect",      FULFILMENT_NOT_HERE,       false, false, false},
    [SERVICE_CHANGE]       = {"change",       FULFILMENT_NOT_HERE,       true,  true,  true},
    [SERVICE_NEW]          = {"new",          FULFILMENT_NOT_HERE,       false, false, true},
    [SERVICE_UNLOCK]       = {"unlock",       FULFILMENT_NOT_HERE,       true,  false, true},
    [SERVICE_REVOKE]       = {"revoke",       FULFILMENT_NOT_HERE,       true,  true,  false},
    [SERVICE_CHANGE_PHONE] = {"change_phone", FULFILMENT_NOT_HERE,       true,  true,  false},
    [SERVICE_QUERY]        = {"query",        FULFILMENT_NOT_HERE,       true,  false, false},
    [SERVICE_CHANGE_PIN]   = {"change_pin",   FULFILMENT_NOT_HERE,       true,  true,  false},
};
/* clang-format on */

const struct service_row *service_row(enum service service)
{
    assert(service < SERVICE_COUNT);
    return &rows[service];
}

bool service_by_name(const char *name, enum service *out)
{
    for (unsigned i = 0; i < SERVICE_COUNT; i++) {
        if (strcmp(rows[i].name, name) != 0)
            continue;
        *out = (enum service)i;
        return true;
    }
    return false;
}
