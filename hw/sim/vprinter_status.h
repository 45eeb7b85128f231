/*
 * vprinter_status.h - the status bytes that a printer answers.
 *
 * Source: Epson, ESC/POS Command Reference: DLE EOT, GS a, GS r, GS I.
 */
#ifndef HW_SIM_VPRINTER_STATUS_H
#define HW_SIM_VPRINTER_STATUS_H

#include "hw/sim/vprinter.h"

#define VPRINTER_AUTOMATIC_LEN 4

/* The answer to DLE EOT n, n from 1 to 4; (answer & 0x93) == 0x12. */
uint8_t vprinter_realtime_status(const struct vprinter *printer, uint8_t n);

/* Automatic status: four bytes. */
void vprinter_automatic_status(const struct vprinter *printer, uint8_t *out_status);

/* The answer to GS r: (answer & 0x90) == 0. */
uint8_t vprinter_queued_status(const struct vprinter *printer, uint8_t n);

/* Send the answer to GS I n, if there is one, to the link that asked last. */
void vprinter_identify(const struct vprinter *printer, uint8_t n);

/* Send bytes to `link` unless the printer says nothing. */
void vprinter_reply(const struct vprinter *printer, size_t link, struct bytes bytes);

/* Send automatic status to every link that asked for it. */
void vprinter_announce(const struct vprinter *printer);

#endif
