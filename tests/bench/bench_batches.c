/*
 * bench_batches JOURNAL OUT_DIR - the journal as the batches that certkiosk-syncd would send,
 * packed, each in a file of its own: 00001.zst and so on. Prints "BATCHES ROWS BYTES".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/journal.h"
#include "sync/daemon/batch_row.h"
#include "tests/bench/bench.h"

#define PATH_SIZE 512

static bool take_row(void *context, const struct journal_row *row)
{
    struct batch *batch = context;
    batch_row_add(batch, row);
    return batch->count < BATCH_ENTRIES_MAX;
}

/* Bytes written. */
static size_t put(const char *dir, unsigned number, const struct batch *batch)
{
    char path[PATH_SIZE];
    char *text = NULL;
    uint8_t *packed = NULL;
    size_t len = 0;

    bench_need(!failed(batch_write(batch, &text)), "batch_write");
    bench_need(
        !failed(wire_pack((struct bytes){(const uint8_t *)text, strlen(text)}, &packed, &len)),
        "wire_pack");
    bench_need(text_print(path, sizeof(path), "%s/%05u.zst", dir, number), dir);
    FILE *file = fopen(path, "wxe");
    bench_need(file != NULL && fwrite(packed, 1, len, file) == len && fclose(file) == 0, path);
    free(packed);
    free(text);
    return len;
}

int main(int argc, char **argv)
{
    static struct batch batch;
    struct journal *journal = NULL;
    struct journal_status status;
    uint64_t rows = 0;
    size_t bytes = 0;
    unsigned count = 0;

    bench_need(argc == 3, "bench_batches JOURNAL OUT_DIR");
    bench_need(!failed(journal_open_read(argv[1], &journal)), argv[1]);
    bench_need(!failed(journal_get_status(journal, &status)), argv[1]);
    (void)text_copy(batch.epoch, sizeof(batch.epoch), status.epoch);
    while (rows < status.head_seq) {
        batch.count = 0;
        bench_need(!failed(journal_read(journal, rows, BATCH_ENTRIES_MAX, take_row, &batch)),
                   "read");
        bytes += put(argv[2], ++count, &batch);
        rows += batch.count;
    }
    journal_close(journal);
    (void)printf("%u %llu %zu\n", count, (unsigned long long)rows, bytes);
    return 0;
}
