#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kiosk/base/clock.h"
#include "kiosk/pki/seal.h"
#include "sync/gateway/command.h"
#include "sync/gateway/folder.h"
#include "sync/gateway/identity.h"
#include "sync/gateway/kiosks.h"
#include "sync/gateway/options.h"

#define COPY_MAX 65536
#define OUT_MODE 0700

static void text_done(char **text)
{
    free(*text);
}

static struct err copy(const char *dir, const char *name, const char *suffix, const char *out)
{
    CLEANUP(text_done) char *text = NULL;
    char from[FOLDER_PATH_SIZE];
    char to[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, name, suffix, from);
    if (!failed(e))
        e = folder_path(out, name, suffix, to);
    if (!failed(e))
        e = folder_read(from, COPY_MAX, &text);
    return failed(e) ? e : folder_write(to, text, strlen(text));
}

static struct err make_out(const char *out)
{
    if (mkdir(out, OUT_MODE) != 0 && errno != EEXIST)
        return ERR(ERR_IO, errno, "mkdir");
    return ERR_OK;
}

/* The public half of a kiosk's device key, as its --create-ledger made it; NULL: none. */
static struct err read_device_key(const char *path, uint8_t out[KIOSK_DEVICE_KEY_LEN])
{
    struct seal_key *key = NULL;

    if (path == NULL)
        return ERR_OK;
    struct err e = seal_key_create(path, &key);
    if (!failed(e))
        memcpy(out, seal_key_public(key), KIOSK_DEVICE_KEY_LEN);
    seal_key_destroy(key);
    return e;
}

/* The certificate counts from here on: the database before the files would shut the kiosk out if
 * these could not be written. */
static struct err enter(const char *dir, const char *kiosk, const struct hash *hash, int64_t now_s,
                        const uint8_t *device_key)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};

    struct err e = command_begin(dir, false, &store, &work);
    if (!failed(e))
        e = kiosk_enrol(store, kiosk, hash, now_s);
    if (!failed(e) && device_key != NULL)
        e = kiosk_set_device_key(store, kiosk, device_key);
    return failed(e) ? e : transaction_commit(&work);
}

int command_enrol(int argc, char **argv)
{
    const char *dir = NULL;
    const char *kiosk = NULL;
    const char *out = NULL;
    const char *device = NULL;
    const struct option_row rows[] = {{"--dir", &dir, true},
                                      {"--kiosk", &kiosk, true},
                                      {"--out", &out, true},
                                      {"--device-key", &device, false}};
    uint8_t device_key[KIOSK_DEVICE_KEY_LEN];
    int64_t now_s = clock_wall_ms() / 1000;
    struct hash hash = {0};

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)))
        return COMMAND_USAGE;
    if (!kiosk_id_valid(kiosk)) {
        (void)fprintf(stderr, "--kiosk %s: 1 to 32 of a-z, 0-9 and -\n", kiosk);
        return COMMAND_USAGE;
    }
    struct identity_client client = {.name = "kiosk", .cn = kiosk, .ou = "kiosk"};
    struct err e = read_device_key(device, device_key);
    if (!failed(e))
        e = make_out(out);
    if (!failed(e))
        e = copy(dir, FOLDER_SERVER_CA, ".crt", out);
    if (!failed(e))
        e = copy(dir, FOLDER_KEYS, "", out);
    if (!failed(e))
        e = copy(dir, FOLDER_TRUST, "", out);
    if (!failed(e))
        e = identity_client(dir, out, &client, now_s, &hash);
    if (!failed(e))
        e = enter(dir, kiosk, &hash, now_s, device != NULL ? device_key : NULL);
    return failed(e) ? command_failed("enrol", e) : COMMAND_DONE;
}

int command_operator(int argc, char **argv)
{
    const char *dir = NULL;
    const char *out = NULL;
    const struct option_row rows[] = {{"--dir", &dir, true}, {"--out", &out, true}};
    struct identity_client client = {.name = "operator", .cn = "operator", .ou = "operator"};
    struct hash hash = {0};

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)))
        return COMMAND_USAGE;
    struct err e = make_out(out);
    if (!failed(e))
        e = copy(dir, FOLDER_SERVER_CA, ".crt", out);
    if (!failed(e))
        e = identity_client(dir, out, &client, clock_wall_ms() / 1000, &hash);
    return failed(e) ? command_failed("operator", e) : COMMAND_DONE;
}
