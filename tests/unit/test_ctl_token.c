/* Options, secrets in files and exit statuses of `certkioskctl token`; its commands are tested with
 * tokens, end to end. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ctl/token_command.h"
#include "kiosk/ctl/token_room.h"
#include "kiosk/ctl/token_secret.h"
#include "tests/unit/file_room.h"

#define ARGS_MAX 8
#define MASTER "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static char *kept[128];
static size_t kept_count;

static int drop_room(void **state)
{
    while (kept_count > 0)
        free(kept[--kept_count]);
    return drop_folder(state);
}

static int count_of(const char *const args[ARGS_MAX])
{
    int count = 0;
    while (count < ARGS_MAX && args[count] != NULL)
        count++;
    return count;
}

static bool reads(const char *const args[ARGS_MAX], struct token_options *options, bool *help)
{
    char *argv[ARGS_MAX + 1] = {NULL};
    int count = count_of(args);
    for (int i = 0; i < count; i++)
        argv[i] = strdup(args[i]);
    bool read = token_options_read(count, argv, options, help);
    for (int i = 0; i < count; i++)
        kept[kept_count++] = argv[i]; /* the options point into them */
    return read;
}

static void the_first_word_says_whether_it_is_about_tokens(void **state)
{
    (void)state;
    static const struct {
        const char *args[ARGS_MAX];
        bool is;
    } rows[] = {
        {{"ctl", "token"}, true},
        {{"ctl", "token", "list"}, true},
        {{"ctl", "--state", "token", "status"}, false},
        {{"ctl", "--state", "x", "token", "show"}, true},
        {{"ctl", "--state=x", "token", "show"}, true},
        {{"ctl", "--json", "token", "show"}, true},
        {{"ctl", "status", "token"}, false},
        {{"ctl"}, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *argv[ARGS_MAX + 1] = {NULL};
        for (int k = 0; k < count_of(rows[i].args); k++)
            argv[k] = strdup(rows[i].args[k]);
        if (token_command_is(count_of(rows[i].args), argv) != rows[i].is)
            fail_msg("row %zu", i);
        for (int k = 0; k < count_of(rows[i].args); k++)
            free(argv[k]);
    }
}

static void options_may_stand_anywhere(void **state)
{
    (void)state;
    static const char *const args[ARGS_MAX] = {"ctl", "--json",          "token", "write",
                                               "9a",  "--cipher=aes192", "file",  "--trace"};
    struct token_options options;
    bool help = true;
    assert_true(reads(args, &options, &help));
    assert_false(help);
    assert_int_equal(options.word_count, 3);
    assert_string_equal(options.words[0], "write");
    assert_string_equal(options.words[1], "9a");
    assert_string_equal(options.words[2], "file");
    assert_true(options.json && options.trace);
    assert_false(options.force || options.last_try || options.other_key);
    assert_int_equal(options.cipher, TOKEN_CIPHER_AES192);
    assert_string_equal(options.reader, "");
    assert_string_equal(options.state_dir, "/var/lib/certkiosk");
    assert_int_equal(options.new_key, TOKEN_KEY_NONE);
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    static const char *const rows[][ARGS_MAX] = {
        {"ctl", "token", "--dance"},
        {"ctl", "token", "write", "--pin", "123456"},
        {"ctl", "token", "show", "--pin-file"},
        {"ctl", "token", "show", "--cipher", "des"},
        {"ctl", "token", "request", "9a", "--new-key", "none"},
        {"ctl", "token", "request", "9a", "--new-key", "sm2"},
        {"ctl", "token", "write", "9a", "file", "more"},
        {"ctl", "token", "write", "--admin-key", "a", "--factory-key"},
        {"ctl", "token", "write", "--admin-key", "a", "--master-key", "b"},
    };
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC); /* getopt speaks */
    int usual = dup(STDERR_FILENO);
    size_t taken = 0;
    assert_true(nowhere >= 0 && usual >= 0);
    assert_int_equal(dup2(nowhere, STDERR_FILENO), STDERR_FILENO);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct token_options options;
        bool help = false;
        if (reads(rows[i], &options, &help))
            taken = i + 1;
    }
    assert_int_equal(dup2(usual, STDERR_FILENO), STDERR_FILENO);
    (void)close(usual);
    (void)close(nowhere);
    assert_int_equal(taken, 0); /* 1 for the first row */
}

