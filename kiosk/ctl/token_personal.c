/*
 * Own values for a blank token. They are in the values file, flushed, before the first change:
 * whoever is interrupted says the same command again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "hw/token/token_check.h"
#include "kiosk/base/file.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/ctl/token_command.h"
#include "kiosk/ctl/token_room.h"
#include "kiosk/ctl/token_secret.h"
#include "kiosk/ctl/token_values.h"

#define TEXT_SIZE 160
#define FACTORY_PIN "123456"
#define FACTORY_PUK "12345678"

static void destroy_master(struct token_master **at)
{
    token_master_destroy(*at);
}

static struct err set_text(struct secret *secret, const char *text)
{
    return secret_set(secret, (struct bytes){(const uint8_t *)text, strlen(text)});
}

/* Values that are there, when they are for this token. */
static struct err load(const struct token_room *room, const char *path, struct token_values *values)
{
    struct err e = token_values_load(path, values);
    if (!failed(e) && !token_values_are_of(values, room->identity.id))
        e = ERR(ERR_CONFLICT, 0, "the values are another token's; nothing was changed");
    return e;
}

/* What it has now: from the file, and what that does not say as the factory leaves it. */
static struct err values_before(const struct token_room *room, struct token_values *was)
{
    const struct token_options *options = room->options;
    struct err e = ERR_OK;
    was->cipher = options->cipher;
    if (options->was != NULL)
        e = load(room, options->was, was);
    if (!failed(e) && was->pin.len == 0)
        e = set_text(&was->pin, FACTORY_PIN);
    if (!failed(e) && was->puk.len == 0)
        e = set_text(&was->puk, FACTORY_PUK);
    if (!failed(e) && was->admin.key.len == 0)
        token_secret_factory(options->cipher, &was->admin);
    return e;
}

/* A GUID of random bits (RFC 9562, 5.4). */
static struct err make_guid(uint8_t guid[TOKEN_GUID_LEN])
{
    if (getrandom(guid, TOKEN_GUID_LEN, 0) != TOKEN_GUID_LEN)
        return ERR(ERR_IO, errno, "getrandom");
    guid[6] = (uint8_t)((guid[6] & 0x0F) | 0x40);
    guid[8] = (uint8_t)((guid[8] & 0x3F) | 0x80);
    return ERR_OK;
}

/* A token without a serial number is known by its GUID, so it gets the keys of its next id. */
static void next_id(const struct token_identity *identity, const struct token_values *values,
                    char out[TOKEN_ID_SIZE])
{
    (void)text_copy(out, TOKEN_ID_SIZE, identity->id); /* same size */
    if (identity->id[0] == 'g')
        hex_print(out + 1, (struct bytes){values->guid, TOKEN_GUID_LEN});
}

/* From now on they are this token's, which may have another id later. */
static void bind(const struct token_identity *identity, const char *after,
                 struct token_values *values)
{
    if (values->token[0] != '\0')
        return;
    (void)text_copy(values->token, sizeof(values->token), identity->id); /* same size */
    if (!text_same(after, identity->id))
        (void)text_copy(values->token_after, sizeof(values->token_after), after); /* same size */
}

/* Whether `secret` is there and another than `next`. */
static bool differs(const struct secret *secret, const struct secret *next)
{
    return secret->len != 0 &&
           (secret->len != next->len || memcmp(secret->at, next->at, next->len) != 0);
}

/* A key or PUK that stands in the file may be the token's, and nowhere else. */
static struct err derive(const struct token_options *options, const char *id,
                         struct token_values *values)
{
    CLEANUP(destroy_master) struct token_master *master = NULL;
    CLEANUP(token_values_free) struct token_values *next = token_values_create();
    if (next == NULL)
        return ERR(ERR_NO_ROOM, errno, "memory that is locked");
    struct err e = token_master_open(options->master_key, &master);
    if (!failed(e))
        e = token_key_derive(master, id, values->cipher, &next->admin.key);
    if (!failed(e))
        e = token_puk_derive(master, id, &next->puk);
    if (failed(e))
        return e;
    if (differs(&values->admin.key, &next->admin.key) || differs(&values->puk, &next->puk)) {
        return ERR(ERR_CONFLICT, 0,
                   "they have a key or PUK that is not the master key's; nothing was changed");
    }
    values->admin.key = next->admin.key;
    values->admin.diversified = true;
    values->puk = next->puk;
    return ERR_OK;
}

/* What is written for a token without them has them from a master key. */
static struct err check_master(const struct token_options *options,
                               const struct token_values *values)
{
    bool derived = values->token[0] != '\0' && (values->puk.len == 0 || values->admin.key.len == 0);
    return derived && options->master_key == NULL
               ? ERR(ERR_CONFLICT, 0, "they need the master key that they were made with")
               : ERR_OK;
}

