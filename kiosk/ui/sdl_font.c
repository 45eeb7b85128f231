/*
 * Hidden here: SDL_ttf, which has one face a handle, no fallback, and a glyph cache too small for
 * Chinese; and two caches, of widths and of coverage, that know texts by a hash only.
 */
#include "kiosk/ui/sdl_font.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <SDL_ttf.h>

#include "kiosk/base/config.h"
#include "kiosk/base/text.h"
#include "kiosk/ui/mix.h"

#define PATH_SIZE 257
#define FALLBACKS_MAX 2
#define HANDLES_MAX (FONT_FACE_COUNT + FALLBACKS_MAX)
#define WIDTHS_MAX 4096
#define MASKS_MAX 512
#define MASK_BYTES_MAX ((size_t)6 * 1024 * 1024)
#define BOX_HANDLE HANDLES_MAX /* no file has the character */

struct mask_entry {
    uint64_t key;  /* 0: free */
    uint64_t used; /* when, by font.uses */
    uint8_t *at;
    int32_t width, height, left, top;
};

struct width_entry {
    uint64_t key;
    int32_t width;
};

struct sdl_font {
    struct font contract;
    TTF_Font *handle[HANDLES_MAX];
    int32_t px[HANDLES_MAX];
    uint64_t uses;
    size_t mask_bytes;
    struct width_entry widths[WIDTHS_MAX];
    struct mask_entry masks[MASKS_MAX];
};

/* fonts.conf */
struct font_files {
    char regular[PATH_SIZE], bold[PATH_SIZE], icons[PATH_SIZE];
    int64_t regular_face, bold_face, icons_face;
    char fallback1[PATH_SIZE], fallback2[PATH_SIZE];
};

#define PATH_ROW(key, required) \
    { \
        "fonts", #key, CONFIG_TEXT, 1, PATH_SIZE, NULL, offsetof(struct font_files, key), required \
    }
#define FACE_ROW(key) \
    { \
        "fonts", #key, CONFIG_NUMBER, 0, 15, NULL, offsetof(struct font_files, key), false \
    }

static const struct config_row rows[] = {
    PATH_ROW(regular, true),    FACE_ROW(regular_face),     PATH_ROW(bold, true),
    FACE_ROW(bold_face),        PATH_ROW(icons, true),      FACE_ROW(icons_face),
    PATH_ROW(fallback1, false), PATH_ROW(fallback2, false),
};

static uint64_t key_of(struct font_style style, const char *text, size_t len)
{
    uint64_t hash = mix_product(0xCBF29CE484222325U ^ (uint64_t)style.face, 0x100000001B3U);
    hash = mix_product(hash ^ (uint64_t)style.px, 0x9E3779B97F4A7C15U);
    for (size_t i = 0; i < len; i++)
        hash = mix_product(hash ^ (uint8_t)text[i], 0x100000001B3U);
    hash ^= hash >> 29;
    hash = mix_product(hash, 0xBF58476D1CE4E5B9U);
    return hash | 1;
}

/* A stretch of text that one handle draws. */
struct stretch {
    size_t handle;
    char text[FONT_TEXT_MAX + 1];
    uint32_t box; /* the character that no handle has */
};

static size_t handle_for(const struct sdl_font *font, enum font_face face, uint32_t character)
{
    if (font->handle[face] != NULL && TTF_GlyphIsProvided32(font->handle[face], character) != 0)
        return face;
    for (size_t i = FONT_FACE_COUNT; i < HANDLES_MAX; i++) {
        if (font->handle[i] != NULL && TTF_GlyphIsProvided32(font->handle[i], character) != 0)
            return i;
    }
    return BOX_HANDLE;
}

