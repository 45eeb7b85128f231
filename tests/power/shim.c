#include "tests/power/shim.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/macros.h"

enum point_kind { POINT_WRITE, POINT_TRUNCATE, POINT_SYNC };
enum file_kind { FILE_DATABASE, FILE_WAL, FILE_OTHER, FILE_KIND_COUNT };

struct point {
    enum point_kind kind;
    enum file_kind file;
    size_t at, len; /* of a write; `at` is the new length of a truncate */
    uint8_t *bytes;
};

struct shim_file {
    sqlite3_file base;
    enum file_kind kind;
    struct shim_content *memory; /* NULL: as it is on the disk */
    sqlite3_file *real;
};

#define VOLATILE_NAME "journal.db"

static sqlite3_vfs shim_vfs;
static sqlite3_vfs *real_vfs;
static struct point points[SHIM_POINTS_MAX];
static size_t point_count;
static bool recording, syncs_count;
static unsigned fail_in;
static int fail_code;
static bool has_failed;
static bool is_volatile, volatile_syncs;
static struct shim_content memories[FILE_KIND_COUNT];

static void grow(struct shim_content *content, size_t len);
static void apply(struct shim_content *content, const struct point *point);

static sqlite3_file *real_of(sqlite3_file *file)
{
    return CONTAINER_OF(file, struct shim_file, base)->real;
}

static void note(const struct shim_file *file, struct point point)
{
    if (!recording || file->kind == FILE_OTHER)
        return;
    if (point_count == SHIM_POINTS_MAX)
        abort();
    point.file = file->kind;
    points[point_count++] = point;
}

/* The code to fail with now, or SQLITE_OK. */
static int failure(void)
{
    if (fail_in == 0 || --fail_in > 0)
        return SQLITE_OK;
    has_failed = true;
    return fail_code;
}

/* --- what stands in memory ---------------------------------------------------------------------
 */

static int load_memory(struct shim_file *shim)
{
    sqlite3_int64 size = 0;
    struct shim_content *memory = &memories[shim->kind];

    int result = shim->real->pMethods->xFileSize(shim->real, &size);
    if (result != SQLITE_OK)
        return result;
    if (size > SHIM_FILE_MAX)
        abort();
    memory->len = (size_t)size;
    shim->memory = memory;
    return size == 0 ? SQLITE_OK
                     : shim->real->pMethods->xRead(shim->real, memory->at, (int)size, 0);
}

static int read_memory(const struct shim_content *memory, uint8_t *out, size_t len, size_t at)
{
    size_t there = at < memory->len ? memory->len - at : 0;
    size_t take = there < len ? there : len;

    if (take > 0)
        memcpy(out, memory->at + at, take);
    memset(out + take, 0, len - take);
    return take == len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int store_memory(const struct shim_file *shim)
{
    const struct shim_content *memory = shim->memory;

    if (!volatile_syncs)
        return SQLITE_OK;
    int result = shim->real->pMethods->xWrite(shim->real, memory->at, (int)memory->len, 0);
    return result != SQLITE_OK
               ? result
               : shim->real->pMethods->xTruncate(shim->real, (sqlite3_int64)memory->len);
}

void shim_volatile(bool syncs)
{
    is_volatile = true;
    volatile_syncs = syncs;
}

/* --- a file ------------------------------------------------------------------------------------
 */

static int shim_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int shim_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    struct shim_file *shim = CONTAINER_OF(file, struct shim_file, base);
    if (shim->memory != NULL)
        return read_memory(shim->memory, out, (size_t)len, (size_t)at);
    return real_of(file)->pMethods->xRead(real_of(file), out, len, at);
}

static int shim_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    struct shim_file *shim = CONTAINER_OF(file, struct shim_file, base);
    int result = failure();
    if (result != SQLITE_OK)
        return result;
    if (shim->memory != NULL) {
        struct point whole = {POINT_WRITE, 0, (size_t)at, (size_t)len, (uint8_t *)(uintptr_t)bytes};
        apply(shim->memory, &whole);
        return SQLITE_OK;
    }
    if (recording && shim->kind != FILE_OTHER) {
        uint8_t *copy = malloc((size_t)len);
        if (copy == NULL)
            abort();
        memcpy(copy, bytes, (size_t)len);
        note(shim, (struct point){POINT_WRITE, 0, (size_t)at, (size_t)len, copy});
    }
    return shim->real->pMethods->xWrite(shim->real, bytes, len, at);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct shim_file *shim = CONTAINER_OF(file, struct shim_file, base);
    if (shim->memory != NULL) {
        grow(shim->memory, (size_t)size);
        return SQLITE_OK;
    }
    note(shim, (struct point){POINT_TRUNCATE, 0, (size_t)size, 0, NULL});
    return shim->real->pMethods->xTruncate(shim->real, size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    int result = failure();
    if (result != SQLITE_OK)
        return result == SQLITE_FULL ? SQLITE_OK : result;
    struct shim_file *shim = CONTAINER_OF(file, struct shim_file, base);
    if (shim->memory != NULL)
        return store_memory(shim);
    if (syncs_count)
        note(shim, (struct point){.kind = POINT_SYNC});
    return SQLITE_OK;
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *out)
{
    struct shim_file *shim = CONTAINER_OF(file, struct shim_file, base);
    if (shim->memory != NULL) {
        *out = (sqlite3_int64)shim->memory->len;
        return SQLITE_OK;
    }
    return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int shim_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int shim_check_lock(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int shim_control(sqlite3_file *file, int op, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int shim_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int shim_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shim_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int shim_map_lock(sqlite3_file *file, int at, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), at, count, flags);
}

static void shim_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shim_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_lock,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_traits,
    .xShmMap = shim_map,
    .xShmLock = shim_map_lock,
    .xShmBarrier = shim_barrier,
    .xShmUnmap = shim_unmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                     int *out_flags)
{
    (void)vfs;
    struct shim_file *shim = CONTAINER_OF(file, struct shim_file, base);
    shim->kind = FILE_OTHER;
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0)
        shim->kind = FILE_DATABASE;
    if ((flags & SQLITE_OPEN_WAL) != 0)
        shim->kind = FILE_WAL;
    if (recording && (flags & SQLITE_OPEN_MAIN_JOURNAL) != 0)
        abort(); /* a rollback journal would be a third file to keep */
    shim->real = (sqlite3_file *)(void *)(shim + 1);
    int result = real_vfs->xOpen(real_vfs, name, shim->real, flags, out_flags);
    shim->base.pMethods = shim->real->pMethods != NULL ? &methods : NULL;
    shim->memory = NULL;
    if (result == SQLITE_OK && is_volatile && shim->kind != FILE_OTHER && name != NULL &&
        strstr(name, VOLATILE_NAME) != NULL)
        result = load_memory(shim);
    return result;
}

