/*
 * token_piv_jobs.h - the calls of token.h as commands of PIV, one function a call.
 *
 * Each gets a session that was entered, a request that was checked, and fills `out_reply` on
 * success only (tries left with ERR_DENIED). Answers that make no sense are ERR_MALFORMED. Those
 * that need the card management key find it proved.
 */
#ifndef HW_TOKEN_TOKEN_PIV_JOBS_H
#define HW_TOKEN_TOKEN_PIV_JOBS_H

#include "hw/token/piv_session.h"
#include "hw/token/token.h"

/* token_piv_read.c: what identify reads once the session was started. */
MUST_CHECK struct err job_read(struct piv_session *session, const struct token_scope *scope,
                               struct token_identity *out_identity);

/* token_piv_pin.c */
MUST_CHECK struct err job_verify_pin(struct piv_session *session,
                                     const struct token_request *request,
                                     struct token_reply *out_reply);
MUST_CHECK struct err job_change_pin(struct piv_session *session,
                                     const struct token_request *request,
                                     struct token_reply *out_reply);
MUST_CHECK struct err job_unblock(struct piv_session *session, const struct token_request *request,
                                  struct token_reply *out_reply);

/* token_piv_write.c; with the card management key. The first does nothing more. */
MUST_CHECK struct err job_prove(struct piv_session *session, const struct token_request *request,
                                struct token_reply *out_reply);
MUST_CHECK struct err job_write(struct piv_session *session, const struct token_request *request,
                                struct token_reply *out_reply);
MUST_CHECK struct err job_delete(struct piv_session *session, const struct token_request *request,
                                 struct token_reply *out_reply);

/* token_piv_key.c; the first two with the card management key */
MUST_CHECK struct err job_generate(struct piv_session *session, const struct token_request *request,
                                   struct token_reply *out_reply);
MUST_CHECK struct err job_move(struct piv_session *session, const struct token_request *request,
                               struct token_reply *out_reply);
MUST_CHECK struct err job_sign(struct piv_session *session, const struct token_request *request,
                               struct token_reply *out_reply);
MUST_CHECK struct err job_decrypt(struct piv_session *session, const struct token_request *request,
                                  struct token_reply *out_reply);

/* token_piv_personal.c; proves the key itself */
MUST_CHECK struct err job_personalise(struct piv_session *session,
                                      const struct token_request *request,
                                      struct token_reply *out_reply);

/*
 * One command of which only the status word counts. A no is of this token (session_own_no).
 * Errors: as piv_answer(), ERR_GONE, ERR_IO.
 */
MUST_CHECK struct err job_command(struct piv_session *session, enum piv_command command,
                                  const struct apdu *apdu);

/*
 * One command that changes the PIN or PUK that it names, between two looks at the id: ERR_GONE when
 * another token is there before it (which got nothing) or after it. With ERR_DENIED
 * `*out_tries_left` is written.
 */
MUST_CHECK struct err job_pin_change(struct piv_session *session, struct apdu *apdu,
                                     uint8_t *out_tries_left);

/* Have `apdu` name the PIN that opens the token, as far as that is known. */
void job_aim(const struct piv_session *session, struct apdu *apdu);

/*
 * The token has no PIN of its own: look in its discovery object whether its card's global one opens
 * it and is what its holder types, and name that for the rest of the session. Its id is read last.
 * ERR_UNSUPPORTED: it is not. ERR_GONE, ERR_IO, ERR_MALFORMED.
 */
MUST_CHECK struct err job_other_pin(struct piv_session *session);

/* token_piv_read.c: tries left without spending one; TOKEN_TRIES_UNKNOWN of a token that tells in
 * no way. Errors: ERR_GONE, ERR_IO, ERR_MALFORMED. */
MUST_CHECK struct err job_pin_tries(struct piv_session *session, uint8_t *out_tries_left);
MUST_CHECK struct err job_puk_tries(struct piv_session *session, uint8_t *out_tries_left);

/* What a key's algorithm number means to callers of token.h. */
enum token_key job_key_of(uint8_t algorithm);

#endif
