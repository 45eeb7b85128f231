/*
 * sdl_font.h - the font of font.h by SDL_ttf: faces and fallbacks from assets/fonts.conf.
 *
 * Whole texts are kept as coverage, the least recently used go first; SDL_ttf's own cache has
 * room for a page of Latin only. A character that no file has is drawn as a box with its code,
 * never left out. One thread.
 */
#ifndef KIOSK_UI_SDL_FONT_H
#define KIOSK_UI_SDL_FONT_H

#include "kiosk/base/err.h"
#include "kiosk/ui/font.h"

struct sdl_font;

/*
 * Open the faces named in `assets_dir`/fonts.conf. Errors: those of config_read(), or ERR_IO for
 * a font that cannot be opened; `out_message` has CONFIG_MESSAGE_MAX bytes. The caller owns
 * `*out_font` and ends it with sdl_font_close().
 */
MUST_CHECK struct err sdl_font_open(const char *assets_dir, struct sdl_font **out_font,
                                    char *out_message);
void sdl_font_close(struct sdl_font *font); /* NULL is fine */
void sdl_font_cleanup(struct sdl_font **font);

/* The contract; valid until sdl_font_close(). */
const struct font *sdl_font_of(struct sdl_font *font);

/* Wipe every text that is kept. */
void sdl_font_forget(struct sdl_font *font);

#endif
