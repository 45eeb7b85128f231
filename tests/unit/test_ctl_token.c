/* Options, secrets in files and exit statuses of `certkioskctl token`; its commands are tested with
 * tokens, end to end. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "kiosk/ctl/token_backup.h"
#include "kiosk/ctl/token_command.h"
#include "kiosk/ctl/token_plan.h"
#include "kiosk/ctl/token_room.h"
#include "kiosk/ctl/token_secret.h"
#include "kiosk/ctl/token_values.h"

#define ARGS_MAX 8
#define MASTER "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static char folder[] = "/tmp/test_ctl_token.XXXXXX";
static char path[64];
static char *kept[128];
static size_t kept_count;

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/file", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    while (kept_count > 0)
        free(kept[--kept_count]);
    (void)unlink(path);
    return rmdir(folder);
}

static void put(const char *text, mode_t mode)
{
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
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

static void values_are_read_as_they_were_written(void **state)
{
    (void)state;
    struct token_values values = {.cipher = TOKEN_CIPHER_AES128, .has_guid = true};
    struct token_values back = {.cipher = TOKEN_CIPHER_3DES};
    struct stat facts;
    memset(values.guid, 0xA1, sizeof(values.guid));
    assert_int_equal(token_digits_random(8, &values.pin).code, ERR_NONE);
    assert_int_equal(token_digits_random(8, &values.puk).code, ERR_NONE);
    assert_int_equal(token_key_random(values.cipher, &values.admin.key).code, ERR_NONE);
    assert_int_equal(token_values_save(path, &values, false).code, ERR_NONE);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & ALLPERMS, 0600);
    assert_int_equal(token_values_load(path, &back).code, ERR_NONE);
    assert_true(back.has_guid && back.admin.aes);
    assert_int_equal(back.cipher, values.cipher);
    assert_memory_equal(back.guid, values.guid, sizeof(back.guid));
    assert_memory_equal(back.pin.at, values.pin.at, 8);
    assert_memory_equal(back.puk.at, values.puk.at, 8);
    assert_int_equal(back.admin.key.len, 16);
    assert_memory_equal(back.admin.key.at, values.admin.key.at, 16);

    assert_int_equal(token_values_save(path, &values, true).code, ERR_NONE);
    back = (struct token_values){.cipher = TOKEN_CIPHER_3DES};
    assert_int_equal(token_values_load(path, &back).code, ERR_NONE);
    assert_int_equal(back.pin.len, 8);
    assert_int_equal(back.puk.len, 0);
    assert_int_equal(back.admin.key.len, 0);
}

static void values_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *sentence, *text;
        mode_t mode;
        enum err_code code;
    } rows[] = {
        {"an unknown line", "colour=red\n", 0600, ERR_MALFORMED},
        {"a short GUID", "guid=00\n", 0600, ERR_MALFORMED},
        {"an unknown cipher", "cipher=des\n", 0600, ERR_MALFORMED},
        {"a key that is not the cipher's", "cipher=aes256\nadmin_key=0001020304050607\n", 0600,
         ERR_MALFORMED},
        {"a key that is no hexadecimal", "admin_key=hello\n", 0600, ERR_MALFORMED},
        {"a file for all", "pin=123456\n", 0604, ERR_DENIED},
        {"a PIN longer than any", "pin=" MASTER MASTER "\n", 0600, ERR_NO_ROOM},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct token_values values = {.cipher = TOKEN_CIPHER_AES192, .pin.len = 3};
        put(rows[i].text, rows[i].mode);
        if (token_values_load(path, &values).code != rows[i].code || values.pin.len != 3 ||
            values.cipher != TOKEN_CIPHER_AES192)
            fail_msg("%s", rows[i].sentence);
    }
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

static void values_are_for_one_token(void **state)
{
    (void)state;
    static const struct {
        const char *token, *after, *id;
        bool are;
    } rows[] = {
        {"", "", "s1", true},      {"s1", "", "s1", true},   {"s1", "", "s2", false},
        {"s1", "", "", false},     {"g1", "g2", "g1", true}, {"g1", "g2", "g2", true},
        {"g1", "g2", "g3", false}, {"s12", "", "s1", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct token_values values = {.pin = {.at = "123456", .len = 6}};
        struct token_values back = {.has_guid = false};
        assert_true(text_copy(values.token, sizeof(values.token), rows[i].token));
        assert_true(text_copy(values.token_after, sizeof(values.token_after), rows[i].after));
        assert_int_equal(token_values_save(path, &values, true).code, ERR_NONE);
        assert_int_equal(token_values_load(path, &back).code, ERR_NONE);
        assert_string_equal(back.token, rows[i].token);
        assert_string_equal(back.token_after, rows[i].after);
        if (token_values_are_of(&back, rows[i].id) != rows[i].are)
            fail_msg("row %zu", i);
    }
}

static void what_is_kept_is_never_overwritten(void **state)
{
    (void)state;
    const struct bytes der = {(const uint8_t *)"certificate", 11};
    const struct bytes other = {(const uint8_t *)"Certificate", 11};
    char pem[CERTIFICATE_PEM_SIZE];
    char found[CERTIFICATE_PEM_SIZE] = "";
    struct stat facts;
    (void)unlink(path);
    assert_int_equal(token_backup_put(path, der).code, ERR_NONE);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & ALLPERMS, 0600);
    assert_int_equal(token_backup_put(path, der).code, ERR_NONE); /* said again */
    assert_int_equal(token_backup_put(path, other).code, ERR_CONFLICT);
    assert_int_equal(token_backup_put("/nowhere/at/all", der).code, ERR_IO);
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && read(fd, found, sizeof(found) - 1) > 0);
    assert_int_equal(certificate_print(der, pem).code, ERR_NONE);
    assert_string_equal(found, pem);
}

