/* vtoken_apdu.h - a command as it comes over the wire (ISO/IEC 7816-4 section 5.1), taken
 * apart into its parts. Pure. */
#ifndef HW_SIM_VTOKEN_APDU_H
#define HW_SIM_VTOKEN_APDU_H

#include <stdbool.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/macros.h"

struct vtoken_apdu {
    uint8_t cla;
    uint8_t ins;
    uint8_t p1;
    uint8_t p2;
    struct bytes data; /* borrows from the command */
    uint32_t le;       /* bytes wanted at most, 1 to 65,536; 0 when no Le was sent */
    bool extended;
};

/* False when the lengths do not add up. */
MUST_CHECK bool vtoken_apdu_parse(struct bytes command, struct vtoken_apdu *out_apdu);

#endif
