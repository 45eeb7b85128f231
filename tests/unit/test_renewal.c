/* When the kiosk's own certificate is renewed, and what becomes of it when the platform says no. */
#include "sync/daemon/renewal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "tests/unit/syncd_room.h"

#define DAY_S INT64_C(86400)
#define PATH_SIZE 112

struct fixture {
    struct room *room;
    struct renewal *renewal;
    struct issue_ca *ca;
    char identity[PATH_SIZE], next[PATH_SIZE], device[PATH_SIZE];
    struct wake wake; /* nobody listens */
};

static struct fixture fixture;

/* The certificate of `spki`, from `before_days` ago to `after_days` ahead. */
static void issue(struct bytes spki, int64_t before_days, int64_t after_days,
                  struct issue_certificate *out)
{
    int64_t now_s = clock_wall_ms() / 1000;
    const struct issue_order order = {
        .profile = ISSUE_TLS_CLIENT,
        .subject = {.cn = FAKE_KIOSK, .ou = "kiosk"},
        .term = {now_s - before_days * DAY_S, now_s + after_days * DAY_S},
        .public_key = spki};
    assert_false(failed(issue_leaf(fixture.ca, &order, out)));
}

static void place(int64_t before_days, int64_t after_days)
{
    struct issue_certificate made;
    struct key *key = NULL;
    uint8_t spki[KEY_PUBLIC_MAX];
    size_t len = 0;
    assert_false(failed(key_create(KEY_P256, &key)));
    assert_false(failed(key_public(key, spki, &len)));
    issue((struct bytes){spki, len}, before_days, after_days, &made);
    assert_false(
        failed(client_pair_save(key, (struct bytes){made.der, made.len}, fixture.identity)));
    key_destroy(key);
}

static void start(const char *key)
{
    const struct renewal_setup setup = {.desk = &fixture.room->desk,
                                        .wake = &fixture.wake,
                                        .key = key,
                                        .certificate = fixture.identity,
                                        .device_key = fixture.device};
    assert_false(failed(renewal_create(&setup, &fixture.renewal)));
}

static int set_up(void **state)
{
    const struct issue_subject subject = {.cn = "clients"};
    const struct issue_term term = {1, 4000000000};
    if (room_set_up(state) != 0 || failed(issue_root(&subject, term, &fixture.ca)))
        return -1;
    fixture.room = *state;
    fixture.renewal = NULL;
    assert_true(text_print(fixture.identity, PATH_SIZE, "%s/kiosk.pem", fixture.room->folder));
    assert_true(text_print(fixture.next, PATH_SIZE, "%s.next", fixture.identity));
    assert_true(text_print(fixture.device, PATH_SIZE, "%s/device.pub", fixture.room->folder));
    fixture.wake.fd = -1;
    return 0;
}

static int tear_down(void **state)
{
    renewal_destroy(fixture.renewal);
    issue_destroy(fixture.ca);
    (void)unlink(fixture.identity); /* not every test has both */
    (void)unlink(fixture.next);
    (void)unlink(fixture.device);
    return room_tear_down(state);
}

static void step(uint64_t after_ms)
{
    fixture.room->now_ms += after_ms;
    assert_false(failed(renewal_step(fixture.renewal, fixture.room->now_ms)));
}

static unsigned asked(void)
{
    return fixture.room->http->lanes[LANE_CERTIFICATE].started;
}

/* What the platform answers to the request that is on its way. */
static void answer(int64_t after_days)
{
    struct http *http = fixture.room->http;
    struct enrol_answer given = {.kiosk = FAKE_KIOSK, .time_ms = clock_wall_ms()};
    struct issue_certificate made;
    uint8_t spki[KEY_PUBLIC_MAX];
    size_t len = 0;
    char *text = NULL;
    assert_string_equal(http->lanes[LANE_CERTIFICATE].path,
                        "/v1/kiosks/" FAKE_KIOSK "/certificate");
    assert_false(failed(client_request_check((struct bytes){http->renew.csr, http->renew.csr_len},
                                             FAKE_KIOSK, spki, &len)));
    issue((struct bytes){spki, len}, 1, after_days, &made);
    memcpy(given.certificate, made.der, made.len);
    given.certificate_len = made.len;
    assert_false(failed(enrol_answer_write(&given, &text)));
    fake_answer(http, LANE_CERTIFICATE, 200, text);
    free(text);
}

