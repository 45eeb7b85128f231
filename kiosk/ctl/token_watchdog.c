#include "kiosk/ctl/token_watchdog.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "kiosk/ctl/token_say.h"

struct watchdog {
    struct token token;
    struct token *inner;
    struct token_watchdog_limits limits;
};

static void end_process(int number)
{
    static const char line[] =
        "certkioskctl: the token or its reader hangs: no answer within the time of one call; "
        "given up. What was asked for last may be done or not: look at the token.\n";
    (void)number;
    ssize_t done = write(STDERR_FILENO, line, sizeof(line) - 1);
    (void)done; /* nobody is told then */
    _exit(TOKEN_EXIT_FAILED);
}

/* 0 stops it. */
static void start(uint32_t limit_ms)
{
    const struct itimerval limit = {
        .it_value = {.tv_sec = limit_ms / 1000, .tv_usec = (suseconds_t)(limit_ms % 1000) * 1000}};
    (void)setitimer(ITIMER_REAL, &limit, NULL); /* fails for no such times */
}

static struct err watchdog_watch(struct token *token, uint32_t timeout_ms,
                                 enum token_presence *in_out_presence)
{
    struct watchdog *dog = (struct watchdog *)token;
    start(timeout_ms + dog->limits.call_ms);
    struct err e = dog->inner->driver->watch(dog->inner, timeout_ms, in_out_presence);
    start(0);
    return e;
}

static struct err watchdog_call(struct token *token, const struct token_request *request,
                                struct token_reply *out_reply)
{
    struct watchdog *dog = (struct watchdog *)token;
    start(request->call == TOKEN_CALL_GENERATE ? dog->limits.key_ms : dog->limits.call_ms);
    struct err e = dog->inner->driver->call(dog->inner, request, out_reply);
    start(0);
    return e;
}

static void watchdog_close(struct token *token)
{
    struct watchdog *dog = (struct watchdog *)token;
    start(dog->limits.call_ms);
    token_close(dog->inner);
    start(0);
    free(dog);
}

struct err token_watchdog_create(struct token *inner, const struct token_watchdog_limits *limits,
                                 struct token **out_token)
{
    static const struct token_driver driver = {.name = "watchdog",
                                               .watch = watchdog_watch,
                                               .call = watchdog_call,
                                               .close = watchdog_close};
    struct sigaction action = {.sa_handler = end_process};
    struct watchdog *dog = calloc(1, sizeof(*dog));
    if (dog == NULL || sigaction(SIGALRM, &action, NULL) != 0) {
        free(dog);
        token_close(inner);
        return ERR(ERR_NO_ROOM, errno, "watchdog");
    }
    dog->token.driver = &driver;
    dog->inner = inner;
    dog->limits = *limits;
    *out_token = &dog->token;
    return ERR_OK;
}
