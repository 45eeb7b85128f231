#include "hw/token/token_worker_wire.h"

#include <stdlib.h>
#include <string.h>

#include "hw/token/token_check.h"
#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

static uint8_t message[WIRE_MESSAGE_MAX];
static struct wire_ask asked, heard;
static struct wire_answer told;
static struct token_reply reply, got;

static struct secret secret_of(const char *text)
{
    struct secret secret = {.len = 0};
    assert_false(failed(secret_set(&secret, (struct bytes){(const uint8_t *)text, strlen(text)})));
    return secret;
}

static void assert_secret(const struct secret *secret, const char *want)
{
    struct bytes bytes = secret_reveal(secret);
    assert_int_equal(bytes.len, strlen(want));
    assert_memory_equal(bytes.at, want, bytes.len);
}

static void assert_bytes(struct bytes bytes, const char *want)
{
    assert_int_equal(bytes.len, strlen(want));
    assert_memory_equal(bytes.at, want, bytes.len);
}

static struct bytes text(const char *from)
{
    return (struct bytes){(const uint8_t *)from, strlen(from)};
}

static size_t put_everything(void)
{
    static struct token_admin admin, admin_was, admin_next;
    static struct secret secrets[4];
    static struct token_personal personal;

    admin = (struct token_admin){secret_of("admin-key-of-24-bytes-12"), true, true};
    admin_was = (struct token_admin){secret_of("factory-key-of-24-bytes1"), false, false};
    admin_next = (struct token_admin){secret_of("own-key-of-32-bytes-long-and-so-"), true, false};
    secrets[0] = secret_of("111111");
    secrets[1] = secret_of("222222");
    secrets[2] = secret_of("33333333");
    secrets[3] = secret_of("44444444");
    personal = (struct token_personal){&secrets[0], &secrets[1], &secrets[2], &secrets[3],
                                       &admin_was,  &admin_next, {7, 8, 9}};
    asked = (struct wire_ask){.number = 0x01020304,
                              .kind = WIRE_CALL,
                              .memory.salt = {1, 2, 3},
                              .request = {.call = TOKEN_CALL_PERSONALISE,
                                          .scope = {0xFFFFFF, true, false, true, false},
                                          .target = {"s123", 0x9C, &admin},
                                          .to_slot = 0x82,
                                          .key = TOKEN_KEY_RSA3072,
                                          .data = text("certificate"),
                                          .pin = text("654321"),
                                          .new_pin = text("12345678"),
                                          .personal = &personal}};
    return wire_put_ask(&asked, message);
}

static void everything_that_is_asked_arrives(void **state)
{
    (void)state;
    size_t len = put_everything();

    assert_false(failed(wire_get_ask((struct bytes){message, len}, &heard)));
    const struct token_request *request = &heard.request;
    assert_int_equal(heard.number, 0x01020304);
    assert_memory_equal(&heard.memory, &asked.memory, sizeof(heard.memory));
    assert_int_equal(request->call, TOKEN_CALL_PERSONALISE);
    assert_int_equal(request->scope.slots, 0xFFFFFF);
    assert_true(request->scope.pin_tries && !request->scope.puk_tries);
    assert_true(request->scope.guid && !request->scope.keys);
    assert_string_equal(request->target.id, "s123");
    assert_int_equal(request->target.slot, 0x9C);
    assert_secret(&request->target.admin->key, "admin-key-of-24-bytes-12");
    assert_true(request->target.admin->aes && request->target.admin->diversified);
    assert_int_equal(request->to_slot, 0x82);
    assert_int_equal(request->key, TOKEN_KEY_RSA3072);
    assert_bytes(request->data, "certificate");
    assert_bytes(request->pin, "654321");
    assert_bytes(request->new_pin, "12345678");
    assert_secret(request->personal->pin_was, "111111");
    assert_secret(request->personal->pin, "222222");
    assert_secret(request->personal->puk_was, "33333333");
    assert_secret(request->personal->puk, "44444444");
    assert_secret(&request->personal->admin_was->key, "factory-key-of-24-bytes1");
    assert_secret(&request->personal->admin->key, "own-key-of-32-bytes-long-and-so-");
    assert_true(request->personal->admin->aes && !request->personal->admin_was->aes);
    assert_memory_equal(request->personal->guid, "\7\10\11", 3);
}

