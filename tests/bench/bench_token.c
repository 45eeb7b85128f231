/*
 * bench_token JOB CERTIFICATE.der - one job on the token in the reader, by our driver, from a
 * process that knows nothing of it: what yubico-piv-tool and OpenSC do when they are called.
 *
 *     identify           who it is, its tries, its certificates
 *     pin                identify, and verify the PIN 123456
 *     renew              identify, verify the PIN, write the certificate into 9A, read it back
 */
#include <stdio.h>
#include <stdlib.h>

#include "hw/token/token.h"
#include "kiosk/base/text.h"
#include "tests/bench/bench.h"

#define WAIT_MS 5000

static struct token_identity identity;
static uint8_t der[TOKEN_CERTIFICATE_MAX];

static void need(struct err e, const char *what)
{
    if (failed(e))
        (void)fprintf(stderr, "%s: %s at %s\n", what, err_name(e.code), e.site);
    bench_need(!failed(e), what);
}

static struct token *open_token(void)
{
    struct token_config config = {.driver = "piv", .reader = ""};
    enum token_presence presence = TOKEN_READER_GONE;
    struct token *token = NULL;

    for (uint8_t i = 0; i < 24; i++) /* the key that every such token has at first */
        need(secret_push(&config.admin_key, (uint8_t)(i % 8 + 1)), "admin key");
    need(token_open(&config, &token), "token_open");
    while (presence != TOKEN_PRESENT)
        need(token_watch(token, WAIT_MS, &presence), "token_watch");
    return token;
}

static void verify(struct token *token)
{
    struct secret pin = {.len = 0};
    uint8_t tries_left = 0;

    need(secret_set(&pin, (struct bytes){(const uint8_t *)"123456", 6}), "pin");
    need(token_verify_pin(token, &pin, &tries_left), "token_verify_pin");
}

static void renew(struct token *token, const char *path)
{
    FILE *file = fopen(path, "re");

    bench_need(file != NULL, path);
    size_t len = fread(der, 1, sizeof(der), file);
    (void)fclose(file); /* only read */
    need(token_write(token, identity.id, 0x9A, (struct bytes){der, len}), "token_write");
}

int main(int argc, char **argv)
{
    bench_need(argc == 3, "bench_token identify|pin|renew CERTIFICATE.der");
    struct token *token = open_token();
    need(token_identify(token, &identity), "token_identify");
    if (!text_same(argv[1], "identify"))
        verify(token);
    if (text_same(argv[1], "renew"))
        renew(token, argv[2]);
    token_close(token);
    return EXIT_SUCCESS;
}
