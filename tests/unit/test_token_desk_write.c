/* What is written to a token, what is refused to be, and what an interrupted write left. */
#include "kiosk/app/token_desk.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/unit/desk_room.h"

static struct event write_issued(struct desk_room *at, const struct issue_certificate *issued)
{
    return ask(at, job_of(at, TOKEN_JOB_WRITE, issued), EVENT_WRITTEN);
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
    room_insert(&at.room);
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
    room_insert(&at->room);
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

static void test_a_token_that_was_swapped_is_not_looked_at_in_a_repair(void **state)
{
    (void)state;
    struct desk_room at;

    open_desk(&at);
    tear(&at);
    token_sim_swap(room_take_token(&at.room), "s20000002"); /* before the desk looks */
    uint32_t looks = at.room.token.sim.calls[TOKEN_CALL_IDENTIFY];
    struct token_job job = {.kind = TOKEN_JOB_REPAIR,
                            .id = ++at.last_id,
                            .token = TOKEN_SIM_ID,
                            .issued = document_of(&at.room.old)};
    struct mail mail;
    at.room.token.sim.was_lost = false; /* nor seen by the reader */
    token_desk_ask(at.desk, &job);
    room_give_token(&at.room);
    room_event(&at.room, EVENT_IDENTIFIED, &mail);
    assert_int_equal(mail.event.result, ERR_GONE);
    assert_string_equal(mail.event.u.token.id, "");
    assert_int_equal(room_take_token(&at.room)->calls[TOKEN_CALL_IDENTIFY], looks);
    room_give_token(&at.room);
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

static void test_what_an_order_that_is_over_wrote_is_undone(void **state)
{
    (void)state;
    struct desk_room at;
    struct issue_certificate other_key;

    open_desk(&at);
    make_other_key(&at.room, &other_key);
    assert_int_equal(write_issued(&at, &at.room.renewed).result, ERR_NONE);
    assert_int_equal(identify(&at).result, ERR_NONE);
    struct token_job job = job_of(&at, TOKEN_JOB_REPAIR, &at.room.renewed);
    job.order.has_certificate = true;
    job.issued = document_of(&other_key);
    (void)ask(&at, job, EVENT_IDENTIFIED);
    assert_on_token(&at, &at.room.renewed);
    job.issued = document_of(&at.room.old);
    assert_int_equal(ask(&at, job, EVENT_IDENTIFIED).u.token.certificate_count, 1);
    assert_on_token(&at, &at.room.old);
    close_desk(&at);
}

/* In a slot that identify does not look at, too: what is there is as little known. */
static void test_what_is_not_shown_is_not_written_over(void **state)
{
    (void)state;
    static const uint8_t slots[] = {ROOM_SLOT, 0x82};

    for (size_t i = 0; i < ARRAY_LEN(slots); i++) {
        struct desk_room at;

        open_desk(&at);
        struct token_sim *sim = room_take_token(&at.room);
        token_sim_load(sim, slots[i], (struct bytes){at.room.renewed.der, at.room.renewed.len});
        token_sim_slot(sim, slots[i])->hidden = true;
        room_give_token(&at.room);
        assert_int_equal(identify(&at).result, ERR_NONE);
        struct token_job job = {.kind = TOKEN_JOB_REPAIR, .issued = document_of(&at.room.old)};
        job.issued.slot = slots[i];
        assert_int_equal(ask(&at, job, EVENT_IDENTIFIED).result, ERR_NONE);
        assert_int_equal(room_take_token(&at.room)->calls[TOKEN_CALL_WRITE], 0);
        room_give_token(&at.room);
        close_desk(&at);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_renewal_is_written_and_proves_itself),
        cmocka_unit_test(test_what_was_not_ordered_is_not_written),
        cmocka_unit_test(test_another_certificate_than_the_intent_names_is_not_written),
        cmocka_unit_test(test_a_torn_certificate_is_healed_by_the_next_write),
        cmocka_unit_test(test_on_a_torn_token_what_was_kept_tells_what_was_not_ordered),
        cmocka_unit_test(test_a_torn_token_gets_back_what_was_on_it),
        cmocka_unit_test(test_a_token_that_was_swapped_is_not_looked_at_in_a_repair),
        cmocka_unit_test(test_what_can_be_read_is_not_repaired),
        cmocka_unit_test(test_what_an_order_that_is_over_wrote_is_undone),
        cmocka_unit_test(test_what_is_not_shown_is_not_written_over),
        cmocka_unit_test(test_nothing_of_another_house_is_put_back),
        cmocka_unit_test(test_the_token_s_own_refusal_of_a_write_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
