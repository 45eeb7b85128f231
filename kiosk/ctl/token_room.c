#include "kiosk/ctl/token_room.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/ctl/ask.h"
#include "kiosk/ctl/token_secret.h"

#define STATE_SIZE 40
#define QUESTION_SIZE 160

static const char visit[] = "a visit";

enum token_exit token_room_free(const struct token_options *options)
{
    static char answer[ASK_ANSWER_MAX];
    char path[PATH_MAX];
    char state[STATE_SIZE] = "";
    if (options->force)
        return TOKEN_EXIT_DONE;
    if (!text_print(path, sizeof(path), "%s/kiosk/kiosk.sock", options->state_dir))
        return TOKEN_EXIT_USAGE;
    struct err e = ask(path, "status?", answer);
    if (e.code == ERR_NOT_FOUND)
        return TOKEN_EXIT_DONE; /* no kiosk runs here */
    if (!failed(e) && ask_value(answer, "state", state, sizeof(state)) &&
        (text_same(state, "attract") || text_same(state, "out_of_service")))
        return TOKEN_EXIT_DONE;
    if (!failed(e))
        e = ERR(ERR_CONFLICT, 0, "certkiosk is in the middle of a visit; --force goes on anyway");
    (void)token_say_failed(options, visit, e);
    return TOKEN_EXIT_BUSY;
}

static void trace_line(void *context, const char *text)
{
    (void)context;
    (void)fprintf(stderr, "%s\n", text);
}

static struct err open_reader(const struct token_options *options, struct token_room *room)
{
    static const struct token_trace trace = {.line = trace_line};
    const struct token_config config = {
        .driver = "piv", .reader = options->reader, .trace = options->trace ? &trace : NULL};
    return token_open(&config, &room->token);
}

/* ERR_GONE: there is none, and why. */
static struct err wait_for_token(struct token *token)
{
    enum token_presence presence = TOKEN_READER_GONE;
    uint64_t deadline_ms = clock_boot_ms() + TOKEN_WAIT_MS;
    while (presence != TOKEN_PRESENT) {
        uint64_t now_ms = clock_boot_ms();
        if (now_ms >= deadline_ms)
            break;
        struct err e = token_watch(token, (uint32_t)(deadline_ms - now_ms), &presence);
        if (failed(e))
            return ERR(ERR_GONE, e.native, "the PC/SC service does not answer: is pcscd running?");
    }
    struct err trouble = token_trouble(token);
    if (presence == TOKEN_READER_GONE && failed(trouble))
        return (struct err){ERR_GONE, trouble.native, trouble.site};
    if (presence == TOKEN_READER_GONE)
        return ERR(ERR_GONE, 0, "there is no such reader: plug one in, or see `token list`");
    if (presence == TOKEN_ABSENT)
        return ERR(ERR_GONE, 0, "there is no token in the reader: insert one");
    return ERR_OK;
}

enum token_exit token_room_open(const struct token_options *options,
                                const struct token_scope *scope, struct token_room *room)
{
    memset(room, 0, sizeof(*room));
    room->options = options;
    enum token_exit status = token_room_free(options);
    if (status != TOKEN_EXIT_DONE)
        return status;
    struct err e = ERR_OK;
    if (options->trust != NULL)
        e = trust_create(options->trust, &room->trust);
    if (failed(e))
        return token_say_failed(options, options->trust, e);
    e = open_reader(options, room);
    if (!failed(e))
        e = wait_for_token(room->token);
    if (failed(e))
        return token_say_failed(options, "the reader", e);
    return token_room_look(room, scope);
}

_Static_assert(TOKEN_CALL_TIMEOUT_MS == 15000, "as it is told");

enum token_exit token_room_look(struct token_room *room, const struct token_scope *scope)
{
    char known[TOKEN_ID_SIZE];
    uint64_t from_ms = clock_boot_ms();
    memcpy(known, room->identity.id, sizeof(known));
    struct err e = token_identify(room->token, scope, &room->identity);
    if (e.code == ERR_IO && clock_boot_ms() - from_ms >= TOKEN_CALL_TIMEOUT_MS) {
        e = ERR(ERR_TIMEOUT, TOKEN_CALL_TIMEOUT_MS,
                "not all was told within 15 s: the token, or its reader, is slow or hangs. --trace"
                " shows how long each command takes; `read SLOT` asks for one slot only; or try"
                " another reader");
    }
    if (!failed(e) && known[0] != '\0' && !text_same(known, room->identity.id)) {
        memcpy(room->identity.id, known, sizeof(known));
        e = ERR(ERR_GONE, 0, "another token is in the reader now");
    }
    return failed(e) ? token_say_failed(room->options, "the token", e) : TOKEN_EXIT_DONE;
}

void token_room_close(struct token_room *room)
{
    token_close(room->token);
    secret_destroy(room->pin);
    trust_destroy(room->trust);
    explicit_bzero(room, sizeof(*room));
}

const struct token_certificate *token_room_certificate(const struct token_room *room, uint8_t slot)
{
    for (size_t i = 0; i < room->identity.certificate_count; i++) {
        if (room->identity.certificates[i].slot == slot)
            return &room->identity.certificates[i];
    }
    return NULL;
}

