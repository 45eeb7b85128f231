#include "kiosk/app/first_ledger.h"

#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "kiosk/app/device.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "kiosk/ledger/journal.h"

static void public_place(const struct settings *settings, char out[DEVICE_PATH_SIZE])
{
    (void)text_print(out, DEVICE_PATH_SIZE, "%s/kiosk/device.pub", settings->ledger_dir); /* fits */
}

/* A public half without its key: that was moved to where the unit finds it, or is lost. */
static bool had_key(const struct settings *settings)
{
    char path[DEVICE_PATH_SIZE];
    public_place(settings, path);
    if (access(path, F_OK) != 0)
        return false;
    (void)fprintf(
        stderr,
        "%s: the kiosk had a device key, and it is not here; put it back for this command,"
        " or remove this file and enrol the kiosk anew\n",
        path);
    return true;
}

/* The key before what hangs on it; and durable, so that no journal is ever without its key. */
static struct err make_key(const struct settings *settings)
{
    char path[DEVICE_PATH_SIZE];
    device_place(settings, path);
    if (access(path, F_OK) != 0 && had_key(settings))
        return ERR(ERR_NOT_FOUND, 0, "the key of device.pub");
    struct err e = device_key_make(path);
    return e.code == ERR_CONFLICT ? ERR_OK : e; /* there is one: the journal is made with it */
}

static struct err publish(const struct settings *settings, const struct device *device)
{
    char path[DEVICE_PATH_SIZE];
    public_place(settings, path);
    return device_key_save_public(device->key, path);
}

static struct err make_journal(const char *path, const struct device *device)
{
    uint8_t random[16];
    struct journal *journal = NULL;
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return ERR(ERR_IO, 0, "getrandom");
    struct err e = journal_open(path, true, random, &device->guard, &journal);
    journal_close(journal);
    return e;
}

/* The key of a journal that has none yet, or else nothing at all: see first_ledger.h. */
static bool may_make(const char *path)
{
    struct journal *journal = NULL;
    if (access(path, F_OK) != 0)
        return true;
    struct err e = journal_open_read(path, &journal);
    journal_close(journal);
    if (e.code == ERR_UNSUPPORTED)
        return true;
    (void)fprintf(stderr, "%s: there is a journal already; it is never made anew\n", path);
    return false;
}

bool first_ledger_create(const struct settings *settings)
{
    char path[DEVICE_PATH_SIZE];
    struct device device = {.key = NULL};

    (void)text_print(path, sizeof(path), "%s/kiosk/journal.db", settings->ledger_dir); /* fits */
    if (!may_make(path))
        return false;
    struct err e = make_key(settings);
    if (!failed(e))
        e = device_open(settings, &device);
    if (!failed(e))
        e = publish(settings, &device);
    if (!failed(e))
        e = make_journal(path, &device);
    if (failed(e))
        log_err("create_ledger", e);
    device_close(&device);
    return !failed(e);
}
