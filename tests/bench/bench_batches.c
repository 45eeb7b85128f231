/*
 * bench_batches JOURNAL AFTER OUT_DIR - the entries behind AFTER as the batches that
 * certkiosk-syncd would send, packed, each in a file of its own: 00001.zst and so on. Prints
 * "BATCHES ROWS BYTES".
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
    return true;
}

/* As many as one batch takes, up to one that is signed. */
static void fill(struct journal *journal, uint64_t after, struct batch *batch)
{
    struct journal_head head;

    batch->count = 0;
    bench_need(
        !failed(journal_head_behind(journal, after, after + BATCH_ENTRIES_MAX, &head)) &&
            !failed(journal_read(journal, after, (size_t)(head.seq - after), take_row, batch)),
        "read");
    batch_row_sign(batch, &head);
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
    size_t bytes = 0;
    unsigned count = 0;

    bench_need(argc == 4, "bench_batches JOURNAL AFTER OUT_DIR");
    uint64_t after = strtoull(argv[2], NULL, 10);
    uint64_t seq = after;
    bench_need(!failed(journal_open_read(argv[1], &journal)), argv[1]);
    bench_need(!failed(journal_get_status(journal, &status)), argv[1]);
    (void)text_copy(batch.epoch, sizeof(batch.epoch), status.epoch);
    while (seq < status.head_seq) {
        fill(journal, seq, &batch);
        bytes += put(argv[3], ++count, &batch);
        seq += batch.count;
    }
    journal_close(journal);
    (void)printf("%u %llu %zu\n", count, (unsigned long long)(seq - after), bytes);
    return 0;
}
