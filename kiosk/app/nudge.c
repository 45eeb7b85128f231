#include "kiosk/app/nudge.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kiosk/base/text.h"

int nudge_open(void)
{
    return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

void nudge_close(int fd)
{
    if (fd >= 0)
        (void)close(fd); /* datagrams: nothing is pending */
}

void nudge_look(int fd, const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    static const char look[] = "look";

    if (!text_copy(to.sun_path, sizeof(to.sun_path), path))
        return; /* the path was checked at start */
    (void)sendto(fd, look, sizeof(look) - 1, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to));
}
