/*
 * bench_ledger DIR - durable appends to the journal, against writing the same bytes to a file in
 * DIR and fdatasync after each. Appends and writes take turns, so that a busy disk hits both.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/journal.h"
#include "tests/bench/bench.h"

#define APPENDS 200
#define TURNS 10
#define PATH_SIZE 512

static const char body[] =
    "{\"order\":\"0f8fad5b-d9cb-469f-a165-70867728950e\",\"token\":\"s10000001\",\"service\":"
    "\"renew\",\"profile\":\"norinco\",\"price_pack\":3,\"term_years\":1,\"amount_fen\":20000,"
    "\"slot\":154,\"old_certificate\":"
    "\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\","
    "\"old_not_after_s\":1790000000}";

static void append(struct journal *journal, unsigned number)
{
    struct journal_draft draft = {.at_ms = 1780279200000 + number,
                                  .kind = "order_requested",
                                  .body = {(const uint8_t *)body, sizeof(body) - 1},
                                  .order_state = JOURNAL_ORDER_REQUESTED};

    (void)text_print(draft.txid, sizeof(draft.txid), "%08x-0000-4000-8000-000000000000", number);
    (void)text_print(draft.order, sizeof(draft.order), "%08x-0000-4000-8000-000000000001", number);
    (void)text_copy(draft.visit, sizeof(draft.visit), draft.txid);
    (void)text_copy(draft.token, sizeof(draft.token), "s10000001");
    bench_need(!failed(journal_append(journal, &draft)), "journal_append");
}

static uint64_t appends_ns(struct journal *journal, unsigned first)
{
    uint64_t start = bench_now_ns();
    for (unsigned i = 0; i < APPENDS; i++)
        append(journal, first + i);
    return bench_now_ns() - start;
}

static uint64_t writes_ns(int fd)
{
    uint64_t start = bench_now_ns();
    for (unsigned i = 0; i < APPENDS; i++)
        bench_need(write(fd, body, sizeof(body) - 1) == (ssize_t)sizeof(body) - 1 &&
                       fdatasync(fd) == 0,
                   "write");
    return bench_now_ns() - start;
}

int main(int argc, char **argv)
{
    static const uint8_t random[16] = {1};
    char path[PATH_SIZE];
    struct journal *journal = NULL;
    uint64_t ours_ns = 0;
    uint64_t raw_ns = 0;

    bench_need(argc == 2 && text_print(path, sizeof(path), "%s/raw", argv[1]), "bench_ledger DIR");
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    bench_need(fd >= 0 && text_print(path, sizeof(path), "%s/journal.db", argv[1]), path);
    bench_need(!failed(journal_open(path, true, random, &journal)), path);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        ours_ns += appends_ns(journal, turn * APPENDS);
        raw_ns += writes_ns(fd);
    }
    journal_close(journal);
    (void)close(fd); /* every byte was synced */

    const double count = (double)APPENDS * TURNS * 1e9;
    bench_print(&(struct bench_row){"ledger: durable appends", "1/s", count / (double)ours_ns,
                                    count / (double)raw_ns, "write and fdatasync of the same bytes",
                                    true, 0.3});
    return 0;
}
