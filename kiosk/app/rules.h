/* rules.h - the profiles that the configuration names, read and checked together. */
#ifndef KIOSK_APP_RULES_H
#define KIOSK_APP_RULES_H

#include "kiosk/app/settings.h"
#include "kiosk/core/flow.h"

/*
 * Read assets/profiles/NAME.ini for each name of [profiles] names: at most FACTS_PROFILES_MAX,
 * each with an issuer of its own. Errors and `out_message` as profile_read(), and ERR_MALFORMED
 * for names. `out_rules` is written on success only.
 */
MUST_CHECK struct err rules_read(const struct settings *settings, struct flow_rules *out_rules,
                                 char *out_message);

#endif