static bool next_stretch(const struct sdl_font *font, enum font_face face, const char **at,
                         struct stretch *out)
{
    size_t used = 0;
    out->handle = BOX_HANDLE;
    while (**at != '\0') {
        const char *after = *at;
        uint32_t character = text_next(&after);
        size_t handle = handle_for(font, face, character);
        size_t len = (size_t)(after - *at);
        if (used > 0 && (handle != out->handle || handle == BOX_HANDLE))
            break;
        out->handle = handle;
        out->box = character;
        memcpy(out->text + used, *at, len);
        used += len;
        *at = after;
    }
    out->text[used] = '\0';
    return used > 0;
}

static TTF_Font *sized(struct sdl_font *font, size_t handle, int32_t px)
{
    if (font->px[handle] != px && TTF_SetFontSize(font->handle[handle], px) == 0)
        font->px[handle] = px;
    return font->handle[handle];
}

static int32_t stretch_width(struct sdl_font *font, const struct stretch *stretch, int32_t px)
{
    int width = px;
    int height = 0;
    if (stretch->handle != BOX_HANDLE)
        (void)TTF_SizeUTF8(sized(font, stretch->handle, px), stretch->text, &width, &height);
    return width;
}

static void copy_text(const char *text, size_t len, char out[FONT_TEXT_MAX + 1])
{
    len = len < FONT_TEXT_MAX ? len : FONT_TEXT_MAX;
    memcpy(out, text, len);
    out[len] = '\0';
}

static int32_t font_width(void *self, struct font_style style, const char *text, size_t len)
{
    struct sdl_font *font = self;
    if (style.face == FONT_ICONS)
        return style.px;
    uint64_t key = key_of(style, text, len);
    struct width_entry *entry = &font->widths[key / 2 % WIDTHS_MAX];
    if (entry->key == key)
        return entry->width;
    char line[FONT_TEXT_MAX + 1];
    copy_text(text, len, line);
    const char *at = line;
    struct stretch stretch;
    int32_t width = 0;
    while (next_stretch(font, style.face, &at, &stretch))
        width += stretch_width(font, &stretch, style.px);
    *entry = (struct width_entry){key, width};
    return width;
}

/* Copy the alpha of `surface` to (x, y) of the mask, as far as it lies there. */
static void copy_alpha(const struct mask_entry *mask, SDL_Surface *surface, int32_t x, int32_t y)
{
    if (surface == NULL)
        return;
    for (int32_t row = 0; row < surface->h; row++) {
        if (y + row < 0 || y + row >= mask->height)
            continue;
        const uint8_t *from = (const uint8_t *)surface->pixels + (int64_t)row * surface->pitch;
        uint8_t *to = mask->at + (int64_t)(y + row) * mask->width;
        for (int32_t i = 0; i < surface->w && x + i < mask->width; i++) {
            uint32_t pixel;
            memcpy(&pixel, from + (int64_t)i * 4, sizeof pixel);
            if (x + i >= 0 && pixel >> 24 > to[x + i])
                to[x + i] = (uint8_t)(pixel >> 24);
        }
    }
    SDL_FreeSurface(surface);
}

static const SDL_Color white = {255, 255, 255, 255};

/* A box with the character's code in it, as tall as an ideograph. */
static void draw_box(struct sdl_font *font, const struct mask_entry *mask, int32_t x, uint32_t code,
                     int32_t px)
{
    int32_t top = -mask->top - px * 80 / 100;
    int32_t side = px * 90 / 100;
    int32_t left = x + px / 20;
    for (int32_t i = 0; i < side; i++) {
        uint8_t *first = mask->at + (int64_t)top * mask->width;
        uint8_t *last = mask->at + (int64_t)(top + side - 1) * mask->width;
        uint8_t *row = mask->at + (int64_t)(top + i) * mask->width;
        first[left + i] = last[left + i] = row[left] = row[left + side - 1] = 255;
    }
    char digits[8];
    (void)text_print(digits, sizeof digits, "%06X", code);
    char half[4] = {0};
    for (int32_t i = 0; i < 2; i++) {
        memcpy(half, digits + (ptrdiff_t)3 * i, 3);
        TTF_Font *small = sized(font, FONT_REGULAR, px * 2 / 5);
        copy_alpha(mask, TTF_RenderUTF8_Blended(small, half, white), left + px / 10,
                   top + i * px * 2 / 5 - px / 20);
    }
}

