/* card_readers.h - which readers of PC/SC there are, and in which there is a card. */
#ifndef HW_TOKEN_CARD_READERS_H
#define HW_TOKEN_CARD_READERS_H

#include "hw/token/token.h"

#define CARD_READERS_MAX 16
#define CARD_READER_NAME_SIZE 128

struct card_reader {
    char name[CARD_READER_NAME_SIZE];
    enum token_presence presence;
};

/*
 * Look once, without touching a card; the first CARD_READERS_MAX, none is no error.
 * ERR_IO: the PC/SC service does not answer (native: SCARD_*).
 */
MUST_CHECK struct err card_readers_list(struct card_reader out_readers[CARD_READERS_MAX],
                                        size_t *out_count);

#endif
