#include "kiosk/app/wipe.h"

#include <stdint.h>
#include <string.h>

WIPE_BELOW void wipe_stack(void)
{
    uint8_t room[WIPE_STACK_LEN];
    explicit_bzero(room, sizeof(room));
}
