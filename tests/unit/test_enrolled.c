/* Whether a kiosk knows the code again that its certificate came by. */
#include "sync/daemon/enrolled.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/client.h"
#include "tests/unit/file_room.h"
#include "tests/unit/unit.h"

static const struct code one = {{1, 2, 3}};
static const struct code other = {{1, 2, 4}};

/* A key and its certificate at `path`. */
static void place(struct issue_certificate *out)
{
    const struct issue_subject ca_subject = {.cn = "clients"};
    const struct issue_term term = {1, 4000000000};
    struct issue_order order = {
        .profile = ISSUE_TLS_CLIENT, .subject = {.cn = "hall-1", .ou = "kiosk"}, .term = term};
    uint8_t spki[KEY_PUBLIC_MAX];
    struct issue_ca *ca = NULL;
    struct key *key = NULL;

    assert_false(failed(issue_root(&ca_subject, term, &ca)));
    assert_false(failed(key_create(KEY_P256, &key)));
    assert_false(failed(key_public(key, spki, &order.public_key.len)));
    order.public_key.at = spki;
    assert_false(failed(issue_leaf(ca, &order, out)));
    assert_false(failed(client_pair_save(key, (struct bytes){out->der, out->len}, path)));
    key_destroy(key);
    issue_destroy(ca);
}

static void the_code_is_known_again_while_its_certificate_is_there(void **state)
{
    struct issue_certificate made, next;
    (void)state;

    assert_false(enrolled_by(path, &one)); /* nothing is there */
    place(&made);
    assert_false(enrolled_by(path, &one));
    assert_int_equal(enrolled_note(path, &one, (struct bytes){made.der, made.len}).code, ERR_NONE);
    assert_true(enrolled_by(path, &one));
    assert_false(enrolled_by(path, &other));
    place(&next); /* as after a renewal */
    assert_false(enrolled_by(path, &one));
    assert_int_equal(enrolled_note(path, &other, (struct bytes){next.der, next.len}).code,
                     ERR_NONE);
    assert_true(enrolled_by(path, &other));
    assert_int_equal(unlink(path), 0);
    assert_false(enrolled_by(path, &other));
}

static void what_is_noted_before_its_certificate_is_in_place_is_not_believed(void **state)
{
    struct issue_certificate before, after;
    char note[300];
    (void)state;

    place(&after);
    place(&before); /* the power went before the rename */
    assert_int_equal(enrolled_note(path, &one, (struct bytes){after.der, after.len}).code,
                     ERR_NONE);
    assert_false(enrolled_by(path, &one));
    assert_true(text_print(note, sizeof(note), "%s" ENROLLED_SUFFIX, path));
    assert_int_equal(truncate(note, 10), 0);
    assert_false(enrolled_by(path, &one));
}

static int empty_folder(void **state)
{
    char note[300];
    (void)state;

    (void)unlink(path);
    (void)text_print(note, sizeof(note), "%s" ENROLLED_SUFFIX, path);
    return unlink(note);
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_code_is_known_again_while_its_certificate_is_there),
        TEST(what_is_noted_before_its_certificate_is_in_place_is_not_believed),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
