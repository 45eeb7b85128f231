/* vprinter_run.h - one byte of the buffer turned into dots, feeds, cuts and answers. */
#ifndef HW_SIM_VPRINTER_RUN_H
#define HW_SIM_VPRINTER_RUN_H

#include "hw/sim/vprinter.h"

/* Process the next byte in its turn. */
void vprinter_run_byte(struct vprinter *printer, uint8_t byte);

/* End the slip: give it to the host if anything is on it, and start on blank paper. */
void vprinter_cut(struct vprinter *printer);

/* ESC @: forget the line and all settings; the paper stays. */
void vprinter_reset(struct vprinter *printer);

#endif
