#include "sync/gateway/account.h"

#include <string.h>

static const char *const status_names[FACT_CERTIFICATE_STATUS_COUNT] = {
    [FACT_CERTIFICATE_ACTIVE] = "active",
    [FACT_CERTIFICATE_REVOKED] = "revoked",
    [FACT_CERTIFICATE_REPLACED] = "replaced",
};

static enum fact_certificate_status status_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(status_names); i++) {
        if (strcmp(status_names[i], name) == 0)
            return (enum fact_certificate_status)i;
    }
    return FACT_CERTIFICATE_REVOKED; /* the table's CHECK rules it out; if not, sell nothing */
}

struct err account_load(struct store *store, const char *token, struct account *out_account)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store,
                               "SELECT token, status, profile, account, holder, key_no, phone,"
                               " seals, certificate FROM accounts WHERE token = ?",
                               VALUES(V_TEXT(token)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    char status[16];
    struct account account = {0};
    column_text(query, 0, account.token, sizeof(account.token));
    column_text(query, 1, status, sizeof(status));
    account.status = status_of(status);
    column_text(query, 2, account.profile, sizeof(account.profile));
    column_text(query, 3, account.account, sizeof(account.account));
    column_text(query, 4, account.holder, sizeof(account.holder));
    column_text(query, 5, account.key_no, sizeof(account.key_no));
    column_text(query, 6, account.phone, sizeof(account.phone));
    account.seals = (uint8_t)column_number(query, 7);
    column_blob(query, 8, account.certificate, sizeof(account.certificate));
    *out_account = account;
    return ERR_OK;
}

struct err account_insert(struct store *store, const struct account *account)
{
    return store_run(
        store,
        "INSERT INTO accounts(token, status, profile, account, holder, key_no, phone, seals,"
        " certificate) VALUES(?,?,?,?,?,?,?,?,?)",
        VALUES(V_TEXT(account->token), V_TEXT(status_names[account->status]),
               V_TEXT(account->profile), V_TEXT(account->account), V_TEXT(account->holder),
               V_TEXT(account->key_no), V_TEXT(account->phone), V_NUMBER(account->seals),
               V_BLOB(account->certificate, sizeof(account->certificate))));
}

struct err account_renewed(struct store *store, const char *token,
                           const uint8_t fingerprint[FACTS_FINGERPRINT_LEN])
{
    return store_run(store, "UPDATE accounts SET certificate = ? WHERE token = ?",
                     VALUES(V_BLOB(fingerprint, FACTS_FINGERPRINT_LEN), V_TEXT(token)));
}

struct err issued_insert(struct store *store, const struct issued *issued)
{
    return store_run(store,
                     "INSERT INTO certificates(fingerprint, token, slot, order_id, der,"
                     " not_before_s, not_after_s) VALUES(?,?,?,?,?,?,?)",
                     VALUES(V_BLOB(issued->fingerprint, sizeof(issued->fingerprint)),
                            V_TEXT(issued->token), V_NUMBER(issued->slot),
                            V_TEXT(issued->order[0] == '\0' ? NULL : issued->order),
                            V_BLOB(issued->der, issued->der_len), V_NUMBER(issued->not_before_s),
                            V_NUMBER(issued->not_after_s)));
}

static struct err issued_first(struct store *store, const char *sql, const struct value *values,
                               struct issued *out_issued)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, sql, values, &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    size_t der_len = (size_t)sqlite3_column_bytes(query, 4);
    if (der_len > DOCUMENT_CERTIFICATE_MAX)
        return ERR(ERR_NO_ROOM, der_len, "certificate");
    struct issued issued = {.der_len = der_len};
    column_blob(query, 0, issued.fingerprint, sizeof(issued.fingerprint));
    column_text(query, 1, issued.token, sizeof(issued.token));
    issued.slot = (uint8_t)column_number(query, 2);
    column_text(query, 3, issued.order, sizeof(issued.order));
    column_blob(query, 4, issued.der, der_len);
    issued.not_before_s = column_number(query, 5);
    issued.not_after_s = column_number(query, 6);
    *out_issued = issued;
    return ERR_OK;
}

#define ISSUED_COLUMNS \
    "SELECT fingerprint, token, slot, order_id, der, not_before_s, not_after_s FROM " \
    "certificates "

struct err issued_load(struct store *store, const uint8_t fingerprint[FACTS_FINGERPRINT_LEN],
                       struct issued *out_issued)
{
    return issued_first(store, ISSUED_COLUMNS "WHERE fingerprint = ?",
                        VALUES(V_BLOB(fingerprint, FACTS_FINGERPRINT_LEN)), out_issued);
}

struct err issued_load_of_order(struct store *store, const char *order, struct issued *out_issued)
{
    return issued_first(store, ISSUED_COLUMNS "WHERE order_id = ?", VALUES(V_TEXT(order)),
                        out_issued);
}
