/*
 * log.h - one event a line on stderr, for the journal of the machine.
 *
 *     log_event(LOG_LEVEL_WARNING, "printer", "state=paper_out");
 *     -> "<4>printer: state=paper_out"
 *
 * The number is the priority that systemd-journald reads (sd-daemon(3)). Only main
 * programs log. Never put a name, phone, ID number, PIN or whole serial in it.
 */
#ifndef KIOSK_BASE_LOG_H
#define KIOSK_BASE_LOG_H

#include "kiosk/base/err.h"

enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6
};

/* `event` is a fixed name; `format` gives key=value pairs. Lines are cut at 1,000 bytes. */
PRINTF_LIKE(3, 4) void log_event(enum log_level level, const char *event, const char *format, ...);

/* An error with its code, native number and site, as level ERROR. */
void log_err(const char *event, struct err e);

#endif
