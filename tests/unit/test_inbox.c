#include <sqlite3.h>

#include "tests/unit/inbox_room.h"

static void a_document_comes_back_as_it_was_sealed(void **state)
{
    (void)state;
    struct inbox_document in = document_of("a", 7, "{\"x\":1}");
    struct inbox_document out;
    in.body_len = INBOX_BODY_MAX;
    for (size_t i = 0; i < in.body_len; i++)
        in.body[i] = (uint8_t)(i * 11);
    assert_int_equal(inbox_put(inbox, &in, 1, 5).code, ERR_NONE);
    reopen();
    assert_int_equal(inbox_get(inbox, "order", "a", &out).code, ERR_NONE);
    assert_string_equal(out.type, in.type);
    assert_string_equal(out.id, in.id);
    assert_string_equal(out.key_id, in.key_id);
    assert_int_equal(out.version, 7);
    assert_memory_equal(out.seal, in.seal, sizeof(in.seal));
    assert_int_equal(out.body_len, in.body_len);
    assert_memory_equal(out.body, in.body, in.body_len);
    assert_int_equal(state_of(inbox).cursor, 5);
}

static void the_newest_version_wins_in_any_order(void **state)
{
    static const struct {
        const char *what;
        uint64_t version;
        const char *body;
        enum err_code code;
        uint64_t stands;
        const char *stands_body;
    } steps[] = {
        {"the first", 3, "three", ERR_NONE, 3, "three"},
        {"an older one", 2, "two", ERR_NONE, 3, "three"},
        {"the same again", 3, "three", ERR_NONE, 3, "three"},
        {"the same version with another body", 3, "THREE", ERR_NONE, 3, "three"},
        {"the same version with a longer body", 3, "three!", ERR_NONE, 3, "three"},
        {"a newer one", 4, "four", ERR_NONE, 4, "four"},
        {"an empty newer one", 5, "", ERR_NONE, 5, ""},
        {"an older one with a body", 4, "four", ERR_NONE, 5, ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        enum err_code code = put("a", steps[i].version, steps[i].body, i + 1);
        if (code != steps[i].code)
            fail_msg("%s: %s", steps[i].what, err_name(code));
        expect("a", steps[i].stands, steps[i].stands_body);
    }
    reopen();
    expect("a", 5, "");
}

static void the_same_version_may_be_sealed_anew(void **state)
{
    (void)state;
    struct inbox_document document = document_of("a", 1, "one");
    assert_int_equal(put("a", 1, "one", 1), ERR_NONE);
    uint64_t change = change_of(inbox);
    memset(document.seal, 9, sizeof(document.seal));
    (void)text_copy(document.key_id, sizeof(document.key_id), "fedcba9876543210");
    assert_int_equal(inbox_put(inbox, &document, 1, 1).code, ERR_NONE);
    assert_true(change_of(inbox) > change);
    reopen();
    assert_int_equal(inbox_get(inbox, "order", "a", &document).code, ERR_NONE);
    assert_string_equal(document.key_id, "fedcba9876543210");
    assert_int_equal(document.seal[0], 9);
    assert_int_equal(document.version, 1);
}

static void of_a_refused_call_nothing_is_stored(void **state)
{
    (void)state;
    struct inbox_document documents[3] = {document_of("new", 1, "n"), document_of("", 1, "other"),
                                          document_of("more", 1, "m")};
    struct inbox_document out;
    assert_int_equal(put("a", 1, "one", 10), ERR_NONE);
    uint64_t change = change_of(inbox);
    assert_int_equal(inbox_put(inbox, documents, 3, 11).code, ERR_MALFORMED);
    assert_int_equal(inbox_get(inbox, "order", "new", &out).code, ERR_NOT_FOUND);
    assert_int_equal(inbox_get(inbox, "order", "more", &out).code, ERR_NOT_FOUND);
    assert_int_equal(state_of(inbox).cursor, 10);
    assert_int_equal(change_of(inbox), change);
    assert_int_equal(put("b", 1, "b", 12), ERR_NONE);
}

static void what_contradicts_is_left_and_the_rest_is_taken(void **state)
{
    (void)state;
    struct inbox_document documents[3] = {document_of("new", 1, "n"), document_of("a", 1, "other"),
                                          document_of("more", 1, "m")};
    assert_int_equal(put("a", 1, "one", 10), ERR_NONE);
    assert_int_equal(inbox_contradictions(inbox), 0);
    assert_int_equal(inbox_put(inbox, documents, 3, 11).code, ERR_NONE);
    assert_int_equal(inbox_contradictions(inbox), 1);
    expect("a", 1, "one");
    expect("new", 1, "n");
    expect("more", 1, "m");
    assert_int_equal(state_of(inbox).cursor, 11);
    assert_int_equal(inbox_check(inbox).code, ERR_NONE);
}

static struct inbox_state of_generation(unsigned generation)
{
    struct inbox_state state = state_of(inbox);
    uuid_of(state.generation, generation);
    state.cursor = 0;
    return state;
}

static void of_another_generation_the_later_one_wins(void **state)
{
    (void)state;
    struct inbox_state next = of_generation(1);
    assert_int_equal(inbox_set_state(inbox, &next).code, ERR_NONE);
    assert_int_equal(put("a", 5, "five", 10), ERR_NONE);
    assert_int_equal(put("b", 5, "five", 11), ERR_NONE);
    assert_int_equal(put("c", 5, "five", 12), ERR_NONE);
    next = of_generation(2);
    assert_int_equal(inbox_set_state(inbox, &next).code, ERR_NONE);
    assert_int_equal(state_of(inbox).cursor, 0);
    assert_int_equal(put("a", 2, "two", 3), ERR_NONE);  /* an earlier number */
    assert_int_equal(put("b", 5, "FIVE", 4), ERR_NONE); /* the same number */
    assert_int_equal(inbox_contradictions(inbox), 0);
    reopen();
    expect("a", 2, "two");
    expect("b", 5, "FIVE");
    expect("c", 5, "five"); /* of which it says nothing */
    assert_int_equal(state_of(inbox).cursor, 4);
    assert_int_equal(put("a", 1, "one", 5), ERR_NONE); /* within it: as ever */
    expect("a", 2, "two");
}

static void of_another_generation_the_mark_is_the_platform_s(void **state)
{
    (void)state;
    struct inbox_state next = of_generation(1);
    uuid_of(next.epoch, 7);
    next.acked_seq = 9;
    assert_int_equal(inbox_set_state(inbox, &next).code, ERR_NONE);
    next.acked_seq = 4;
    assert_int_equal(inbox_set_state(inbox, &next).code, ERR_CONFLICT);
    next = of_generation(2);
    next.acked_seq = 4;
    assert_int_equal(inbox_set_state(inbox, &next).code, ERR_NONE);
    assert_int_equal(state_of(inbox).acked_seq, 4);
}

static void no_type(struct inbox_document *document)
{
    document->type[0] = '\0';
}
static void type_without_end(struct inbox_document *document)
{
    memset(document->type, 'a', sizeof(document->type));
}
static void id_of_two_lines(struct inbox_document *document)
{
    (void)text_copy(document->id, sizeof(document->id), "a\nb");
}
static void broken_id(struct inbox_document *document)
{
    (void)text_copy(document->id, sizeof(document->id), "\xff");
}
static void long_body(struct inbox_document *document)
{
    document->body_len = INBOX_BODY_MAX + 1;
}
static void huge_version(struct inbox_document *document)
{
    document->version = UINT64_MAX;
}

static void what_cannot_be_stored_is_refused(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct inbox_document *);
        enum err_code expected;
    } rows[] = {
        {"no type", no_type, ERR_MALFORMED},
        {"a type without its end", type_without_end, ERR_MALFORMED},
        {"an id of two lines", id_of_two_lines, ERR_MALFORMED},
        {"an id that is not UTF-8", broken_id, ERR_MALFORMED},
        {"a body too long", long_body, ERR_NO_ROOM},
        {"a version beyond what is counted", huge_version, ERR_MALFORMED},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct inbox_document document = document_of("a", 1, "one");
        rows[i].change(&document);
        enum err_code code = inbox_put(inbox, &document, 1, 1).code;
        if (code != rows[i].expected)
            fail_msg("%s: %s", rows[i].what, err_name(code));
    }
    assert_int_equal(inbox_put(inbox, NULL, 0, UINT64_MAX).code, ERR_MALFORMED);
    assert_int_equal(put("a", 1, "one", 1), ERR_NONE);
}