static void what_is_kept_has_a_name_of_its_own(void **state)
{
    (void)state;
#define FINGERPRINT "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    static const struct {
        const char *backup;
        uint8_t slot;
        const char *name;
    } rows[] = {
        {NULL, 0x9A, "s1-9a-" FINGERPRINT ".pem"},        {NULL, 0x82, "s1-82-" FINGERPRINT ".pem"},
        {"/tmp", 0x9A, "/tmp/s1-9a-" FINGERPRINT ".pem"}, {"/tmp/no.such", 0x9A, "/tmp/no.such"},
        {"/tmp/no.such", 0x82, "/tmp/no.such.82"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct token_options options = {
            .words = {"write", "9a"}, .word_count = 2, .backup = rows[i].backup};
        char name[PATH_MAX];
        const struct bytes abc = {(const uint8_t *)"abc", 3}; /* FIPS 180-2, B.1 */
        assert_int_equal(token_backup_name(&options, "s1", rows[i].slot, abc, name).code, ERR_NONE);
        assert_string_equal(name, rows[i].name);
    }
}

static void a_plan_goes_on_where_its_places_are_free(void **state)
{
    (void)state;
    static const struct {
        const char *sentence;
        enum token_newkey_way way;
        uint8_t staging, keep, certificate, torn, hidden, key; /* slots; 0: none */
        bool goes_on;
    } rows[] = {
        {"nothing was done", TOKEN_NEWKEY_MOVES, 0x82, 0x83, 0x9A, 0, 0, 0x9A, true},
        {"the key was made", TOKEN_NEWKEY_MOVES, 0x82, 0x83, 0x9A, 0, 0, 0x82, true},
        {"it has its certificate", TOKEN_NEWKEY_MOVES, 0x82, 0x83, 0x82, 0, 0, 0, false},
        {"it was settled", TOKEN_NEWKEY_MOVES, 0x82, 0x83, 0x83, 0, 0, 0x83, false},
        {"a key is where the old one would go", TOKEN_NEWKEY_MOVES, 0x82, 0x83, 0, 0, 0, 0x83,
         false},
        {"something torn is", TOKEN_NEWKEY_MOVES, 0x82, 0x83, 0, 0x83, 0, 0, false},
        {"something torn is where it is made", TOKEN_NEWKEY_STAYS, 0x82, 0, 0, 0x82, 0, 0, false},
        {"the old one stays", TOKEN_NEWKEY_STAYS, 0x82, 0, 0x9A, 0, 0, 0x82, true},
        {"the new one is there", TOKEN_NEWKEY_STAYS, 0x82, 0, 0x82, 0, 0, 0x82, false},
        {"the old one is not lost yet", TOKEN_NEWKEY_LOSES, 0x9A, 0, 0x9A, 0, 0, 0x9A, false},
        {"it is half deleted", TOKEN_NEWKEY_LOSES, 0x9A, 0, 0, 0x9A, 0, 0x9A, true},
        {"it is lost", TOKEN_NEWKEY_LOSES, 0x9A, 0, 0, 0, 0, 0x9A, true},
        {"an empty slot has its key", TOKEN_NEWKEY_EMPTY, 0x9A, 0, 0, 0, 0, 0x9A, true},
        {"one that hides is where it is made", TOKEN_NEWKEY_STAYS, 0x82, 0, 0, 0, 0x82, 0, false},
        {"one that hides is where the old one would go", TOKEN_NEWKEY_MOVES, 0x82, 0x83, 0, 0, 0x83,
         0, false},
        {"one that hides is not lost yet", TOKEN_NEWKEY_LOSES, 0x9A, 0, 0, 0, 0x9A, 0x9A, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        static struct token_identity identity;
        const struct token_plan plan = {.newkey = {.way = rows[i].way,
                                                   .main = 0x9A,
                                                   .staging = rows[i].staging,
                                                   .keep = rows[i].keep}};
        memset(&identity, 0, sizeof(identity));
        identity.keys_known = true;
        if (rows[i].certificate != 0)
            identity.certificates[identity.certificate_count++].slot = rows[i].certificate;
        if (rows[i].torn != 0)
            identity.torn = 1U << token_slot_index(rows[i].torn);
        if (rows[i].hidden != 0)
            identity.hidden = 1U << token_slot_index(rows[i].hidden);
        if (rows[i].key != 0)
            identity.keys[token_slot_index(rows[i].key)] = TOKEN_KEY_P256;
        if (token_plan_goes_on(&plan, &identity) != rows[i].goes_on)
            fail_msg("%s", rows[i].sentence);
    }
}

static void a_plan_is_read_as_it_was_written(void **state)
{
    (void)state;
    const struct token_options options = {.state_dir = ""};
    const struct token_plan plan = {.token = "s10000001",
                                    .newkey = {.way = TOKEN_NEWKEY_MOVES,
                                               .key = TOKEN_KEY_P384,
                                               .main = 0x9A,
                                               .staging = 0x82,
                                               .keep = 0x83}};
    struct token_plan back = {.token = ""};
    assert_int_equal(token_plan_save(path, &plan).code, ERR_NONE);
    assert_int_equal(token_plan_load(&options, path, &back), TOKEN_EXIT_DONE);
    assert_string_equal(back.token, plan.token);
    assert_int_equal(back.newkey.way, plan.newkey.way);
    assert_int_equal(back.newkey.key, plan.newkey.key);
    assert_int_equal(back.newkey.main, plan.newkey.main);
    assert_int_equal(back.newkey.staging, plan.newkey.staging);
    assert_int_equal(back.newkey.keep, plan.newkey.keep);
}

/* In a process of its own, which says nothing: its exit status. */
static int status_of(int (*run)(void))
{
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (dup2(nowhere, STDOUT_FILENO) < 0 || dup2(nowhere, STDERR_FILENO) < 0)
            _exit(99);
        _exit(run());
    }
    int status = 0;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int ask_for_help(void)
{
    char *argv[] = {(char[]){"ctl"}, (char[]){"token"}, (char[]){"--help"}, NULL};
    struct rlimit limit = {1, 1};
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0 || token_command(3, argv) != TOKEN_EXIT_DONE)
        return 1;
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return 2;
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 ? 0 : 3;
}

