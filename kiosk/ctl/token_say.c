#include "kiosk/ctl/token_say.h"

#include <assert.h>
#include <stdio.h>

enum token_exit token_exit_of(struct err e)
{
    switch (e.code) {
    case ERR_NONE:
        return TOKEN_EXIT_DONE;
    case ERR_GONE:
        return TOKEN_EXIT_ABSENT;
    case ERR_DENIED:
    case ERR_BLOCKED:
        return TOKEN_EXIT_REFUSED;
    case ERR_TIMEOUT:
    case ERR_MALFORMED:
    case ERR_UNSUPPORTED:
    case ERR_NO_ROOM:
    case ERR_CONFLICT:
    case ERR_NOT_FOUND:
    case ERR_IO:
    case ERR_CODE_COUNT:
        break;
    }
    return TOKEN_EXIT_FAILED;
}

static const char *words_of(enum err_code code)
{
    static const char *const words[ERR_CODE_COUNT] = {
        [ERR_NONE] = "fine",
        [ERR_GONE] = "not there, or not the same any more",
        [ERR_TIMEOUT] = "no answer in time",
        [ERR_DENIED] = "refused",
        [ERR_BLOCKED] = "blocked: no tries are left",
        [ERR_MALFORMED] = "not well-formed",
        [ERR_UNSUPPORTED] = "this token cannot do that",
        [ERR_NO_ROOM] = "it does not fit",
        [ERR_CONFLICT] = "contradicts what is there",
        [ERR_NOT_FOUND] = "not there",
        [ERR_IO] = "the link to it failed",
    };
    assert(code < ERR_CODE_COUNT);
    return words[code];
}

enum token_exit token_say_failure(const struct token_options *options,
                                  const struct token_failure *failure)
{
    enum token_exit status = token_exit_of(failure->e);
    bool tries = failure->tries_left != TOKEN_TRIES_UNKNOWN;
    const char *site = failure->e.site == NULL ? "" : failure->e.site;
    if (!options->json) {
        (void)fprintf(stderr, "certkioskctl: %s: %s (%s)\n", failure->what,
                      words_of(failure->e.code), site);
        if (tries)
            (void)fprintf(stderr, "certkioskctl: tries left: %u\n", failure->tries_left);
        return status;
    }
    json_t *object = json_pack("{s:b, s:s, s:s, s:s, s:i}", "ok", 0, "what", failure->what, "error",
                               err_name(failure->e.code), "at", site, "exit", (int)status);
    if (object != NULL && tries)
        (void)json_object_set_new(object, "tries_left", json_integer(failure->tries_left));
    if (object != NULL)
        (void)json_dumpf(object, stdout, JSON_INDENT(2));
    (void)fputc('\n', stdout);
    json_decref(object);
    return status;
}

enum token_exit token_say_failed(const struct token_options *options, const char *what,
                                 struct err e)
{
    const struct token_failure failure = {.what = what, .e = e, .tries_left = TOKEN_TRIES_UNKNOWN};
    return token_say_failure(options, &failure);
}

enum token_exit token_say_done(const struct token_options *options, const char *text,
                               json_t *object)
{
    bool said = object != NULL;
    if (!options->json) {
        said = said && fputs(text, stdout) != EOF;
    } else if (said) {
        (void)json_object_set_new(object, "ok", json_true());
        said = json_dumpf(object, stdout, JSON_INDENT(2)) == 0 && fputc('\n', stdout) != EOF;
    }
    json_decref(object);
    return said && fflush(stdout) == 0 ? TOKEN_EXIT_DONE : TOKEN_EXIT_FAILED;
}
