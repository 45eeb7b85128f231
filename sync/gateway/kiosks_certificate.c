/* kiosks_certificate.c - hides what is kept of a kiosk's client certificates, and how one that
 * comes is told from one that has had its time. */
#include "sync/gateway/kiosks.h"

struct err kiosk_enrol(struct store *store, const char *id, const struct hash *certificate,
                       int64_t now_s)
{
    struct err e =
        store_run(store,
                  "INSERT INTO kiosks(id, certificate, enrolled_s) VALUES(?,?,?)"
                  " ON CONFLICT(id) DO UPDATE SET certificate = excluded.certificate,"
                  " enrolled_s = excluded.enrolled_s, until_s = 0, disabled_s = 0",
                  VALUES(V_TEXT(id), V_BLOB(certificate->at, HASH_LEN), V_NUMBER(now_s)));

    return failed(e) ? e
                     : store_run(store, "DELETE FROM nexts WHERE kiosk = ?", VALUES(V_TEXT(id)));
}

static struct err note_issued(struct store *store, const char *id, int64_t from_s)
{
    return store_run(store, "UPDATE kiosks SET issued_s = max(issued_s, ?) WHERE id = ?",
                     VALUES(V_NUMBER(from_s), V_TEXT(id)));
}

struct err kiosk_set_term(struct store *store, const char *id, int64_t from_s, int64_t until_s)
{
    struct err e = store_run(store, "UPDATE kiosks SET until_s = ? WHERE id = ?",
                             VALUES(V_NUMBER(until_s), V_TEXT(id)));

    return failed(e) ? e : note_issued(store, id, from_s);
}

struct err kiosk_disable(struct store *store, const char *id, int64_t now_s)
{
    struct err e = store_run(store, "DELETE FROM nexts WHERE kiosk = ?", VALUES(V_TEXT(id)));
    if (!failed(e))
        e = store_run(store, "DELETE FROM invites WHERE kiosk = ?", VALUES(V_TEXT(id)));
    bool was_invited = !failed(e) && store_changes(store) > 0;
    if (!failed(e)) {
        e = store_run(store, "UPDATE kiosks SET disabled_s = ? WHERE id = ?",
                      VALUES(V_NUMBER(now_s), V_TEXT(id)));
    }
    if (!failed(e) && !was_invited && store_changes(store) == 0)
        return ERR(ERR_NOT_FOUND, 0, "kiosk");
    return e;
}

/* Forget what had its time, if there is no room else. */
static struct err make_room(struct store *store, const char *id, int64_t now_s, int64_t *out_count,
                            int64_t *out_oldest_s)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e =
        store_run(store,
                  "DELETE FROM nexts WHERE kiosk = ?1 AND asked_s <= ?2"
                  " AND (SELECT count(*) FROM nexts WHERE kiosk = ?1) >= ?3",
                  VALUES(V_TEXT(id), V_NUMBER(now_s - KIOSK_NEXT_S), V_NUMBER(KIOSK_NEXT_MAX)));
    if (!failed(e)) {
        e = store_query(store,
                        "SELECT count(*), coalesce(min(asked_s), 0) FROM nexts WHERE kiosk = ?",
                        VALUES(V_TEXT(id)), &query);
    }
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    *out_count = column_number(query, 0);
    *out_oldest_s = column_number(query, 1);
    return ERR_OK;
}

struct err kiosk_add_next(struct store *store, const char *id, const struct kiosk_next *next,
                          int64_t now_s, struct kiosk_added *out_added)
{
    const struct issue_certificate *issued = next->issued;
    int64_t count = 0;
    int64_t oldest_s = 0;

    struct err e = make_room(store, id, now_s, &count, &oldest_s);
    if (!failed(e) && count >= KIOSK_NEXT_MAX) {
        int64_t wait_s = oldest_s + KIOSK_NEXT_S - now_s;
        /* A clock that was set back makes nobody wait for longer. */
        *out_added = (struct kiosk_added){count, wait_s < KIOSK_NEXT_S ? wait_s : KIOSK_NEXT_S};
        return ERR_OK;
    }
    if (!failed(e)) {
        e = store_run(
            store,
            "INSERT INTO nexts(kiosk, hash, request, der, until_s, asked_s) VALUES(?,?,?,?,?,?)",
            VALUES(V_TEXT(id), V_BLOB(next->certificate.hash.at, HASH_LEN),
                   V_BLOB(next->request.at, HASH_LEN), V_BLOB(issued->der, issued->len),
                   V_NUMBER(next->certificate.until_s), V_NUMBER(now_s)));
    }
    if (!failed(e))
        e = note_issued(store, id, next->certificate.from_s);
    if (!failed(e))
        *out_added = (struct kiosk_added){.count = count + 1};
    return e;
}

struct err kiosk_next(struct store *store, const char *id, const struct hash *request,
                      struct issue_certificate *out_certificate)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, "SELECT der FROM nexts WHERE kiosk = ? AND request = ?",
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

/* What the columns of the query below say, the first that is not 0. */
static const enum kiosk_standing standings[] = {KIOSK_DISABLED, KIOSK_CURRENT, KIOSK_FOLLOWS,
                                                KIOSK_NEWER};

static struct err find_standing(struct store *store, const char *id,
                                const struct kiosk_certificate *shown,
                                enum kiosk_standing *out_standing)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(
        store,
        "SELECT k.disabled_s <> 0, k.certificate = ?1,"
        " EXISTS (SELECT 1 FROM nexts n WHERE n.kiosk = k.id AND n.hash = ?1),"
        " k.issued_s > 0 AND k.issued_s < ?2 FROM kiosks k WHERE k.id = ?3",
        VALUES(V_BLOB(shown->hash.at, HASH_LEN), V_NUMBER(shown->from_s), V_TEXT(id)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    enum kiosk_standing standing = failed(e) ? KIOSK_UNKNOWN : KIOSK_EARLIER;
    for (size_t i = 0; i < ARRAY_LEN(standings) && standing == KIOSK_EARLIER; i++) {
        if (column_number(query, (int)i) != 0)
            standing = standings[i];
    }
    *out_standing = standing;
    return ERR_OK;
}

/* It counts alone from now on; what remains of the one before is its journal. */
static struct err promote(struct store *store, const char *id,
                          const struct kiosk_certificate *shown)
{
    struct err e = store_run(store, "UPDATE kiosks SET certificate = ? WHERE id = ?",
                             VALUES(V_BLOB(shown->hash.at, HASH_LEN), V_TEXT(id)));

    if (!failed(e))
        e = kiosk_set_term(store, id, shown->from_s, shown->until_s);
    return failed(e) ? e
                     : store_run(store, "DELETE FROM nexts WHERE kiosk = ?", VALUES(V_TEXT(id)));
}

struct err kiosk_judge(struct store *store, const char *id, const struct kiosk_certificate *shown,
                       enum kiosk_standing *out_standing)
{
    enum kiosk_standing standing = KIOSK_UNKNOWN;

    struct err e = find_standing(store, id, shown, &standing);
    if (!failed(e) && (standing == KIOSK_FOLLOWS || standing == KIOSK_NEWER))
        e = promote(store, id, shown);
    if (!failed(e))
        *out_standing = standing;
    return e;
}
