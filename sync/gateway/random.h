/* random.h - names that nobody can guess. */
#ifndef SYNC_GATEWAY_RANDOM_H
#define SYNC_GATEWAY_RANDOM_H

#include "kiosk/base/err.h"

#define RANDOM_NAME_SIZE 33 /* 128 bits in hex, with the NUL */

/* ERR_IO: the kernel gives no random bytes. */
MUST_CHECK struct err random_name(char out_name[RANDOM_NAME_SIZE]);

#endif