static void what_is_not_asked_is_not_there(void **state)
{
    (void)state;
    asked = (struct wire_ask){.kind = WIRE_CALL, .request.call = TOKEN_CALL_IDENTIFY};
    size_t len = wire_put_ask(&asked, message);

    assert_false(failed(wire_get_ask((struct bytes){message, len}, &heard)));
    assert_null(heard.request.target.id);
    assert_null(heard.request.target.admin);
    assert_null(heard.request.personal);
    assert_int_equal(heard.request.data.len + heard.request.pin.len + heard.request.new_pin.len, 0);
}

static size_t put_identity(uint8_t count)
{
    memset(&reply, 0, sizeof(reply));
    struct token_identity *identity = &reply.u.identity;
    memcpy(identity->id, "s42", 4);
    identity->has_guid = true;
    identity->guid[15] = 0xAB;
    identity->pin_tries_left = 5;
    identity->puk_tries_left = TOKEN_TRIES_UNKNOWN;
    identity->extended = true;
    identity->certificate_count = count;
    for (uint8_t i = 0; i < count; i++) {
        identity->certificates[i].slot = token_slot_at(i);
        identity->certificates[i].der_len = (uint16_t)(TOKEN_CERTIFICATE_MAX - i);
        memset(identity->certificates[i].der, i, TOKEN_CERTIFICATE_MAX);
    }
    identity->torn = count > 9 ? 0 : 1U << 9;
    identity->hidden = count > 10 ? 0 : 1U << 10;
    identity->keys_known = true;
    identity->keys[2] = TOKEN_KEY_P384;
    struct wire_answer answer = {.number = 9, .error = ERR_OK, .has_service = true};
    return wire_put_answer(&answer, TOKEN_CALL_IDENTIFY, &reply, message);
}

static void a_full_identity_arrives(void **state)
{
    (void)state;
    size_t len = put_identity(TOKEN_CERTIFICATES_MAX);
    const struct token_identity *want = &reply.u.identity;

    memset(&got, 0xEE, sizeof(got));
    assert_false(
        failed(wire_get_answer((struct bytes){message, len}, TOKEN_CALL_IDENTIFY, &told, &got)));
    const struct token_identity *identity = &got.u.identity;
    assert_int_equal(told.number, 9);
    assert_true(told.has_service);
    assert_string_equal(identity->id, "s42");
    assert_true(identity->has_guid && identity->extended);
    assert_memory_equal(identity->guid, want->guid, sizeof(want->guid));
    assert_int_equal(identity->pin_tries_left, 5);
    assert_int_equal(identity->puk_tries_left, TOKEN_TRIES_UNKNOWN);
    assert_int_equal(identity->certificate_count, TOKEN_CERTIFICATES_MAX);
    for (size_t i = 0; i < TOKEN_CERTIFICATES_MAX; i++) {
        const struct token_certificate *certificate = &identity->certificates[i];
        assert_int_equal(certificate->slot, token_slot_at(i));
        assert_int_equal(certificate->der_len, TOKEN_CERTIFICATE_MAX - i);
        assert_memory_equal(certificate->der, want->certificates[i].der, certificate->der_len);
    }
    assert_int_equal(identity->torn, want->torn);
    assert_int_equal(identity->hidden, want->hidden);
    assert_true(identity->keys_known);
    assert_memory_equal(identity->keys, want->keys, sizeof(want->keys));
}

static void data_an_error_and_a_watch_arrive(void **state)
{
    (void)state;
    struct wire_answer answer = {.number = 1, .error = ERR_OK, .presence = TOKEN_PRESENT};

    reply = (struct token_reply){.len = 3, .u.data = {1, 2, 3}};
    size_t len = wire_put_answer(&answer, TOKEN_CALL_SIGN, &reply, message);
    assert_false(
        failed(wire_get_answer((struct bytes){message, len}, TOKEN_CALL_SIGN, &told, &got)));
    assert_int_equal(got.len, 3);
    assert_memory_equal(got.u.data, "\1\2\3", 3);

    answer.error = ERR(ERR_DENIED, 0x63C2, "where");
    reply.tries_left = 2;
    len = wire_put_answer(&answer, TOKEN_CALL_VERIFY_PIN, &reply, message);
    assert_false(
        failed(wire_get_answer((struct bytes){message, len}, TOKEN_CALL_VERIFY_PIN, &told, &got)));
    assert_int_equal(told.error.code, ERR_DENIED);
    assert_int_equal(told.error.native, 0x63C2);
    assert_non_null(strstr(told.error.site, "where"));
    assert_int_equal(got.tries_left, 2);

    answer.error = ERR_OK;
    len = wire_put_answer(&answer, TOKEN_CALL_IDENTIFY, NULL, message);
    assert_false(
        failed(wire_get_answer((struct bytes){message, len}, TOKEN_CALL_IDENTIFY, &told, NULL)));
    assert_int_equal(told.presence, TOKEN_PRESENT);
}

