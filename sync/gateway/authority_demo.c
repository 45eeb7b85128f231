#include "sync/gateway/authority_demo.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/core/civil.h"
#include "kiosk/core/facts.h"
#include "sync/gateway/folder.h"
#include "sync/gateway/identity.h"

#define ROOT_CN "certkiosk demo root CA"
#define ROOT_DAYS 7300
#define ISSUING_DAYS 5475

struct authority_demo {
    struct authority authority;
    size_t count;
    struct {
        char profile[PROFILE_NAME_SIZE];
        struct issue_ca *ca;
    } list[FACTS_PROFILES_MAX];
};

static void ca_done(struct issue_ca **ca)
{
    issue_destroy(*ca);
}

static struct err issuing_paths(const char *dir, const char *profile,
                                char out_crt[FOLDER_PATH_SIZE], char out_key[FOLDER_PATH_SIZE])
{
    char name[sizeof(FOLDER_ISSUING) + PROFILE_NAME_SIZE] = FOLDER_ISSUING;

    strncat(name, profile, PROFILE_NAME_SIZE - 1);
    struct err e = folder_path(dir, name, ".crt", out_crt);
    return failed(e) ? e : folder_path(dir, name, ".key", out_key);
}

static struct err make_issuing(const char *dir, const struct profile *profile,
                               const struct issue_ca *root, struct issue_term term,
                               struct issue_certificate *out_certificate)
{
    CLEANUP(ca_done) struct issue_ca *ca = NULL;
    struct issue_subject subject = {.cn = profile->issuer, .country = true};
    char crt[FOLDER_PATH_SIZE];
    char key[FOLDER_PATH_SIZE];

    struct err e = issuing_paths(dir, profile->name, crt, key);
    if (!failed(e))
        e = issue_under(root, &subject, term, &ca);
    if (!failed(e))
        e = issue_save(ca, crt, key);
    return failed(e) ? e : issue_certificate_of(ca, out_certificate);
}

struct err authority_demo_make(const char *dir, const struct profile *profiles, size_t count,
                               int64_t now_s)
{
    CLEANUP(ca_done) struct issue_ca *root = NULL;
    struct issue_certificate certificates[FACTS_PROFILES_MAX + 1];
    const struct issue_certificate *list[FACTS_PROFILES_MAX + 1];
    const struct issue_subject subject = {.cn = ROOT_CN, .country = true};
    struct issue_term root_term = {now_s - CIVIL_DAY_S, now_s + ROOT_DAYS * (int64_t)CIVIL_DAY_S};
    struct issue_term term = {now_s - CIVIL_DAY_S, now_s + ISSUING_DAYS * (int64_t)CIVIL_DAY_S};
    char trust[FOLDER_PATH_SIZE];

    struct err e = identity_ca(dir, FOLDER_ROOT, &subject, root_term, &root);
    if (!failed(e))
        e = issue_certificate_of(root, &certificates[0]);
    list[0] = &certificates[0];
    for (size_t i = 0; i < count && !failed(e); i++) {
        e = make_issuing(dir, &profiles[i], root, term, &certificates[i + 1]);
        list[i + 1] = &certificates[i + 1];
    }
    if (!failed(e))
        e = folder_path(dir, FOLDER_TRUST, "", trust);
    return failed(e) ? e : issue_write_pem(trust, list, count + 1);
}

const struct issue_ca *authority_demo_ca(struct authority *authority, const char *profile)
{
    struct authority_demo *demo = CONTAINER_OF(authority, struct authority_demo, authority);

    for (size_t i = 0; i < demo->count; i++) {
        if (strcmp(demo->list[i].profile, profile) == 0)
            return demo->list[i].ca;
    }
    return NULL;
}

static struct err demo_renew(struct authority *authority, const struct authority_order *order,
                             uint8_t out_der[DOCUMENT_CERTIFICATE_MAX], size_t *out_len)
{
    const struct issue_ca *ca = authority_demo_ca(authority, order->profile->name);
    struct issue_term term = {order->not_before_s, order->not_after_s};
    struct issue_certificate made = {0};

    if (ca == NULL)
        return ERR(ERR_NOT_FOUND, 0, "issuing CA");
    struct err e = issue_renew(ca, order->old, term, &made);
    if (failed(e))
        return e;
    memcpy(out_der, made.der, made.len);
    *out_len = made.len;
    return ERR_OK;
}

struct err authority_demo_create(const char *dir, const struct profile *profiles, size_t count,
                                 struct authority **out_authority)
{
    struct authority_demo *demo = calloc(1, sizeof(*demo));
    struct err e = ERR_OK;

    if (demo == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    demo->authority.renew = demo_renew;
    for (size_t i = 0; i < count && !failed(e); i++) {
        char crt[FOLDER_PATH_SIZE];
        char key[FOLDER_PATH_SIZE];
        e = issuing_paths(dir, profiles[i].name, crt, key);
        if (!failed(e))
            e = issue_open(crt, key, &demo->list[i].ca);
        if (failed(e))
            break;
        memcpy(demo->list[i].profile, profiles[i].name, sizeof(demo->list[i].profile));
        demo->count++;
    }
    if (failed(e)) {
        authority_demo_destroy(&demo->authority);
        return e;
    }
    *out_authority = &demo->authority;
    return ERR_OK;
}

void authority_demo_destroy(struct authority *authority)
{
    if (authority == NULL)
        return;
    struct authority_demo *demo = CONTAINER_OF(authority, struct authority_demo, authority);
    for (size_t i = 0; i < demo->count; i++)
        issue_destroy(demo->list[i].ca);
    free(demo);
}
