#include "kiosk/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "kiosk/base/text.h"

#define LINE_MAX_LEN 1000

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    char pairs[LINE_MAX_LEN];
    char line[LINE_MAX_LEN + 1];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(pairs, sizeof(pairs), format, args); /* cut is fine */
    va_end(args);
    for (char *at = pairs; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20)
            *at = ' '; /* one event stays one line */
    }
    (void)text_print(line, sizeof(line) - 1, "<%d>%s: %s", (int)level, event, pairs);
    dprintf(STDERR_FILENO, "%s\n", line);
}

void log_err(const char *event, struct err e)
{
    log_event(LOG_LEVEL_ERROR, event, "err=%s native=%d site=\"%s\"", err_name(e.code),
              (int)e.native, e.site != NULL ? e.site : "");
}
