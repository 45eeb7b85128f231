/*
 * hall_pcscd.h - the hall's pcscd, stopped and started while everything else goes on.
 *
 *     hall_pcscd_open --> poll on .server.fd --> control_answer with hall_pcscd_request --> ...
 *         --> hall_pcscd_close
 *
 * Asked for by "pcscd stop|start|restart|kill|status" at DIR/hall.ctl. The socket of pcscd and the
 * port for cards stay the same; the token comes back by itself.
 */
#ifndef HW_SIM_HALL_PCSCD_H
#define HW_SIM_HALL_PCSCD_H

#include "hw/sim/control.h"
#include "hw/sim/hall_child.h"

struct hall_pcscd {
    const char *dir;          /* these four are set by the caller and outlive it */
    const char *log;          /* NULL: none */
    uint16_t port;            /* for cards */
    struct hall_child *child; /* pid 0: it is stopped */
    struct control_server server;
};

/* Listen at DIR/hall.ctl. Errors as control_serve_open. */
MUST_CHECK struct err hall_pcscd_open(struct hall_pcscd *pcscd);
void hall_pcscd_close(struct hall_pcscd *pcscd);

/* Answers the requests; `context` is the struct. Answers start and restart once cards are taken. */
void hall_pcscd_request(void *context, const struct control_request *request,
                        struct control_reply *reply);

#endif