/* Whether whatever the bytes are, what is read of them stays within its bounds. */
static void look_at(struct bytes bytes)
{
    struct wire_hello hello;

    if (!failed(wire_get_ask(bytes, &heard)) && heard.kind == WIRE_CALL) {
        assert_true(heard.request.data.len <= WIRE_DATA_MAX);
        assert_true(heard.request.key < TOKEN_KEY_COUNT);
        assert_true(heard.request.call < TOKEN_CALL_COUNT);
    }
    if (!failed(wire_get_answer(bytes, TOKEN_CALL_IDENTIFY, &told, &got)) && !failed(told.error)) {
        assert_true(got.u.identity.certificate_count <= TOKEN_CERTIFICATES_MAX);
        assert_true(strnlen(got.u.identity.id, TOKEN_ID_SIZE) < TOKEN_ID_SIZE);
        for (size_t i = 0; i < got.u.identity.certificate_count; i++)
            assert_true(got.u.identity.certificates[i].der_len <= TOKEN_CERTIFICATE_MAX);
    }
    assert_true(failed(wire_get_hello(bytes, &hello)) || bytes.len == 3);
}

static void a_message_with_a_byte_more_or_less_is_refused(void **state)
{
    (void)state;
    size_t len = put_everything();

    for (size_t i = 0; i < len; i++)
        assert_int_equal(wire_get_ask((struct bytes){message, i}, &heard).code, ERR_MALFORMED);
    message[len] = 0;
    assert_int_equal(wire_get_ask((struct bytes){message, len + 1}, &heard).code, ERR_MALFORMED);

    len = put_identity(1);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(
            wire_get_answer((struct bytes){message, i}, TOKEN_CALL_IDENTIFY, &told, &got).code,
            ERR_MALFORMED);
    message[len] = 0;
    assert_int_equal(
        wire_get_answer((struct bytes){message, len + 1}, TOKEN_CALL_IDENTIFY, &told, &got).code,
        ERR_MALFORMED);
}

static void changed_bytes_never_lead_out_of_bounds(void **state)
{
    (void)state;
    size_t lens[2];
    uint8_t *copy = malloc(WIRE_MESSAGE_MAX);

    assert_non_null(copy);
    srandom(7);
    for (int round = 0; round < 20000; round++) {
        size_t which = (size_t)round % 2;
        lens[which] = which == 0 ? put_everything() : put_identity(1);
        memcpy(copy, message, lens[which]);
        for (int i = 0; i < 1 + round % 4; i++)
            copy[(size_t)random() % lens[which]] = (uint8_t)random();
        look_at((struct bytes){copy, lens[which]});
    }
    free(copy);
}

/* clang-format off */
static const struct {
    const char *name;
    size_t from_start;  /* which byte of the answer is changed */
    uint8_t value;
} bad[] = {
    {"what is said is no answer", 0, WIRE_SAID_TRACE},
    {"what is said is nothing", 0, WIRE_SAID_COUNT},
    {"an error code that there is not", 5, ERR_CODE_COUNT},
    {"a flag that is neither yes nor no", 14, 2},
    {"a presence that there is not", 15, TOKEN_PRESENT + 1},
};
/* clang-format on */

static void enums_and_flags_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        size_t len = put_identity(0);
        print_message("  %s\n", bad[i].name);
        message[bad[i].from_start] = bad[i].value;
        assert_int_equal(
            wire_get_answer((struct bytes){message, len}, TOKEN_CALL_IDENTIFY, &told, &got).code,
            ERR_MALFORMED);
    }
    size_t len = put_identity(0);
    message[len - 1] = TOKEN_KEY_COUNT; /* the last of the keys */
    assert_int_equal(
        wire_get_answer((struct bytes){message, len}, TOKEN_CALL_IDENTIFY, &told, &got).code,
        ERR_MALFORMED);
}

