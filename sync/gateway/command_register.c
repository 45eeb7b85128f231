#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "kiosk/pki/certificate.h"
#include "sync/gateway/account.h"
#include "sync/gateway/authority_demo.h"
#include "sync/gateway/command.h"
#include "sync/gateway/folder.h"
#include "sync/gateway/options.h"
#include "sync/gateway/platform.h"
#include "sync/gateway/publish.h"

#define GUID_DIGITS 32 /* hexadecimal, of 16 bytes */

struct registration {
    const char *dir, *profiles, *profile, *token, *slot, *public_key, *holder, *account, *key_no,
        *phone, *seals, *not_before, *not_after, *out, *certificate;
    struct bytes known; /* of --certificate; empty without it */
    uint8_t known_at[DOCUMENT_CERTIFICATE_MAX];
    char known_holder[FACTS_NAME_SIZE];
    char known_issuer[FACTS_NAME_SIZE];
    struct account row;
    struct issued issued;
};

static void authority_done(struct authority **authority)
{
    authority_demo_destroy(*authority);
}

/* What a certificate makes needless may be missing. */
static bool read_texts(int argc, char **argv, struct registration *in)
{
    const struct option_row rows[] = {
        {"--dir", &in->dir, true},
        {"--profiles", &in->profiles, false},
        {"--profile", &in->profile, true},
        {"--token", &in->token, true},
        {"--slot", &in->slot, true},
        {"--public-key", &in->public_key, false},
        {"--certificate", &in->certificate, false},
        {"--holder", &in->holder, false},
        {"--account", &in->account, true},
        {"--key-no", &in->key_no, true},
        {"--phone", &in->phone, true},
        {"--seals", &in->seals, true},
        {"--not-before", &in->not_before, false},
        {"--not-after", &in->not_after, false},
        {"--out", &in->out, false},
    };
    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)))
        return false;
    if ((in->public_key == NULL) == (in->certificate == NULL)) {
        (void)fprintf(stderr, "one of --public-key and --certificate is needed, not both\n");
        return false;
    }
    if (in->certificate != NULL && in->holder != NULL) {
        (void)fprintf(stderr, "--holder: the certificate says who it is\n");
        return false;
    }
    if (in->certificate == NULL && in->holder == NULL) {
        (void)fprintf(stderr, "--holder is missing\n");
        return false;
    }
    return true;
}

/* Whether a certificate is to be issued, and for how long. */
static bool read_term(struct registration *in)
{
    int given = (in->not_before != NULL) + (in->not_after != NULL) + (in->out != NULL);
    if (in->certificate != NULL && given == 0)
        return true;
    if (given != 3) {
        (void)fprintf(stderr, "--not-before, --not-after and --out are needed: a certificate is"
                              " issued\n");
        return false;
    }
    if (!option_date("--not-before", in->not_before, &in->issued.not_before_s) ||
        !option_date("--not-after", in->not_after, &in->issued.not_after_s))
        return false;
    in->issued.not_after_s += CIVIL_DAY_S - 1;
    return true;
}

/* Of a token: 9A 9C 9D 9E, or retired, 82 to 95. Renewals of any other would be refused. */
static bool read_slot(const char *text, uint8_t *out_slot)
{
    uint8_t slot = 0;

    bool is_slot =
        !failed(hex_parse(text, &slot, 1)) &&
        ((slot >= 0x82 && slot <= 0x95) || slot == 0x9A || (slot >= 0x9C && slot <= 0x9E));
    if (is_slot) {
        *out_slot = slot;
    } else {
        (void)fprintf(stderr, "--slot %s: 9a, 9c, 9d, 9e or 82 to 95\n", text);
    }
    return is_slot;
}

/* The serial number as its token prints it: 32 bits, no zeros before it. */
static bool is_serial(const char *text)
{
    uint64_t number = 0;
    size_t len = strspn(text, "0123456789");

    for (size_t i = 0; i < len && number <= UINT32_MAX; i++)
        number = number * 10 + (uint64_t)(text[i] - '0');
    return len > 0 && text[len] == '\0' && number <= UINT32_MAX && (text[0] != '0' || len == 1);
}

/* As kiosks will name it; any other id would never be asked for. */
static bool check_token(const char *id)
{
    bool is_guid = id[0] == 'g' && strspn(id + 1, "0123456789abcdef") == GUID_DIGITS &&
                   id[1 + GUID_DIGITS] == '\0';

    if (is_guid || (id[0] == 's' && is_serial(id + 1)))
        return true;
    (void)fprintf(stderr,
                  "--token %s: s and the serial number (0 to %" PRIu32 "), or g and the GUID (%d of"
                  " 0 to 9 and a to f): as `certkioskctl token show` says it\n",
                  id, UINT32_MAX, GUID_DIGITS);
    return false;
}

static bool read_options(int argc, char **argv, struct registration *in)
{
    int64_t seals = 0;

    if (!read_texts(argc, argv, in) || !check_token(in->token) || !read_term(in) ||
        !option_number("--seals", in->seals, 0, 2, &seals))
        return false;
    in->row.seals = (uint8_t)seals;
    return read_slot(in->slot, &in->issued.slot);
}

