#include "tests/power/volatile.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"

#define DATABASE_NAME "/journal.db"
#define LOG_NAME "/journal.db-wal"

struct content {
    size_t len;
    uint8_t at[VOLATILE_FILE_MAX];
};

struct volatile_file {
    sqlite3_file base;
    struct content *memory; /* NULL: as it is on the disk */
    sqlite3_file *real;
};

static sqlite3_vfs volatile_vfs;
static sqlite3_vfs *real_vfs;
static bool journal_syncs;
static struct content the_database, the_log;

static struct volatile_file *file_of(sqlite3_file *file)
{
    return CONTAINER_OF(file, struct volatile_file, base);
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return file_of(file)->real;
}

/* --- what stands in memory -------------------------------------------------------------------- */

static int load(struct volatile_file *file, struct content *memory)
{
    sqlite3_int64 size = 0;
    int result = file->real->pMethods->xFileSize(file->real, &size);
    if (result != SQLITE_OK)
        return result;
    if (size > VOLATILE_FILE_MAX)
        abort();
    memory->len = (size_t)size;
    file->memory = memory;
    return size == 0 ? SQLITE_OK
                     : file->real->pMethods->xRead(file->real, memory->at, (int)size, 0);
}

static int store(const struct volatile_file *file)
{
    const struct content *memory = file->memory;
    int result = file->real->pMethods->xWrite(file->real, memory->at, (int)memory->len, 0);
    return result != SQLITE_OK
               ? result
               : file->real->pMethods->xTruncate(file->real, (sqlite3_int64)memory->len);
}

static void resize(struct content *content, size_t len)
{
    if (len > VOLATILE_FILE_MAX)
        abort();
    if (len > content->len)
        memset(content->at + content->len, 0, len - content->len);
    content->len = len;
}

/* --- a file ----------------------------------------------------------------------------------- */

static int volatile_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int volatile_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    const struct content *memory = file_of(file)->memory;
    size_t want = (size_t)len;
    size_t from = (size_t)at;
    if (memory == NULL)
        return real_of(file)->pMethods->xRead(real_of(file), out, len, at);
    size_t there = from < memory->len ? memory->len - from : 0;
    size_t take = there < want ? there : want;
    if (take > 0)
        memcpy(out, memory->at + from, take);
    memset((uint8_t *)out + take, 0, want - take);
    return take == want ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int volatile_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    struct content *memory = file_of(file)->memory;
    if (memory == NULL)
        return real_of(file)->pMethods->xWrite(real_of(file), bytes, len, at);
    if ((size_t)at + (size_t)len > memory->len)
        resize(memory, (size_t)at + (size_t)len);
    memcpy(memory->at + at, bytes, (size_t)len);
    return SQLITE_OK;
}

static int volatile_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (file_of(file)->memory == NULL)
        return real_of(file)->pMethods->xTruncate(real_of(file), size);
    resize(file_of(file)->memory, (size_t)size);
    return SQLITE_OK;
}

/* What is in memory goes to the real files; whether those are synced does not matter to a kill. */
static int volatile_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    return file_of(file)->memory != NULL && journal_syncs ? store(file_of(file)) : SQLITE_OK;
}

static int volatile_size(sqlite3_file *file, sqlite3_int64 *out)
{
    if (file_of(file)->memory == NULL)
        return real_of(file)->pMethods->xFileSize(real_of(file), out);
    *out = (sqlite3_int64)file_of(file)->memory->len;
    return SQLITE_OK;
}

static int volatile_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int volatile_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int volatile_check_lock(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int volatile_control(sqlite3_file *file, int op, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int volatile_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int volatile_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int volatile_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int volatile_map_lock(sqlite3_file *file, int at, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), at, count, flags);
}

static void volatile_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int volatile_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = volatile_close,
    .xRead = volatile_read,
    .xWrite = volatile_write,
    .xTruncate = volatile_truncate,
    .xSync = volatile_sync,
    .xFileSize = volatile_size,
    .xLock = volatile_lock,
    .xUnlock = volatile_unlock,
    .xCheckReservedLock = volatile_check_lock,
    .xFileControl = volatile_control,
    .xSectorSize = volatile_sector,
    .xDeviceCharacteristics = volatile_traits,
    .xShmMap = volatile_map,
    .xShmLock = volatile_map_lock,
    .xShmBarrier = volatile_barrier,
    .xShmUnmap = volatile_unmap,
};

static int volatile_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                         int *out_flags)
{
    (void)vfs;
    struct volatile_file *file = file_of(base);
    const char *last = name != NULL ? strrchr(name, '/') : NULL;
    file->memory = NULL;
    file->real = (sqlite3_file *)(void *)(file + 1);
    int result = real_vfs->xOpen(real_vfs, name, file->real, flags, out_flags);
    file->base.pMethods = file->real->pMethods != NULL ? &methods : NULL;
    if (result == SQLITE_OK && last != NULL && text_same(last, DATABASE_NAME))
        result = load(file, &the_database);
    if (result == SQLITE_OK && last != NULL && text_same(last, LOG_NAME))
        result = load(file, &the_log);
    return result;
}

void volatile_install(bool syncs)
{
    journal_syncs = syncs;
    real_vfs = sqlite3_vfs_find(NULL);
    volatile_vfs = *real_vfs;
    volatile_vfs.zName = "volatile";
    volatile_vfs.szOsFile = (int)sizeof(struct volatile_file) + real_vfs->szOsFile;
    volatile_vfs.xOpen = volatile_open;
    if (sqlite3_vfs_register(&volatile_vfs, 1) != SQLITE_OK)
        abort();
}
