#include "hw/sim/vprinter_png.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/text.h"

#define PAPER_GREY 250
#define INK_GREY 28

static void draw(const struct vprinter_paper *paper, uint8_t *picture, size_t width)
{
    for (uint32_t y = 0; y < paper->rows; y++) {
        uint8_t *row = picture + (y + VPRINTER_PNG_MARGIN) * width + VPRINTER_PNG_MARGIN;
        for (uint32_t x = 0; x < paper->width; x++) {
            if ((paper->dots[y][x / 8] >> (7 - x % 8) & 1U) != 0)
                row[x] = INK_GREY;
        }
    }
}

struct err vprinter_png_write(const struct vprinter_paper *paper, const char *path)
{
    char part[VPRINTER_PNG_PATH_MAX];
    png_image image = {
        .version = PNG_IMAGE_VERSION,
        .width = paper->width + 2U * VPRINTER_PNG_MARGIN,
        .height = paper->rows + 2U * VPRINTER_PNG_MARGIN,
        .format = PNG_FORMAT_GRAY,
    };
    size_t size = (size_t)image.width * image.height;

    if (!text_print(part, sizeof(part), "%s.part", path))
        return ERR(ERR_NO_ROOM, 0, "path");
    uint8_t *picture = malloc(size);
    if (picture == NULL)
        return ERR(ERR_NO_ROOM, 0, "picture");
    memset(picture, PAPER_GREY, size);
    draw(paper, picture, image.width);
    bool written = png_image_write_to_file(&image, part, 0, picture, 0, NULL) != 0;
    free(picture);
    if (!written)
        return ERR(ERR_IO, 0, "png_image_write_to_file");
    if (rename(part, path) != 0) {
        int cause = errno;
        (void)unlink(part);
        return ERR(ERR_IO, cause, "rename");
    }
    return ERR_OK;
}
