/* store_schema.h - the tables of the platform, as they are and were. */
#ifndef SYNC_GATEWAY_STORE_SCHEMA_H
#define SYNC_GATEWAY_STORE_SCHEMA_H

#include "kiosk/store/database.h"

extern const struct database_schema store_schema;

#endif
