/* token_process.h - what the process of `certkioskctl token` must not leave behind. */
#ifndef KIOSK_CTL_TOKEN_PROCESS_H
#define KIOSK_CTL_TOKEN_PROCESS_H

#include <stddef.h>

#include "kiosk/base/err.h"

/*
 * No core dumps, no other process of the same user that looks into the memory; and no page of it
 * goes to a disk, where locking all of them is allowed (without, the pages of secret_create() are
 * locked alone). ERR_IO.
 */
MUST_CHECK struct err token_process_close(void);

/* `size` zeroed bytes on pages of their own, as secret_create() has them: locked in memory, left
 * out of core dumps and of children. NULL when they cannot be had or locked. */
void *token_process_page(size_t size);

/* Wipe and give back. NULL is fine. */
void token_process_page_free(void *page, size_t size);

#endif
