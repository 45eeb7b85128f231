/* The second step of a new key pair: its certificate, a test, and both pairs to their places. */
#include <stdio.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ctl/token_backup.h"
#include "kiosk/ctl/token_newpair.h"
#include "kiosk/ctl/token_plan.h"
#include "kiosk/ctl/token_secret.h"
#include "kiosk/ctl/token_test.h"

#define TEXT_SIZE 200

/* What the certificate is written over. The old one that goes to `keep` is known by then. */
static enum token_exit keep_what_is_there(const struct token_room *room,
                                          const struct token_newkey *plan, struct bytes der,
                                          struct token_backup *out_backup)
{
    const struct token_certificate *old = token_room_certificate(room, plan->main);
    struct bytes kept =
        old == NULL ? (struct bytes){NULL, 0} : (struct bytes){old->der, old->der_len};
    bool settled = old != NULL && kept.len == der.len && memcmp(old->der, der.at, der.len) == 0;
    enum token_exit status = TOKEN_EXIT_DONE;
    if (plan->way != TOKEN_NEWKEY_STAYS)
        status = token_backup_slot(room, plan->main, der, out_backup);
    if (status == TOKEN_EXIT_DONE && plan->staging != plan->main)
        status = token_backup_slot(room, plan->staging, der, out_backup);
    if (status == TOKEN_EXIT_DONE && plan->keep != 0 && kept.len > 0 && !settled)
        status = token_backup_slot(room, plan->keep, kept, out_backup);
    return status;
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
    CLEANUP(token_secret_admin_free) struct token_admin *admin = token_secret_admin_create();
    struct token_plan saved = {.newkey.main = 0};
    struct token_backup backup = {.path = ""};
    char text[TEXT_SIZE];
    enum token_exit status = token_plan_load(options, options->plan, &saved);
    if (status != TOKEN_EXIT_DONE)
        return status;
    const struct token_newkey plan = saved.newkey;
    const struct token_scope scope = token_plan_scope(&saved);
    status = token_room_open(options, &scope, &room);
    if (status != TOKEN_EXIT_DONE)
        return status;
    if (!text_same(saved.token, room.identity.id) || plan.main != slot) {
        return token_say_failed(options, options->plan,
                                ERR(ERR_CONFLICT, 0, "the plan is for another token or slot"));
    }
    status = token_room_meant(&room, "write the certificate to");
    if (status != TOKEN_EXIT_DONE)
        return status;
    struct err e = token_secret_admin(options, saved.token, admin);
    if (failed(e))
        return token_say_failed(options, "the management key", e);
    const struct token_target target = {.id = saved.token, .slot = slot, .admin = admin};
    status = keep_what_is_there(&room, &plan, der, &backup);
    if (status == TOKEN_EXIT_DONE)
        status = settle(&room, &target, &plan, der);
    if (status != TOKEN_EXIT_DONE)
        return status;
    (void)text_print(text, sizeof(text), "%s: the new pair works; way %s, slot %02x%s\n",
                     saved.token, token_plan_way(plan.way),
                     (unsigned)(plan.way == TOKEN_NEWKEY_STAYS ? plan.staging : plan.main),
                     plan.way == TOKEN_NEWKEY_MOVES ? ", the old one is kept" : "");
    json_t *object = json_pack("{s:s, s:s, s:i, s:i}", "token", saved.token, "way",
                               token_plan_way(plan.way), "main", plan.main, "keep", plan.keep);
    return token_say_done(options, text, token_backup_note(object, &backup));
}
