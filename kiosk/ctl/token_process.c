#include "kiosk/ctl/token_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Under a limit, memory that is had later could not be had. */
static bool may_lock_all(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{.effective = 0}};
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
        return true;
    return syscall(SYS_capget, &header, data) == 0 && (data[0].effective >> CAP_IPC_LOCK & 1U) != 0;
}

/* What is opened first would get the number of one that is closed, and be told what is meant for
 * that. In its place stands what refuses to be read or written just as well. */
static struct err hold_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        int held = open("/dev/null", (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
        if (held != fd)
            return ERR(ERR_IO, errno, "/dev/null");
    }
    return ERR_OK;
}

struct err token_process_close(void)
{
    static const struct rlimit none = {0, 0};
    struct err e = hold_standard_files();
    if (failed(e))
        return e;
    if (setrlimit(RLIMIT_CORE, &none) != 0) /* also where a program collects cores by a pipe ... */
        return ERR(ERR_IO, errno, "RLIMIT_CORE");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) /* ... for those ask this, and so does ptrace */
        return ERR(ERR_IO, errno, "PR_SET_DUMPABLE");
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return ERR(ERR_IO, errno, "SIGPIPE");
    if (may_lock_all()) {
        int locked = mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
        (void)locked; /* an old kernel, or a limit after all */
    }
    return ERR_OK;
}
