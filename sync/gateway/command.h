/*
 * command.h - the commands of certkiosk-gateway. Each gets what stands behind its name and returns
 * the exit code: 0 done, 1 failed (a line on stderr says why), 2 wrong usage.
 */
#ifndef SYNC_GATEWAY_COMMAND_H
#define SYNC_GATEWAY_COMMAND_H

#include <stdio.h>

#include "kiosk/core/profile.h"
#include "sync/gateway/platform_clock.h"
#include "sync/gateway/store.h"
#include "sync/gateway/words.h"

enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

int command_init(int argc, char **argv);
int command_invite(int argc, char **argv);
int command_operator(int argc, char **argv);
int command_kiosks(int argc, char **argv);
int command_disable(int argc, char **argv);
int command_register(int argc, char **argv);
int command_announce(int argc, char **argv);
int command_alarms(int argc, char **argv);
int command_clock(int argc, char **argv);
int command_restored(int argc, char **argv);
int command_key(int argc, char **argv);
int command_serve(int argc, char **argv);

/* What the commands share, in command.c. */

/* Log the failure; `what` is the command's. */
int command_failed(const char *what, struct err e);

/* Open the database in the data folder `dir`, or make it. Errors as store_open(). */
MUST_CHECK struct err command_store(const char *dir, bool create, struct store **out_store);

/* The same, and begin what the command does with it; the store is to be closed in any case. */
MUST_CHECK struct err command_begin(const char *dir, bool create, struct store **out_store,
                                    struct transaction *out_work);

/* What the machine's clock and the database say, and what to do. In command_clock.c. */
void command_clock_print(FILE *out, int64_t newest_ms, enum platform_clock_verdict verdict);

struct command_folders {
    const char *profiles;
    const char *words; /* NULL: beside the profiles */
};

/* Read the profiles, FACTS_PROFILES_MAX at most, and the words; a line on stderr says what is wrong
 * with them. Errors as profiles_read(), words_read(). */
MUST_CHECK struct err command_rules(const struct command_folders *folders,
                                    struct profile *out_profiles, size_t *out_count,
                                    struct words *out_words);

#endif
