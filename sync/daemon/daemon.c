#include "sync/daemon/daemon.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/daemon/ahead.h"
#include "sync/daemon/downlink.h"
#include "sync/daemon/forget.h"
#include "sync/daemon/renewal.h"
#include "sync/daemon/status.h"
#include "sync/daemon/uplink.h"
#include "sync/daemon/wake.h"

#define PATH_SIZE 128
#define BEAT_MS 1000
#define TICK_MS 200 /* pauses end within this */
#define CHECKPOINT_MS 60000
#define CHECKPOINT_AGAIN_MS 2000 /* after something was erased */
#define CHECK_MS 60000           /* a bit that turned is noticed within this */
#define FOLDER_MODE 0770
#define DATAGRAMS_MAX 32 /* in one round */

struct daemon {
    struct desk desk;
    struct wake wake;
    struct uplink *uplink;
    struct ahead *ahead;
    struct downlink *downlink;
    struct renewal *renewal;
    uint64_t beat_ms, checkpoint_ms; /* next */
    char journal_path[PATH_SIZE];
    char inbox_path[PATH_SIZE];
    char device_path[PATH_SIZE];
    uint64_t check_ms; /* next look at every row of the inbox */
};

static bool path_in(char *out, const struct settings *settings, const char *name)
{
    return text_print(out, PATH_SIZE, "%s/%s", settings->ledger_dir, name);
}

static struct err open_ledger(struct daemon *daemon, const struct settings *settings)
{
    char folder[PATH_SIZE], own[PATH_SIZE], kiosk[PATH_SIZE];
    if (!path_in(folder, settings, "sync") ||
        !path_in(daemon->inbox_path, settings, "sync/inbox.db") ||
        !path_in(own, settings, "sync/syncd.sock") ||
        !path_in(kiosk, settings, "kiosk/kiosk.sock") ||
        !path_in(daemon->device_path, settings, "kiosk/device.pub") ||
        !path_in(daemon->journal_path, settings, "kiosk/journal.db"))
        return ERR(ERR_NO_ROOM, 0, "path");
    if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
        return ERR(ERR_IO, errno, "mkdir");
    struct err e = store_open(daemon->inbox_path, &daemon->desk.store);
    return failed(e) ? e : wake_open(own, kiosk, &daemon->wake);
}

static struct err open_all(struct daemon *daemon, const struct settings *settings)
{
    struct http_options options = {.url = settings->url,
                                   .ca = settings->ca,
                                   .key = settings->key,
                                   .certificate = settings->certificate};
    char message[CONFIG_MESSAGE_MAX]; /* it was readable a moment ago */
    struct err e = keyring_read(settings->platform_keys, &daemon->desk.keys, message);
    if (!failed(e))
        e = open_ledger(daemon, settings);
    if (!failed(e))
        e = desk_load_keys(&daemon->desk);
    if (!failed(e))
        e = http_open(&options, &daemon->desk.http);
    if (!failed(e))
        e = uplink_create(&daemon->desk, daemon->journal_path, &daemon->uplink);
    if (!failed(e))
        e = ahead_create(&daemon->desk, daemon->journal_path, &daemon->ahead);
    if (!failed(e))
        e = downlink_create(&daemon->desk, daemon->uplink, &daemon->downlink);
    if (!failed(e)) {
        const struct renewal_setup setup = {.desk = &daemon->desk,
                                            .wake = &daemon->wake,
                                            .key = settings->key,
                                            .certificate = settings->certificate,
                                            .device_key = daemon->device_path};
        e = renewal_create(&setup, &daemon->renewal);
    }
    return e;
}

