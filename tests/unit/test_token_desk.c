/* Tokens that come and go, what is told of them, the PIN and the self-test. */
#include "kiosk/app/token_desk.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "tests/unit/desk_room.h"

static void test_tokens_come_and_go(void **state)
{
    (void)state;
    struct room room;
    struct mail mail;

    room_open(&room);
    struct token_desk *desk = room_token_desk(&room);
    room_mail(&room, MAIL_READER, &mail);
    assert_true(mail.hall.reader_there);
    for (int i = 0; i < 3; i++) {
        room_insert(&room);
        room_mail(&room, MAIL_EVENT, &mail);
        assert_int_equal(mail.event.kind, EVENT_INSERTED);
        room_pull(&room);
        room_mail(&room, MAIL_EVENT, &mail);
        assert_int_equal(mail.event.kind, EVENT_REMOVED);
    }
    token_desk_destroy(desk);
    room_close(&room);
}

/* What the desk's thread logs meanwhile. */
static size_t log_lines(struct room *room, struct err trouble)
{
    FILE *log = tmpfile();
    char line[256];
    size_t count = 0;

    assert_non_null(log);
    int usual = dup(STDERR_FILENO);
    assert_true(usual >= 0 && dup2(fileno(log), STDERR_FILENO) == STDERR_FILENO);
    room_take_token(room)->token.trouble = trouble;
    room_give_token(room);
    (void)poll(NULL, 0, 1200); /* some four looks */
    assert_int_equal(dup2(usual, STDERR_FILENO), STDERR_FILENO);
    (void)close(usual);
    rewind(log);
    while (fgets(line, sizeof(line), log) != NULL)
        count += strstr(line, "token_reader: err=ERR_IO native=7 site=\"") != NULL;
    (void)fclose(log);
    return count;
}

static void test_a_trouble_of_the_reader_is_logged_once(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    assert_int_equal(log_lines(&at.room, ERR(ERR_IO, 7, "no PC/SC service")), 1);
    assert_int_equal(log_lines(&at.room, ERR_OK), 0);
    assert_int_equal(log_lines(&at.room, ERR(ERR_IO, 7, "no PC/SC service")), 1);
    close_desk(&at);
}

static void test_a_reader_that_goes_takes_the_token_with_it(void **state)
{
    (void)state;
    struct desk_room at;
    struct mail mail;

    open_desk(&at);
    room_take_token(&at.room)->reader_gone = true;
    room_give_token(&at.room);
    room_mail(&at.room, MAIL_READER, &mail);
    assert_false(mail.hall.reader_there);
    room_mail(&at.room, MAIL_EVENT, &mail);
    assert_int_equal(mail.event.kind, EVENT_REMOVED);
    room_take_token(&at.room)->reader_gone = false;
    room_give_token(&at.room);
    room_mail(&at.room, MAIL_READER, &mail);
    assert_true(mail.hall.reader_there);
    room_mail(&at.room, MAIL_EVENT, &mail);
    assert_int_equal(mail.event.kind, EVENT_INSERTED);
    close_desk(&at);
}

static void test_a_swapped_token_is_seen_to_leave_first(void **state)
{
    (void)state;
    struct desk_room at;
    struct mail mail;

    open_desk(&at);
    token_sim_swap(room_take_token(&at.room), "s20000002");
    room_give_token(&at.room);
    room_event(&at.room, EVENT_REMOVED, &mail);
    room_event(&at.room, EVENT_INSERTED, &mail);
    struct event event = identify(&at);
    assert_string_equal(event.u.token.id, "s20000002");
    assert_int_equal(event.u.token.certificate_count, 0);
    close_desk(&at);
}

static void test_a_token_is_told_with_its_certificates(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    struct event event = identify(&at);
    const struct fact_certificate *facts = &event.u.token.certificates[0];
    assert_string_equal(event.u.token.id, TOKEN_SIM_ID);
    assert_int_equal(event.u.token.tries_left, TOKEN_SIM_TRIES);
    assert_int_equal(event.u.token.certificate_count, 1);
    assert_int_equal(facts->slot, ROOM_SLOT);
    assert_int_equal(facts->profile, 0);
    assert_true(facts->chain_ok);
    assert_string_equal(facts->holder, ROOM_HOLDER);
    assert_memory_equal(facts->fingerprint, at.room.old_facts.fingerprint, FACTS_FINGERPRINT_LEN);
    close_desk(&at);
}

static void test_bytes_that_are_no_certificate_are_as_good_as_none(void **state)
{
    (void)state;
    struct desk_room at;
    static const uint8_t garbage[100] = {0x30, 0x82, 0x04};

    open_desk(&at);
    token_sim_load(room_take_token(&at.room), ROOM_SLOT, (struct bytes){garbage, sizeof(garbage)});
    room_give_token(&at.room);
    assert_int_equal(identify(&at).u.token.certificate_count, 0);
    close_desk(&at);
}

