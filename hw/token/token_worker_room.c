#include "hw/token/token_worker_room.h"

#include <string.h>

#include "kiosk/base/secret.h"

struct worker_room *worker_room_create(void)
{
    return secret_pages_create(sizeof(struct worker_room));
}

void worker_room_wipe(struct worker_room *room)
{
    explicit_bzero(room, sizeof(*room));
}

void worker_room_destroy(struct worker_room *room)
{
    secret_pages_destroy(room, sizeof(*room));
}