/* That the key of `der`, which was made of what the option names, is one that tokens have: they
 * could not use another. */
static struct err check_key(const char *option, const char *path, struct bytes der)
{
    enum certificate_key key = CERTIFICATE_KEY_OTHER;

    struct err e = certificate_key(der, &key);
    if (failed(e) || key != CERTIFICATE_KEY_OTHER)
        return e;
    (void)fprintf(stderr,
                  "%s %s: no key that tokens have; theirs are P-256, P-384, RSA-2048 or RSA-3072\n",
                  option, path);
    return ERR(ERR_UNSUPPORTED, 0, "key");
}

static struct err read_certificate(struct registration *in)
{
    struct fact_certificate facts = {0};
    size_t len = 0;
    if (in->certificate == NULL)
        return ERR_OK;
    struct err e = certificate_open(in->certificate, in->known_at, sizeof(in->known_at), &len);
    in->known = (struct bytes){in->known_at, len};
    if (!failed(e))
        e = certificate_read(in->known, NULL, &facts);
    if (failed(e)) {
        (void)fprintf(stderr, "--certificate %s: %s\n", in->certificate,
                      e.code == ERR_IO ? "cannot be read" : "not one certificate, DER or PEM");
        return e;
    }
    if (facts.holder[0] == '\0') {
        (void)fprintf(stderr, "--certificate %s: its subject has no common name\n",
                      in->certificate);
        return ERR(ERR_MALFORMED, 0, "holder");
    }
    e = check_key("--certificate", in->certificate, in->known);
    if (failed(e))
        return e;
    memcpy(in->known_holder, facts.holder, sizeof(in->known_holder));
    memcpy(in->known_issuer, facts.issuer, sizeof(in->known_issuer));
    in->holder = in->known_holder;
    if (in->out == NULL) {
        in->issued.not_before_s = facts.not_before_s;
        in->issued.not_after_s = facts.not_after_s;
    }
    return ERR_OK;
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

/* A new one for the token's key. */
static struct err issue_first(const struct registration *in, const struct issue_ca *ca,
                              struct issue_certificate *made)
{
    uint8_t public_key[KEY_PUBLIC_MAX];
    struct issue_order order = {
        .profile = ISSUE_HOLDER,
        .subject = {.cn = in->holder, .o = in->holder, .country = true},
        .public_key = {public_key, 0},
        .term = {in->issued.not_before_s, in->issued.not_after_s},
    };
    struct err e =
        in->public_key != NULL
            ? key_read_public(in->public_key, public_key, &order.public_key.len)
            : certificate_public(in->known, public_key, sizeof(public_key), &order.public_key.len);
    return failed(e) ? e : issue_leaf(ca, &order, made);
}

/* The one that is there, if this CA is able to renew it. */
static struct err take_known(const struct registration *in, const struct issue_ca *ca,
                             struct issue_certificate *made)
{
    struct issue_term term = {in->issued.not_before_s, in->issued.not_after_s};
    struct err e = issue_renew(ca, in->known, term, made);
    if (e.code == ERR_DENIED) {
        (void)fprintf(stderr,
                      "--certificate %s: issued by \"%s\", which is not the CA of profile %s here,"
                      " so it cannot be renewed;\nwith --not-before, --not-after and --out a new"
                      " one is issued for the same holder and key\n",
                      in->certificate, in->known_issuer, in->profile);
    }
    if (failed(e))
        return e;
    memcpy(made->der, in->known.at, in->known.len);
    made->len = in->known.len;
    return ERR_OK;
}

static struct err find_first(struct registration *in)
{
    CLEANUP(authority_done) struct authority *authority = NULL;
    struct profile profile = {0};
    struct issue_certificate made = {0};

    (void)text_copy(profile.name, sizeof(profile.name), in->profile);
    struct err e = authority_demo_create(in->dir, &profile, 1, &authority);
    if (failed(e))
        return e;
    const struct issue_ca *ca = authority_demo_ca(authority, in->profile);
    e = in->out == NULL ? take_known(in, ca, &made) : issue_first(in, ca, &made);
    if (!failed(e) && in->public_key != NULL)
        e = check_key("--public-key", in->public_key, (struct bytes){made.der, made.len});
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

    struct err e = command_begin(in->dir, false, &store, &work);
    if (!failed(e))
        e = account_insert(store, &in->row);
    if (!failed(e))
        e = issued_insert(store, &in->issued);
    if (!failed(e))
        e = publish_account(store, &in->row);
    if (!failed(e) && in->out != NULL)
        e = folder_write(in->out, in->issued.der, in->issued.der_len);
    return failed(e) ? e : transaction_commit(&work);
}

int command_register(int argc, char **argv)
{
    struct registration in = {0};

    if (!read_options(argc, argv, &in))
        return COMMAND_USAGE;
    struct err e = read_certificate(&in);
    if (failed(e))
        return COMMAND_FAILED;
    if (!fill(&in))
        return COMMAND_USAGE;
    e = find_first(&in);
    if (!failed(e))
        e = enter(&in);
    if (e.code == ERR_CONFLICT)
        (void)fprintf(stderr, "the token %s, or this certificate, is known already\n", in.token);
    return failed(e) ? command_failed("register", e) : COMMAND_DONE;
}
