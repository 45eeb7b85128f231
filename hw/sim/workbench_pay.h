/*
 * workbench_pay.h - the visitor's phone: opens the address of the payment QR code and presses
 * the pay button of the page it gets.
 *
 *     offer(url) --> possible --> start --> [a thread: GET, POST] --> result
 *         ^                                                            |
 *         '------------------------ another url -----------------------'
 */
#ifndef HW_SIM_WORKBENCH_PAY_H
#define HW_SIM_WORKBENCH_PAY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "kiosk/base/err.h"

#define WORKBENCH_URL_MAX 512
#define WORKBENCH_PAY_TIMEOUT_MS 10000

enum workbench_pay_state {
    PAY_NOTHING,
    PAY_WAITS,
    PAY_RUNS,
    PAY_DONE,
    PAY_DONE_BEFORE, /* 409 */
    PAY_CLOSED,      /* 410 */
    PAY_FAILED,      /* may be tried again */
};

struct workbench_pay {
    char public_url[WORKBENCH_URL_MAX]; /* addresses that do not start so are not opened */
    char ca_file[WORKBENCH_URL_MAX];
    char url[WORKBENCH_URL_MAX];
    _Atomic enum workbench_pay_state state;
    pthread_t thread;
    bool thread_there;
};

/* Only this gateway, by this CA. ERR_NO_ROOM when they are too long. */
MUST_CHECK struct err workbench_pay_init(struct workbench_pay *pay, const char *public_url,
                                         const char *ca_file);

/* Wait for a payment that runs, at most WORKBENCH_PAY_TIMEOUT_MS twice. */
void workbench_pay_done(struct workbench_pay *pay);

/* The address that waits to be paid now; empty if none. True when that is news. */
bool workbench_pay_offer(struct workbench_pay *pay, const char *url);

bool workbench_pay_possible(const struct workbench_pay *pay);

/* Pay in the background; only when it is possible. */
void workbench_pay_start(struct workbench_pay *pay);

#endif
