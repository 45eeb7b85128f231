/* token_test.h - whether a key on a token does what its certificate says. */
#ifndef KIOSK_CTL_TOKEN_TEST_H
#define KIOSK_CTL_TOKEN_TEST_H

#include "kiosk/ctl/token_room.h"

/* PIN and both tests, the second where it is due; says what failed. */
enum token_exit token_test_pair(struct token_room *room, uint8_t slot, struct bytes der,
                                bool *out_decrypts);

#endif