static void a_third_of_its_life_before_its_end_it_is_due(void **state)
{
    static const struct {
        const char *name;
        struct client_term term;
        int64_t from_s, until_s, late_s;
    } rows[] = {
        {"900 days, early", {0, 900 * DAY_S, 0}, 600 * DAY_S, 600 * DAY_S, 825 * DAY_S},
        {"900 days, spread", {0, 900 * DAY_S, 4000000000}, 600 * DAY_S, 645 * DAY_S, 825 * DAY_S},
        {"a day", {5, DAY_S + 5, 77}, DAY_S * 2 / 3, DAY_S * 3 / 4, DAY_S * 11 / 12 + 5},
        {"no time at all", {5, 5, 77}, 5, 5, 5},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("  %s\n", rows[i].name);
        assert_in_range(renewal_due_s(&rows[i].term), rows[i].from_s, rows[i].until_s);
        assert_int_equal(renewal_late_s(&rows[i].term), rows[i].late_s);
    }
}

static void one_that_is_young_is_left_alone(void **state)
{
    (void)state;
    place(100, 700);
    start(fixture.identity);
    room_line_up(fixture.room);
    for (int i = 0; i < 10; i++)
        step(RENEWAL_LOOK_MS);
    assert_int_equal(asked(), 0);
    assert_string_equal(fixture.room->desk.store.state.trouble, "");
}

static void one_that_is_due_is_renewed_when_the_line_is_up(void **state)
{
    struct client_term term;
    (void)state;
    place(700, 100);
    start(fixture.identity);
    step(0);
    assert_int_equal(asked(), 0);
    room_line_up(fixture.room);
    step(RENEWAL_LOOK_MS);
    assert_int_equal(asked(), 1);
    assert_int_equal(access(fixture.next, F_OK), 0);
    answer(800);
    step(1);
    assert_int_equal(fixture.room->http->forgotten, 1); /* no connection of the old one stays */
    assert_false(failed(client_key_check(fixture.identity, fixture.identity)));
    assert_false(failed(client_term(fixture.identity, &term)));
    assert_true(term.not_after_s > clock_wall_ms() / 1000 + 790 * DAY_S);
    assert_int_equal(access(fixture.next, F_OK), -1);
    step(RENEWAL_DONE_MS);
    assert_int_equal(asked(), 1);
}

static void a_refusal_is_waited_out_longer_each_time_with_the_same_request(void **state)
{
    struct renew_request first;
    uint64_t pause_ms = RENEWAL_PAUSE_FIRST_MS;
    (void)state;
    place(700, 100);
    start(fixture.identity);
    room_line_up(fixture.room);
    step(RENEWAL_LOOK_MS);
    first = fixture.room->http->renew;
    for (unsigned i = 1; i < 8; i++) {
        assert_int_equal(asked(), i);
        if (i % 2 == 0) {
            fake_answer(fixture.room->http, LANE_CERTIFICATE, 404, "{\"error\":\"not_found\"}");
        } else {
            fake_fail(fixture.room->http, LANE_CERTIFICATE, ERR_TIMEOUT);
        }
        step(1);
        step(pause_ms / 2 - RENEWAL_LOOK_MS - 2);
        assert_int_equal(asked(), i);
        step(pause_ms);
        pause_ms *= 2;
        assert_int_equal(first.csr_len, fixture.room->http->renew.csr_len);
        assert_memory_equal(first.csr, fixture.room->http->renew.csr, first.csr_len);
    }
    assert_false(failed(client_key_check(fixture.identity, fixture.identity)));
}

static void place_device_key(void)
{
    int fd = creat(fixture.device, 0600);
    assert_true(fd >= 0 && close(fd) == 0);
}

/* Of the request that is pending on disk. */
static struct wake_signature signature_of_pending(void)
{
    struct wake_signature signature = {.at = {9, 8, 7}};
    uint8_t csr[CLIENT_REQUEST_MAX];
    struct key *key = NULL;
    size_t len = 0;
    assert_false(failed(client_pending_open(fixture.next, &key, csr, &len)));
    key_destroy(key);
    signature.request = hash_of((struct bytes){csr, len});
    return signature;
}

static void where_there_is_a_device_key_it_signs_before_anything_is_asked_for(void **state)
{
    (void)state;
    place(700, 100);
    place_device_key();
    start(fixture.identity);
    room_line_up(fixture.room);
    step(RENEWAL_LOOK_MS);
    assert_int_equal(asked(), 0);
    struct wake_signature signature = signature_of_pending();
    struct wake_signature other = signature;
    other.request.at[0] ^= 1;
    renewal_signed(fixture.renewal, &other);
    step(RENEWAL_LOOK_MS);
    assert_int_equal(asked(), 0);
    renewal_signed(fixture.renewal, &signature);
    step(0);
    assert_int_equal(asked(), 1);
    const struct renew_request *renew = &fixture.room->http->renew;
    assert_int_equal(renew->device_proof_len, ENROL_DEVICE_PROOF_LEN);
    assert_memory_equal(renew->device_proof, signature.at, ENROL_DEVICE_PROOF_LEN);
    answer(800);
    step(1);
    assert_int_equal(fixture.room->http->forgotten, 1);
    renewal_signed(fixture.renewal, &signature); /* late, and again */
    step(RENEWAL_LOOK_MS);
    assert_int_equal(asked(), 1);
}

