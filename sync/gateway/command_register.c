#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/account.h"
#include "sync/gateway/authority_demo.h"
#include "sync/gateway/command.h"
#include "sync/gateway/folder.h"
#include "sync/gateway/options.h"
#include "sync/gateway/platform.h"
#include "sync/gateway/publish.h"

struct registration {
    const char *dir, *profiles, *profile, *token, *slot, *public_key, *holder, *account, *key_no,
        *phone, *seals, *not_before, *not_after, *out;
    struct account row;
    struct issued issued;
};

static void authority_done(struct authority **authority)
{
    authority_demo_destroy(*authority);
}

static bool read_options(int argc, char **argv, struct registration *in)
{
    const struct option_row rows[] = {
        {"--dir", &in->dir, true},
        {"--profiles", &in->profiles, false},
        {"--profile", &in->profile, true},
        {"--token", &in->token, true},
        {"--slot", &in->slot, true},
        {"--public-key", &in->public_key, true},
        {"--holder", &in->holder, true},
        {"--account", &in->account, true},
        {"--key-no", &in->key_no, true},
        {"--phone", &in->phone, true},
        {"--seals", &in->seals, true},
        {"--not-before", &in->not_before, true},
        {"--not-after", &in->not_after, true},
        {"--out", &in->out, true},
    };
    int64_t seals = 0;

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)) ||
        !option_number("--seals", in->seals, 0, 2, &seals) ||
        !option_date("--not-before", in->not_before, &in->issued.not_before_s) ||
        !option_date("--not-after", in->not_after, &in->issued.not_after_s))
        return false;
    in->issued.not_after_s += CIVIL_DAY_S - 1;
    in->row.seals = (uint8_t)seals;
    if (failed(hex_parse(in->slot, &in->issued.slot, 1))) {
        (void)fprintf(stderr, "--slot %s: two hexadecimal digits\n", in->slot);
        return false;
    }
    return true;
}

static bool fill(struct registration *in)
{
    struct account *row = &in->row;

    row->status = FACT_CERTIFICATE_ACTIVE;
    bool fits = text_copy(row->token, sizeof(row->token), in->token) &&
                text_copy(row->profile, sizeof(row->profile), in->profile) &&
                text_copy(row->account, sizeof(row->account), in->account) &&
                text_copy(row->holder, sizeof(row->holder), in->holder) &&
                text_copy(row->key_no, sizeof(row->key_no), in->key_no) &&
                text_copy(row->phone, sizeof(row->phone), in->phone) &&
                text_copy(in->issued.token, sizeof(in->issued.token), in->token);
    if (!fits)
        (void)fprintf(stderr, "a text is too long\n");
    return fits;
}

static struct err issue_first(struct registration *in)
{
    CLEANUP(authority_done) struct authority *authority = NULL;
    struct profile profile = {0};
    uint8_t public_key[KEY_PUBLIC_MAX];
    struct issue_order order = {
        .profile = ISSUE_HOLDER,
        .subject = {.cn = in->holder, .o = in->holder, .country = true},
        .public_key = {public_key, 0},
        .term = {in->issued.not_before_s, in->issued.not_after_s},
    };
    struct issue_certificate made = {0};

    (void)text_copy(profile.name, sizeof(profile.name), in->profile);
    struct err e = authority_demo_create(in->dir, &profile, 1, &authority);
    if (!failed(e))
        e = key_read_public(in->public_key, public_key, &order.public_key.len);
    if (!failed(e))
        e = issue_leaf(authority_demo_ca(authority, in->profile), &order, &made);
    if (failed(e))
        return e;
    memcpy(in->issued.der, made.der, made.len);
    in->issued.der_len = made.len;
    struct hash hash = hash_of((struct bytes){made.der, made.len});
    memcpy(in->issued.fingerprint, hash.at, HASH_LEN);
    memcpy(in->row.certificate, hash.at, HASH_LEN);
    return ERR_OK;
}

static struct err enter(const struct registration *in)
{
    CLEANUP(store_done) struct store *store = NULL;
    CLEANUP(transaction_done) struct transaction work = {0};
    char path[FOLDER_PATH_SIZE];

    struct err e = folder_path(in->dir, FOLDER_DATABASE, "", path);
    if (!failed(e))
        e = store_open(path, false, &store);
    if (!failed(e))
        e = store_begin(store, &work);
    if (!failed(e))
        e = account_insert(store, &in->row);
    if (!failed(e))
        e = issued_insert(store, &in->issued);
    if (!failed(e))
        e = publish_account(store, &in->row);
    if (!failed(e))
        e = folder_write(in->out, in->issued.der, in->issued.der_len);
    return failed(e) ? e : transaction_commit(&work);
}

int command_register(int argc, char **argv)
{
    struct registration in = {0};

    if (!read_options(argc, argv, &in) || !fill(&in))
        return COMMAND_USAGE;
    struct err e = issue_first(&in);
    if (!failed(e))
        e = enter(&in);
    if (e.code == ERR_CONFLICT)
        (void)fprintf(stderr, "the token %s is known already\n", in.token);
    return failed(e) ? command_failed("register", e) : COMMAND_DONE;
}
