#include "kiosk/ctl/token_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/hash.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define FILE_MODE 0600

/* Whether the file says `text` and nothing else. */
static bool says(const char *path, const char *text)
{
    char found[CERTIFICATE_PEM_SIZE + 1];
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t len = fd < 0 ? -1 : read(fd, found, sizeof(found));
    return len >= 0 && (size_t)len == strlen(text) && memcmp(found, text, (size_t)len) == 0;
}

static struct err write_new(int fd, const char *text)
{
    size_t len = strlen(text);
    ssize_t done = write(fd, text, len);
    if (done >= 0 && (size_t)done != len)
        return ERR(ERR_NO_ROOM, ENOSPC, "keeping the old certificate");
    if (done < 0 || fsync(fd) != 0)
        return ERR(errno == ENOSPC ? ERR_NO_ROOM : ERR_IO, errno, "keeping the old certificate");
    return ERR_OK;
}

struct err token_backup_put(const char *path, struct bytes der)
{
    char pem[CERTIFICATE_PEM_SIZE];
    struct err e = certificate_print(der, pem);
    if (failed(e))
        return e;
    CLEANUP(file_close)
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, FILE_MODE);
    if (fd < 0 && errno == EEXIST) {
        return says(path, pem)
                   ? ERR_OK
                   : ERR(ERR_CONFLICT, 0, "another file is there, and is not overwritten");
    }
    if (fd < 0)
        return ERR(ERR_IO, errno, "a place for the old certificate");
    e = write_new(fd, pem);
    if (failed(e)) {
        (void)unlink(path); /* it is ours, and not whole */
        return e;
    }
    return file_flush_folder(path);
}

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

struct err token_backup_name(const struct token_options *options, const char *id, uint8_t slot,
                             struct bytes der, char out_path[PATH_MAX])
{
    char hex[HEX_SIZE(HASH_LEN)];
    uint8_t named = 0;
    const char *place = options->backup == NULL ? "." : options->backup;
    bool fits = false;
    if (is_folder(place)) {
        struct hash hash = hash_of(der);
        hex_print(hex, (struct bytes){hash.at, sizeof(hash.at)});
        bool here = text_same(place, ".");
        fits = text_print(out_path, PATH_MAX, "%s%s%s-%02x-%s.pem", here ? "" : place,
                          here ? "" : "/", id, slot, hex);
    } else if (options->word_count > 1 && !failed(hex_parse(options->words[1], &named, 1)) &&
               named == slot) {
        fits = text_copy(out_path, PATH_MAX, place);
    } else {
        fits = text_print(out_path, PATH_MAX, "%s.%02x", place, slot);
    }
    return fits ? ERR_OK : ERR(ERR_NO_ROOM, 0, "the name of the backup");
}

enum token_exit token_backup_slot(const struct token_room *room, uint8_t slot, struct bytes next,
                                  struct token_backup *out_backup)
{
    const struct token_certificate *old = token_room_certificate(room, slot);
    struct token_backup backup = {.path = ""};
    bool hidden = (room->identity.hidden >> token_slot_index(slot) & 1U) != 0;
    if (hidden && !room->options->lose_hidden) {
        return token_say_failed(room->options, "what the slot has; nothing was changed",
                                ERR(ERR_UNSUPPORTED, slot,
                                    "a certificate that cannot be shown cannot be kept;"
                                    " --lose-hidden agrees"));
    }
    if (old == NULL || (old->der_len == next.len && memcmp(old->der, next.at, next.len) == 0))
        return TOKEN_EXIT_DONE;
    struct bytes der = {old->der, old->der_len};
    struct err e = token_backup_name(room->options, room->identity.id, slot, der, backup.path);
    if (!failed(e))
        e = token_backup_put(backup.path, der);
    if (failed(e)) {
        return token_say_failed(room->options, "keeping the old certificate; nothing was changed",
                                e);
    }
    (void)fprintf(stderr, "certkioskctl: the certificate that slot %02x has is kept in %s\n", slot,
                  backup.path);
    *out_backup = backup;
    return TOKEN_EXIT_DONE;
}

json_t *token_backup_note(json_t *object, const struct token_backup *backup)
{
    if (object != NULL && backup->path[0] != '\0')
        (void)json_object_set_new(object, "backup", json_string(backup->path));
    return object;
}
