/*
 * hall_child.h - a program that the hall starts, and that must not outlive it.
 *
 *     hall_child_start --> hall_child_wait_ready --> ... --> hall_child_end
 */
#ifndef HW_SIM_HALL_CHILD_H
#define HW_SIM_HALL_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "kiosk/base/err.h"

#define HALL_CHILD_READY_MS 30000 /* a first start makes keys */
#define HALL_CHILD_END_MS 3000

struct hall_child {
    const char *name;
    pid_t pid;  /* 0: not running */
    int out_fd; /* what it prints, when it says that it is ready; else -1 */
};

struct hall_program {
    const char *name;
    char *const *argv; /* argv[0] is the path */
    const char *log;   /* file for what it says; NULL: errors go where ours go */
    bool says_ready;   /* prints "ready" on stdout */
    bool quiet;        /* without a log it says nothing at all */
    int listen_fd;     /* passed as fd 3, as sd_listen_fds(3) has it; -1: none */
};

/* Start it; it is sent SIGTERM should we die. ERR_IO (native: errno). */
MUST_CHECK struct err hall_child_start(const struct hall_program *program,
                                       struct hall_child *out_child);

/* Wait for its "ready". ERR_GONE when it ends before that, ERR_TIMEOUT. */
MUST_CHECK struct err hall_child_wait_ready(const struct hall_child *child);

/* SIGTERM, and SIGKILL after HALL_CHILD_END_MS. Fine when it does not run. */
void hall_child_end(struct hall_child *child);

/* SIGKILL, and reap it. Fine when it does not run. */
void hall_child_kill(struct hall_child *child);

#endif
