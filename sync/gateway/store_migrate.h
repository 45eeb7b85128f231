/*
 * store_migrate.h - a database of an earlier release is brought up on a copy, which takes its place
 * when nothing is lost; for store.c.
 *
 *     nobody else has it open -> copy to `<path>.migrating` -> steps -> nothing lost? -> rename
 *
 * Whatever ends it half way leaves the old file as it was; it is kept as `<path>.schema-N` when
 * the disk has room for it.
 */
#ifndef SYNC_GATEWAY_STORE_MIGRATE_H
#define SYNC_GATEWAY_STORE_MIGRATE_H

#include <sqlite3.h>

#include "kiosk/base/err.h"

/*
 * Bring the file at `path` up from `version`. `old` is a connection to it and is closed in any
 * case; the caller has the turn. ERR_TIMEOUT: another process has the database open and would go on
 * with the old one; ERR_NO_ROOM: for a copy; ERR_UNSUPPORTED: rows that this release cannot hold;
 * ERR_IO.
 */
MUST_CHECK struct err store_migrate(sqlite3 *old, const char *path, int64_t version);

#endif
