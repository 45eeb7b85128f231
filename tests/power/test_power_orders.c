/*
 * What becomes of orders beside their straight way, under every power cut, kill -9 and trouble of
 * the platform's disk: a request that came ahead of its turn, and money that goes back while the
 * certificate may be on the token. See sweep.h for what is asked of each act.
 */
#include "kiosk/base/log.h"
#include "tests/power/gateway_store.h"

#define SPARSE 37 /* points left out under a sanitizer */

/* Stand in for base's: the platform warns of a delivery after a refund, at each of the points. */
void log_event(enum log_level level, const char *event, const char *format, ...)
{
    (void)level;
    (void)event;
    (void)format;
}

void log_err(const char *event, struct err e)
{
    (void)event;
    (void)e;
}

/* --- a request comes ahead of its turn, and in its turn ----------------------------------------
 */

enum ahead_step { AHEAD, AHEAD_PAY, AHEAD_SETTLE, AHEAD_QUEUE, AHEAD_TURN, AHEAD_STEP_COUNT };

#define QUEUE 0U /* the batch before it */
#define ORDER 1U /* of QUEUED + 1 and QUEUED + 2 */
#define QUEUED 3U

static void prepare_ahead(void)
{
    static const struct entry started = {.kind = ENTRY_VISIT_STARTED, .service = "renew"};
    static const struct entry ended = {.kind = ENTRY_VISIT_ENDED};
    prepare_platform();
    begin_batches();
    struct entry request = world_request(&world, WORLD_ORDER, 1);
    for (size_t i = 0; i < QUEUED; i++)
        world_add(&world, batches[QUEUE], &ended);
    world_add(&world, batches[ORDER], &started);
    world_add(&world, batches[ORDER], &request);
}

static struct err send_ahead(void)
{
    struct intake_answer answer = {.verdict = INTAKE_FORK};
    struct err e = intake_ahead(&world.platform, WORLD_KIOSK, batches[ORDER], &answer);
    bool taken = answer.verdict == INTAKE_STORED;
    return !failed(e) && !taken ? ERR(ERR_CONFLICT, answer.verdict, "verdict") : e;
}

static struct err ahead_step(size_t i)
{
    switch ((enum ahead_step)i) {
    case AHEAD:
        return send_ahead();
    case AHEAD_PAY:
        return pay_or_settle(true);
    case AHEAD_SETTLE:
        return pay_or_settle(false);
    case AHEAD_QUEUE:
        return send_batch(QUEUE);
    case AHEAD_TURN:
        return send_batch(ORDER);
    case AHEAD_STEP_COUNT:
        break;
    }
    return ERR(ERR_CONFLICT, 0, "step");
}

static unsigned ahead_count(size_t i)
{
    static const char *const sql[AHEAD_STEP_COUNT] = {
        [AHEAD] = "SELECT count(*) FROM orders",
        [AHEAD_PAY] = "SELECT count(*) FROM demo_charges WHERE state = 'paid'",
        [AHEAD_SETTLE] = "SELECT count(*) FROM payments",
    };
    if (i == AHEAD_QUEUE || i == AHEAD_TURN)
        return count_batch(i == AHEAD_QUEUE ? QUEUE : ORDER);
    return (unsigned)number(sql[i]);
}

/* It is remembered from when it is applied until it is stored, and no more. */
static bool ahead_agrees(size_t reached)
{
    bool waits = reached > AHEAD && reached <= AHEAD_TURN;
    int64_t rows = reached <= AHEAD_QUEUE ? 0 : reached <= AHEAD_TURN ? QUEUED : QUEUED + 2;
    return is_whole() && number("SELECT count(*) FROM ahead") == (waits ? 1 : 0) &&
           number("SELECT count(*) FROM journal") == rows &&
           number("SELECT count(*) FROM journal WHERE rejected <> ''") == 0 &&
           number("SELECT count(*) FROM documents WHERE type = 'order'") == (reached > AHEAD);
}

/* --- the money goes back, and the certificate was written all the same -------------------------
 */

enum refund_step { REFUND_INTEND, REFUND, REFUND_DELIVER, REFUND_REPAIR, REFUND_STEP_COUNT };

