/*
 * token_bench_hall.c - the driver as kiosks have it (a worker process, pcscd) with a virtual token
 * in a hall, told what to do at DIR/token.ctl.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hw/sim/control.h"
#include "hw/sim/vtoken_quirks.h"
#include "hw/sim/vtoken_state.h"
#include "hw/token/token_worker.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "tests/contract/token_bench.h"
#include "tests/contract/token_bench_hall.h"

#define ANSWER_MS 30000
#define PATH_SIZE 256
#define SEEN_MS 5000
#define NAP_US 2000

static const char *dir;
static struct control_reply reply;
static struct vtoken_model the_model;

/* --- the hall ----------------------------------------------------------------------------- */

static bool ask(const char *socket, const char *line)
{
    char path[PATH_SIZE];

    assert_true(text_print(path, sizeof(path), "%s/%s", dir, socket));
    struct err e = control_ask(path, line, ANSWER_MS, &reply);
    if (failed(e))
        fail_msg("%s: %s: %s", path, line, e.site);
    return reply.done;
}

const char *hall_say(const char *socket, const char *line)
{
    if (!ask(socket, line))
        fail_msg("the hall refuses '%s': %s", line, reply.text);
    return reply.text;
}

uint32_t hall_number(const char *name)
{
    char key[PATH_SIZE];

    assert_true(text_print(key, sizeof(key), " %s=", name));
    const char *at = strstr(hall_say("token.ctl", "token status"), key);
    assert_non_null(at);
    return (uint32_t)strtoul(at + strlen(key), NULL, 10);
}

static void path_of(const char *name, char out[PATH_SIZE])
{
    assert_true(text_print(out, PATH_SIZE, "%s/%s", dir, name));
}

static void copy_file(const char *from_name, const char *to_name)
{
    char from_path[PATH_SIZE], to_path[PATH_SIZE], at[4096];
    size_t len = 0;

    path_of(from_name, from_path);
    path_of(to_name, to_path);
    FILE *from = fopen(from_path, "re"), *to = fopen(to_path, "we");
    assert_non_null(from);
    assert_non_null(to);
    while ((len = fread(at, 1, sizeof(at), from)) > 0)
        assert_int_equal(fwrite(at, 1, len, to), len);
    assert_int_equal(fclose(from), 0);
    assert_int_equal(fclose(to), 0);
}

/* --- the hand ----------------------------------------------------------------------------- */

static void pull(struct bench *on)
{
    (void)on;
    (void)ask("token.ctl", "pull"); /* refused when it is out */
}

static void fault(struct bench *on, enum bench_fault what, uint32_t after)
{
    static const char *const names[] = {[BENCH_NONE] = "none",
                                        [BENCH_PULL] = "pull-after",
                                        [BENCH_LOST] = "lost-after",
                                        [BENCH_SWAP] = "swap-after",
                                        [BENCH_HANG] = "hang-after"};
    char line[PATH_SIZE] = "token fault none";

    (void)on;
    if (what != BENCH_NONE)
        assert_true(text_print(line, sizeof(line), "token fault %s %u", names[what], after));
    (void)hall_say("token.ctl", line);
}

static void keep(struct bench *on)
{
    (void)on;
    (void)hall_say("token.ctl", "token snapshot");
    copy_file("token.state.kept", "job.kept");
}

static void restore(struct bench *on)
{
    (void)on;
    (void)ask("token.ctl", "swap back"); /* refused when there was no other one */
    copy_file("job.kept", "token.state.kept");
    (void)hall_say("token.ctl", "token restore");
}

/* What it was when the first promise was asked, also by another program. */
static void make_blank(struct bench *on)
{
    char away[PATH_SIZE], blank[PATH_SIZE];

    fault(on, BENCH_NONE, 0);
    pull(on);
    path_of("blank.kept", blank);
    if (access(blank, F_OK) != 0) {
        (void)hall_say("token.ctl", "token snapshot");
        copy_file("token.state.kept", "blank.kept");
    }
    path_of("token.state.away", away);
    (void)unlink(away); /* another token is there only where one was swapped in */
    copy_file("blank.kept", "token.state.kept");
    (void)hall_say("token.ctl", "token restore");
}

static void set_admin(struct bench *on)
{
    enum vtoken_algorithm cipher = on->model->admin;

    on->admin.aes = cipher != VTOKEN_3DES;
    on->admin.key.len = vtoken_cipher_key_len(cipher);
    for (size_t i = 0; i < on->admin.key.len; i++)
        on->admin.key.at[i] = (uint8_t)(i % 8 + 1);
}

void hall_open_driver(struct bench *on)
{
    struct token_config config = {.driver = "piv", .reader = ""};
    struct err e = token_open(&config, &on->token);
    if (failed(e))
        fail_msg("token_open: %s %s", err_name(e.code), e.site);
}

static void open_hall(struct bench *on)
{
    char socket_path[PATH_SIZE];
    const char *model = getenv("CERTKIOSK_MODEL");   /* NOLINT(concurrency-mt-unsafe): one thread */
    const char *quirks = getenv("CERTKIOSK_QUIRKS"); /* NOLINT(concurrency-mt-unsafe): one thread */
    char bad[VTOKEN_QUIRK_NAME_MAX];

    dir = getenv("CERTKIOSK_HALL"); /* NOLINT(concurrency-mt-unsafe): one thread */
    assert_non_null(dir);
    the_model = *(model != NULL ? vtoken_model_find(model) : vtoken_model_default());
    if (quirks != NULL)
        assert_false(failed(vtoken_quirks_apply(quirks, &the_model, bad)));
    on->model = &the_model;
    path_of("pcscd.comm", socket_path);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    assert_int_equal(setenv("PCSCLITE_CSOCK_NAME", socket_path, 1), 0);
    make_blank(on);
    set_admin(on);
    hall_open_driver(on);
}

static void close_hall(struct bench *on)
{
    fault(on, BENCH_NONE, 0);
    pull(on);
}

/* Until the reader has powered it: pcscd looks every 400 ms. */
static void insert(struct bench *on)
{
    uint64_t until_ms = clock_boot_ms() + SEEN_MS;

    (void)on;
    (void)hall_say("token.ctl", "insert");
    while (strstr(hall_say("token.ctl", "token status"), "seen=yes") == NULL) {
        assert_true(clock_boot_ms() < until_ms);
        (void)usleep(NAP_US);
    }
}

/* Back whether or not there was another one. */
static void swap(struct bench *on, bool back)
{
    (void)on;
    (void)ask("token.ctl", back ? "swap back" : "swap");
}

static void load(struct bench *on, uint8_t slot, struct bytes object)
{
    char line[PATH_SIZE];

    (void)on;
    assert_true(object.len < 64);
    assert_true(
        text_print(line, sizeof(line), "token load-object %06x ", vtoken_slot_object(slot)));
    for (size_t i = 0; i < object.len; i++)
        (void)snprintf(line + strlen(line), 3, "%02x", object.at[i]);
    (void)hall_say("token.ctl", line);
}

static uint32_t commands(struct bench *on)
{
    (void)on;
    return hall_number("apdus");
}

static uint32_t changes(struct bench *on)
{
    (void)on;
    return hall_number("changes");
}

const struct bench_kind bench_hall = {.name = "in a hall",
                                      .reseats = true,
                                      .open = open_hall,
                                      .close = close_hall,
                                      .insert = insert,
                                      .pull = pull,
                                      .swap = swap,
                                      .fault = fault,
                                      .load = load,
                                      .keep = keep,
                                      .restore = restore,
                                      .commands = commands,
                                      .changes = changes};
