/*
 * token_jobs.h - every job that a token does, for interruptions: how it is prepared, done, and
 * what of it is seen afterwards.
 *
 *     job->prepare --> bench keep --> restore, arrive, job->ready --> fault --> job->run
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
    void (*ready)(struct bench *);   /* each time after identify; NULL: nothing */
    struct err (*run)(struct bench *);
    enum job_state (*look)(struct bench *); /* identified; may end the session */
    bool (*able)(const struct vtoken_model *);
};

extern const struct job token_jobs[]; /* up to one without a name */

#endif
