#include "sync/gateway/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"

#define FOLDER_MODE 0700
#define FILE_MODE 0644

struct err folder_path(const char *dir, const char *name, const char *suffix,
                       char out_path[FOLDER_PATH_SIZE])
{
    if (!text_print(out_path, FOLDER_PATH_SIZE, "%s/%s%s", dir, name, suffix))
        return ERR(ERR_NO_ROOM, 0, "path");
    return ERR_OK;
}

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

struct err folder_make(const char *dir)
{
    struct dirent **entries = NULL;

    if (mkdir(dir, FOLDER_MODE) == 0)
        return ERR_OK;
    if (errno != EEXIST)
        return ERR(ERR_IO, errno, "mkdir");
    int count = scandir(dir, &entries, is_entry, NULL);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    if (count < 0)
        return ERR(ERR_IO, errno, "scandir");
    return count == 0 ? ERR_OK : ERR(ERR_CONFLICT, count, "folder not empty");
}

static struct err read_all(int fd, char *out, size_t max, size_t *out_len)
{
    size_t len = 0;

    while (len < max) {
        ssize_t got = read(fd, out + len, max - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR(ERR_IO, errno, "read");
        if (got == 0)
            break;
        len += (size_t)got;
    }
    *out_len = len;
    return ERR_OK;
}

struct err folder_read(const char *path, size_t max, char **out_text)
{
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return ERR(errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "open");
    char *text = calloc(1, max + 2);
    if (text == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    size_t len = 0;
    struct err e = read_all(fd, text, max + 1, &len);
    if (!failed(e) && len > max)
        e = ERR(ERR_NO_ROOM, max, "file");
    if (failed(e)) {
        free(text);
        return e;
    }
    *out_text = text;
    return ERR_OK;
}

struct err folder_write(const char *path, const void *at, size_t len)
{
    return file_put(path, (struct bytes){at, len}, FILE_MODE);
}
