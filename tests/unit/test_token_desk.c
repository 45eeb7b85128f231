#include "kiosk/app/token_desk.h"

#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/app_room.h"

#define DAY_S 86400

struct desk_room {
    struct room room;
    struct token_desk *desk;
    uint32_t last_id;
};

static void insert(struct room *room)
{
    token_sim_insert(room_take_token(room));
    room_give_token(room);
}

static void pull(struct room *room)
{
    token_sim_pull(room_take_token(room));
    room_give_token(room);
}

/* Hand a job over and wait for its answer. */
static struct event ask(struct desk_room *at, struct token_job job, enum event_kind answer)
{
    struct mail mail;

    job.id = ++at->last_id;
    (void)text_copy(job.token, sizeof(job.token), TOKEN_SIM_ID);
    token_desk_ask(at->desk, &job);
    room_event(&at->room, answer, &mail);
    assert_int_equal(mail.event.id, job.id);
    return mail.event;
}

static struct event identify(struct desk_room *at)
{
    return ask(at, (struct token_job){.kind = TOKEN_JOB_IDENTIFY}, EVENT_IDENTIFIED);
}

static struct event verify_pin(struct desk_room *at, const char *digits)
{
    struct secret *pin = secret_create();
    assert_non_null(pin);
    assert_false(failed(secret_set(pin, (struct bytes){(const uint8_t *)digits, strlen(digits)})));
    struct event event =
        ask(at, (struct token_job){.kind = TOKEN_JOB_VERIFY_PIN, .pin = pin}, EVENT_PIN_ANSWERED);
    static const struct secret empty = {.len = 0};
    assert_memory_equal(pin, &empty, sizeof(empty)); /* whatever the answer was */
    secret_destroy(pin);
    return event;
}

static struct token_job job_of(struct desk_room *at, enum token_job_kind kind,
                               const struct issue_certificate *issued)
{
    struct token_job job = {.kind = kind,
                            .order = room_order(&at->room, FACT_ORDER_TO_WRITE),
                            .issued = {.slot = ROOM_SLOT, .der_len = issued->len}};
    struct fact_certificate facts = {0};

    memcpy(job.issued.der, issued->der, issued->len);
    if (!failed(certificate_read((struct bytes){issued->der, issued->len}, at->room.trust, &facts)))
        memcpy(job.order.new_fingerprint, facts.fingerprint, FACTS_FINGERPRINT_LEN);
    return job;
}

static struct event write_issued(struct desk_room *at, const struct issue_certificate *issued)
{
    return ask(at, job_of(at, TOKEN_JOB_WRITE, issued), EVENT_WRITTEN);
}

static struct event self_test(struct desk_room *at, const struct issue_certificate *issued)
{
    return ask(at, job_of(at, TOKEN_JOB_TEST, issued), EVENT_TESTED);
}

/* Whether the slot of the token in the reader holds `want` now; NULL: nothing that can be read. */
static void assert_on_token(struct desk_room *at, const struct issue_certificate *want)
{
    struct token_sim *sim = room_take_token(&at->room);
    struct bytes der = token_sim_certificate(sim, ROOM_SLOT);
    bool torn = token_sim_slot(sim, ROOM_SLOT)->torn;

    if (want != NULL) {
        assert_false(torn);
        assert_int_equal(der.len, want->len);
        assert_memory_equal(der.at, want->der, want->len);
    } else {
        assert_true(torn || der.len == 0);
    }
    room_give_token(&at->room);
}

/* A token in the reader, identified; the PIN not yet shown. */
static void open_desk(struct desk_room *at)
{
    struct mail mail;

    *at = (struct desk_room){.last_id = 40};
    room_open(&at->room);
    at->desk = room_token_desk(&at->room);
    insert(&at->room);
    room_event(&at->room, EVENT_INSERTED, &mail);
    assert_int_equal(identify(at).result, ERR_NONE);
}

static void close_desk(struct desk_room *at)
{
    token_desk_destroy(at->desk);
    room_close(&at->room);
}

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
        insert(&room);
        room_mail(&room, MAIL_EVENT, &mail);
        assert_int_equal(mail.event.kind, EVENT_INSERTED);
        pull(&room);
        room_mail(&room, MAIL_EVENT, &mail);
        assert_int_equal(mail.event.kind, EVENT_REMOVED);
    }
    token_desk_destroy(desk);
    room_close(&room);
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
    pull(&at.room);
    struct mail mail;
    room_event(&at.room, EVENT_REMOVED, &mail);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_GONE);
    close_desk(&at);
}

