/* token_piv.h - PIV cards as a token driver, over any link. */
#ifndef HW_TOKEN_TOKEN_PIV_H
#define HW_TOKEN_TOKEN_PIV_H

#include "hw/token/card.h"

/*
 * A driver over `card`, which is the driver's from now on, also when this fails:
 * ERR_NO_ROOM without (locked) memory.
 */
MUST_CHECK struct err token_piv_create(const struct token_config *config, struct card *card,
                                       struct token **out_token);

#endif