static void the_cursor_never_goes_back(void **state)
{
    (void)state;
    assert_int_equal(inbox_put(inbox, NULL, 0, 9).code, ERR_NONE);
    assert_int_equal(inbox_put(inbox, NULL, 0, 4).code, ERR_NONE);
    assert_int_equal(state_of(inbox).cursor, 9);
}

struct seen {
    char ids[64];
    size_t count, stop_at;
};

static bool see(void *context, const struct inbox_document *document)
{
    struct seen *seen = context;
    seen->ids[seen->count++] = document->id[0];
    return seen->count != seen->stop_at;
}

static void documents_are_scanned_by_type_and_id(void **state)
{
    (void)state;
    struct inbox_document other = document_of("x", 1, "x");
    (void)text_copy(other.type, sizeof(other.type), "account");
    assert_int_equal(put("c", 1, "c", 1), ERR_NONE);
    assert_int_equal(put("a", 1, "a", 2), ERR_NONE);
    assert_int_equal(put("b", 1, "b", 3), ERR_NONE);
    assert_int_equal(inbox_put(inbox, &other, 1, 4).code, ERR_NONE);
    struct seen seen = {{0}, 0, 0};
    assert_int_equal(inbox_scan(inbox, "order", see, &seen).code, ERR_NONE);
    assert_string_equal(seen.ids, "abc");
    seen = (struct seen){{0}, 0, 2};
    assert_int_equal(inbox_scan(inbox, "order", see, &seen).code, ERR_NONE);
    assert_string_equal(seen.ids, "ab");
    seen = (struct seen){{0}, 0, 0};
    assert_int_equal(inbox_scan(inbox, "none", see, &seen).code, ERR_NONE);
    assert_int_equal(seen.count, 0);
}

