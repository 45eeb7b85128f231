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

/* Make the data folder, which is empty or not there yet: CAs, keys and database. */
int command_init(int argc, char **argv);

/* Print a one-time code, by which a kiosk is enrolled. */
int command_invite(int argc, char **argv);

/* Make a folder with what an operator asks the platform with: key, certificate, its CA. */
int command_operator(int argc, char **argv);

/* Print all kiosks as a table. */
int command_kiosks(int argc, char **argv);

/* Shut a kiosk out until it is enrolled anew. */
int command_disable(int argc, char **argv);

/* Make a token known with its account, by a certificate that it has or that is made for it. */
int command_register(int argc, char **argv);

/* Tell all kiosks something for their home screen. */
int command_announce(int argc, char **argv);

/* Print the alarms and what to do about each, or clear one. */
int command_alarms(int argc, char **argv);

/* Print how this machine's clock stands to what the platform knows; go on by it when told to. */
int command_clock(int argc, char **argv);

/* The database was put back from a backup: another generation, which is printed. */
int command_restored(int argc, char **argv);

/* List, make, put to use or revoke the platform's keys. */
int command_key(int argc, char **argv);

/* Answer kiosks, operators and phones until SIGTERM or SIGINT. */
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
