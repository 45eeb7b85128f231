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

enum token_exit token_new_pin(const struct token_options *options)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    CLEANUP(token_secret_free) struct secret *pin = secret_create();
    CLEANUP(token_secret_free) struct secret *next = secret_create();
    struct token_failure failure = {.what = "the PIN", .tries_left = TOKEN_TRIES_UNKNOWN};
    const struct token_scope scope = {.pin_tries = true};
    enum token_exit status = token_room_open(options, &scope, &room);
    if (status == TOKEN_EXIT_DONE)
        status = token_room_tries(options, failure.what, room.identity.pin_tries_left);
    if (status != TOKEN_EXIT_DONE)
        return status;
    if (pin == NULL || next == NULL)
        failure.e = ERR(ERR_NO_ROOM, 0, "memory that is locked");
    if (!failed(failure.e))
        failure.e = token_secret_get(options->pin_file, "PIN", room.identity.pin_tries_left, pin);
    if (!failed(failure.e))
        failure.e = token_secret_new(options->new_pin_file, "new PIN: ", next);
    if (!failed(failure.e))
        failure.e = token_change_pin(room.token, pin, next, &failure.tries_left);
    return failed(failure.e) ? token_say_failure(options, &failure)
                             : say(&room, "it has a new PIN");
}

enum token_exit token_new_pin_by_puk(const struct token_options *options)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    CLEANUP(token_secret_free) struct secret *puk = secret_create();
    CLEANUP(token_secret_free) struct secret *next = secret_create();
    struct token_failure failure = {.what = "the PUK", .tries_left = TOKEN_TRIES_UNKNOWN};
    const struct token_scope scope = {.puk_tries = true};
    enum token_exit status = token_room_open(options, &scope, &room);
    if (status == TOKEN_EXIT_DONE)
        status = token_room_tries(options, failure.what, room.identity.puk_tries_left);
    if (status != TOKEN_EXIT_DONE)
        return status;
    if (puk == NULL || next == NULL)
        failure.e = ERR(ERR_NO_ROOM, 0, "memory that is locked");
    if (!failed(failure.e))
        failure.e = token_secret_puk(options, room.identity.id, room.identity.puk_tries_left, puk);
    if (!failed(failure.e))
        failure.e = token_secret_new(options->new_pin_file, "new PIN: ", next);
    if (!failed(failure.e))
        failure.e = token_unblock(room.token, puk, next, &failure.tries_left);
    return failed(failure.e) ? token_say_failure(options, &failure)
                             : say(&room, "it has a new PIN, and all its tries");
}