static void secrets_come_from_files_that_others_cannot_read(void **state)
{
    (void)state;
    static const struct {
        const char *sentence, *text;
        mode_t mode;
        enum err_code code;
        const char *line;
    } rows[] = {
        {"one line", "123456\n", 0600, ERR_NONE, "123456"},
        {"a line without its end", "123456", 0600, ERR_NONE, "123456"},
        {"a line as Windows ends it", "123456\r\n", 0600, ERR_NONE, "123456"},
        {"what follows is not read", "123456\n654321\n", 0400, ERR_NONE, "123456"},
        {"nothing", "", 0600, ERR_NONE, ""},
        {"a longest line", MASTER "\n", 0600, ERR_NONE, MASTER},
        {"a line longer than any", MASTER "0\n", 0600, ERR_NO_ROOM, NULL},
        {"a file for all", "123456\n", 0644, ERR_DENIED, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct secret line = {.len = 0};
        put(rows[i].text, rows[i].mode);
        struct err e = token_secret_file(path, &line);
        if (e.code != rows[i].code ||
            (rows[i].line != NULL &&
             (line.len != strlen(rows[i].line) || memcmp(line.at, rows[i].line, line.len) != 0)))
            fail_msg("%s", rows[i].sentence);
    }
    struct secret line = {.len = 0};
    assert_int_equal(token_secret_file("/nowhere/at/all", &line).code, ERR_IO);
}

static void the_management_key_is_what_the_options_say(void **state)
{
    (void)state;
    struct token_options options = {.factory_key = true};
    struct token_admin admin = {.aes = true};
    assert_int_equal(token_secret_admin(&options, "s1", &admin).code, ERR_NONE);
    assert_int_equal(admin.key.len, 24);
    assert_memory_equal(admin.key.at, "\1\2\3\4\5\6\7\10\1\2\3\4\5\6\7\10", 16);
    assert_false(admin.aes || admin.diversified);

    options = (struct token_options){.admin_key = path};
    put("000102030405060708090a0b0c0d0e0f1011121314151617\n", 0600);
    assert_int_equal(token_secret_admin(&options, "s1", &admin).code, ERR_NONE);
    assert_int_equal(admin.key.len, 24);
    assert_false(admin.aes || admin.diversified);
    options.cipher = TOKEN_CIPHER_AES192;
    assert_int_equal(token_secret_admin(&options, "s1", &admin).code, ERR_NONE);
    assert_true(admin.aes);
    put("000102030405060708090a0b0c0d0e0f\n", 0600);
    assert_int_equal(token_secret_admin(&options, "s1", &admin).code, ERR_NONE);
    assert_int_equal(admin.key.len, 16);
    assert_true(admin.aes);
    put("0001020304\n", 0600);
    assert_int_equal(token_secret_admin(&options, "s1", &admin).code, ERR_MALFORMED);
    put("hello\n", 0600);
    assert_int_equal(token_secret_admin(&options, "s1", &admin).code, ERR_MALFORMED);

    options = (struct token_options){.master_key = path, .cipher = TOKEN_CIPHER_AES256};
    put(MASTER "\n", 0600);
    assert_int_equal(token_secret_admin(&options, "s10000001", &admin).code, ERR_NONE);
    assert_true(admin.aes && admin.diversified);
    assert_int_equal(admin.key.len, 32);
    assert_memory_equal(admin.key.at, "\xb6\x85\x93\xf7", 4);
    struct secret puk = {.len = 0};
    assert_int_equal(token_secret_puk(&options, "s10000001", TOKEN_TRIES_UNKNOWN, &puk).code,
                     ERR_NONE);
    assert_memory_equal(puk.at, "27706989", 8);

    options = (struct token_options){.json = true};
    assert_int_equal(token_secret_admin(&options, "s1", &admin).code, ERR_NOT_FOUND);
    assert_int_equal(admin.key.len, 32);
}

static void every_error_has_an_exit_status(void **state)
{
    (void)state;
    static const enum token_exit wanted[ERR_CODE_COUNT] = {
        [ERR_NONE] = TOKEN_EXIT_DONE,          [ERR_GONE] = TOKEN_EXIT_ABSENT,
        [ERR_TIMEOUT] = TOKEN_EXIT_FAILED,     [ERR_DENIED] = TOKEN_EXIT_REFUSED,
        [ERR_BLOCKED] = TOKEN_EXIT_REFUSED,    [ERR_MALFORMED] = TOKEN_EXIT_FAILED,
        [ERR_UNSUPPORTED] = TOKEN_EXIT_FAILED, [ERR_NO_ROOM] = TOKEN_EXIT_FAILED,
        [ERR_CONFLICT] = TOKEN_EXIT_FAILED,    [ERR_NOT_FOUND] = TOKEN_EXIT_FAILED,
        [ERR_IO] = TOKEN_EXIT_FAILED,
    };
    for (size_t i = 0; i < ERR_CODE_COUNT; i++)
        assert_int_equal(token_exit_of((struct err){.code = (enum err_code)i}), wanted[i]);
}

static void the_last_try_needs_consent(void **state)
{
    (void)state;
    static const struct {
        uint8_t tries_left;
        bool last_try;
        enum token_exit status;
    } rows[] = {
        {3, false, TOKEN_EXIT_DONE},
        {2, false, TOKEN_EXIT_DONE},
        {1, false, TOKEN_EXIT_REFUSED},
        {1, true, TOKEN_EXIT_DONE},
        {0, false, TOKEN_EXIT_REFUSED},
        {0, true, TOKEN_EXIT_REFUSED},
        {TOKEN_TRIES_UNKNOWN, false, TOKEN_EXIT_REFUSED}, /* it may be the last */
        {TOKEN_TRIES_UNKNOWN, true, TOKEN_EXIT_DONE},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct token_options options = {.last_try = rows[i].last_try};
        assert_int_equal(token_room_tries(&options, "the PIN", rows[i].tries_left), rows[i].status);
    }
}

static void a_question_tells_the_tries_that_are_left(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint8_t tries_left;
        const char *question;
    } rows[] = {
        {"PIN", 5, "PIN (5 tries left): "},
        {"PUK", 1, "PUK (1 try left): "},
        {"PUK", TOKEN_TRIES_UNKNOWN, "PUK (how many tries are left is not told): "},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char question[TOKEN_QUESTION_SIZE];
        token_secret_question(rows[i].what, rows[i].tries_left, question);
        assert_string_equal(question, rows[i].question);
    }
}