static void test_a_renewal_is_written_and_proves_itself(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);
    assert_int_equal(write_issued(&at, &at.room.renewed).result, ERR_NONE);
    assert_on_token(&at, &at.room.renewed);
    assert_int_equal(self_test(&at, &at.room.renewed).result, ERR_NONE);
    /* An earlier write whose outcome was not recorded: the same again. */
    assert_int_equal(identify(&at).result, ERR_NONE);
    assert_int_equal(write_issued(&at, &at.room.renewed).result, ERR_NONE);
    close_desk(&at);
}

static void make_late(struct room *room, struct issue_certificate *out)
{
    struct issue_term term = {room->paid_s, room->old_facts.not_after_s + 800 * DAY_S};
    assert_false(
        failed(issue_renew(room->ca, (struct bytes){room->old.der, room->old.len}, term, out)));
}

static void make_other_key(struct room *room, struct issue_certificate *out)
{
    struct key *key = NULL;
    assert_false(failed(key_create(KEY_P256, &key)));
    assert_false(failed(key_public(key, room->spki, &room->spki_len)));
    room_issue(room, NULL, room->renewed_facts.not_after_s, out);
    key_destroy(key);
}

static void make_other_ca(struct room *room, struct issue_certificate *out)
{
    struct issue_ca *ca = NULL;
    struct issue_subject subject = {.cn = room->rules.profiles[0].issuer};
    struct issue_term term = {room->paid_s - DAY_S, room->paid_s + 900 * DAY_S};
    assert_false(failed(issue_root(&subject, term, &ca)));
    room_issue(room, ca, room->renewed_facts.not_after_s, out);
    issue_destroy(ca);
}

static void make_garbage(struct room *room, struct issue_certificate *out)
{
    *out = room->renewed;
    out->len -= 3;
}

static void make_nothing(struct room *room, struct issue_certificate *out)
{
    (void)room;
    *out = (struct issue_certificate){.len = 0};
}

/* clang-format off */
static const struct {
    const char *name;
    void (*make)(struct room *, struct issue_certificate *);
} refused[] = {
    {"a certificate for another time than was paid is not written", make_late},
    {"a certificate for another key is not written", make_other_key},
    {"a certificate of another CA with the same name is not written", make_other_ca},
    {"bytes that are no certificate are not written", make_garbage},
    {"nothing is not written", make_nothing},
};
/* clang-format on */

static void test_what_was_not_ordered_is_not_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct desk_room at;
        struct issue_certificate issued;

        print_message("  %s\n", refused[i].name);
        open_desk(&at);
        refused[i].make(&at.room, &issued);
        assert_int_equal(write_issued(&at, &issued).result, ERR_CONFLICT);
        assert_on_token(&at, &at.room.old);
        assert_int_equal(room_take_token(&at.room)->calls[TOKEN_CALL_WRITE], 0);
        room_give_token(&at.room);
        close_desk(&at);
    }
}

static void test_another_certificate_than_the_intent_names_is_not_written(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    struct token_job job = job_of(&at, TOKEN_JOB_WRITE, &at.room.renewed);
    job.order.new_fingerprint[0] ^= 1;
    assert_int_equal(ask(&at, job, EVENT_WRITTEN).result, ERR_CONFLICT);
    assert_on_token(&at, &at.room.old);
    close_desk(&at);
}

static void test_a_torn_certificate_is_healed_by_the_next_write(void **state)
{
    (void)state;
    struct desk_room at;
    struct mail mail;

    open_desk(&at);
    room_take_token(&at.room)->pull_after = 1;
    room_give_token(&at.room);
    assert_int_equal(write_issued(&at, &at.room.renewed).result, ERR_GONE);
    assert_on_token(&at, NULL);
    room_event(&at.room, EVENT_REMOVED, &mail);
    insert(&at.room);
    room_event(&at.room, EVENT_INSERTED, &mail);
    assert_int_equal(identify(&at).u.token.certificate_count, 0);
    assert_int_equal(write_issued(&at, &at.room.renewed).result, ERR_NONE);
    assert_on_token(&at, &at.room.renewed);
    assert_int_equal(verify_pin(&at, TOKEN_SIM_PIN).result, ERR_NONE);
    assert_int_equal(self_test(&at, &at.room.renewed).result, ERR_NONE);
    close_desk(&at);
}

/* As an interrupted write leaves it; the desk has looked. */
static void tear(struct desk_room *at)
{
    struct mail mail;

    room_take_token(&at->room)->pull_after = 1;
    room_give_token(&at->room);
    assert_int_equal(write_issued(at, &at->room.renewed).result, ERR_GONE);
    room_event(&at->room, EVENT_REMOVED, &mail);
    insert(&at->room);
    room_event(&at->room, EVENT_INSERTED, &mail);
    assert_int_equal(identify(at).u.token.certificate_count, 0);
    assert_on_token(at, NULL);
}

