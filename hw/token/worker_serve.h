/* worker_serve.h - the token worker's loop: one question in, one call of a driver, one answer out.
 */
#ifndef HW_TOKEN_WORKER_SERVE_H
#define HW_TOKEN_WORKER_SERVE_H

#include "hw/token/token_worker_room.h"

struct worker_serve {
    int fd; /* to the parent */
    struct token *token;
    struct piv_memory *memory; /* that `token` was made with */
    const struct card *card;   /* that it works on */
    bool (*has_service)(const struct card *);
    struct worker_room *room;
};

/* ERR_IO: the parent does not listen. */
MUST_CHECK struct err worker_greet(const struct worker_serve *serve,
                                   const struct wire_hello *hello);

/* Send a line of a trace, in the course of a call; `serve` is a struct worker_serve. That nobody
 * listens any more is told by the answer to the call. */
void worker_tell(void *serve, const char *line);

/* Until the parent closes its end: ERR_NONE. ERR_MALFORMED: it asks what nobody can ask. ERR_IO. */
MUST_CHECK struct err worker_serve(const struct worker_serve *serve);

#endif
