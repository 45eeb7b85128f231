/* token_slot.c - the key references of SP 800-73pt1-5, table 4b, as bits. */
#include <assert.h>

#include "hw/token/token.h"

#define RETIRED_FIRST 0x82

static const uint8_t active[] = {0x9A, 0x9C, 0x9D, 0x9E};

uint8_t token_slot_at(size_t index)
{
    assert(index < TOKEN_SLOT_COUNT);

    if (index < ARRAY_LEN(active))
        return active[index];
    return (uint8_t)(RETIRED_FIRST + index - ARRAY_LEN(active));
}

size_t token_slot_index(uint8_t slot)
{
    size_t index = 0;

    while (index < TOKEN_SLOT_COUNT && token_slot_at(index) != slot)
        index++;
    return index;
}
