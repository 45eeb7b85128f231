#include "kiosk/base/secret.h"

#include <string.h>
#include <sys/mman.h>

void *secret_pages_create(size_t size)
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

void secret_pages_destroy(void *pages, size_t size)
{
    if (pages == NULL)
        return;
    explicit_bzero(pages, size);
    (void)munmap(pages, size); /* fails only for an address that is not ours */
}

struct secret *secret_create(void)
{
    return secret_pages_create(sizeof(struct secret));
}

void secret_destroy(struct secret *secret)
{
    secret_pages_destroy(secret, sizeof(*secret));
}

struct err secret_push(struct secret *secret, uint8_t byte)
{
    if (secret->len == SECRET_LEN_MAX)
        return ERR(ERR_NO_ROOM, 0, "secret_push");

    secret->at[secret->len++] = byte;
    return ERR_OK;
}

void secret_pop(struct secret *secret)
{
    if (secret->len == 0)
        return;
    secret->len--;
    explicit_bzero(&secret->at[secret->len], 1);
}

struct err secret_set(struct secret *secret, struct bytes bytes)
{
    if (bytes.len > SECRET_LEN_MAX)
        return ERR(ERR_NO_ROOM, bytes.len, "secret_set");

    secret_wipe(secret);
    if (bytes.len > 0)
        memcpy(secret->at, bytes.at, bytes.len);
    secret->len = bytes.len;
    return ERR_OK;
}

struct bytes secret_reveal(const struct secret *secret)
{
    return (struct bytes){secret->at, secret->len};
}

void secret_wipe(struct secret *secret)
{
    explicit_bzero(secret, sizeof(*secret));
}
