#include "tests/power/cells.h"

#include <assert.h>

#define HEADER_LEN 100
#define INDEX_INTERIOR 0x02
#define TABLE_INTERIOR 0x05
#define INDEX_LEAF 0x0A
#define TABLE_LEAF 0x0D
#define DEPTH_MAX 8

struct walk {
    const uint8_t *file;
    size_t len, page_size;
    struct cells *out;
};

static uint32_t number(const uint8_t *at, size_t len)
{
    uint32_t value = 0;
    for (size_t i = 0; i < len; i++)
        value = value << 8 | at[i];
    return value;
}

static size_t varint(const uint8_t *at, uint64_t *out_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++) {
        value = value << 7 | (at[i] & 0x7F);
        if ((at[i] & 0x80) == 0) {
            *out_value = value;
            return i + 1;
        }
    }
    *out_value = value << 8 | at[8];
    return 9;
}

static size_t content_len(uint64_t type)
{
    static const size_t lens[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < 12 ? lens[type] : (size_t)(type - 12) / 2;
}

static void add(const struct walk *walk, int column, size_t at, size_t len)
{
    assert(walk->out->count < CELLS_MAX && at + len <= walk->len);
    if (len > 0)
        walk->out->cells[walk->out->count++] = (struct cell){column, at, len};
}

/* What of a payload is in the page itself. */
static size_t local_len(const struct walk *walk, size_t payload, int is_table)
{
    size_t usable = walk->page_size;
    size_t least = (usable - 12) * 32 / 255 - 23;
    size_t most = is_table ? usable - 35 : (usable - 12) * 64 / 255 - 23;
    if (payload <= most)
        return payload;
    size_t wanted = least + (payload - least) % (usable - 4);
    return wanted <= most ? wanted : least;
}

static void record(const struct walk *walk, size_t at, size_t len)
{
    uint64_t header = 0;
    size_t in_header = varint(walk->file + at, &header);
    size_t content = at + (size_t)header;
    add(walk, CELLS_HEADER, at, (size_t)header);
    for (int column = 0; in_header < header; column++) {
        uint64_t type = 0;
        in_header += varint(walk->file + at + in_header, &type);
        size_t column_len = content_len(type);
        if (content + column_len > at + len)
            return; /* the rest is on an overflow page */
        add(walk, column, content, column_len);
        content += column_len;
    }
}

static void one_cell(const struct walk *walk, size_t at, int kind)
{
    uint64_t payload = 0;
    uint64_t rowid = 0;
    size_t here = varint(walk->file + at, &payload);
    if (kind == TABLE_LEAF) {
        size_t rowid_len = varint(walk->file + at + here, &rowid);
        add(walk, CELLS_ROWID, at + here, rowid_len);
        here += rowid_len;
    }
    record(walk, at + here, local_len(walk, (size_t)payload, kind == TABLE_LEAF));
}

static void page(const struct walk *walk, uint32_t page_number, unsigned depth)
{
    size_t start = (page_number - 1) * walk->page_size;
    assert(page_number > 0 && start + walk->page_size <= walk->len && depth < DEPTH_MAX);
    const uint8_t *head = walk->file + start + (page_number == 1 ? HEADER_LEN : 0);
    int kind = head[0];
    int is_interior = kind == TABLE_INTERIOR || kind == INDEX_INTERIOR;
    assert(is_interior || kind == TABLE_LEAF || kind == INDEX_LEAF);
    const uint8_t *pointers = head + (is_interior ? 12 : 8);
    for (uint32_t i = 0; i < number(head + 3, 2); i++) {
        size_t at = start + number(pointers + (size_t)2 * i, 2);
        if (is_interior)
            page(walk, number(walk->file + at, 4), depth + 1);
        if (kind != TABLE_INTERIOR)
            one_cell(walk, at + (is_interior ? 4 : 0), kind);
    }
    if (is_interior)
        page(walk, number(head + 8, 4), depth + 1);
}

void cells_find(const uint8_t *file, size_t len, uint32_t root, struct cells *out_cells)
{
    struct walk walk = {.file = file, .len = len, .out = out_cells};
    assert(len >= HEADER_LEN);
    walk.page_size = number(file + 16, 2);
    assert(walk.page_size >= 512 && file[20] == 0); /* no bytes are reserved */
    out_cells->count = 0;
    page(&walk, root, 0);
}
