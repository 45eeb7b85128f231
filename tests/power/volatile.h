/*
 * volatile.h - a disk under SQLite on which a process that is killed leaves what a power cut does.
 *
 *     volatile_install --> ... the code under test ... --> kill -9
 *
 * A journal.db that is opened stands in memory with its log, and on the real disk what was synced
 * of it. For tests that end a whole process, and look in another; see disk.h for all others.
 */
#ifndef TESTS_POWER_VOLATILE_H
#define TESTS_POWER_VOLATILE_H

#include <stdbool.h>

#define VOLATILE_FILE_MAX (1 << 20) /* bytes of a database or of its log */

/* Become SQLite's default VFS. `syncs` false: the journal is never synced. */
void volatile_install(bool syncs);

#endif
