/* vtoken_store.c - hides the file's lines, and how it is replaced whole. */
#include "hw/sim/vtoken_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/x509.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define FIRST_LINE "certkiosk-vtoken 1"
#define LAST_LINE "end"
#define LINE_MAX_LEN (2 * VTOKEN_OBJECT_MAX + 64)
#define WORDS_MAX 6
#define BYTES_MAX VTOKEN_OBJECT_MAX

static void file_close(FILE **file)
{
    if (*file != NULL)
        (void)fclose(*file); /* what had to be durable was synced and checked before */
}

static void hex_write(FILE *file, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        (void)fprintf(file, "%02x", (unsigned)bytes.at[i]);
}

static void pin_write(FILE *file, const char *name, const struct vtoken_pin *pin)
{
    (void)fprintf(file, "%s %u %u ", name, (unsigned)pin->tries_left, (unsigned)pin->tries_max);
    hex_write(file, (struct bytes){pin->at, VTOKEN_PIN_LEN});
    (void)fputc('\n', file);
}

static void key_write(FILE *file, const struct vtoken_key *key)
{
    unsigned char *der = NULL;
    int len = i2d_PrivateKey(key->pair, &der);
    (void)fprintf(file, "key %02x %02x %u %u ", (unsigned)key->slot, (unsigned)key->algorithm,
                  (unsigned)key->pin_policy, (unsigned)key->origin);
    if (len > 0)
        hex_write(file, (struct bytes){der, (size_t)len});
    (void)fputc('\n', file);
    OPENSSL_clear_free(der, len > 0 ? (size_t)len : 0);
}

/* Errors of the stream are asked for once, at the end. */
static void state_write(FILE *file, const struct vtoken_state *state)
{
    (void)fprintf(file, FIRST_LINE "\nserial %u\nadmin %02x ", (unsigned)state->serial,
                  (unsigned)state->admin_algorithm);
    hex_write(file,
              (struct bytes){state->admin_key, vtoken_cipher_key_len(state->admin_algorithm)});
    (void)fputc('\n', file);
    pin_write(file, "pin", &state->pin);
    pin_write(file, "puk", &state->puk);
    for (size_t i = 0; i < VTOKEN_KEYS_MAX; i++) {
        if (state->keys[i].slot != 0)
            key_write(file, &state->keys[i]);
    }
    for (size_t i = 0; i < VTOKEN_OBJECTS_MAX; i++) {
        const struct vtoken_object *object = &state->objects[i];
        if (object->tag == 0)
            continue;
        (void)fprintf(file, "%s %x ", object->raw ? "raw" : "object", (unsigned)object->tag);
        hex_write(file, (struct bytes){object->at, object->len});
        (void)fputc('\n', file);
    }
    (void)fputs(LAST_LINE "\n", file);
}

