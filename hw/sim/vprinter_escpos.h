/*
 * vprinter_escpos.h - ESC/POS bytes taken apart, one by one, as a printer's firmware does.
 *
 * Pure and bounded: a command's arguments are kept, its data (raster rows, graphics, symbols)
 * goes by byte for byte, so nothing that a host claims makes it hold more than one struct.
 *
 *     for each byte: switch (vprinter_escpos_push(&parser, byte))
 *         TEXT      parser.byte is a character to print
 *         CONTROL   parser.byte is LF, CR, HT, FF or CAN
 *         COMMAND   lead, code and args are whole; data_len bytes of data follow
 *         DATA      parser.byte is byte number data_at - 1 of that command's data
 *
 * Lengths of commands: Epson, ESC/POS Command Reference. An unknown command is taken as its
 * two bytes. Real-time commands (DLE) are taken as their bytes and reported as commands with
 * lead DLE: their work was done when they were received.
 */
#ifndef HW_SIM_VPRINTER_ESCPOS_H
#define HW_SIM_VPRINTER_ESCPOS_H

#include <stddef.h>
#include <stdint.h>

#define VPRINTER_ARGS_MAX 16

enum vprinter_lead {
    VPRINTER_DLE = 0x10,
    VPRINTER_ESC = 0x1B,
    VPRINTER_FS = 0x1C,
    VPRINTER_GS = 0x1D,
};

enum vprinter_event {
    VPRINTER_EVENT_NONE,
    VPRINTER_EVENT_TEXT,
    VPRINTER_EVENT_CONTROL,
    VPRINTER_EVENT_COMMAND,
    VPRINTER_EVENT_DATA,
};

enum vprinter_parse {
    VPRINTER_PARSE_IDLE,
    VPRINTER_PARSE_CODE,
    VPRINTER_PARSE_ARGS,
    VPRINTER_PARSE_DATA,
    VPRINTER_PARSE_LIST, /* data that ends with NUL */
};

struct vprinter_escpos {
    enum vprinter_parse state;
    uint8_t byte;
    uint8_t lead;
    uint8_t code;
    uint8_t args[VPRINTER_ARGS_MAX];
    size_t arg_count;
    size_t arg_want;
    uint64_t data_len;
    uint64_t data_at;
};

/* As after power on. */
void vprinter_escpos_init(struct vprinter_escpos *parser);

/* Take one byte; see above for what the answer means. */
enum vprinter_event vprinter_escpos_push(struct vprinter_escpos *parser, uint8_t byte);

#endif
