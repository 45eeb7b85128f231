#include "kiosk/ctl/token_options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>

#include "kiosk/base/text.h"

#define STATE_DIR "/var/lib/certkiosk"

static const char *const keys[TOKEN_KEY_COUNT] = {
    [TOKEN_KEY_NONE] = "none", [TOKEN_KEY_OTHER] = "other",     [TOKEN_KEY_P256] = "p256",
    [TOKEN_KEY_P384] = "p384", [TOKEN_KEY_RSA2048] = "rsa2048", [TOKEN_KEY_RSA3072] = "rsa3072",
};

static const char *const ciphers[TOKEN_CIPHER_COUNT] = {
    [TOKEN_CIPHER_3DES] = "3des",
    [TOKEN_CIPHER_AES128] = "aes128",
    [TOKEN_CIPHER_AES192] = "aes192",
    [TOKEN_CIPHER_AES256] = "aes256",
};

const char *token_key_word(enum token_key key)
{
    return keys[key < TOKEN_KEY_COUNT ? key : TOKEN_KEY_OTHER];
}

const char *token_cipher_word(enum token_cipher cipher)
{
    return ciphers[cipher];
}

bool token_cipher_find(const char *word, enum token_cipher *out_cipher)
{
    for (size_t i = 0; i < TOKEN_CIPHER_COUNT; i++) {
        if (text_same(word, ciphers[i])) {
            *out_cipher = (enum token_cipher)i;
            return true;
        }
    }
    return false;
}

static bool key_find(const char *word, enum token_key *out_key)
{
    for (size_t i = TOKEN_KEY_P256; i < TOKEN_KEY_COUNT; i++) {
        if (text_same(word, keys[i])) {
            *out_key = (enum token_key)i;
            return true;
        }
    }
    return false;
}

enum { OPTION_CIPHER = 1, OPTION_NEW_KEY, OPTION_HELP, OPTION_SECRET, OPTION_TEXT, OPTION_FLAG };

/* Else they would pass for short forms of --pin-file and so on. */
static const char *const secrets[] = {"pin", "new-pin", "puk"};

/* Options that are a text or a flag, and where it goes. */
static const struct row {
    const char *name;
    bool is_flag;
    size_t at;
} rows[] = {
    {"state", false, offsetof(struct token_options, state_dir)},
    {"reader", false, offsetof(struct token_options, reader)},
    {"trust", false, offsetof(struct token_options, trust)},
    {"pin-file", false, offsetof(struct token_options, pin_file)},
    {"new-pin-file", false, offsetof(struct token_options, new_pin_file)},
    {"puk-file", false, offsetof(struct token_options, puk_file)},
    {"admin-key", false, offsetof(struct token_options, admin_key)},
    {"master-key", false, offsetof(struct token_options, master_key)},
    {"values", false, offsetof(struct token_options, values)},
    {"was", false, offsetof(struct token_options, was)},
    {"yes", false, offsetof(struct token_options, yes)},
    {"out", false, offsetof(struct token_options, out)},
    {"plan", false, offsetof(struct token_options, plan)},
    {"backup", false, offsetof(struct token_options, backup)},
    {"name", false, offsetof(struct token_options, name)},
    {"factory-key", true, offsetof(struct token_options, factory_key)},
    {"json", true, offsetof(struct token_options, json)},
    {"trace", true, offsetof(struct token_options, trace)},
    {"force", true, offsetof(struct token_options, force)},
    {"last-try", true, offsetof(struct token_options, last_try)},
    {"other-key", true, offsetof(struct token_options, other_key)},
    {"lose-old-key", true, offsetof(struct token_options, lose_old_key)},
    {"lose-hidden", true, offsetof(struct token_options, lose_hidden)},
    {"in-place", true, offsetof(struct token_options, in_place)},
};

#define KNOWN_COUNT (ARRAY_LEN(rows) + ARRAY_LEN(secrets) + 4)

static void fill_known(struct option known[KNOWN_COUNT])
{
    size_t count = 0;
    for (; count < ARRAY_LEN(rows); count++) {
        known[count] =
            (struct option){rows[count].name, rows[count].is_flag ? no_argument : required_argument,
                            NULL, rows[count].is_flag ? OPTION_FLAG : OPTION_TEXT};
    }
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
        known[count++] = (struct option){secrets[i], required_argument, NULL, OPTION_SECRET};
    known[count++] = (struct option){"cipher", required_argument, NULL, OPTION_CIPHER};
    known[count++] = (struct option){"new-key", required_argument, NULL, OPTION_NEW_KEY};
    known[count++] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    known[count] = (struct option){NULL, 0, NULL, 0};
}

/* `row` counts with the texts and flags only. */
static bool take(int option, int row, struct token_options *options, bool *help)
{
    switch (option) {
    case OPTION_TEXT:
        *(const char **)(void *)((char *)options + rows[row].at) = optarg;
        return true;
    case OPTION_FLAG:
        *(bool *)((char *)options + rows[row].at) = true;
        return true;
    case OPTION_CIPHER:
        if (token_cipher_find(optarg, &options->cipher))
            return true;
        (void)fprintf(stderr, "certkioskctl: --cipher %s: 3des, aes128, aes192 or aes256\n",
                      optarg);
        return false;
    case OPTION_NEW_KEY:
        if (key_find(optarg, &options->new_key))
            return true;
        (void)fprintf(stderr, "certkioskctl: --new-key %s: p256, p384, rsa2048 or rsa3072\n",
                      optarg);
        return false;
    case OPTION_HELP:
        *help = true;
        return true;
    case OPTION_SECRET:
        (void)fprintf(stderr, "certkioskctl: a PIN or PUK is typed or stands in a file: anyone can"
                              " read the arguments of a program\n");
        return false;
    default:
        return false; /* getopt has said what */
    }
}

static bool fits_together(const struct token_options *options)
{
    int rights = (options->admin_key != NULL) + (options->master_key != NULL) +
                 (options->factory_key ? 1 : 0);
    if (rights > 1)
        (void)fprintf(stderr, "certkioskctl: one of --admin-key, --master-key and --factory-key\n");
    return rights <= 1;
}

bool token_options_read(int argc, char **argv, struct token_options *out_options, bool *out_help)
{
    struct option known[KNOWN_COUNT];
    struct token_options options = {.state_dir = STATE_DIR, .reader = ""};
    int row = 0;
    fill_known(known);
    *out_help = false;
    optind = 1;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
    for (int option; (option = getopt_long(argc, argv, "", known, &row)) != -1;) {
        if (!take(option, row, &options, out_help))
            return false;
    }
    for (int i = optind + 1; i < argc; i++) { /* the first is "token" */
        if (options.word_count == TOKEN_WORDS_MAX) {
            (void)fprintf(stderr, "certkioskctl: %s is too much\n", argv[i]);
            return false;
        }
        options.words[options.word_count++] = argv[i];
    }
    *out_options = options;
    return fits_together(&options);
}