static struct err folder_sync(const char *path)
{
    char folder[PATH_MAX];
    if (!text_copy(folder, sizeof folder, path))
        return ERR(ERR_NO_ROOM, 0, "path");
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        *slash = '\0';
    int fd = open(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ERR(ERR_IO, errno, "open folder");
    int rc = fsync(fd);
    int reason = errno;
    (void)close(fd);
    return rc == 0 ? ERR_OK : ERR(ERR_IO, reason, "fsync folder");
}

struct err vtoken_store_save(const char *path, struct vtoken_state *state)
{
    char fresh[PATH_MAX];
    if (!text_print(fresh, sizeof fresh, "%s.new", path))
        return ERR(ERR_NO_ROOM, 0, "path");
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return ERR(ERR_IO, errno, "open");
    CLEANUP(file_close) FILE *file = fdopen(fd, "we");
    if (file == NULL) {
        (void)close(fd);
        return ERR(ERR_IO, errno, "fdopen");
    }
    state_write(file, state);
    if (fflush(file) != 0 || ferror(file) != 0 || fsync(fd) != 0 || rename(fresh, path) != 0)
        return ERR(ERR_IO, errno, "write");
    struct err e = folder_sync(path);
    if (!failed(e))
        state->changed = false;
    return e;
}

/* A line taken apart; the last word's bytes in `bytes`. */
struct line {
    char text[LINE_MAX_LEN];
    size_t count;
    const char *word[WORDS_MAX];
    uint8_t at[BYTES_MAX];
    struct bytes bytes;
};

static void line_split(struct line *line)
{
    char *rest = NULL;
    line->count = 0;
    for (char *word = strtok_r(line->text, " \n", &rest); word != NULL && line->count < WORDS_MAX;
         word = strtok_r(NULL, " \n", &rest))
        line->word[line->count++] = word;
}

static bool last_word_is_hex(struct line *line)
{
    const char *hex = line->word[line->count - 1];
    size_t len = strlen(hex) / 2;
    if (len > BYTES_MAX || failed(hex_parse(hex, line->at, len)))
        return false;
    line->bytes = (struct bytes){line->at, len};
    return true;
}

/* The number in word `i`; all that stand in this file are below 2^32. */
static uint32_t number(const struct line *line, size_t i, int base)
{
    return (uint32_t)strtoul(line->word[i], NULL, base);
}

static bool serial_read(struct vtoken_state *state, struct line *line)
{
    state->serial = number(line, 1, 10);
    return true;
}

static bool admin_read(struct vtoken_state *state, struct line *line)
{
    enum vtoken_algorithm cipher = VTOKEN_3DES;
    if (!vtoken_algorithm_of(number(line, 1, 16), &cipher) || vtoken_algorithm_is_pair(cipher) ||
        !last_word_is_hex(line) || line->bytes.len != vtoken_cipher_key_len(cipher))
        return false;
    state->admin_algorithm = cipher;
    memcpy(state->admin_key, line->at, line->bytes.len);
    return true;
}

static bool tries_read(struct vtoken_pin *pin, struct line *line)
{
    if (!last_word_is_hex(line) || line->bytes.len != VTOKEN_PIN_LEN)
        return false;
    pin->tries_left = (uint8_t)(number(line, 1, 10) & 0x0F);
    pin->tries_max = (uint8_t)(number(line, 2, 10) & 0x0F);
    memcpy(pin->at, line->at, VTOKEN_PIN_LEN);
    return pin->tries_left <= pin->tries_max;
}

static bool pin_read(struct vtoken_state *state, struct line *line)
{
    return tries_read(&state->pin, line);
}

static bool puk_read(struct vtoken_state *state, struct line *line)
{
    return tries_read(&state->puk, line);
}

static bool key_read(struct vtoken_state *state, struct line *line)
{
    static const enum vtoken_pin_policy policies[] = {VTOKEN_PIN_NEVER, VTOKEN_PIN_ONCE,
                                                      VTOKEN_PIN_ALWAYS};
    struct vtoken_key key = {.slot = (uint8_t)(number(line, 1, 16) & 0xFF),
                             .origin = number(line, 4, 10) == VTOKEN_IMPORTED ? VTOKEN_IMPORTED
                                                                              : VTOKEN_GENERATED};
    uint32_t policy = number(line, 3, 10);
    for (size_t i = 0; i < ARRAY_LEN(policies); i++)
        key.pin_policy = policies[i] == policy ? policies[i] : key.pin_policy;
    if (!vtoken_slot_known(key.slot) || !vtoken_algorithm_of(number(line, 2, 16), &key.algorithm) ||
        !vtoken_algorithm_is_pair(key.algorithm) || key.pin_policy == 0 || !last_word_is_hex(line))
        return false;
    const unsigned char *der = line->at;
    key.pair = d2i_AutoPrivateKey(NULL, &der, (long)line->bytes.len);
    if (key.pair == NULL)
        return false;
    vtoken_state_set_key(state, key);
    return true;
}

static bool object_read(struct vtoken_state *state, struct line *line)
{
    return last_word_is_hex(line) &&
           !failed(vtoken_state_put(state, number(line, 1, 16), line->bytes));
}

static bool raw_read(struct vtoken_state *state, struct line *line)
{
    return last_word_is_hex(line) &&
           !failed(vtoken_state_put_raw(state, number(line, 1, 16), line->bytes));
}

static const struct {
    const char *name;
    size_t words;
    bool (*read)(struct vtoken_state *state, struct line *line);
} lines[] = {{"serial", 2, serial_read}, {"admin", 3, admin_read}, {"pin", 4, pin_read},
             {"puk", 4, puk_read},       {"key", 6, key_read},     {"object", 3, object_read},
             {"raw", 3, raw_read}};

static bool line_read(struct vtoken_state *state, struct line *line)
{
    line_split(line);
    for (size_t i = 0; line->count > 0 && i < ARRAY_LEN(lines); i++) {
        if (text_same(lines[i].name, line->word[0]))
            return line->count == lines[i].words && lines[i].read(state, line);
    }
    return false;
}

static struct err state_read(FILE *file, struct vtoken_state *state)
{
    struct line line;
    if (fgets(line.text, sizeof line.text, file) == NULL || strcmp(line.text, FIRST_LINE "\n") != 0)
        return ERR(ERR_MALFORMED, 1, "first line");
    for (int at = 2; fgets(line.text, sizeof line.text, file) != NULL; at++) {
        if (strcmp(line.text, LAST_LINE "\n") == 0)
            return ERR_OK;
        if (!line_read(state, &line))
            return ERR(ERR_MALFORMED, at, "line");
    }
    return ERR(ERR_MALFORMED, 0, "cut short");
}

struct err vtoken_store_load(const char *path, struct vtoken_state **out_state)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return ERR(errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "fopen");
    struct vtoken_state *state = calloc(1, sizeof *state);
    struct err e = state == NULL ? ERR(ERR_NO_ROOM, 0, "calloc") : state_read(file, state);
    (void)fclose(file); /* only read */
    if (failed(e)) {
        vtoken_state_destroy(state);
        return e;
    }
    state->changed = false;
    *out_state = state;
    return ERR_OK;
}
