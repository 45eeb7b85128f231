#include "sync/gateway/invites.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/random.h>

#define SALT_LEN 16
#define TRIES_NONE 1 /* a column of earlier releases, which counted them */

static struct err draw(uint8_t *out, size_t len)
{
    if (getrandom(out, len, 0) != (ssize_t)len)
        return ERR(ERR_IO, errno, "getrandom");
    return ERR_OK;
}

/* 80 random bits need no slow hash: nobody tries them all. */
static struct hash salted(const uint8_t salt[SALT_LEN], const struct code *code)
{
    uint8_t both[SALT_LEN + CODE_LEN];

    memcpy(both, salt, SALT_LEN);
    memcpy(both + SALT_LEN, code->at, CODE_LEN);
    return hash_of((struct bytes){both, sizeof(both)});
}

struct err invite_make(struct store *store, const char *kiosk, int64_t expires_s,
                       struct code *out_code)
{
    uint8_t salt[SALT_LEN];
    struct code code = {.at = {0}};

    struct err e = draw(salt, sizeof(salt));
    if (!failed(e))
        e = draw(code.at, sizeof(code.at));
    if (failed(e))
        return e;
    struct hash hash = salted(salt, &code);
    e = store_run(store,
                  "INSERT OR REPLACE INTO invites(kiosk, salt, hash, expires_s, tries_left)"
                  " VALUES(?,?,?,?,?)",
                  VALUES(V_TEXT(kiosk), V_BLOB(salt, SALT_LEN), V_BLOB(hash.at, HASH_LEN),
                         V_NUMBER(expires_s), V_NUMBER(TRIES_NONE)));
    if (!failed(e))
        *out_code = code;
    return e;
}

static void take_used(sqlite3_stmt *query, struct invite *out)
{
    size_t len = (size_t)sqlite3_column_bytes(query, 4);

    column_blob(query, 3, out->request.at, HASH_LEN);
    if (len <= sizeof(out->certificate.der)) {
        column_blob(query, 4, out->certificate.der, len);
        out->certificate.len = len;
    }
}

static enum invite_verdict judge(sqlite3_stmt *query, const struct code *code, int64_t now_s,
                                 struct invite *out)
{
    uint8_t salt[SALT_LEN];
    struct hash wanted;

    column_blob(query, 0, salt, SALT_LEN);
    column_blob(query, 1, wanted.at, HASH_LEN);
    struct hash hash = salted(salt, code);
    if (CRYPTO_memcmp(hash.at, wanted.at, HASH_LEN) != 0)
        return INVITE_WRONG;
    take_used(query, out);
    if (out->certificate.len > 0)
        return INVITE_USED;
    return now_s > column_number(query, 2) ? INVITE_EXPIRED : INVITE_OPEN;
}

struct err invite_try(struct store *store, const char *kiosk, const struct code *code,
                      int64_t now_s, struct invite *out_invite)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    struct invite invite = {0};

    struct err e = store_query(store,
                               "SELECT salt, hash, expires_s, request, certificate"
                               " FROM invites WHERE kiosk = ?",
                               VALUES(V_TEXT(kiosk)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    invite.verdict = failed(e) ? INVITE_UNKNOWN : judge(query, code, now_s, &invite);
    *out_invite = invite;
    return ERR_OK;
}

struct err invite_use(struct store *store, const char *kiosk, const struct hash *request,
                      const struct issue_certificate *certificate, int64_t now_s)
{
    return store_run(store,
                     "UPDATE invites SET used_s = ?, request = ?, certificate = ? WHERE kiosk = ?",
                     VALUES(V_NUMBER(now_s), V_BLOB(request->at, HASH_LEN),
                            V_BLOB(certificate->der, certificate->len), V_TEXT(kiosk)));
}
