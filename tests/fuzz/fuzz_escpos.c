/*
 * Any bytes, from either side. To the virtual printer: it must end, hold its limits, and say only
 * what a status is made of. To the driver: whatever a printer says, nothing is heard twice.
 */
#include <assert.h>

#include "hw/printer/escpos.h"
#include "hw/sim/vprinter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_reply(void *context, size_t link, struct bytes bytes)
{
    (void)context;
    assert(link < VPRINTER_LINKS_MAX && bytes.len > 0);
}

static void on_slip(void *context, const struct vprinter_paper *paper)
{
    (void)context;
    assert(paper->inked && paper->rows > 0 && paper->rows <= VPRINTER_PAPER_ROWS_MAX);
}

static void print(const uint8_t *data, size_t size)
{
    static struct vprinter printer;
    const struct vprinter_host host = {NULL, on_reply, on_slip};
    vprinter_init(&printer, (uint16_t)(size % 2 == 0 ? 576 : 384), &host);
    for (size_t i = 0; i < size; i++) {
        assert(vprinter_room(&printer) > 0);
        vprinter_receive(&printer, i / 64 % VPRINTER_LINKS_MAX, (struct bytes){&data[i], 1});
        assert(printer.parser.arg_count <= VPRINTER_ARGS_MAX);
        assert(printer.line.height <= VPRINTER_LINE_ROWS_MAX);
        assert(printer.paper.rows <= VPRINTER_PAPER_ROWS_MAX);
    }
    vprinter_set_paper(&printer, VPRINTER_PAPER_OUT);
    vprinter_set_paper(&printer, VPRINTER_PAPER_OK);
    assert(printer.paper.rows == 0 && printer.count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct escpos_listener listener = {.automatic_len = 0};
    size_t heard = 0;

    print(data, size);
    for (size_t i = 0; i < size; i++)
        heard += escpos_listen(&listener, data[i]) == ESCPOS_HEARD_NOTHING ? 0 : 1;
    assert(heard <= size && listener.automatic_len < ESCPOS_AUTOMATIC_LEN);
    if (size >= ESCPOS_STATUS_COUNT)
        assert(escpos_state(data) < PRINTER_SILENT);
    return 0;
}
