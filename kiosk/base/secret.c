#include "kiosk/base/secret.h"

#include <string.h>
#include <sys/mman.h>

struct secret *secret_create(void)
{
    void *page = mmap(NULL, sizeof(struct secret), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return NULL;

    bool kept = mlock(page, sizeof(struct secret)) == 0 &&
                madvise(page, sizeof(struct secret), MADV_DONTDUMP) == 0 &&
                madvise(page, sizeof(struct secret), MADV_WIPEONFORK) == 0;
    if (kept)
        return page;

    (void)munmap(page, sizeof(struct secret)); /* nothing was ever in it */
    return NULL;
}

void secret_destroy(struct secret *secret)
{
    if (secret == NULL)
        return;
    secret_wipe(secret);
    (void)munmap(secret, sizeof(*secret)); /* fails only for an address that is not ours */
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
