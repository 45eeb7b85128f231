#include "kiosk/ctl/token_newpair.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "kiosk/ctl/token_backup.h"
#include "kiosk/ctl/token_plan.h"
#include "kiosk/ctl/token_secret.h"

/* One that is being made. */
struct newpair {
    struct token_room *room;
    struct token_target target;
    struct token_plan plan;
    struct token_plan saved;  /* of an earlier time; main 0 without */
    bool goes_on;             /* with that one */
    char plan_path[PATH_MAX]; /* FILE.plan */
    char old_path[PATH_MAX];  /* FILE.old.pem */
    uint8_t old[TOKEN_CERTIFICATE_MAX];
    size_t old_len; /* 0: there is none to take the name from */
    struct request request;
};

/* Whether the old key may be lost. */
static bool may_lose(const struct token_options *options)
{
    return options->lose_old_key || options->in_place;
}

/* Another new key would be in the way of a pair that is on its way to its place. Which way that is
 * can be lost with FILE.plan, so it is told, and written, from what the token has. */
static enum token_exit leave_to_settle(const struct newpair *pair, const struct token_newkey *found)
{
    const struct token_options *options = pair->room->options;
    struct token_plan plan = {.newkey = *found};
    bool there = token_plan_alike(&pair->saved.newkey, found);
    (void)text_copy(plan.token, sizeof(plan.token), pair->target.id); /* same size */
    struct err e = there ? ERR_OK : token_plan_save(pair->plan_path, &plan);
    if (failed(e))
        return token_say_failed(options, pair->plan_path, e);
    (void)fprintf(stderr,
                  "certkioskctl: a new pair for slot %02x was left on its way there. Its plan is %s"
                  " %s,\nits certificate in slot %02x. See that it is the right one, and go on:\n"
                  "    certkioskctl token read %02x --out %s.new.pem\n"
                  "    certkioskctl token write %02x %s.new.pem --plan %s\n",
                  found->main, there ? "still in" : "made anew in", pair->plan_path, found->staging,
                  found->staging, options->out, found->main, options->out, pair->plan_path);
    return token_say_failed(
        options, "a new key",
        ERR(ERR_CONFLICT, 0, "the one before it has not come to its place; no other was made"));
}

/* The plan for a token that was looked at, with all of its retired slots. */
static enum token_exit make_plan(struct newpair *pair)
{
    struct token_room *room = pair->room;
    const struct token_options *options = room->options;
    uint8_t main = pair->target.slot;
    struct token_scope scope = token_newkey_scope(main, true);
    struct token_newkey_wish wish = {.main = main, .key = options->new_key};
    struct token_newkey found = {.main = 0};
    scope.pin_tries = true;
    enum token_exit status = token_room_look(room, &scope);
    if (status != TOKEN_EXIT_DONE)
        return status;
    if (!options->in_place && token_plan_find(main, &scope, &room->identity, &found))
        return leave_to_settle(pair, &found);
    struct err e =
        token_newkey_probe(room->token, &pair->target, &scope, &room->identity, &wish.moves);
    if (failed(e))
        return token_say_failed(options, "asking whether keys move", e);
    pair->plan.newkey = token_newkey_plan(&wish, &scope, &room->identity);
    if (options->in_place) {
        pair->plan.newkey = (struct token_newkey){
            .way = TOKEN_NEWKEY_LOSES, .key = options->new_key, .main = main, .staging = main};
    }
    (void)text_copy(pair->plan.token, sizeof(pair->plan.token), pair->target.id); /* same size */
    return TOKEN_EXIT_DONE;
}

/* The plan that is there: of this token and slot, or it stays as it is. */
static enum token_exit take_plan(struct newpair *pair)
{
    const struct token_options *options = pair->room->options;
    struct token_plan plan = {.newkey.main = 0};
    enum token_exit status = token_plan_load(options, pair->plan_path, &plan);
    if (status != TOKEN_EXIT_DONE)
        return status;
    if (!text_same(plan.token, pair->target.id) || plan.newkey.main != pair->target.slot) {
        return token_say_failed(
            options, pair->plan_path,
            ERR(ERR_CONFLICT, 0, "the plan is for another token or slot; give another --out"));
    }
    pair->saved = plan;
    if (options->in_place && plan.newkey.staging != plan.newkey.main)
        return TOKEN_EXIT_DONE;
    const struct token_scope scope = token_plan_scope(&plan);
    status = token_room_look(pair->room, &scope);
    if (status != TOKEN_EXIT_DONE || !token_plan_goes_on(&plan, &pair->room->identity))
        return status;
    if (access(options->out, F_OK) == 0) { /* it came to its end: the key may be certified */
        return token_say_failed(
            options, options->out,
            ERR(ERR_CONFLICT, 0,
                "it asks for the key that is there, which would be lost; give another --out"));
    }
    pair->plan = plan;
    pair->plan.newkey.key = options->new_key;
    pair->goes_on = true;
    return TOKEN_EXIT_DONE;
}

/* An interrupted one goes on where it was: no slot is used up by each attempt. */
static enum token_exit find_plan(struct newpair *pair)
{
    const struct token_options *options = pair->room->options;
    enum token_exit status = TOKEN_EXIT_DONE;
    if (access(pair->plan_path, F_OK) == 0)
        status = take_plan(pair);
    if (status == TOKEN_EXIT_DONE && !pair->goes_on)
        status = make_plan(pair);
    if (status == TOKEN_EXIT_DONE && pair->plan.newkey.way == TOKEN_NEWKEY_LOSES &&
        !may_lose(options)) {
        return token_say_failed(options, "a new key",
                                ERR(ERR_DENIED, 0,
                                    "there is no room for the old one, which would be destroyed;"
                                    " --lose-old-key agrees"));
    }
    return status;
}

