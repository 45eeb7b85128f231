#include "sync/wire/batch.h"

#include "kiosk/base/text.h"
#include "sync/wire/field.h"

/* A member of the struct that is one element of an array in struct ack. */
struct rejection {
    uint64_t seq;
    char code[33];
};

/* clang-format off */
static const struct field batch_rows[] = {
    FIELD(batch, epoch, "epoch", FIELD_UUID, .required = true, .min = 1),
};

static const struct field head_rows[] = {
    FIELD(batch_head, seq, "seq", FIELD_NUMBER, .required = true, .min = 1),
    FIELD(batch_head, hash, "hash", FIELD_HEX, .required = true),
    FIELD(batch_head, signature, "signature", FIELD_BASE64, .required = true),
};

static const struct field entry_rows[] = {
    FIELD(batch_entry, seq, "seq", FIELD_NUMBER, .required = true, .min = 1),
    FIELD(batch_entry, txid, "txid", FIELD_UUID, .required = true, .min = 1),
    FIELD(batch_entry, at_ms, "at_ms", FIELD_NUMBER, .required = true),
    FIELD(batch_entry, visit, "visit", FIELD_UUID, .required = true, .min = 1),
    FIELD(batch_entry, kind, "kind", FIELD_NAME, .required = true, .min = 1),
    FIELD(batch_entry, body, "body", FIELD_EXACT, .required = true,
          .len_offset = offsetof(struct batch_entry, body_len)),
    FIELD(batch_entry, prev, "prev", FIELD_HEX, .required = true),
    FIELD(batch_entry, hash, "hash", FIELD_HEX, .required = true),
};

static const struct field ack_rows[] = {
    FIELD(ack, kiosk, "kiosk", FIELD_NAME, .required = true, .min = 1),
    FIELD(ack, epoch, "epoch", FIELD_UUID, .required = true, .min = 0),
    FIELD(ack, acked_seq, "acked_seq", FIELD_NUMBER, .required = true),
    FIELD(ack, head_hash, "head_hash", FIELD_HEX, .required = true),
    FIELD(ack, time_ms, "time_ms", FIELD_NUMBER, .required = true),
    FIELD(ack, generation, "generation", FIELD_UUID, .min = 0),
};

static const struct field rejection_rows[] = {
    FIELD(rejection, seq, "seq", FIELD_NUMBER, .required = true, .min = 1),
    FIELD(rejection, code, "code", FIELD_NAME, .required = true, .min = 1),
};

#define KEY_ID_LEN 16
#define SEALED_ACK_ROWS(outer, prefix) \
    FIELD(outer, prefix text, "ack", FIELD_TEXT, .required = true, .min = 1), \
    FIELD(outer, prefix key_id, "key_id", FIELD_NAME, .required = true, .min = KEY_ID_LEN), \
    FIELD(outer, prefix seal, "seal", FIELD_BASE64, .required = true)

static const struct field sealed_ack_rows[] = {SEALED_ACK_ROWS(sealed_ack, )};

static const struct field feed_head_rows[] = {
    FIELD(feed, cursor, "cursor", FIELD_NUMBER, .required = true),
};

static const struct field feed_tail_rows[] = {SEALED_ACK_ROWS(feed, ack.)};

static const struct field document_rows[] = {
    FIELD(feed_document, type, "type", FIELD_NAME, .required = true, .min = 1),
    FIELD(feed_document, id, "id", FIELD_NAME, .required = true, .min = 1),
    FIELD(feed_document, version, "version", FIELD_NUMBER, .required = true),
    FIELD(feed_document, body, "body", FIELD_EXACT, .required = true,
          .len_offset = offsetof(struct feed_document, body_len)),
    FIELD(feed_document, key_id, "key_id", FIELD_NAME, .required = true, .min = KEY_ID_LEN),
    FIELD(feed_document, seal, "seal", FIELD_BASE64, .required = true),
};

