/*
 * token_jobs_newkey.h - the whole renewal with a new key as a job: look, generate, verify PIN, sign
 * the request, put the certificate, test the new pair, settle.
 *
 * What a kiosk would have made durable (the plan, what the platform was sent and what it issued)
 * outlives the process in which the job runs, for one that was started by fork() as well.
 */
#ifndef TESTS_CONTRACT_TOKEN_JOBS_NEWKEY_H
#define TESTS_CONTRACT_TOKEN_JOBS_NEWKEY_H

#include "tests/contract/token_jobs.h"

/* An old pair, and a plan for its renewal; the careless one makes the new key in its place. */
void newkey_prepare(struct bench *on);
void newkey_prepare_careless(struct bench *on);

/* The platform has not heard of it yet. */
void newkey_anew(void);

/* Begin, or go on where it was interrupted. */
struct err newkey_run(struct bench *on);

/*
 * Until the new pair was tested, the old key and its certificate are where they were; after that
 * each key is in exactly one place, the old one still opens what was sealed for it, and both
 * certificates can be read. A plan that loses the old key by consent has only its end looked at.
 */
enum job_state newkey_look(struct bench *on);

#endif
