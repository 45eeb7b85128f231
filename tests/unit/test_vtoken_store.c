/* The virtual token's memory on the disk, and its faults. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hw/sim/vtoken_fault.h"
#include "hw/sim/vtoken_store.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"

#define PATH_SIZE 128
#define FILE_SIZE 65536

struct folder {
    char dir[PATH_SIZE];
    char path[PATH_SIZE];
};

static int folder_up(void **state)
{
    static struct folder folder;
    assert_true(text_copy(folder.dir, sizeof folder.dir, "/tmp/test_vtoken.XXXXXX"));
    assert_non_null(mkdtemp(folder.dir));
    assert_true(text_print(folder.path, sizeof folder.path, "%s/token.state", folder.dir));
    *state = &folder;
    return 0;
}

static int folder_down(void **state)
{
    struct folder *folder = *state;
    (void)unlink(folder->path); /* some tests make none */
    assert_int_equal(rmdir(folder->dir), 0);
    return 0;
}

static struct vtoken_state *new_token(enum vtoken_algorithm key)
{
    struct vtoken_state *token = NULL;
    const struct vtoken_blank blank = {.key = key, .pin_tries = 5, .admin = VTOKEN_3DES};
    assert_false(failed(vtoken_state_create(&blank, &token)));
    return token;
}

static void what_is_saved_is_loaded(void **state)
{
    const struct folder *folder = *state;
    static const enum vtoken_algorithm keys[] = {VTOKEN_P256, VTOKEN_P384, VTOKEN_RSA2048};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct vtoken_state *saved = new_token(keys[i]);
        struct vtoken_state *loaded = NULL;
        uint8_t full[VTOKEN_OBJECT_MAX];
        vtoken_random(full, sizeof full);
        assert_false(failed(vtoken_state_put(saved, 0x5FC105, (struct bytes){full, sizeof full})));
        assert_false(failed(vtoken_state_put_raw(saved, 0x5FC10A, (struct bytes){full, 3})));
        saved->pin.tries_left = 2;
        saved->admin_algorithm = VTOKEN_AES256;
        vtoken_random(saved->admin_key, 32);
        assert_false(failed(vtoken_store_save(folder->path, saved)));
        assert_false(saved->changed);
        assert_false(failed(vtoken_store_load(folder->path, &loaded)));
        assert_int_equal(loaded->serial, saved->serial);
        assert_memory_equal(&loaded->pin, &saved->pin, sizeof saved->pin);
        assert_memory_equal(&loaded->puk, &saved->puk, sizeof saved->puk);
        assert_int_equal(loaded->admin_algorithm, VTOKEN_AES256);
        assert_memory_equal(loaded->admin_key, saved->admin_key, 32);
        assert_int_equal(
            EVP_PKEY_eq(vtoken_state_key(loaded, 0x9A)->pair, vtoken_state_key(saved, 0x9A)->pair),
            1);
        assert_int_equal(vtoken_state_object(loaded, 0x5FC105)->len, sizeof full);
        assert_memory_equal(vtoken_state_object(loaded, 0x5FC105)->at, full, sizeof full);
        assert_false(vtoken_state_object(loaded, 0x5FC105)->raw);
        assert_true(vtoken_state_object(loaded, 0x5FC10A)->raw);
        assert_int_equal(vtoken_state_object(loaded, 0x5FC10A)->len, 3);
        assert_false(loaded->changed);
        vtoken_state_destroy(saved);
        vtoken_state_destroy(loaded);
    }
}

static size_t file_read(const char *path, char text[FILE_SIZE])
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(text, 1, FILE_SIZE - 1, file);
    (void)fclose(file);
    text[len] = '\0';
    return len;
}

