/* Any text as one of the three files of a theme, the first byte says which; the others are ours.
 * It is refused with a message, or every colour is opaque. Runs in the repository's root. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/text.h"
#include "kiosk/ui/theme.h"
#include "tests/fuzz/fuzz.h"

#define PATH_SIZE 128

static const char *const names[] = {"sizes", "light", "high_contrast"};
static char dir[] = "/tmp/fuzz_theme.XXXXXX";

static void path_of(const char *name, char path[PATH_SIZE])
{
    assert(text_print(path, PATH_SIZE, "%s/theme/%s.ini", dir, name));
}

static void leave(void)
{
    char path[PATH_SIZE];

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        path_of(names[i], path);
        (void)unlink(path); /* one of them was perhaps never made */
    }
    assert(text_print(path, sizeof(path), "%s/theme", dir));
    (void)rmdir(path);
    (void)rmdir(dir);
}

static void enter(void)
{
    static bool done;
    char path[PATH_SIZE];

    if (done)
        return;
    done = true;
    assert(mkdtemp(dir) != NULL && text_print(path, sizeof(path), "%s/theme", dir));
    assert(mkdir(path, 0700) == 0 && atexit(leave) == 0);
}

static void write_file(const char *path, struct bytes bytes)
{
    FILE *file = fopen(path, "we");
    assert(file != NULL && fwrite(bytes.at, 1, bytes.len, file) == bytes.len);
    assert(fclose(file) == 0);
}

/* `bytes` as file number `which`, links to ours as the others. */
static void put_files(size_t which, struct bytes bytes)
{
    char path[PATH_SIZE];
    char ours[PATH_SIZE];
    char root[PATH_SIZE];

    assert(getcwd(root, sizeof(root)) != NULL);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        path_of(names[i], path);
        (void)unlink(path); /* a link to ours, or the last input */
        if (i == which) {
            write_file(path, bytes);
            continue;
        }
        assert(text_print(ours, sizeof(ours), "%s/assets/theme/%s.ini", root, names[i]));
        assert(symlink(ours, path) == 0);
    }
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct themes themes;
    char message[CONFIG_MESSAGE_MAX] = "";

    if (size == 0)
        return 0;
    enter();
    put_files(data[0] % ARRAY_LEN(names), (struct bytes){data + 1, size - 1});
    if (failed(themes_load(dir, 1080, 1920, 0, &themes, message))) {
        assert(message[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < COLOUR_COUNT; i++)
        assert(theme_of(&themes, false, true)->colour[i] >> 24 == 0xFF);
    return 0;
}
