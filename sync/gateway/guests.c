#include "sync/gateway/guests.h"

#include <netinet/in.h>
#include <string.h>

void guests_address(const struct sockaddr *from, uint8_t out_address[GUESTS_ADDRESS_LEN])
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    memset(out_address, 0, GUESTS_ADDRESS_LEN);
    if (from != NULL && from->sa_family == AF_INET) {
        memcpy(&v4, from, sizeof(v4));
        memcpy(out_address, &v4.sin_addr, sizeof(v4.sin_addr));
    } else if (from != NULL && from->sa_family == AF_INET6) {
        memcpy(&v6, from, sizeof(v6));
        memcpy(out_address, &v6.sin6_addr, GUESTS_ADDRESS_LEN);
    }
}

static void unlink_guest(struct guests *guests, struct guest *guest)
{
    *(guest->older == NULL ? &guests->oldest : &guest->older->newer) = guest->newer;
    *(guest->newer == NULL ? &guests->newest : &guest->newer->older) = guest->older;
}

static void link_newest(struct guests *guests, struct guest *guest)
{
    guest->newer = NULL;
    guest->older = guests->newest;
    *(guests->newest == NULL ? &guests->oldest : &guests->newest->newer) = guest;
    guests->newest = guest;
}

/* The oldest who may have to go, of this address or (NULL) of any, when they are more than `max`.
 */
static struct guest *one_too_many(const struct guests *guests, const uint8_t *address, size_t max)
{
    struct guest *oldest = NULL;
    size_t count = 0;

    for (struct guest *guest = guests->newest; guest != NULL; guest = guest->older) {
        if (guest->is_proven || guest->is_going ||
            (address != NULL && memcmp(guest->address, address, GUESTS_ADDRESS_LEN) != 0))
            continue;
        oldest = guest;
        count++;
    }
    return count > max ? oldest : NULL;
}

struct guest *guests_enter(struct guests *guests, struct guest *guest)
{
    link_newest(guests, guest);
    struct guest *going = one_too_many(guests, guest->address, GUESTS_PER_ADDRESS_MAX);
    if (going == NULL)
        going = one_too_many(guests, NULL, GUESTS_MAX);
    if (going != NULL)
        going->is_going = true;
    return going;
}

static struct guest *one_too_many_of(const struct guests *guests, const uint8_t *owner)
{
    struct guest *oldest = NULL;
    size_t count = 0;

    for (struct guest *guest = guests->newest; guest != NULL; guest = guest->older) {
        if (!guest->is_proven || guest->is_going ||
            memcmp(guest->owner, owner, GUESTS_OWNER_LEN) != 0)
            continue;
        oldest = guest;
        count++;
    }
    return count > GUESTS_PER_OWNER_MAX ? oldest : NULL;
}

struct guest *guests_prove(struct guests *guests, struct guest *guest,
                           const uint8_t owner[GUESTS_OWNER_LEN])
{
    if (guest->is_proven || guest->is_going)
        return NULL;
    guest->is_proven = true;
    memcpy(guest->owner, owner, GUESTS_OWNER_LEN);
    guests_renew(guests, guest); /* it may be the oldest, but is the one that counts */
    struct guest *going = one_too_many_of(guests, owner);
    if (going != NULL)
        going->is_going = true;
    return going;
}

void guests_renew(struct guests *guests, struct guest *guest)
{
    unlink_guest(guests, guest);
    link_newest(guests, guest);
}

void guests_leave(struct guests *guests, struct guest *guest)
{
    unlink_guest(guests, guest);
}
