/* token_piv.h - PIV cards as a token driver, over any link. */
#ifndef HW_TOKEN_TOKEN_PIV_H
#define HW_TOKEN_TOKEN_PIV_H

#include "hw/token/card.h"
#include "hw/token/piv_memory.h"

/*
 * A driver over `card`, which is the driver's from now on, also when this fails: ERR_NO_ROOM
 * without memory. `memory` stays the caller's, is used and changed by calls, and outlives the
 * driver.
 */
MUST_CHECK struct err token_piv_create(struct card *card, struct piv_memory *memory,
                                       struct token **out_token);

#endif
