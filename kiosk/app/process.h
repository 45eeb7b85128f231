/* process.h - what certkiosk makes sure of before it opens anything. */
#ifndef KIOSK_APP_PROCESS_H
#define KIOSK_APP_PROCESS_H

#include "kiosk/base/err.h"

#define PROCESS_UMASK \
    0007 /* the group of certkiosk-syncd may read our journal and ring our bell \
          */

/*
 * File descriptors 0 to 2 are open, so that no database ever becomes one of them and gets a log
 * line, and standard input is empty; files are made with PROCESS_UMASK; nothing of this process is
 * dumped or can be traced by others of its user; SIGPIPE is an error code. ERR_IO.
 */
MUST_CHECK struct err process_prepare(void);

#endif
