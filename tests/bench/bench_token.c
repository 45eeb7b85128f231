/*
 * bench_token JOB CERTIFICATE.der - one job on the token in the reader, by our driver, from a
 * process that knows nothing of it: what yubico-piv-tool and OpenSC do when they are called.
 *
 *     visit              who it is, its tries, what is in the four slots in use
 *     identify           who it is: serial number, CHUID, certificate of 9A
 *     pin                who it is, its tries, and verify the PIN 123456
 *     unblock            who it is, and set the PIN to 123456 by the PUK 12345678
 *     renew              identify; write the certificate into 9A, read it back
 *     new-p256, new-rsa  who it is; make a key in the empty slot 9D, sign with it, write the
 *                        certificate, read it back
 *     keep-p256          a new key for 9A that loses nothing of the old pair (token_newkey.h)
 *
 * Whoever starts it measures how long it takes from exec to exit; took_us is what of that time the
 * job takes where a program waits for the token, as a kiosk does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/token/token_check.h"
#include "hw/token/token_newkey.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/bench/bench.h"

#define WAIT_MS 5000U
#define NS_PER_MS 1000000U
#define ADMIN_LEN 24

static struct token *token;
static struct token_identity identity;
static struct token_admin admin = {.key.len = ADMIN_LEN, .diversified = true};
static uint8_t der[TOKEN_CERTIFICATE_MAX], spki[TOKEN_PUBLIC_KEY_MAX];
static size_t der_len;

static void need(struct err e, const char *what)
{
    if (failed(e))
        (void)fprintf(stderr, "%s: %s at %s\n", what, err_name(e.code), e.site);
    bench_need(!failed(e), what);
}

static void open_token(void)
{
    struct token_config config = {.driver = "piv", .reader = ""};
    enum token_presence presence = TOKEN_READER_GONE;

    for (size_t i = 0; i < ADMIN_LEN; i++) /* the key that every such token has at first */
        admin.key.at[i] = (uint8_t)(i % 8 + 1);
    need(token_open(&config, &token), "token_open");
    uint64_t end_ns = bench_now_ns() + WAIT_MS * NS_PER_MS;
    while (presence != TOKEN_PRESENT && bench_now_ns() < end_ns)
        need(token_watch(token, WAIT_MS, &presence), "token_watch");
    bench_need(presence == TOKEN_PRESENT, "no token");
}

static void read_certificate(const char *path)
{
    FILE *file = fopen(path, "re");

    bench_need(file != NULL, path);
    der_len = fread(der, 1, sizeof(der), file);
    (void)fclose(file); /* only read */
}

static void identify(struct token_scope scope)
{
    need(token_identify(token, &scope, &identity), "token_identify");
}

static struct token_target target_of(uint8_t slot)
{
    return (struct token_target){.id = identity.id, .slot = slot, .admin = &admin};
}

static void write_slot(uint8_t slot)
{
    struct token_target target = target_of(slot);
    need(token_write(token, &target, (struct bytes){der, der_len}), "token_write");
}

static void verify(void)
{
    struct secret pin = {.len = 0};
    uint8_t tries_left = 0;

    need(secret_set(&pin, (struct bytes){(const uint8_t *)"123456", 6}), "pin");
    need(token_verify_pin(token, &pin, &tries_left), "token_verify_pin");
}

static void sign(uint8_t slot, enum token_key key)
{
    static const uint8_t block[TOKEN_SIGNATURE_MAX] = {0, 1};
    uint8_t signature[TOKEN_SIGNATURE_MAX];
    size_t len = 0;

    need(
        token_sign(token, slot, key, (struct bytes){block, token_digest_len(key)}, signature, &len),
        "token_sign");
}

static void job_identify(void)
{
    identify((struct token_scope){.slots = 1, .guid = true});
}

static void job_visit(void)
{
    identify(TOKEN_SCOPE_VISIT);
}

static void job_pin(void)
{
    identify((struct token_scope){.pin_tries = true});
    verify();
}

static void job_unblock(void)
{
    struct secret puk = {.len = 0}, next = {.len = 0};
    uint8_t tries_left = 0;

    identify((struct token_scope){.slots = 0});
    need(secret_set(&puk, (struct bytes){(const uint8_t *)"12345678", 8}), "puk");
    need(secret_set(&next, (struct bytes){(const uint8_t *)"123456", 6}), "pin");
    need(token_unblock(token, &puk, &next, &tries_left), "token_unblock");
}

static void job_renew(void)
{
    job_identify();
    write_slot(0x9A);
}

static void new_key(enum token_key key)
{
    size_t len = 0;

    identify((struct token_scope){.slots = 4}); /* 9D */
    struct token_target target = target_of(0x9D);
    need(token_generate(token, &target, key, spki, &len), "token_generate");
    verify();
    sign(0x9D, key);
    write_slot(0x9D);
}

static void job_new_p256(void)
{
    new_key(TOKEN_KEY_P256);
}

static void job_new_rsa(void)
{
    new_key(TOKEN_KEY_RSA2048);
}

static void job_keep_p256(void)
{
    struct token_scope scope = token_newkey_scope(0x9A, false);
    struct token_newkey_wish wish = {.main = 0x9A, .key = TOKEN_KEY_P256};
    size_t len = 0;

    identify(scope);
    struct token_target target = target_of(0x9A);
    need(token_newkey_probe(token, &target, &scope, &identity, &wish.moves), "token_newkey_probe");
    struct token_newkey plan = token_newkey_plan(&wish, &scope, &identity);
    bench_need(plan.way == TOKEN_NEWKEY_MOVES || plan.way == TOKEN_NEWKEY_STAYS, "plan");
    need(token_newkey_begin(token, &target, &plan, false, spki, &len), "token_newkey_begin");
    verify();
    sign(plan.staging, wish.key);
    need(token_newkey_place(token, &target, &plan, (struct bytes){der, der_len}), "place");
    need(token_newkey_settle(token, &target, &plan, (struct bytes){der, der_len}), "settle");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } jobs[] = {{"visit", job_visit},     {"identify", job_identify},  {"pin", job_pin},
                {"unblock", job_unblock}, {"renew", job_renew},        {"new-p256", job_new_p256},
                {"new-rsa", job_new_rsa}, {"keep-p256", job_keep_p256}};
    uint64_t took_ns = 0;

    bench_need(argc == 3, "bench_token JOB CERTIFICATE.der");
    read_certificate(argv[2]);
    open_token();
    for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
        if (text_same(jobs[i].name, argv[1])) {
            uint64_t start_ns = bench_now_ns();
            jobs[i].run();
            took_ns = bench_now_ns() - start_ns;
        }
    }
    bench_need(took_ns > 0, "no such job");
    token_close(token);
    (void)printf("took_us=%llu\n", (unsigned long long)(took_ns / 1000));
    return EXIT_SUCCESS;
}
