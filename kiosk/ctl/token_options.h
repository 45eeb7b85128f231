/* token_options.h - what stands on the command line of `certkioskctl token`. */
#ifndef KIOSK_CTL_TOKEN_OPTIONS_H
#define KIOSK_CTL_TOKEN_OPTIONS_H

#include "hw/token/token.h"
#include "kiosk/pki/token_key.h"

#define TOKEN_WORDS_MAX 3

struct token_options {
    const char *words[TOKEN_WORDS_MAX]; /* command, slot, file */
    size_t word_count;
    const char *state_dir, *reader, *trust;
    const char *pin_file, *new_pin_file, *puk_file; /* NULL: asked on the terminal */
    const char *admin_key, *master_key;             /* files */
    bool factory_key;                               /* the key every blank token has */
    enum token_cipher cipher;
    const char *values, *was; /* of personalise */
    const char *yes;          /* the id that would be typed */
    const char *out, *plan;
    const char *backup;     /* file or folder for what was there; NULL: the current folder */
    const char *name;       /* of the holder, when no certificate has it */
    enum token_key new_key; /* TOKEN_KEY_NONE without */
    bool json, trace, force, last_try, other_key, lose_old_key, lose_hidden, in_place;
};

/* The words that stand for `key` and `cipher`: "p256", "3des" and so on. Never NULL. */
const char *token_key_word(enum token_key key);
const char *token_cipher_word(enum token_cipher cipher);

/* `word` as a cipher; false when it is none. */
bool token_cipher_find(const char *word, enum token_cipher *out_cipher);

/* Read the command line, of which "token" is a word. False, with a line on stderr, when it is
 * wrong. `*out_help`: --help was asked for. */
bool token_options_read(int argc, char **argv, struct token_options *out_options, bool *out_help);

#endif
