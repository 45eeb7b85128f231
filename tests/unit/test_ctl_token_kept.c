/* What `certkioskctl token` keeps in files: values of tokens, backups, plans. */
#include "tests/unit/unit.h"

#include <string.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "kiosk/ctl/token_backup.h"
#include "kiosk/ctl/token_plan.h"
#include "kiosk/ctl/token_values.h"
#include "tests/unit/file_room.h"

#define DIGITS_64 "0123456789012345678901234567890123456789012345678901234567890123"

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
        {"a PIN longer than any", "pin=" DIGITS_64 DIGITS_64 "\n", 0600, ERR_NO_ROOM},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct token_values values = {.cipher = TOKEN_CIPHER_AES192, .pin.len = 3};
        put(rows[i].text, rows[i].mode);
        if (token_values_load(path, &values).code != rows[i].code || values.pin.len != 3 ||
            values.cipher != TOKEN_CIPHER_AES192)
            fail_msg("%s", rows[i].sentence);
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

static void what_hides_is_lost_with_consent_only(void **state)
{
    (void)state;
    static const struct {
        const char *sentence;
        uint8_t slot;
        bool agreed;
        enum token_exit status;
    } rows[] = {
        {"what hides is not written over", 0x9A, false, TOKEN_EXIT_FAILED},
        {"unless it may be lost", 0x9A, true, TOKEN_EXIT_DONE},
        {"an empty slot loses nothing", 0x9C, false, TOKEN_EXIT_DONE},
    };
    static struct token_room room;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct token_options options = {.state_dir = "", .lose_hidden = rows[i].agreed};
        struct token_backup backup = {.path = ""};
        room.options = &options;
        room.identity.hidden = 1U << token_slot_index(0x9A);
        if (token_backup_slot(&room, rows[i].slot, (struct bytes){NULL, 0}, &backup) !=
                rows[i].status ||
            backup.path[0] != '\0')
            fail_msg("%s", rows[i].sentence);
    }
    room.options = NULL;
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

static void plans_are_alike_by_the_slots_on_their_way(void **state)
{
    (void)state;
    static const struct {
        const char *sentence;
        struct token_newkey plan, other; /* way, key, main, staging, keep */
        bool alike;
    } rows[] = {
        {"the same",
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x82, 0x83},
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x82, 0x83},
         true},
        {"one that has nothing to keep any more",
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x82, 0x83},
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x82, 0},
         true},
        {"the old one is kept in the same place",
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x82, 0x83},
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x84, 0x83},
         true},
        {"none is kept by either",
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x82, 0},
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x84, 0},
         false},
        {"other places",
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x82, 0x83},
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x84, 0x85},
         false},
        {"another slot",
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9C, 0x82, 0x83},
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x82, 0x83},
         false},
        {"one that moves nothing",
         {TOKEN_NEWKEY_STAYS, TOKEN_KEY_P256, 0x9A, 0x82, 0},
         {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x82, 0x83},
         false},
        {"no plan at all", {.main = 0}, {TOKEN_NEWKEY_MOVES, TOKEN_KEY_P256, 0x9A, 0x82, 0}, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (token_plan_alike(&rows[i].plan, &rows[i].other) != rows[i].alike ||
            token_plan_alike(&rows[i].other, &rows[i].plan) != rows[i].alike)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_as_they_were_written),
        cmocka_unit_test(values_that_make_no_sense_are_refused),
        cmocka_unit_test(values_are_for_one_token),
        cmocka_unit_test(what_is_kept_is_never_overwritten),
        cmocka_unit_test(what_is_kept_has_a_name_of_its_own),
        cmocka_unit_test(what_hides_is_lost_with_consent_only),
        cmocka_unit_test(a_plan_goes_on_where_its_places_are_free),
        cmocka_unit_test(plans_are_alike_by_the_slots_on_their_way),
        cmocka_unit_test(a_plan_is_read_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
