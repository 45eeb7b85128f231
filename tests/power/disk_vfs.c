/* disk_vfs.c - the disk as SQLite sees it: its files, locks and shared memory. */
#include "tests/power/disk_inner.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"

#define SECTOR_TOLD 4096 /* as SQLite's own VFS says on Linux */

struct handle {
    sqlite3_file base;
    size_t file;
    int level;
    bool sync_folder; /* at the first sync: SQLite's own VFS does so for a new log */
    bool mapped;
    unsigned slots_shared, slots_exclusive;
};

static sqlite3_vfs disk_vfs;
static const char *synchronous;

static struct handle *handle_of(sqlite3_file *file)
{
    return CONTAINER_OF(file, struct handle, base);
}

static struct disk_file *file_of(sqlite3_file *file)
{
    return disk_file_at(handle_of(file)->file);
}

/* --- content ---------------------------------------------------------------------------------- */

static int disk_x_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    const struct disk_content *content = &file_of(file)->now;
    size_t want = (size_t)len;
    size_t from = (size_t)at;
    size_t there = from < content->len ? content->len - from : 0;
    size_t take = there < want ? there : want;

    if (disk_strikes(DISK_READ, false))
        return SQLITE_IOERR_READ;
    if (take > 0)
        memcpy(out, content->at + from, take);
    memset((uint8_t *)out + take, 0, want - take);
    return take == want ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int disk_x_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    struct handle *handle = handle_of(file);
    bool grows = (size_t)at + (size_t)len > file_of(file)->now.len;

    if (!disk_strikes(DISK_WRITE, grows)) {
        disk_write(handle->file, bytes, (size_t)len, (size_t)at);
        return SQLITE_OK;
    }
    if (disk_trouble_now() != DISK_FULL)
        return SQLITE_IOERR_WRITE;
    disk_write(handle->file, bytes, (size_t)len / 2 / DISK_SECTOR * DISK_SECTOR, (size_t)at);
    return SQLITE_FULL;
}

static int disk_x_truncate(sqlite3_file *file, sqlite3_int64 len)
{
    if (disk_strikes(DISK_TRUNCATE, false))
        return SQLITE_IOERR_TRUNCATE;
    disk_truncate(handle_of(file)->file, (size_t)len);
    return SQLITE_OK;
}

static int disk_x_sync(sqlite3_file *file, int flags)
{
    struct handle *handle = handle_of(file);
    (void)flags;
    if (disk_strikes(DISK_SYNC, false)) {
        disk_sync_fails(handle->file);
        return SQLITE_IOERR_FSYNC;
    }
    disk_sync(handle->file);
    /* SQLite's own VFS tells nobody when that fails, and does not try again. */
    if (handle->sync_folder && !disk_strikes(DISK_SYNC_FOLDER, false))
        disk_sync_folder();
    handle->sync_folder = false;
    return SQLITE_OK;
}

static int disk_x_size(sqlite3_file *file, sqlite3_int64 *out)
{
    if (disk_strikes(DISK_READ, false))
        return SQLITE_IOERR_FSTAT;
    *out = (sqlite3_int64)file_of(file)->now.len;
    return SQLITE_OK;
}

/* --- locks of the file ------------------------------------------------------------------------ */

static int disk_x_lock(sqlite3_file *base, int level)
{
    struct handle *handle = handle_of(base);
    struct disk_file *file = file_of(base);

    if (handle->level >= level)
        return SQLITE_OK;
    if ((file->exclusive != NULL && file->exclusive != handle) ||
        (level >= SQLITE_LOCK_RESERVED && file->reserved != NULL && file->reserved != handle))
        return SQLITE_BUSY;
    if (handle->level == SQLITE_LOCK_NONE)
        file->shared++;
    if (level >= SQLITE_LOCK_RESERVED)
        file->reserved = handle;
    if (level == SQLITE_LOCK_EXCLUSIVE && file->shared > 1) {
        handle->level = handle->level > SQLITE_LOCK_SHARED ? handle->level : SQLITE_LOCK_RESERVED;
        return SQLITE_BUSY;
    }
    if (level == SQLITE_LOCK_EXCLUSIVE)
        file->exclusive = handle;
    handle->level = level;
    return SQLITE_OK;
}

