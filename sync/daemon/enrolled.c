/* One hash over certificate and code: a copy of the file tells neither, and one that stands beside
 * another certificate says nothing. */
#include "sync/daemon/enrolled.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/hash.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/certificate.h"
#include "sync/wire/enrol.h"

#define PATH_SIZE 272
#define MODE 0600

static bool place_of(const char *identity, char out[PATH_SIZE])
{
    return text_print(out, PATH_SIZE, "%s" ENROLLED_SUFFIX, identity);
}

/* 80 random bits behind the certificate's: nobody finds the code. */
static void print_both(const struct code *code, struct bytes certificate,
                       char out[HEX_SIZE(HASH_LEN)])
{
    struct hash hash = hash_of(certificate);
    uint8_t both[HASH_LEN + CODE_LEN];

    memcpy(both, hash.at, HASH_LEN);
    memcpy(both + HASH_LEN, code->at, CODE_LEN);
    hash = hash_of((struct bytes){both, sizeof(both)});
    hex_print(out, (struct bytes){hash.at, HASH_LEN});
}

struct err enrolled_note(const char *identity, const struct code *code, struct bytes certificate)
{
    char path[PATH_SIZE];
    char text[HEX_SIZE(HASH_LEN)];

    if (!place_of(identity, path))
        return ERR(ERR_NO_ROOM, 0, "path");
    print_both(code, certificate, text);
    return file_put(path, (struct bytes){(const uint8_t *)text, strlen(text)}, MODE);
}

bool enrolled_by(const char *identity, const struct code *code)
{
    uint8_t certificate[ENROL_CERTIFICATE_MAX];
    char path[PATH_SIZE];
    char kept[HEX_SIZE(HASH_LEN)] = "";
    char wanted[HEX_SIZE(HASH_LEN)];
    size_t len = 0;

    if (!place_of(identity, path) ||
        failed(certificate_open(identity, certificate, sizeof(certificate), &len)))
        return false;
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, kept, sizeof(kept) - 1) != (ssize_t)sizeof(kept) - 1)
        return false;
    print_both(code, (struct bytes){certificate, len}, wanted);
    return text_same(kept, wanted);
}
