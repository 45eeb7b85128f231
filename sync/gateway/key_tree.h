/*
 * key_tree.h - how many of the platform's keys stand under one, for a kiosk of the first list.
 *
 * A kiosk that hears of one more than it has room for (KEYRING_INTRODUCED_MAX) goes no further in
 * the feed, so key_desk.h asks here before it tells of one.
 */
#ifndef SYNC_GATEWAY_KEY_TREE_H
#define SYNC_GATEWAY_KEY_TREE_H

#include "sync/gateway/store.h"

/* Whether kiosks take `subject` from `speaker`, both key ids: it stands under the same root
 * already, or fewer than KEYRING_INTRODUCED_MAX do. Inside a transaction. */
MUST_CHECK struct err key_tree_has_room(struct store *store, const char *speaker,
                                        const char *subject, bool *out_has);

#endif
