/* locked.h - whether memory is locked, as the kernel has it. */
#ifndef TESTS_UNIT_LOCKED_H
#define TESTS_UNIT_LOCKED_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Whether `flag`, a blank and two letters, is among the flags of the mapping of the page at `at`
 * (proc(5)). */
static inline bool page_has(const void *at, const char *flag)
{
    char line[512];
    bool mine = false;
    bool has = false;
    FILE *maps = fopen("/proc/self/smaps", "re");

    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        char *end = line;
        uintptr_t from = (uintptr_t)strtoull(line, &end, 16);
        if (*end == '-') {
            uintptr_t to = (uintptr_t)strtoull(end + 1, NULL, 16);
            mine = (uintptr_t)at >= from && (uintptr_t)at < to;
        } else if (mine && strncmp(line, "VmFlags:", 8) == 0) {
            has = strstr(line, flag) != NULL;
        }
    }
    if (maps != NULL)
        (void)fclose(maps); /* it was read only */
    return has;
}

static inline bool is_locked(const void *at)
{
    return page_has(at, " lo");
}

/* Whether the above can see anything: a sanitizer locks nothing. */
static inline bool locks_are_told(void)
{
    static uint8_t page[4096];
    return mlock(page, sizeof(page)) == 0 && is_locked(page);
}

#endif
