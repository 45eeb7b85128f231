/*
 * token_jobs.h - every job that a token does, for interruptions: how it is prepared, done, and
 * what of it is seen afterwards.
 *
 *     job->prepare --> bench keep --> restore, job->anew, arrive, job->ready --> fault --> job->run
 *         --> arrive --> job->look (old, new or torn) --> job->ready, job->run --> job->look (new)
 */
#ifndef TESTS_CONTRACT_TOKEN_JOBS_H
#define TESTS_CONTRACT_TOKEN_JOBS_H

#include "tests/contract/token_bench.h"

enum job_state {
    JOB_OLD,  /* as before */
    JOB_NEW,  /* all of it is done */
    JOB_TORN, /* half: allowed where token.h says so, and then repeating completes it */
    JOB_BAD,  /* something is lost */
};

struct job {
    const char *name;
    bool sends_pin;   /* a PIN or PUK: a token that takes the place right before gets it */
    bool changes_pin; /* ... and what it then did is told */
    bool renames;     /* a token without a serial number has another id then */
    void (*prepare)(struct bench *); /* once, on the blank token, identified */
    void (*anew)(void);              /* nothing of the job was done yet; NULL: nobody else knows */
    void (*ready)(struct bench *);   /* each time after identify; NULL: nothing */
    struct err (*run)(struct bench *);
    enum job_state (*look)(struct bench *); /* identified; may end the session */
    bool (*able)(const struct vtoken_model *);
};

extern const struct job token_jobs[]; /* up to one without a name */

/* A control: a renewal that makes its key where the old one is must be found bad. */
extern const struct job token_job_careless;

/* --- for the jobs ------------------------------------------------------------------------- */

#define JOB_SLOT 0x9D
#define JOB_OLD_FILL 1
#define JOB_NEW_FILL 2

bool job_always(const struct vtoken_model *model);
void job_verify(struct bench *on);

/* Whether the slot's key is the one that is named. */
bool job_signs(struct bench *on, uint8_t slot, const struct bench_key *key);

bool job_holds(const struct token_identity *identity, uint8_t slot, struct bytes der);

#endif
