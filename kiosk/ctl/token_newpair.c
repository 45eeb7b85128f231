#include "kiosk/ctl/token_newpair.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "hw/token/token_newkey.h"
#include "kiosk/base/config.h"
#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "kiosk/ctl/token_secret.h"
#include "kiosk/ctl/token_test.h"

#define PLAN_MODE 0600
#define PLAN_SIZE 256
#define TEXT_SIZE 200

/* As it stands in the file. */
struct plan {
    char token[TOKEN_ID_SIZE];
    int64_t way, key, main, staging, keep;
};

static const struct config_row plan_rows[] = {
    {"new-key", "token", CONFIG_TEXT, 1, TOKEN_ID_SIZE, NULL, offsetof(struct plan, token), true},
    {"new-key", "way", CONFIG_CHOICE, 0, 0, "empty moves stays loses", offsetof(struct plan, way),
     true},
    {"new-key", "key", CONFIG_CHOICE, 0, 0, "none other p256 p384 rsa2048 rsa3072",
     offsetof(struct plan, key), true},
    {"new-key", "main", CONFIG_NUMBER, 0, UINT8_MAX, NULL, offsetof(struct plan, main), true},
    {"new-key", "staging", CONFIG_NUMBER, 0, UINT8_MAX, NULL, offsetof(struct plan, staging), true},
    {"new-key", "keep", CONFIG_NUMBER, 0, UINT8_MAX, NULL, offsetof(struct plan, keep), true},
};

static const char *way_word(enum token_newkey_way way)
{
    static const char *const words[] = {[TOKEN_NEWKEY_EMPTY] = "empty",
                                        [TOKEN_NEWKEY_MOVES] = "moves",
                                        [TOKEN_NEWKEY_STAYS] = "stays",
                                        [TOKEN_NEWKEY_LOSES] = "loses"};
    return words[way];
}

static struct err save_plan(const char *out, const char *id, const struct token_newkey *plan)
{
    char path[PATH_MAX];
    char text[PLAN_SIZE];
    if (!text_print(path, sizeof(path), "%s.plan", out) ||
        !text_print(text, sizeof(text),
                    "[new-key]\ntoken = %s\nway = %s\nkey = %s\nmain = %u\nstaging = %u\n"
                    "keep = %u\n",
                    id, way_word(plan->way), token_key_word(plan->key), plan->main, plan->staging,
                    plan->keep))
        return ERR(ERR_NO_ROOM, 0, "plan");
    return file_put(path, (struct bytes){(const uint8_t *)text, strlen(text)}, PLAN_MODE);
}

static enum token_exit load_plan(const struct token_options *options, struct plan *plan)
{
    char message[CONFIG_MESSAGE_MAX] = "";
    struct err e =
        config_read(options->plan, plan_rows, ARRAY_LEN(plan_rows), plan, sizeof(*plan), message);
    if (failed(e) && !options->json)
        (void)fprintf(stderr, "certkioskctl: %s\n", message);
    return failed(e) ? token_say_failed(options, options->plan, e) : TOKEN_EXIT_DONE;
}

/* Whether the old key may be lost. */
static bool may_lose(const struct token_options *options)
{
    return options->lose_old_key || options->in_place;
}

/* The plan for a token that was looked at, with all of its retired slots. */
static enum token_exit make_plan(struct token_room *room, const struct token_target *target,
                                 struct token_newkey *out_plan)
{
    const struct token_options *options = room->options;
    struct token_scope scope = token_newkey_scope(target->slot, true);
    struct token_newkey_wish wish = {.main = target->slot, .key = options->new_key};
    scope.pin_tries = true;
    enum token_exit status = token_room_look(room, &scope);
    if (status != TOKEN_EXIT_DONE)
        return status;
    struct err e = token_newkey_probe(room->token, target, &scope, &room->identity, &wish.moves);
    if (failed(e))
        return token_say_failed(options, "asking whether keys move", e);
    *out_plan = token_newkey_plan(&wish, &scope, &room->identity);
    if (options->in_place)
        *out_plan = (struct token_newkey){.way = TOKEN_NEWKEY_LOSES,
                                          .key = options->new_key,
                                          .main = target->slot,
                                          .staging = target->slot};
    if (out_plan->way == TOKEN_NEWKEY_LOSES && !may_lose(options)) {
        return token_say_failed(options, "a new key",
                                ERR(ERR_DENIED, 0,
                                    "there is no room for the old one, which would be destroyed;"
                                    " --lose-old-key agrees"));
    }
    e = save_plan(options->out, room->identity.id, out_plan);
    return failed(e) ? token_say_failed(options, "the plan", e) : TOKEN_EXIT_DONE;
}

/* The name is the one given, or that of the certificate which is there; looked at before the key is
 * made. */
