/*
 * visit_room.h - whole visits in this process: real flow, threads, ledger and certificates; the
 * token and the printer are simulators, the platform is the test. No window.
 */
#ifndef TESTS_UNIT_VISIT_ROOM_H
#define TESTS_UNIT_VISIT_ROOM_H

#include <string.h>

#include "kiosk/app/runner.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "tests/unit/app_room.h"

#define TICK_MS 50
#define TEXT_MAX 512

struct kiosk {
    struct room room;
    struct book *book;
    struct token_desk *token;
    struct printer_desk *printer;
    struct runner *runner;
    uint32_t forgotten; /* how often a visit was */
};

static inline void print_a_page(void *context, uint32_t id, const struct visit *visit,
                                int64_t wall_s)
{
    static const uint8_t dots[PRINTER_WIDTH_80MM / 8];
    struct kiosk *kiosk = context;
    struct printer_page page = {.width = PRINTER_WIDTH_80MM, .rows = 1, .dots = dots};

    assert_string_equal(visit->order.order_no, "20261122000001");
    assert_true(wall_s > 0);
    printer_desk_print(kiosk->printer, id, &page);
}

static inline void count_forgotten(void *context)
{
    ((struct kiosk *)context)->forgotten++;
}

static inline const struct flow *flow_of(const struct kiosk *kiosk)
{
    return runner_flow(kiosk->runner);
}

static inline void pump(struct kiosk *kiosk)
{
    struct mail mail;
    if (post_take(&kiosk->room.post, TICK_MS, &mail))
        runner_mail(kiosk->runner, &mail);
    runner_tick(kiosk->runner);
}

static inline void await(struct kiosk *kiosk, enum flow_state state)
{
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    while (flow_of(kiosk)->state != state && clock_boot_ms() < until_ms)
        pump(kiosk);
    assert_int_equal(flow_of(kiosk)->state, state);
}

static inline void await_message(struct kiosk *kiosk, enum flow_message message)
{
    await(kiosk, FLOW_MESSAGE);
    assert_int_equal(flow_of(kiosk)->message, message);
}

static inline void touch(struct kiosk *kiosk, enum action action, uint32_t value)
{
    runner_touch(kiosk->runner, action, value);
}

/* In the room that is there. */
static inline void start_kiosk(struct kiosk *kiosk)
{
    room_prove_clock(&kiosk->room);
    room_put_account(&kiosk->room);
    kiosk->book = room_book(&kiosk->room);
    kiosk->token = room_token_desk(&kiosk->room);
    kiosk->printer = room_printer_desk(&kiosk->room);
    struct runner_setup setup = {.rules = &kiosk->room.rules,
                                 .book = kiosk->book,
                                 .token = kiosk->token,
                                 .print = print_a_page,
                                 .forget = count_forgotten,
                                 .context = kiosk};
    assert_false(failed(runner_create(&setup, &kiosk->runner)));
    struct mail line = {.kind = MAIL_LINE, .hall.line_up = true};
    post_send(&kiosk->room.post, &line);
    await(kiosk, FLOW_ATTRACT);
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    while (flow_service_block(flow_of(kiosk), &kiosk->room.rules, SERVICE_RENEW) != SERVICE_HERE &&
           clock_boot_ms() < until_ms)
        pump(kiosk);
}

static inline void open_kiosk(struct kiosk *kiosk)
{
    memset(kiosk, 0, sizeof(*kiosk));
    room_open(&kiosk->room);
    start_kiosk(kiosk);
}

static inline void close_kiosk(struct kiosk *kiosk)
{
    token_desk_destroy(kiosk->token);
    runner_destroy(kiosk->runner);
    printer_desk_destroy(kiosk->printer);
    book_destroy(kiosk->book);
    room_close(&kiosk->room);
}

static inline void to_certificate(struct kiosk *kiosk)
{
    touch(kiosk, ACTION_START, 0);
    assert_int_equal(flow_of(kiosk)->state, FLOW_SERVICES);
    touch(kiosk, ACTION_SERVICE, SERVICE_RENEW);
    assert_int_equal(flow_of(kiosk)->state, FLOW_INSERT);
    room_insert(&kiosk->room);
    await(kiosk, FLOW_CERTIFICATE);
    assert_int_equal(flow_of(kiosk)->visit.eligibility.verdict, VERDICT_OK);
}

static inline void type_pin(struct kiosk *kiosk, const char *digits)
{
    for (; *digits != '\0'; digits++)
        touch(kiosk, ACTION_PIN_DIGIT, (uint32_t)(*digits - '0'));
}

static inline void enter_pin(struct kiosk *kiosk, const char *digits)
{
    await(kiosk, FLOW_PIN);
    type_pin(kiosk, digits);
    touch(kiosk, ACTION_NEXT, 0);
}

static inline void to_offer(struct kiosk *kiosk)
{
    to_certificate(kiosk);
    touch(kiosk, ACTION_NEXT, 0);
    enter_pin(kiosk, TOKEN_SIM_PIN);
    await(kiosk, FLOW_OFFER);
}

/* The platform's next word on the order of the visit at hand. */
static inline void platform_says(struct kiosk *kiosk, enum fact_order_status status)
{
    struct fact_order order = room_order(&kiosk->room, status);
    memcpy(order.id, flow_of(kiosk)->visit.order.id, sizeof(order.id));
    room_put_order(&kiosk->room, &order);
    book_look(kiosk->book);
}

static inline void to_pay(struct kiosk *kiosk)
{
    touch(kiosk, ACTION_NEXT, 0);
    await(kiosk, FLOW_ORDERING);
    /* Requested and durable, before the platform can have heard of it. */
    uint64_t until_ms = clock_boot_ms() + ROOM_WAIT_MS;
    while (flow_of(kiosk)->waiting_for != 0 && clock_boot_ms() < until_ms)
        pump(kiosk);
    platform_says(kiosk, FACT_ORDER_TO_PAY);
    await(kiosk, FLOW_PAY);
}

static inline void pay(struct kiosk *kiosk, const struct issue_certificate *issued)
{
    platform_says(kiosk, FACT_ORDER_TO_MAKE);
    await(kiosk, FLOW_ISSUING);
    room_put_issued(&kiosk->room, flow_of(kiosk)->visit.order.id, issued);
    platform_says(kiosk, FACT_ORDER_TO_WRITE);
}

static inline void assert_on_token(struct kiosk *kiosk, const struct issue_certificate *want)
{
    struct bytes on = token_sim_certificate(room_take_token(&kiosk->room), ROOM_SLOT);
    assert_int_equal(on.len, want->len);
    assert_memory_equal(on.at, want->der, want->len);
    room_give_token(&kiosk->room);
}

/* Whether the ledger has what the write overwrites, by a reader beside the writer. */
/* ERR_NOT_FOUND when nothing is kept, ERR_DENIED when something is: a reader has no key for it. */
static inline struct err read_kept(struct kiosk *kiosk)
{
    char path[ROOM_PATH_SIZE];
    struct journal_kept kept = {.slot = 0};
    struct journal *journal = NULL;

    room_path(&kiosk->room, "journal.db", path);
    assert_false(failed(journal_open_read(path, &journal)));
    struct err e = journal_kept_of_token(journal, kiosk->room.token_id, &kept);
    journal_close(journal);
    return e;
}

static inline void assert_kept(struct kiosk *kiosk, bool want)
{
    assert_int_equal(read_kept(kiosk).code, want ? ERR_DENIED : ERR_NOT_FOUND);
}

#endif
