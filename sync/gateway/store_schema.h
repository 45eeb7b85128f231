/* store_schema.h - the tables of the platform: a script for a new database of version BASE, and
 * those that bring it, or an older one, up to this version. */
#ifndef SYNC_GATEWAY_STORE_SCHEMA_H
#define SYNC_GATEWAY_STORE_SCHEMA_H

#define STORE_SCHEMA_VERSION 4
#define STORE_SCHEMA_BASE 2 /* what store_schema makes */

extern const char store_schema[];

/* [N] brings a database of version N + 1 one version up. */
extern const char *const store_schema_steps[STORE_SCHEMA_VERSION - 1];

#endif
