/*
 * daemon.h - certkiosk-syncd, put together: one thread that waits for everything at once.
 *
 *     open --> run (until a signal) --> close
 *
 * The only writer of inbox.db.
 */
#ifndef SYNC_DAEMON_DAEMON_H
#define SYNC_DAEMON_DAEMON_H

#include "sync/daemon/settings.h"

struct daemon;

/* Open ledger, keys, sockets. `settings` outlives it. ERR_IO, ERR_MALFORMED, ERR_CONFLICT (another
 * one runs, or the inbox is broken), ERR_NO_ROOM. */
MUST_CHECK struct err daemon_open(const struct settings *settings, struct daemon **out_daemon);

/* Work until `signal_fd` is readable. Fails when the ledger does. */
MUST_CHECK struct err daemon_run(struct daemon *daemon, int signal_fd);

/* NULL is fine. */
void daemon_close(struct daemon *daemon);

#endif
