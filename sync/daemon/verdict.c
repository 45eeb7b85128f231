#include "sync/daemon/verdict.h"

#include <inttypes.h>
#include <string.h>

#include "kiosk/base/text.h"

#define NUMBER_SIZE 21

static struct err check(const struct seal_key *key, const char *key_id,
                        const struct seal_message *message, const uint8_t seal[SEAL_LEN])
{
    if (!text_same(key_id, seal_key_id(key)))
        return ERR(ERR_DENIED, 0, "sealed by another key");
    return seal_verify(key, message, (struct bytes){seal, SEAL_LEN});
}

struct err verdict_of_ack(const struct seal_key *key, const char *kiosk,
                          const struct sealed_ack *sealed, struct ack *out_ack)
{
    struct bytes text = {(const uint8_t *)sealed->text, strlen(sealed->text)};
    struct seal_message message = {.context = "certkiosk-ack-1", .parts = {kiosk}, .body = text};
    struct err e = check(key, sealed->key_id, &message, sealed->seal);
    if (!failed(e))
        e = ack_read(text, out_ack);
    if (!failed(e) && !text_same(out_ack->kiosk, kiosk))
        return ERR(ERR_DENIED, 0, "acknowledgement for another kiosk");
    return e;
}

struct err verdict_of_document(const struct seal_key *key, const char *kiosk,
                               const struct feed_document *document)
{
    char version[NUMBER_SIZE];
    (void)text_print(version, sizeof(version), "%" PRIu64, document->version); /* it fits */
    struct seal_message message = {
        .context = "certkiosk-document-1",
        .parts = {kiosk, document->type, document->id, version},
        .body = {document->body, document->body_len},
    };
    return check(key, document->key_id, &message, document->seal);
}
