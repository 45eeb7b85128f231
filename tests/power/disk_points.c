/* disk_points.c - what was written since disk_record(), and what of it stands after a cut. */
#include "tests/power/disk_inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct disk_content contents[DISK_FILES_MAX];
    size_t file_count;
    struct disk_folder folder;
};

/* The shared memory of a file from some point on, when that changed it. */
struct shared {
    size_t point, file, regions;
    uint8_t *at; /* DISK_REGION_SIZE each */
};

static struct state first; /* as it was at disk_record() */
static struct disk_point points[DISK_POINTS_MAX];
static size_t point_count;
static struct shared shareds[DISK_POINTS_MAX];
static size_t shared_count;
static bool recording, syncs_count;

/* What stood after the first `count` points; NULL: never any. */
static const struct shared *find_shared(size_t file, size_t count)
{
    for (size_t i = shared_count; i > 0; i--) {
        if (shareds[i - 1].file == file && shareds[i - 1].point < count)
            return &shareds[i - 1];
    }
    return NULL;
}

static size_t regions_of(const struct disk_file *file)
{
    size_t regions = 0;
    while (regions < DISK_REGIONS_MAX && file->regions[regions] != NULL)
        regions++;
    return regions;
}

static bool is_shared_as(const struct disk_file *file, const struct shared *before)
{
    size_t regions = regions_of(file);
    bool same = regions == (before != NULL ? before->regions : 0);
    for (size_t i = 0; i < regions && same; i++)
        same = memcmp(file->regions[i], before->at + i * DISK_REGION_SIZE, DISK_REGION_SIZE) == 0;
    return same;
}

static void note_shared(size_t number)
{
    const struct disk_file *file = &disk.files[number];
    if (is_shared_as(file, find_shared(number, point_count)))
        return;
    assert(shared_count < DISK_POINTS_MAX);
    struct shared *shared = &shareds[shared_count++];
    *shared = (struct shared){point_count, number, regions_of(file), NULL};
    if (shared->regions == 0)
        return;
    shared->at = malloc(shared->regions * DISK_REGION_SIZE);
    if (shared->at == NULL)
        abort();
    for (size_t i = 0; i < shared->regions; i++)
        memcpy(shared->at + i * DISK_REGION_SIZE, file->regions[i], DISK_REGION_SIZE);
}

void disk_note(const struct disk_point *point)
{
    if (!recording)
        return;
    assert(point_count < DISK_POINTS_MAX);
    for (size_t i = 0; i < disk.file_count; i++)
        note_shared(i);
    points[point_count] = *point;
    if (point->bytes != NULL) {
        points[point_count].bytes = malloc(point->len);
        if (points[point_count].bytes == NULL)
            abort();
        memcpy(points[point_count].bytes, point->bytes, point->len);
    }
    point_count++;
}

bool disk_takes_syncs(void)
{
    return !recording || syncs_count;
}

bool disk_is_recorded(size_t file)
{
    return recording || file < first.file_count;
}

/* --- recording -------------------------------------------------------------------------------- */

static void forget_points(void)
{
    for (size_t i = 0; i < point_count; i++)
        free(points[i].bytes);
    for (size_t i = 0; i < shared_count; i++)
        free(shareds[i].at);
    point_count = shared_count = 0;
}

static void close_memory(struct disk_file *file)
{
    assert(file->handles == 0 && file->mapped == 0);
    file->has_shared = file->is_read = false;
    for (size_t i = 0; i < DISK_REGIONS_MAX; i++) {
        free(file->regions[i]);
        file->regions[i] = NULL;
    }
}

static void all_saved(struct disk_file *file)
{
    disk_copy(&file->synced, &file->now);
    memset(file->dirty, 0, sizeof(file->dirty));
}