static void test_a_foreign_certificate_has_no_profile(void **state)
{
    (void)state;
    struct desk_room at;
    struct issue_ca *ca = NULL;
    struct issue_certificate foreign;
    int64_t now_s = clock_wall_ms() / 1000;

    open_desk(&at);
    struct issue_subject subject = {.cn = at.room.rules.profiles[0].issuer}; /* the same name */
    assert_false(
        failed(issue_root(&subject, (struct issue_term){now_s - DAY_S, now_s + 900 * DAY_S}, &ca)));
    room_issue(&at.room, ca, now_s + 30 * DAY_S, &foreign);
    token_sim_load(room_take_token(&at.room), ROOM_SLOT, (struct bytes){foreign.der, foreign.len});
    room_give_token(&at.room);
    struct event event = identify(&at);
    assert_int_equal(event.u.token.certificate_count, 1);
    assert_false(event.u.token.certificates[0].chain_ok);
    assert_int_equal(event.u.token.certificates[0].profile, FACTS_NO_PROFILE);
    issue_destroy(ca);
    close_desk(&at);
}

static void test_a_certificate_that_is_not_shown_is_told_of(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    assert_int_equal(identify(&at).u.token.hidden_count, 0);
    token_sim_slot(room_take_token(&at.room), 0x9D)->hidden = true;
    room_give_token(&at.room);
    struct event event = identify(&at);
    assert_int_equal(event.u.token.certificate_count, 1);
    assert_int_equal(event.u.token.hidden_count, 1);
    assert_int_equal(event.u.token.hidden[0], 0x9D);
    close_desk(&at);
}

static void test_a_token_is_asked_whether_it_can_be_written_and_is_not(void **state)
{
    (void)state;
    struct desk_room at;
    struct mail mail;

    open_desk(&at);
    assert_int_equal(prove(&at).result, ERR_NONE);
    room_take_token(&at.room)->refuses_admin = true;
    room_give_token(&at.room);
    assert_int_equal(prove(&at).result, ERR_DENIED);
    assert_int_equal(identify(&at).u.token.tries_left, TOKEN_SIM_TRIES);
    room_take_token(&at.room)->fail[TOKEN_CALL_PROVE] = ERR_IO;
    room_give_token(&at.room);
    assert_int_equal(prove(&at).result, ERR_IO);
    room_pull(&at.room);
    room_event(&at.room, EVENT_REMOVED, &mail);
    assert_int_equal(prove(&at).result, ERR_GONE);
    assert_int_equal(room_take_token(&at.room)->calls[TOKEN_CALL_WRITE], 0);
    room_give_token(&at.room);
    close_desk(&at);
}

static void test_a_token_of_another_house_refuses(void **state)
{
    (void)state;
    struct desk_room at;
    static const uint8_t key[24] = {0x77};

    open_desk(&at);
    assert_false(failed(
        secret_set(&room_take_token(&at.room)->admin_key, (struct bytes){key, sizeof(key)})));
    room_give_token(&at.room);
    assert_int_equal(prove(&at).result, ERR_DENIED);
    close_desk(&at);
}

static void test_a_pin_is_wiped_whatever_the_token_says(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    struct event wrong = verify_pin(&at, "654321");
    assert_int_equal(wrong.result, ERR_DENIED);
    assert_int_equal(wrong.value, TOKEN_SIM_TRIES - 1);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);

    room_take_token(&at.room)->pin_tries_left = 1;
    room_give_token(&at.room);
    assert_int_equal(verify_pin(&at, "654321").result, ERR_BLOCKED);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_BLOCKED);
    room_take_token(&at.room)->fail[TOKEN_CALL_VERIFY_PIN] = ERR_IO;
    room_give_token(&at.room);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_IO);
    room_pull(&at.room);
    struct mail mail;
    room_event(&at.room, EVENT_REMOVED, &mail);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_GONE);
    close_desk(&at);
}

static void test_a_self_test_without_the_pin_asks_for_it(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    assert_int_equal(self_test(&at, &at.room.renewed).result, ERR_DENIED);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);
    assert_int_equal(self_test(&at, &at.room.renewed).result, ERR_NONE);
    close_desk(&at);
}

static void test_a_signature_that_does_not_verify_fails_the_self_test(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    room_take_token(&at.room)->signer.sign = NULL; /* bytes of the right length */
    room_give_token(&at.room);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);
    assert_int_equal(self_test(&at, &at.room.renewed).result, ERR_CONFLICT);
    close_desk(&at);
}

/* The same with a key usage of key agreement; the self-test asks for no signature of a CA. */
static struct issue_certificate to_encipher_for(const struct issue_certificate *from)
{
    static const uint8_t signs[] = {0x03, 0x02, 0x06, 0xC0};
    static const uint8_t agrees_too[] = {0x03, 0x02, 0x03, 0xC8};
    struct issue_certificate out = *from;
    uint8_t *at = memmem(out.der, out.len, signs, sizeof(signs));

