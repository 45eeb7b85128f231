/*
 * A damaged inbox: told from what another release left, and put where it is in nobody's way.
 *
 * There is one place more than copies are kept: the free one behind a taken one is the next, and
 * what stands behind that is the oldest. So no number grows, and no clock is asked.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "kiosk/ledger/inbox_rows.h"

#define PLACES (INBOX_DAMAGED_MAX + 1)

bool inbox_is_damage(struct err e)
{
    /* What is of another schema tells its number, and none is that high. */
    int32_t code = e.native & 0xFF;
    return e.code == ERR_MALFORMED &&
           (e.native == 0 || code == SQLITE_CORRUPT || code == SQLITE_NOTADB);
}

static bool name_place(char out[PATH_MAX], const char *path, unsigned place, const char *suffix)
{
    return text_print(out, PATH_MAX, "%s.damaged-%u%s", path, place + 1, suffix);
}

static bool stands(const char *path, unsigned place, const char *suffix)
{
    char name[PATH_MAX];
    return name_place(name, path, place, suffix) && access(name, F_OK) == 0;
}

unsigned inbox_count_damaged(const char *path)
{
    unsigned count = 0;
    for (unsigned place = 0; place < PLACES; place++)
        count += stands(path, place, "") ? 1 : 0;
    return count;
}

static unsigned older(unsigned place, unsigned by)
{
    return (place + PLACES - by) % PLACES;
}

static unsigned next_place(const char *path)
{
    for (unsigned place = 0; place < PLACES; place++) {
        if (!stands(path, place, "") && stands(path, older(place, 1), ""))
            return place;
    }
    return 0;
}

static uint64_t size_of(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 ? (uint64_t)facts.st_size : 0;
}

/* The log goes first: a copy without it is told by the name that still stands. */
static struct err drop(const char *path, unsigned place, unsigned *in_out_dropped)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""};
    bool is_copy = stands(path, place, "");
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        char name[PATH_MAX];
        if (!name_place(name, path, place, suffixes[i]))
            return ERR(ERR_IO, ENAMETOOLONG, "path");
        if (unlink(name) != 0 && errno != ENOENT)
            return ERR(ERR_IO, errno, "unlink");
    }
    *in_out_dropped += is_copy ? 1 : 0;
    return ERR_OK;
}

static uint64_t size_at(const char *path, unsigned place)
{
    char database[PATH_MAX];
    char log[PATH_MAX];
    return name_place(database, path, place, "") && name_place(log, path, place, "-wal")
               ? size_of(database) + size_of(log)
               : 0;
}

/* Of those that stand, the oldest first: the one whose place is to be free when `place` is taken,
 * and those for which there is no room beside the newer ones. */
static struct err drop_old(const char *path, unsigned place, unsigned *in_out_dropped)
{
    char log[PATH_MAX];
    uint64_t bytes = size_of(path);
    unsigned kept = 0;
    if (!text_print(log, sizeof(log), "%s-wal", path))
        return ERR(ERR_IO, ENAMETOOLONG, "path");
    bytes += size_of(log);
    struct err e = drop(path, place, in_out_dropped); /* what a cut left of one that was dropped */
    while (kept + 1 < INBOX_DAMAGED_MAX && bytes <= INBOX_DAMAGED_BYTES_MAX)
        bytes += size_at(path, older(place, ++kept));
    if (bytes > INBOX_DAMAGED_BYTES_MAX && kept > 0)
        kept--;
    for (unsigned age = INBOX_DAMAGED_MAX; age > kept && !failed(e); age--)
        e = drop(path, older(place, age), in_out_dropped);
    return e;
}

static struct err move(const char *path, const char *suffix, unsigned place)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    if (!text_print(from, sizeof(from), "%s%s", path, suffix) ||
        !name_place(to, path, place, suffix))
        return ERR(ERR_IO, ENAMETOOLONG, "path");
    if (rename(from, to) != 0 && errno != ENOENT)
        return ERR(errno == ENOSPC ? ERR_NO_ROOM : ERR_IO, errno, "rename");
    return ERR_OK;
}

/* Without its log the database would pass for a whole one of an earlier day; a log without its
 * database is told as damage. So the database goes first, and for good. */
struct err inbox_put_aside(const char *path, unsigned *out_dropped)
{
    unsigned place = next_place(path);
    unsigned newest = older(place, 1);
    unsigned dropped = 0;
    struct err e = ERR_OK;

    bool is_there = access(path, F_OK) == 0;
    if (!is_there && errno != ENOENT)
        return ERR(ERR_IO, errno, "access"); /* its log would be taken from it */
    if (is_there) {
        e = drop_old(path, place, &dropped);
        if (!failed(e))
            e = move(path, "", place);
        if (!failed(e))
            e = file_flush_folder(path);
    } else if (stands(path, newest, "") && !stands(path, newest, "-wal")) {
        place = newest; /* which was cut here */
    }
    if (!failed(e))
        e = move(path, "-wal", place);
    if (!failed(e))
        e = move(path, "-shm", place);
    if (!failed(e))
        e = file_flush_folder(path);
    if (!failed(e))
        *out_dropped = dropped;
    return e;
}
