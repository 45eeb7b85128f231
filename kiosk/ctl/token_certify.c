/* Certificates onto a token and off it, and requests for them. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "kiosk/ctl/token_backup.h"
#include "kiosk/ctl/token_command.h"
#include "kiosk/ctl/token_newpair.h"
#include "kiosk/ctl/token_room.h"
#include "kiosk/ctl/token_secret.h"
#include "kiosk/pki/request.h"

#define TEXT_SIZE 160
#define FILE_MODE 0644

struct der {
    size_t len;
    uint8_t at[TOKEN_CERTIFICATE_MAX];
};

/* Writing a certificate of another key over the old one would leave neither usable. */
static enum token_exit check_key(const struct token_room *room, uint8_t slot, const struct der *der)
{
    const struct token_certificate *old = token_room_certificate(room, slot);
    struct der keys[2];
    if (old == NULL || room->options->other_key)
        return TOKEN_EXIT_DONE;
    struct err e = certificate_public((struct bytes){der->at, der->len}, keys[0].at,
                                      sizeof(keys[0].at), &keys[0].len);
    if (!failed(e)) {
        e = certificate_public((struct bytes){old->der, old->der_len}, keys[1].at,
                               sizeof(keys[1].at), &keys[1].len);
    }
    if (!failed(e) &&
        (keys[0].len != keys[1].len || memcmp(keys[0].at, keys[1].at, keys[0].len) != 0))
        e = ERR(ERR_CONFLICT, 0, "it is for another key than the old one; --other-key writes it");
    return failed(e) ? token_say_failed(room->options, "the certificate", e) : TOKEN_EXIT_DONE;
}

static enum token_exit write_one(const struct token_options *options, uint8_t slot,
                                 const struct der *der)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    CLEANUP(token_secret_admin_free) struct token_admin *admin = token_secret_admin_create();
    struct token_backup backup = {.path = ""};
    char text[TEXT_SIZE];
    const struct token_scope scope = {.slots = 1U << token_slot_index(slot)};
    enum token_exit status = token_room_open(options, &scope, &room);
    if (status == TOKEN_EXIT_DONE)
        status = token_room_meant(&room, "write the certificate to");
    if (status == TOKEN_EXIT_DONE)
        status = check_key(&room, slot, der);
    if (status != TOKEN_EXIT_DONE)
        return status;
    struct err e = token_secret_admin(options, room.identity.id, admin);
    const struct token_target target = {.id = room.identity.id, .slot = slot, .admin = admin};
    if (failed(e))
        return token_say_failed(options, "the management key", e);
    status = token_backup_slot(&room, slot, (struct bytes){der->at, der->len}, &backup);
    if (status != TOKEN_EXIT_DONE)
        return status;
    e = token_write(room.token, &target, (struct bytes){der->at, der->len});
    if (failed(e))
        return token_say_failed(options, "writing", e);
    (void)text_print(text, sizeof(text), "%s: slot %s has the certificate, read back\n",
                     room.identity.id, options->words[1]);
    json_t *object = json_pack("{s:s, s:s, s:I}", "token", room.identity.id, "slot",
                               options->words[1], "bytes", (json_int_t)der->len);
    return token_say_done(options, text, token_backup_note(object, &backup));
}

enum token_exit token_put(const struct token_options *options)
{
    static struct der der;
    uint8_t slot = 0;
    enum token_exit status = token_room_slot(options, &slot);
    if (status != TOKEN_EXIT_DONE)
        return status;
    struct err e = certificate_open(options->words[2], der.at, sizeof(der.at), &der.len);
    if (failed(e))
        return token_say_failed(options, options->words[2], e);
    if (options->plan != NULL)
        return token_newpair_settle(options, slot, (struct bytes){der.at, der.len});
    return write_one(options, slot, &der);
}

enum token_exit token_remove(const struct token_options *options)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    CLEANUP(token_secret_admin_free) struct token_admin *admin = token_secret_admin_create();
    struct token_backup backup = {.path = ""};
    char text[TEXT_SIZE];
    uint8_t slot = 0;
    enum token_exit status = token_room_open_slot(options, false, &room, &slot);
    if (status == TOKEN_EXIT_DONE)
        status = token_room_confirm(&room, "delete the certificate of");
    if (status != TOKEN_EXIT_DONE)
        return status;
    struct err e = token_secret_admin(options, room.identity.id, admin);
    const struct token_target target = {.id = room.identity.id, .slot = slot, .admin = admin};
    if (failed(e))
        return token_say_failed(options, "the management key", e);
    status = token_backup_slot(&room, slot, (struct bytes){NULL, 0}, &backup);
    if (status != TOKEN_EXIT_DONE)
        return status;
    e = token_delete(room.token, &target);
    if (failed(e))
        return token_say_failed(options, "deleting", e);
    (void)text_print(text, sizeof(text), "%s: slot %s has no certificate; its key is still there\n",
                     room.identity.id, options->words[1]);
    json_t *object = json_pack("{s:s, s:s}", "token", room.identity.id, "slot", options->words[1]);
    return token_say_done(options, text, token_backup_note(object, &backup));
}

