/* What is there: readers, and all that a token tells without a PIN. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hw/token/card_readers.h"
#include "hw/token/token_newkey.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/ctl/token_command.h"
#include "kiosk/ctl/token_room.h"

#define DAY_SIZE 16
#define SLOT_SIZE 3

static void free_text(char **at)
{
    free(*at);
}

static const char *presence_word(enum token_presence presence)
{
    static const char *const words[] = {
        [TOKEN_READER_GONE] = "gone", [TOKEN_ABSENT] = "empty", [TOKEN_PRESENT] = "token"};
    return words[presence];
}

enum token_exit token_list(const struct token_options *options)
{
    struct card_reader readers[CARD_READERS_MAX];
    CLEANUP(free_text) char *text = NULL;
    size_t len = 0;
    size_t count = 0;
    struct err e = card_readers_list(readers, &count);
    if (failed(e)) {
        e = ERR(ERR_GONE, e.native, "the PC/SC service does not answer: is pcscd running?");
        return token_say_failed(options, "the readers", e);
    }
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return token_say_failed(options, "the readers", ERR(ERR_NO_ROOM, 0, "open_memstream"));
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const char *word = presence_word(readers[i].presence);
        (void)fprintf(out, "%-6s %s\n", word, readers[i].name);
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s}", "name", readers[i].name, "holds", word));
    }
    if (count == 0)
        (void)fprintf(out, "no reader\n");
    (void)fclose(out);
    return token_say_done(options, text, json_pack("{s:o}", "readers", list));
}

static const char *day(int64_t at_s, char out[DAY_SIZE])
{
    time_t at = (time_t)at_s;
    struct tm tm;
    if (gmtime_r(&at, &tm) == NULL || strftime(out, DAY_SIZE, "%F", &tm) == 0)
        (void)text_copy(out, DAY_SIZE, "?");
    return out;
}

static const char *slot_text(size_t index, char out[SLOT_SIZE])
{
    uint8_t slot = token_slot_at(index);
    hex_print(out, (struct bytes){&slot, 1});
    return out;
}

static json_t *tries_json(uint8_t tries)
{
    return tries == TOKEN_TRIES_UNKNOWN ? json_null() : json_integer(tries);
}

static void say_tries(FILE *out, const char *what, uint8_t tries)
{
    if (tries == TOKEN_TRIES_UNKNOWN) {
        (void)fprintf(out, "%-14s not told\n", what);
    } else {
        (void)fprintf(out, "%-14s %u\n", what, tries);
    }
}

static json_t *show_certificate(FILE *out, const struct token_room *room,
                                const struct token_certificate *certificate)
{
    struct bytes der = {certificate->der, certificate->der_len};
    struct fact_certificate facts = {.slot = certificate->slot};
    enum certificate_key key = CERTIFICATE_KEY_OTHER;
    char slot[SLOT_SIZE];
    char from[DAY_SIZE];
    char to[DAY_SIZE];
    (void)slot_text(token_slot_index(certificate->slot), slot);
    struct err e = certificate_read(der, room->trust, &facts);
    if (!failed(e))
        e = certificate_key(der, &key);
    if (failed(e)) {
        (void)fprintf(out, "slot %s        a certificate that cannot be read (%s)\n", slot,
                      err_name(e.code));
        return json_pack("{s:s, s:s}", "slot", slot, "error", err_name(e.code));
    }
    const char *chain = facts.chain_ok ? "chains" : "DOES NOT CHAIN";
    const char *word = token_key_word(token_key_of(key));
    (void)fprintf(out, "slot %s        %s, %s, from %s until %s, issued by %s, serial %s%s%s\n",
                  slot, facts.holder, word, day(facts.not_before_s, from),
                  day(facts.not_after_s, to), facts.issuer, facts.serial,
                  room->trust == NULL ? "" : ", ", room->trust == NULL ? "" : chain);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o}", "slot", slot, "holder",
                     facts.holder, "issuer", facts.issuer, "serial", facts.serial, "key", word,
                     "not_before_s", (json_int_t)facts.not_before_s, "not_after_s",
                     (json_int_t)facts.not_after_s, "chains",
                     room->trust == NULL ? json_null() : json_boolean(facts.chain_ok));
}

static json_t *show_certificates(FILE *out, const struct token_room *room)
{
    json_t *list = json_array();
    for (size_t i = 0; i < room->identity.certificate_count; i++) {
        (void)json_array_append_new(list,
                                    show_certificate(out, room, &room->identity.certificates[i]));
    }
    return list;
}

/* `advice` says what is there and what to do. */
static json_t *show_slots(FILE *out, uint32_t slots, const char *advice)
{
    json_t *list = json_array();
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++) {
        char slot[SLOT_SIZE];
        if ((slots >> i & 1U) == 0)
            continue;
        (void)fprintf(out, "slot %s        %s\n", slot_text(i, slot), advice);
        (void)json_array_append_new(list, json_string(slot));
    }
    return list;
}

