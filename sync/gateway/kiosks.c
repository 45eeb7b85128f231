#include "sync/gateway/kiosks.h"

#include <string.h>

#define KIOSK_COLUMNS \
    "SELECT k.id, k.certificate, k.epoch, k.contact_s, coalesce(h.seq, 0), h.hash, (SELECT " \
    "count(*) FROM alarms a WHERE a.kiosk = k.id AND a.cleared_s = 0), k.device_key IS NULL, " \
    "coalesce(h.signed_seq, 0) FROM kiosks k LEFT JOIN " \
    "heads h ON h.kiosk = k.id AND h.epoch = k.epoch "

bool kiosk_id_valid(const char *id)
{
    size_t len = strnlen(id, KIOSK_ID_SIZE);
    return len > 0 && len < KIOSK_ID_SIZE &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

struct err kiosk_enrol(struct store *store, const char *id, const struct hash *certificate,
                       int64_t now_s)
{
    return store_run(store,
                     "INSERT INTO kiosks(id, certificate, enrolled_s) VALUES(?,?,?)"
                     " ON CONFLICT(id) DO UPDATE SET certificate = excluded.certificate,"
                     " enrolled_s = excluded.enrolled_s, until_s = 0, next_certificate = NULL,"
                     " next_request = NULL, next_der = NULL, next_until_s = 0",
                     VALUES(V_TEXT(id), V_BLOB(certificate->at, HASH_LEN), V_NUMBER(now_s)));
}

struct err kiosk_set_until(struct store *store, const char *id, int64_t until_s)
{
    return store_run(store, "UPDATE kiosks SET until_s = ? WHERE id = ?",
                     VALUES(V_NUMBER(until_s), V_TEXT(id)));
}

struct err kiosk_set_device_key(struct store *store, const char *id,
                                const uint8_t key[KIOSK_DEVICE_KEY_LEN])
{
    return store_run(store, "UPDATE kiosks SET device_key = ? WHERE id = ?",
                     VALUES(V_BLOB(key, KIOSK_DEVICE_KEY_LEN), V_TEXT(id)));
}

struct err kiosk_device_key(struct store *store, const char *id,
                            uint8_t out_key[KIOSK_DEVICE_KEY_LEN], bool *out_known)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e =
        store_query(store, "SELECT device_key FROM kiosks WHERE id = ? AND device_key IS NOT NULL",
                    VALUES(V_TEXT(id)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    if (!failed(e))
        column_blob(query, 0, out_key, KIOSK_DEVICE_KEY_LEN);
    *out_known = !failed(e);
    return ERR_OK;
}

struct err kiosk_signed(struct store *store, const char *id, const char *epoch, uint64_t seq)
{
    return store_run(store,
                     "UPDATE heads SET signed_seq = max(signed_seq, ?) WHERE kiosk = ?"
                     " AND epoch = ?",
                     VALUES(V_NUMBER(seq), V_TEXT(id), V_TEXT(epoch)));
}

struct err kiosk_set_next(struct store *store, const char *id, const struct kiosk_next *next)
{
    return store_run(store,
                     "UPDATE kiosks SET next_certificate = ?, next_request = ?, next_der = ?,"
                     " next_until_s = ? WHERE id = ?",
                     VALUES(V_BLOB(next->hash.at, HASH_LEN), V_BLOB(next->request.at, HASH_LEN),
                            V_BLOB(next->certificate->der, next->certificate->len),
                            V_NUMBER(next->until_s), V_TEXT(id)));
}

struct err kiosk_next(struct store *store, const char *id, const struct hash *request,
                      struct issue_certificate *out_certificate)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e =
        store_query(store, "SELECT next_der FROM kiosks WHERE id = ? AND next_request = ?",
                    VALUES(V_TEXT(id), V_BLOB(request->at, HASH_LEN)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    size_t len = (size_t)sqlite3_column_bytes(query, 0);
    if (len > sizeof(out_certificate->der))
        return ERR(ERR_NO_ROOM, len, "certificate");
    column_blob(query, 0, out_certificate->der, len);
    out_certificate->len = len;
    return ERR_OK;
}

/* The next one is in use: what remains of the one before is its journal. */
static struct err promote(struct store *store, const char *id)
{
    return store_run(store,
                     "UPDATE kiosks SET certificate = next_certificate, until_s = next_until_s,"
                     " next_certificate = NULL, next_request = NULL, next_der = NULL,"
                     " next_until_s = 0 WHERE id = ?",
                     VALUES(V_TEXT(id)));
}

struct err kiosk_known_by(struct store *store, const char *id, const struct hash *certificate)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(
        store,
        "SELECT certificate = ?, next_certificate IS ? FROM kiosks"
        " WHERE id = ?",
        VALUES(V_BLOB(certificate->at, HASH_LEN), V_BLOB(certificate->at, HASH_LEN), V_TEXT(id)),
        &query);
    if (!failed(e))
        e = store_row(query);
    if (e.code == ERR_NOT_FOUND)
        return ERR(ERR_DENIED, 0, "not enrolled");
    if (failed(e) || column_number(query, 0) == 1)
        return e;
    if (column_number(query, 1) != 1)
        return ERR(ERR_DENIED, 0, "an earlier certificate");
    return promote(store, id);
}

static void kiosk_take(sqlite3_stmt *query, struct kiosk *out)
{
    column_text(query, 0, out->id, sizeof(out->id));
    column_blob(query, 1, out->certificate.at, HASH_LEN);
    column_text(query, 2, out->epoch, sizeof(out->epoch));
    out->contact_s = column_number(query, 3);
    out->seq = (uint64_t)column_number(query, 4);
    column_blob(query, 5, out->head.at, HASH_LEN);
    out->open_alarms = column_number(query, 6);
    out->is_unsigned = column_number(query, 7) != 0;
    out->signed_seq = (uint64_t)column_number(query, 8);
}

struct err kiosk_load(struct store *store, const char *id, struct kiosk *out_kiosk)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, KIOSK_COLUMNS "WHERE k.id = ?", VALUES(V_TEXT(id)), &query);
    if (!failed(e))
        e = store_row(query);
    if (!failed(e))
        kiosk_take(query, out_kiosk);
    return e;
}

