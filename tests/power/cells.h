/*
 * cells.h - where in a SQLite file the bytes of each column are (file format:
 * sqlite.org/fileformat2).
 *
 * For tests that change single bits of what a table holds. Overflow pages are left out.
 */
#ifndef TESTS_POWER_CELLS_H
#define TESTS_POWER_CELLS_H

#include <stddef.h>
#include <stdint.h>

#define CELLS_MAX 16384
#define CELLS_ROWID (-1)  /* in the place of a column: the row's number */
#define CELLS_HEADER (-2) /* how long the columns are, and of what type */

struct cell {
    int column;
    size_t at, len; /* bytes of the file */
};

struct cells {
    size_t count;
    struct cell cells[CELLS_MAX];
};

/* All cells of the b-tree with this root, of a table, one without rowid, or an index. Dies when the
 * file is not what it should be. */
void cells_find(const uint8_t *file, size_t len, uint32_t root, struct cells *out_cells);

#endif
