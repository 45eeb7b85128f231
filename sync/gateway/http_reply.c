#include <stdlib.h>
#include <string.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/gateway/http.h"
#include "sync/wire/batch.h"

#define RETRY_AFTER_S 2
#define NUMBER_DIGITS_MAX 16

void *http_scratch(size_t count, size_t size)
{
    return calloc(count, size);
}

void http_scratch_done(void *at)
{
    void **pointer = at;
    free(*pointer);
}

void http_reply_json(struct http_reply *reply, unsigned status, char *text)
{
    reply->status = text == NULL ? MHD_HTTP_INTERNAL_SERVER_ERROR : status;
    reply->type = HTTP_REPLY_TYPE_JSON;
    reply->body = text;
    reply->body_len = text == NULL ? 0 : strlen(text);
}

void http_refuse(struct http_reply *reply, unsigned status, const char *error, uint64_t seq,
                 const char *message)
{
    struct refusal refusal = {.seq = seq};
    char *text = NULL;

    (void)text_copy(refusal.error, sizeof(refusal.error), error);
    (void)text_copy(refusal.message, sizeof(refusal.message), message);
    if (failed(refusal_write(&refusal, &text)))
        text = NULL; /* no memory: the status alone tells enough */
    http_reply_json(reply, status, text);
}

void http_unavailable(struct http_reply *reply, struct err e)
{
    log_err("request", e);
    http_refuse(reply, MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable", 0, "");
    reply->retry_after_s = RETRY_AFTER_S;
}

bool http_query_number(const struct http_request *request, const char *key, uint64_t max,
                       uint64_t *in_out_number)
{
    const char *text = MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, key);

    if (text == NULL)
        return true;
    size_t len = strnlen(text, NUMBER_DIGITS_MAX + 1);
    if (len == 0 || len > NUMBER_DIGITS_MAX || strspn(text, "0123456789") != len)
        return false;
    uint64_t number = strtoull(text, NULL, 10);
    if (number > max)
        return false;
    *in_out_number = number;
    return true;
}

bool http_query_uuid(const struct http_request *request, const char *key,
                     char out_uuid[CHAIN_UUID_LEN + 1], bool *out_there)
{
    const char *text = MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, key);
    size_t len = text == NULL ? 0 : strnlen(text, CHAIN_UUID_LEN + 1);

    if (len > 0 && !chain_is_uuid(text, len))
        return false;
    *out_there = text != NULL;
    (void)text_copy(out_uuid, CHAIN_UUID_LEN + 1, text == NULL ? "" : text);
    return true;
}

struct err http_body(const struct http_request *request, size_t max, uint8_t **out, size_t *out_len)
{
    const char *encoding = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                       MHD_HTTP_HEADER_CONTENT_ENCODING);
    struct bytes body = {(const uint8_t *)request->body, request->body_len};

    if (encoding != NULL && strcmp(encoding, "zstd") == 0)
        return wire_unpack(body, max, out, out_len);
    if (encoding != NULL && strcmp(encoding, "identity") != 0)
        return ERR(ERR_UNSUPPORTED, 0, "content encoding");
    uint8_t *copy = malloc(body.len + 1);
    if (copy == NULL)
        return ERR(ERR_IO, 0, "malloc");
    if (body.len > 0)
        memcpy(copy, body.at, body.len);
    *out = copy;
    *out_len = body.len;
    return ERR_OK;
}

/* One part of the path against one of the pattern; "*" takes it over. */
static bool part_matches(const char *pattern, size_t pattern_len, const char *part, size_t len)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

    if (pattern_len != 1 || pattern[0] != '*')
        return len == pattern_len && memcmp(pattern, part, len) == 0;
    return len > 0 && len < HTTP_PART_SIZE && strspn(part, allowed) >= len;
}

static bool path_matches(const char *pattern, const char *path, struct http_request *request)
{
    size_t star = 0;

    while (*pattern == '/' && *path == '/') {
        size_t pattern_len = strcspn(++pattern, "/");
        size_t len = strcspn(++path, "/");
        if (!part_matches(pattern, pattern_len, path, len))
            return false;
        if (pattern[0] == '*') {
            memcpy(request->part[star], path, len);
            request->part[star++][len] = '\0';
        }
        pattern += pattern_len;
        path += len;
    }
    return *pattern == '\0' && *path == '\0';
}

struct err http_route_find(const struct http_route *routes, size_t count, const char *method,
                           const char *path, struct http_request *out_request)
{
    bool known = false;

    for (size_t i = 0; i < count; i++) {
        if (!path_matches(routes[i].pattern, path, out_request))
            continue;
        known = true;
        bool head = strcmp(method, "HEAD") == 0 && strcmp(routes[i].method, "GET") == 0;
        if (!head && strcmp(method, routes[i].method) != 0)
            continue;
        out_request->route = &routes[i];
        return ERR_OK;
    }
    return known ? ERR(ERR_UNSUPPORTED, 0, "method") : ERR(ERR_NOT_FOUND, 0, "path");
}
