/*
 * forget.h - the inbox keeps no visit for ever: the documents of an order that was delivered go
 * when its receipt can be had no more.
 *
 * Those of an order that came to nothing stay: a kiosk may still have a token to put right by them.
 */
#ifndef SYNC_DAEMON_FORGET_H
#define SYNC_DAEMON_FORGET_H

#include <stdint.h>

#include "kiosk/ledger/inbox.h"

#define FORGET_AFTER_S INT64_C(2592000) /* 30 days */
#define FORGET_MAX 64                   /* orders in one go */

/* Erase what was delivered, and could be written no more FORGET_AFTER_S before `now_s`, a proven
 * time. Errors as inbox_erase(). */
MUST_CHECK struct err forget_old_orders(struct inbox *inbox, int64_t now_s);

#endif
