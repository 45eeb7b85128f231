/* store_schema.h - the tables of the platform: a script for a new database, and one that brings a
 * database of the version before up to this one. */
#ifndef SYNC_GATEWAY_STORE_SCHEMA_H
#define SYNC_GATEWAY_STORE_SCHEMA_H

#define STORE_SCHEMA_VERSION 2

extern const char store_schema[];
extern const char store_schema_from_1[];

#endif
