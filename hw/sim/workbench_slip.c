#include "hw/sim/workbench_slip.h"

#include <png.h>
#include <stdbool.h>
#include <stdlib.h>

#include "kiosk/base/macros.h"

#define SIDE_MAX 10000

static void picture_free(uint8_t **picture)
{
    free(*picture);
}

/* The mean of the source dots under one dot: thin strokes and QR codes stay even. */
static uint8_t mean(const uint8_t *picture, const png_image *image, SDL_Rect box)
{
    uint32_t sum = 0;
    uint32_t count = 0;
    for (int y = box.y; y < box.y + box.h && y < (int)image->height; y++) {
        for (int x = box.x; x < box.x + box.w && x < (int)image->width; x++) {
            sum += picture[(size_t)y * image->width + (size_t)x];
            count++;
        }
    }
    return count == 0 ? UINT8_MAX : (uint8_t)(sum / count);
}

static void scale(const uint8_t *picture, const png_image *image, SDL_Surface *to)
{
    for (int y = 0; y < to->h; y++) {
        uint32_t *row = (uint32_t *)(void *)((uint8_t *)to->pixels + (size_t)y * (size_t)to->pitch);
        int top = y * (int)image->height / to->h;
        int bottom = (y + 1) * (int)image->height / to->h;
        for (int x = 0; x < to->w; x++) {
            int left = x * (int)image->width / to->w;
            int right = (x + 1) * (int)image->width / to->w;
            SDL_Rect box = {left, top, right > left ? right - left : 1,
                            bottom > top ? bottom - top : 1};
            uint8_t grey = mean(picture, image, box);
            row[x] = SDL_MapRGB(to->format, grey, grey, grey);
        }
    }
}

SDL_Surface *workbench_slip_read(const char *path, int width)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (png_image_begin_read_from_file(&image, path) == 0)
        return NULL;
    image.format = PNG_FORMAT_GRAY;
    bool sound = image.width > 0 && image.width <= SIDE_MAX && image.height <= SIDE_MAX;
    CLEANUP(picture_free) uint8_t *picture = sound ? malloc(PNG_IMAGE_SIZE(image)) : NULL;
    if (picture == NULL || png_image_finish_read(&image, NULL, picture, 0, NULL) == 0) {
        png_image_free(&image);
        return NULL;
    }
    int height = (int)((uint64_t)image.height * (uint64_t)width / image.width);
    SDL_Surface *to = SDL_CreateRGBSurfaceWithFormat(0, width, height > 0 ? height : 1, 32,
                                                     SDL_PIXELFORMAT_RGB888);
    if (to != NULL)
        scale(picture, &image, to);
    return to;
}
