/* enrol_command.h - the command for staff around enrol.h: who runs it, where the code comes from.
 */
#ifndef SYNC_DAEMON_ENROL_COMMAND_H
#define SYNC_DAEMON_ENROL_COMMAND_H

#include "sync/daemon/settings.h"

/*
 * Read the code from standard input, which others do not see as they see arguments, and enrol. Run
 * by root, it goes on as the owner of the folder that key and certificate are kept in, whose they
 * are to be. The exit code: 0, or 1 with a line on stderr that says what to do.
 */
int enrol_command(const struct settings *settings);

#endif
