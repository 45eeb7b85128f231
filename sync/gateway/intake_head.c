/* Whether a journal is the kiosk's own: its head, signed by the device key that was enrolled. */
#include "kiosk/pki/device_key.h"
#include "sync/gateway/intake_inner.h"
#include "sync/gateway/kiosks.h"

/* The entry that is stored at the head's place; NOT_FOUND: none yet, and it comes again. */
static struct err compare(const struct intake *intake, const struct batch_head *head,
                          struct intake_answer *answer)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    struct hash stored = {0};

    struct err e = store_query(
        intake->platform->store,
        "SELECT hash FROM journal WHERE kiosk = ? AND epoch = ? AND seq = ?",
        VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(head->seq)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    column_blob(query, 0, stored.at, HASH_LEN);
    if (hash_same(&stored, &head->hash)) {
        answer->signed_seq = head->seq;
        return ERR_OK;
    }
    answer->verdict = INTAKE_FORK;
    answer->seq = head->seq;
    watch_note(intake->watch, ALARM_FORK, "the kiosk has signed another entry %llu",
               (unsigned long long)head->seq);
    return ERR_OK;
}

struct err intake_head(const struct intake *intake, const struct batch_head *head,
                       struct intake_answer *answer)
{
    uint8_t key[KIOSK_DEVICE_KEY_LEN];
    bool known = false;
    const struct device_head said = {
        .kiosk = intake->kiosk, .epoch = intake->epoch, .seq = head->seq, .hash = &head->hash};

    if (head->seq == 0)
        return ERR_OK;
    struct err e = kiosk_device_key(intake->platform->store, intake->kiosk, key, &known);
    if (failed(e) || !known)
        return e;
    e = device_head_verify(key, &said, (struct bytes){head->signature, BATCH_SIGNATURE_LEN});
    if (e.code == ERR_DENIED) {
        answer->verdict = INTAKE_SIGNATURE;
        answer->seq = head->seq;
        watch_note(intake->watch, ALARM_SIGNATURE,
                   "the head, entry %llu, is not signed by the kiosk's device key",
                   (unsigned long long)head->seq);
        return ERR_OK;
    }
    if (failed(e) || head->seq > intake->head_seq)
        return e;
    return compare(intake, head, answer);
}