static void draw_line_of_text(struct sdl_font *font, const struct mask_entry *mask,
                              struct font_style style, const char *line)
{
    struct stretch stretch;
    int32_t x = -mask->left;
    while (next_stretch(font, style.face, &line, &stretch)) {
        if (stretch.handle == BOX_HANDLE) {
            draw_box(font, mask, x, stretch.box, style.px);
            x += style.px;
            continue;
        }
        TTF_Font *handle = sized(font, stretch.handle, style.px);
        copy_alpha(mask, TTF_RenderUTF8_Blended(handle, stretch.text, white), x,
                   -mask->top - TTF_FontAscent(handle));
        x += stretch_width(font, &stretch, style.px);
    }
}

/* An icon's em square stands on the baseline: the glyph is put where its outline says. */
static void draw_icon(struct sdl_font *font, const struct mask_entry *mask, struct font_style style,
                      const char *line)
{
    TTF_Font *handle = sized(font, FONT_ICONS, style.px);
    copy_alpha(mask, TTF_RenderUTF8_Blended(handle, line, white), -mask->left,
               -mask->top - TTF_FontAscent(handle));
}

static void drop_mask(struct sdl_font *font, struct mask_entry *entry)
{
    size_t bytes = (size_t)entry->width * (size_t)entry->height;
    if (entry->at != NULL) {
        explicit_bzero(entry->at, bytes);
        font->mask_bytes -= bytes;
    }
    free(entry->at);
    *entry = (struct mask_entry){0};
}

static struct mask_entry *oldest(struct sdl_font *font)
{
    struct mask_entry *found = NULL;
    for (size_t i = 0; i < MASKS_MAX; i++) {
        struct mask_entry *entry = &font->masks[i];
        if (entry->key != 0 && (found == NULL || entry->used < found->used))
            found = entry;
    }
    return found;
}

/* A free entry with room for `bytes` more, the oldest texts going first. */
static struct mask_entry *make_room(struct sdl_font *font, size_t bytes)
{
    struct mask_entry *entry = NULL;
    for (size_t i = 0; i < MASKS_MAX && entry == NULL; i++) {
        if (font->masks[i].key == 0)
            entry = &font->masks[i];
    }
    while (entry == NULL || font->mask_bytes + bytes > MASK_BYTES_MAX) {
        struct mask_entry *old = oldest(font);
        if (old == NULL)
            break;
        drop_mask(font, old);
        entry = entry == NULL ? old : entry;
    }
    return entry;
}

static struct mask_entry *find_mask(struct sdl_font *font, uint64_t key)
{
    for (size_t i = 0; i < MASKS_MAX; i++) {
        if (font->masks[i].key == key)
            return &font->masks[i];
    }
    return NULL;
}

static struct mask_entry *add_mask(struct sdl_font *font, struct font_style style, const char *text,
                                   size_t len)
{
    int32_t around = style.px / 8 + 1;
    int32_t width = font_width(font, style, text, len) + 2 * around;
    int32_t height = font_ascent(style.px) + font_descent(style.px);
    size_t bytes = (size_t)width * (size_t)height;
    struct mask_entry *entry = make_room(font, bytes);
    uint8_t *at = entry != NULL ? calloc(1, bytes) : NULL;
    if (at == NULL)
        return NULL;
    *entry = (struct mask_entry){.key = key_of(style, text, len),
                                 .at = at,
                                 .width = width,
                                 .height = height,
                                 .left = -around,
                                 .top = -font_ascent(style.px)};
    font->mask_bytes += bytes;
    char line[FONT_TEXT_MAX + 1];
    copy_text(text, len, line);
    if (style.face == FONT_ICONS) {
        draw_icon(font, entry, style, line);
    } else {
        draw_line_of_text(font, entry, style, line);
    }
    explicit_bzero(line, sizeof line);
    return entry;
}