static struct err build(struct newpair *pair, struct bytes spki)
{
    const char *name = pair->room->options->name;
    return name != NULL
               ? request_begin_named(name, spki, &pair->request)
               : request_begin_like((struct bytes){pair->old, pair->old_len}, spki, &pair->request);
}

/* The old certificate is on the token, or was kept before it was deleted from there. */
static struct err find_old(struct newpair *pair)
{
    const struct token_certificate *old =
        token_room_certificate(pair->room, pair->plan.newkey.main);
    if (old != NULL) {
        pair->old_len = old->der_len;
        memcpy(pair->old, old->der, old->der_len);
        return ERR_OK;
    }
    if (!pair->goes_on || access(pair->old_path, F_OK) != 0)
        return ERR_OK;
    return certificate_open(pair->old_path, pair->old, sizeof(pair->old), &pair->old_len);
}

/* The name is the one given, or that of the old certificate. Whatever refuses it does so before
 * anything is changed: it is tried with the base point of P-256, and room left for a longer key. */
static struct err try_name(struct newpair *pair)
{
    /* SubjectPublicKeyInfo (RFC 5480) */
    static const uint8_t point[] = {
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        0x04, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5,
        0x63, 0xA4, 0x40, 0xF2, 0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4,
        0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96, 0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A,
        0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE, 0x33,
        0x57, 0x6B, 0x31, 0x5E, 0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5};
    struct err e = find_old(pair);
    if (failed(e))
        return e;
    if (pair->old_len == 0 && pair->room->options->name == NULL) {
        return ERR(ERR_NOT_FOUND, pair->plan.newkey.main,
                   "no certificate to take the name from; --name gives one");
    }
    e = build(pair, (struct bytes){point, sizeof(point)});
    if (failed(e))
        return e;
    return pair->request.info_len + TOKEN_PUBLIC_KEY_MAX - sizeof(point) > REQUEST_INFO_MAX
               ? ERR(ERR_NO_ROOM, 0, "the name")
               : ERR_OK;
}

/* What is lost, and what is done with the token, on disk before the first change. */
static enum token_exit save(struct newpair *pair)
{
    const struct token_options *options = pair->room->options;
    const struct token_certificate *old =
        token_room_certificate(pair->room, pair->plan.newkey.main);
    if (old != NULL) {
        struct err e = token_backup_put(pair->old_path, (struct bytes){old->der, old->der_len});
        if (failed(e))
            return token_say_failed(options, pair->old_path, e);
        (void)fprintf(stderr, "certkioskctl: the certificate that slot %02x has is kept in %s\n",
                      pair->plan.newkey.main, pair->old_path);
    }
    struct err e = token_plan_save(pair->plan_path, &pair->plan);
    return failed(e) ? token_say_failed(options, pair->plan_path, e) : TOKEN_EXIT_DONE;
}

/* Nothing is changed before all that can be refused was looked at: right, name and PIN. */
static enum token_exit make(struct newpair *pair)
{
    struct token_room *room = pair->room;
    uint8_t spki[TOKEN_PUBLIC_KEY_MAX] = {0};
    size_t len = 0;
    enum token_exit status = find_plan(pair);
    if (status != TOKEN_EXIT_DONE)
        return status;
    struct err e = try_name(pair);
    if (failed(e))
        return token_say_failed(room->options, "the name", e);
    status = token_room_pin(room);
    if (status == TOKEN_EXIT_DONE)
        status = save(pair);
    if (status != TOKEN_EXIT_DONE)
        return status;
    e = token_newkey_begin(room->token, &pair->target, &pair->plan.newkey, may_lose(room->options),
                           spki, &len);
    if (!failed(e))
        e = build(pair, (struct bytes){spki, len});
    return failed(e) ? token_say_failed(room->options, "a new key", e)
                     : token_request_sign(room, pair->plan.newkey.staging, &pair->request);
}

enum token_exit token_newpair_begin(const struct token_options *options, uint8_t slot)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    CLEANUP(token_secret_admin_free) struct token_admin *admin = token_secret_admin_create();
    static struct newpair pair;
    const struct token_scope scope = {.pin_tries = true};
    if (options->out == NULL) {
        (void)fprintf(stderr,
                      "certkioskctl: --new-key needs --out FILE, beside which its plan is\n");
        return TOKEN_EXIT_USAGE;
    }
    memset(&pair, 0, sizeof(pair));
    if (!text_print(pair.plan_path, sizeof(pair.plan_path), "%s.plan", options->out) ||
        !text_print(pair.old_path, sizeof(pair.old_path), "%s.old.pem", options->out))
        return token_say_failed(options, options->out, ERR(ERR_NO_ROOM, 0, "its name"));
    enum token_exit status = token_room_open(options, &scope, &room);
    if (status == TOKEN_EXIT_DONE)
        status = token_room_confirm(&room, "make a new key on");
    if (status != TOKEN_EXIT_DONE)
        return status;
    char id[TOKEN_ID_SIZE];
    (void)text_copy(id, sizeof(id), room.identity.id); /* same size */
    struct err e = token_secret_admin(options, id, admin);
    if (failed(e))
        return token_say_failed(options, "the management key", e);
    pair.room = &room;
    pair.target = (struct token_target){.id = id, .slot = slot, .admin = admin};
    status = make(&pair);
    pair.target = (struct token_target){.id = NULL}; /* nothing static points at this frame */
    pair.room = NULL;
    return status;
}
