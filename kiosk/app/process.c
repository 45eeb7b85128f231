#include "kiosk/app/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err prepare_streams(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    while (null >= 0 && null <= STDERR_FILENO) {
        if (fcntl(null, F_SETFD, 0) != 0)
            return ERR(ERR_IO, errno, "fcntl");
        null = open("/dev/null", O_RDWR | O_CLOEXEC); /* the lowest number that is free */
    }
    if (null < 0)
        return ERR(ERR_IO, errno, "/dev/null");
    int rc = dup2(null, STDIN_FILENO);
    int error = errno;
    (void)close(null); /* nothing was written */
    return rc < 0 ? ERR(ERR_IO, error, "dup2") : ERR_OK;
}

struct err process_prepare(void)
{
    static const struct rlimit none = {0, 0};

    struct err e = prepare_streams();
    if (failed(e))
        return e;
    (void)umask(PROCESS_UMASK);             /* cannot fail */
    (void)signal(SIGPIPE, SIG_IGN);         /* cannot fail for this signal */
    if (setrlimit(RLIMIT_CORE, &none) != 0) /* also where a program collects cores by a pipe ... */
        return ERR(ERR_IO, errno, "setrlimit");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) /* ... for those ask this */
        return ERR(ERR_IO, errno, "prctl");
    return ERR_OK;
}
