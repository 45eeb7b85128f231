/* What `certkiosk --create-ledger` makes, and what it leaves alone. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/app/device.h"
#include "kiosk/app/first_ledger.h"
#include "kiosk/base/text.h"
#include "tests/unit/released.h"

static struct settings settings;

static int make_room(void **state)
{
    char path[300];
    (void)state;
    settings = (struct settings){.device_key = "device.key"};
    (void)text_copy(settings.ledger_dir, sizeof(settings.ledger_dir), "/tmp/first_ledger.XXXXXX");
    assert_non_null(mkdtemp(settings.ledger_dir));
    assert_true(text_print(path, sizeof(path), "%s/kiosk", settings.ledger_dir));
    return mkdir(path, 0700);
}

static int drop_room(void **state)
{
    char command[320];
    (void)state;
    (void)text_print(command, sizeof(command), "rm -rf %s", settings.ledger_dir);
    return system(command); /* NOLINT(cert-env33-c,concurrency-mt-unsafe): a folder of ours */
}

static const char *in_ledger(const char *name)
{
    static char path[512];
    (void)text_print(path, sizeof(path), "%s/kiosk/%s", settings.ledger_dir, name);
    return path;
}

static bool stands(const char *name)
{
    return access(in_ledger(name), F_OK) == 0;
}

static void a_key_its_public_half_and_a_journal_are_made(void **state)
{
    struct seal_key *public = NULL;
    (void)state;
    assert_true(first_ledger_create(&settings));
    assert_true(stands("device.key") && stands("journal.db"));
    assert_int_equal(seal_key_create(in_ledger("device.pub"), &public).code, ERR_NONE);
    seal_key_destroy(public);
}

static void a_journal_that_is_there_stays_and_nothing_else_is_made(void **state)
{
    (void)state;
    assert_true(first_ledger_create(&settings));
    assert_int_equal(unlink(in_ledger("device.key")), 0);
    assert_false(first_ledger_create(&settings));
    assert_false(stands("device.key"));
}

static void a_key_that_was_moved_away_is_not_made_anew(void **state)
{
    (void)state;
    assert_true(first_ledger_create(&settings));
    assert_int_equal(unlink(in_ledger("device.key")), 0);
    assert_int_equal(unlink(in_ledger("journal.db")), 0);
    (void)unlink(in_ledger("journal.db-wal")); /* may not be there */
    (void)unlink(in_ledger("journal.db-shm"));
    assert_false(first_ledger_create(&settings));
    assert_false(stands("device.key") || stands("journal.db"));
    assert_int_equal(unlink(in_ledger("device.pub")), 0); /* as the message says */
    assert_true(first_ledger_create(&settings));
}

static void a_key_that_is_there_is_taken(void **state)
{
    char copy[512];
    struct stat before;
    struct stat after;
    (void)state;
    assert_int_equal(device_key_make(in_ledger("device.key")).code, ERR_NONE);
    (void)text_copy(copy, sizeof(copy), in_ledger("device.key"));
    assert_int_equal(stat(copy, &before), 0);
    assert_true(first_ledger_create(&settings));
    assert_int_equal(stat(copy, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
}

static void a_journal_of_an_earlier_release_gets_a_key_and_keeps_its_entries(void **state)
{
    struct journal *journal = NULL;
    struct journal_status status;
    (void)state;
    (void)released_journal(in_ledger("journal.db"), 2, 30);
    assert_true(first_ledger_create(&settings));
    assert_true(stands("device.key") && stands("device.pub"));
    assert_int_equal(journal_open_read(in_ledger("journal.db"), &journal).code, ERR_NONE);
    assert_int_equal(journal_get_status(journal, &status).code, ERR_NONE);
    assert_int_equal(status.head_seq, 30);
    journal_close(journal);
    assert_false(first_ledger_create(&settings)); /* now it has one */
}

static void a_key_that_is_none_is_not_replaced(void **state)
{
    (void)state;
    FILE *file = fopen(in_ledger("device.key"), "we");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(in_ledger("device.key"), 0600), 0);
    assert_false(first_ledger_create(&settings));
    assert_false(stands("journal.db"));
}

static void the_key_is_where_the_configuration_says(void **state)
{
    static const struct {
        const char *what, *key, *credentials, *expected; /* NULL: in the ledger's folder */
    } rows[] = {
        {"a path", "/a/b.key", "/run/c", "/a/b.key"},
        {"a path without systemd", "/a/b.key", NULL, "/a/b.key"},
        {"a credential", "b.key", "/run/c", "/run/c/b.key"},
        {"a name without systemd", "b.key", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char path[DEVICE_PATH_SIZE];
        const char *expected = rows[i].expected != NULL ? rows[i].expected : in_ledger(rows[i].key);
        (void)text_copy(settings.device_key, sizeof(settings.device_key), rows[i].key);
        if (rows[i].credentials != NULL)
            assert_int_equal(setenv("CREDENTIALS_DIRECTORY", rows[i].credentials, 1), 0);
        device_place(&settings, path);
        assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
        if (strcmp(path, expected) != 0)
            fail_msg("%s: %s", rows[i].what, path);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_room, drop_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_its_public_half_and_a_journal_are_made),
        TEST(a_journal_that_is_there_stays_and_nothing_else_is_made),
        TEST(a_key_that_was_moved_away_is_not_made_anew),
        TEST(a_key_that_is_there_is_taken),
        TEST(a_journal_of_an_earlier_release_gets_a_key_and_keeps_its_entries),
        TEST(a_key_that_is_none_is_not_replaced),
        TEST(the_key_is_where_the_configuration_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
