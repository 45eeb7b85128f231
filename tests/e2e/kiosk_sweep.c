/*
 * kiosk_sweep - what certkiosk is made of (flow, threads, ledger, worker) over a hall's pcscd and
 * token; at every command from the write on it is killed, the token loses its power, and what the
 * journal had not synced is lost. Started again, it finds the token in again.
 *
 *     kiosk_sweep resume|refund|control
 *
 * resume: the write goes on and is completed; refund: the platform has given the order up, and the
 * token gets back what stood on it, also when the write was whole; control: the same on a disk that
 * never syncs, where what was written stays so, torn tokens too.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "tests/contract/token_bench.h"
#include "tests/contract/token_bench_hall.h"
#include "tests/e2e/token_sweep_host.h"
#include "tests/power/volatile.h"
#include "tests/unit/ledger.h"
#include "tests/unit/visit_room.h"

#define COMMANDS_MAX 40U
#define POINTS_MIN 5U
#define LATER 1000U /* of what was put into the inbox before */

enum way { WAY_RESUME, WAY_REFUND, WAY_CONTROL };

static enum way way;
static struct kiosk kiosk; /* of a child; the room is made before it is forked */
static struct bench *on;
static struct token_identity seen; /* big */
static char order_id[FACTS_UUID_SIZE];

/* --- a kiosk, in a process of its own ---------------------------------------------------------
 */

static void open_up(void)
{
    hall_open_driver(on);
    kiosk.room.real = on->token;
    start_kiosk(&kiosk);
    touch(&kiosk, ACTION_START, 0);
    touch(&kiosk, ACTION_SERVICE, SERVICE_RENEW);
    await(&kiosk, FLOW_INSERT);
    (void)host_tell("token.ctl", "insert");
}

/* From the touch to a write in which the token hangs; never returns. */
static void be_the_first(uint32_t n)
{
    volatile_install(way != WAY_CONTROL);
    room_after_fork(&kiosk.room);
    open_up();
    await(&kiosk, FLOW_CERTIFICATE);
    assert_int_equal(flow_of(&kiosk)->visit.eligibility.verdict, VERDICT_OK);
    touch(&kiosk, ACTION_NEXT, 0);
    enter_pin(&kiosk, BENCH_PIN);
    await(&kiosk, FLOW_OFFER);
    to_pay(&kiosk);
    platform_says(&kiosk, FACT_ORDER_TO_MAKE);
    await(&kiosk, FLOW_ISSUING);
    room_put_issued(&kiosk.room, flow_of(&kiosk)->visit.order.id, &kiosk.room.renewed);
    on->kind->fault(on, BENCH_HANG, n);
    platform_says(&kiosk, FACT_ORDER_TO_WRITE);
    await(&kiosk, FLOW_DONE);
    _exit(EXIT_SUCCESS);
}

static void await_one_of(enum flow_state a, enum flow_state b)
{
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    while (flow_of(&kiosk)->state != a && flow_of(&kiosk)->state != b && clock_boot_ms() < until_ms)
        pump(&kiosk);
}

static void complete(void)
{
    await_one_of(FLOW_CERTIFICATE, FLOW_PIN);
    if (flow_of(&kiosk)->state == FLOW_CERTIFICATE)
        touch(&kiosk, ACTION_NEXT, 0);
    enter_pin(&kiosk, BENCH_PIN);
    await(&kiosk, FLOW_DONE);
}

/* It is started again and the token inserted; never returns. */
static void be_the_second(void)
{
    kiosk.room.version += LATER;
    kiosk.room.cursor += LATER;
    room_after_fork(&kiosk.room);
    if (way != WAY_RESUME) {
        struct fact_order order = room_order(&kiosk.room, FACT_ORDER_REFUND);
        memcpy(order.id, order_id, sizeof(order.id));
        room_put_order(&kiosk.room, &order);
    }
    open_up();
    if (way == WAY_RESUME) {
        complete();
    } else {
        await_one_of(FLOW_CERTIFICATE, FLOW_MESSAGE);
    }
    book_destroy(kiosk.book); /* what it was told it does first */
    _exit(EXIT_SUCCESS);
}

/* --- one point --------------------------------------------------------------------------------
 */

