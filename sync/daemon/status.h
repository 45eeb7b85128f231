/* status.h - the answer to "status?": key=value lines for certkioskctl. No personal data. */
#ifndef SYNC_DAEMON_STATUS_H
#define SYNC_DAEMON_STATUS_H

#include "sync/daemon/desk.h"

#define STATUS_TEXT_MAX 1024

/* Write into `out` of STATUS_TEXT_MAX bytes. `head_seq` is of the journal as last seen. */
void status_print(char *out, const struct desk *desk, uint64_t head_seq);

#endif
