/*
 * command.h - the commands of certkiosk-gateway. Each gets what stands behind its name and returns
 * the exit code: 0 done, 1 failed (a line on stderr says why), 2 wrong usage.
 */
#ifndef SYNC_GATEWAY_COMMAND_H
#define SYNC_GATEWAY_COMMAND_H

#include "kiosk/base/err.h"

enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

int command_init(int argc, char **argv);
int command_enrol(int argc, char **argv);
int command_operator(int argc, char **argv);
int command_register(int argc, char **argv);
int command_announce(int argc, char **argv);
int command_serve(int argc, char **argv);

/* Log the failure; `what` is the command's. */
int command_failed(const char *what, struct err e);

#endif
