/* store_schema.h - the tables of the platform, as one script for a new database. */
#ifndef SYNC_GATEWAY_STORE_SCHEMA_H
#define SYNC_GATEWAY_STORE_SCHEMA_H

#define STORE_SCHEMA_VERSION 1

extern const char store_schema[];

#endif