void disk_clear(void)
{
    forget_points();
    for (size_t i = 0; i < DISK_FILES_MAX; i++) {
        close_memory(&disk.files[i]);
        free(disk.files[i].now.at);
        free(disk.files[i].synced.at);
        free(first.contents[i].at);
    }
    memset(disk.files, 0, sizeof(disk.files));
    memset(&first, 0, sizeof(first));
    disk.file_count = disk.folder.count = disk.synced_folder.count = 0;
    recording = false;
    disk_heal();
}

void disk_record(bool syncs)
{
    forget_points();
    for (size_t i = 0; i < disk.file_count; i++) {
        all_saved(&disk.files[i]);
        disk_copy(&first.contents[i], &disk.files[i].now);
    }
    for (size_t i = disk.file_count; i < DISK_FILES_MAX; i++)
        disk_resize(&first.contents[i], 0);
    first.file_count = disk.file_count;
    first.folder = disk.synced_folder = disk.folder;
    recording = true;
    syncs_count = syncs;
}

void disk_stop(void)
{
    recording = false;
}

size_t disk_points(void)
{
    return point_count;
}

/* --- after a cut ------------------------------------------------------------------------------ */

/* A small generator of our own: the same disks on every machine. */
static unsigned chance(unsigned *seed)
{
    *seed = (unsigned)(((uint64_t)*seed * 48271U) % 2147483647U);
    return *seed >> 4;
}

static void apply(const struct disk_point *point)
{
    struct disk_content *content = &disk.files[point->file].now;
    if (point->kind == DISK_WRITE)
        disk_put(content, point->bytes, point->len, point->at);
    if (point->kind == DISK_TRUNCATE)
        disk_resize(content, point->at);
}

static void apply_sectors(const struct disk_point *point, unsigned *seed)
{
    struct disk_content *content = &disk.files[point->file].now;
    for (size_t from = 0; from < point->len;) {
        size_t to = from + DISK_SECTOR - (point->at + from) % DISK_SECTOR;
        if (to > point->len)
            to = point->len;
        if (chance(seed) % 2 == 0)
            disk_put(content, point->bytes + from, to - from, point->at + from);
        from = to;
    }
}

static void tear(const struct disk_point *point, unsigned *seed)
{
    size_t to = chance(seed) % (point->len / DISK_SECTOR + 1) * DISK_SECTOR;
    disk_put(&disk.files[point->file].now, point->bytes, to < point->len ? to : point->len,
             point->at);
}

/* A write or truncate that no sync followed. */
static void apply_unsynced(const struct disk_point *point, bool last, enum disk_fate fate,
                           unsigned *seed)
{
    bool is_write = point->kind == DISK_WRITE;
    switch (fate) {
    case DISK_DROP_ALL:
    case DISK_KEEP_NAMES:
    case DISK_FATE_COUNT:
        return;
    case DISK_KEEP_ALL:
    case DISK_KILL_BESIDE:
    case DISK_KEEP_BYTES:
        apply(point);
        return;
    case DISK_KEEP_SOME:
        if (chance(seed) % 2 == 0)
            apply(point);
        return;
    case DISK_TEAR_LAST:
        if (last && is_write) {
            tear(point, seed);
        } else {
            apply(point);
        }
        return;
    case DISK_KEEP_SECTORS:
        if (is_write) {
            apply_sectors(point, seed);
        } else if (chance(seed) % 2 == 0) {
            apply(point);
        }
        return;
    }
}

static bool is_name(const struct disk_point *point)
{
    return point->kind == DISK_CREATE || point->kind == DISK_RENAME || point->kind == DISK_LINK ||
           point->kind == DISK_DELETE;
}

void disk_rewind(void)
{
    assert(!recording);
    for (size_t i = 0; i < disk.file_count; i++) {
        close_memory(&disk.files[i]);
        disk_copy(&disk.files[i].now, &first.contents[i]);
        all_saved(&disk.files[i]);
    }
    disk.folder = disk.synced_folder = first.folder;
    disk_heal();
}

