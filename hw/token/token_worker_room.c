#include "hw/token/token_worker_room.h"

#include <string.h>
#include <sys/mman.h>

struct worker_room *worker_room_create(void)
{
    const size_t size = sizeof(struct worker_room);
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;

    bool kept = mlock(pages, size) == 0 && madvise(pages, size, MADV_DONTDUMP) == 0 &&
                madvise(pages, size, MADV_WIPEONFORK) == 0;
    if (kept)
        return pages;

    (void)munmap(pages, size); /* nothing was ever in it */
    return NULL;
}

void worker_room_wipe(struct worker_room *room)
{
    explicit_bzero(room, sizeof(*room));
}

void worker_room_destroy(struct worker_room *room)
{
    if (room == NULL)
        return;
    worker_room_wipe(room);
    (void)munmap(room, sizeof(*room)); /* fails only for an address that is not ours */
}