static void what_certkiosk_does_not_sign_is_asked_for_later(void **state)
{
    (void)state;
    place(700, 100);
    place_device_key();
    start(fixture.identity);
    room_line_up(fixture.room);
    for (unsigned ms = 0; ms <= RENEWAL_SIGN_MS + RENEWAL_LOOK_MS; ms += RENEWAL_LOOK_MS)
        step(RENEWAL_LOOK_MS);
    struct wake_signature signature = signature_of_pending();
    renewal_signed(fixture.renewal, &signature); /* nobody waits for it now */
    step(RENEWAL_LOOK_MS);
    assert_int_equal(asked(), 0);
    step(RENEWAL_PAUSE_FIRST_MS);
    renewal_signed(fixture.renewal, &signature); /* it is asked for again: the same request */
    step(0);
    assert_int_equal(asked(), 1);
}

static void an_answer_that_does_not_fit_changes_nothing(void **state)
{
    struct client_term before, after;
    (void)state;
    place(700, 100);
    assert_false(failed(client_term(fixture.identity, &before)));
    start(fixture.identity);
    room_line_up(fixture.room);
    step(RENEWAL_LOOK_MS);
    answer(0); /* over when it comes */
    struct enrol_answer late = {.kiosk = ""};
    struct http *http = fixture.room->http;
    assert_false(failed(enrol_answer_read(http->lanes[LANE_CERTIFICATE].answer.body, &late)));
    late.time_ms += DAY_S * 1000;
    char *text = NULL;
    assert_false(failed(enrol_answer_write(&late, &text)));
    http->lanes[LANE_CERTIFICATE].done = false;
    fake_answer(http, LANE_CERTIFICATE, 200, text);
    free(text);
    step(RENEWAL_LOOK_MS);
    assert_int_equal(http->forgotten, 0);
    assert_false(failed(client_term(fixture.identity, &after)));
    assert_int_equal(before.not_after_s, after.not_after_s);
}

static void staff_are_told_of_one_that_ends_soon_or_has_ended(void **state)
{
    struct store *store = &fixture.room->desk.store;
    (void)state;
    place(790, 10);
    start(fixture.identity);
    step(RENEWAL_LOOK_MS);
    assert_string_equal(store->state.trouble, STORE_TROUBLE_CERTIFICATE);
    (void)store_trouble(store, LANE_FEED, "denied"); /* for which it may be the reason */
    assert_string_equal(store->state.trouble, STORE_TROUBLE_CERTIFICATE);
    (void)store_trouble(store, LANE_JOURNAL, "fork");
    assert_string_equal(store->state.trouble, "fork");
    (void)store_trouble(store, LANE_JOURNAL, "");
    (void)store_trouble(store, LANE_FEED, "");
    place(1, 800); /* staff enrolled it anew */
    step(RENEWAL_LOOK_MS);
    assert_string_equal(store->state.trouble, "");
    assert_int_equal(fixture.room->http->forgotten, 1);
    assert_int_equal(asked(), 0);
}

static void two_files_are_only_watched(void **state)
{
    (void)state;
    place(799, 1);
    start("/somewhere/else.key");
    room_line_up(fixture.room);
    step(RENEWAL_LOOK_MS);
    assert_int_equal(asked(), 0);
    assert_string_equal(fixture.room->desk.store.state.trouble, STORE_TROUBLE_CERTIFICATE);
}

#undef TEST
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_third_of_its_life_before_its_end_it_is_due),
        TEST(one_that_is_young_is_left_alone),
        TEST(one_that_is_due_is_renewed_when_the_line_is_up),
        TEST(a_refusal_is_waited_out_longer_each_time_with_the_same_request),
        TEST(where_there_is_a_device_key_it_signs_before_anything_is_asked_for),
        TEST(what_certkiosk_does_not_sign_is_asked_for_later),
        TEST(an_answer_that_does_not_fit_changes_nothing),
        TEST(staff_are_told_of_one_that_ends_soon_or_has_ended),
        TEST(two_files_are_only_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
