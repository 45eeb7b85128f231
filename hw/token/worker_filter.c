/*
 * worker_filter.c - the system calls of a process that has all it needs: it reads and writes what
 * is open, waits, and has memory that it cannot run.
 */
#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>

#include "hw/token/worker_sandbox.h"
#include "kiosk/base/macros.h"

/* clang-format off */
static const int used[] = {
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg), SCMP_SYS(close), SCMP_SYS(shutdown),
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep), SCMP_SYS(restart_syscall),
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(munlock),
    SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
    SCMP_SYS(sched_yield), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

/* What libpcsclite, OpenSSL or libc may try by themselves, and go on without. */
static const int refused[] = {
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(lstat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(readlink),
    SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
    SCMP_SYS(fcntl), SCMP_SYS(ioctl), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(uname),
    SCMP_SYS(sysinfo), SCMP_SYS(sched_getaffinity), SCMP_SYS(mremap),
};

/* Answered with success and not done: libpcsclite asks before each wait whether the socket of the
 * service that it talks to still has its name, and takes yes from any file system. */
static const int pretended[] = {SCMP_SYS(stat), SCMP_SYS(newfstatat)};

/* Only without the right to run what is in it. */
static const int maps[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
/* clang-format on */

static int add_rules(scmp_filter_ctx filter)
{
    int rc = 0;

    for (size_t i = 0; i < ARRAY_LEN(used) && rc == 0; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, used[i], 0);
    for (size_t i = 0; i < ARRAY_LEN(refused) && rc == 0; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
    for (size_t i = 0; i < ARRAY_LEN(pretended) && rc == 0; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(0), pretended[i], 0);
    for (size_t i = 0; i < ARRAY_LEN(maps) && rc == 0; i++) {
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, maps[i], 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    return rc;
}

struct err worker_filter_load(bool *out_loaded)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL)
        return ERR(ERR_IO, 0, "seccomp_init");

    int rc = add_rules(filter);
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    if (rc != 0)
        return ERR(ERR_IO, -rc, "seccomp");
    *out_loaded = true;
    return ERR_OK;
}

bool worker_filter_there(void)
{
    return true;
}
