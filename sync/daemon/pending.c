#include "sync/daemon/pending.h"

#include <unistd.h>

#include "kiosk/base/text.h"

/* What was settled just before the power went is done with, and another kiosk's is nothing to us.
 */
static bool is_of_use(const struct pending *pending)
{
    uint8_t spki[KEY_PUBLIC_MAX];
    size_t len = 0;
    struct bytes csr = {pending->csr, pending->csr_len};
    return !failed(client_request_check(csr, pending->kiosk, spki, &len)) &&
           failed(client_key_check(pending->path, pending->identity));
}

static struct err make(struct pending *pending)
{
    key_destroy(pending->key);
    pending->key = NULL;
    struct err e = key_create(KEY_P256, &pending->key);
    if (!failed(e))
        e = client_request(pending->key, pending->kiosk, pending->csr, &pending->csr_len);
    if (failed(e))
        return e;
    return client_pending_save(pending->key, (struct bytes){pending->csr, pending->csr_len},
                               pending->path);
}

struct err pending_take(const char *identity, const char *suffix, const char *kiosk,
                        struct pending *out)
{
    CLEANUP(pending_done) struct pending pending = {.identity = identity, .kiosk = kiosk};
    if (!text_print(pending.path, sizeof(pending.path), "%s%s", identity, suffix))
        return ERR(ERR_NO_ROOM, 0, "path");
    struct err e = client_pending_open(pending.path, &pending.key, pending.csr, &pending.csr_len);
    if (failed(e) || !is_of_use(&pending))
        e = make(&pending);
    if (failed(e))
        return e;
    *out = pending;
    pending.key = NULL;
    return ERR_OK;
}

struct err pending_settle(const struct pending *pending, const struct enrol_answer *answer)
{
    struct bytes certificate = {answer->certificate, answer->certificate_len};
    struct err e =
        client_certificate_fits(certificate, pending->key, pending->kiosk, answer->time_ms / 1000);
    if (!failed(e) && !text_same(answer->kiosk, pending->kiosk))
        e = ERR(ERR_CONFLICT, 0, "answer for another kiosk");
    if (!failed(e))
        e = client_pair_save(pending->key, certificate, pending->identity);
    if (!failed(e))
        (void)unlink(pending->path); /* one that stays is known as done with */
    return e;
}

void pending_done(struct pending *pending)
{
    key_destroy(pending->key);
    pending->key = NULL;
}
