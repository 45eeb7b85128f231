#include "kiosk/app/device.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/pki/personal.h"

#define BIND_LABEL "journal-bind"
#define PERSONAL_LABEL "personal"

void device_place(const struct settings *settings, char out[DEVICE_PATH_SIZE])
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment */
    const char *credentials = secure_getenv("CREDENTIALS_DIRECTORY");
    bool is_path = strchr(settings->device_key, '/') != NULL;

    if (is_path) {
        (void)text_copy(out, DEVICE_PATH_SIZE, settings->device_key); /* fits */
    } else if (credentials == NULL ||
               !text_print(out, DEVICE_PATH_SIZE, "%s/%s", credentials, settings->device_key)) {
        (void)text_print(out, DEVICE_PATH_SIZE, "%s/kiosk/%s", settings->ledger_dir,
                         settings->device_key); /* fits */
    }
}

static struct err sign(void *context, const char *epoch, uint64_t seq, const struct hash *hash,
                       uint8_t out_signature[JOURNAL_SIGNATURE_LEN])
{
    const struct device *device = context;
    struct device_head head = {.kiosk = device->kiosk, .epoch = epoch, .seq = seq, .hash = hash};
    return device_key_sign_head(device->key, &head, out_signature);
}

static struct personal_label label_of(const struct journal_label *label)
{
    return (struct personal_label){label->epoch, label->order, label->kind};
}

static struct err seal(void *context, const struct journal_label *label, struct bytes plain,
                       uint8_t *out_sealed)
{
    const struct device *device = context;
    struct personal_label of = label_of(label);
    return personal_seal(&device->personal, &of, plain, out_sealed);
}

static struct err unseal(void *context, const struct journal_label *label, struct bytes sealed,
                         uint8_t *out_plain)
{
    const struct device *device = context;
    struct personal_label of = label_of(label);
    return personal_open(&device->personal, &of, sealed, out_plain);
}

struct err device_open(const struct settings *settings, struct device *device)
{
    char path[DEVICE_PATH_SIZE];
    static_assert(SEAL_LEN == JOURNAL_SIGNATURE_LEN, "a seal is a signature");
    static_assert(PERSONAL_MORE_LEN == JOURNAL_SEALED_MORE, "what the ledger keeps is sealed");
    static_assert(DEVICE_DERIVED_LEN == PERSONAL_KEY_LEN, "what is derived seals");
    static_assert(DEVICE_DERIVED_LEN == JOURNAL_KEY_LEN, "what is derived binds a journal");

    *device = (struct device){.kiosk = settings->kiosk_id};
    device->guard.context = device;
    device->guard.sign = sign;
    device->guard.seal = seal;
    device->guard.open = unseal;
    device_place(settings, path);
    struct err e = device_key_open(path, &device->key);
    if (!failed(e))
        e = device_key_derive(device->key, BIND_LABEL, &device->guard.key);
    if (!failed(e))
        e = device_key_derive(device->key, PERSONAL_LABEL, &device->personal);
    if (failed(e))
        device_close(device);
    return e;
}

struct err device_sign_request(const struct device *device, const struct hash *request,
                               uint8_t out_signature[SEAL_LEN])
{
    if (device->key == NULL)
        return ERR(ERR_DENIED, 0, "no device key");
    return device_key_sign_request(device->key, device->kiosk, request, out_signature);
}

void device_close(struct device *device)
{
    device_key_destroy(device->key);
    explicit_bzero(device, sizeof(*device));
}
