/*
 * words.h - all text for visitors, by id, from assets/words/LANGUAGE.ini.
 *
 *     [services]                     groups are for readers only
 *     services_title = 请选择业务
 *
 * "{0}" to "{3}" are places for values; "{b}" and "{/b}" turn bold on and off, "{n}" starts a
 * new line (text_layout.h draws them). A line that starts with # is a comment. Ids are the rows
 * of words_list.h and words_list_order.h.
 */
#ifndef KIOSK_UI_WORDS_H
#define KIOSK_UI_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "kiosk/base/err.h"

enum word {
    WORD_NONE, /* the empty text */
#define WORD(id) WORD_##id,
#include "kiosk/ui/words_list.h"
#include "kiosk/ui/words_list_order.h"
#undef WORD
    WORD_COUNT,
};

#define WORDS_POOL_MAX 49152
#define WORDS_TEXT_MAX 512 /* bytes of one text, values put in */
#define WORDS_MESSAGE_MAX 512
#define WORDS_VALUES_MAX 4

/* In a text: what {b}, {/b} and {n} become. */
#define WORDS_BOLD '\x01'
#define WORDS_PLAIN '\x02'
#define WORDS_NEWLINE '\n'

struct words {
    uint32_t used;
    uint16_t at[WORD_COUNT]; /* offset in the pool */
    char pool[WORDS_POOL_MAX];
};

/*
 * Read `assets_dir`/words/`language`.ini ("zh"). Every id must stand there once, none else.
 * Errors: ERR_IO (native is errno), ERR_MALFORMED, ERR_NO_ROOM; `out_message`, of
 * WORDS_MESSAGE_MAX bytes, then says file:line and what. `out_words` is written on success only.
 */
MUST_CHECK struct err words_load(const char *assets_dir, const char *language,
                                 struct words *out_words, char *out_message);

/* The same from text in memory; `name` stands in messages. */
MUST_CHECK struct err words_parse(const char *name, const char *text, struct words *out_words,
                                  char *out_message);

/* The text; never NULL. */
const char *words_at(const struct words *words, enum word word);

/* The text with values put in, cut at WORDS_TEXT_MAX; `out` has that many bytes. `values` are
 * WORDS_VALUES_MAX texts, NULL for none. Returns `out`. */
const char *words_fill(const struct words *words, enum word word,
                       const char *const values[WORDS_VALUES_MAX], char *out);

/* "services_title". Never NULL. */
const char *word_name(enum word word);

#endif
