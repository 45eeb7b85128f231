#include "hw/sim/vprinter_paper.h"

#include <string.h>

void vprinter_dot(uint8_t *row, uint16_t width, uint32_t x)
{
    if (x < width)
        row[x / 8] |= (uint8_t)(0x80U >> x % 8);
}

bool vprinter_paper_row(struct vprinter_paper *paper, const uint8_t *row)
{
    if (paper->rows == VPRINTER_PAPER_ROWS_MAX)
        return false;
    uint8_t *at = paper->dots[paper->rows++];
    memcpy(at, row, VPRINTER_ROW_BYTES);
    for (size_t i = 0; i < VPRINTER_ROW_BYTES; i++)
        paper->inked = paper->inked || at[i] != 0;
    return true;
}

void vprinter_paper_feed(struct vprinter_paper *paper, uint32_t rows)
{
    uint32_t room = VPRINTER_PAPER_ROWS_MAX - paper->rows;
    paper->rows += rows < room ? rows : room;
}

void vprinter_paper_clear(struct vprinter_paper *paper)
{
    memset(paper->dots, 0, (size_t)paper->rows * VPRINTER_ROW_BYTES);
    paper->rows = 0;
    paper->inked = false;
}