static struct document_issued document_of(const struct issue_certificate *certificate)
{
    struct document_issued out = {.slot = ROOM_SLOT, .der_len = certificate->len};
    memcpy(out.der, certificate->der, certificate->len);
    return out;
}

static void test_on_a_torn_token_what_was_kept_tells_what_was_not_ordered(void **state)
{
    (void)state;
    struct desk_room at;
    struct issue_certificate late;

    open_desk(&at);
    tear(&at);
    make_late(&at.room, &late);
    struct token_job job = job_of(&at, TOKEN_JOB_WRITE, &late);
    job.kept = document_of(&at.room.old);
    assert_int_equal(ask(&at, job, EVENT_WRITTEN).result, ERR_CONFLICT);
    assert_on_token(&at, NULL);
    job = job_of(&at, TOKEN_JOB_WRITE, &at.room.renewed);
    job.kept = document_of(&at.room.old);
    assert_int_equal(ask(&at, job, EVENT_WRITTEN).result, ERR_NONE);
    assert_on_token(&at, &at.room.renewed);
    close_desk(&at);
}

static struct event repair(struct desk_room *at, const struct issue_certificate *old)
{
    struct token_job job = {.kind = TOKEN_JOB_REPAIR, .issued = document_of(old)};
    return ask(at, job, EVENT_IDENTIFIED);
}

static void test_a_torn_token_gets_back_what_was_on_it(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    tear(&at);
    struct event event = repair(&at, &at.room.old);
    assert_int_equal(event.result, ERR_NONE);
    assert_int_equal(event.u.token.certificate_count, 1);
    assert_memory_equal(event.u.token.certificates[0].fingerprint, at.room.old_facts.fingerprint,
                        FACTS_FINGERPRINT_LEN);
    assert_on_token(&at, &at.room.old);
    close_desk(&at);
}

static void test_what_can_be_read_is_not_repaired(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    assert_int_equal(write_issued(&at, &at.room.renewed).result, ERR_NONE);
    assert_int_equal(identify(&at).result, ERR_NONE);
    assert_int_equal(repair(&at, &at.room.old).u.token.certificate_count, 1);
    assert_on_token(&at, &at.room.renewed);
    close_desk(&at);
}

static void test_nothing_of_another_house_is_put_back(void **state)
{
    (void)state;
    struct desk_room at;
    struct issue_certificate foreign;

    open_desk(&at);
    tear(&at);
    make_other_ca(&at.room, &foreign);
    assert_int_equal(repair(&at, &foreign).u.token.certificate_count, 0);
    assert_on_token(&at, NULL);
    close_desk(&at);
}

static void test_the_token_s_own_refusal_of_a_write_is_told(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    room_take_token(&at.room)->refuses_admin = true;
    room_give_token(&at.room);
    assert_int_equal(write_issued(&at, &at.room.renewed).result, ERR_DENIED);
    assert_on_token(&at, &at.room.old);
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
        cmocka_unit_test(test_a_reader_that_goes_takes_the_token_with_it),
        cmocka_unit_test(test_a_swapped_token_is_seen_to_leave_first),
        cmocka_unit_test(test_a_token_is_told_with_its_certificates),
        cmocka_unit_test(test_bytes_that_are_no_certificate_are_as_good_as_none),
        cmocka_unit_test(test_a_foreign_certificate_has_no_profile),
        cmocka_unit_test(test_a_pin_is_wiped_whatever_the_token_says),
        cmocka_unit_test(test_a_renewal_is_written_and_proves_itself),
        cmocka_unit_test(test_what_was_not_ordered_is_not_written),
        cmocka_unit_test(test_another_certificate_than_the_intent_names_is_not_written),
        cmocka_unit_test(test_a_torn_certificate_is_healed_by_the_next_write),
        cmocka_unit_test(test_on_a_torn_token_what_was_kept_tells_what_was_not_ordered),
        cmocka_unit_test(test_a_torn_token_gets_back_what_was_on_it),
        cmocka_unit_test(test_what_can_be_read_is_not_repaired),
        cmocka_unit_test(test_nothing_of_another_house_is_put_back),
        cmocka_unit_test(test_the_token_s_own_refusal_of_a_write_is_told),
        cmocka_unit_test(test_a_self_test_without_the_pin_asks_for_it),
        cmocka_unit_test(test_a_signature_that_does_not_verify_fails_the_self_test),
        cmocka_unit_test(test_a_key_that_opens_bids_is_seen_to_open_one),
        cmocka_unit_test(test_a_desk_ends_while_a_token_is_in),
        cmocka_unit_test(test_the_token_is_closed_by_the_thread_that_used_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