static void no_command_leaves_its_memory_to_others(void **state)
{
    (void)state;
    assert_int_equal(status_of(ask_for_help), 0);
}

#define LINE_SIZE 256

/* " lo": locked. AddressSanitizer makes mlock() do nothing. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOCKED ""
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define LOCKED ""
#endif
#ifndef LOCKED
#define LOCKED " lo"
#endif

/* What the kernel says of the pages at `at`: "VmFlags:", then words of two letters. */
static void read_flags(const void *at, char out[LINE_SIZE])
{
    bool there = false;
    bool found = false;
    FILE *maps = fopen("/proc/self/smaps", "re");
    assert_non_null(maps);
    while (!found && fgets(out, LINE_SIZE, maps) != NULL) {
        char *end = NULL;
        unsigned long from = strtoul(out, &end, 16);
        if (*end == '-') {
            unsigned long to = strtoul(end + 1, NULL, 16);
            there = (uintptr_t)at >= from && (uintptr_t)at < to;
        }
        found = there && strncmp(out, "VmFlags:", 8) == 0;
    }
    (void)fclose(maps);
    assert_true(found);
}

static void keys_are_on_pages_that_stay_in_memory(void **state)
{
    (void)state;
    static const struct token_admin none = {.aes = false};
    char flags[LINE_SIZE];
    struct token_admin *admin = token_secret_admin_create();
    assert_non_null(admin);
    assert_memory_equal(admin, &none, sizeof(none));
    read_flags(admin, flags);
    assert_non_null(strstr(flags, LOCKED));
    assert_non_null(strstr(flags, " dd")); /* not dumped */
    token_secret_admin_free(&admin);
    struct token_values *values = token_values_create();
    assert_non_null(values);
    read_flags(values, flags);
    assert_non_null(strstr(flags, LOCKED));
    token_values_free(&values);
    const struct token_options options = {.factory_key = true};
    assert_int_equal(token_secret_admin(&options, "s1", NULL).code, ERR_NO_ROOM);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_word_says_whether_it_is_about_tokens),
        cmocka_unit_test(options_may_stand_anywhere),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(secrets_come_from_files_that_others_cannot_read),
        cmocka_unit_test(the_management_key_is_what_the_options_say),
        cmocka_unit_test(values_are_read_as_they_were_written),
        cmocka_unit_test(values_that_make_no_sense_are_refused),
        cmocka_unit_test(every_error_has_an_exit_status),
        cmocka_unit_test(the_last_try_needs_consent),
        cmocka_unit_test(a_question_tells_the_tries_that_are_left),
        cmocka_unit_test(values_are_for_one_token),
        cmocka_unit_test(what_is_kept_is_never_overwritten),
        cmocka_unit_test(what_is_kept_has_a_name_of_its_own),
        cmocka_unit_test(a_plan_goes_on_where_its_places_are_free),
        cmocka_unit_test(a_plan_is_read_as_it_was_written),
        cmocka_unit_test(no_command_leaves_its_memory_to_others),
        cmocka_unit_test(keys_are_on_pages_that_stay_in_memory),
        cmocka_unit_test(slots_are_those_that_hold_a_pair),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
