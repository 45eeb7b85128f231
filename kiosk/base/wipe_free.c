/*
 * Stands in for free() and realloc() of the C library in a program that links this file: a block
 * is wiped before it goes back. So OpenSSL, SQLite, HarfBuzz and all others leave no names, orders
 * or certificates of a visitor behind in the heap. The blocks themselves stay the C library's.
 */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's are reserved */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Exported by the GNU C library for those who stand in for malloc (GNU C Library manual, 3.2.5). */
/* NOLINTNEXTLINE(readability-identifier-naming,bugprone-reserved-identifier): its name */
void __libc_free(void *block);

void free(void *block)
{
    if (block != NULL)
        explicit_bzero(block, malloc_usable_size(block));
    __libc_free(block);
}

void *realloc(void *block, size_t size)
{
    if (block == NULL)
        return malloc(size);
    if (size == 0) {
        free(block);
        return NULL;
    }
    size_t old_size = malloc_usable_size(block);
    if (size <= old_size && size >= old_size / 2) {
        explicit_bzero((char *)block + size, old_size - size);
        return block;
    }
    void *moved = malloc(size);
    if (moved == NULL)
        return NULL; /* the block stays as it is */
    memcpy(moved, block, size < old_size ? size : old_size);
    free(block);
    return moved;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