static void an_identity_that_contradicts_itself_is_none(void **state)
{
    static const struct {
        const char *name;
        uint8_t count;
        uint32_t torn, hidden;
        bool holds;
    } cases[] = {
        {"all in order", 9, 1U << 9, 1U << 10, true},
        {"a few", 1, 0, 0, true},
        {"of all slots that were asked for", 11, 0, 0, true},
        {"of one that was not asked for", 12, 0, 0, false},
        {"torn and hidden", 1, 1U << 9, 1U << 9, false},
        {"shown and torn", 1, 1, 0, false},
        {"shown and hidden", 1, 0, 1, false},
        {"hidden where it was not asked", 1, 0, 1U << 11, false},
    };
    const struct token_request request = {.call = TOKEN_CALL_IDENTIFY,
                                          .scope = {.slots = 0x7FF, .keys = true}};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        print_message("  %s\n", cases[i].name);
        (void)put_identity(cases[i].count);
        reply.u.identity.torn = cases[i].torn;
        reply.u.identity.hidden = cases[i].hidden;
        assert_int_equal(token_answer_holds(&request, ERR_OK, &reply), cases[i].holds);
    }
}

static void a_site_that_is_no_plain_text_is_refused(void **state)
{
    (void)state;
    struct wire_answer answer = {.error = {ERR_IO, 1, "line\nbreak"}};
    size_t len = wire_put_answer(&answer, TOKEN_CALL_WRITE, &reply, message);

    assert_int_equal(
        wire_get_answer((struct bytes){message, len}, TOKEN_CALL_WRITE, &told, &got).code,
        ERR_MALFORMED);
}

static void a_line_of_a_trace_arrives(void **state)
{
    (void)state;
    char long_line[2 * WIRE_LINE_SIZE];
    char line[WIRE_LINE_SIZE];
    size_t len = wire_put_trace("00 A4 04 00 SELECT", message);

    assert_int_equal(wire_said((struct bytes){message, len}), WIRE_SAID_TRACE);
    assert_false(failed(wire_get_trace((struct bytes){message, len}, line)));
    assert_string_equal(line, "00 A4 04 00 SELECT");
    message[len] = 'x';
    for (size_t i = 0; i <= len + 1; i++) {
        if (i != len)
            assert_int_equal(wire_get_trace((struct bytes){message, i}, line).code, ERR_MALFORMED);
    }
    message[len - 1] = '\n';
    assert_int_equal(wire_get_trace((struct bytes){message, len}, line).code, ERR_MALFORMED);
    memset(long_line, 'z', sizeof(long_line) - 1);
    long_line[sizeof(long_line) - 1] = '\0';
    len = wire_put_trace(long_line, message);
    assert_true(len <= WIRE_TRACE_MAX);
    assert_false(failed(wire_get_trace((struct bytes){message, len}, line)));
    assert_int_equal(strlen(line), WIRE_LINE_SIZE - 1);
    assert_int_equal(wire_said((struct bytes){message, 0}), WIRE_SAID_COUNT);
}

static void a_hello_of_another_version_is_refused(void **state)
{
    (void)state;
    struct wire_hello hello = {.has_service = true};
    size_t len = wire_put_hello(&hello, message);

    assert_false(failed(wire_get_hello((struct bytes){message, len}, &hello)));
    assert_true(hello.has_service && !hello.sandboxed);
    message[0]++;
    assert_int_equal(wire_get_hello((struct bytes){message, len}, &hello).code, ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_is_asked_arrives),
        cmocka_unit_test(what_is_not_asked_is_not_there),
        cmocka_unit_test(a_full_identity_arrives),
        cmocka_unit_test(data_an_error_and_a_watch_arrive),
        cmocka_unit_test(a_message_with_a_byte_more_or_less_is_refused),
        cmocka_unit_test(changed_bytes_never_lead_out_of_bounds),
        cmocka_unit_test(enums_and_flags_are_judged),
        cmocka_unit_test(an_identity_that_contradicts_itself_is_none),
        cmocka_unit_test(a_site_that_is_no_plain_text_is_refused),
        cmocka_unit_test(a_line_of_a_trace_arrives),
        cmocka_unit_test(a_hello_of_another_version_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
