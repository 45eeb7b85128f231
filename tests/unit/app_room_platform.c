/* What the platform puts into the inbox of a room. */
#include "tests/unit/app_room.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "sync/wire/batch.h"

#define OK(call) assert_false(failed(call))

static void seal(const struct room *room, struct inbox_document *document)
{
    char version[21];
    (void)text_print(version, sizeof(version), "%" PRIu64, document->version);
    struct seal_message message = {.context = SEAL_DOCUMENT,
                                   .parts = {ROOM_KIOSK, document->type, document->id, version},
                                   .body = {document->body, document->body_len}};
    OK(seal_sign(room->platform, &message, document->seal));
    (void)text_copy(document->key_id, sizeof(document->key_id), seal_key_id(room->platform));
}

void room_put(struct room *room, struct inbox_document *document)
{
    document->version = ++room->version;
    seal(room, document);
    OK(inbox_put(room->writer, document, 1, ++room->cursor));
}

struct fact_order room_order(const struct room *room, enum fact_order_status status)
{
    struct fact_order order = {.status = status,
                               .id = ROOM_ORDER,
                               .order_no = "20261122000001",
                               .pay_url = "https://platform.example/p/abc",
                               .check_url = "https://platform.example/r/abc",
                               .method = "demo",
                               .term_years = 1,
                               .amount_fen = 20000,
                               .created_s = room->paid_s - 60,
                               .paid_s = room->paid_s,
                               .old_not_after_s = room->old_facts.not_after_s,
                               .slot = ROOM_SLOT};
    memcpy(order.old_fingerprint, room->old_facts.fingerprint, FACTS_FINGERPRINT_LEN);
    memcpy(order.new_fingerprint, room->renewed_facts.fingerprint, FACTS_FINGERPRINT_LEN);
    return order;
}

void room_put_order(struct room *room, const struct fact_order *facts)
{
    struct document_order order = {.facts = *facts, .service = "renew", .profile = "norinco"};
    struct inbox_document document = {.type = "order"};

    (void)text_copy(order.token, sizeof(order.token), room->token_id); /* same size */
    (void)text_copy(document.id, sizeof(document.id), facts->id);
    OK(document_write_order(&order, document.body, &document.body_len));
    room_put(room, &document);
}

void room_put_issued(struct room *room, const char *order, const struct issue_certificate *made)
{
    struct document_issued issued = {.slot = ROOM_SLOT, .der_len = made->len};
    struct inbox_document document = {.type = "issued"};

    memcpy(issued.der, made->der, made->len);
    (void)text_copy(document.id, sizeof(document.id), order);
    OK(document_write_issued(&issued, document.body, &document.body_len));
    room_put(room, &document);
}

void room_put_account(struct room *room)
{
    room_put_account_of(room, &room->old_facts);
}

void room_put_account_of(struct room *room, const struct fact_certificate *certificate)
{
    struct document_account account = {.facts = {.known = true,
                                                 .status = FACT_CERTIFICATE_ACTIVE,
                                                 .seals = 2,
                                                 .account = "hongyuan01",
                                                 .key_no = "360205191187",
                                                 .phone_masked = "138****6021"},
                                       .profile = "norinco"};
    struct inbox_document document = {.type = "account"};

    (void)text_copy(document.id, sizeof(document.id), room->token_id);
    memcpy(account.fingerprint, certificate->fingerprint, FACTS_FINGERPRINT_LEN);
    OK(document_write_account(&account, document.body, &document.body_len));
    room_put(room, &document);
}

void room_put_notice(struct room *room, const char *id, const char *zh, bool sealed)
{
    struct fact_announcement notice = {.en = "news"};
    struct inbox_document document = {.type = "notice", .version = ++room->version};

    (void)text_copy(notice.zh, sizeof(notice.zh), zh);
    (void)text_copy(document.id, sizeof(document.id), id);
    OK(document_write_notice(&notice, document.body, &document.body_len));
    seal(room, &document);
    if (!sealed)
        document.seal[3] ^= 1;
    OK(inbox_put(room->writer, &document, 1, ++room->cursor));
}

void room_prove(struct room *room, const struct inbox_state *state)
{
    static struct inbox_proof proof;
    static const struct inbox_proof *const proofs[INBOX_PROVES_COUNT] = {&proof, &proof};
    struct inbox_state proven = *state;
    if (proven.proven_ms == 0)
        proven.proven_ms = clock_wall_ms();
    struct ack ack = {.kiosk = ROOM_KIOSK,
                      .acked_seq = proven.acked_seq,
                      .head_hash = proven.acked_hash,
                      .time_ms = proven.proven_ms};
    char *text = NULL;
    (void)text_copy(ack.epoch, sizeof(ack.epoch), proven.epoch);
    OK(ack_write(&ack, &text));
    (void)text_copy(proof.text, sizeof(proof.text), text);
    free(text);
    const struct seal_message message = {.context = SEAL_ACK,
                                         .parts = {ROOM_KIOSK},
                                         .body = {(const uint8_t *)proof.text, strlen(proof.text)}};
    OK(seal_sign(room->platform, &message, proof.seal));
    (void)text_copy(proof.key_id, sizeof(proof.key_id), seal_key_id(room->platform));
    OK(inbox_set_proven(room->writer, &proven, proofs));
}

void room_prove_clock(struct room *room)
{
    struct inbox_state state;
    OK(inbox_get_state(room->writer, &state));
    state.proven_ms = clock_wall_ms();
    room_prove(room, &state);
}
