/* bench_sync - a batch of 100 entries to JSON and back, per row, against jansson's dump and load
 * of the same text; and what zstd makes of it. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "kiosk/base/text.h"
#include "sync/wire/batch.h"
#include "tests/bench/bench.h"

#define ROUNDS 60

static struct {
    struct batch in, out;
    char *text;   /* as batch_write made it */
    json_t *tree; /* the same, in jansson's hands */
} all;

static void fill(void)
{
    all.in.count = BATCH_ENTRIES_MAX;
    (void)text_copy(all.in.epoch, sizeof(all.in.epoch), "0f8fad5b-d9cb-469f-a165-70867728950e");
    for (unsigned i = 0; i < BATCH_ENTRIES_MAX; i++) {
        struct batch_entry *entry = &all.in.entries[i];
        entry->seq = 1000 + i;
        entry->at_ms = 1780279200000 + (int64_t)i * 7919;
        for (size_t j = 0; j < sizeof(entry->hash.at); j++)
            entry->hash.at[j] = (uint8_t)(entry->seq * 2654435761U >> (j % 24) ^ j * i);
        entry->prev = i > 0 ? all.in.entries[i - 1].hash : entry->hash;
        (void)text_print(entry->txid, sizeof(entry->txid), "%08x-%04x-4000-8000-00000000%04x",
                         i * 40503U, i, i * 31U);
        (void)text_print(entry->visit, sizeof(entry->visit), "%08x-0000-4000-8000-000000000000",
                         i / 8);
        (void)text_copy(entry->kind, sizeof(entry->kind), "order_left");
        (void)text_print((char *)entry->body, sizeof(entry->body),
                         "{\"order\":\"%s\",\"token\":\"s1%07u\",\"why\":\"cancelled\"}",
                         entry->txid, i * 977U);
        entry->body_len = strlen((char *)entry->body);
    }
}

static void ours(void *context)
{
    char *text = NULL;
    (void)context;

    bench_need(!failed(batch_write(&all.in, &text)), "batch_write");
    struct bytes bytes = {(const uint8_t *)text, strlen(text)};
    bench_need(!failed(batch_read(bytes, &all.out)), "batch_read");
    free(text);
}

static void theirs(void *context)
{
    (void)context;
    char *text = json_dumps(all.tree, JSON_COMPACT);
    json_t *back = text == NULL ? NULL : json_loads(text, 0, NULL);
    bench_need(back != NULL, "jansson");
    json_decref(back);
    free(text);
}

static void print_packed(size_t len)
{
    uint8_t *packed = NULL;
    size_t packed_len = 0;

    bench_need(
        !failed(wire_pack((struct bytes){(const uint8_t *)all.text, len}, &packed, &packed_len)),
        "wire_pack");
    bench_print(&(struct bench_row){
        "sync: an entry as sent", "bytes", (double)packed_len / BATCH_ENTRIES_MAX,
        (double)len / BATCH_ENTRIES_MAX, "the same JSON, not packed", false, 0.35});
    free(packed);
}

int main(void)
{
    fill();
    bench_need(!failed(batch_write(&all.in, &all.text)), "batch_write");
    all.tree = json_loads(all.text, 0, NULL);
    bench_need(all.tree != NULL, "json_loads");
    double ours_us = bench_us(ours, NULL, ROUNDS) / BATCH_ENTRIES_MAX;
    double theirs_us = bench_us(theirs, NULL, ROUNDS) / BATCH_ENTRIES_MAX;

    bench_print(&(struct bench_row){"sync: an entry to JSON and back, checked", "us", ours_us,
                                    theirs_us, "jansson's dump and load", false, 2.0});
    print_packed(strlen(all.text));
    json_decref(all.tree);
    free(all.text);
    return 0;
}
