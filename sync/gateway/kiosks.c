#include "sync/gateway/kiosks.h"

#include <string.h>

#include "sync/gateway/alarm.h"

#define KIOSK_COLUMNS \
    "SELECT k.id, k.certificate, k.epoch, k.contact_s, coalesce(h.seq, 0), h.hash, (SELECT " \
    "count(*) FROM alarms a WHERE a.kiosk = k.id AND a.cleared_s = 0), k.device_key IS NULL, " \
    "coalesce(h.signed_seq, 0), k.until_s, k.disabled_s FROM kiosks k LEFT JOIN " \
    "heads h ON h.kiosk = k.id AND h.epoch = k.epoch "

bool kiosk_id_valid(const char *id)
{
    size_t len = strnlen(id, KIOSK_ID_SIZE);
    return len > 0 && len < KIOSK_ID_SIZE &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == len &&
           strcmp(id, ALARM_PLATFORM) != 0;
}

struct err kiosk_set_device_key(struct store *store, const char *id,
                                const uint8_t key[KIOSK_DEVICE_KEY_LEN])
{
    struct err e = store_run(store,
                             "UPDATE ahead SET signed = 0 WHERE kiosk = ?1 AND NOT EXISTS("
                             " SELECT 1 FROM kiosks WHERE id = ?1 AND device_key IS ?2)",
                             VALUES(V_TEXT(id), V_BLOB(key, KIOSK_DEVICE_KEY_LEN)));
    if (failed(e))
        return e;
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
    out->until_s = column_number(query, 9);
    out->disabled_s = column_number(query, 10);
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
    return store_run(
        store,
        "UPDATE kiosks SET contact_s = ?1 WHERE id = ?2 AND contact_s NOT BETWEEN ?1 - ?3 AND ?1",
        VALUES(V_NUMBER(now_s), V_TEXT(id), V_NUMBER(KIOSK_CONTACT_S - 1)));
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

struct err kiosk_list(struct store *store, const char *after, struct kiosk *out_kiosks,
                      size_t *out_count)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    size_t count = 0;

    struct err e = store_query(store, KIOSK_COLUMNS "WHERE k.id > ? ORDER BY k.id LIMIT ?",
                               VALUES(V_TEXT(after), V_NUMBER(KIOSK_LIST_MAX)), &query);
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
