#include "sync/gateway/identity.h"

#include "kiosk/core/civil.h"
#include "kiosk/pki/issue.h"
#include "sync/gateway/folder.h"
#include "sync/gateway/keys_folder.h"

#define CA_DAYS 3650
#define SERVER_DAYS 825
#define OPERATOR_DAYS 825

static void ca_done(struct issue_ca **ca)
{
    issue_destroy(*ca);
}

static void key_done(struct key **key)
{
    key_destroy(*key);
}

static struct issue_term term_of(int64_t now_s, int64_t days)
{
    /* A day back, for a kiosk whose clock is a little behind. */
    return (struct issue_term){now_s - CIVIL_DAY_S, now_s + days * CIVIL_DAY_S};
}

struct err identity_ca(const char *dir, const char *name, const struct issue_subject *subject,
                       struct issue_term term, struct issue_ca **out_ca)
{
    CLEANUP(ca_done) struct issue_ca *ca = NULL;
    char crt[FOLDER_PATH_SIZE];
    char key[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, name, ".crt", crt);
    if (!failed(e))
        e = folder_path(dir, name, ".key", key);
    if (!failed(e))
        e = issue_root(subject, term, &ca);
    if (!failed(e))
        e = issue_save(ca, crt, key);
    if (failed(e))
        return e;
    *out_ca = ca;
    ca = NULL;
    return ERR_OK;
}

/* A new key and a leaf for it, saved as NAME.key and NAME.crt in `out`. */
static struct err make_leaf(const struct issue_ca *ca, struct issue_order *order, const char *out,
                            const char *name)
{
    CLEANUP(key_done) struct key *key = NULL;
    uint8_t public_key[KEY_PUBLIC_MAX];
    struct issue_certificate made = {0};
    const struct issue_certificate *list[] = {&made};
    char path[FOLDER_PATH_SIZE];

    struct err e = key_create(KEY_P256, &key);
    if (!failed(e))
        e = key_public(key, public_key, &order->public_key.len);
    order->public_key.at = public_key;
    if (!failed(e))
        e = issue_leaf(ca, order, &made);
    order->public_key = (struct bytes){NULL, 0};
    if (!failed(e))
        e = folder_path(out, name, ".key", path);
    if (!failed(e))
        e = key_save(key, path);
    if (!failed(e))
        e = folder_path(out, name, ".crt", path);
    if (!failed(e))
        e = issue_write_pem(path, list, 1);
    return e;
}

static struct err make_server(const char *dir, const char *host, int64_t now_s)
{
    CLEANUP(ca_done) struct issue_ca *ca = NULL;
    struct issue_order order = {
        .profile = ISSUE_TLS_SERVER,
        .subject = {.cn = "certkiosk platform"},
        .term = term_of(now_s, SERVER_DAYS),
        .hosts = {host, "localhost", "127.0.0.1"},
    };
    const struct issue_subject subject = {.cn = "certkiosk platform TLS CA"};

    struct err e = identity_ca(dir, FOLDER_SERVER_CA, &subject, term_of(now_s, CA_DAYS), &ca);
    return failed(e) ? e : make_leaf(ca, &order, dir, FOLDER_SERVER);
}

struct err identity_make(const char *dir, const char *host, int64_t now_s)
{
    CLEANUP(ca_done) struct issue_ca *ca = NULL;
    const struct issue_subject subject = {.cn = "certkiosk client CA"};

    struct err e = make_server(dir, host, now_s);
    if (!failed(e))
        e = identity_ca(dir, FOLDER_CLIENT_CA, &subject, term_of(now_s, CA_DAYS), &ca);
    return failed(e) ? e : keys_folder_make(dir, now_s);
}

struct err identity_client_ca(const char *dir, struct issue_ca **out_ca)
{
    char crt[FOLDER_PATH_SIZE];
    char key[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, FOLDER_CLIENT_CA, ".crt", crt);
    if (!failed(e))
        e = folder_path(dir, FOLDER_CLIENT_CA, ".key", key);
    return failed(e) ? e : issue_open(crt, key, out_ca);
}

struct err identity_operator(const char *dir, const char *out, int64_t now_s)
{
    CLEANUP(ca_done) struct issue_ca *ca = NULL;
    struct issue_order order = {
        .profile = ISSUE_TLS_CLIENT,
        .subject = {.cn = "operator", .ou = "operator"},
        .term = term_of(now_s, OPERATOR_DAYS),
    };

    struct err e = identity_client_ca(dir, &ca);
    return failed(e) ? e : make_leaf(ca, &order, out, "operator");
}
