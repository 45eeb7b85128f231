/* disk_inner.h - what the files of the disk share. */
#ifndef TESTS_POWER_DISK_INNER_H
#define TESTS_POWER_DISK_INNER_H

#include "tests/power/disk.h"

#define DISK_NAME_SIZE 160
#define DISK_FILES_MAX 64
#define DISK_REGIONS_MAX 16
#define DISK_REGION_SIZE 32768U /* bytes; SQLite's */
#define DISK_PAGE 4096U         /* what the system keeps and forgets at once */
#define DISK_SLOTS 8            /* locks of the shared memory, SQLITE_SHM_NLOCK */

struct disk_content {
    size_t len, room;
    uint8_t *at;
};

/* A file, whatever its name; the shared memory and locks of those who have it open. */
struct disk_file {
    struct disk_content now, synced;
    bool dirty[DISK_FILE_MAX / DISK_PAGE]; /* pages that the next sync saves */
    unsigned handles, mapped;
    void *regions[DISK_REGIONS_MAX];
    bool has_shared; /* the -shm file stands */
    bool is_read;    /* by another process, for which the shared memory stays */
    unsigned slot_shared[DISK_SLOTS];
    bool slot_exclusive[DISK_SLOTS];
    unsigned shared; /* locks of the file itself */
    const void *reserved, *exclusive;
};

struct disk_name {
    char text[DISK_NAME_SIZE];
    size_t file;
};

struct disk_folder {
    struct disk_name names[DISK_FILES_MAX];
    size_t count;
};

/* The disk as it is. */
struct disk {
    struct disk_file files[DISK_FILES_MAX];
    size_t file_count;
    struct disk_folder folder, synced_folder;
};

extern struct disk disk;

enum disk_operation {
    DISK_READ,
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_SYNC,
    DISK_CREATE,
    DISK_RENAME,
    DISK_LINK,
    DISK_DELETE,
    DISK_SYNC_FOLDER,
    DISK_BARRIER
};

struct disk_point {
    enum disk_operation kind;
    size_t file, at, len; /* `at` is the new length of a truncate */
    uint8_t *bytes;       /* of a write */
    char name[DISK_NAME_SIZE], to[DISK_NAME_SIZE];
};

/* By disk_points.c. Keep a copy of it, when that is recorded. */
void disk_note(const struct disk_point *point);
bool disk_takes_syncs(void);
bool disk_is_recorded(size_t file);

/* Between two changes of the shared memory. */
void disk_barrier(size_t file);

/* Contents and names, of the disk or of a copy. */
void disk_resize(struct disk_content *content, size_t len);
void disk_put(struct disk_content *content, const void *bytes, size_t len, size_t at);
void disk_copy(struct disk_content *to, const struct disk_content *from);
void disk_change_name(struct disk_folder *in, const struct disk_point *point);

/* Whether the operation fails now; `grows`: it needs room. */
bool disk_strikes(enum disk_operation operation, bool grows);
enum disk_trouble disk_trouble_now(void);

/* Whether names like this one stand on this disk. */
bool disk_has(const char *name);

/* Whether this is the folder that they are in. */
bool disk_is_folder(const char *name);

/* The file of this name; false: none. */
bool disk_find(const char *name, size_t *out_file);

struct disk_file *disk_file_at(size_t file);

/* Without failures: those are asked for before. A new file; a file under no name. */
size_t disk_create(const char *name);
size_t disk_create_unnamed(void);
void disk_write(size_t file, const void *bytes, size_t len, size_t at);
void disk_truncate(size_t file, size_t len);
void disk_sync(size_t file);
void disk_sync_fails(size_t file);
void disk_rename(const char *from, const char *to);
void disk_link(const char *from, const char *to);
void disk_delete(const char *name);
void disk_sync_folder(void);

/* By disk_vfs.c. */
void disk_install_vfs(void);

#endif