/* The journal after the power has come back: the write was intended, what it overwrites is kept. */
static bool is_kept(void)
{
    char path[ROOM_PATH_SIZE];
    struct journal *journal = NULL;
    struct journal_kept kept = {.slot = 0};
    struct journal_order order = {.state = JOURNAL_ORDER_REQUESTED};
    static const uint8_t unused[16];
    const struct issue_certificate *old = &kiosk.room.old;

    room_path(&kiosk.room, "journal.db-shm", path);
    (void)unlink(path); /* does not survive a reboot */
    room_path(&kiosk.room, "journal.db", path);
    assert_false(failed(journal_open(path, false, unused, &ledger_guard, &journal)));
    bool there = !failed(journal_kept_of_token(journal, kiosk.room.token_id, &kept)) &&
                 !failed(journal_order_of_token(journal, kiosk.room.token_id, &order)) &&
                 order.state == JOURNAL_ORDER_INTENDED && kept.slot == ROOM_SLOT &&
                 kept.der_len == old->len && memcmp(kept.der, old->der, old->len) == 0;
    journal_close(journal);
    (void)text_copy(order_id, sizeof(order_id), there ? kept.order : ROOM_ORDER);
    return there;
}

/* As the token itself tells, whatever we believe. */
static bool token_has(const struct issue_certificate *certificate)
{
    static char want[2 * sizeof(certificate->der) + 1];
    const char *text = hall_say("token.ctl", "token object 5fc105");

    hex_print(want, (struct bytes){certificate->der, certificate->len});
    return strstr(text, want) != NULL;
}

struct tally {
    uint32_t points, torn, whole, lost, kept; /* whole: the new one, not yet told of */
};

/* False when the first kiosk had no more commands. */
static bool cut_once(uint32_t n, struct tally *tally)
{
    on->kind->pull(on);
    on->kind->restore(on);
    on->kind->pull(on);
    room_empty_ledger(&kiosk.room);
    pid_t first = host_fork();
    if (first == 0)
        be_the_first(n);
    bool struck = host_comes_to_hang(first);
    if (struck)
        host_kill(first);
    on->kind->pull(on);
    on->kind->fault(on, BENCH_NONE, 0);
    if (!struck)
        return false;

    tally->points++;
    tally->kept += is_kept() ? 1 : 0;
    tally->torn += !token_has(&kiosk.room.old) && !token_has(&kiosk.room.renewed) ? 1 : 0;
    tally->whole += token_has(&kiosk.room.renewed) ? 1 : 0;
    pid_t second = host_fork();
    if (second == 0)
        be_the_second();
    assert_false(host_comes_to_hang(second));
    bool right = token_has(way == WAY_RESUME ? &kiosk.room.renewed : &kiosk.room.old);
    tally->lost += right ? 0 : 1;
    return true;
}

/* --- promises ---------------------------------------------------------------------------------
 */

static void prepare(struct bench *bench)
{
    struct bench_key key;
    struct token_target target;

    on = bench;
    bench_insert(on, &seen);
    assert_int_equal(bench_generate(on, ROOM_SLOT, TOKEN_KEY_P256, &key), ERR_NONE);
    room_open(&kiosk.room);
    room_take_key(&kiosk.room, on->id, (struct bytes){key.spki, key.len});
    target = bench_target(on, ROOM_SLOT);
    assert_int_equal(
        token_write(on->token, &target, (struct bytes){kiosk.room.old.der, kiosk.room.old.len})
            .code,
        ERR_NONE);
    on->kind->keep(on);
    token_close(on->token);
    on->token = NULL;
}

static void a_kiosk_may_lose_its_power_at_every_command(struct bench *bench)
{
    struct tally tally = {0};
    uint32_t n = 0;

    prepare(bench);
    while (n < COMMANDS_MAX && cut_once(n, &tally))
        n++;
    room_empty_ledger(&kiosk.room);
    room_close(&kiosk.room);
    print_message(
        "  kiosk: %u points, torn %u, written %u, kept by the ledger at %u, not made good %u\n",
        tally.points, tally.torn, tally.whole, tally.kept, tally.lost);
    assert_true(n < COMMANDS_MAX && tally.points >= POINTS_MIN && tally.torn > 0 &&
                tally.whole > 0);
    if (way == WAY_CONTROL) {
        assert_int_equal(tally.lost, tally.torn + tally.whole);
        assert_true(tally.kept < tally.points);
    } else {
        assert_int_equal(tally.lost, 0);
        assert_int_equal(tally.kept, tally.points);
    }
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"resume", "refund", "control"};
    static const struct bench_promise promises[] = {
        PROMISE(a_kiosk_may_lose_its_power_at_every_command)};
    size_t i = 0;

    while (argc == 2 && i < ARRAY_LEN(names) && !text_same(argv[1], names[i]))
        i++;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    if (argc != 2 || i == ARRAY_LEN(names) || getenv("CERTKIOSK_HALL") == NULL) {
        (void)fprintf(stderr, "CERTKIOSK_HALL=DIR kiosk_sweep resume|refund|control\n");
        return 2;
    }
    way = (enum way)i;
    return bench_run("kiosk sweep", promises, ARRAY_LEN(promises));
}
