/* ask.h - one question to a program that runs, by UNIX datagram, and its answer. */
#ifndef KIOSK_CTL_ASK_H
#define KIOSK_CTL_ASK_H

#include <stddef.h>

#include "kiosk/base/err.h"

#define ASK_TIMEOUT_MS 500
#define ASK_ANSWER_MAX 16384

/*
 * Send `question` to the socket at `path` and wait ASK_TIMEOUT_MS at most for the answer: text
 * into `out`, which has ASK_ANSWER_MAX bytes. The answer comes to a socket beside `path`,
 * which is gone when this returns: programs in a sandbox see no other place.
 *
 * Errors: ERR_NOT_FOUND (nobody is there), ERR_TIMEOUT (no answer), ERR_DENIED (the folder is not
 * ours to use), ERR_MALFORMED (an answer that is no text), ERR_IO.
 */
MUST_CHECK struct err ask(const char *path, const char *question, char *out);

/* The value of the line "key=value" in `answer`. False without one, or when it does not fit. */
bool ask_value(const char *answer, const char *key, char *out, size_t size);

#endif
