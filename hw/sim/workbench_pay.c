#include "hw/sim/workbench_pay.h"

#include <curl/curl.h>
#include <string.h>

#include "kiosk/base/text.h"

#define HTTP_OK 200
#define HTTP_SEE_OTHER 303
#define HTTP_CONFLICT 409
#define HTTP_GONE 410

static void handle_free(CURL **handle)
{
    curl_easy_cleanup(*handle);
}

/* The page itself is for eyes; only its status counts here. */
static size_t ignore(const void *at, size_t size, size_t count, void *context)
{
    (void)at;
    (void)context;
    return size * count;
}

static long fetch(const struct workbench_pay *pay, bool post)
{
    long status = 0;
    CLEANUP(handle_free) CURL *curl = curl_easy_init();
    if (curl == NULL)
        return 0;
    (void)curl_easy_setopt(curl, CURLOPT_URL, pay->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    (void)curl_easy_setopt(curl, CURLOPT_CAINFO, pay->ca_file);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)WORKBENCH_PAY_TIMEOUT_MS);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    if (post)
        (void)curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, "");
    if (curl_easy_perform(curl) != CURLE_OK)
        return 0;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static enum workbench_pay_state state_of(long status)
{
    switch (status) {
    case HTTP_OK:
    case HTTP_SEE_OTHER:
        return PAY_DONE;
    case HTTP_CONFLICT:
        return PAY_DONE_BEFORE;
    case HTTP_GONE:
        return PAY_CLOSED;
    default:
        return PAY_FAILED;
    }
}

static void *run(void *context)
{
    struct workbench_pay *pay = context;
    enum workbench_pay_state state = state_of(fetch(pay, false));
    if (state == PAY_DONE)
        state = state_of(fetch(pay, true));
    atomic_store(&pay->state, state);
    return NULL;
}

struct err workbench_pay_init(struct workbench_pay *pay, const char *public_url,
                              const char *ca_file)
{
    pay->url[0] = '\0';
    pay->thread_there = false;
    atomic_init(&pay->state, PAY_NOTHING);
    if (!text_copy(pay->public_url, sizeof(pay->public_url), public_url) ||
        !text_copy(pay->ca_file, sizeof(pay->ca_file), ca_file))
        return ERR(ERR_NO_ROOM, 0, "gateway");
    return ERR_OK;
}

void workbench_pay_done(struct workbench_pay *pay)
{
    if (pay->thread_there)
        (void)pthread_join(pay->thread, NULL);
    pay->thread_there = false;
}

bool workbench_pay_offer(struct workbench_pay *pay, const char *url)
{
    bool ours = strncmp(url, pay->public_url, strlen(pay->public_url)) == 0;
    if (atomic_load(&pay->state) == PAY_RUNS || text_same(url, pay->url))
        return false;
    (void)text_copy(pay->url, sizeof(pay->url), url);
    atomic_store(&pay->state, ours && url[0] != '\0' ? PAY_WAITS : PAY_NOTHING);
    return true;
}

bool workbench_pay_possible(const struct workbench_pay *pay)
{
    enum workbench_pay_state state = atomic_load(&pay->state);
    return state == PAY_WAITS || state == PAY_FAILED;
}

void workbench_pay_start(struct workbench_pay *pay)
{
    if (!workbench_pay_possible(pay))
        return;
    workbench_pay_done(pay);
    atomic_store(&pay->state, PAY_RUNS);
    pay->thread_there = pthread_create(&pay->thread, NULL, run, pay) == 0;
    if (!pay->thread_there)
        atomic_store(&pay->state, PAY_FAILED);
}