static json_t *show_keys(FILE *out, const struct token_identity *identity)
{
    if (!identity->keys_known) {
        (void)fprintf(out, "keys           not told by this token\n");
        return json_null();
    }
    json_t *keys = json_object();
    (void)fprintf(out, "keys          ");
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++) {
        char slot[SLOT_SIZE];
        if (identity->keys[i] == TOKEN_KEY_NONE)
            continue;
        const char *word = token_key_word((enum token_key)identity->keys[i]);
        (void)fprintf(out, " %s %s", slot_text(i, slot), word);
        (void)json_object_set_new(keys, slot, json_string(word));
    }
    (void)fprintf(out, "\n");
    return keys;
}

/* What becomes of the old key of `slot` when a new one is made; without asking the token whether it
 * moves keys, which needs the management key. */
static const char *old_key_word(const struct token_room *room, const struct token_scope *scope,
                                uint8_t slot)
{
    struct token_newkey_wish wish = {.main = slot, .key = TOKEN_KEY_P256, .moves = true};
    enum token_newkey_way moving = token_newkey_plan(&wish, scope, &room->identity).way;
    wish.moves = false;
    switch (token_newkey_plan(&wish, scope, &room->identity).way) {
    case TOKEN_NEWKEY_EMPTY:
        return "none";
    case TOKEN_NEWKEY_MOVES:
    case TOKEN_NEWKEY_STAYS:
        return "kept";
    case TOKEN_NEWKEY_LOSES:
        break;
    }
    return moving == TOKEN_NEWKEY_LOSES ? "lost" : "kept_if_it_moves_keys";
}

static json_t *show_plan(FILE *out, const struct token_room *room, const struct token_scope *scope)
{
    json_t *plans = json_object();
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++) {
        char slot[SLOT_SIZE];
        uint8_t at = token_slot_at(i);
        if ((TOKEN_SLOTS_ACTIVE >> i & 1U) == 0 || token_room_certificate(room, at) == NULL)
            continue;
        const char *word = old_key_word(room, scope, at);
        (void)fprintf(out, "a new key      in %s: the old one is %s\n", slot_text(i, slot), word);
        (void)json_object_set_new(plans, slot, json_string(word));
    }
    return plans;
}

static json_t *show_all(FILE *out, const struct token_room *room, const struct token_scope *scope)
{
    const struct token_identity *identity = &room->identity;
    char guid[HEX_SIZE(TOKEN_GUID_LEN)] = "";
    if (identity->has_guid)
        hex_print(guid, (struct bytes){identity->guid, TOKEN_GUID_LEN});
    (void)fprintf(out, "token          %s\n", identity->id);
    (void)fprintf(out, "GUID           %s\n", identity->has_guid ? guid : "none");
    say_tries(out, "PIN tries", identity->pin_tries_left);
    say_tries(out, "PUK tries", identity->puk_tries_left);
    (void)fprintf(out, "commands       %s\n", identity->extended ? "of extended length" : "short");
    json_t *object =
        json_pack("{s:s, s:o, s:o, s:o, s:b}", "token", identity->id, "guid",
                  identity->has_guid ? json_string(guid) : json_null(), "pin_tries",
                  tries_json(identity->pin_tries_left), "puk_tries",
                  tries_json(identity->puk_tries_left), "extended", identity->extended);
    if (object == NULL)
        return NULL;
    (void)json_object_set_new(object, "certificates", show_certificates(out, room));
    (void)json_object_set_new(
        object, "torn",
        show_slots(out, identity->torn, "TORN: write its certificate again, or delete it"));
    (void)json_object_set_new(
        object, "hidden",
        show_slots(out, identity->hidden,
                   "a certificate that cannot be shown (compressed or long)"));
    (void)json_object_set_new(object, "keys", show_keys(out, identity));
    (void)json_object_set_new(object, "old_key", show_plan(out, room, scope));
    return object;
}

enum token_exit token_show(const struct token_options *options)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    CLEANUP(free_text) char *text = NULL;
    size_t len = 0;
    const struct token_scope scope = {.slots = TOKEN_SLOTS_ACTIVE | TOKEN_SLOTS_RETIRED,
                                      .pin_tries = true,
                                      .puk_tries = true,
                                      .guid = true,
                                      .keys = true};
    enum token_exit status = token_room_open(options, &scope, &room);
    if (status != TOKEN_EXIT_DONE)
        return status;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return token_say_failed(options, "the token", ERR(ERR_NO_ROOM, 0, "open_memstream"));
    json_t *object = show_all(out, &room, &scope);
    (void)fclose(out);
    return token_say_done(options, text, object);
}
