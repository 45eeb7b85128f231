#include "tests/power/disk_inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"

struct disk disk;

static char root[DISK_NAME_SIZE];
static enum disk_trouble trouble;
static unsigned trouble_in;
static bool trouble_stays, has_struck;

/* --- contents --------------------------------------------------------------------------------- */

void disk_resize(struct disk_content *content, size_t len)
{
    assert(len <= DISK_FILE_MAX);
    if (len > content->room) {
        content->room = len * 2;
        content->at = realloc(content->at, content->room);
        if (content->at == NULL)
            abort();
    }
    if (len > content->len)
        memset(content->at + content->len, 0, len - content->len);
    content->len = len;
}

void disk_put(struct disk_content *content, const void *bytes, size_t len, size_t at)
{
    if (len == 0)
        return;
    if (at + len > content->len)
        disk_resize(content, at + len);
    memcpy(content->at + at, bytes, len);
}

void disk_copy(struct disk_content *to, const struct disk_content *from)
{
    disk_resize(to, 0);
    disk_put(to, from->at, from->len, 0);
}

/* --- names ------------------------------------------------------------------------------------ */

static struct disk_name *find_in(struct disk_folder *in, const char *name)
{
    for (size_t i = 0; i < in->count; i++) {
        if (text_same(in->names[i].text, name))
            return &in->names[i];
    }
    return NULL;
}

static void set_name(struct disk_folder *in, const char *name, size_t file)
{
    struct disk_name *there = find_in(in, name);
    if (there == NULL) {
        assert(in->count < DISK_FILES_MAX);
        there = &in->names[in->count++];
    }
    bool fits = text_copy(there->text, sizeof(there->text), name);
    assert(fits);
    there->file = file;
}

static void drop_name(struct disk_folder *in, const char *name)
{
    struct disk_name *there = find_in(in, name);
    if (there != NULL)
        *there = in->names[--in->count];
}

bool disk_has(const char *name)
{
    size_t len = strlen(root);
    const char *dot = strrchr(name, '.');
    return strncmp(name, root, len) == 0 && name[len] == '/' &&
           !(dot != NULL && text_same(dot, ".lock"));
}

bool disk_is_folder(const char *name)
{
    return root[0] != '\0' && text_same(name, root);
}

bool disk_find(const char *name, size_t *out_file)
{
    const struct disk_name *there = find_in(&disk.folder, name);
    if (there != NULL)
        *out_file = there->file;
    return there != NULL;
}

struct disk_file *disk_file_at(size_t file)
{
    assert(file < disk.file_count);
    return &disk.files[file];
}

/* --- what happens ----------------------------------------------------------------------------- */

static void note_name(enum disk_operation kind, size_t file, const char *name, const char *to)
{
    struct disk_point point = {.kind = kind, .file = file};
    bool fits = text_copy(point.name, sizeof(point.name), name) &&
                text_copy(point.to, sizeof(point.to), to);
    assert(fits);
    disk_note(&point);
}

void disk_change_name(struct disk_folder *in, const struct disk_point *point)
{
    if (point->kind == DISK_RENAME || point->kind == DISK_DELETE)
        drop_name(in, point->name);
    if (point->kind == DISK_CREATE)
        set_name(in, point->name, point->file);
    if (point->kind == DISK_RENAME || point->kind == DISK_LINK)
        set_name(in, point->to, point->file);
}

size_t disk_create_unnamed(void)
{
    /* One that nobody has open and nobody can find is there no more; not while its points count. */
    for (size_t i = 0; i < disk.file_count; i++) {
        bool named = disk.files[i].handles > 0;
        for (size_t j = 0; j < disk.folder.count && !named; j++)
            named = disk.folder.names[j].file == i;
        for (size_t j = 0; j < disk.synced_folder.count && !named; j++)
            named = disk.synced_folder.names[j].file == i;
        if (!named && !disk_is_recorded(i)) {
            disk_resize(&disk.files[i].now, 0);
            disk_resize(&disk.files[i].synced, 0);
            memset(disk.files[i].dirty, 0, sizeof(disk.files[i].dirty));
            return i;
        }
    }
    assert(disk.file_count < DISK_FILES_MAX);
    disk_resize(&disk.files[disk.file_count].now, 0);
    disk_resize(&disk.files[disk.file_count].synced, 0);
    return disk.file_count++;
}

size_t disk_create(const char *name)
{
    size_t file = disk_create_unnamed();
    set_name(&disk.folder, name, file);
    note_name(DISK_CREATE, file, name, "");
    return file;
}

