#include "hw/token/worker_sandbox.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Several times what a worker maps: under a limit that it reaches it would get no memory at all. */
#define LOCKED_MIN (UINT64_C(32) << 20)

struct err sandbox_lock_memory(uint64_t least)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        return ERR(ERR_IO, errno, "RLIMIT_MEMLOCK");
    limit.rlim_cur = limit.rlim_max;
    if (limit.rlim_cur < least)
        return ERR_OK; /* a service has it: see its unit */
    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        return ERR(ERR_IO, errno, "RLIMIT_MEMLOCK");
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 ? ERR_OK
                                                                 : ERR(ERR_IO, errno, "mlockall");
}

struct err sandbox_begin(int fd)
{
    static const struct rlimit none = {0, 0};
    struct pollfd parent = {.fd = fd};

    if (setrlimit(RLIMIT_CORE, &none) != 0) /* also where a program collects cores by a pipe ... */
        return ERR(ERR_IO, errno, "RLIMIT_CORE");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) /* ... for those ask this, and so does ptrace */
        return ERR(ERR_IO, errno, "PR_SET_DUMPABLE");
    struct err e = sandbox_lock_memory(LOCKED_MIN);
    if (failed(e))
        return e;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        return ERR(ERR_IO, errno, "PR_SET_PDEATHSIG");
    if (poll(&parent, 1, 0) < 0) /* it may have died before it could be told of */
        return ERR(ERR_IO, errno, "poll");
    return (parent.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 ? ERR(ERR_GONE, 0, "parent")
                                                                  : ERR_OK;
}

struct err sandbox_lock_in(int fd_limit)
{
    const struct rlimit descriptors = {(rlim_t)fd_limit, (rlim_t)fd_limit};
    bool loaded = false;

    if (setrlimit(RLIMIT_NOFILE, &descriptors) != 0)
        return ERR(ERR_IO, errno, "RLIMIT_NOFILE");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return ERR(ERR_IO, errno, "PR_SET_NO_NEW_PRIVS");
    return worker_filter_load(&loaded);
}
