/*
 * no_wipe - nothing is wiped any more in the programs that this is loaded into before all else:
 *
 *     LD_PRELOAD=libno_wipe.so program
 *
 * Memory is given back as it is, and SQLite leaves in its free pages what was deleted. Whoever
 * looks for what a visitor left has to find it then.
 */
#include <dlfcn.h>
#include <string.h>

#include <sqlite3.h>

#define SQL_SIZE 4096

/* Under the names that the C library has for it. */
void no_wipe(void *at, size_t len) __asm__("explicit_bzero");
void no_wipe_checked(void *at, size_t len, size_t size) __asm__("__explicit_bzero_chk");

void no_wipe(void *at, size_t len)
{
    (void)at;
    (void)len;
}

void no_wipe_checked(void *at, size_t len, size_t size)
{
    (void)at;
    (void)len;
    (void)size;
}

int sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **),
                 void *context, char **out_message)
{
    static const char wipes[] = "secure_delete=ON";
    int (*true_exec)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *,
                     char **) = NULL;
    char without[SQL_SIZE];
    void *found = dlsym(RTLD_NEXT, "sqlite3_exec");
    const char *at = strstr(sql, wipes);
    memcpy(&true_exec, &found, sizeof(found));
    if (at == NULL || strlen(sql) >= sizeof(without))
        return true_exec(db, sql, row, context, out_message);
    strcpy(without, sql);
    memcpy(without + (at - sql) + strlen("secure_delete="), " 0", 2);
    return true_exec(db, without, row, context, out_message);
}