struct err daemon_open(const struct settings *settings, struct daemon **out_daemon)
{
    struct daemon *daemon = calloc(1, sizeof(*daemon));
    if (daemon == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    daemon->wake.fd = -1;
    daemon->desk.kiosk = settings->kiosk;
    line_init(&daemon->desk.line);
    struct err e = open_all(daemon, settings);
    if (failed(e)) {
        daemon_close(daemon);
        return e;
    }
    *out_daemon = daemon;
    return ERR_OK;
}

void daemon_close(struct daemon *daemon)
{
    if (daemon == NULL)
        return;
    renewal_destroy(daemon->renewal);
    downlink_destroy(daemon->downlink);
    ahead_destroy(daemon->ahead);
    uplink_destroy(daemon->uplink);
    http_close(daemon->desk.http);
    wake_close(&daemon->wake);
    store_close(&daemon->desk.store);
    free(daemon);
}

static void take_signature(struct daemon *daemon, const struct wake_asker *asker)
{
    struct wake_signature signature;
    if (!failed(wake_read_signature(asker, &signature)))
        renewal_signed(daemon->renewal, &signature);
}

/* Datagrams that wait. */
static void listen_once(struct daemon *daemon)
{
    struct wake_asker asker;
    char text[STATUS_TEXT_MAX];
    for (int i = 0; i < DATAGRAMS_MAX; i++) {
        switch (wake_read(&daemon->wake, &asker)) {
        case WAKE_NOTHING:
            return;
        case WAKE_UNKNOWN:
            break;
        case WAKE_LOOK:
            uplink_look(daemon->uplink);
            ahead_look(daemon->ahead);
            break;
        case WAKE_SIGNED:
            take_signature(daemon, &asker);
            break;
        case WAKE_STATUS:
            status_print(text, &daemon->desk, uplink_head_seq(daemon->uplink));
            wake_answer(&daemon->wake, &asker, text);
            break;
        }
    }
}

static void tell(struct daemon *daemon, uint64_t now_ms)
{
    struct desk *desk = &daemon->desk;
    bool up = line_up(&desk->line);
    if (!desk->store.news && now_ms < daemon->beat_ms)
        return;
    wake_kiosk(&daemon->wake, up);
    desk->store.news = false;
    daemon->beat_ms = now_ms + BEAT_MS;
    /* Without systemd nobody listens, and that is fine. */
    (void)sd_notifyf(0, "WATCHDOG=1\nSTATUS=line %s, %llu of %llu entries at the platform%s%s",
                     up ? "up" : "down", (unsigned long long)desk->store.state.acked_seq,
                     (unsigned long long)uplink_head_seq(daemon->uplink),
                     desk->store.state.trouble[0] != '\0' ? ", trouble: " : "",
                     desk->store.state.trouble);
}

/* What names a visitor goes as soon as the word of the delivery is here, and out of the WAL. */
static struct err tidy(struct daemon *daemon, uint64_t now_ms)
{
    struct store *store = &daemon->desk.store;
    size_t forgotten = 0;
    bool due = now_ms >= daemon->checkpoint_ms;
    store->came = false;
    if (due)
        store_hold_reserve(store);
    struct err e = forget_what_is_over(store->inbox, store->state.proven_ms / 1000, &forgotten);
    if (failed(e) || (!due && forgotten == 0))
        return e;
    /* A reader may hold the WAL: soon once more. */
    daemon->checkpoint_ms = now_ms + (forgotten > 0 ? CHECKPOINT_AGAIN_MS : CHECKPOINT_MS);
    return inbox_checkpoint(store->inbox);
}

static struct err keep_house(struct daemon *daemon, uint64_t now_ms)
{
    struct store *store = &daemon->desk.store;
    bool up = line_up(&daemon->desk.line);
    if (store_line(store, up, clock_wall_ms())) {
        log_event(up ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING, "line", "state=%s",
                  up ? "up" : "down");
    }
    struct err e = store_save(store);
    if (!failed(e) && (store->came || now_ms >= daemon->checkpoint_ms))
        e = tidy(daemon, now_ms);
    return e.code == ERR_NO_ROOM ? ERR_OK : e; /* as soon as there is room, all that was missed */
}

static struct err check_inbox(struct daemon *daemon, uint64_t now_ms)
{
    if (now_ms < daemon->check_ms)
        return ERR_OK;
    daemon->check_ms = now_ms + CHECK_MS;
    return inbox_check(daemon->desk.store.inbox);
}

static struct err one_round(struct daemon *daemon)
{
    uint64_t now_ms = clock_boot_ms();
    listen_once(daemon);
    struct err e = downlink_step(daemon->downlink, now_ms);
    if (!failed(e))
        e = uplink_step(daemon->uplink, now_ms);
    if (!failed(e))
        e = renewal_step(daemon->renewal, now_ms);
    ahead_step(daemon->ahead, now_ms);
    if (!failed(e))
        e = keep_house(daemon, now_ms);
    if (!failed(e))
        e = check_inbox(daemon, now_ms);
    e = store_mend(&daemon->desk.store, daemon->inbox_path, e);
    if (!failed(e))
        tell(daemon, now_ms);
    return e;
}

static bool is_readable(int fd)
{
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    return poll(&watched, 1, 0) > 0;
}

struct err daemon_run(struct daemon *daemon, int signal_fd)
{
    int watched[] = {signal_fd, daemon->wake.fd};
    daemon->desk.store.news = true;
    while (!is_readable(signal_fd)) {
        struct err e = one_round(daemon);
        if (!failed(e))
            e = http_wait(daemon->desk.http, watched, ARRAY_LEN(watched), TICK_MS);
        if (failed(e))
            return e;
    }
    /* The line is not known from now on: the kiosk need not wait for silence. */
    wake_kiosk(&daemon->wake, false);
    (void)store_line(&daemon->desk.store, false, clock_wall_ms());
    return store_save(&daemon->desk.store);
}