/* "gap" names the seq that is expected next, every other refusal the one it speaks of. */
static const struct field refusal_rows[] = {
    FIELD(refusal, error, "error", FIELD_NAME, .required = true, .min = 1),
    FIELD(refusal, seq, "seq", FIELD_NUMBER, .min = 0),
    FIELD(refusal, message, "message", FIELD_TEXT, .min = 0),
};
static const struct field gap_rows[] = {
    FIELD(refusal, error, "error", FIELD_NAME, .required = true, .min = 1),
    FIELD(refusal, seq, "expected_seq", FIELD_NUMBER, .required = true),
    FIELD(refusal, message, "message", FIELD_TEXT, .min = 0),
};
/* clang-format on */

/* A row and the array of structs it describes. */
struct list {
    const char *name;
    const struct field *rows;
    size_t row_count;
    size_t item_size;
    size_t max;
};

#define LIST(key, table, item, limit) \
    { \
        (key), (table), ARRAY_LEN(table), sizeof(item), (limit) \
    }

static const struct list entry_list =
    LIST("entries", entry_rows, struct batch_entry, BATCH_ENTRIES_MAX);
static const struct list document_list =
    LIST("documents", document_rows, struct feed_document, FEED_DOCUMENTS_MAX);

static struct err list_write(json_t *root, const struct list *list, const void *items, size_t count)
{
    json_t *array = json_array();
    if (json_object_set_new(root, list->name, array) != 0)
        return ERR(ERR_NO_ROOM, 0, "json_object_set_new");
    if (count > list->max)
        return ERR(ERR_NO_ROOM, count, "too many");
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        if (json_array_append_new(array, object) != 0)
            return ERR(ERR_NO_ROOM, i, "json_array_append_new");
        struct err e = field_write(object, list->rows, list->row_count,
                                   (const uint8_t *)items + i * list->item_size);
        if (failed(e))
            return e;
    }
    return ERR_OK;
}

static struct err list_read(const json_t *root, const struct list *list, void *items,
                            size_t *out_count)
{
    const json_t *array = json_object_get(root, list->name);
    if (!json_is_array(array))
        return ERR(ERR_MALFORMED, 0, "not an array");
    size_t count = json_array_size(array);
    if (count > list->max)
        return ERR(ERR_NO_ROOM, count, "too many");
    for (size_t i = 0; i < count; i++) {
        struct err e = field_read(json_array_get(array, i), list->rows, list->row_count,
                                  (uint8_t *)items + i * list->item_size);
        if (failed(e))
            return e;
    }
    *out_count = count;
    return ERR_OK;
}

static struct err parse(struct bytes text, size_t max, json_t **out_root)
{
    if (text.len > max)
        return ERR(ERR_NO_ROOM, text.len, "text too long");
    return field_parse(text, out_root);
}

/* An object of one table's rows and perhaps a list behind them. */
static struct err start(json_t **out_root, const struct field *rows, size_t count, const void *in)
{
    json_t *root = json_object();
    if (root == NULL)
        return ERR(ERR_NO_ROOM, 0, "json_object");
    *out_root = root;
    return field_write(root, rows, count, in);
}

#define HEAD "head"

static struct err head_write(json_t *root, const struct batch_head *head)
{
    if (head->seq == 0)
        return ERR_OK;
    json_t *told = json_object();
    if (json_object_set_new(root, HEAD, told) != 0)
        return ERR(ERR_NO_ROOM, 0, "json_object_set_new");
    return field_write(told, head_rows, ARRAY_LEN(head_rows), head);
}

static struct err head_read(const json_t *root, struct batch_head *out)
{
    const json_t *object = json_object_get(root, HEAD);
    *out = (struct batch_head){.seq = 0};
    if (object == NULL)
        return ERR_OK;
    if (!json_is_object(object))
        return ERR(ERR_MALFORMED, 0, "not an object");
    return field_read(object, head_rows, ARRAY_LEN(head_rows), out);
}

struct err batch_write(const struct batch *in, char **out_text)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = start(&root, batch_rows, ARRAY_LEN(batch_rows), in);
    if (!failed(e))
        e = list_write(root, &entry_list, in->entries, in->count);
    if (!failed(e))
        e = head_write(root, &in->head);
    return failed(e) ? e : field_print_text(root, BATCH_BYTES_MAX, out_text);
}

struct err batch_read(struct bytes text, struct batch *out)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = parse(text, BATCH_BYTES_MAX, &root);
    if (!failed(e))
        e = field_read(root, batch_rows, ARRAY_LEN(batch_rows), out);
    if (!failed(e))
        e = head_read(root, &out->head);
    return failed(e) ? e : list_read(root, &entry_list, out->entries, &out->count);
}

