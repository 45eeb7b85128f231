#include "sync/daemon/verdict.h"

#include <string.h>

#include "kiosk/base/text.h"

struct err verdict_of_ack(const struct verdict_court *court, const struct sealed_ack *sealed,
                          struct ack *out_ack)
{
    struct bytes text = {(const uint8_t *)sealed->text, strlen(sealed->text)};
    struct seal_message message = {.context = SEAL_ACK, .parts = {court->kiosk}, .body = text};
    struct err e = ack_read(text, out_ack);
    if (failed(e))
        return e;
    int64_t now_ms = out_ack->time_ms > court->proven_ms ? out_ack->time_ms : court->proven_ms;
    e = keyring_verify_arriving(court->keys, now_ms / 1000, sealed->key_id, &message, sealed->seal);
    if (!failed(e) && !text_same(out_ack->kiosk, court->kiosk))
        return ERR(ERR_DENIED, 0, "acknowledgement for another kiosk");
    return e;
}

struct err verdict_of_document(const struct verdict_court *court,
                               const struct feed_document *document)
{
    const struct keyring_document sealed = {
        .kiosk = court->kiosk,
        .type = document->type,
        .id = document->id,
        .version = document->version,
        .body = {document->body, document->body_len},
        .key_id = document->key_id,
        .seal = document->seal,
    };
    return keyring_document_arriving(court->keys, court->proven_ms / 1000, &sealed);
}
