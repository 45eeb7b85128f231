#include "sync/gateway/random.h"

#include <errno.h>
#include <sys/random.h>

#include "kiosk/base/hex.h"

struct err random_name(char out_name[RANDOM_NAME_SIZE])
{
    uint8_t raw[16];

    if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
        return ERR(ERR_IO, errno, "getrandom");
    hex_print(out_name, (struct bytes){raw, sizeof(raw)});
    return ERR_OK;
}
