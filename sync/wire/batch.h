// clang-format off
/*
 * batch.h - the two streams between kiosk and platform, as bytes on HTTPS.
 *
 * Up:    POST /v1/kiosks/{kiosk}/journal      Content-Type: application/json
 *                                             Content-Encoding: zstd
 *        {"epoch":UUID,"entries":[{"seq":N,"txid":UUID,"at_ms":N,"visit":UUID,"kind":NAME,
 *          "body":TEXT (the exact bytes, as a JSON string),"prev":hex,"hash":hex}, ...],
 *         "head":{"seq":N,"hash":hex,"signature":base64}}
 *        head: the last of the entries, signed with the kiosk's device key, and with it all before
 *        it: see kiosk/pki/device_key.h. What is not signed yet is not sent.
 *   200  {"ack":TEXT,"key_id":hex,"seal":base64}   seal over ack, see kiosk/pki/seal.h; ack is
 *        {"kiosk":ID,"epoch":UUID,"acked_seq":N,"head_hash":hex,"time_ms":N,"generation":UUID,
 *         "rejected":[{"seq":N,"code":NAME}, ...]}
 *   409  {"error":"gap","expected_seq":N}; or {"error":WORD,"seq":N} with "fork", "unsigned" (the
 *        last entry is not the head, or no device key is known) or "signature" (it is not its own):
 *        then nothing of the batch is stored
 *   400  {"error":"malformed","message":TEXT}; 413; 429 and 503 with Retry-After
 *   Every entry up to acked_seq is stored for ever (rejected ones too, with their code).
 *
 * Ahead: POST /v1/kiosks/{kiosk}/ahead
 *        a batch of at most BATCH_AHEAD_MAX entries from the end of a long journal, to its head, so
 *        that a visitor does not wait for all before them. The same entries come again in their turn.
 *   200  {}
 *   409  "fork", "unsigned", "signature"; 429 when too many are ahead; else as above
 *
 * Down:  GET /v1/kiosks/{kiosk}/feed?after=CURSOR&wait=SECONDS   (wait 0 to 25)
 *            &generation=UUID&epoch=UUID&acked=N   (of the ack before)
 *            &fork=1   (while the kiosk sends nothing: by an ack its journal is another one)
 *   200  {"cursor":N,"documents":[{"type":NAME,"id":TEXT,"version":N,"body":TEXT,
 *          "key_id":hex,"seal":base64}, ...], "ack":TEXT,"key_id":hex,"seal":base64}
 *        statements about keys first, then the others, both in order of change, at most
 *        FEED_DOCUMENTS_MAX; none when the wait is over. The ack has no "rejected" here and
 *        proves time and high-water mark ("" epoch: none yet).
 *        Another generation than the one asked with: the platform's database was put back, and
 *        the feed begins anew. So it does, for this kiosk alone, after a cursor or an acked that
 *        the platform cannot have given.
 */
// clang-format on
#ifndef SYNC_WIRE_BATCH_H
#define SYNC_WIRE_BATCH_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/chain.h"
#include "kiosk/base/err.h"

#define BATCH_AHEAD_MAX 64 /* entries sent ahead of their turn */
#define BATCH_ENTRIES_MAX 500
/* Before compression; refused above, at both ends. */
#define BATCH_BYTES_MAX ((size_t)1024 * 1024)
#define FEED_DOCUMENTS_MAX 50
#define FEED_BYTES_MAX ((size_t)1024 * 1024)
#define FEED_WAIT_MAX_S 25
#define ACK_TEXT_MAX 40960 /* every entry of a batch rejected */
#define ACK_REJECTED_MAX BATCH_ENTRIES_MAX
#define SEALED_ACK_BYTES_MAX (2 * ACK_TEXT_MAX + 256) /* every quote of the ack is escaped */

struct batch_entry {
    uint64_t seq;
    int64_t at_ms;
    char txid[CHAIN_UUID_LEN + 1];
    char visit[CHAIN_UUID_LEN + 1];
    char kind[CHAIN_KIND_MAX];
    size_t body_len;
    uint8_t body[CHAIN_BODY_MAX];
    struct hash prev, hash;
};

#define BATCH_SIGNATURE_LEN 64

struct batch_head {
    uint64_t seq; /* 0: none */
    struct hash hash;
    uint8_t signature[BATCH_SIGNATURE_LEN];
};

struct batch {
    char epoch[CHAIN_UUID_LEN + 1];
    struct batch_head head;
    size_t count;
    struct batch_entry entries[BATCH_ENTRIES_MAX]; /* 4 MB: keep it on the heap */
};

struct ack {
    char kiosk[33];
    char epoch[CHAIN_UUID_LEN + 1];
    uint64_t acked_seq;
    struct hash head_hash;
    int64_t time_ms;
    char generation[CHAIN_UUID_LEN + 1]; /* "": of a release that did not say */
    size_t rejected_count;
    struct {
        uint64_t seq;
        char code[33];
    } rejected[ACK_REJECTED_MAX];
};

/* A sealed text as it travels. */
struct sealed_ack {
    char text[ACK_TEXT_MAX];
    char key_id[17];
    uint8_t seal[64];
};

struct feed_document {
    char type[25];
    char id[65];
    uint64_t version;
    char key_id[17];
    uint8_t seal[64];
    size_t body_len;
    uint8_t body[16384];
};

struct feed {
    uint64_t cursor;
    size_t count;
    struct feed_document documents[FEED_DOCUMENTS_MAX]; /* 0.8 MB: keep it on the heap */
    struct sealed_ack ack;
};

struct refusal { /* body of 4xx and 5xx */
    char error[33];
    uint64_t seq; /* expected_seq or seq; 0: not given */
    char message[129];
};

/* JSON text of a struct; `*out_text` is allocated, NUL-terminated, to free(). ERR_NO_ROOM without
 * memory or above the limit. */
MUST_CHECK struct err batch_write(const struct batch *in, char **out_text);
MUST_CHECK struct err ack_write(const struct ack *in, char **out_text);
MUST_CHECK struct err sealed_ack_write(const struct sealed_ack *in, char **out_text);
MUST_CHECK struct err feed_write(const struct feed *in, char **out_text);
MUST_CHECK struct err refusal_write(const struct refusal *in, char **out_text);

/* The reverse. ERR_MALFORMED, ERR_NO_ROOM (a stated limit). `*out` is undefined after an error. */
MUST_CHECK struct err batch_read(struct bytes text, struct batch *out);
MUST_CHECK struct err ack_read(struct bytes text, struct ack *out);
MUST_CHECK struct err sealed_ack_read(struct bytes text, struct sealed_ack *out);
MUST_CHECK struct err feed_read(struct bytes text, struct feed *out);
MUST_CHECK struct err refusal_read(struct bytes text, struct refusal *out);

/* zstd, level 3. `*out` is allocated, to free(). unpack: ERR_NO_ROOM when it would exceed `max` (a
 * bomb), ERR_MALFORMED. */
MUST_CHECK struct err wire_pack(struct bytes plain, uint8_t **out, size_t *out_len);
MUST_CHECK struct err wire_unpack(struct bytes packed, size_t max, uint8_t **out, size_t *out_len);

#endif
