/*
 * config_value.h - one value by its row: within kiosk/base/config.
 */
#ifndef KIOSK_BASE_CONFIG_VALUE_H
#define KIOSK_BASE_CONFIG_VALUE_H

#include "kiosk/base/config.h"

#define CONFIG_ALLOWED_MAX 256

/* "a whole number from 0 to 3650"; `out` has CONFIG_ALLOWED_MAX bytes. */
void config_allowed(const struct config_row *row, char *out);

/* Put the value at `out`, which is where the row says; false when it is not allowed. */
bool config_take(const struct config_row *row, const char *text, uint8_t *out);

#endif