static void mark(struct disk_file *file, size_t from, size_t to, bool is_dirty)
{
    for (size_t page = from / DISK_PAGE; page * DISK_PAGE < to; page++)
        file->dirty[page] = is_dirty;
}

void disk_write(size_t file, const void *bytes, size_t len, size_t at)
{
    struct disk_point point = {.kind = DISK_WRITE,
                               .file = file,
                               .at = at,
                               .len = len,
                               .bytes = (uint8_t *)(uintptr_t)bytes};
    disk_put(&disk.files[file].now, bytes, len, at);
    mark(&disk.files[file], at, at + len, true);
    disk_note(&point);
}

void disk_truncate(size_t file, size_t len)
{
    struct disk_point point = {.kind = DISK_TRUNCATE, .file = file, .at = len};
    struct disk_file *at = &disk.files[file];
    disk_resize(&at->now, len);
    mark(at, len, DISK_FILE_MAX, false);
    mark(at, len, len + 1, true); /* what is cut off within a page is saved with it */
    disk_note(&point);
}

void disk_sync(size_t file)
{
    struct disk_point point = {.kind = DISK_SYNC, .file = file};
    struct disk_file *at = &disk.files[file];
    if (!disk_takes_syncs())
        return;
    disk_resize(&at->synced, at->now.len);
    for (size_t from = 0; from < at->now.len; from += DISK_PAGE) {
        size_t len = at->now.len - from < DISK_PAGE ? at->now.len - from : DISK_PAGE;
        if (at->dirty[from / DISK_PAGE])
            disk_put(&at->synced, at->now.at + from, len, from);
    }
    mark(at, 0, DISK_FILE_MAX, false);
    disk_note(&point);
}

void disk_sync_fails(size_t file)
{
    struct disk_file *at = &disk.files[file];
    if (trouble != DISK_FSYNC_LOST && trouble != DISK_FSYNC_STALE)
        return;
    mark(at, 0, DISK_FILE_MAX, false);
    if (trouble == DISK_FSYNC_LOST)
        disk_copy(&at->now, &at->synced);
}

void disk_barrier(size_t file)
{
    struct disk_point point = {.kind = DISK_BARRIER, .file = file};
    disk_note(&point);
}

void disk_sync_folder(void)
{
    if (!disk_takes_syncs())
        return;
    disk.synced_folder = disk.folder;
    note_name(DISK_SYNC_FOLDER, 0, "", "");
}

static void move(enum disk_operation kind, const char *from, const char *to)
{
    const struct disk_name *there = find_in(&disk.folder, from);
    assert(there != NULL);
    struct disk_point point = {.kind = kind, .file = there->file};
    bool fits = text_copy(point.name, sizeof(point.name), from) &&
                text_copy(point.to, sizeof(point.to), to);
    assert(fits);
    disk_change_name(&disk.folder, &point);
    disk_note(&point);
}

void disk_rename(const char *from, const char *to)
{
    move(DISK_RENAME, from, to);
}

void disk_link(const char *from, const char *to)
{
    move(DISK_LINK, from, to);
}

void disk_delete(const char *name)
{
    move(DISK_DELETE, name, "");
}

/* --- trouble ---------------------------------------------------------------------------------- */

void disk_fail(enum disk_trouble how, unsigned n, bool stays)
{
    trouble = how;
    trouble_in = n;
    trouble_stays = stays;
    has_struck = false;
}

void disk_heal(void)
{
    trouble_in = 0;
}

bool disk_failed(void)
{
    return has_struck;
}

bool disk_failed_by(enum disk_trouble what)
{
    return has_struck && trouble == what;
}

enum disk_trouble disk_trouble_now(void)
{
    return trouble;
}

static bool can_befall(enum disk_operation operation, bool grows)
{
    switch (trouble) {
    case DISK_EIO:
        return true;
    case DISK_FSYNC_LOST:
    case DISK_FSYNC_STALE:
        return operation == DISK_SYNC || operation == DISK_SYNC_FOLDER;
    case DISK_FULL:
        return grows;
    case DISK_TROUBLE_COUNT:
        break;
    }
    return false;
}

bool disk_strikes(enum disk_operation operation, bool grows)
{
    if (trouble_in == 0 || !can_befall(operation, grows))
        return false;
    if (trouble_in > 1) {
        trouble_in--;
        return false;
    }
    has_struck = true;
    if (!trouble_stays)
        trouble_in = 0;
    return true;
}

void disk_install(const char *at)
{
    bool fits = text_copy(root, sizeof(root), at);
    assert(fits);
    disk_install_vfs();
}