static void slots_are_those_that_hold_a_pair(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum token_exit status;
        uint8_t slot;
    } rows[] = {
        {"9a", TOKEN_EXIT_DONE, 0x9A}, {"9E", TOKEN_EXIT_DONE, 0x9E}, {"82", TOKEN_EXIT_DONE, 0x82},
        {"95", TOKEN_EXIT_DONE, 0x95}, {"96", TOKEN_EXIT_USAGE, 0},   {"9b", TOKEN_EXIT_USAGE, 0},
        {"f9", TOKEN_EXIT_USAGE, 0},   {"9", TOKEN_EXIT_USAGE, 0},    {"", TOKEN_EXIT_USAGE, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct token_options options = {.words = {"write", rows[i].word}, .word_count = 2};
        uint8_t slot = 0;
        assert_int_equal(token_room_slot(&options, &slot), rows[i].status);
        assert_int_equal(slot, rows[i].slot);
    }
}

static struct err tell_id(struct token *token, const struct token_request *request,
                          struct token_reply *out_reply)
{
    (void)request;
    out_reply->u.identity.pin_tries_left = 3;
    (void)text_copy(out_reply->u.identity.id, TOKEN_ID_SIZE, token->driver->name);
    return ERR_OK;
}

static void only_the_token_that_was_looked_at_first_will_do(void **state)
{
    static const struct token_driver first = {.name = "s1", .call = tell_id};
    static const struct token_driver second = {.name = "s2", .call = tell_id};
    static const struct token_scope scope = {.pin_tries = true};
    static const struct token_options options = {.json = false};
    static struct token token = {.driver = &first};
    static struct token_room room = {.options = &options, .token = &token};
    (void)state;

    assert_int_equal(token_room_look(&room, &scope), TOKEN_EXIT_DONE);
    assert_int_equal(token_room_look(&room, &scope), TOKEN_EXIT_DONE);
    token.driver = &second;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(token_room_look(&room, &scope), TOKEN_EXIT_ABSENT);
        assert_string_equal(room.identity.id, "s1");
    }
    token.driver = &first;
    assert_int_equal(token_room_look(&room, &scope), TOKEN_EXIT_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_word_says_whether_it_is_about_tokens),
        cmocka_unit_test(options_may_stand_anywhere),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(secrets_come_from_files_that_others_cannot_read),
        cmocka_unit_test(the_management_key_is_what_the_options_say),
        cmocka_unit_test(every_error_has_an_exit_status),
        cmocka_unit_test(the_last_try_needs_consent),
        cmocka_unit_test(a_question_tells_the_tries_that_are_left),
        cmocka_unit_test(only_the_token_that_was_looked_at_first_will_do),
        cmocka_unit_test(slots_are_those_that_hold_a_pair),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_room);
}