static void file_write(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void a_file_that_is_cut_short_is_refused(void **state)
{
    const struct folder *folder = *state;
    static char text[FILE_SIZE];
    struct vtoken_state *token = new_token(VTOKEN_P256);
    assert_false(failed(vtoken_store_save(folder->path, token)));
    vtoken_state_destroy(token);
    size_t len = file_read(folder->path, text);
    for (size_t cut = 0; cut < len; cut += 5) {
        struct vtoken_state *loaded = NULL;
        file_write(folder->path, text, cut);
        struct err e = vtoken_store_load(folder->path, &loaded);
        if (e.code != ERR_MALFORMED)
            fail_msg("cut at %zu of %zu: %s", cut, len, err_name(e.code));
        assert_null(loaded);
    }
}

static void a_malformed_line_is_named_by_its_number(void **state)
{
    const struct folder *folder = *state;
    static const struct {
        const char *name;
        const char *line;
    } rows[] = {
        {"an unknown word", "colour blue"},
        {"an empty line", ""},
        {"a word missing", "pin 5 5"},
        {"a word too many", "serial 1 2"},
        {"a PIN too short", "pin 5 5 3132"},
        {"more tries left than there are", "pin 6 5 313233343536ffff"},
        {"a cipher that is none", "admin 11 00"},
        {"an admin key too short", "admin 03 00"},
        {"a slot that is none", "key 77 11 2 1 00"},
        {"a key that is none", "key 9a 11 2 1 00"},
        {"letters that are no hex", "object 5fc105 xyz0"},
        {"half a byte", "object 5fc105 012"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[PATH_SIZE];
        struct vtoken_state *loaded = NULL;
        print_message("    %s\n", rows[i].name);
        assert_true(
            text_print(text, sizeof text, "certkiosk-vtoken 1\nserial 1\n%s\nend\n", rows[i].line));
        file_write(folder->path, text, strlen(text));
        struct err e = vtoken_store_load(folder->path, &loaded);
        assert_int_equal(e.code, ERR_MALFORMED);
        assert_int_equal(e.native, 3);
    }
}

static void no_file_is_told_from_a_broken_one(void **state)
{
    const struct folder *folder = *state;
    struct vtoken_state *loaded = NULL;
    assert_int_equal(vtoken_store_load(folder->path, &loaded).code, ERR_NOT_FOUND);
    struct vtoken_state *token = new_token(VTOKEN_P256);
    assert_int_equal(vtoken_store_save("/nonexistent/token.state", token).code, ERR_IO);
    assert_true(token->changed);
    vtoken_state_destroy(token);
}

static void two_new_tokens_are_not_the_same(void **state)
{
    (void)state;
    struct vtoken_state *a = new_token(VTOKEN_P256);
    struct vtoken_state *b = new_token(VTOKEN_P256);
    assert_int_not_equal(a->serial, b->serial);
    assert_memory_not_equal(vtoken_state_object(a, VTOKEN_TAG_CHUID)->at,
                            vtoken_state_object(b, VTOKEN_TAG_CHUID)->at,
                            vtoken_state_object(a, VTOKEN_TAG_CHUID)->len);
    assert_int_not_equal(
        EVP_PKEY_eq(vtoken_state_key(a, 0x9A)->pair, vtoken_state_key(b, 0x9A)->pair), 1);
    vtoken_state_destroy(a);
    vtoken_state_destroy(b);
}

static void a_fault_is_understood_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *words[4];
        size_t count;
        bool good;
        enum vtoken_fault_kind kind;
        uint32_t after;
        uint16_t sw;
    } rows[] = {
        {{"none"}, 1, true, VTOKEN_FAULT_NONE, 0, 0},
        {{"pull-after", "3"}, 2, true, VTOKEN_FAULT_PULL, 3, 0},
        {{"hang-after", "0"}, 2, true, VTOKEN_FAULT_HANG, 0, 0},
        {{"garbage-after", "12"}, 2, true, VTOKEN_FAULT_GARBAGE, 12, 0},
        {{"short-after", "1"}, 2, true, VTOKEN_FAULT_SHORT, 1, 0},
        {{"sw-after", "2", "6a82"}, 3, true, VTOKEN_FAULT_SW, 2, 0x6A82},
        {{"lost-after", "7"}, 2, true, VTOKEN_FAULT_LOST, 7, 0},
        {{"swap-after", "4"}, 2, true, VTOKEN_FAULT_SWAP, 4, 0},
        {{"endless-after", "5"}, 2, true, VTOKEN_FAULT_ENDLESS, 5, 0},
        {{"empty-after", "6"}, 2, true, VTOKEN_FAULT_EMPTY, 6, 0},
        {{"flood-after", "8"}, 2, true, VTOKEN_FAULT_FLOOD, 8, 0},
        {{"overrun-after", "9"}, 2, true, VTOKEN_FAULT_OVERRUN, 9, 0},
        {{"sw-after", "2"}, 2, false, VTOKEN_FAULT_NONE, 0, 0},
        {{"sw-after", "2", "6a8"}, 3, false, VTOKEN_FAULT_NONE, 0, 0},
        {{"pull-after"}, 1, false, VTOKEN_FAULT_NONE, 0, 0},
        {{"pull-after", ""}, 2, false, VTOKEN_FAULT_NONE, 0, 0},
        {{"pull-after", "-1"}, 2, false, VTOKEN_FAULT_NONE, 0, 0},
        {{"pull-after", "3x"}, 2, false, VTOKEN_FAULT_NONE, 0, 0},
        {{"pull-after", "99999999999"}, 2, false, VTOKEN_FAULT_NONE, 0, 0},
        {{"none", "1"}, 2, false, VTOKEN_FAULT_NONE, 0, 0},
        {{"explode-after", "1"}, 2, false, VTOKEN_FAULT_NONE, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct vtoken_fault fault = {.kind = VTOKEN_FAULT_NONE};
        struct err e = vtoken_fault_parse(rows[i].words, rows[i].count, &fault);
        assert_int_equal(failed(e), !rows[i].good);
        assert_int_equal(fault.kind, rows[i].kind);
        assert_int_equal(fault.after, rows[i].after);
        assert_int_equal(fault.sw, rows[i].sw);
        if (rows[i].good)
            assert_string_equal(vtoken_fault_name(fault.kind), rows[i].words[0]);
    }
}

static void a_fault_hits_after_its_count_and_most_but_once(void **state)
{
    (void)state;
    static const enum vtoken_fault_kind lasting[] = {VTOKEN_FAULT_HANG, VTOKEN_FAULT_ENDLESS,
                                                     VTOKEN_FAULT_EMPTY};
    struct vtoken_fault fault = {.kind = VTOKEN_FAULT_SHORT, .after = 2};
    assert_int_equal(vtoken_fault_count(&fault), VTOKEN_FAULT_NONE);
    assert_int_equal(vtoken_fault_count(&fault), VTOKEN_FAULT_NONE);
    assert_int_equal(vtoken_fault_count(&fault), VTOKEN_FAULT_SHORT);
    assert_int_equal(vtoken_fault_count(&fault), VTOKEN_FAULT_NONE);
    assert_false(fault.hit);
    for (size_t i = 0; i < ARRAY_LEN(lasting); i++) {
        fault = (struct vtoken_fault){.kind = lasting[i], .after = 1};
        assert_int_equal(vtoken_fault_count(&fault), VTOKEN_FAULT_NONE);
        assert_false(fault.hit);
        assert_int_equal(vtoken_fault_count(&fault), lasting[i]);
        assert_int_equal(vtoken_fault_count(&fault), lasting[i]);
        assert_true(fault.hit);
    }
}

static void a_false_answer_has_its_shape(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum vtoken_fault_kind kind;
        size_t len;
        uint8_t sw1;
    } rows[] = {
        {"a flood fills all there is", VTOKEN_FAULT_FLOOD, 65535, 0x90},
        {"an endless one goes on with bytes", VTOKEN_FAULT_ENDLESS, 257, 0x61},
        {"an empty one goes on without", VTOKEN_FAULT_EMPTY, 2, 0x61},
        {"lengths that overrun say that all is well", VTOKEN_FAULT_OVERRUN, 20, 0x90},
        {"another fault has no answer of its own", VTOKEN_FAULT_SHORT, 0, 0},
    };
    static uint8_t out[65535];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("    %s\n", rows[i].name);
        size_t len = vtoken_fault_answer(rows[i].kind, out, sizeof out);
        assert_int_equal(len, rows[i].len);
        if (len > 0)
            assert_int_equal(out[len - 2], rows[i].sw1);
    }
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, folder_up, folder_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_is_saved_is_loaded),
        STORE_TEST(a_file_that_is_cut_short_is_refused),
        STORE_TEST(a_malformed_line_is_named_by_its_number),
        STORE_TEST(no_file_is_told_from_a_broken_one),
        cmocka_unit_test(two_new_tokens_are_not_the_same),
        cmocka_unit_test(a_fault_is_understood_or_refused),
        cmocka_unit_test(a_fault_hits_after_its_count_and_most_but_once),
        cmocka_unit_test(a_false_answer_has_its_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