    assert_non_null(at);
    memcpy(at, agrees_too, sizeof(agrees_too));
    return out;
}

static uint32_t decryptions(struct desk_room *at)
{
    uint32_t count = room_take_token(&at->room)->calls[TOKEN_CALL_DECRYPT];
    room_give_token(&at->room);
    return count;
}

static void test_a_key_that_opens_bids_is_seen_to_open_one(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);
    assert_int_equal(self_test(&at, &at.room.renewed).result, ERR_NONE);
    assert_int_equal(decryptions(&at), 0); /* its certificate is for signing alone */
    struct issue_certificate opens = to_encipher_for(&at.room.renewed);
    assert_int_equal(self_test(&at, &opens).result, ERR_NONE);
    assert_int_equal(decryptions(&at), 1);
    room_take_token(&at.room)->signer.decrypt = NULL; /* bytes of the right length */
    room_give_token(&at.room);
    assert_int_equal(self_test(&at, &opens).result, ERR_CONFLICT);
    close_desk(&at);
}

static uint32_t signatures(struct desk_room *at)
{
    uint32_t count = room_take_token(&at->room)->calls[TOKEN_CALL_SIGN];
    room_give_token(&at->room);
    return count;
}

static void test_a_key_that_wants_the_pin_for_each_use_is_tested_in_two_parts(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    room_take_token(&at.room)->pin_always = true;
    room_give_token(&at.room);
    struct issue_certificate opens = to_encipher_for(&at.room.renewed);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);
    struct event first = self_test(&at, &opens);
    assert_int_equal(first.result, ERR_DENIED);
    assert_int_equal(first.value, 1); /* it has signed */
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);
    assert_int_equal(self_test(&at, &opens).result, ERR_NONE);
    assert_int_equal(signatures(&at), 1);
    assert_int_equal(decryptions(&at), 2);
    close_desk(&at);
}

static void test_a_signature_counts_for_its_certificate_and_session_only(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    room_take_token(&at.room)->pin_always = true;
    room_give_token(&at.room);
    struct issue_certificate opens = to_encipher_for(&at.room.renewed);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);
    assert_int_equal(self_test(&at, &opens).value, 1);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);
    assert_int_equal(self_test(&at, &at.room.renewed).result, ERR_NONE);
    assert_int_equal(signatures(&at), 2);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);
    assert_int_equal(self_test(&at, &opens).value, 1);
    assert_int_equal(identify(&at).result, ERR_NONE);
    struct event wants_pin = self_test(&at, &opens);
    assert_int_equal(wants_pin.result, ERR_DENIED);
    assert_int_equal(wants_pin.value, 0);
    assert_int_equal(signatures(&at), 4);
    close_desk(&at);
}

static void test_a_desk_ends_while_a_token_is_in(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    struct token_job job = job_of(&at, TOKEN_JOB_TEST, &at.room.renewed);
    token_desk_ask(at.desk, &job); /* its answer is nobody's any more */
    close_desk(&at);
    token_desk_destroy(NULL);
}

/* A token worker dies with the thread that started it, and could not power the card down later. */
static void test_the_token_is_closed_by_the_thread_that_used_it(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    token_desk_destroy(at.desk);
    assert_true(pthread_equal(at.room.token.watcher, at.room.token.closer));
    room_close(&at.room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens_come_and_go),
        cmocka_unit_test(test_a_trouble_of_the_reader_is_logged_once),
        cmocka_unit_test(test_a_reader_that_goes_takes_the_token_with_it),
        cmocka_unit_test(test_a_swapped_token_is_seen_to_leave_first),
        cmocka_unit_test(test_a_token_is_told_with_its_certificates),
        cmocka_unit_test(test_bytes_that_are_no_certificate_are_as_good_as_none),
        cmocka_unit_test(test_a_foreign_certificate_has_no_profile),
        cmocka_unit_test(test_a_certificate_that_is_not_shown_is_told_of),
        cmocka_unit_test(test_a_token_is_asked_whether_it_can_be_written_and_is_not),
        cmocka_unit_test(test_a_token_of_another_house_refuses),
        cmocka_unit_test(test_a_pin_is_wiped_whatever_the_token_says),
        cmocka_unit_test(test_a_self_test_without_the_pin_asks_for_it),
        cmocka_unit_test(test_a_signature_that_does_not_verify_fails_the_self_test),
        cmocka_unit_test(test_a_key_that_opens_bids_is_seen_to_open_one),
        cmocka_unit_test(test_a_key_that_wants_the_pin_for_each_use_is_tested_in_two_parts),
        cmocka_unit_test(test_a_signature_counts_for_its_certificate_and_session_only),
        cmocka_unit_test(test_a_desk_ends_while_a_token_is_in),
        cmocka_unit_test(test_the_token_is_closed_by_the_thread_that_used_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
