#include "kiosk/ctl/token_plan.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/config.h"
#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/certificate.h"

#define PLAN_MODE 0600
#define PLAN_SIZE 256

/* As it stands in the file. */
struct file {
    char token[TOKEN_ID_SIZE];
    int64_t way, key, main, staging, keep;
};

static const struct config_row rows[] = {
    {"new-key", "token", CONFIG_TEXT, 1, TOKEN_ID_SIZE, NULL, offsetof(struct file, token), true},
    {"new-key", "way", CONFIG_CHOICE, 0, 0, "empty moves stays loses", offsetof(struct file, way),
     true},
    {"new-key", "key", CONFIG_CHOICE, 0, 0, "none other p256 p384 rsa2048 rsa3072",
     offsetof(struct file, key), true},
    {"new-key", "main", CONFIG_NUMBER, 0, UINT8_MAX, NULL, offsetof(struct file, main), true},
    {"new-key", "staging", CONFIG_NUMBER, 0, UINT8_MAX, NULL, offsetof(struct file, staging), true},
    {"new-key", "keep", CONFIG_NUMBER, 0, UINT8_MAX, NULL, offsetof(struct file, keep), true},
};

const char *token_plan_way(enum token_newkey_way way)
{
    static const char *const words[] = {[TOKEN_NEWKEY_EMPTY] = "empty",
                                        [TOKEN_NEWKEY_MOVES] = "moves",
                                        [TOKEN_NEWKEY_STAYS] = "stays",
                                        [TOKEN_NEWKEY_LOSES] = "loses"};
    return words[way];
}

struct err token_plan_save(const char *path, const struct token_plan *plan)
{
    const struct token_newkey *newkey = &plan->newkey;
    char text[PLAN_SIZE];
    if (!text_print(text, sizeof(text),
                    "[new-key]\ntoken = %s\nway = %s\nkey = %s\nmain = %u\nstaging = %u\n"
                    "keep = %u\n",
                    plan->token, token_plan_way(newkey->way), token_key_word(newkey->key),
                    newkey->main, newkey->staging, newkey->keep))
        return ERR(ERR_NO_ROOM, 0, "plan");
    return file_put(path, (struct bytes){(const uint8_t *)text, strlen(text)}, PLAN_MODE);
}

static bool is_slot(uint8_t slot)
{
    return token_slot_index(slot) != TOKEN_SLOT_COUNT;
}

enum token_exit token_plan_load(const struct token_options *options, const char *path,
                                struct token_plan *out_plan)
{
    struct file file = {.way = 0};
    char message[CONFIG_MESSAGE_MAX] = "";
    struct err e = config_read(path, rows, ARRAY_LEN(rows), &file, sizeof(file), message);
    if (failed(e) && !options->json)
        (void)fprintf(stderr, "certkioskctl: %s\n", message);
    struct token_plan plan = {.newkey = {.way = (enum token_newkey_way)file.way,
                                         .key = (enum token_key)file.key,
                                         .main = (uint8_t)file.main,
                                         .staging = (uint8_t)file.staging,
                                         .keep = (uint8_t)file.keep}};
    if (!failed(e) && (!is_slot(plan.newkey.main) || !is_slot(plan.newkey.staging) ||
                       (plan.newkey.keep != 0 && !is_slot(plan.newkey.keep))))
        e = ERR(ERR_MALFORMED, 0, "no such slot");
    if (failed(e))
        return token_say_failed(options, path, e);
    (void)text_copy(plan.token, sizeof(plan.token), file.token); /* same size */
    *out_plan = plan;
    return TOKEN_EXIT_DONE;
}

static uint32_t bit_of(uint8_t slot)
{
    return 1U << token_slot_index(slot);
}

struct token_scope token_plan_scope(const struct token_plan *plan)
{
    const struct token_newkey *newkey = &plan->newkey;
    return (struct token_scope){.slots = bit_of(newkey->main) | bit_of(newkey->staging) |
                                         (newkey->keep == 0 ? 0 : bit_of(newkey->keep)),
                                .keys = true,
                                .pin_tries = true};
}

/* Also one that cannot be shown. */
static bool has_certificate(const struct token_identity *identity, uint8_t slot)
{
    for (size_t i = 0; i < identity->certificate_count; i++) {
        if (identity->certificates[i].slot == slot)
            return true;
    }
    return (identity->hidden & bit_of(slot)) != 0;
}

static bool is_torn(const struct token_identity *identity, uint8_t slot)
{
    return (identity->torn & bit_of(slot)) != 0;
}

bool token_plan_goes_on(const struct token_plan *plan, const struct token_identity *identity)
{
    const struct token_newkey *newkey = &plan->newkey;
    if (has_certificate(identity, newkey->staging))
        return false;
    if (newkey->way != TOKEN_NEWKEY_LOSES && is_torn(identity, newkey->staging))
        return false; /* LOSES deletes what is there */
    return newkey->keep == 0 ||
           (!has_certificate(identity, newkey->keep) && !is_torn(identity, newkey->keep) &&
            identity->keys[token_slot_index(newkey->keep)] == TOKEN_KEY_NONE);
}

/* What cannot be read is newer than nothing. */
static bool is_newer(struct bytes der, struct bytes than)
{
    struct fact_certificate facts = {0};
    struct fact_certificate other = {0};
    if (failed(certificate_read(der, NULL, &facts)))
        return false;
    if (failed(certificate_read(than, NULL, &other)))
        return true;
    return facts.not_before_s != other.not_before_s ? facts.not_before_s > other.not_before_s
                                                    : facts.not_after_s > other.not_after_s;
}

bool token_plan_find(uint8_t main, const struct token_scope *scope,
                     const struct token_identity *identity, struct token_newkey *out_plan)
{
    return token_newkey_find(main, scope, identity, is_newer, out_plan);
}

bool token_plan_alike(const struct token_newkey *plan, const struct token_newkey *other)
{
    return plan->way == TOKEN_NEWKEY_MOVES && other->way == TOKEN_NEWKEY_MOVES &&
           plan->main == other->main &&
           (plan->staging == other->staging || (plan->keep != 0 && plan->keep == other->keep));
}
