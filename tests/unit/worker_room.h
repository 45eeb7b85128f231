/* worker_room.h - what the tests of the token worker's parent share: calls of a driver whose worker
 * is the test program itself (play_worker.h), and a look at what it leaves behind. */
#ifndef TESTS_UNIT_WORKER_ROOM_H
#define TESTS_UNIT_WORKER_ROOM_H

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hw/token/token_worker.h"
#include "kiosk/base/text.h"
#include "tests/unit/play_worker.h"
#include "tests/unit/unit.h"

#define LONG_MS 20000 /* a limit that only a defect reaches, on a machine that is busy too */
#define SHORT_MS 700
#define FOLDER "/tmp/test-token-worker-XXXXXX"

static inline struct token *open_worker_at(const char *program, const char *reader,
                                           uint32_t call_ms)
{
    struct token *token = NULL;
    struct token_worker_setup setup = {.program = program,
                                       .reader = reader,
                                       .call_ms = call_ms,
                                       .key_ms = call_ms,
                                       .start_ms = call_ms,
                                       .watch_ms = call_ms};
    assert_false(failed(token_worker_create(&setup, &token)));
    return token;
}

static inline struct token *open_worker(const char *reader, uint32_t call_ms)
{
    char self[PATH_MAX] = "";
    assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
    return open_worker_at(self, reader, call_ms);
}

static inline struct err identify(struct token *token)
{
    static const struct token_scope scope = {.pin_tries = true};
    static struct token_identity identity;
    return token_identify(token, &scope, &identity);
}

static inline struct err verify(struct token *token, const char *digits)
{
    struct secret pin = {.len = 0};
    uint8_t tries_left = 99;
    assert_false(failed(secret_set(&pin, (struct bytes){(const uint8_t *)digits, strlen(digits)})));
    struct err e = token_verify_pin(token, &pin, &tries_left);
    assert_int_equal(tries_left, e.code == ERR_DENIED ? 3 : 99);
    return e;
}

static inline enum token_presence watch(struct token *token, enum token_presence presence)
{
    assert_false(failed(token_watch(token, 0, &presence)));
    return presence;
}

static inline void ask_about(struct token *token, int32_t out[4])
{
    static const uint8_t digest[32];
    uint8_t signature[TOKEN_SIGNATURE_MAX];
    size_t len = 0;
    assert_false(failed(token_sign(token, 0x9A, TOKEN_KEY_P256,
                                   (struct bytes){digest, sizeof(digest)}, signature, &len)));
    assert_int_equal(len, 4 * sizeof(int32_t));
    memcpy(out, signature, len);
}

static inline int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

/* The files that were in it; it is gone then. */
static inline int empty_folder(const char *path)
{
    int count = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += unlinkat(dirfd(folder), entry->d_name, 0) == 0;
    (void)closedir(folder);
    assert_int_equal(rmdir(path), 0);
    return count;
}

static int descriptors_before;

static inline int remember(void **state)
{
    (void)state;
    descriptors_before = count_descriptors();
    return 0;
}

/* After each test: no zombie, no child, no descriptor more than before. */
static inline int nothing_is_left(void **state)
{
    (void)state;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(count_descriptors(), descriptors_before);
    return 0;
}

#endif
