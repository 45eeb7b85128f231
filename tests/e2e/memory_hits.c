/*
 * memory_hits.c - is a text anywhere in the memory of a process?
 *
 *     memory_hits PID TEXT        prints each place, then the number of places as the last line
 *     memory_hits PID --hex HEX   the same for bytes, as of a text in UTF-16
 *
 * Reads /proc/PID/mem, all that is mapped and readable. Exit status 0 when it could look.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/hex.h"

#define CHUNK_LEN (1U << 20)
#define TEXT_MAX 256

struct hunt {
    int mem;
    const char *text;
    size_t text_len;
    unsigned hits;
    uint8_t chunk[CHUNK_LEN + TEXT_MAX];
};

static void search(struct hunt *hunt, size_t len, uint64_t at, const char *mapping)
{
    const uint8_t *from = hunt->chunk;
    size_t left = len;

    for (;;) {
        const uint8_t *hit = memmem(from, left, hunt->text, hunt->text_len);
        if (hit == NULL)
            return;
        hunt->hits++;
        (void)printf("%" PRIx64 " in %s", at + (uint64_t)(hit - hunt->chunk), mapping);
        left -= (size_t)(hit - from) + 1;
        from = hit + 1;
    }
}

/* Pages that cannot be read (devices, guards) hold no text. */
static void search_mapping(struct hunt *hunt, uint64_t start, uint64_t end, const char *mapping)
{
    for (uint64_t at = start; at < end; at += CHUNK_LEN) {
        size_t want = end - at < CHUNK_LEN ? (size_t)(end - at) : CHUNK_LEN + hunt->text_len - 1;
        if (want > end - at)
            want = (size_t)(end - at);
        ssize_t len = pread(hunt->mem, hunt->chunk, want, (off_t)at);
        if (len > 0)
            search(hunt, (size_t)len, at, mapping);
    }
}

static int hunt_in(struct hunt *hunt, const char *pid)
{
    char path[64];
    char line[512];
    unsigned mappings = 0;

    (void)snprintf(path, sizeof(path), "/proc/%s/mem", pid);
    hunt->mem = open(path, O_RDONLY | O_CLOEXEC);
    (void)snprintf(path, sizeof(path), "/proc/%s/maps", pid);
    FILE *maps = fopen(path, "re");
    if (hunt->mem < 0 || maps == NULL) {
        perror(path);
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof(line), maps) != NULL) {
        char *rest = NULL;
        uint64_t start = strtoull(line, &rest, 16);
        uint64_t end = *rest == '-' ? strtoull(rest + 1, &rest, 16) : start;
        if (strncmp(rest, " r", 2) != 0 || strstr(line, "[v") != NULL)
            continue;
        search_mapping(hunt, start, end, line);
        mappings++;
    }
    (void)fclose(maps);
    (void)close(hunt->mem);
    (void)printf("%u\n", hunt->hits);
    return mappings > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static struct hunt hunt;
    static char bytes[TEXT_MAX];
    bool is_hex = argc == 4 && strcmp(argv[2], "--hex") == 0;
    const char *text = argc > 2 ? argv[argc - 1] : "";

    if ((argc != 3 && !is_hex) || text[0] == '\0' || strlen(text) > TEXT_MAX) {
        (void)fputs("usage: memory_hits PID TEXT | PID --hex HEX\n", stderr);
        return 2;
    }
    hunt.text = text;
    hunt.text_len = strlen(text);
    if (is_hex) {
        if (failed(hex_parse(text, (uint8_t *)bytes, hunt.text_len / 2)))
            return 2;
        hunt.text = bytes;
        hunt.text_len /= 2;
    }
    return hunt_in(&hunt, argv[1]);
}
