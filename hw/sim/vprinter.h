/*
 * vprinter.h - a receipt printer as a thing: bytes in, status out, slips cut off.
 *
 * Pure: no files, no clock. Behaves as the real ones do where hosts get it wrong:
 *
 *   - Real-time commands (DLE EOT, DLE ENQ) act when they arrive, also while the printer is
 *     stopped and also inside raster data; everything else waits its turn in the buffer.
 *   - Without paper, with the cover open or the cutter jammed it stops, keeps the buffer, and
 *     goes on with the old data when the cause is gone, unless DLE ENQ 2 cleared it. While it
 *     is not stopped, DLE ENQ inside another command's data is only data.
 *   - GS r is answered in its turn, so its answer means that all before it was done.
 *
 *     receive --> [real time: reply] --> buffer --> run --> paper --> cut --> host.slip
 */
#ifndef HW_SIM_VPRINTER_H
#define HW_SIM_VPRINTER_H

#include "hw/sim/vprinter_escpos.h"
#include "hw/sim/vprinter_line.h"
#include "hw/sim/vprinter_paper.h"
#include "kiosk/base/bytes.h"

#define VPRINTER_LINKS_MAX 5
#define VPRINTER_BUFFER_MAX ((size_t)512 * 1024) /* more than one longest slip */
#define VPRINTER_GRAPHICS_HEAD_LEN 10

enum vprinter_paper_state {
    VPRINTER_PAPER_OK,
    VPRINTER_PAPER_LOW,
    VPRINTER_PAPER_OUT,
};

/* What happens by itself after so many further bytes were processed. */
enum vprinter_fault {
    VPRINTER_FAULT_NONE,
    VPRINTER_FAULT_PAPER_OUT,
    VPRINTER_FAULT_COVER_OPEN,
    VPRINTER_FAULT_CUTTER_ERROR,
    VPRINTER_FAULT_SILENT,
    VPRINTER_FAULT_OFF,
    VPRINTER_FAULT_COUNT,
};

/* Who stands around the printer. */
struct vprinter_host {
    void *context;
    void (*reply)(void *context, size_t link, struct bytes bytes);
    void (*slip)(void *context, const struct vprinter_paper *paper);
};

struct vprinter {
    struct vprinter_host host;

    enum vprinter_paper_state paper_state;
    bool cover_open;
    bool cutter_error;
    bool silent; /* swallows everything, answers nothing */
    bool off;
    enum vprinter_fault fault;
    uint32_t fault_after; /* bytes */

    bool automatic_status[VPRINTER_LINKS_MAX];
    uint8_t seen[VPRINTER_LINKS_MAX][2]; /* the last two bytes of each link */
    size_t link;                         /* that sent last: answers in turn go there */

    uint8_t buffer[VPRINTER_BUFFER_MAX];
    size_t first;
    size_t count;

    struct vprinter_escpos parser;
    struct vprinter_line line;
    struct vprinter_paper paper;
    uint8_t row[VPRINTER_ROW_BYTES]; /* of the raster that is coming in */
    uint8_t graphics[VPRINTER_GRAPHICS_HEAD_LEN];
    uint32_t column_bits;
};

/* A printer of `width` dots, switched on, with paper. */
void vprinter_init(struct vprinter *printer, uint16_t width, const struct vprinter_host *host);

/* How many more bytes vprinter_receive() takes now. */
size_t vprinter_room(const struct vprinter *printer);

/* Take bytes that came over `link`, at most vprinter_room(), and print what can be printed. */
void vprinter_receive(struct vprinter *printer, size_t link, struct bytes bytes);

/* The host at the other end of `link` went away: what is buffered stays, its status mode ends. */
void vprinter_unlink(struct vprinter *printer, size_t link);

/* What a person does to it. New paper after it was out: the piece that hangs out is torn off. */
void vprinter_set_paper(struct vprinter *printer, enum vprinter_paper_state state);
void vprinter_set_cover(struct vprinter *printer, bool open);
void vprinter_set_cutter_error(struct vprinter *printer);
void vprinter_set_silent(struct vprinter *printer);
void vprinter_set_fault(struct vprinter *printer, enum vprinter_fault fault, uint32_t after);

/* Switch off, or off and on again: buffer and errors are gone, paper and cover stay. */
void vprinter_switch_off(struct vprinter *printer);
void vprinter_switch_on(struct vprinter *printer);

/* Whether something keeps it from printing. */
bool vprinter_stopped(const struct vprinter *printer);

#endif
