#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/reserve.h"
#include "tests/unit/unit.h"

#define SIZE (256 * 1024)

static char folder[] = "/tmp/test_reserve.XXXXXX";
static char path[64];
static uint64_t room; /* bytes free on the disk */

/* In the place of libc's: a disk that is as full as the test says. */
int fstatvfs(int fd, struct statvfs *out)
{
    (void)fd;
    *out = (struct statvfs){.f_frsize = 512, .f_bavail = room / 512};
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    room = UINT64_C(1) << 30;
    (void)unlink(path);
    return 0;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && text_print(path, sizeof(path), "%s/reserve", folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static int64_t held(void)
{
    struct stat info;
    return stat(path, &info) == 0 ? (int64_t)info.st_blocks * 512 : 0;
}

static void what_is_held_is_on_the_disk_and_freed_when_given_up(void **state)
{
    (void)state;
    assert_int_equal(reserve_hold(path, SIZE).code, ERR_NONE);
    assert_true(held() >= SIZE);
    assert_int_equal(reserve_hold(path, SIZE).code, ERR_NONE);
    assert_true(reserve_give_up(path));
    assert_int_equal(held(), 0);
    assert_false(reserve_give_up(path));
}

static const struct {
    const char *sentence;
    uint64_t room;
    bool whole; /* before */
    enum err_code want;
} rows[] = {
    {"one that is whole wants the margin free", RESERVE_MARGIN, true, ERR_NONE},
    {"nor does one that is whole sell the margin", RESERVE_MARGIN - 512, true, ERR_NO_ROOM},
    {"one is made when there is room for it", RESERVE_MARGIN + SIZE, false, ERR_NONE},
    {"none is made of the last room", RESERVE_MARGIN + SIZE - 512, false, ERR_NO_ROOM},
    {"none is made of nothing", 0, false, ERR_NO_ROOM},
};

static void it_comes_back_by_itself_when_there_is_room(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        (void)set_up(NULL);
        if (rows[i].whole)
            assert_int_equal(reserve_hold(path, SIZE).code, ERR_NONE);
        room = rows[i].room;
        if (reserve_hold(path, SIZE).code != rows[i].want)
            fail_msg("%s", rows[i].sentence);
        assert_true((held() >= SIZE) == (rows[i].whole || rows[i].want == ERR_NONE));
    }
}

static void a_folder_that_is_not_there_holds_nothing(void **state)
{
    (void)state;
    assert_int_equal(reserve_hold("/nowhere/at/all", SIZE).code, ERR_IO);
    assert_false(reserve_give_up("/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_held_is_on_the_disk_and_freed_when_given_up, set_up),
        cmocka_unit_test_setup(it_comes_back_by_itself_when_there_is_room, set_up),
        cmocka_unit_test_setup(a_folder_that_is_not_there_holds_nothing, set_up),
    };
    return cmocka_run_group_tests_name("reserve", tests, make_folder, remove_folder);
}
