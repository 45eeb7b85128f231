/* vtoken_link.c - hides the socket. */
#include "hw/sim/vtoken_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kiosk/base/macros.h"

struct err vtoken_link_open(struct vtoken_link *link, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR(ERR_IO, errno, "socket");
    const int on = 1;
    if (connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        struct err e = ERR(errno == ECONNREFUSED ? ERR_NOT_FOUND : ERR_IO, errno, "connect");
        (void)close(fd);
        return e;
    }
    link->fd = fd;
    link->len = 0;
    return ERR_OK;
}

void vtoken_link_close(struct vtoken_link *link)
{
    if (link->fd >= 0)
        (void)close(link->fd); /* nothing is owed to a reader that a token leaves */
    link->fd = -1;
    link->len = 0;
}

struct err vtoken_link_receive(struct vtoken_link *link)
{
    /* The reader sends length and body apart: unless each part is acknowledged at once, its
     * kernel holds the second back for the 40 ms of a delayed acknowledgement. The option lasts
     * for one receive only. */
    const int on = 1;
    (void)setsockopt(link->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    ssize_t got = recv(link->fd, link->at + link->len, sizeof link->at - link->len, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return ERR_OK;
    if (got <= 0)
        return ERR(ERR_GONE, got < 0 ? errno : 0, "recv");
    link->len += (size_t)got;
    return ERR_OK;
}

static size_t body_len(const struct vtoken_link *link)
{
    return (size_t)link->at[0] << 8 | link->at[1];
}

static enum vtoken_message control_of(uint8_t byte)
{
    static const struct {
        uint8_t byte;
        enum vtoken_message message;
    } controls[] = {{0, VTOKEN_MESSAGE_OFF},
                    {1, VTOKEN_MESSAGE_ON},
                    {2, VTOKEN_MESSAGE_RESET},
                    {4, VTOKEN_MESSAGE_ATR}};
    for (size_t i = 0; i < ARRAY_LEN(controls); i++) {
        if (controls[i].byte == byte)
            return controls[i].message;
    }
    return VTOKEN_MESSAGE_UNKNOWN;
}

bool vtoken_link_peek(const struct vtoken_link *link, enum vtoken_message *out_message,
                      struct bytes *out_command)
{
    if (link->len < VTOKEN_LINK_HEADER_LEN || link->len - VTOKEN_LINK_HEADER_LEN < body_len(link))
        return false;
    *out_command = (struct bytes){link->at + VTOKEN_LINK_HEADER_LEN, body_len(link)};
    if (out_command->len == 0) {
        *out_message = VTOKEN_MESSAGE_UNKNOWN;
    } else if (out_command->len == 1) {
        *out_message = control_of(out_command->at[0]);
    } else {
        *out_message = VTOKEN_MESSAGE_COMMAND;
    }
    return true;
}

void vtoken_link_drop(struct vtoken_link *link)
{
    size_t len = VTOKEN_LINK_HEADER_LEN + body_len(link);
    memmove(link->at, link->at + len, link->len - len);
    link->len -= len;
}

struct err vtoken_link_send(struct vtoken_link *link, struct bytes message)
{
    uint8_t at[VTOKEN_LINK_HEADER_LEN + VTOKEN_LINK_MESSAGE_MAX];
    if (message.len > VTOKEN_LINK_MESSAGE_MAX)
        return ERR(ERR_NO_ROOM, message.len, "message");
    at[0] = (uint8_t)(message.len >> 8 & 0xFF);
    at[1] = (uint8_t)(message.len & 0xFF);
    memcpy(at + VTOKEN_LINK_HEADER_LEN, message.at, message.len);
    size_t len = VTOKEN_LINK_HEADER_LEN + message.len;
    return send(link->fd, at, len, MSG_NOSIGNAL) == (ssize_t)len ? ERR_OK
                                                                 : ERR(ERR_GONE, errno, "send");
}