/* Without --out the text is the answer itself; `key` is what it is called in JSON. */
static enum token_exit say_text(const struct token_room *room, uint8_t slot, const char *key,
                                const char *pem)
{
    const struct token_options *options = room->options;
    char text[TEXT_SIZE];
    json_t *object = json_pack("{s:s, s:i}", "token", room->identity.id, "slot", slot);
    if (options->out == NULL) {
        if (object != NULL)
            (void)json_object_set_new(object, key, json_string(pem));
        return token_say_done(options, pem, object);
    }
    struct err e =
        file_put(options->out, (struct bytes){(const uint8_t *)pem, strlen(pem)}, FILE_MODE);
    if (failed(e)) {
        json_decref(object);
        return token_say_failed(options, options->out, e);
    }
    (void)text_print(text, sizeof(text), "%s: the %s of slot %02x is written to a file\n",
                     room->identity.id, key, slot);
    return token_say_done(options, text, object);
}

enum token_exit token_get(const struct token_options *options)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    char pem[CERTIFICATE_PEM_SIZE];
    uint8_t slot = 0;
    enum token_exit status = token_room_open_slot(options, false, &room, &slot);
    if (status != TOKEN_EXIT_DONE)
        return status;
    const struct token_certificate *certificate = token_room_certificate(&room, slot);
    if (certificate == NULL)
        return token_say_failed(options, "the slot", ERR(ERR_NOT_FOUND, slot, "no certificate"));
    struct err e = certificate_print((struct bytes){certificate->der, certificate->der_len}, pem);
    if (failed(e))
        return token_say_failed(options, "the certificate", e);
    return say_text(&room, slot, "certificate", pem);
}

enum token_exit token_request_sign(struct token_room *room, uint8_t slot,
                                   const struct request *request)
{
    uint8_t signature[TOKEN_SIGNATURE_MAX];
    uint8_t der[REQUEST_MAX];
    char pem[REQUEST_PEM_MAX];
    size_t signature_len = 0;
    size_t len = 0;
    enum token_exit status = token_room_pin(room);
    if (status != TOKEN_EXIT_DONE)
        return status;
    struct err e = token_sign(room->token, slot, token_key_of(request->key),
                              (struct bytes){request->to_sign, request->to_sign_len}, signature,
                              &signature_len);
    if (failed(e))
        return token_say_failed(room->options, "signing the request", e);
    e = request_finish(request, (struct bytes){signature, signature_len}, der, &len);
    if (e.code == ERR_DENIED)
        e.code = ERR_CONFLICT; /* the key in the slot is not the one that was asked for */
    if (!failed(e))
        e = request_print((struct bytes){der, len}, pem);
    if (failed(e))
        return token_say_failed(room->options, "the request", e);
    return say_text(room, slot, "request", pem);
}

enum token_exit token_request_new(const struct token_options *options)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    static struct request request;
    struct der spki;
    uint8_t slot = 0;
    enum token_exit status = token_room_slot(options, &slot);
    if (status == TOKEN_EXIT_DONE && options->new_key != TOKEN_KEY_NONE)
        return token_newpair_begin(options, slot);
    if (status != TOKEN_EXIT_DONE)
        return status;
    const struct token_scope scope = {.slots = 1U << token_slot_index(slot), .pin_tries = true};
    status = token_room_open(options, &scope, &room);
    if (status != TOKEN_EXIT_DONE)
        return status;
    const struct token_certificate *old = token_room_certificate(&room, slot);
    if (old == NULL) {
        return token_say_failed(
            options, "the slot",
            ERR(ERR_NOT_FOUND, slot, "no certificate to take name and key from; see --new-key"));
    }
    struct bytes der = {old->der, old->der_len};
    struct err e = certificate_public(der, spki.at, sizeof(spki.at), &spki.len);
    if (!failed(e))
        e = request_begin_like(der, (struct bytes){spki.at, spki.len}, &request);
    if (failed(e))
        return token_say_failed(options, "the request", e);
    return token_request_sign(&room, slot, &request);
}