static int disk_x_unlock(sqlite3_file *base, int level)
{
    struct handle *handle = handle_of(base);
    struct disk_file *file = file_of(base);

    if (handle->level <= level)
        return SQLITE_OK;
    if (file->exclusive == handle)
        file->exclusive = NULL;
    if (file->reserved == handle)
        file->reserved = NULL;
    if (level == SQLITE_LOCK_NONE)
        file->shared--;
    handle->level = level;
    return SQLITE_OK;
}

static int disk_x_check_lock(sqlite3_file *base, int *out)
{
    *out = file_of(base)->reserved != NULL;
    return SQLITE_OK;
}

/* --- shared memory ---------------------------------------------------------------------------- */

static int disk_x_map(sqlite3_file *base, int region, int size, int extend, void volatile **out)
{
    struct handle *handle = handle_of(base);
    struct disk_file *file = file_of(base);

    assert(region >= 0 && region < DISK_REGIONS_MAX && size == (int)DISK_REGION_SIZE);
    *out = file->regions[region];
    if (*out == NULL && extend != 0) {
        if (disk_strikes(DISK_WRITE, true))
            return SQLITE_IOERR_SHMSIZE;
        file->regions[region] = calloc(1, (size_t)size);
        *out = file->regions[region];
    }
    file->mapped += handle->mapped ? 0 : 1;
    handle->mapped = true;
    file->has_shared = true;
    return SQLITE_OK;
}

static int disk_x_map_lock(sqlite3_file *base, int at, int count, int flags)
{
    struct handle *handle = handle_of(base);
    struct disk_file *file = file_of(base);
    bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    bool locks = (flags & SQLITE_SHM_LOCK) != 0;

    for (int i = at; i < at + count && locks; i++) {
        bool mine = (handle->slots_shared >> i & 1U) != 0;
        if (file->slot_exclusive[i] || (exclusive && file->slot_shared[i] > (mine ? 1U : 0U)))
            return SQLITE_BUSY;
    }
    for (int i = at; i < at + count; i++) {
        unsigned *held = exclusive ? &handle->slots_exclusive : &handle->slots_shared;
        bool had = (*held >> i & 1U) != 0;
        *held = locks ? *held | 1U << i : *held & ~(1U << i);
        if (exclusive)
            file->slot_exclusive[i] = locks;
        if (!exclusive && had != locks)
            file->slot_shared[i] = locks ? file->slot_shared[i] + 1 : file->slot_shared[i] - 1;
    }
    return SQLITE_OK;
}

static void disk_x_barrier(sqlite3_file *base)
{
    disk_barrier(handle_of(base)->file);
}

static int disk_x_unmap(sqlite3_file *base, int remove)
{
    struct handle *handle = handle_of(base);
    struct disk_file *file = file_of(base);

    file->mapped -= handle->mapped ? 1 : 0;
    handle->mapped = false;
    file->has_shared = remove == 0;
    /* Whoever comes first to one that is left makes it anew. */
    for (size_t i = 0; i < DISK_REGIONS_MAX && file->mapped == 0 && !file->is_read; i++) {
        free(file->regions[i]);
        file->regions[i] = NULL;
    }
    return SQLITE_OK;
}

/* --- the rest --------------------------------------------------------------------------------- */

static int disk_x_close(sqlite3_file *base)
{
    struct handle *handle = handle_of(base);
    (void)disk_x_unlock(base, SQLITE_LOCK_NONE); /* cannot fail */
    file_of(base)->handles--;
    handle->base.pMethods = NULL;
    return SQLITE_OK;
}

/* What is asked for later is not heard: disk_synchronous(). */
static int disk_x_control(sqlite3_file *base, int op, void *arg)
{
    char *const *pragma = arg;
    (void)base;
    if (op == SQLITE_FCNTL_PRAGMA && synchronous != NULL && pragma[2] != NULL &&
        sqlite3_stricmp(pragma[1], "synchronous") == 0 && !text_same(pragma[2], synchronous))
        return SQLITE_OK;
    return SQLITE_NOTFOUND;
}

