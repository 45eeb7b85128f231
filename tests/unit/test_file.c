#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "tests/unit/file_room.h"

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static void a_file_is_put_whole_and_with_its_mode(void **state)
{
    (void)state;
    struct stat info;
    assert_false(failed(file_put(path, text_bytes("one"), 0640)));
    assert_holds("one");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0640);
    assert_int_equal(files_in_folder(), 1);
}

static void what_stood_there_is_replaced(void **state)
{
    (void)state;
    assert_false(failed(file_put(path, text_bytes("a longer one"), 0600)));
    assert_false(failed(file_put(path, text_bytes("two"), 0600)));
    assert_holds("two");
    assert_false(failed(file_put(path, text_bytes(""), 0600)));
    assert_holds("");
    assert_int_equal(files_in_folder(), 1);
}

static void a_failure_leaves_what_stood_there(void **state)
{
    (void)state;
    char below[PATH_MAX];
    char taken[PATH_MAX];
    assert_false(failed(file_put(path, text_bytes("kept"), 0600)));
    assert_true(text_print(below, sizeof(below), "%s/below", path));
    assert_int_equal(file_put(below, text_bytes("x"), 0600).code, ERR_IO);

    assert_true(text_print(taken, sizeof(taken), "%s/taken", folder));
    assert_int_equal(mkdir(taken, 0700), 0);
    assert_int_equal(file_put(taken, text_bytes("x"), 0600).code, ERR_IO);
    assert_int_equal(files_in_folder(), 2); /* nothing half-written beside them */
    assert_int_equal(rmdir(taken), 0);
    assert_holds("kept");
}

static void put_beside(char out[PATH_MAX], const char *suffix, const char *text)
{
    assert_true(text_print(out, PATH_MAX, "%s%s", path, suffix));
    assert_false(failed(file_put(out, text_bytes(text), 0600)));
}

static void a_file_takes_the_place_of_another_which_may_be_kept(void **state)
{
    (void)state;
    char from[PATH_MAX];
    char kept[PATH_MAX];
    char was[8] = "";
    assert_false(failed(file_put(path, text_bytes("old"), 0600)));
    put_beside(from, ".from", "newest");
    put_beside(kept, ".kept", "older yet");
    assert_false(failed(file_replace(from, path, kept)));
    assert_holds("newest");
    CLEANUP(file_close) int fd = open(kept, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, was, sizeof(was)), strlen("old"));
    assert_int_equal(files_in_folder(), 2);
    put_beside(from, ".from", "last");
    assert_false(failed(file_replace(from, path, NULL)));
    assert_holds("last");
    assert_int_equal(unlink(kept), 0);
}

static void a_file_that_is_not_there_takes_no_place(void **state)
{
    (void)state;
    char from[PATH_MAX];
    assert_false(failed(file_put(path, text_bytes("kept"), 0600)));
    assert_true(text_print(from, sizeof(from), "%s.none", path));
    assert_int_equal(file_replace(from, path, NULL).code, ERR_IO);
    assert_holds("kept");
}

static void what_a_killed_program_left_goes(void **state)
{
    (void)state;
    char left[PATH_MAX];
    assert_false(failed(file_put(path, text_bytes("old"), 0600)));
    put_beside(left, ".new", "a key");
    assert_false(failed(file_put(path, text_bytes("newest"), 0600)));
    assert_holds("newest");
    assert_int_equal(files_in_folder(), 1);
}

static void a_path_too_long_is_refused(void **state)
{
    (void)state;
    char long_path[PATH_MAX + 1];
    memset(long_path, 'x', PATH_MAX);
    long_path[PATH_MAX] = '\0';
    assert_int_equal(file_put(long_path, text_bytes("x"), 0600).code, ERR_NO_ROOM);
    assert_int_equal(file_flush_folder(long_path).code, ERR_IO);
}

static void the_folder_of_any_path_is_flushed(void **state)
{
    (void)state;
    assert_false(failed(file_flush_folder(path)));
    assert_false(failed(file_flush_folder("name")));
    assert_false(failed(file_flush_folder("/name")));
    assert_int_equal(file_flush_folder("/nowhere/at/all").code, ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_put_whole_and_with_its_mode),
        cmocka_unit_test(what_stood_there_is_replaced),
        cmocka_unit_test(a_failure_leaves_what_stood_there),
        cmocka_unit_test(a_file_takes_the_place_of_another_which_may_be_kept),
        cmocka_unit_test(a_file_that_is_not_there_takes_no_place),
        cmocka_unit_test(what_a_killed_program_left_goes),
        cmocka_unit_test(a_path_too_long_is_refused),
        cmocka_unit_test(the_folder_of_any_path_is_flushed),
    };
    return cmocka_run_group_tests_name("file", tests, make_folder, drop_folder);
}
