/*
 * token_room.h - one token, opened and identified, for one command.
 *
 *     token_room_open --> token_room_pin, token_room_confirm --> (the job) --> token_room_close
 *
 * The token is read in the worker process, as the kiosk does it, which is ended when a token hangs;
 * with --trace it sends each command and answer, masked, to be told on stderr.
 * Functions that answer enum token_exit have said themselves what is wrong.
 */
#ifndef KIOSK_CTL_TOKEN_ROOM_H
#define KIOSK_CTL_TOKEN_ROOM_H

#include "kiosk/ctl/token_say.h"
#include "kiosk/pki/certificate.h"

#define TOKEN_WAIT_MS 3000 /* for a token to be there: a reader needs a moment to tell */

struct token_room {
    const struct token_options *options;
    struct token *token;
    struct trust *trust; /* NULL without --trust */
    struct token_identity identity;
    struct secret *pin; /* NULL until it is asked for */
};

/*
 * That no visit is going on in a kiosk that runs here: asks it, as `certkioskctl status` does.
 * TOKEN_EXIT_BUSY when one is, or when it does not say; with --force nobody is asked.
 */
enum token_exit token_room_free(const struct token_options *options);

/* Open the reader, wait for a token, read what `scope` says. */
enum token_exit token_room_open(const struct token_options *options,
                                const struct token_scope *scope, struct token_room *room);
void token_room_close(struct token_room *room);

/* Read who it is again, with another scope; ends what a PIN allowed. Only the token that was looked
 * at first will do. */
enum token_exit token_room_look(struct token_room *room, const struct token_scope *scope);

/* The certificate in `slot`, or NULL. */
const struct token_certificate *token_room_certificate(const struct token_room *room, uint8_t slot);

/* The slot that the command line names as its second word. */
enum token_exit token_room_slot(const struct token_options *options, uint8_t *out_slot);

/* Both: the slot of the command line, and the token opened to read what is in it, with `pin_tries`
 * also the PIN's. */
enum token_exit token_room_open_slot(const struct token_options *options, bool pin_tries,
                                     struct token_room *room, uint8_t *out_slot);

/* That a PIN or PUK with `tries_left` may be tried: not blocked, and what is or may be the last try
 * only with --last-try. */
enum token_exit token_room_tries(const struct token_options *options, const char *what,
                                 uint8_t tries_left);

/* Have the PIN typed or read, and show it to the token; one that was right is shown again without
 * asking. Needs scope.pin_tries. */
enum token_exit token_room_pin(struct token_room *room);

/* Have the id of the token typed before `deed`, or take that of --yes. */
enum token_exit token_room_confirm(const struct token_room *room, const char *deed);

/* The same where --yes is given; without it nobody is asked. */
enum token_exit token_room_meant(const struct token_room *room, const char *deed);

/* The kind of key that a certificate has, as tokens name it; TOKEN_KEY_OTHER when it is none of
 * them. */
enum token_key token_key_of(enum certificate_key key);

#endif
