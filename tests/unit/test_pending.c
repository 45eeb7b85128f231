/* Keys whose certificates are still to come, and files that are not as they were left. */
#include "sync/daemon/pending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

#define ID "hall-1"
#define NOW_S INT64_C(1780000000)
#define LIFE_S 1000
#define PATH_SIZE 96

static char folder[] = "/tmp/test_pending.XXXXXX";
static char identity[PATH_SIZE], waiting[PATH_SIZE];
static struct issue_ca *ca;

static int set_up(void **state)
{
    const struct issue_subject subject = {.cn = "clients"};
    const struct issue_term term = {NOW_S - LIFE_S, NOW_S + LIFE_S};
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_true(text_print(identity, PATH_SIZE, "%s/kiosk.pem", folder));
    assert_true(text_print(waiting, PATH_SIZE, "%s" PENDING_SUFFIX_ENROL, identity));
    return failed(issue_root(&subject, term, &ca));
}

static int tear_down(void **state)
{
    (void)state;
    issue_destroy(ca);
    return rmdir(folder);
}

static int sweep(void **state)
{
    (void)state;
    (void)unlink(identity); /* not every test makes both */
    (void)unlink(waiting);
    return 0;
}

/* What the platform answers. */
static struct enrol_answer answer_for(const struct pending *pending, const char *cn,
                                      enum issue_profile profile)
{
    uint8_t spki[KEY_PUBLIC_MAX];
    struct issue_certificate made;
    struct issue_order order = {
        .profile = profile, .subject = {.cn = cn}, .term = {NOW_S, NOW_S + LIFE_S}};
    struct enrol_answer answer = {.kiosk = ID, .time_ms = NOW_S * 1000};
    order.hosts[0] = "localhost";
    order.public_key.at = spki;
    assert_false(failed(key_public(pending->key, spki, &order.public_key.len)));
    assert_false(failed(issue_leaf(ca, &order, &made)));
    memcpy(answer.certificate, made.der, made.len);
    answer.certificate_len = made.len;
    return answer;
}

static void take(struct pending *pending)
{
    assert_false(failed(pending_take(identity, PENDING_SUFFIX_ENROL, ID, pending)));
}

static void assert_usable(void)
{
    struct stat facts;
    assert_int_equal(stat(identity, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_false(failed(client_certificate_check(identity, ID)));
    assert_false(failed(client_key_check(identity, identity)));
}

static void what_is_interrupted_goes_on_with_the_same_request(void **state)
{
    struct pending first, again;
    struct stat facts;
    (void)state;
    take(&first);
    assert_int_equal(stat(waiting, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    take(&again);
    assert_int_equal(first.csr_len, again.csr_len);
    assert_memory_equal(first.csr, again.csr, first.csr_len);
    pending_done(&first);
    pending_done(&again);
}

static void a_certificate_that_fits_is_put_in_place_with_its_key(void **state)
{
    struct pending pending;
    (void)state;
    take(&pending);
    struct enrol_answer answer = answer_for(&pending, ID, ISSUE_TLS_CLIENT);
    assert_false(failed(pending_settle(&pending, &answer)));
    assert_usable();
    assert_int_equal(access(waiting, F_OK), -1);
    pending_done(&pending);
}

static void what_does_not_fit_changes_nothing(void **state)
{
    struct pending pending, other = {.key = NULL};
    (void)state;
    take(&pending);
    assert_false(failed(key_create(KEY_P256, &other.key)));
    const struct {
        const char *name;
        struct enrol_answer answer;
        int64_t after_s;
        enum err_code code;
    } rows[] = {
        {"of another name", answer_for(&pending, "hall-2", ISSUE_TLS_CLIENT), 0, ERR_CONFLICT},
        {"for another key", answer_for(&other, ID, ISSUE_TLS_CLIENT), 0, ERR_CONFLICT},
        {"of a server", answer_for(&pending, ID, ISSUE_TLS_SERVER), 0, ERR_DENIED},
        {"not valid yet", answer_for(&pending, ID, ISSUE_TLS_CLIENT), -1, ERR_DENIED},
        {"not valid any more", answer_for(&pending, ID, ISSUE_TLS_CLIENT), LIFE_S + 1, ERR_DENIED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct enrol_answer answer = rows[i].answer;
        print_message("  a certificate %s\n", rows[i].name);
        answer.time_ms += rows[i].after_s * 1000;
        assert_int_equal(pending_settle(&pending, &answer).code, rows[i].code);
        assert_int_equal(access(identity, F_OK), -1);
        assert_int_equal(access(waiting, F_OK), 0);
    }
    struct enrol_answer cut = answer_for(&pending, ID, ISSUE_TLS_CLIENT);
    cut.certificate_len--;
    assert_int_equal(pending_settle(&pending, &cut).code, ERR_MALFORMED);
    pending_done(&other);
    pending_done(&pending);
}

static void one_that_is_done_with_or_anothers_is_made_anew(void **state)
{
    struct pending first, next;
    (void)state;
    take(&first);
    struct enrol_answer answer = answer_for(&first, ID, ISSUE_TLS_CLIENT);
    assert_false(failed(pending_settle(&first, &answer)));
    /* as the power leaves it between the two */
    assert_false(
        failed(client_pending_save(first.key, (struct bytes){first.csr, first.csr_len}, waiting)));
    take(&next);
    assert_memory_not_equal(first.csr, next.csr, first.csr_len);
    pending_done(&first);
    assert_false(failed(pending_take(identity, PENDING_SUFFIX_ENROL, "hall-2", &first)));
    assert_memory_not_equal(first.csr, next.csr, first.csr_len);
    pending_done(&first);
    pending_done(&next);
    assert_usable();
}

static void a_file_of_something_else_is_made_anew(void **state)
{
    struct pending pending;
    (void)state;
    FILE *file = fopen(waiting, "we");
    assert_non_null(file);
    assert_true(fputs("half a key", file) >= 0);
    assert_int_equal(fclose(file), 0);
    take(&pending);
    pending_done(&pending);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_interrupted_goes_on_with_the_same_request, sweep),
        cmocka_unit_test_teardown(a_certificate_that_fits_is_put_in_place_with_its_key, sweep),
        cmocka_unit_test_teardown(what_does_not_fit_changes_nothing, sweep),
        cmocka_unit_test_teardown(one_that_is_done_with_or_anothers_is_made_anew, sweep),
        cmocka_unit_test_teardown(a_file_of_something_else_is_made_anew, sweep),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
