#include "sync/daemon/batch_row.h"

#include <assert.h>
#include <string.h>

void batch_row_add(struct batch *batch, const struct journal_row *row)
{
    assert(batch->count < BATCH_ENTRIES_MAX);
    struct batch_entry *entry = &batch->entries[batch->count++];
    entry->seq = row->seq;
    entry->at_ms = row->at_ms;
    memcpy(entry->txid, row->txid, sizeof(entry->txid));
    memcpy(entry->visit, row->visit, sizeof(entry->visit));
    memcpy(entry->kind, row->kind, sizeof(entry->kind));
    memcpy(entry->body, row->body, row->body_len);
    entry->body_len = row->body_len;
    entry->prev = row->prev;
    entry->hash = row->hash;
}

void batch_row_sign(struct batch *batch, const struct journal_head *head)
{
    static_assert(BATCH_SIGNATURE_LEN == JOURNAL_SIGNATURE_LEN, "one signature");
    batch->head = (struct batch_head){.seq = head->seq, .hash = head->hash};
    memcpy(batch->head.signature, head->signature, sizeof(head->signature));
}