static void readers_notice_every_change_and_nothing_else(void **state)
{
    (void)state;
    struct inbox *reader = NULL;
    assert_int_equal(inbox_open_read(folder.path, &reader).code, ERR_NONE);
    uint64_t before = change_of(reader);
    assert_int_equal(put("a", 2, "two", 1), ERR_NONE);
    uint64_t after = change_of(reader);
    assert_true(after > before);
    assert_int_equal(put("a", 1, "one", 1), ERR_NONE);
    assert_int_equal(change_of(reader), after);

    struct inbox_state at = state_of(inbox);
    assert_int_equal(inbox_set_state(inbox, &at).code, ERR_NONE);
    assert_int_equal(change_of(reader), after);
    at.line = INBOX_LINE_UP;
    assert_int_equal(inbox_set_state(inbox, &at).code, ERR_NONE);
    assert_true(change_of(reader) > after);
    after = change_of(reader);
    assert_int_equal(inbox_quarantine(inbox, 3, "malformed").code, ERR_NONE);
    assert_true(change_of(reader) > after);
    assert_int_equal(state_of(reader).line, INBOX_LINE_UP);
    inbox_close(reader);
}

static struct inbox_state some_state(void)
{
    struct inbox_state at = {.acked_seq = 10,
                             .acked_hash = {{1}},
                             .cursor = 20,
                             .proven_ms = 1760000000000,
                             .proven_boot_ms = 5000,
                             .line = INBOX_LINE_UP,
                             .line_since_ms = 1760000000001,
                             .trouble = "gap"};
    uuid_of(at.epoch, 1);
    uuid_of(at.boot_id, 2);
    return at;
}

static void the_state_comes_back(void **state)
{
    (void)state;
    struct inbox_state fresh = state_of(inbox);
    assert_string_equal(fresh.epoch, "");
    assert_int_equal(fresh.acked_seq, 0);
    assert_int_equal(fresh.line, INBOX_LINE_UNKNOWN);

    struct inbox_state in = some_state();
    assert_int_equal(inbox_set_state(inbox, &in).code, ERR_NONE);
    reopen();
    struct inbox_state out = state_of(inbox);
    assert_string_equal(out.epoch, in.epoch);
    assert_int_equal(out.acked_seq, in.acked_seq);
    assert_memory_equal(out.acked_hash.at, in.acked_hash.at, HASH_LEN);
    assert_int_equal(out.cursor, in.cursor);
    assert_int_equal(out.proven_ms, in.proven_ms);
    assert_int_equal(out.proven_boot_ms, in.proven_boot_ms);
    assert_string_equal(out.boot_id, in.boot_id);
    assert_int_equal(out.line, in.line);
    assert_int_equal(out.line_since_ms, in.line_since_ms);
    assert_string_equal(out.trouble, in.trouble);
}

