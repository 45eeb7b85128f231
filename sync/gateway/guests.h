/*
 * guests.h - who holds a connection of a listener, and who makes room when there are too many.
 *
 * A connection costs its owner nothing: whoever opens hundreds and says half a word on each must
 * not keep a kiosk or a phone out. So nobody who comes is refused; instead one who is there and has
 * not proven who he is goes: the one of whom nothing was heard for the longest time, from the same
 * address first. All calls from one thread.
 */
#ifndef SYNC_GATEWAY_GUESTS_H
#define SYNC_GATEWAY_GUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define GUESTS_MAX 384            /* who have proven nothing; the listener takes more than these */
#define GUESTS_PER_ADDRESS_MAX 64 /* of one IPv4 address, or of one /64 network of IPv6 */
#define GUESTS_PER_OWNER_MAX 16   /* of one client certificate */
#define GUESTS_ADDRESS_LEN 8
#define GUESTS_OWNER_LEN 32

struct guest {
    int fd;
    bool is_proven; /* has a client certificate of ours: goes only for its own newer ones */
    bool is_going;
    uint8_t address[GUESTS_ADDRESS_LEN];
    uint8_t owner[GUESTS_OWNER_LEN]; /* hash of that certificate */
    struct guest *older, *newer;
};

struct guests {
    struct guest *oldest, *newest;
};

/* Fill `out_address` from the peer's; NULL or of another family: one address for all of these. */
void guests_address(const struct sockaddr *from, uint8_t out_address[GUESTS_ADDRESS_LEN]);

/* `guest`, with fd and address set, is in from now on. Returns who goes for it, or NULL; is_going
 * is set in it, and it is to be shut. */
struct guest *guests_enter(struct guests *guests, struct guest *guest);

/* This one is the owner of that certificate. Returns who goes for it, as guests_enter. */
struct guest *guests_prove(struct guests *guests, struct guest *guest,
                           const uint8_t owner[GUESTS_OWNER_LEN]);

/* A request of this one was answered. */
void guests_renew(struct guests *guests, struct guest *guest);

void guests_leave(struct guests *guests, struct guest *guest);

#endif
