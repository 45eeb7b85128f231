/*
 * token_bench.h - the drivers that test_token.c asks, each with the hand that moves its token.
 *
 * Setups for cmocka: `*state` becomes a struct bench. The hall is a running `certkiosk-hall run
 * DIR`.
 */
#ifndef TESTS_CONTRACT_TOKEN_BENCH_H
#define TESTS_CONTRACT_TOKEN_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hw/token/token_piv.h"
#include "hw/token/token_sim.h"
#include "kiosk/base/text.h"
#include "tests/unit/fake_card.h"
#include "tests/unit/unit.h"

#define LINE_MAX_LEN 256
#define PULL_POINTS_MAX 40

/* A driver under test, and the hand that moves the token. */
struct bench {
    const char *name;
    struct token *token;
    const char *hall; /* folder; NULL: in memory */
    struct token_sim sim;
    struct fake_card fake;
    struct fake_token tokens[2];

    void (*insert)(struct bench *bench);
    void (*pull)(struct bench *bench);
    void (*swap)(struct bench *bench);
    void (*pull_after)(struct bench *bench, uint32_t n); /* in the n-th step from now */
    uint32_t pull_points;                                /* steps a write has at most */
};

static struct bench bench;

/* ---- the simulator ---- */

static inline void sim_insert(struct bench *on)
{
    token_sim_insert(&on->sim);
}

static inline void sim_pull(struct bench *on)
{
    token_sim_pull(&on->sim);
}

static inline void sim_swap(struct bench *on)
{
    token_sim_swap(&on->sim, "s20000002");
}

static inline void sim_pull_after(struct bench *on, uint32_t n)
{
    on->sim.pull_after = n;
}

static inline int setup_sim(void **state)
{
    bench = (struct bench){.name = "sim",
                           .insert = sim_insert,
                           .pull = sim_pull,
                           .swap = sim_swap,
                           .pull_after = sim_pull_after,
                           .pull_points = 1};
    token_sim_init(&bench.sim);
    bench.token = &bench.sim.token;
    *state = &bench;
    return 0;
}

/* ---- the PIV driver over tokens in memory ---- */

static inline void fake_insert(struct bench *on)
{
    on->fake.in = &on->tokens[0];
}

static inline void fake_pull_now(struct bench *on)
{
    fake_pull(&on->fake);
}

static inline void fake_swap(struct bench *on)
{
    fake_power_off(on->fake.in);
    on->fake.in = &on->tokens[1];
}

static inline void fake_pull_after(struct bench *on, uint32_t n)
{
    on->fake.fault = n > 0 ? FAKE_PULL : FAKE_NONE;
    on->fake.fault_at = n > 0 ? on->fake.apdus + n : 0;
}

static inline struct token_config config_of(const char *driver, const char *reader)
{
    struct token_config config = {.driver = driver, .reader = reader, .admin_key.len = 24};
    for (size_t i = 0; i < config.admin_key.len; i++)
        config.admin_key.at[i] = (uint8_t)(i % 8 + 1);
    return config;
}

static inline int setup_fake(void **state, struct fake_quirks quirks)
{
    struct token_config config = config_of("piv", "");

    bench = (struct bench){.name = "piv in memory",
                           .insert = fake_insert,
                           .pull = fake_pull_now,
                           .swap = fake_swap,
                           .pull_after = fake_pull_after,
                           .pull_points = PULL_POINTS_MAX};
    fake_token_init(&bench.tokens[0], 10000001, quirks);
    fake_token_init(&bench.tokens[1], 20000002, quirks);
    fake_card_init(&bench.fake, NULL);
    *state = &bench;
    return failed(token_piv_create(&config, &bench.fake.card, &bench.token)) ? -1 : 0;
}

static inline int setup_plain(void **state)
{
    return setup_fake(state, (struct fake_quirks){.tears = false});
}

static inline int setup_tearing(void **state)
{
    return setup_fake(state, (struct fake_quirks){.tears = true, .blocked_sw = 0x63C0});
}

static inline int setup_bare(void **state)
{
    return setup_fake(state, (struct fake_quirks){.no_yubico = true, .no_mutual = true});
}

static inline int setup_exact(void **state)
{
    return setup_fake(state, (struct fake_quirks){.exact_le = true});
}

/* ---- the PIV driver over pcscd in a virtual hall ---- */

/* One line to the token's control socket, one line back: whether it was done. */
static inline bool hall_does(const struct bench *on, const char *request)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char line[LINE_MAX_LEN] = "";

    assert_true(text_print(address.sun_path, sizeof(address.sun_path), "%s/token.ctl", on->hall));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_true(dprintf(fd, "%s\n", request) > 0);
    assert_true(read(fd, line, sizeof(line) - 1) > 0);
    assert_int_equal(close(fd), 0);
    return strncmp(line, "ok", 2) == 0;
}

static inline void hall_say(const struct bench *on, const char *request)
{
    if (!hall_does(on, request))
        fail_msg("the hall refuses: %s", request);
}

static inline void hall_insert(struct bench *on)
{
    hall_say(on, "insert");
}

static inline void hall_pull(struct bench *on)
{
    hall_say(on, "pull");
}

static inline void hall_swap(struct bench *on)
{
    hall_say(on, "swap");
}

static inline void hall_pull_after(struct bench *on, uint32_t n)
{
    char request[LINE_MAX_LEN] = "token fault none";
    if (n > 0)
        assert_true(text_print(request, sizeof(request), "token fault pull-after %u", n - 1));
    hall_say(on, request);
}

static inline int setup_hall(void **state)
{
    const char *hall = getenv("CERTKIOSK_HALL"); /* NOLINT(concurrency-mt-unsafe): one thread */
    char socket_path[LINE_MAX_LEN];
    struct token_config config = config_of("piv", "");

    bench = (struct bench){.name = "piv in a hall",
                           .hall = hall,
                           .insert = hall_insert,
                           .pull = hall_pull,
                           .swap = hall_swap,
                           .pull_after = hall_pull_after,
                           .pull_points = PULL_POINTS_MAX};
    *state = &bench;
    if (hall == NULL)
        return 0;
    if (!text_print(socket_path, sizeof(socket_path), "%s/pcscd.comm", hall))
        return -1;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before the first thread */
    if (setenv("PCSCLITE_CSOCK_NAME", socket_path, 1) != 0)
        return -1;
    hall_pull_after(&bench, 0);
    (void)hall_does(&bench, "pull"); /* refused when it is out */
    return failed(token_open(&config, &bench.token)) ? -1 : 0;
}

static inline int teardown(void **state)
{
    struct bench *on = *state;
    token_close(on->token);
    if (on->hall != NULL) {
        hall_pull_after(on, 0);
        (void)hall_does(on, "pull"); /* refused when it is out */
    }
    return 0;
}

/* The bench, or out of here when it is a hall that is not there. */
static inline struct bench *bench_of(void **state)
{
    struct bench *on = *state;
    if (on->token == NULL)
        skip();
    return on;
}

#endif
