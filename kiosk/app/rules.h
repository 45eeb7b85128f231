/* rules.h - the profiles that the configuration names, read and checked together. */
#ifndef KIOSK_APP_RULES_H
#define KIOSK_APP_RULES_H

#include "kiosk/app/settings.h"
#include "kiosk/core/flow.h"

/*
 * Read assets/profiles/NAME.ini for each name of [profiles] names. Errors as config_read(), and
 * ERR_NO_ROOM above FACTS_PROFILES_MAX, ERR_CONFLICT when two have the same issuer;
 * `out_message` has CONFIG_MESSAGE_MAX bytes. `out_rules` is written on success only.
 */
MUST_CHECK struct err rules_read(const struct settings *settings, struct flow_rules *out_rules,
                                 char *out_message);

#endif