static struct err make_request(struct token_room *room, const struct token_target *target,
                               const struct token_newkey *plan, struct request *request)
{
    uint8_t spki[TOKEN_PUBLIC_KEY_MAX] = {0};
    size_t len = 0;
    const struct token_certificate *old = token_room_certificate(room, plan->main);
    const char *name = room->options->name;
    if (old == NULL && name == NULL) {
        return ERR(ERR_NOT_FOUND, plan->main,
                   "no certificate to take the name from; --name gives one");
    }
    struct err e =
        token_newkey_begin(room->token, target, plan, may_lose(room->options), spki, &len);
    if (failed(e))
        return e;
    return name != NULL ? request_begin_named(name, (struct bytes){spki, len}, request)
                        : request_begin_like((struct bytes){old->der, old->der_len},
                                             (struct bytes){spki, len}, request);
}

enum token_exit token_newpair_begin(const struct token_options *options, uint8_t slot)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    CLEANUP(token_secret_admin_wipe) struct token_admin admin = {.aes = false};
    static struct request request;
    struct token_newkey plan = {.main = slot};
    const struct token_scope scope = {.pin_tries = true};
    if (options->out == NULL) {
        (void)fprintf(stderr,
                      "certkioskctl: --new-key needs --out FILE, beside which its plan is\n");
        return TOKEN_EXIT_USAGE;
    }
    enum token_exit status = token_room_open(options, &scope, &room);
    if (status == TOKEN_EXIT_DONE)
        status = token_room_confirm(&room, "make a new key on");
    if (status != TOKEN_EXIT_DONE)
        return status;
    char id[TOKEN_ID_SIZE];
    (void)text_copy(id, sizeof(id), room.identity.id); /* same size */
    const struct token_target target = {.id = id, .slot = slot, .admin = &admin};
    struct err e = token_secret_admin(options, id, &admin);
    if (failed(e))
        return token_say_failed(options, "the management key", e);
    status = make_plan(&room, &target, &plan);
    if (status != TOKEN_EXIT_DONE)
        return status;
    e = make_request(&room, &target, &plan, &request);
    if (failed(e))
        return token_say_failed(options, "a new key", e);
    return token_request_sign(&room, plan.staging, &request);
}

static struct token_newkey newkey_of(const struct plan *plan)
{
    return (struct token_newkey){.way = (enum token_newkey_way)plan->way,
                                 .key = (enum token_key)plan->key,
                                 .main = (uint8_t)plan->main,
                                 .staging = (uint8_t)plan->staging,
                                 .keep = (uint8_t)plan->keep};
}

/* Place, test where it is now, then settle. */
static enum token_exit settle(struct token_room *room, const struct token_target *target,
                              const struct token_newkey *plan, struct bytes der)
{
    bool decrypts = false;
    struct token_scope scope = token_newkey_scope(plan->main, true);
    struct err e = token_newkey_place(room->token, target, plan, der);
    if (failed(e))
        return token_say_failed(room->options, "placing the certificate", e);
    scope.pin_tries = true;
    enum token_exit status = token_room_look(room, &scope);
    if (status == TOKEN_EXIT_DONE)
        status = token_test_pair(room, token_newkey_slot(plan, &room->identity), der, &decrypts);
    if (status != TOKEN_EXIT_DONE)
        return status;
    e = token_newkey_settle(room->token, target, plan, der);
    return failed(e) ? token_say_failed(room->options, "settling the new pair", e)
                     : TOKEN_EXIT_DONE;
}

enum token_exit token_newpair_settle(const struct token_options *options, uint8_t slot,
                                     struct bytes der)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    CLEANUP(token_secret_admin_wipe) struct token_admin admin = {.aes = false};
    struct plan saved = {.way = 0};
    char text[TEXT_SIZE];
    const struct token_scope scope = {.pin_tries = true};
    enum token_exit status = load_plan(options, &saved);
    if (status == TOKEN_EXIT_DONE)
        status = token_room_open(options, &scope, &room);
    if (status != TOKEN_EXIT_DONE)
        return status;
    struct token_newkey plan = newkey_of(&saved);
    if (token_slot_index(plan.main) == TOKEN_SLOT_COUNT ||
        token_slot_index(plan.staging) == TOKEN_SLOT_COUNT ||
        (plan.keep != 0 && token_slot_index(plan.keep) == TOKEN_SLOT_COUNT))
        return token_say_failed(options, options->plan, ERR(ERR_MALFORMED, 0, "no such slot"));
    if (!text_same(saved.token, room.identity.id) || plan.main != slot) {
        return token_say_failed(options, options->plan,
                                ERR(ERR_CONFLICT, 0, "the plan is for another token or slot"));
    }
    struct err e = token_secret_admin(options, saved.token, &admin);
    if (failed(e))
        return token_say_failed(options, "the management key", e);
    const struct token_target target = {.id = saved.token, .slot = slot, .admin = &admin};
    status = settle(&room, &target, &plan, der);
    if (status != TOKEN_EXIT_DONE)
        return status;
    (void)text_print(text, sizeof(text), "%s: the new pair works; way %s, slot %02x%s\n",
                     saved.token, way_word(plan.way),
                     (unsigned)(plan.way == TOKEN_NEWKEY_STAYS ? plan.staging : plan.main),
                     plan.way == TOKEN_NEWKEY_MOVES ? ", the old one is kept" : "");
    return token_say_done(options, text,
                          json_pack("{s:s, s:s, s:i, s:i}", "token", saved.token, "way",
                                    way_word(plan.way), "main", plan.main, "keep", plan.keep));
}