static struct err check_digits(const struct token_values *values)
{
    return token_pin_possible(secret_reveal(&values->pin)) &&
                   token_puk_possible(secret_reveal(&values->puk))
               ? ERR_OK
               : ERR(ERR_MALFORMED, 0, "a PIN has 6 to 8 digits and a PUK 8");
}

/* Fill in what is missing; with a master key, key and PUK are its. */
static struct err complete(const struct token_room *room, struct token_values *values)
{
    const struct token_options *options = room->options;
    char id[TOKEN_ID_SIZE];
    struct err e = values->has_guid ? ERR_OK : make_guid(values->guid);
    values->has_guid = true;
    next_id(&room->identity, values, id);
    bind(&room->identity, id, values);
    if (!failed(e) && options->master_key != NULL)
        e = derive(options, id, values);
    if (!failed(e) && values->pin.len == 0) {
        e = options->pin_file != NULL ? token_secret_file(options->pin_file, &values->pin)
                                      : token_digits_random(8, &values->pin);
    }
    if (!failed(e) && values->puk.len == 0)
        e = token_digits_random(TOKEN_PUK_DIGITS, &values->puk);
    if (!failed(e) && values->admin.key.len == 0)
        e = token_key_random(values->cipher, &values->admin.key);
    values->admin.aes = values->cipher != TOKEN_CIPHER_3DES;
    return e;
}

/* Values that are there count; otherwise they are made for the cipher of the command line. */
static struct err values_after(const struct token_room *room, struct token_values *values)
{
    const struct token_options *options = room->options;
    struct err e = ERR_OK;
    values->cipher = options->cipher;
    if (access(options->values, F_OK) == 0)
        e = load(room, options->values, values);
    if (!failed(e))
        e = check_master(options, values);
    if (!failed(e))
        e = complete(room, values);
    if (!failed(e))
        e = check_digits(values);
    if (!failed(e))
        e = token_values_save(options->values, values, options->master_key != NULL);
    return e;
}

static enum token_exit say(const struct token_room *room)
{
    char text[TEXT_SIZE];
    const struct token_identity *identity = &room->identity;
    (void)text_print(text, sizeof(text), "%s: it has its own PIN, PUK, management key and GUID\n",
                     identity->id);
    return token_say_done(room->options, text, json_pack("{s:s}", "token", identity->id));
}

/* The call may spend a try of each, of what it has now or of its own: it does not tell which it is.
 */
static enum token_exit check_tries(const struct token_room *room)
{
    const struct token_identity *identity = &room->identity;
    enum token_exit status = token_room_tries(room->options, "the PIN", identity->pin_tries_left);
    return status == TOKEN_EXIT_DONE
               ? token_room_tries(room->options, "the PUK", identity->puk_tries_left)
               : status;
}

enum token_exit token_make_personal(const struct token_options *options)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    CLEANUP(token_values_free) struct token_values *was = token_values_create();
    CLEANUP(token_values_free) struct token_values *values = token_values_create();
    const struct token_scope scope = {.pin_tries = true, .puk_tries = true, .guid = true};
    if (options->values == NULL) {
        (void)fprintf(stderr,
                      "certkioskctl: --values FILE is needed: the new values stand there\n");
        return TOKEN_EXIT_USAGE;
    }
    enum token_exit status = token_room_open(options, &scope, &room);
    if (status == TOKEN_EXIT_DONE)
        status = check_tries(&room);
    if (status == TOKEN_EXIT_DONE)
        status = token_room_confirm(&room, "give new PIN, PUK and management key to");
    if (status != TOKEN_EXIT_DONE)
        return status;
    struct err e = was == NULL || values == NULL ? ERR(ERR_NO_ROOM, 0, "memory that is locked")
                                                 : values_before(&room, was);
    if (!failed(e))
        e = values_after(&room, values);
    if (failed(e))
        return token_say_failed(options, "the values", e);
    struct token_personal personal = {.pin_was = &was->pin,
                                      .pin = &values->pin,
                                      .puk_was = &was->puk,
                                      .puk = &values->puk,
                                      .admin_was = &was->admin,
                                      .admin = &values->admin};
    memcpy(personal.guid, values->guid, sizeof(personal.guid));
    e = token_personalise(room.token, room.identity.id, &personal);
    if (failed(e))
        return token_say_failed(options, "personalising", e);
    if (room.identity.id[0] == 'g') /* the GUID that it had */
        room.identity.id[0] = '\0';
    status = token_room_look(&room, &scope);
    return status == TOKEN_EXIT_DONE ? say(&room) : status;
}
