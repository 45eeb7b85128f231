#include "kiosk/base/file_fresh.h"

#include <errno.h>

#include "kiosk/base/text.h"
#include "tests/unit/file_room.h"

static void a_file_has_its_name_when_it_is_published(void **state)
{
    (void)state;
    CLEANUP(file_fresh_done) struct file_fresh fresh = {.fd = -1};
    struct stat facts;
    assert_false(failed(file_fresh_open(path, &fresh)));
    assert_int_equal(write(fresh.fd, "one", 3), 3);
    assert_int_not_equal(stat(path, &facts), 0);
    assert_false(failed(file_fresh_publish(&fresh)));
    assert_holds("one");
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    file_fresh_done(&fresh);
    assert_holds("one");
    assert_int_equal(files_in_folder(), 1);
    assert_int_equal(unlink(path), 0);
}

static void one_that_is_not_published_goes(void **state)
{
    (void)state;
    struct file_fresh fresh = {.fd = -1};
    assert_false(failed(file_fresh_open(path, &fresh)));
    assert_int_equal(files_in_folder(), 1);
    file_fresh_done(&fresh);
    assert_int_equal(files_in_folder(), 0);
    file_fresh_done(&fresh); /* a second time is fine */
}

static void what_stands_is_never_replaced(void **state)
{
    (void)state;
    CLEANUP(file_fresh_done) struct file_fresh late = {.fd = -1};
    CLEANUP(file_fresh_done) struct file_fresh fresh = {.fd = -1};
    char target[80];
    assert_false(failed(file_fresh_open(path, &late)));
    put("kept", 0600);
    assert_int_equal(file_fresh_open(path, &fresh).code, ERR_CONFLICT);
    assert_int_equal(file_fresh_publish(&late).code, ERR_CONFLICT);
    file_fresh_done(&late);
    assert_holds("kept");
    assert_int_equal(files_in_folder(), 1);
    assert_int_equal(unlink(path), 0);

    assert_true(text_print(target, sizeof(target), "%s/target", folder));
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(file_fresh_open(path, &fresh).code, ERR_CONFLICT);
    assert_int_equal(files_in_folder(), 1);
    assert_int_equal(unlink(path), 0);
}

static void a_place_that_is_none_is_told(void **state)
{
    (void)state;
    struct file_fresh fresh = {.fd = -1};
    char long_path[PATH_MAX];
    memset(long_path, 'x', sizeof(long_path) - 1);
    long_path[sizeof(long_path) - 1] = '\0';
    assert_int_equal(file_fresh_open(long_path, &fresh).code, ERR_NO_ROOM);
    struct err e = file_fresh_open("/nowhere/at/all", &fresh);
    assert_int_equal(e.code, ERR_IO);
    assert_int_equal(e.native, ENOENT);
    assert_int_equal(fresh.fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_has_its_name_when_it_is_published),
        cmocka_unit_test(one_that_is_not_published_goes),
        cmocka_unit_test(what_stands_is_never_replaced),
        cmocka_unit_test(a_place_that_is_none_is_told),
    };
    return cmocka_run_group_tests_name("file_fresh", tests, make_folder, drop_folder);
}