void disk_drop(void)
{
    for (size_t i = 0; i < disk.file_count; i++) {
        close_memory(&disk.files[i]);
        disk_copy(&disk.files[i].now, &disk.files[i].synced);
        all_saved(&disk.files[i]);
    }
    disk.folder = disk.synced_folder;
}

/* How many of the first `count` points a sync of their file made safe; of names, of the folder. */
static void find_synced(size_t count, size_t out_files[DISK_FILES_MAX], size_t *out_folder)
{
    memset(out_files, 0, DISK_FILES_MAX * sizeof(*out_files));
    *out_folder = 0;
    for (size_t i = 0; i < count; i++) {
        if (points[i].kind == DISK_SYNC)
            out_files[points[i].file] = i;
        if (points[i].kind == DISK_SYNC_FOLDER)
            *out_folder = i;
    }
}

bool disk_by_chance(enum disk_fate fate)
{
    return fate == DISK_KEEP_SOME || fate == DISK_TEAR_LAST || fate == DISK_KEEP_SECTORS;
}

/* Another process reads the file, and has the shared memory as the one that was killed left it. */
static void leave_shared(struct disk_file *file, const struct shared *shared)
{
    if (shared == NULL || shared->regions == 0)
        return;
    file->has_shared = file->is_read = true;
    for (size_t i = 0; i < shared->regions; i++) {
        file->regions[i] = malloc(DISK_REGION_SIZE);
        if (file->regions[i] == NULL)
            abort();
        memcpy(file->regions[i], shared->at + i * DISK_REGION_SIZE, DISK_REGION_SIZE);
    }
}

void disk_cut(size_t count, enum disk_fate fate, unsigned seed)
{
    size_t synced[DISK_FILES_MAX];
    size_t folder_synced = 0;
    bool names_go_on = fate != DISK_DROP_ALL && fate != DISK_KEEP_BYTES;
    bool names_by_chance = fate == DISK_KEEP_SOME || fate == DISK_KEEP_SECTORS;

    disk_rewind();
    find_synced(count, synced, &folder_synced);
    seed = seed % 2147483646U + 1;
    for (size_t i = 0; i < count; i++) {
        const struct disk_point *point = &points[i];
        if (is_name(point)) {
            if (i >= folder_synced && names_by_chance && chance(&seed) % 2 == 0)
                names_go_on = false;
            if (i < folder_synced || names_go_on)
                disk_change_name(&disk.folder, point);
        } else if (i < synced[point->file]) {
            apply(point);
        } else {
            apply_unsynced(point, i + 1 == count, fate, &seed);
        }
    }
    for (size_t i = 0; i < disk.file_count; i++) {
        all_saved(&disk.files[i]);
        if (fate == DISK_KILL_BESIDE)
            leave_shared(&disk.files[i], find_shared(i, count));
    }
    disk.synced_folder = disk.folder;
}

/* FNV-1a, eight bytes at a step; a carry is not missed. */
static uint64_t step(uint64_t sum, uint64_t word)
{
    uint64_t product = 0;
    (void)__builtin_mul_overflow(sum ^ word, UINT64_C(0x100000001b3), &product);
    return product ^ product >> 29;
}

static uint64_t mix(uint64_t sum, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t), at += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, at, sizeof(word));
        sum = step(sum, word);
    }
    for (; len > 0; len--, at++)
        sum = step(sum, *at);
    return sum;
}

uint64_t disk_digest(void)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < disk.folder.count; i++) {
        const struct disk_file *file = &disk.files[disk.folder.names[i].file];
        const struct disk_content *content = &file->now;
        sum = mix(sum, disk.folder.names[i].text, strlen(disk.folder.names[i].text));
        sum = mix(sum, &content->len, sizeof(content->len));
        sum = mix(sum, content->at, content->len);
        for (size_t j = 0; j < regions_of(file); j++)
            sum = mix(sum, file->regions[j], DISK_REGION_SIZE);
    }
    return sum;
}
