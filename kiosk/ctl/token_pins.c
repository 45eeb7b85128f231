/* PINs and PUKs: tries are looked at before one is spent. */
#include "kiosk/base/text.h"
#include "kiosk/ctl/token_command.h"
#include "kiosk/ctl/token_room.h"
#include "kiosk/ctl/token_secret.h"

#define TEXT_SIZE 128

static enum token_exit say(const struct token_room *room, const char *what)
{
    char text[TEXT_SIZE];
    (void)text_print(text, sizeof(text), "%s: %s\n", room->identity.id, what);
    return token_say_done(room->options, text,
                          json_pack("{s:s, s:s}", "token", room->identity.id, "done", what));
}

enum token_exit token_verify(const struct token_options *options)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    const struct token_scope scope = {.pin_tries = true};
    enum token_exit status = token_room_open(options, &scope, &room);
    if (status == TOKEN_EXIT_DONE)
        status = token_room_pin(&room);
    return status == TOKEN_EXIT_DONE ? say(&room, "the PIN is right") : status;
}

/* What is shown for a new PIN, and what gives it. */
struct way {
    const char *what;
    const char *done;
    struct token_scope scope; /* the tries of what is shown */
    struct err (*get)(const struct token_room *room, struct secret *out);
    struct err (*change)(struct token *token, const struct secret *shown, const struct secret *next,
                         uint8_t *out_tries_left);
};

static struct err get_pin(const struct token_room *room, struct secret *out)
{
    return token_secret_get(room->options->pin_file, "PIN", room->identity.pin_tries_left, out);
}

static struct err get_puk(const struct token_room *room, struct secret *out)
{
    return token_secret_puk(room->options, room->identity.id, room->identity.puk_tries_left, out);
}

static enum token_exit new_pin(const struct token_options *options, const struct way *way)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    CLEANUP(token_secret_free) struct secret *shown = secret_create();
    CLEANUP(token_secret_free) struct secret *next = secret_create();
    struct token_failure failure = {.what = way->what, .tries_left = TOKEN_TRIES_UNKNOWN};
    enum token_exit status = token_room_open(options, &way->scope, &room);
    if (status == TOKEN_EXIT_DONE) {
        status = token_room_tries(options, failure.what,
                                  way->scope.pin_tries ? room.identity.pin_tries_left
                                                       : room.identity.puk_tries_left);
    }
    if (status != TOKEN_EXIT_DONE)
        return status;
    if (shown == NULL || next == NULL)
        failure.e = ERR(ERR_NO_ROOM, 0, "memory that is locked");
    if (!failed(failure.e))
        failure.e = way->get(&room, shown);
    if (!failed(failure.e))
        failure.e = token_secret_new(options->new_pin_file, "new PIN: ", next);
    if (!failed(failure.e))
        failure.e = way->change(room.token, shown, next, &failure.tries_left);
    return failed(failure.e) ? token_say_failure(options, &failure) : say(&room, way->done);
}

enum token_exit token_new_pin(const struct token_options *options)
{
    static const struct way by_pin = {
        "the PIN", "it has a new PIN", {.pin_tries = true}, get_pin, token_change_pin};
    return new_pin(options, &by_pin);
}

enum token_exit token_new_pin_by_puk(const struct token_options *options)
{
    static const struct way by_puk = {"the PUK",
                                      "it has a new PIN, and all its tries",
                                      {.puk_tries = true},
                                      get_puk,
                                      token_unblock};
    return new_pin(options, &by_puk);
}