static void fewer_acked(struct inbox_state *at)
{
    at->acked_seq--;
}
static void forked(struct inbox_state *at)
{
    at->acked_hash.at[0] ^= 1;
}
static void earlier(struct inbox_state *at)
{
    at->proven_ms--;
}
static void earlier_in_a_new_epoch(struct inbox_state *at)
{
    uuid_of(at->epoch, 9);
    at->proven_ms--;
}
static void fewer_in_a_new_epoch(struct inbox_state *at)
{
    uuid_of(at->epoch, 9);
    at->acked_seq = 0;
    at->acked_hash = (struct hash){{0}};
}
static void more_acked(struct inbox_state *at)
{
    at->acked_seq++;
    at->acked_hash.at[0] ^= 1;
}
static void later_after_a_boot(struct inbox_state *at)
{
    at->proven_ms++;
    at->proven_boot_ms = 1;
    uuid_of(at->boot_id, 77);
}
static void odd_epoch(struct inbox_state *at)
{
    at->epoch[5] = '\0';
}
static void odd_line(struct inbox_state *at)
{
    at->line = (enum inbox_line)3;
}

/* The one way back, which only a key that fell opens; everything else stays as it was. */
static void a_time_goes_back_with_its_proof_only(void **state)
{
    static const struct inbox_proof mark = {.key_id = "0123456789abcdef", .text = "the mark's"};
    static const struct inbox_proof time = {.key_id = "fedcba9876543210", .text = "the time's"};
    const struct inbox_proof *const proofs[] = {&mark, &time};
    struct inbox_state at = some_state();
    struct inbox_proof found;
    (void)state;
    assert_int_equal(inbox_set_proven(inbox, &at, proofs).code, ERR_NONE);
    struct inbox_state back = at;
    back.proven_ms -= 1000;
    const struct inbox_proof *const again[] = {NULL, &mark};
    assert_int_equal(inbox_set_proven(inbox, &back, again).code, ERR_CONFLICT);
    assert_int_equal(inbox_drop_time(inbox, &back, NULL).code, ERR_MALFORMED);
    back.acked_seq--;
    assert_int_equal(inbox_drop_time(inbox, &back, &mark).code, ERR_CONFLICT);
    back.acked_seq++;
    assert_int_equal(inbox_drop_time(inbox, &back, &mark).code, ERR_NONE);
    reopen();
    assert_int_equal(state_of(inbox).proven_ms, back.proven_ms);
    assert_int_equal(inbox_get_proof(inbox, INBOX_PROVES_TIME, &found).code, ERR_NONE);
    assert_string_equal(found.text, "the mark's");

    back.proven_ms = 0;
    assert_int_equal(inbox_drop_time(inbox, &back, &mark).code, ERR_MALFORMED);
    assert_int_equal(inbox_drop_time(inbox, &back, NULL).code, ERR_NONE);
    reopen();
    assert_int_equal(state_of(inbox).proven_ms, 0);
    assert_int_equal(state_of(inbox).acked_seq, at.acked_seq);
    assert_int_equal(inbox_get_proof(inbox, INBOX_PROVES_TIME, &found).code, ERR_NOT_FOUND);
    assert_int_equal(inbox_get_proof(inbox, INBOX_PROVES_MARK, &found).code, ERR_NONE);
}

