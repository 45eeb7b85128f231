/*
 * secret.h - a PIN or key that must not outlive its use.
 *
 * The bytes live inside the struct, are wiped by secret_wipe(), and have no
 * printer: there is no function that turns a secret into text.
 *
 *     CLEANUP(secret_wipe) struct secret key = {.len = 0};     short-lived, on the stack
 *     struct secret *pin = secret_create();                    lives for a visit: locked page
 *     secret_push(pin, '1') ... token_verify_pin(token, pin, ...) ... secret_wipe(pin)
 *     secret_destroy(pin);
 */
#ifndef KIOSK_BASE_SECRET_H
#define KIOSK_BASE_SECRET_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define SECRET_LEN_MAX 64

struct secret {
    uint8_t at[SECRET_LEN_MAX];
    size_t len;
};

/* `size` zeroed bytes on pages of their own: locked in memory, left out of core dumps and of
 * children. NULL when they cannot be had or locked. */
void *secret_pages_create(size_t size);

/* Wipe and give back. NULL is fine. */
void secret_pages_destroy(void *pages, size_t size);

/* An empty secret on such a page. */
struct secret *secret_create(void);

/* Wipe and give the page back. NULL is fine. */
void secret_destroy(struct secret *secret);

/* Append one byte. ERR_NO_ROOM when SECRET_LEN_MAX is reached. */
MUST_CHECK struct err secret_push(struct secret *secret, uint8_t byte);

/* Take the last byte off again; nothing happens when there is none. */
void secret_pop(struct secret *secret);

/* Make `secret` a copy of `bytes`. ERR_NO_ROOM when they are too many. */
MUST_CHECK struct err secret_set(struct secret *secret, struct bytes bytes);

/* The bytes, borrowed until the next call on `secret`. Used by hw/ only. */
struct bytes secret_reveal(const struct secret *secret);

/* Overwrite with zeros. A zeroed or already wiped secret is fine. */
void secret_wipe(struct secret *secret);

#endif
