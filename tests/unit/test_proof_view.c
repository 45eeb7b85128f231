/* What of the inbox's state is believed: what a seal of the platform proves, and nothing else. */
#include "kiosk/app/proof_view.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "sync/wire/batch.h"
#include "tests/unit/app_room.h"
#include "tests/unit/ledger.h"

#define TIME_MS INT64_C(1795000000000)

static struct ack ack_of(uint64_t seq, int64_t time_ms)
{
    struct ack ack = {.kiosk = ROOM_KIOSK, .acked_seq = seq, .time_ms = time_ms};
    uuid_of(ack.epoch, 7);
    memset(ack.head_hash.at, (int)seq, HASH_LEN);
    return ack;
}

/* `ack`, sealed by the platform for this kiosk. */
static struct inbox_proof *seal(const struct room *room, const struct ack *ack)
{
    struct inbox_proof *proof = calloc(1, sizeof(*proof));
    char *text = NULL;
    assert_non_null(proof);
    assert_false(failed(ack_write(ack, &text)));
    assert_true(text_copy(proof->text, sizeof(proof->text), text));
    free(text);
    const struct seal_message message = {
        .context = SEAL_ACK,
        .parts = {ROOM_KIOSK},
        .body = {(const uint8_t *)proof->text, strlen(proof->text)}};
    assert_false(failed(seal_sign(room->platform, &message, proof->seal)));
    (void)text_copy(proof->key_id, sizeof(proof->key_id), seal_key_id(room->platform));
    return proof;
}

struct given {
    struct inbox_state state;
    struct inbox_proof *mark, *time;
    struct keyring ring;
};

static void as_it_is(struct given *given)
{
    (void)given;
}
static void a_mark_that_nobody_gave(struct given *given)
{
    given->state.acked_seq++;
}
static void another_hash(struct given *given)
{
    given->state.acked_hash.at[0] ^= 1;
}
static void a_time_that_nobody_gave(struct given *given)
{
    given->state.proven_ms++;
}
static void a_mark_changed_in_its_text(struct given *given)
{
    char *seq = strstr(given->mark->text, "\"acked_seq\":5");
    assert_non_null(seq);
    seq[strlen("\"acked_seq\":")] = '4';
    given->state.acked_seq = 4;
}
static void a_broken_seal_of_the_time(struct given *given)
{
    given->time->seal[9] ^= 1;
}
static void an_unknown_key(struct given *given)
{
    given->ring.keys[0].id[0] ^= 1;
}
static void a_revoked_key(struct given *given)
{
    given->ring.keys[0].revoked = true;
}
static void no_mark(struct given *given)
{
    free(given->mark);
    given->mark = NULL;
}
static void no_proof(struct given *given)
{
    no_mark(given);
    free(given->time);
    given->time = NULL;
}

/* clang-format off */
static const struct {
    const char *name;
    void (*change)(struct given *);
    enum err_code code;
    uint64_t acked_seq;
    int64_t proven_ms;
} rows[] = { /* the mark is 5, and the time was told with a mark of 6 */
    {"what is proven is believed, the higher mark of two", as_it_is,                  ERR_NONE,      6, TIME_MS},
    {"a mark that no acknowledgement gave is not",         a_mark_that_nobody_gave,   ERR_MALFORMED, 0, 0},
    {"... nor another hash",                               another_hash,              ERR_MALFORMED, 0, 0},
    {"... nor a time",                                     a_time_that_nobody_gave,   ERR_MALFORMED, 0, 0},
    {"a mark changed together with its text does not count", a_mark_changed_in_its_text, ERR_NONE,   6, TIME_MS},
    {"a time whose seal is broken is not proven",          a_broken_seal_of_the_time, ERR_NONE,      5, 0},
    {"a key that is not known proves nothing",             an_unknown_key,            ERR_NONE,      0, 0},
    {"nor does a revoked one",                             a_revoked_key,             ERR_NONE,      0, 0},
    {"a mark that was taken away is told with the time",   no_mark,                   ERR_NONE,      6, TIME_MS},
    {"bare columns say nothing",                           no_proof,                  ERR_NONE,      0, 0},
};
/* clang-format on */

static void test_only_what_is_proven_is_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct room room;
        struct inbox_state found = {.acked_seq = 99};
        const struct ack mark = ack_of(5, TIME_MS - 1000);
        const struct ack time = ack_of(6, TIME_MS);
        struct given given = {.state = {.acked_seq = 5, .proven_ms = TIME_MS}};
        print_message("  %s\n", rows[i].name);
        room_open(&room);
        uuid_of(given.state.epoch, 7);
        given.state.acked_hash = mark.head_hash;
        given.mark = seal(&room, &mark);
        given.time = seal(&room, &time);
        given.ring = room.ring;
        rows[i].change(&given);
        const struct inbox_proof *const proofs[] = {given.mark, given.time};
        assert_false(failed(inbox_set_proven(room.writer, &given.state, proofs)));
        struct err e = proof_view_state(room.writer, ROOM_KIOSK, &given.ring, &found);
        assert_int_equal(e.code, rows[i].code);
        assert_int_equal(found.acked_seq, failed(e) ? 99 : rows[i].acked_seq);
        assert_int_equal(found.proven_ms, rows[i].proven_ms);
        free(given.mark);
        free(given.time);
        room_close(&room);
    }
}

static void test_what_was_said_to_another_kiosk_proves_nothing(void **state)
{
    struct room room;
    struct inbox_state found;
    struct ack ack = ack_of(5, TIME_MS);
    struct inbox_state said = {.proven_ms = TIME_MS};
    (void)state;
    room_open(&room);
    (void)text_copy(ack.kiosk, sizeof(ack.kiosk), "hall-99");
    struct inbox_proof *proof = seal(&room, &ack);
    const struct inbox_proof *const proofs[] = {NULL, proof};
    assert_false(failed(inbox_set_proven(room.writer, &said, proofs)));
    assert_false(failed(proof_view_state(room.writer, ROOM_KIOSK, &room.ring, &found)));
    assert_int_equal(found.proven_ms, 0);
    assert_int_equal(found.acked_seq, 0);
    free(proof);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_is_proven_is_believed),
        cmocka_unit_test(test_what_was_said_to_another_kiosk_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