static void the_state_only_goes_forward(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct inbox_state *);
        enum err_code expected;
    } rows[] = {
        {"fewer entries acknowledged", fewer_acked, ERR_CONFLICT},
        {"another hash for the last one", forked, ERR_CONFLICT},
        {"an earlier time", earlier, ERR_CONFLICT},
        {"an earlier time in a new epoch", earlier_in_a_new_epoch, ERR_CONFLICT},
        {"an epoch of five characters", odd_epoch, ERR_MALFORMED},
        {"a line that is neither up nor down", odd_line, ERR_MALFORMED},
        {"one entry more", more_acked, ERR_NONE},
        {"a later time after a boot", later_after_a_boot, ERR_NONE},
        {"fewer entries in a new epoch", fewer_in_a_new_epoch, ERR_NONE},
    };
    (void)state;
    struct inbox_state first = some_state();
    assert_int_equal(inbox_set_state(inbox, &first).code, ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct inbox_state before = state_of(inbox);
        struct inbox_state next = before;
        rows[i].change(&next);
        enum err_code code = inbox_set_state(inbox, &next).code;
        if (code != rows[i].expected)
            fail_msg("%s: %s", rows[i].what, err_name(code));
        if (code != ERR_NONE)
            assert_int_equal(state_of(inbox).acked_seq, before.acked_seq);
    }
}

static void quarantine_counts_each_entry_once(void **state)
{
    (void)state;
    uint64_t count = 99;
    assert_int_equal(inbox_quarantined(inbox, &count).code, ERR_NONE);
    assert_int_equal(count, 0);
    assert_int_equal(inbox_quarantine(inbox, 3, "malformed").code, ERR_NONE);
    assert_int_equal(inbox_quarantine(inbox, 3, "other").code, ERR_NONE);
    assert_int_equal(inbox_quarantine(inbox, 4, "malformed").code, ERR_NONE);
    assert_int_equal(inbox_quarantine(inbox, 0, "malformed").code, ERR_MALFORMED);
    assert_int_equal(inbox_quarantine(inbox, 5, "").code, ERR_MALFORMED);
    assert_int_equal(inbox_quarantined(inbox, &count).code, ERR_NONE);
    assert_int_equal(count, 2);
}

static void a_journal_is_no_inbox(void **state)
{
    (void)state;
    struct folder other;
    struct journal *journal = NULL;
    struct inbox *none = NULL;
    folder_make(&other, "journal.db");
    assert_int_equal(journal_open(other.path, true, ledger_random, &ledger_guard, &journal).code,
                     ERR_NONE);
    assert_int_equal(inbox_open_read(other.path, &none).code, ERR_MALFORMED);
    journal_close(journal);
    assert_int_equal(inbox_open(other.path, true, &none).code, ERR_MALFORMED);
    assert_int_equal(inbox_open("/nonexistent/i.db", false, &none).code, ERR_NOT_FOUND);
    assert_null(none);
    folder_remove(&other);
}

static void there_is_one_writer(void **state)
{
    (void)state;
    struct inbox *second = NULL;
    assert_int_equal(inbox_open(folder.path, true, &second).code, ERR_BLOCKED);
    assert_null(second);
    inbox_close(NULL);
}

static void a_reader_writes_nothing(void **state)
{
    (void)state;
    struct inbox *reader = NULL;
    struct inbox_document document = document_of("a", 1, "one");
    assert_int_equal(inbox_open_read(folder.path, &reader).code, ERR_NONE);
    assert_int_equal(inbox_put(reader, &document, 1, 1).code, ERR_IO);
    assert_int_equal(inbox_get(inbox, "order", "a", &document).code, ERR_NOT_FOUND);
    inbox_close(reader);
    assert_int_equal(put("a", 1, "one", 1), ERR_NONE);
    assert_int_equal(inbox_checkpoint(inbox).code, ERR_NONE);
    expect("a", 1, "one");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_document_comes_back_as_it_was_sealed),
        TEST(the_newest_version_wins_in_any_order),
        TEST(the_same_version_may_be_sealed_anew),
        TEST(of_a_refused_call_nothing_is_stored),
        TEST(what_contradicts_is_left_and_the_rest_is_taken),
        TEST(of_another_generation_the_later_one_wins),
        TEST(of_another_generation_the_mark_is_the_platform_s),
        TEST(what_cannot_be_stored_is_refused),
        TEST(the_cursor_never_goes_back),
        TEST(documents_are_scanned_by_type_and_id),
        TEST(readers_notice_every_change_and_nothing_else),
        TEST(the_state_comes_back),
        TEST(the_state_only_goes_forward),
        TEST(a_time_goes_back_with_its_proof_only),
        TEST(quarantine_counts_each_entry_once),
        TEST(a_journal_is_no_inbox),
        TEST(there_is_one_writer),
        TEST(a_reader_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
