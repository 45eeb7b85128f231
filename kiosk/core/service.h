/*
 * service.h - the services a visitor can choose: one row each, named as in the domain.
 *
 * A service is a row: which chapters its visit has and how it is fulfilled. The flow reads
 * the row; it has no branch that names a service.
 */
#ifndef KIOSK_CORE_SERVICE_H
#define KIOSK_CORE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

enum service {
    SERVICE_RENEW,
    SERVICE_RENEW_MAIL,
    SERVICE_REPLACE,
    SERVICE_COLLECT,
    SERVICE_CHANGE,
    SERVICE_NEW,
    SERVICE_UNLOCK,
    SERVICE_REVOKE,
    SERVICE_CHANGE_PHONE,
    SERVICE_QUERY,
    SERVICE_CHANGE_PIN,
    SERVICE_COUNT,
};

enum fulfilment {
    FULFILMENT_NOT_HERE, /* this kiosk software does not do it yet: staffed counter */
    FULFILMENT_WRITE_SAME_KEY,
};

struct service_row {
    const char *name; /* "renew": in profiles, journal and commands */
    enum fulfilment fulfilment;
    bool needs_token;  /* the visitor inserts a token first */
    bool needs_pin;    /* and proves to hold it */
    bool needs_paying; /* an order is made and paid */
};

/* The row; never NULL. */
const struct service_row *service_row(enum service service);

/* The service called `name`; false when there is none. `*out` is written on success only. */
bool service_by_name(const char *name, enum service *out);

#endif
