/*
 * bench_latency STATE_DIR COUNT URL CA CERTIFICATE KEY - from an append until its acknowledgement
 * is durable here, with certkiosk-syncd and the platform running; against one POST of as many bytes
 * to a server at URL that keeps nothing, over a connection that is kept. In turns.
 */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "kiosk/ledger/inbox.h"
#include "kiosk/ledger/journal.h"
#include "tests/bench/bench.h"
#include "tests/e2e/hand_device.h"

#define PATH_SIZE 512
#define COUNT_MAX 2000
#define WAIT_NS UINT64_C(5000000000)
#define POLL_NS 100000L
#define PAUSE_NS 5000000L /* visitors are not that fast, either */
#define BATCH_BYTES 420   /* of one entry, packed */

struct line {
    struct device device;
    struct journal *journal;
    struct inbox *inbox;
    int socket;
    struct sockaddr_un syncd;
    CURL *curl;
};

static uint64_t append(const struct line *line)
{
    struct journal_draft draft = {.at_ms = clock_wall_ms(),
                                  .kind = "visit_ended",
                                  .body = {(const uint8_t *)"{}", 2},
                                  .awaited = true};
    struct journal_status status;
    uint8_t random[32];

    bench_need(getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random), "getrandom");
    chain_uuid_at(draft.txid, draft.at_ms, random);
    chain_uuid_at(draft.visit, draft.at_ms, random + 16);
    bench_need(!failed(journal_append(line->journal, &draft)), "journal_append");
    bench_need(!failed(journal_get_status(line->journal, &status)), "journal_get_status");
    return status.head_seq;
}

static uint64_t acknowledged_ns(const struct line *line)
{
    const struct timespec pause = {0, POLL_NS};
    struct inbox_state state = {.acked_seq = 0};
    uint64_t start = bench_now_ns();
    uint64_t seq = append(line);

    (void)sendto(line->socket, "look", 4, 0, (const struct sockaddr *)&line->syncd,
                 sizeof(line->syncd));
    while (state.acked_seq < seq) {
        (void)nanosleep(&pause, NULL);
        bench_need(!failed(inbox_get_state(line->inbox, &state)), "inbox_get_state");
        bench_need(bench_now_ns() - start < WAIT_NS, "an acknowledgement within 5 s");
    }
    return bench_now_ns() - start;
}

static size_t drop(char *at, size_t size, size_t count, void *context)
{
    (void)at;
    (void)context;
    return size * count;
}

static CURL *poster(char **argv)
{
    static char bytes[BATCH_BYTES];
    CURL *curl = curl_easy_init();

    bench_need(curl != NULL, "curl_easy_init");
    (void)curl_easy_setopt(curl, CURLOPT_URL, argv[3]); /* what is wrong the first request tells */
    (void)curl_easy_setopt(curl, CURLOPT_CAINFO, argv[4]);
    (void)curl_easy_setopt(curl, CURLOPT_SSLCERT, argv[5]);
    (void)curl_easy_setopt(curl, CURLOPT_SSLKEY, argv[6]);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, bytes);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)sizeof(bytes));
    (void)curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    return curl;
}

static uint64_t posted_ns(const struct line *line)
{
    uint64_t start = bench_now_ns();
    bench_need(curl_easy_perform(line->curl) == CURLE_OK, "a POST to the other server");
    return bench_now_ns() - start;
}

static int compare(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a;
    uint64_t two = *(const uint64_t *)b;
    return (one > two) - (one < two);
}

static double percentile_ms(uint64_t *took, size_t count, size_t percent)
{
    qsort(took, count, sizeof(took[0]), compare);
    return (double)took[(count - 1) * percent / 100] / 1e6;
}

static void open_line(struct line *line, char **argv)
{
    static const uint8_t random[16] = {1};
    char path[PATH_SIZE];

    bench_need(text_print(path, sizeof(path), "%s/kiosk/journal.db", argv[1]), argv[1]);
    bench_need(!failed(hand_device(&line->device)), "DEVICE_KEY, KIOSK");
    bench_need(!failed(journal_open(path, true, random, &line->device.guard, &line->journal)),
               path);
    bench_need(text_print(path, sizeof(path), "%s/sync/inbox.db", argv[1]), argv[1]);
    bench_need(!failed(inbox_open_read(path, &line->inbox)), path);
    line->syncd = (struct sockaddr_un){.sun_family = AF_UNIX};
    bench_need(text_print(line->syncd.sun_path, sizeof(line->syncd.sun_path), "%s/sync/syncd.sock",
                          argv[1]),
               argv[1]);
    line->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bench_need(line->socket >= 0, "socket");
    line->curl = poster(argv);
}

int main(int argc, char **argv)
{
    static uint64_t ours[COUNT_MAX], theirs[COUNT_MAX];
    static const char reference[] = "one POST of as many bytes by libcurl to nginx";
    const struct timespec pause = {0, PAUSE_NS};
    struct line line = {.socket = -1};

    bench_need(argc == 7, "bench_latency STATE_DIR COUNT URL CA CERTIFICATE KEY");
    size_t count = strtoul(argv[2], NULL, 10);
    bench_need(count > 1 && count <= COUNT_MAX, argv[2]);
    open_line(&line, argv);
    (void)acknowledged_ns(&line); /* both connections stand from here on */
    (void)posted_ns(&line);
    for (size_t i = 0; i < count; i++) {
        ours[i] = acknowledged_ns(&line);
        theirs[i] = posted_ns(&line);
        (void)nanosleep(&pause, NULL);
    }
    bench_print(&(struct bench_row){"sync: append to acknowledged, 50 %", "ms",
                                    percentile_ms(ours, count, 50),
                                    percentile_ms(theirs, count, 50), reference, false, 10});
    bench_print(&(struct bench_row){"sync: append to acknowledged, 99 %", "ms",
                                    percentile_ms(ours, count, 99),
                                    percentile_ms(theirs, count, 99), reference, false, 10});
    curl_easy_cleanup(line.curl);
    (void)close(line.socket);
    inbox_close(line.inbox);
    journal_close(line.journal);
    device_close(&line.device);
    return 0;
}
