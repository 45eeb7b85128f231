/*
 * card.h - a link to one card in one reader: where bytes go in and out.
 *
 *     open --> watch --> connect --> begin --> transmit ... --> end --> begin ... --> disconnect
 *                ^                                  |                                     |
 *                '------------- ERR_GONE -----------'-------------------------------------'
 *
 * The link is card_pcsc (a real reader); tests put a script in its place. All calls come from one
 * thread. A reader knows no time limit for an answer: whoever must not wait runs the link in a
 * process that can be killed.
 *
 * A link error (ERR_GONE, ERR_IO) leaves nothing certain about the card: disconnect, and connect
 * anew. Never repeat the transmit that failed.
 */
#ifndef HW_TOKEN_CARD_H
#define HW_TOKEN_CARD_H

#include "hw/token/apdu.h"
#include "hw/token/token.h"

struct card_reply {
    uint8_t at[APDU_REPLY_MAX];
    size_t len;
};

struct card; /* first member of each link's own struct */

struct card_driver {
    /* As token_watch(), for the reader; a card swapped since the last watch is absent once. */
    struct err (*watch)(struct card *, uint32_t timeout_ms, enum token_presence *in_out_presence);

    /*
     * Power the card anew, so that nothing of an earlier session is left in it, and keep it
     * powered. ERR_GONE (no card, no reader), ERR_UNSUPPORTED (a card that does not answer to
     * being powered), ERR_IO.
     */
    struct err (*connect)(struct card *, uint32_t timeout_ms);

    /*
     * Have the card alone until end. `*out_reset` says that someone reset it since the last
     * time: no application is selected and no PIN verified. ERR_GONE when it is not the card
     * that was connected to, as far as the reader can tell.
     */
    struct err (*begin)(struct card *, uint32_t timeout_ms, bool *out_reset);

    /* One block of at most `max_block` bytes out, one answer in. ERR_GONE, ERR_IO; ERR_MALFORMED
     * (an answer longer than a card_reply; the link is as good as before). */
    struct err (*transmit)(struct card *, struct bytes block, uint32_t timeout_ms,
                           struct card_reply *out_reply);

    void (*end)(struct card *);
    void (*disconnect)(struct card *); /* powers the card down; not connected is fine */
    void (*close)(struct card *);      /* disconnects and frees */
};

struct card {
    const struct card_driver *driver;
    uint32_t max_block; /* longest command that the link carries; 0: no more than a short one */
    uint32_t sent;      /* blocks, by card_exchange */
    uint32_t sent_max;  /* no block goes out after so many; 0: any number */
};

/* Whether the link carries `apdu` as one block of extended length. */
bool card_carries(const struct card *card, const struct apdu *apdu);

/*
 * Send `apdu` in the blocks of `form` and collect the whole answer into `response`, until
 * `deadline_ms` (clock_boot_ms) at most. A status word is no error here: a block
 * that is answered with another than 9000 ends the command.
 *
 * Errors: ERR_GONE, ERR_IO (also: no time left), ERR_MALFORMED (see apdu_take; also: `sent_max`
 * blocks). `*out_response` is then wiped.
 */
MUST_CHECK struct err card_exchange(struct card *card, uint64_t deadline_ms,
                                    const struct apdu *apdu, enum apdu_form form,
                                    struct apdu_response *out_response);

#endif
