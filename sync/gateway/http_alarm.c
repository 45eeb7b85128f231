#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sync/gateway/alarm.h"
#include "sync/gateway/http.h"

#define ALARM_ID_DIGITS_MAX 15

static void json_done(json_t **json)
{
    json_decref(*json);
}

static json_t *alarm_json(const struct alarm *alarm)
{
    json_t *json = json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:I}", "id", (json_int_t)alarm->id,
                             "kiosk", alarm->kiosk, "word", alarm->word, "detail", alarm->detail,
                             "first_s", (json_int_t)alarm->first_s, "last_s",
                             (json_int_t)alarm->last_s, "count", (json_int_t)alarm->count);
    if (json != NULL && alarm->cleared_s != 0)
        (void)json_object_set_new(json, "cleared_s", json_integer(alarm->cleared_s));
    return json;
}

static struct err list(struct gateway *gateway, bool only_open, struct alarm *out,
                       size_t *out_count)
{
    CLEANUP(transaction_done) struct transaction work = {0};

    struct err e = store_begin(gateway->platform.store, &work);
    return failed(e) ? e : alarm_list(gateway->platform.store, only_open, out, out_count);
}

enum http_result http_alarms(struct gateway *gateway, struct http_request *request,
                             struct http_reply *reply)
{
    CLEANUP(http_scratch_done) struct alarm *alarms = http_scratch(ALARM_LIST_MAX, sizeof(*alarms));
    CLEANUP(json_done) json_t *json = NULL;
    uint64_t only_open = 0;
    size_t count = 0;

    if (!http_query_number(request, "open", 1, &only_open)) {
        http_refuse(reply, MHD_HTTP_BAD_REQUEST, "malformed", 0, "open: 0 or 1");
        return HTTP_ANSWER;
    }
    struct err e = alarms == NULL ? ERR(ERR_NO_ROOM, 0, "calloc") : ERR_OK;
    if (!failed(e))
        e = list(gateway, only_open != 0, alarms, &count);
    if (failed(e)) {
        http_unavailable(reply, e);
        return HTTP_ANSWER;
    }
    json = json_pack("{s:[]}", "alarms");
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(json_object_get(json, "alarms"), alarm_json(&alarms[i]));
    http_reply_json(reply, MHD_HTTP_OK, json_dumps(json, JSON_INDENT(2)));
    return HTTP_ANSWER;
}

static struct err clear(struct gateway *gateway, const char *id, struct alarm *out_alarm)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    size_t len = strlen(id);

    if (len > ALARM_ID_DIGITS_MAX || strspn(id, "0123456789") != len)
        return ERR(ERR_NOT_FOUND, 0, "not a number");
    struct err e = store_begin(gateway->platform.store, &work);
    if (!failed(e))
        e = alarm_clear(&gateway->platform, strtoll(id, NULL, 10), out_alarm);
    return failed(e) ? e : transaction_commit(&work);
}

enum http_result http_alarm_clear(struct gateway *gateway, struct http_request *request,
                                  struct http_reply *reply)
{
    CLEANUP(json_done) json_t *json = NULL;
    struct alarm alarm = {0};

    struct err e = clear(gateway, request->part[0], &alarm);
    if (e.code == ERR_NOT_FOUND) {
        http_refuse(reply, MHD_HTTP_NOT_FOUND, "not_found", 0, "");
    } else if (failed(e)) {
        http_unavailable(reply, e);
    } else {
        json = alarm_json(&alarm);
        http_reply_json(reply, MHD_HTTP_OK, json_dumps(json, JSON_INDENT(2)));
    }
    return HTTP_ANSWER;
}
