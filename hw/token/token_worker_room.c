#include "hw/token/token_worker_room.h"

#include <string.h>
#include <sys/mman.h>

void *worker_pages_create(size_t size)
{
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

void worker_pages_destroy(void *pages, size_t size)
{
    if (pages == NULL)
        return;
    explicit_bzero(pages, size);
    (void)munmap(pages, size); /* fails only for an address that is not ours */
}

struct worker_room *worker_room_create(void)
{
    return worker_pages_create(sizeof(struct worker_room));
}

void worker_room_wipe(struct worker_room *room)
{
    explicit_bzero(room, sizeof(*room));
}

void worker_room_destroy(struct worker_room *room)
{
    worker_pages_destroy(room, sizeof(*room));
}