static int disk_x_sector(sqlite3_file *base)
{
    (void)base;
    return SECTOR_TOLD;
}

static int disk_x_traits(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = disk_x_close,
    .xRead = disk_x_read,
    .xWrite = disk_x_write,
    .xTruncate = disk_x_truncate,
    .xSync = disk_x_sync,
    .xFileSize = disk_x_size,
    .xLock = disk_x_lock,
    .xUnlock = disk_x_unlock,
    .xCheckReservedLock = disk_x_check_lock,
    .xFileControl = disk_x_control,
    .xSectorSize = disk_x_sector,
    .xDeviceCharacteristics = disk_x_traits,
    .xShmMap = disk_x_map,
    .xShmLock = disk_x_map_lock,
    .xShmBarrier = disk_x_barrier,
    .xShmUnmap = disk_x_unmap,
};

static int disk_x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                       int *out_flags)
{
    (void)vfs;
    struct handle *handle = CONTAINER_OF(base, struct handle, base);
    size_t file = 0;

    memset(handle, 0, sizeof(*handle));
    if (name == NULL) {
        file = disk_create_unnamed();
    } else if (disk_find(name, &file)) {
        if (disk_strikes(DISK_READ, false))
            return SQLITE_CANTOPEN;
    } else {
        if ((flags & SQLITE_OPEN_CREATE) == 0 || disk_strikes(DISK_CREATE, true))
            return SQLITE_CANTOPEN;
        file = disk_create(name);
        handle->sync_folder =
            (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0;
    }
    handle->file = file;
    disk_file_at(file)->handles++;
    handle->base.pMethods = &methods;
    if (out_flags != NULL)
        *out_flags = flags;
    return SQLITE_OK;
}

static int disk_x_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    size_t file = 0;
    (void)vfs;
    if (!disk_find(name, &file))
        return SQLITE_IOERR_DELETE_NOENT;
    if (disk_strikes(DISK_DELETE, false))
        return SQLITE_IOERR_DELETE;
    disk_delete(name);
    if (sync_folder == 0)
        return SQLITE_OK;
    if (disk_strikes(DISK_SYNC_FOLDER, false))
        return SQLITE_IOERR_DIR_FSYNC;
    disk_sync_folder();
    return SQLITE_OK;
}

static int disk_x_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    size_t file = 0;
    (void)vfs;
    /* As SQLite's own: an empty file, or one that cannot be looked at, is as good as none. */
    *out = !disk_strikes(DISK_READ, false) && disk_find(name, &file) &&
           (flags != SQLITE_ACCESS_EXISTS || disk_file_at(file)->now.len > 0);
    return SQLITE_OK;
}

static int disk_x_full(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    return text_copy(out, (size_t)size, name) ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int open_with_level(sqlite3 *db, char **out_message, const void *api)
{
    char sql[64];
    (void)out_message;
    (void)api;
    if (synchronous == NULL)
        return SQLITE_OK;
    (void)text_print(sql, sizeof(sql), "PRAGMA synchronous=%s", synchronous); /* fits */
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

void disk_synchronous(const char *level)
{
    synchronous = level;
}

void disk_install_vfs(void)
{
    bool ready = sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK &&
                 sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
    const sqlite3_vfs *real = sqlite3_vfs_find(NULL);

    disk_vfs = *real; /* its clock, sleep and random numbers */
    disk_vfs.zName = "disk";
    disk_vfs.szOsFile = (int)sizeof(struct handle);
    disk_vfs.mxPathname = DISK_NAME_SIZE - 1;
    disk_vfs.xOpen = disk_x_open;
    disk_vfs.xDelete = disk_x_delete;
    disk_vfs.xAccess = disk_x_access;
    disk_vfs.xFullPathname = disk_x_full;
    ready = ready && sqlite3_vfs_register(&disk_vfs, 1) == SQLITE_OK &&
            sqlite3_auto_extension((void (*)(void))open_with_level) == SQLITE_OK;
    assert(ready);
}
