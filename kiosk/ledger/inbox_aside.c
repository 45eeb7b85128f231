/* A damaged inbox: told from what another release left, and put where it is in nobody's way. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "kiosk/ledger/inbox_rows.h"

bool inbox_is_damage(struct err e)
{
    /* What is of another schema tells its number, and none is that high. */
    int32_t code = e.native & 0xFF;
    return e.code == ERR_MALFORMED &&
           (e.native == 0 || code == SQLITE_CORRUPT || code == SQLITE_NOTADB);
}

static bool stands(const char *path, unsigned number)
{
    char name[PATH_MAX];
    return text_print(name, sizeof(name), "%s.damaged-%u", path, number) && access(name, F_OK) == 0;
}

unsigned inbox_count_damaged(const char *path)
{
    unsigned count = 0;
    for (unsigned i = 1; i <= INBOX_DAMAGED_MAX; i++)
        count += stands(path, i) ? 1 : 0;
    return count;
}

struct err inbox_put_aside(const char *path)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""}; /* the database last */
    unsigned number = 1;

    while (number < INBOX_DAMAGED_MAX && stands(path, number))
        number++;
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        char from[PATH_MAX];
        char to[PATH_MAX];
        if (!text_print(from, sizeof(from), "%s%s", path, suffixes[i]) ||
            !text_print(to, sizeof(to), "%s.damaged-%u%s", path, number, suffixes[i]))
            return ERR(ERR_IO, ENAMETOOLONG, "path");
        if (rename(from, to) != 0 && errno != ENOENT)
            return ERR(ERR_IO, errno, "rename");
    }
    return file_flush_folder(path);
}
