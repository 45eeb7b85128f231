/*
 * first_ledger.h - once in a kiosk's life: its device key and its journal.
 *
 * Only for `certkiosk --create-ledger`, which a person runs. A journal is never made anew, nor is
 * the key of one: that it lost its key is something that staff must know. A journal of an earlier
 * release has no key yet: it gets one, and is brought up with it.
 */
#ifndef KIOSK_APP_FIRST_LEDGER_H
#define KIOSK_APP_FIRST_LEDGER_H

#include "kiosk/app/settings.h"

/* Make the device key when there is none, its public half as `device.pub` in the ledger's folder
 * kiosk/, and the journal. Says on stderr what stands in the way; false then. */
bool first_ledger_create(const struct settings *settings);

#endif