static bool font_mask(void *self, struct font_style style, const char *text, size_t len,
                      struct font_mask *out_mask)
{
    struct sdl_font *font = self;
    struct mask_entry *entry = find_mask(font, key_of(style, text, len));
    if (entry == NULL)
        entry = add_mask(font, style, text, len);
    if (entry == NULL)
        return false;
    entry->used = ++font->uses;
    *out_mask = (struct font_mask){entry->at,    entry->width, entry->height,
                                   entry->width, entry->left,  entry->top};
    return true;
}

static struct err open_face(struct sdl_font *font, size_t handle, const char *path, int64_t face,
                            char *out_message)
{
    font->px[handle] = 32;
    font->handle[handle] = TTF_OpenFontIndex(path, font->px[handle], (long)face);
    if (font->handle[handle] == NULL) {
        (void)text_print(out_message, CONFIG_MESSAGE_MAX, "%s: %s", path, TTF_GetError());
        return ERR(ERR_IO, 0, "TTF_OpenFontIndex");
    }
    TTF_SetFontHinting(font->handle[handle], TTF_HINTING_LIGHT);
    return ERR_OK;
}

static struct err open_faces(struct sdl_font *font, const struct font_files *files,
                             char *out_message)
{
    struct err e = open_face(font, FONT_REGULAR, files->regular, files->regular_face, out_message);
    if (!failed(e))
        e = open_face(font, FONT_BOLD, files->bold, files->bold_face, out_message);
    if (!failed(e))
        e = open_face(font, FONT_ICONS, files->icons, files->icons_face, out_message);
    if (failed(e))
        return e;
    char ignored[CONFIG_MESSAGE_MAX];
    const char *const fallbacks[FALLBACKS_MAX] = {files->fallback1, files->fallback2};
    for (size_t i = 0; i < FALLBACKS_MAX; i++) {
        if (fallbacks[i][0] != '\0') /* a fallback that is not installed is done without */
            (void)!failed(open_face(font, FONT_FACE_COUNT + i, fallbacks[i], 0, ignored));
    }
    return ERR_OK;
}

struct err sdl_font_open(const char *assets_dir, struct sdl_font **out_font, char *out_message)
{
    char path[PATH_SIZE];
    struct font_files files = {0};
    (void)text_print(path, sizeof path, "%s/fonts.conf", assets_dir);
    struct err e = config_read(path, rows, ARRAY_LEN(rows), &files, sizeof files, out_message);
    if (failed(e))
        return e;
    if (TTF_Init() != 0) {
        (void)text_print(out_message, CONFIG_MESSAGE_MAX, "SDL_ttf: %s", TTF_GetError());
        return ERR(ERR_IO, 0, "TTF_Init");
    }
    struct sdl_font *font = calloc(1, sizeof *font);
    if (font == NULL) {
        TTF_Quit();
        (void)text_copy(out_message, CONFIG_MESSAGE_MAX, "fonts: out of memory");
        return ERR(ERR_NO_ROOM, 0, "calloc");
    }
    font->contract = (struct font){font, font_width, font_mask};
    e = open_faces(font, &files, out_message);
    if (failed(e)) {
        sdl_font_close(font);
    } else {
        *out_font = font;
    }
    return e;
}

void sdl_font_close(struct sdl_font *font)
{
    if (font == NULL)
        return;
    sdl_font_forget(font);
    for (size_t i = 0; i < HANDLES_MAX; i++) {
        if (font->handle[i] != NULL)
            TTF_CloseFont(font->handle[i]);
    }
    free(font);
    TTF_Quit();
}

void sdl_font_cleanup(struct sdl_font **font)
{
    sdl_font_close(*font);
}

const struct font *sdl_font_of(struct sdl_font *font)
{
    return &font->contract;
}

void sdl_font_forget(struct sdl_font *font)
{
    for (size_t i = 0; i < MASKS_MAX; i++)
        drop_mask(font, &font->masks[i]);
    explicit_bzero(font->widths, sizeof font->widths);
}
