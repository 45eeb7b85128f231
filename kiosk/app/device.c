#include "kiosk/app/device.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"

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
