/* token_sim_jobs.h - what a simulated token does when it is left to work; for token_sim.c. */
#ifndef HW_TOKEN_TOKEN_SIM_JOBS_H
#define HW_TOKEN_TOKEN_SIM_JOBS_H

#include "hw/token/token_sim.h"

/* The whole call of the token that it is meant for; answers as the driver's `call`. */
MUST_CHECK struct err token_sim_do(struct token_sim *sim, const struct token_request *request,
                                   struct token_reply *out_reply);

/* CHUID and PUK, then, when `whole`, PIN and admin key. Errors as token_personalise(). */
MUST_CHECK struct err token_sim_personalise(struct token_sim *sim,
                                            const struct token_personal *personal, bool whole);

bool token_sim_admin_right(const struct token_sim *sim, const struct token_admin *admin);

/* Another token: `id`, a key in 9A, PIN, PUK and tries from the factory. */
void token_sim_make_blank(struct token_sim *sim, const char *id);

#endif
