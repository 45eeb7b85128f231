/* card_pcsc.h - a reader of PC/SC (pcsc-lite) as a link; see card.h. */
#ifndef HW_TOKEN_CARD_PCSC_H
#define HW_TOKEN_CARD_PCSC_H

#include "hw/token/card.h"

/*
 * Use the first reader whose name contains `reader`; "" is the first there is. Neither it nor
 * the service needs to be there yet. Keeps no time limit but that of watch.
 * ERR_NO_ROOM: no memory, or a name too long.
 */
MUST_CHECK struct err card_pcsc_open(const char *reader, struct card **out_card);

/* Whether this link, made by card_pcsc_open(), has reached the service and not lost it since. */
bool card_pcsc_has_service(const struct card *card);

#endif
