/* Whether a batch is the kiosk's own: all of it, to its head, which the device key has signed. */
#include "kiosk/pki/device_key.h"
#include "sync/gateway/intake_inner.h"
#include "sync/gateway/kiosks.h"

bool intake_is_chain(const struct intake *intake, const struct batch *batch, uint64_t *out_bad_seq)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_entry *entry = &batch->entries[i];
        bool follows =
            i == 0 || (entry->seq == entry[-1].seq + 1 && hash_same(&entry->prev, &entry[-1].hash));
        if (entry->seq != 0 && follows && intake_hash_true(intake, entry))
            continue;
        *out_bad_seq = entry->seq;
        return false;
    }
    return true;
}

static void refuse(struct intake_answer *answer, enum intake_verdict verdict, uint64_t seq)
{
    answer->verdict = verdict;
    answer->seq = seq;
}

static struct err judge_chain(const struct intake *intake, const struct batch *batch,
                              struct intake_answer *answer)
{
    uint64_t bad_seq = 0;

    if (intake_is_chain(intake, batch, &bad_seq))
        return ERR_OK;
    refuse(answer, INTAKE_MALFORMED, bad_seq);
    watch_note(intake->watch, ALARM_MALFORMED,
               "entry %llu does not hash to what it says, or not to what follows it",
               (unsigned long long)bad_seq);
    return ERR_OK;
}

static struct err judge_signed(const struct intake *intake, const struct batch *batch,
                               const uint8_t key[KIOSK_DEVICE_KEY_LEN],
                               struct intake_answer *answer)
{
    const struct batch_entry *last = &batch->entries[batch->count - 1];
    const struct batch_head *head = &batch->head;
    const struct device_head said = {
        .kiosk = intake->kiosk, .epoch = intake->epoch, .seq = last->seq, .hash = &last->hash};

    if (head->seq != last->seq) {
        refuse(answer, INTAKE_UNSIGNED, last->seq);
        watch_note(intake->watch, ALARM_SIGNATURE,
                   "entries up to %llu came without the kiosk's signature",
                   (unsigned long long)last->seq);
        return ERR_OK;
    }
    struct err e =
        device_head_verify(key, &said, (struct bytes){head->signature, BATCH_SIGNATURE_LEN});
    if (e.code == ERR_DENIED) {
        refuse(answer, INTAKE_SIGNATURE, head->seq);
        watch_note(intake->watch, ALARM_SIGNATURE,
                   "the head, entry %llu, is not signed by the kiosk's device key",
                   (unsigned long long)head->seq);
        return ERR_OK;
    }
    return failed(e) ? e : judge_chain(intake, batch, answer);
}

struct err intake_judge(struct intake *intake, const struct batch *batch,
                        struct intake_answer *answer)
{
    const struct platform *platform = intake->platform;
    uint8_t key[KIOSK_DEVICE_KEY_LEN];
    bool known = false;

    struct err e = kiosk_device_key(platform->store, intake->kiosk, key, &known);
    intake->is_signed = !failed(e) && known;
    if (failed(e) || batch->count == 0 || (!known && platform->takes_unsigned))
        return e;
    if (known)
        return judge_signed(intake, batch, key, answer);
    refuse(answer, INTAKE_UNSIGNED, batch->entries[batch->count - 1].seq);
    watch_note(intake->watch, ALARM_SIGNATURE,
               "no device key is known of the kiosk: it is to be enrolled by an invite");
    return ERR_OK;
}
