/*
 * token_say.h - what `certkioskctl token` prints: lines for people, or one JSON object.
 *
 * Every answer in JSON has "ok"; one that failed has "error" (as err_name), "at", "exit" and, after
 * a wrong PIN or PUK, "tries_left".
 */
#ifndef KIOSK_CTL_TOKEN_SAY_H
#define KIOSK_CTL_TOKEN_SAY_H

#include <jansson.h>

#include "kiosk/ctl/token_options.h"

enum token_exit {
    TOKEN_EXIT_DONE = 0,
    TOKEN_EXIT_FAILED = 1,
    TOKEN_EXIT_USAGE = 2,
    TOKEN_EXIT_ABSENT = 3,  /* no PC/SC service, no reader, no token, or it was taken out */
    TOKEN_EXIT_REFUSED = 4, /* wrong or blocked PIN, PUK or key; consent missing */
    TOKEN_EXIT_BUSY = 5,    /* a visit is going on */
};

struct token_failure {
    const char *what; /* "the PIN", "slot 9a" */
    struct err e;
    uint8_t tries_left; /* TOKEN_TRIES_UNKNOWN unless known */
};

/* Which exit status an error has. */
enum token_exit token_exit_of(struct err e);

/* Say that it failed, to stderr or as JSON to stdout, and return the exit status. */
enum token_exit token_say_failure(const struct token_options *options,
                                  const struct token_failure *failure);

/* The same without tries. */
enum token_exit token_say_failed(const struct token_options *options, const char *what,
                                 struct err e);

/* Say that it is done: `text` to stdout; or `object`, which is taken, with "ok": true. */
enum token_exit token_say_done(const struct token_options *options, const char *text,
                               json_t *object);

#endif