static const struct list rejection_list =
    LIST("rejected", rejection_rows, struct rejection, ACK_REJECTED_MAX);

struct err ack_write(const struct ack *in, char **out_text)
{
    struct rejection rejected[ACK_REJECTED_MAX];
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = start(&root, ack_rows, ARRAY_LEN(ack_rows), in);
    if (failed(e))
        return e;
    if (in->rejected_count > ACK_REJECTED_MAX)
        return ERR(ERR_NO_ROOM, in->rejected_count, "too many");
    for (size_t i = 0; i < in->rejected_count; i++) {
        rejected[i].seq = in->rejected[i].seq;
        (void)text_copy(rejected[i].code, sizeof(rejected[i].code), in->rejected[i].code);
    }
    if (in->rejected_count > 0)
        e = list_write(root, &rejection_list, rejected, in->rejected_count);
    return failed(e) ? e : field_print_text(root, ACK_TEXT_MAX - 1, out_text);
}

struct err ack_read(struct bytes text, struct ack *out)
{
    struct rejection rejected[ACK_REJECTED_MAX];
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = parse(text, ACK_TEXT_MAX - 1, &root);
    if (!failed(e))
        e = field_read(root, ack_rows, ARRAY_LEN(ack_rows), out);
    if (failed(e))
        return e;
    out->rejected_count = 0;
    if (json_object_get(root, rejection_list.name) == NULL)
        return ERR_OK;
    e = list_read(root, &rejection_list, rejected, &out->rejected_count);
    for (size_t i = 0; !failed(e) && i < out->rejected_count; i++) {
        out->rejected[i].seq = rejected[i].seq;
        (void)text_copy(out->rejected[i].code, sizeof(out->rejected[i].code), rejected[i].code);
    }
    return e;
}

struct err sealed_ack_write(const struct sealed_ack *in, char **out_text)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = start(&root, sealed_ack_rows, ARRAY_LEN(sealed_ack_rows), in);
    return failed(e) ? e : field_print_text(root, SEALED_ACK_BYTES_MAX, out_text);
}

struct err sealed_ack_read(struct bytes text, struct sealed_ack *out)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = parse(text, SEALED_ACK_BYTES_MAX, &root);
    return failed(e) ? e : field_read(root, sealed_ack_rows, ARRAY_LEN(sealed_ack_rows), out);
}

struct err feed_write(const struct feed *in, char **out_text)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = start(&root, feed_head_rows, ARRAY_LEN(feed_head_rows), in);
    if (!failed(e))
        e = list_write(root, &document_list, in->documents, in->count);
    if (!failed(e))
        e = field_write(root, feed_tail_rows, ARRAY_LEN(feed_tail_rows), in);
    return failed(e) ? e : field_print_text(root, FEED_BYTES_MAX, out_text);
}

struct err feed_read(struct bytes text, struct feed *out)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = parse(text, FEED_BYTES_MAX, &root);
    if (!failed(e))
        e = field_read(root, feed_head_rows, ARRAY_LEN(feed_head_rows), out);
    if (!failed(e))
        e = list_read(root, &document_list, out->documents, &out->count);
    return failed(e) ? e : field_read(root, feed_tail_rows, ARRAY_LEN(feed_tail_rows), out);
}

static bool is_gap(const char *error)
{
    return text_same(error, "gap");
}

struct err refusal_write(const struct refusal *in, char **out_text)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = is_gap(in->error) ? start(&root, gap_rows, ARRAY_LEN(gap_rows), in)
                                     : start(&root, refusal_rows, ARRAY_LEN(refusal_rows), in);
    return failed(e) ? e : field_print_text(root, ACK_TEXT_MAX, out_text);
}

struct err refusal_read(struct bytes text, struct refusal *out)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = parse(text, ACK_TEXT_MAX, &root);
    if (!failed(e))
        e = field_read(root, refusal_rows, ARRAY_LEN(refusal_rows), out);
    if (!failed(e) && is_gap(out->error))
        e = field_read(root, gap_rows, ARRAY_LEN(gap_rows), out);
    return e;
}
