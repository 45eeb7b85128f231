#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/macros.h"
#include "sync/wire/enrol.h"

static struct bytes of(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static void assert_same(const struct enrol_request *a, const struct enrol_request *b)
{
    assert_string_equal(a->kiosk, b->kiosk);
    assert_string_equal(a->code, b->code);
    assert_int_equal(a->csr_len, b->csr_len);
    assert_memory_equal(a->csr, b->csr, a->csr_len);
    assert_int_equal(a->device_key_len, b->device_key_len);
    assert_memory_equal(a->device_key, b->device_key, a->device_key_len);
    assert_int_equal(a->device_proof_len, b->device_proof_len);
    assert_memory_equal(a->device_proof, b->device_proof, a->device_proof_len);
}

static void a_request_is_read_as_it_was_written(void **state)
{
    struct enrol_request in = {
        .kiosk = "hall-7", .code = "0000-1111", .csr = {48, 0}, .csr_len = 2};
    struct enrol_request out;
    char *text = NULL;
    (void)state;

    assert_false(failed(enrol_request_write(&in, &text)));
    assert_string_equal(text, "{\"kiosk\":\"hall-7\",\"code\":\"0000-1111\",\"csr\":\"MAA=\"}");
    assert_false(failed(enrol_request_read(of(text), &out)));
    assert_same(&in, &out);
    free(text);
    in.device_key_len = sizeof(in.device_key);
    in.device_proof_len = sizeof(in.device_proof);
    memset(in.device_key, 7, sizeof(in.device_key));
    memset(in.device_proof, 9, sizeof(in.device_proof));
    assert_false(failed(enrol_request_write(&in, &text)));
    assert_false(failed(enrol_request_read(of(text), &out)));
    assert_same(&in, &out);
    free(text);
}

static void an_answer_and_a_refusal_too(void **state)
{
    const struct enrol_answer answer = {
        .kiosk = "hall-7", .certificate = {1, 2, 3}, .certificate_len = 3, .time_ms = 5};
    const struct enrol_refusal refusal = {.error = "code_wrong", .message = "no"};
    struct enrol_answer answer_out;
    struct enrol_refusal refusal_out;
    char *text = NULL;
    (void)state;

    assert_false(failed(enrol_answer_write(&answer, &text)));
    assert_string_equal(text, "{\"kiosk\":\"hall-7\",\"certificate\":\"AQID\",\"time_ms\":5}");
    assert_false(failed(enrol_answer_read(of(text), &answer_out)));
    assert_string_equal(answer.kiosk, answer_out.kiosk);
    assert_int_equal(answer.certificate_len, answer_out.certificate_len);
    assert_memory_equal(answer.certificate, answer_out.certificate, answer.certificate_len);
    assert_int_equal(answer.time_ms, answer_out.time_ms);
    free(text);
    assert_false(failed(enrol_refusal_write(&refusal, &text)));
    assert_string_equal(text, "{\"error\":\"code_wrong\",\"message\":\"no\"}");
    assert_false(failed(enrol_refusal_read(of(text), &refusal_out)));
    assert_string_equal(refusal.error, refusal_out.error);
    assert_string_equal(refusal.message, refusal_out.message);
    free(text);
}

static void what_is_none_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "[]",
        "{}",
        "{\"kiosk\":\"hall-7\",\"code\":\"0\"}",
        "{\"kiosk\":\"hall-7\",\"code\":\"0\",\"csr\":\"\"}",
        "{\"kiosk\":\"hall-7\",\"code\":\"0\",\"csr\":\"MA\"}",
        "{\"kiosk\":\"\",\"code\":\"0\",\"csr\":\"MAA=\"}",
        "{\"kiosk\":\"hall 7\",\"code\":\"0\",\"csr\":\"MAA=\"}",
        "{\"kiosk\":\"hall-7\",\"code\":7,\"csr\":\"MAA=\"}",
        "{\"kiosk\":\"hall-7\",\"code\":\"0\",\"csr\":\"MAA=\",\"device_key\":\"MAA=\"}",
    };
    struct enrol_request out;
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("  %s\n", rows[i]);
        assert_int_equal(enrol_request_read(of(rows[i]), &out).code, ERR_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_read_as_it_was_written),
        cmocka_unit_test(an_answer_and_a_refusal_too),
        cmocka_unit_test(what_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