struct err kiosk_contact(struct store *store, const char *id, int64_t now_s)
{
    return store_run(store, "UPDATE kiosks SET contact_s = ? WHERE id = ?",
                     VALUES(V_NUMBER(now_s), V_TEXT(id)));
}

struct err kiosk_head(struct store *store, const char *id, const char *epoch, uint64_t *out_seq,
                      struct hash *out_hash)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, "SELECT seq, hash FROM heads WHERE kiosk = ? AND epoch = ?",
                               VALUES(V_TEXT(id), V_TEXT(epoch)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    if (failed(e)) {
        *out_seq = 0;
        memset(out_hash->at, 0, HASH_LEN);
        return ERR_OK;
    }
    *out_seq = (uint64_t)column_number(query, 0);
    column_blob(query, 1, out_hash->at, HASH_LEN);
    return ERR_OK;
}

struct err kiosk_advance(struct store *store, const char *id, const char *epoch, uint64_t seq,
                         const struct hash *hash)
{
    struct err e =
        store_run(store,
                  "INSERT INTO heads(kiosk, epoch, seq, hash) VALUES(?,?,?,?)"
                  " ON CONFLICT(kiosk, epoch) DO UPDATE SET seq = excluded.seq,"
                  " hash = excluded.hash",
                  VALUES(V_TEXT(id), V_TEXT(epoch), V_NUMBER(seq), V_BLOB(hash->at, HASH_LEN)));
    if (failed(e))
        return e;
    return store_run(store, "UPDATE kiosks SET epoch = ? WHERE id = ?",
                     VALUES(V_TEXT(epoch), V_TEXT(id)));
}

struct err kiosk_list(struct store *store, struct kiosk *out_kiosks, size_t *out_count)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    size_t count = 0;

    struct err e = store_query(store, KIOSK_COLUMNS "ORDER BY k.id LIMIT ?",
                               VALUES(V_NUMBER(KIOSK_LIST_MAX)), &query);
    while (!failed(e) && count < KIOSK_LIST_MAX) {
        e = store_row(query);
        if (!failed(e))
            kiosk_take(query, &out_kiosks[count++]);
    }
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    *out_count = count;
    return ERR_OK;
}
