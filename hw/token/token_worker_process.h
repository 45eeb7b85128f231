/*
 * token_worker_process.h - the process certkiosk-token as its parent sees it: started, asked,
 * ended. One at a time for each struct.
 *
 *     start --> send --> receive --> send ... --> stop
 *
 * It gets three descriptors to nowhere and its end of the pair as WIRE_FD, no environment but
 * PCSCLITE_CSOCK_NAME, and a process group of its own, so that a terminal's signals do not meet
 * it in the middle of a write.
 */
#ifndef HW_TOKEN_TOKEN_WORKER_PROCESS_H
#define HW_TOKEN_TOKEN_WORKER_PROCESS_H

#include <sys/types.h>

#include "hw/token/token_worker_room.h"

#define WORKER_PROGRAM "certkiosk-token"

struct worker_process {
    pid_t pid; /* 0: none */
    int fd;
};

/*
 * The program beside the one that runs, into `out_path` of `size` bytes. ERR_NOT_FOUND when there
 * is none that can be run; ERR_NO_ROOM.
 */
MUST_CHECK struct err worker_process_find(char *out_path, size_t size);

/* Start `program` for `reader`, to trace or not. ERR_IO: it cannot be (native: errno); there is
 * then none. */
MUST_CHECK struct err worker_process_start(const char *program, const char *reader, bool traced,
                                           struct worker_process *out_process);

/* ERR_IO: it is not there any more, or does not take messages. */
MUST_CHECK struct err worker_process_send(const struct worker_process *process,
                                          struct bytes message);

/*
 * One message into `room->message`, until `deadline_ms` (clock_boot_ms) at most. ERR_TIMEOUT;
 * ERR_IO: it ended, or said more than a message has room for.
 */
MUST_CHECK struct err worker_process_receive(const struct worker_process *process,
                                             uint64_t deadline_ms, struct worker_room *room,
                                             size_t *out_len);

/* Have it end by itself within `patience_ms`, else kill it; leaves nothing. None is fine. */
void worker_process_stop(struct worker_process *process, uint32_t patience_ms);

#endif
