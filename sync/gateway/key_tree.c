/* Those count, too, that are revoked or no more in the list: kiosks forget no key. */
#include "sync/gateway/key_tree.h"

#include "kiosk/pki/keyring.h"

struct err key_tree_has_room(struct store *store, const char *speaker, const char *subject,
                             bool *out_has)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(
        store,
        "WITH RECURSIVE above(id, up) AS"
        " (SELECT ?1, (SELECT introducer FROM platform_keys WHERE id = ?1)"
        "  UNION SELECT k.id, k.introducer FROM above JOIN platform_keys AS k ON k.id = above.up),"
        " under(id) AS (SELECT id FROM above WHERE up IS NULL OR"
        "   up NOT IN (SELECT id FROM platform_keys)"
        "  UNION SELECT k.id FROM under JOIN platform_keys AS k ON k.introducer = under.id)"
        " SELECT count(*) - 1 < ?3 OR total(id = ?2) > 0 FROM under",
        VALUES(V_TEXT(speaker), V_TEXT(subject), V_NUMBER(KEYRING_INTRODUCED_MAX)), &query);
    if (!failed(e))
        e = store_row(query);
    if (!failed(e))
        *out_has = column_number(query, 0) != 0;
    return e;
}
