/*
 * proof_view.h - the inbox's state as this kiosk may believe it: how far the journal is
 * acknowledged, and what time is proven, out of the platform's sealed words and not of bare
 * columns.
 */
#ifndef KIOSK_APP_PROOF_VIEW_H
#define KIOSK_APP_PROOF_VIEW_H

#include "kiosk/ledger/inbox.h"
#include "kiosk/pki/keyring.h"

/*
 * The state for `kiosk`; what no seal of `keys` that counts proves is not there: no time is proven,
 * nothing acknowledged. Of two marks of one journal the higher counts. ERR_MALFORMED: the state
 * says something else than its proofs; else as inbox_get_state().
 */
MUST_CHECK struct err proof_view_state(struct inbox *inbox, const char *kiosk,
                                       const struct keyring *keys, struct inbox_state *out_state);

#endif
