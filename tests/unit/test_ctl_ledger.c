/* What `certkioskctl ledger show` and `export` tell of entries, and what not. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/ctl/ledger_command.h"
#include "tests/unit/ctl_room.h"

#define TEXT_MAX 16384
#define ORDER \
    "{\"order\":\"00010003-0000-4000-8000-000000000000\",\"token\":\"s4711\",\"term_years\":2}"

static char said[TEXT_MAX];

static void append_body(unsigned number, const char *kind, const char *body, size_t len)
{
    struct journal_draft draft = draft_of(number, 0, JOURNAL_ORDER_REQUESTED);
    (void)text_copy(draft.kind, sizeof(draft.kind), kind);
    draft.body = (struct bytes){(const uint8_t *)body, len};
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
}

/* Run it with its standard output in `said`. */
static enum ledger_exit run(enum ledger_exit (*command)(const struct ledger_options *),
                            const struct ledger_options *options)
{
    char path[96];
    (void)text_print(path, sizeof(path), "%s/said", kiosk_dir);
    (void)fflush(stdout);
    int own = dup(STDOUT_FILENO);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(own >= 0 && fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
    enum ledger_exit status = command(options);
    (void)fflush(stdout);
    ssize_t len = pread(fd, said, sizeof(said) - 1, 0);
    assert_true(len >= 0 && dup2(own, STDOUT_FILENO) >= 0);
    said[len] = '\0';
    (void)close(own);
    (void)close(fd);
    return status;
}

static size_t lines(void)
{
    size_t count = 0;
    for (const char *at = said; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    return count;
}

static void entries_are_found(void **state)
{
    static const struct {
        const char *what;
        struct ledger_options options;
        size_t count;
        const char *first;
    } rows[] = {
        {"all of them", {.last = 100}, 6, "\n       1  "},
        {"the last two", {.last = 2}, 2, "\n       5  "},
        {"this one", {.seq = 3}, 1, "\n       3  "},
        {"those of an order", {.order = "00010003-0000-4000-8000-000000000000"}, 2, "\n       3  "},
        {"the last of an order",
         {.order = "00010003-0000-4000-8000-000000000000", .last = 1},
         1,
         "\n       5  "},
        {"those of a kind", {.kind = "delivered"}, 1, "\n       5  "},
        {"of an order and a kind",
         {.order = "00010003-0000-4000-8000-000000000000", .kind = "order_left"},
         1,
         "\n       3  "},
    };
    (void)state;
    append_body(3, "order_left", ORDER, strlen(ORDER));
    append_body(4, "visit_ended", "{}", 2);
    append_body(5, "delivered", ORDER, strlen(ORDER));
    append_body(6, "visit_ended", "{}", 2);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ledger_options options = rows[i].options;
        options.state_dir = dir;
        assert_int_equal(run(ledger_show, &options), LEDGER_EXIT_WELL);
        if (lines() != rows[i].count + 1 || strstr(said, rows[i].first) == NULL)
            fail_msg("%s: %s", rows[i].what, said);
    }
    const struct ledger_options none = {.state_dir = dir, .seq = 99};
    assert_int_equal(run(ledger_show, &none), LEDGER_EXIT_WELL);
    assert_string_equal(said, "");
}

static void what_is_personal_is_not_shown(void **state)
{
    static const char body[] =
        "{\"order\":\"00010003-0000-4000-8000-000000000000\",\"token\":\"s471188\",\"name\":"
        "\"wang\","
        "\"term_years\":2,\"amount_fen\":40000,\"why\":\"pulled\",\"old_certificate\":\"feed\"}";
    static const char odd[] = "{\"why\":\"\\u001b[31m\"}";
    const struct ledger_options options = {.state_dir = dir};
    (void)state;
    append_body(3, "order_left", body, strlen(body));
    append_body(4, "order_left", odd, strlen(odd));
    append_body(5, "order_left", "\xff\xfe", 2);
    assert_int_equal(run(ledger_show, &options), LEDGER_EXIT_WELL);
    assert_non_null(strstr(said, " order=00010003-0000-4000-8000-000000000000 term_years=2"
                                 " amount_fen=40000 why=pulled\n"));
    assert_null(strstr(said, "471188"));
    assert_null(strstr(said, "wang"));
    assert_null(strstr(said, "feed"));
    assert_null(strchr(said, '\x1b'));
    assert_non_null(strstr(said, "(a body that cannot be read)"));
}

static void what_the_platform_has_is_told(void **state)
{
    const struct ledger_options options = {.state_dir = dir};
    struct inbox_state well = well_state();
    (void)state;
    set_state(&well);
    assert_int_equal(inbox_quarantine(inbox, 2, "unknown_order").code, ERR_NONE);
    append(3, clock_wall_ms());
    assert_int_equal(run(ledger_show, &options), LEDGER_EXIT_WELL);
    assert_non_null(strstr(said, "Z  yes          order_requested"));
    assert_non_null(strstr(said, "Z  rejected:unknown_order  order_requested"));
    assert_non_null(strstr(said, "Z  no           order_requested"));
}

static void bodies_are_exported_byte_by_byte(void **state)
{
    static const char body[] = "{ \"a\" : \"\\u00e9 江 \\\" \" }";
    const struct ledger_options options = {.state_dir = dir, .after = 2};
    const char *text = NULL;
    const char *hex = NULL;
    (void)state;
    append_body(3, "receipt", body, strlen(body));
    append_body(4, "receipt", "\xff\x00", 2);
    assert_int_equal(run(ledger_export, &options), LEDGER_EXIT_WELL);
    assert_int_equal(lines(), 2);
    json_t *json = json_loads(said, JSON_DISABLE_EOF_CHECK, NULL);
    assert_int_equal(json_unpack(json, "{s:s}", "body", &text), 0);
    assert_string_equal(text, body);
    json_decref(json);
    json = json_loads(strchr(said, '\n'), JSON_DISABLE_EOF_CHECK, NULL);
    assert_int_equal(json_unpack(json, "{s:n, s:s}", "body", "body_hex", &hex), 0);
    assert_string_equal(hex, "ff00");
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entries_are_found),
        TEST(what_is_personal_is_not_shown),
        TEST(what_the_platform_has_is_told),
        TEST(bodies_are_exported_byte_by_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
