/* token_process.h - what the process of `certkioskctl token` must not leave behind. */
#ifndef KIOSK_CTL_TOKEN_PROCESS_H
#define KIOSK_CTL_TOKEN_PROCESS_H

#include "kiosk/base/err.h"

/*
 * No core dumps, no other process of the same user that looks into the memory; and no page of it
 * goes to a disk, where locking all of them is allowed (without, the pages of secret_create() are
 * locked alone). A reader of its output that leaves does not end it in the middle of a change, and
 * without a standard file nothing else gets what is meant for that. ERR_IO.
 */
MUST_CHECK struct err token_process_close(void);

#endif