void shim_install(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    shim_vfs = *real_vfs;
    shim_vfs.zName = "power";
    shim_vfs.szOsFile = (int)sizeof(struct shim_file) + real_vfs->szOsFile;
    shim_vfs.xOpen = shim_open;
    if (sqlite3_vfs_register(&shim_vfs, 1) != SQLITE_OK)
        abort();
}

void shim_record(bool syncs)
{
    for (size_t i = 0; i < point_count; i++)
        free(points[i].bytes);
    point_count = 0;
    recording = true;
    syncs_count = syncs;
}

void shim_stop(void)
{
    recording = false;
}

size_t shim_points(void)
{
    return point_count;
}

void shim_fail(unsigned n, int code)
{
    fail_in = n;
    fail_code = code;
    has_failed = false;
}

bool shim_failed(void)
{
    return has_failed;
}

static void grow(struct shim_content *content, size_t len)
{
    if (len > SHIM_FILE_MAX)
        abort();
    if (len > content->len)
        memset(content->at + content->len, 0, len - content->len);
    content->len = len;
}

/* Bytes `from` to `to` of the write. */
static void apply_part(struct shim_content *content, const struct point *point, size_t from,
                       size_t to)
{
    if (from == to)
        return;
    if (point->at + to > content->len)
        grow(content, point->at + to);
    memcpy(content->at + point->at + from, point->bytes + from, to - from);
}

static void apply(struct shim_content *content, const struct point *point)
{
    if (point->kind == POINT_WRITE)
        apply_part(content, point, 0, point->len);
    if (point->kind == POINT_TRUNCATE)
        grow(content, point->at);
}

/* A small generator of our own: the same images on every machine. */
static unsigned chance(unsigned *seed)
{
    *seed = (unsigned)(((uint64_t)*seed * 48271U) % 2147483647U);
    return *seed >> 4;
}

static void apply_sectors(struct shim_content *content, const struct point *point, unsigned *seed)
{
    for (size_t from = 0; from < point->len;) {
        size_t to = from + SHIM_SECTOR - (point->at + from) % SHIM_SECTOR;
        if (to > point->len)
            to = point->len;
        if (chance(seed) % 2 == 0)
            apply_part(content, point, from, to);
        from = to;
    }
}

static void tear(struct shim_content *content, const struct point *point, unsigned *seed)
{
    size_t to = chance(seed) % (point->len / SHIM_SECTOR + 1) * SHIM_SECTOR;
    apply_part(content, point, 0, to);
}

/* One write that no sync followed. */
static void apply_unsynced(struct shim_content *content, const struct point *point, bool last,
                           enum shim_fate fate, unsigned *seed)
{
    bool write = point->kind == POINT_WRITE;
    switch (fate) {
    case SHIM_DROP_ALL:
    case SHIM_FATE_COUNT:
        break;
    case SHIM_KEEP_ALL:
        apply(content, point);
        break;
    case SHIM_KEEP_SOME:
        if (chance(seed) % 2 == 0)
            apply(content, point);
        break;
    case SHIM_TEAR_LAST:
        if (last && write) {
            tear(content, point, seed);
        } else {
            apply(content, point);
        }
        break;
    case SHIM_KEEP_SECTORS:
        if (write) {
            apply_sectors(content, point, seed);
        } else if (chance(seed) % 2 == 0) {
            apply(content, point);
        }
        break;
    }
}

/* How many of the first `count` points are followed by a sync of their file. */
static size_t synced_up_to(size_t count, enum file_kind file)
{
    size_t up_to = 0;
    for (size_t i = 0; i < count; i++) {
        if (points[i].kind == POINT_SYNC && points[i].file == file)
            up_to = i;
    }
    return up_to;
}

void shim_image(const struct shim_disk *before, size_t count, enum shim_fate fate, unsigned seed,
                struct shim_disk *out)
{
    memcpy(out, before, sizeof(*out));
    size_t synced[FILE_KIND_COUNT] = {synced_up_to(count, FILE_DATABASE),
                                      synced_up_to(count, FILE_WAL), 0};
    seed = seed % 2147483646U + 1;
    for (size_t i = 0; i < count; i++) {
        const struct point *point = &points[i];
        struct shim_content *content = point->file == FILE_DATABASE ? &out->database : &out->wal;
        if (i < synced[point->file]) {
            apply(content, point);
        } else {
            apply_unsynced(content, point, i + 1 == count, fate, &seed);
        }
    }
}
