#include "tests/unit/fake_http.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

struct http *fake_http_create(void)
{
    struct http *http = calloc(1, sizeof(*http));
    assert_non_null(http);
    return http;
}

void fake_http_destroy(struct http *http)
{
    for (size_t i = 0; i < LANE_COUNT; i++)
        free(http->lanes[i].body);
    free(http);
}

struct err http_open(const struct http_options *options, struct http **out_http)
{
    (void)options;
    *out_http = fake_http_create();
    return ERR_OK;
}

void http_close(struct http *http)
{
    fake_http_destroy(http);
}

struct err http_start(struct http *http, enum lane lane, const struct http_request *request)
{
    assert_false(http->lanes[lane].busy);
    assert_true(request->timeout_ms > 0 && request->answer_max > 0);
    assert_true(text_copy(http->lanes[lane].path, HTTP_PATH_MAX, request->path));
    http->lanes[lane].busy = true;
    http->lanes[lane].done = false;
    http->lanes[lane].started++;
    http->lanes[lane].timeout_ms = request->timeout_ms;
    if (request->packed.len > 0) {
        uint8_t *text = NULL;
        size_t len = 0;
        assert_false(failed(wire_unpack(request->packed, BATCH_BYTES_MAX, &text, &len)));
        if (lane == LANE_CERTIFICATE) {
            assert_false(failed(renew_request_read((struct bytes){text, len}, &http->renew)));
        } else {
            assert_false(failed(batch_read((struct bytes){text, len}, &http->batch)));
        }
        free(text);
    }
    return ERR_OK;
}

bool http_busy(const struct http *http, enum lane lane)
{
    return http->lanes[lane].busy;
}

bool http_sent(const struct http *http, enum lane lane)
{
    return http->lanes[lane].busy;
}

bool http_take(struct http *http, enum lane lane, struct http_answer *out_answer)
{
    if (!http->lanes[lane].busy || !http->lanes[lane].done)
        return false;
    http->lanes[lane].busy = false;
    *out_answer = http->lanes[lane].answer;
    return true;
}

void http_cancel(struct http *http, enum lane lane)
{
    if (http->lanes[lane].busy)
        http->lanes[lane].cancelled++;
    http->lanes[lane].busy = false;
}

struct err http_forget(struct http *http)
{
    for (size_t i = 0; i < LANE_COUNT; i++)
        http_cancel(http, (enum lane)i);
    http->forgotten++;
    return ERR_OK;
}

void fake_answer(struct http *http, enum lane lane, int status, const char *text)
{
    assert_true(http->lanes[lane].busy && !http->lanes[lane].done);
    size_t len = strlen(text);
    free(http->lanes[lane].body);
    http->lanes[lane].body = malloc(len + 1);
    assert_non_null(http->lanes[lane].body);
    memcpy(http->lanes[lane].body, text, len + 1);
    http->lanes[lane].answer =
        (struct http_answer){.status = status, .body = {http->lanes[lane].body, len}};
    http->lanes[lane].done = true;
}

void fake_fail(struct http *http, enum lane lane, enum err_code code)
{
    assert_true(http->lanes[lane].busy && !http->lanes[lane].done);
    http->lanes[lane].answer = (struct http_answer){.error = ERR(code, 0, "fake")};
    http->lanes[lane].done = true;
}

struct seal_key *fake_key(const char *path)
{
    struct seal_key *key = NULL;
    EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    FILE *file = fopen(path, "we");
    assert_non_null(pair);
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, pair, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(fclose(file), 0);
    EVP_PKEY_free(pair);
    assert_false(failed(seal_key_create(path, &key)));
    return key;
}

static void seal_ack(const struct seal_key *key, const struct ack *ack, struct sealed_ack *out)
{
    char *text = NULL;
    assert_false(failed(ack_write(ack, &text)));
    assert_true(text_copy(out->text, sizeof(out->text), text));
    assert_true(text_copy(out->key_id, sizeof(out->key_id), seal_key_id(key)));
    struct seal_message message = {
        .context = SEAL_ACK, .parts = {FAKE_KIOSK}, .body = {(const uint8_t *)text, strlen(text)}};
    assert_false(failed(seal_sign(key, &message, out->seal)));
    free(text);
}

void fake_acknowledge(struct http *http, const struct seal_key *key, const struct ack *ack)
{
    struct sealed_ack sealed = {.text = ""};
    char *text = NULL;
    seal_ack(key, ack, &sealed);
    assert_false(failed(sealed_ack_write(&sealed, &text)));
    fake_answer(http, LANE_JOURNAL, 200, text);
    free(text);
}

static void seal_document(const struct seal_key *key, struct feed_document *document)
{
    static const uint8_t none[SEAL_LEN];
    char version[24];
    if (memcmp(document->seal, none, SEAL_LEN) != 0)
        return;
    (void)snprintf(version, sizeof(version), "%llu", (unsigned long long)document->version);
    assert_true(text_copy(document->key_id, sizeof(document->key_id), seal_key_id(key)));
    struct seal_message message = {.context = SEAL_DOCUMENT,
                                   .parts = {FAKE_KIOSK, document->type, document->id, version},
                                   .body = {document->body, document->body_len}};
    assert_false(failed(seal_sign(key, &message, document->seal)));
}

void fake_feed(struct http *http, const struct seal_key *key, struct feed *feed,
               const struct ack *ack)
{
    char *text = NULL;
    seal_ack(key, ack, &feed->ack);
    for (size_t i = 0; i < feed->count; i++)
        seal_document(key, &feed->documents[i]);
    assert_false(failed(feed_write(feed, &text)));
    fake_answer(http, LANE_FEED, 200, text);
    free(text);
}
