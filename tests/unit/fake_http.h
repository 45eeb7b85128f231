/*
 * fake_http.h - http.h without a network: the test sees each request and gives the answer.
 *
 * And the platform's pen: what it seals, ready to be given as an answer.
 */
#ifndef TESTS_UNIT_FAKE_HTTP_H
#define TESTS_UNIT_FAKE_HTTP_H

#include "kiosk/pki/seal.h"
#include "sync/daemon/http.h"
#include "sync/wire/batch.h"
#include "sync/wire/enrol.h"

#define FAKE_KIOSK "hall-1"

struct http {
    struct {
        bool busy, done;
        unsigned started, cancelled;
        char path[HTTP_PATH_MAX];
        uint32_t timeout_ms;
        struct http_answer answer;
        uint8_t *body;
    } lanes[LANE_COUNT];
    unsigned forgotten;
    struct renew_request renew; /* the last one that was posted */
    struct batch batch;         /* the last one that was posted, unpacked */
};

struct http *fake_http_create(void);
void fake_http_destroy(struct http *http);

/* Answer what is on its way. */
void fake_answer(struct http *http, enum lane lane, int status, const char *text);
void fake_fail(struct http *http, enum lane lane, enum err_code code);

/* A platform key of its own at `path`, private. */
struct seal_key *fake_key(const char *path);

/* 200 with an acknowledgement sealed by `key`. */
void fake_acknowledge(struct http *http, const struct seal_key *key, const struct ack *ack);

/* 200 with a feed whose acknowledgement and documents are sealed by `key`; a document whose seal is
 * not all zeros keeps it. */
void fake_feed(struct http *http, const struct seal_key *key, struct feed *feed,
               const struct ack *ack);

#endif
