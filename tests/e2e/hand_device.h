/* hand_device.h - whose journal a program of the tests appends to: by the environment's DEVICE_KEY,
 * the file of a device key, that of KIOSK; without it nobody's. */
#ifndef TESTS_E2E_HAND_DEVICE_H
#define TESTS_E2E_HAND_DEVICE_H

#include <stdlib.h>

#include "kiosk/app/device.h"
#include "kiosk/base/text.h"
#include "tests/unit/ledger.h"

/* device_close() it. */
/* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread */
static inline struct err hand_device(struct device *device)
{
    static struct settings settings;
    const char *key = getenv("DEVICE_KEY");
    const char *kiosk = getenv("KIOSK");
    *device = (struct device){.guard = ledger_guard};
    if (key == NULL || kiosk == NULL)
        return ERR_OK;
    bool fits = text_copy(settings.device_key, sizeof(settings.device_key), key) &&
                text_copy(settings.kiosk_id, sizeof(settings.kiosk_id), kiosk);
    return fits ? device_open(&settings, device) : ERR(ERR_NO_ROOM, 0, "DEVICE_KEY, KIOSK");
}
/* NOLINTEND(concurrency-mt-unsafe) */

#endif
