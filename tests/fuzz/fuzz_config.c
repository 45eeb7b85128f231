/* Any text as a configuration, by the rows of a profile or by a table with a row of each type: it
 * is taken whole, or refused with one line that says why and nothing is written. */
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "kiosk/core/profile.h"
#include "tests/fuzz/fuzz.h"

struct everything {
    char text[17];
    int64_t number, choice, date;
    bool flag;
    char word[4], id[9], url[33];
    int64_t colour;
};

static const struct config_row everything_rows[] = {
    {"a", "text", CONFIG_TEXT, 2, 17, NULL, offsetof(struct everything, text), true},
    {"a", "number", CONFIG_NUMBER, -5, 5000000, NULL, offsetof(struct everything, number), false},
    {"b", "choice", CONFIG_CHOICE, 0, 0, "one two", offsetof(struct everything, choice), false},
    {"b", "date", CONFIG_DATE, 0, 0, NULL, offsetof(struct everything, date), false},
    {"b", "flag", CONFIG_FLAG, 0, 0, NULL, offsetof(struct everything, flag), false},
    {"b", "word", CONFIG_WORD, 1, 4, "one two", offsetof(struct everything, word), false},
    {"b", "id", CONFIG_NAME, 1, 9, NULL, offsetof(struct everything, id), false},
    {"b", "url", CONFIG_URL, 1, 33, NULL, offsetof(struct everything, url), false},
    {"b", "colour", CONFIG_COLOUR, 8, 0, NULL, offsetof(struct everything, colour), false},
};

static void assert_message(const char *message)
{
    size_t len = strlen(message);
    assert(len > 0 && len < CONFIG_MESSAGE_MAX && memchr(message, '\n', len) == NULL);
}

static void try_everything(const char *text)
{
    struct everything all = {.number = 7};
    const struct everything before = all;
    char message[CONFIG_MESSAGE_MAX] = "";

    if (failed(config_parse("f.ini", text, everything_rows, ARRAY_LEN(everything_rows), &all,
                            sizeof(all), message))) {
        assert_message(message);
        assert(all.text[0] == '\0' && all.number == before.number && all.choice == before.choice);
        assert(all.date == before.date && all.flag == before.flag);
        return;
    }
    assert(strlen(all.text) >= 2 && text_valid(all.text, strlen(all.text)));
    assert(all.number >= -5 && all.number <= 5000000);
    assert(all.choice == 0 || all.choice == 1);
    assert(all.word[0] == '\0' || strcmp(all.word, "one") == 0 || strcmp(all.word, "two") == 0);
    assert(all.id[0] == '\0' || config_is_name(all.id));
    assert(all.url[0] == '\0' || config_is_url(all.url));
    assert(all.colour >= 0 && all.colour <= UINT32_MAX);
}

static void try_profile(const char *text)
{
    static struct profile profile;
    char message[CONFIG_MESSAGE_MAX] = "";

    if (failed(config_parse("f.ini", text, profile_rows, profile_row_count, &profile,
                            sizeof(profile), message))) {
        assert_message(message);
        return;
    }
    (void)profile_offers(&profile, "renew");
    assert(profile.renew_terms_max >= 1 && profile.renew_terms_max <= PROFILE_TERM_YEARS_MAX);
    assert(profile_renew_fen(&profile, PROFILE_TERM_YEARS_MAX) >= 0 ||
           profile.renew_terms_max < PROFILE_TERM_YEARS_MAX);
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(fuzz_text_cleanup) char *text = fuzz_text(data, size);

    try_everything(text);
    try_profile(text);
    return 0;
}
