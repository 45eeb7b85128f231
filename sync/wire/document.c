#include "sync/wire/document.h"

#include <assert.h>
#include <string.h>

#include "sync/wire/field.h"

static const char *const account_statuses[FACT_CERTIFICATE_STATUS_COUNT] = {
    [FACT_CERTIFICATE_ACTIVE] = "active",
    [FACT_CERTIFICATE_REVOKED] = "revoked",
    [FACT_CERTIFICATE_REPLACED] = "replaced",
};

static const char *const order_statuses[FACT_ORDER_STATUS_COUNT] = {
    [FACT_ORDER_NONE] = NULL,         [FACT_ORDER_REQUESTED] = NULL,
    [FACT_ORDER_TO_PAY] = "to_pay",   [FACT_ORDER_IN_REVIEW] = "in_review",
    [FACT_ORDER_TO_MAKE] = "to_make", [FACT_ORDER_TO_WRITE] = "to_write",
    [FACT_ORDER_DONE] = "done",       [FACT_ORDER_CLOSED] = "closed",
    [FACT_ORDER_REFUND] = "refund",   [FACT_ORDER_REFUSED] = "refused",
};

static_assert(sizeof(enum fact_order_status) == sizeof(unsigned), "FIELD_CHOICE writes unsigned");
static_assert(sizeof(enum fact_certificate_status) == sizeof(unsigned), "the same");

#define SEALS_MAX 2

/* clang-format off */
static const struct field account_rows[] = {
    FIELD(document_account, facts.status, "status", FIELD_CHOICE, .required = true,
          .words = account_statuses, .word_count = FACT_CERTIFICATE_STATUS_COUNT),
    FIELD(document_account, profile, "profile", FIELD_NAME, .required = true, .min = 1),
    FIELD(document_account, facts.account, "account", FIELD_TEXT, .min = 0),
    FIELD(document_account, facts.key_no, "key_no", FIELD_TEXT, .min = 0),
    FIELD(document_account, facts.phone_masked, "phone_masked", FIELD_TEXT, .min = 0),
    FIELD(document_account, facts.seals, "seals", FIELD_NUMBER, .max = SEALS_MAX),
    FIELD(document_account, fingerprint, "certificate", FIELD_HEX, .min = 0),
};

static const struct field order_rows[] = {
    FIELD(document_order, facts.status, "status", FIELD_CHOICE, .required = true,
          .words = order_statuses, .word_count = FACT_ORDER_STATUS_COUNT),
    FIELD(document_order, facts.order_no, "order_no", FIELD_TEXT, .min = 0),
    FIELD(document_order, token, "token", FIELD_NAME, .required = true, .min = 1),
    FIELD(document_order, service, "service", FIELD_NAME, .required = true, .min = 1),
    FIELD(document_order, profile, "profile", FIELD_NAME, .required = true, .min = 1),
    FIELD(document_order, facts.term_years, "term_years", FIELD_NUMBER, .min = 0),
    FIELD(document_order, facts.amount_fen, "amount_fen", FIELD_NUMBER, .min = 0),
    FIELD(document_order, facts.pay_url, "pay_url", FIELD_TEXT, .min = 0),
    FIELD(document_order, facts.check_url, "check_url", FIELD_TEXT, .min = 0),
    FIELD(document_order, facts.method, "method", FIELD_TEXT, .min = 0),
    FIELD(document_order, facts.refusal, "refusal", FIELD_NAME, .min = 0),
    FIELD(document_order, facts.created_s, "created_s", FIELD_NUMBER, .min = 0),
    FIELD(document_order, facts.expires_s, "expires_s", FIELD_NUMBER, .min = 0),
    FIELD(document_order, facts.paid_s, "paid_s", FIELD_NUMBER, .min = 0),
    FIELD(document_order, facts.write_before_s, "write_before_s", FIELD_NUMBER, .min = 0),
    FIELD(document_order, facts.old_fingerprint, "old_certificate", FIELD_HEX, .min = 0),
    FIELD(document_order, facts.old_not_after_s, "old_not_after_s", FIELD_NUMBER, .min = 0),
    FIELD(document_order, facts.slot, "slot", FIELD_NUMBER, .min = 0),
    FIELD(document_order, facts.new_fingerprint, "new_certificate", FIELD_HEX, .min = 0),
    FIELD(document_order, facts.new_not_before_s, "new_not_before_s", FIELD_NUMBER, .min = 0),
    FIELD(document_order, facts.new_not_after_s, "new_not_after_s", FIELD_NUMBER, .min = 0),
    FIELD(document_order, ended_s, "ended_s", FIELD_NUMBER, .min = 0),
};