enum token_exit token_room_slot(const struct token_options *options, uint8_t *out_slot)
{
    uint8_t slot = 0;
    const char *word = options->word_count > 1 ? options->words[1] : "";
    if (failed(hex_parse(word, &slot, 1)) || token_slot_index(slot) == TOKEN_SLOT_COUNT) {
        (void)fprintf(stderr, "certkioskctl: SLOT %s: 9a, 9c, 9d, 9e or 82 to 95\n", word);
        return TOKEN_EXIT_USAGE;
    }
    *out_slot = slot;
    return TOKEN_EXIT_DONE;
}

enum token_exit token_room_open_slot(const struct token_options *options, bool pin_tries,
                                     struct token_room *room, uint8_t *out_slot)
{
    enum token_exit status = token_room_slot(options, out_slot);
    if (status != TOKEN_EXIT_DONE)
        return status;
    const struct token_scope scope = {.slots = 1U << token_slot_index(*out_slot),
                                      .pin_tries = pin_tries};
    return token_room_open(options, &scope, room);
}

enum token_exit token_room_tries(const struct token_options *options, const char *what,
                                 uint8_t tries_left)
{
    struct token_failure failure = {.what = what, .tries_left = tries_left};
    if (tries_left == 0) {
        failure.e = ERR(ERR_BLOCKED, 0, "before it was shown");
    } else if (tries_left == TOKEN_TRIES_UNKNOWN && !options->last_try) {
        failure.e = ERR(ERR_DENIED, 0,
                        "this token does not tell how many tries are left: it may be the last;"
                        " --last-try spends it");
    } else if (tries_left == 1 && !options->last_try) {
        failure.e = ERR(ERR_DENIED, 0, "one try is left; --last-try spends it");
    } else {
        return TOKEN_EXIT_DONE;
    }
    return token_say_failure(options, &failure);
}

static void forget_pin(struct token_room *room)
{
    secret_destroy(room->pin);
    room->pin = NULL;
}

/* Once its tries allow it. */
static enum token_exit ask_for_pin(struct token_room *room)
{
    const struct token_options *options = room->options;
    uint8_t tries_left = room->identity.pin_tries_left;
    enum token_exit status = token_room_tries(options, "the PIN", tries_left);
    if (status != TOKEN_EXIT_DONE)
        return status;
    room->pin = secret_create();
    struct err e = room->pin == NULL
                       ? ERR(ERR_NO_ROOM, 0, "memory that is locked")
                       : token_secret_get(options->pin_file, "PIN", tries_left, room->pin);
    if (!failed(e))
        return TOKEN_EXIT_DONE;
    forget_pin(room);
    return token_say_failed(options, "the PIN", e);
}

enum token_exit token_room_pin(struct token_room *room)
{
    struct token_failure failure = {.what = "the PIN", .tries_left = TOKEN_TRIES_UNKNOWN};
    enum token_exit status = room->pin == NULL ? ask_for_pin(room) : TOKEN_EXIT_DONE;
    if (status != TOKEN_EXIT_DONE)
        return status;
    failure.e = token_verify_pin(room->token, room->pin, &failure.tries_left);
    if (!failed(failure.e))
        return TOKEN_EXIT_DONE;
    forget_pin(room); /* never shown twice when it is wrong */
    return token_say_failure(room->options, &failure);
}

/* The id as it is typed, or that of --yes. */
static struct err get_id(const struct token_room *room, const char *deed, struct secret *out)
{
    char question[QUESTION_SIZE];
    const char *yes = room->options->yes;
    if (yes != NULL)
        return secret_set(out, (struct bytes){(const uint8_t *)yes, strlen(yes)});
    (void)text_print(question, sizeof(question), "%s %s: type its id to go on: ", deed,
                     room->identity.id);
    return token_secret_ask(question, out);
}

enum token_exit token_room_confirm(const struct token_room *room, const char *deed)
{
    CLEANUP(secret_wipe) struct secret typed = {.len = 0};
    const char *id = room->identity.id;
    struct err e = get_id(room, deed, &typed);
    if (!failed(e) && (typed.len != strlen(id) || memcmp(typed.at, id, typed.len) != 0)) {
        e = ERR(ERR_DENIED, 0,
                "that is not the id of the token in the reader; nothing was changed");
    }
    return failed(e) ? token_say_failed(room->options, deed, e) : TOKEN_EXIT_DONE;
}

enum token_exit token_room_meant(const struct token_room *room, const char *deed)
{
    return room->options->yes == NULL ? TOKEN_EXIT_DONE : token_room_confirm(room, deed);
}

enum token_key token_key_of(enum certificate_key key)
{
    switch (key) {
    case CERTIFICATE_KEY_P256:
        return TOKEN_KEY_P256;
    case CERTIFICATE_KEY_P384:
        return TOKEN_KEY_P384;
    case CERTIFICATE_KEY_RSA2048:
        return TOKEN_KEY_RSA2048;
    case CERTIFICATE_KEY_RSA3072:
        return TOKEN_KEY_RSA3072;
    case CERTIFICATE_KEY_OTHER:
        break;
    }
    return TOKEN_KEY_OTHER;
}