static void add_report(enum entry_kind kind, const char *repaired, struct batch *batch)
{
    struct entry entry = world_delivered(&world, WORLD_ORDER);
    entry.kind = kind;
    (void)text_copy(entry.repaired, sizeof(entry.repaired), repaired);
    memcpy(entry.old_certificate, world.first.fingerprint, sizeof(entry.old_certificate));
    world_add(&world, batch, &entry);
}

/* Paid, issued, and to be written. */
static void prepare_refund(void)
{
    prepare_platform();
    begin_batches();
    must(open_store(true));
    struct entry request = world_request(&world, WORLD_ORDER, 1);
    (void)world_report(&world, &request);
    world_pay(&world, WORLD_ORDER);
    add_report(ENTRY_WRITE_INTENDED, "", batches[0]);
    add_report(ENTRY_DELIVERED, "", batches[1]);
    add_report(ENTRY_TOKEN_REPAIR, "yes", batches[2]);
    close_store();
}

static struct err give_back(void)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct order_row order = {0};
    struct store *store = world.platform.store;
    struct err e = store_begin(store, &work);
    if (!failed(e))
        e = order_load(store, ORDER_BY_ID, WORLD_ORDER, &order);
    if (!failed(e))
        e = orders_refund_forced(&world.platform, &order);
    return failed(e) ? e : transaction_commit(&work);
}

static struct err refund_step(size_t i)
{
    switch ((enum refund_step)i) {
    case REFUND_INTEND:
        return send_batch(0);
    case REFUND:
        return give_back();
    case REFUND_DELIVER:
        return send_batch(1);
    case REFUND_REPAIR:
        return send_batch(2);
    case REFUND_STEP_COUNT:
        break;
    }
    return ERR(ERR_CONFLICT, 0, "step");
}

static unsigned refund_count(size_t i)
{
    static const char *const sql[REFUND_STEP_COUNT] = {
        [REFUND_INTEND] = "SELECT count(*) FROM journal WHERE kind = 'write_intended'",
        [REFUND] = "SELECT count(*) FROM orders WHERE status = 'refund'",
        [REFUND_DELIVER] = "SELECT count(*) FROM deliveries",
        [REFUND_REPAIR] = "SELECT count(*) FROM journal WHERE kind = 'token_repair'",
    };
    return (unsigned)number(sql[i]);
}

/* The account has the certificate that is on the token; the order says what may be there. */
static bool refund_agrees(size_t reached)
{
    bool renewed = reached == REFUND_DELIVER + 1;
    bool open = reached > REFUND_INTEND && reached <= REFUND_DELIVER;
    return is_whole() && number("SELECT write_open FROM orders") == open &&
           number("SELECT certificate = (SELECT fingerprint FROM certificates"
                  " WHERE order_id IS NOT NULL) FROM accounts") == renewed &&
           number("SELECT count(*) FROM journal") ==
               1 + (int64_t)reached - (reached > REFUND ? 1 : 0) &&
           number("SELECT count(*) FROM journal WHERE rejected <> ''") == 0 &&
           number("SELECT count(*) FROM payments") == 1;
}

static bool refund_stands(void)
{
    return platform_stands() && number("SELECT count(*) FROM payments") == 1;
}

/* --- the acts --------------------------------------------------------------------------------- */

static const struct scenario scenarios[] = {
    {"platform, a request ahead of its turn", AHEAD_STEP_COUNT, prepare_ahead, open_store,
     ahead_step, close_store, ahead_count, platform_stands, ahead_agrees, true},
    {"platform, a refund and a late delivery", REFUND_STEP_COUNT, prepare_refund, open_store,
     refund_step, close_store, refund_count, refund_stands, refund_agrees, true},
};

static void no_cut_loses_or_doubles_or_halves(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
        sweep_all_cuts(&scenarios[i], sweep_stride(SPARSE));
        sweep_second_cuts(&scenarios[i]);
    }
}

static void no_trouble_of_the_disk_loses_or_doubles_or_halves(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
        sweep_all_troubles(&scenarios[i], sweep_stride(SPARSE));
}

static void who_answers_before_he_commits_is_seen_to_lose(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
        sweep_hasty_program(&scenarios[i], 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cut_loses_or_doubles_or_halves),
        cmocka_unit_test(no_trouble_of_the_disk_loses_or_doubles_or_halves),
        cmocka_unit_test(who_answers_before_he_commits_is_seen_to_lose),
    };
    return run_on_disk("orders at the platform", tests, ARRAY_LEN(tests));
}
