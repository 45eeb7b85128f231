/* device.h - where the key is that kiosk.conf names with [kiosk] device_key. */
#ifndef KIOSK_APP_DEVICE_H
#define KIOSK_APP_DEVICE_H

#include "kiosk/app/settings.h"
#include "kiosk/pki/device_key.h"

#define DEVICE_PATH_SIZE 545 /* a folder, "/kiosk/" and a name */

/* A path as it stands. A name is the credential that systemd hands over; without systemd, a file in
 * the ledger's folder kiosk/. */
void device_place(const struct settings *settings, char out[DEVICE_PATH_SIZE]);

#endif
