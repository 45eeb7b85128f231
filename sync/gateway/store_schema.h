/* store_schema.h - the tables of the platform, as they are and were. */
#ifndef SYNC_GATEWAY_STORE_SCHEMA_H
#define SYNC_GATEWAY_STORE_SCHEMA_H

#include "kiosk/store/database.h"

/* A UUID that nobody had before (version 4), in SQL. */
#define STORE_SCHEMA_UUID \
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), " \
    "2)" \
    " || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"

extern const struct database_schema store_schema;

#endif
