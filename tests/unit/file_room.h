/* file_room.h - a folder with one file in it, which a test writes. */
#ifndef TESTS_UNIT_FILE_ROOM_H
#define TESTS_UNIT_FILE_ROOM_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/test_file.XXXXXX";
static char path[64];

static inline int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/file", folder);
    return 0;
}

static inline int drop_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static inline void put(const char *text, mode_t mode)
{
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

static inline void assert_holds(const char *want)
{
    char got[64] = "";
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, got, sizeof(got) - 1), strlen(want));
    assert_string_equal(got, want);
}

static inline size_t files_in_folder(void)
{
    size_t count = 0;
    DIR *open_folder = opendir(folder);
    assert_non_null(open_folder);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this folder */
    for (const struct dirent *entry; (entry = readdir(open_folder)) != NULL;)
        count += entry->d_name[0] == '.' ? 0 : 1;
    assert_int_equal(closedir(open_folder), 0);
    return count;
}

#endif
