/*
 * token_sweep_host.h - a job in a process of its own that holds the driver, as certkiosk does, and
 * that is killed while the token hangs: its worker must die with it, and let go of the card.
 */
#ifndef TESTS_E2E_TOKEN_SWEEP_HOST_H
#define TESTS_E2E_TOKEN_SWEEP_HOST_H

#include <sys/types.h>

#include "tests/contract/token_cut.h"

/* The token as it was kept, and the job until its host is killed at command `n`. False when it has
 * no more commands; then it was done. The bench has a driver of its own afterwards, and no session.
 */
bool host_run_and_kill(struct cut *cut);

/* The only child of process `pid`, of whichever of its threads; 0: there is none. */
pid_t host_child_of(pid_t pid);

/* Fork; the caller is its children's reaper from now on, and they die with it. */
pid_t host_fork(void);

/* True: the token hangs, and process `host` waits for it; false: it has ended, well. Fails the test
 * when it does neither. */
bool host_comes_to_hang(pid_t host);

/* Kill it. Fails the test when its only child, a worker, outlives it. */
void host_kill(pid_t host);

/* A line to `socket` of the hall, by any thread; the answer, or nothing. */
const char *host_tell(const char *socket, const char *line);

#endif
