#include "sync/wire/enrol.h"

#include "kiosk/base/macros.h"
#include "sync/wire/field.h"

/* clang-format off */
static const struct field request_rows[] = {
    FIELD(enrol_request, kiosk, "kiosk", FIELD_NAME, .required = true, .min = 1),
    FIELD(enrol_request, code, "code", FIELD_TEXT, .required = true, .min = 1),
    FIELD(enrol_request, csr, "csr", FIELD_BASE64, .required = true, .min = 1,
          .len_offset = offsetof(struct enrol_request, csr_len)),
    FIELD(enrol_request, device_key, "device_key", FIELD_BASE64, .min = ENROL_DEVICE_KEY_LEN,
          .len_offset = offsetof(struct enrol_request, device_key_len)),
    FIELD(enrol_request, device_proof, "device_proof", FIELD_BASE64, .min = ENROL_DEVICE_PROOF_LEN,
          .len_offset = offsetof(struct enrol_request, device_proof_len)),
};

static const struct field renew_rows[] = {
    FIELD(renew_request, csr, "csr", FIELD_BASE64, .required = true, .min = 1,
          .len_offset = offsetof(struct renew_request, csr_len)),
    FIELD(renew_request, device_proof, "device_proof", FIELD_BASE64, .min = ENROL_DEVICE_PROOF_LEN,
          .len_offset = offsetof(struct renew_request, device_proof_len)),
};

static const struct field answer_rows[] = {
    FIELD(enrol_answer, kiosk, "kiosk", FIELD_NAME, .required = true, .min = 1),
    FIELD(enrol_answer, certificate, "certificate", FIELD_BASE64, .required = true, .min = 1,
          .len_offset = offsetof(struct enrol_answer, certificate_len)),
    FIELD(enrol_answer, time_ms, "time_ms", FIELD_NUMBER, .required = true),
};

static const struct field refusal_rows[] = {
    FIELD(enrol_refusal, error, "error", FIELD_NAME, .required = true, .min = 1),
    FIELD(enrol_refusal, message, "message", FIELD_TEXT, .min = 0),
};
/* clang-format on */

static void json_done(json_t **json)
{
    json_decref(*json);
}

static struct err write_rows(const struct field *rows, size_t count, const void *in,
                             char **out_text)
{
    CLEANUP(json_done) json_t *root = json_object();
    if (root == NULL)
        return ERR(ERR_NO_ROOM, 0, "json_object");
    struct err e = field_write(root, rows, count, in);
    return failed(e) ? e : field_print_text(root, ENROL_BYTES_MAX, out_text);
}

static struct err read_rows(struct bytes text, const struct field *rows, size_t count, void *out)
{
    CLEANUP(json_done) json_t *root = NULL;
    if (text.len > ENROL_BYTES_MAX)
        return ERR(ERR_NO_ROOM, text.len, "text too long");
    struct err e = field_parse(text, &root);
    return failed(e) ? e : field_read(root, rows, count, out);
}

struct err enrol_request_write(const struct enrol_request *in, char **out_text)
{
    return write_rows(request_rows, ARRAY_LEN(request_rows), in, out_text);
}

struct err renew_request_write(const struct renew_request *in, char **out_text)
{
    return write_rows(renew_rows, ARRAY_LEN(renew_rows), in, out_text);
}

struct err enrol_answer_write(const struct enrol_answer *in, char **out_text)
{
    return write_rows(answer_rows, ARRAY_LEN(answer_rows), in, out_text);
}

struct err enrol_refusal_write(const struct enrol_refusal *in, char **out_text)
{
    return write_rows(refusal_rows, ARRAY_LEN(refusal_rows), in, out_text);
}

struct err enrol_request_read(struct bytes text, struct enrol_request *out)
{
    return read_rows(text, request_rows, ARRAY_LEN(request_rows), out);
}

struct err renew_request_read(struct bytes text, struct renew_request *out)
{
    return read_rows(text, renew_rows, ARRAY_LEN(renew_rows), out);
}

struct err enrol_answer_read(struct bytes text, struct enrol_answer *out)
{
    return read_rows(text, answer_rows, ARRAY_LEN(answer_rows), out);
}

struct err enrol_refusal_read(struct bytes text, struct enrol_refusal *out)
{
    return read_rows(text, refusal_rows, ARRAY_LEN(refusal_rows), out);
}
