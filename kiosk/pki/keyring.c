/* How the list is read: the file is a table of as many sections as there may be keys; those that
 * are empty are none. */
#include "kiosk/pki/keyring.h"

#include <string.h>

#include "kiosk/base/config.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define PUBLIC_SIZE HEX_SIZE(SEAL_PUBLIC_LEN)

struct line {
    char public_key[PUBLIC_SIZE];
    int64_t not_before_s, not_after_s;
    bool revoked;
};

struct file {
    struct line lines[KEYRING_FILE_MAX];
};

#define AT(i, member) (offsetof(struct file, lines[(i)-1].member))
#define ROWS(i) \
    {"key" #i, "public", CONFIG_TEXT, 1, PUBLIC_SIZE, NULL, AT(i, public_key), false}, \
        {"key" #i, "not_before", CONFIG_DATE, 0, 0, NULL, AT(i, not_before_s), false}, \
        {"key" #i, "not_after", CONFIG_DATE, 0, 0, NULL, AT(i, not_after_s), false}, \
    { \
        "key" #i, "revoked", CONFIG_FLAG, 0, 0, NULL, AT(i, revoked), false \
    }

static const struct config_row rows[] = {ROWS(1), ROWS(2), ROWS(3), ROWS(4),
                                         ROWS(5), ROWS(6), ROWS(7), ROWS(8)};
_Static_assert(ARRAY_LEN(rows) == (size_t)4 * KEYRING_FILE_MAX, "a section for each key");

struct reading {
    const char *name;
    const struct file *file;
    char *message;
};

/* `section` is wrong as a whole: its keys do not make a key of the platform. */
static struct err refuse(const struct reading *reading, size_t at, const char *why)
{
    (void)text_print(reading->message, CONFIG_MESSAGE_MAX, "%s: [key%zu] %s", reading->name, at + 1,
                     why);
    return ERR(ERR_MALFORMED, at, "key");
}

static bool is_empty(const struct line *line)
{
    static const struct line none;
    return line->public_key[0] == '\0' && line->not_before_s == none.not_before_s &&
           line->not_after_s == none.not_after_s && !line->revoked;
}

static struct err take_line(const struct reading *reading, size_t at, struct keyring *ring)
{
    const struct line *line = &reading->file->lines[at];
    struct keyring_key key = {.not_before_s = line->not_before_s,
                              .not_after_s = line->not_after_s,
                              .revoked = line->revoked};

    if (failed(hex_parse(line->public_key, key.public_key, SEAL_PUBLIC_LEN)))
        return refuse(reading, at, "public: 64 hexadecimal digits, a raw Ed25519 key");
    if (line->not_after_s <= line->not_before_s)
        return refuse(reading, at, "not_before, not_after: two days, the first one earlier");
    seal_public_id(key.public_key, key.id);
    if (keyring_find(ring, key.id) != NULL)
        return refuse(reading, at, "public: stands before; a key may stand once");
    ring->keys[ring->count++] = key;
    return ERR_OK;
}

static struct err take_file(const struct reading *reading, struct keyring *out_ring)
{
    struct keyring ring = {.count = 0};

    for (size_t i = 0; i < KEYRING_FILE_MAX; i++) {
        if (is_empty(&reading->file->lines[i]))
            continue;
        struct err e = take_line(reading, i, &ring);
        if (failed(e))
            return e;
    }
    if (ring.count == 0)
        return refuse(reading, 0, "is missing: at least one key of the platform");
    *out_ring = ring;
    return ERR_OK;
}

struct err keyring_read(const char *path, struct keyring *out_ring, char *out_message)
{
    struct file file = {0};
    const struct reading reading = {path, &file, out_message};
    struct err e = config_read(path, rows, ARRAY_LEN(rows), &file, sizeof(file), out_message);
    return failed(e) ? e : take_file(&reading, out_ring);
}

struct err keyring_parse(const char *name, const char *text, struct keyring *out_ring,
                         char *out_message)
{
    struct file file = {0};
    const struct reading reading = {name, &file, out_message};
    struct err e =
        config_parse(name, text, rows, ARRAY_LEN(rows), &file, sizeof(file), out_message);
    return failed(e) ? e : take_file(&reading, out_ring);
}