static const struct field issued_rows[] = {
    FIELD(document_issued, slot, "slot", FIELD_NUMBER, .required = true),
    FIELD(document_issued, der, "certificate", FIELD_BASE64, .required = true, .min = 1,
          .len_offset = offsetof(struct document_issued, der_len)),
};

static const struct field notice_rows[] = {
    FIELD(fact_announcement, zh, "zh", FIELD_TEXT, .required = true, .min = 1),
    FIELD(fact_announcement, en, "en", FIELD_TEXT, .required = true, .min = 1),
};

static const struct field key_rows[] = {
    FIELD(document_key, public_key, "public", FIELD_HEX, .required = true),
    FIELD(document_key, not_before_s, "not_before_s", FIELD_NUMBER, .min = 0),
    FIELD(document_key, not_after_s, "not_after_s", FIELD_NUMBER, .required = true, .min = 1),
    FIELD(document_key, revoked_s, "revoked_s", FIELD_NUMBER, .min = 0),
};
/* clang-format on */

static struct err read_body(struct bytes body, const struct field *rows, size_t count, void *out)
{
    if (body.len > DOCUMENT_BODY_MAX)
        return ERR(ERR_MALFORMED, body.len, "body too long");
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = field_parse(body, &root);
    if (failed(e))
        return e;
    e = field_read(root, rows, count, out);
    e.code = e.code == ERR_NO_ROOM ? ERR_MALFORMED : e.code;
    return e;
}

static struct err write_body(const struct field *rows, size_t count, const void *in, uint8_t *out,
                             size_t *out_len)
{
    CLEANUP(json_decrefp) json_t *root = json_object();
    if (root == NULL)
        return ERR(ERR_NO_ROOM, 0, "json_object");
    struct err e = field_write(root, rows, count, in);
    if (failed(e))
        return e;
    return field_print(root, DOCUMENT_BODY_MAX, out, out_len);
}

struct err document_read_account(struct bytes body, struct document_account *out)
{
    struct document_account got = {.facts.known = true};
    struct err e = read_body(body, account_rows, ARRAY_LEN(account_rows), &got);
    if (!failed(e))
        *out = got;
    return e;
}

struct err document_read_order(struct bytes body, struct document_order *out)
{
    struct document_order got = {.facts.status = FACT_ORDER_NONE};
    struct err e = read_body(body, order_rows, ARRAY_LEN(order_rows), &got);
    if (!failed(e))
        *out = got;
    return e;
}

struct err document_read_issued(struct bytes body, struct document_issued *out)
{
    struct document_issued got = {.slot = 0};
    struct err e = read_body(body, issued_rows, ARRAY_LEN(issued_rows), &got);
    if (!failed(e))
        *out = got;
    return e;
}

struct err document_read_notice(struct bytes body, struct fact_announcement *out)
{
    struct fact_announcement got = {.zh = ""};
    struct err e = read_body(body, notice_rows, ARRAY_LEN(notice_rows), &got);
    if (!failed(e))
        *out = got;
    return e;
}

struct err document_read_key(struct bytes body, struct document_key *out)
{
    struct document_key got = {.revoked_s = 0};
    struct err e = read_body(body, key_rows, ARRAY_LEN(key_rows), &got);
    if (!failed(e))
        *out = got;
    return e;
}

struct err document_write_account(const struct document_account *in, uint8_t *out, size_t *out_len)
{
    return write_body(account_rows, ARRAY_LEN(account_rows), in, out, out_len);
}

struct err document_write_order(const struct document_order *in, uint8_t *out, size_t *out_len)
{
    return write_body(order_rows, ARRAY_LEN(order_rows), in, out, out_len);
}

struct err document_write_issued(const struct document_issued *in, uint8_t *out, size_t *out_len)
{
    return write_body(issued_rows, ARRAY_LEN(issued_rows), in, out, out_len);
}

struct err document_write_notice(const struct fact_announcement *in, uint8_t *out, size_t *out_len)
{
    return write_body(notice_rows, ARRAY_LEN(notice_rows), in, out, out_len);
}

struct err document_write_key(const struct document_key *in, uint8_t *out, size_t *out_len)
{
    return write_body(key_rows, ARRAY_LEN(key_rows), in, out, out_len);
}
