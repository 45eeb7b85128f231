/*
 * token_secret.h - PINs, PUKs and keys from files and from the terminal; never from an argument,
 * which others could read in the list of processes.
 */
#ifndef KIOSK_CTL_TOKEN_SECRET_H
#define KIOSK_CTL_TOKEN_SECRET_H

#include "kiosk/base/secret.h"
#include "kiosk/ctl/token_options.h"

#define TOKEN_QUESTION_SIZE 80
#define TOKEN_TYPE_TIMEOUT_MS 120000 /* for a person to type a line */

/* The first line of the file at `path`. ERR_DENIED: others may read it; ERR_IO, ERR_NO_ROOM (a
 * longer line than SECRET_LEN_MAX). */
MUST_CHECK struct err token_secret_file(const char *path, struct secret *out_line);

/* A line typed after `question` on the terminal, without echo. ERR_NOT_FOUND: there is no terminal;
 * ERR_TIMEOUT; ERR_DENIED: given up with Ctrl-C; ERR_NO_ROOM; ERR_IO. */
MUST_CHECK struct err token_secret_ask(const char *question, struct secret *out_line);

/* The question for a PIN or PUK, whose name is `what`, that has so many tries left. */
void token_secret_question(const char *what, uint8_t tries_left, char out[TOKEN_QUESTION_SIZE]);

/* A PIN or PUK from `path`, or asked for when that is NULL, with the tries it has left. */
MUST_CHECK struct err token_secret_get(const char *path, const char *what, uint8_t tries_left,
                                       struct secret *out_line);

/* Typed twice; ERR_CONFLICT: two different lines. From a file, read once. */
MUST_CHECK struct err token_secret_new(const char *path, const char *question,
                                       struct secret *out_line);

/* `line` in hexadecimal as bytes. ERR_MALFORMED. */
MUST_CHECK struct err token_secret_hex(const struct secret *line, struct secret *out_bytes);

/*
 * The management key for the token `id`, as the options say: from a file in hex, derived
 * from the master key, or the factory's. ERR_NOT_FOUND: no option says; ERR_MALFORMED: a length
 * that no key has; ERR_NO_ROOM: `out_admin` is NULL; and as the files above.
 */
MUST_CHECK struct err token_secret_admin(const struct token_options *options, const char *id,
                                         struct token_admin *out_admin);

/* The key with which tokens leave the factory; 24 bytes. */
void token_secret_factory(enum token_cipher cipher, struct token_admin *out_admin);

/* The PUK of the token `id`: derived from the master key when there is one, else as
 * token_secret_get(). */
MUST_CHECK struct err token_secret_puk(const struct token_options *options, const char *id,
                                       uint8_t tries_left, struct secret *out_puk);

/* For CLEANUP of what secret_create() gave. */
void token_secret_free(struct secret *const *at);

/* On a page of its own, as secret_create() has it; NULL when that cannot be had. */
struct token_admin *token_secret_admin_create(void);

/* For CLEANUP. */
void token_secret_admin_free(struct token_admin *const *at);
void token_secret_admin_wipe(struct token_admin *admin);

#endif
