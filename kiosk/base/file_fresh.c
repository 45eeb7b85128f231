/* file_fresh.c - hides by what call a name is given only when it is free. */
#include "kiosk/base/file_fresh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"

static enum err_code code_of(int number)
{
    return number == ENOSPC ? ERR_NO_ROOM : number == EEXIST ? ERR_CONFLICT : ERR_IO;
}

struct err file_fresh_open(const char *name, struct file_fresh *out_fresh)
{
    struct file_fresh fresh = {.fd = -1};
    struct stat facts;
    if (!text_copy(fresh.name, sizeof(fresh.name), name) ||
        !text_print(fresh.path, sizeof(fresh.path), "%s.XXXXXX", name))
        return ERR(ERR_NO_ROOM, ENAMETOOLONG, "path");
    if (lstat(name, &facts) == 0)
        return ERR(ERR_CONFLICT, EEXIST, "the name is taken");
    fresh.fd = mkostemp(fresh.path, O_CLOEXEC);
    if (fresh.fd < 0)
        return ERR(code_of(errno), errno, "mkostemp");
    *out_fresh = fresh;
    return ERR_OK;
}

struct err file_fresh_publish(struct file_fresh *fresh)
{
    if (fsync(fresh->fd) != 0)
        return ERR(code_of(errno), errno, "fsync");
    if (renameat2(AT_FDCWD, fresh->path, AT_FDCWD, fresh->name, RENAME_NOREPLACE) != 0)
        return ERR(code_of(errno), errno, "renameat2");
    fresh->path[0] = '\0';
    return file_flush_folder(fresh->name);
}

void file_fresh_done(struct file_fresh *fresh)
{
    if (fresh->name[0] == '\0')
        return;
    if (fresh->path[0] != '\0')
        (void)unlink(fresh->path); /* when it stays it is in nobody's way */
    (void)close(fresh->fd);        /* flushed, or not needed */
    *fresh = (struct file_fresh){.fd = -1};
}
