#include "sync/daemon/wake.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define SIGNED "signed "

static bool set_address(struct sockaddr_un *address, const char *path)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    return text_copy(address->sun_path, sizeof(address->sun_path), path);
}

struct err wake_open(const char *path, const char *kiosk_path, struct wake *out_wake)
{
    struct wake wake = {.fd = -1};
    struct sockaddr_un address;
    if (!set_address(&address, path) || !set_address(&wake.kiosk, kiosk_path))
        return ERR(ERR_NO_ROOM, 0, "socket path");
    (void)text_copy(wake.path, sizeof(wake.path), path); /* same size as above */

    wake.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (wake.fd < 0)
        return ERR(ERR_IO, errno, "socket");
    (void)unlink(path); /* what a crash left; bind() says if it is still in the way */
    if (bind(wake.fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        int why = errno;
        (void)close(wake.fd); /* nothing was sent */
        return ERR(ERR_IO, why, "bind");
    }
    *out_wake = wake;
    return ERR_OK;
}

void wake_close(struct wake *wake)
{
    if (wake->fd < 0)
        return;
    (void)close(wake->fd); /* datagrams: nothing is pending */
    (void)unlink(wake->path);
    wake->fd = -1;
}

static enum wake_word word_of(const char *at, size_t len)
{
    if (len == strlen("status?") && memcmp(at, "status?", len) == 0)
        return WAKE_STATUS;
    if (len > strlen(SIGNED) && memcmp(at, SIGNED, strlen(SIGNED)) == 0)
        return WAKE_SIGNED;
    return len >= 4 && memcmp(at, "look", 4) == 0 ? WAKE_LOOK : WAKE_UNKNOWN;
}

enum wake_word wake_read(const struct wake *wake, struct wake_asker *out_asker)
{
    out_asker->len = sizeof(out_asker->address);
    ssize_t len = recvfrom(wake->fd, out_asker->text, sizeof(out_asker->text) - 1, 0,
                           (struct sockaddr *)&out_asker->address, &out_asker->len);
    if (len < 0)
        return WAKE_NOTHING;
    out_asker->text[len] = '\0';
    return word_of(out_asker->text, (size_t)len);
}

void wake_answer(const struct wake *wake, const struct wake_asker *asker, const char *text)
{
    if (asker->len <= sizeof(sa_family_t))
        return; /* no address to answer to */
    (void)sendto(wake->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
                 (const struct sockaddr *)&asker->address, asker->len);
}

void wake_kiosk(const struct wake *wake, bool line_up)
{
    const char *text = line_up ? "look line=up" : "look line=down";
    (void)sendto(wake->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
                 (const struct sockaddr *)&wake->kiosk, sizeof(wake->kiosk));
}

void wake_ask_signature(const struct wake *wake, const struct hash *request)
{
    char hex[HEX_SIZE(HASH_LEN)];
    char text[WAKE_TEXT_SIZE];
    hex_print(hex, (struct bytes){request->at, HASH_LEN});
    (void)text_print(text, sizeof(text), "sign %s", hex); /* fits */
    (void)sendto(wake->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
                 (const struct sockaddr *)&wake->kiosk, sizeof(wake->kiosk));
}

struct err wake_read_signature(const struct wake_asker *asker, struct wake_signature *out_signature)
{
    struct wake_signature signature = {.at = {0}};
    char hash[HEX_SIZE(HASH_LEN)];
    const char *hex = asker->text + strlen(SIGNED);
    if (strnlen(hex, sizeof(hash)) != sizeof(hash) || hex[sizeof(hash) - 1] != ' ')
        return ERR(ERR_MALFORMED, 0, "signed");
    memcpy(hash, hex, sizeof(hash) - 1);
    hash[sizeof(hash) - 1] = '\0';
    struct err e = hex_parse(hash, signature.request.at, HASH_LEN);
    if (!failed(e))
        e = hex_parse(hex + sizeof(hash), signature.at, WAKE_SIGNATURE_LEN);
    if (!failed(e))
        *out_signature = signature;
    return e;
}
