/*
 * Both databases are real, seals are real, the issued certificate comes from a real CA: the view
 * is asked what it believes.
 */
#include "kiosk/app/order_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/issue.h"
#include "sync/wire/entry.h"
#include "tests/unit/ledger.h"
#include "tests/unit/ring.h"
#include "tests/unit/unit.h"

#define KIOSK "hall-7-kiosk-1"
#define TOKEN "s4711"
#define OWN "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define OTHER "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
#define THIRD "dddddddd-dddd-4ddd-8ddd-dddddddddddd"
#define VISIT "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
#define PATH_SIZE 128

struct house {
    char dir[32];
    struct seal_key *key;
    struct keyring keys; /* with that one */
    struct trust *trust;
    struct issue_ca *ca;
    struct issue_certificate issued;
    struct journal *journal;
    struct inbox *writer, *inbox;
    uint8_t txids;
    uint64_t version;
};

static void path_of(const struct house *house, const char *name, char out[PATH_SIZE])
{
    assert_true(text_print(out, PATH_SIZE, "%s/%s", house->dir, name));
}

static void make_keys(struct house *house)
{
    char path[PATH_SIZE];
    struct key *key = NULL;
    struct issue_certificate root;

    path_of(house, "platform.key", path);
    assert_false(failed(key_create(KEY_ED25519, &key)));
    assert_false(failed(key_save(key, path)));
    key_destroy(key);
    assert_false(failed(seal_key_create(path, &house->key)));
    house->keys = ring_of(house->key);

    struct issue_subject subject = {.cn = "root of a test"};
    struct issue_term term = {1700000000, 2000000000};
    assert_false(failed(issue_root(&subject, term, &house->ca)));
    assert_false(failed(issue_certificate_of(house->ca, &root)));
    path_of(house, "trust.pem", path);
    const struct issue_certificate *const all[] = {&root};
    assert_false(failed(issue_write_pem(path, all, 1)));
    assert_false(failed(trust_create(path, &house->trust)));

    uint8_t spki[KEY_PUBLIC_MAX];
    struct issue_order order = {
        .profile = ISSUE_HOLDER, .subject = {.cn = "江城机电"}, .term = {1750000000, 1800000000}};
    assert_false(failed(key_create(KEY_P256, &key)));
    assert_false(failed(key_public(key, spki, &order.public_key.len)));
    order.public_key.at = spki;
    assert_false(failed(issue_leaf(house->ca, &order, &house->issued)));
    key_destroy(key);
}

static int set_up(void **state)
{
    static const uint8_t random[16] = {1};
    struct house *house = calloc(1, sizeof(*house));
    char path[PATH_SIZE];

    assert_non_null(house);
    (void)text_copy(house->dir, sizeof(house->dir), "/tmp/order-view-XXXXXX");
    assert_non_null(mkdtemp(house->dir));
    make_keys(house);
    path_of(house, "journal.db", path);
    assert_false(failed(journal_open(path, true, random, &ledger_guard, &house->journal)));
    path_of(house, "inbox.db", path);
    assert_false(failed(inbox_open(path, true, &house->writer)));
    assert_false(failed(inbox_open_read(path, &house->inbox)));
    *state = house;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const files[] = {
        "journal.db",   "journal.db-wal", "journal.db-shm", "journal.db.lock", "inbox.db",
        "inbox.db-wal", "inbox.db-shm",   "inbox.db.lock",  "platform.key",    "trust.pem"};
    struct house *house = *state;
    char path[PATH_SIZE];

    inbox_close(house->inbox);
    inbox_close(house->writer);
    journal_close(house->journal);
    issue_destroy(house->ca);
    trust_destroy(house->trust);
    seal_key_destroy(house->key);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        path_of(house, files[i], path);
        (void)unlink(path);
    }
    (void)rmdir(house->dir);
    free(house);
    return 0;
}

static void append(struct house *house, enum journal_order_state to)
{
    static const enum entry_kind kinds[] = {[JOURNAL_ORDER_REQUESTED] = ENTRY_ORDER_REQUESTED,
                                            [JOURNAL_ORDER_LEFT] = ENTRY_ORDER_LEFT,
                                            [JOURNAL_ORDER_INTENDED] = ENTRY_WRITE_INTENDED,
                                            [JOURNAL_ORDER_DELIVERED] = ENTRY_DELIVERED};
    struct entry entry = {.kind = kinds[to],
                          .order = OWN,
                          .token = TOKEN,
                          .service = "renew",
                          .profile = "norinco",
                          .why = "timeout",
                          .term_years = 2,
                          .amount_fen = 40000,
                          .slot = 0x9A};
    uint8_t body[ENTRY_BODY_MAX];
    uint8_t random[16] = {++house->txids};
    struct journal_draft draft = {
        .visit = VISIT, .at_ms = 1790000000000, .order = OWN, .token = TOKEN, .order_state = to};

    assert_false(failed(entry_write(&entry, body, &draft.body.len)));
    draft.body.at = body;
    chain_uuid(draft.txid, random);
    (void)text_copy(draft.kind, sizeof(draft.kind), entry_name(entry.kind));
    assert_false(failed(journal_append(house->journal, &draft)));
}

static void seal(const struct house *house, struct inbox_document *document)
{
    char version[21];
    (void)text_print(version, sizeof(version), "%" PRIu64, document->version);
    struct seal_message message = {.context = SEAL_DOCUMENT,
                                   .parts = {KIOSK, document->type, document->id, version},
                                   .body = {document->body, document->body_len}};
    assert_false(failed(seal_sign(house->key, &message, document->seal)));
    (void)text_copy(document->key_id, sizeof(document->key_id), seal_key_id(house->key));
}

static void put_facts(struct house *house, const char *id, const struct fact_order *facts)
{
    struct document_order order = {
        .facts = *facts, .token = TOKEN, .service = "renew", .profile = "norinco"};
    struct inbox_document document = {.type = "order", .version = ++house->version};

    (void)text_copy(document.id, sizeof(document.id), id);
    assert_false(failed(document_write_order(&order, document.body, &document.body_len)));
    seal(house, &document);
    assert_false(failed(inbox_put(house->writer, &document, 1, 1)));
}

static void put_order(struct house *house, const char *id, enum fact_order_status status,
                      int64_t created_s)
{
    const struct fact_order facts = {
        .status = status, .term_years = 2, .amount_fen = 40000, .created_s = created_s};
    put_facts(house, id, &facts);
}

static struct inbox_document issued_document(const struct house *house)
{
    struct document_issued issued = {.slot = 0x9A, .der_len = house->issued.len};
    struct inbox_document document = {.type = "issued", .id = OWN, .version = 1};

    memcpy(issued.der, house->issued.der, house->issued.len);
    assert_false(failed(document_write_issued(&issued, document.body, &document.body_len)));
    seal(house, &document);
    return document;
}

static struct fact_order ask(struct house *house, struct document_issued *issued)
{
    struct fact_order order = {0};
    struct order_sources from = {.journal = house->journal,
                                 .inbox = house->inbox,
                                 .keys = &house->keys,
                                 .trust = house->trust,
                                 .kiosk = KIOSK};
    assert_false(failed(order_view_of_token(&from, TOKEN, &order, issued)));
    return order;
}

#define NO_DOCUMENT FACT_ORDER_NONE
#define NO_ENTRY (-1)

/* clang-format off */
static const struct {
    const char *name;
    int own;                        /* state in our journal */
    enum fact_order_status said;    /* in the platform's document */
    enum fact_order_status want;
} rows[] = {
    {"nothing is known of a token without an order", NO_ENTRY, NO_DOCUMENT, FACT_ORDER_NONE},
    {"a request without an answer is a request", JOURNAL_ORDER_REQUESTED, NO_DOCUMENT, FACT_ORDER_REQUESTED},
    {"a requested order can be paid", JOURNAL_ORDER_REQUESTED, FACT_ORDER_TO_PAY, FACT_ORDER_TO_PAY},
    {"an order of another kiosk can be paid here", NO_ENTRY, FACT_ORDER_TO_PAY, FACT_ORDER_TO_PAY},
    {"an order that was left is not offered to pay again", JOURNAL_ORDER_LEFT, FACT_ORDER_TO_PAY, FACT_ORDER_CLOSED},
    {"an order that was left before any answer is over", JOURNAL_ORDER_LEFT, NO_DOCUMENT, FACT_ORDER_NONE},
    {"an order that was left but paid is made good", JOURNAL_ORDER_LEFT, FACT_ORDER_TO_MAKE, FACT_ORDER_TO_MAKE},
    {"an order of another kiosk that was paid is made good here", NO_ENTRY, FACT_ORDER_TO_WRITE, FACT_ORDER_TO_WRITE},
    {"a write that was begun is gone on with", JOURNAL_ORDER_INTENDED, FACT_ORDER_TO_WRITE, FACT_ORDER_TO_WRITE},
    {"what was delivered is never delivered again, whatever an old document says", JOURNAL_ORDER_DELIVERED, FACT_ORDER_TO_WRITE, FACT_ORDER_DONE},
    {"what another kiosk delivered is done", NO_ENTRY, FACT_ORDER_DONE, FACT_ORDER_DONE},
    {"... and was requested here is done", JOURNAL_ORDER_REQUESTED, FACT_ORDER_DONE, FACT_ORDER_DONE},
    {"... and was begun here is done", JOURNAL_ORDER_INTENDED, FACT_ORDER_DONE, FACT_ORDER_DONE},
    {"what was delivered here and refunded is nothing", JOURNAL_ORDER_DELIVERED, FACT_ORDER_REFUND, FACT_ORDER_NONE},
    {"our own refused order says so", JOURNAL_ORDER_REQUESTED, FACT_ORDER_REFUSED, FACT_ORDER_REFUSED},
    {"our own closed order says so", JOURNAL_ORDER_REQUESTED, FACT_ORDER_CLOSED, FACT_ORDER_CLOSED},
    {"people review it", JOURNAL_ORDER_REQUESTED, FACT_ORDER_IN_REVIEW, FACT_ORDER_IN_REVIEW},
    {"a refund is known", NO_ENTRY, FACT_ORDER_REFUND, FACT_ORDER_REFUND},
};
/* clang-format on */

static void test_journal_and_documents_are_read_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        void *fresh = NULL;
        struct document_issued issued = {0};

        print_message("  %s\n", rows[i].name);
        assert_int_equal(set_up(&fresh), 0);
        if (rows[i].own != NO_ENTRY)
            append(fresh, (enum journal_order_state)rows[i].own);
        if (rows[i].said != NO_DOCUMENT)
            put_order(fresh, OWN, rows[i].said, 1790000001);
        struct fact_order order = ask(fresh, &issued);
        assert_int_equal(order.status, rows[i].want);
        if (order.status != FACT_ORDER_NONE) {
            assert_string_equal(order.id, OWN);
            assert_int_equal(order.amount_fen, 40000);
            assert_int_equal(order.term_years, 2);
        }
        assert_int_equal(tear_down(&fresh), 0);
    }
}

static void test_a_paid_order_comes_before_a_newer_unpaid_one(void **state)
{
    struct document_issued issued = {0};
    put_order(*state, OWN, FACT_ORDER_TO_WRITE, 1790000001);
    put_order(*state, OTHER, FACT_ORDER_TO_PAY, 1790000002);
    assert_string_equal(ask(*state, &issued).id, OWN);
}

static void test_a_document_with_a_bad_seal_is_not_believed(void **state)
{
    struct house *house = *state;
    struct document_order order = {.facts = {.status = FACT_ORDER_TO_WRITE},
                                   .token = TOKEN,
                                   .service = "renew",
                                   .profile = "norinco"};
    struct inbox_document document = {.type = "order", .id = OWN, .version = 1};
    struct document_issued issued = {0};

    assert_false(failed(document_write_order(&order, document.body, &document.body_len)));
    seal(house, &document);
    document.seal[5] ^= 1;
    assert_false(failed(inbox_put(house->writer, &document, 1, 1)));
    assert_int_equal(ask(house, &issued).status, FACT_ORDER_NONE);
}

static void test_the_certificate_comes_with_the_order(void **state)
{
    struct house *house = *state;
    struct document_issued issued = {0};

    put_order(house, OWN, FACT_ORDER_TO_WRITE, 1790000001);
    assert_false(ask(house, &issued).has_certificate);
    struct inbox_document document = issued_document(house);
    assert_false(failed(inbox_put(house->writer, &document, 1, 2)));

    struct fact_order order = ask(house, &issued);
    assert_true(order.has_certificate);
    assert_int_equal(order.slot, 0x9A);
    assert_int_equal(order.new_not_after_s, 1800000000);
    assert_int_equal(issued.der_len, house->issued.len);
    assert_memory_equal(issued.der, house->issued.der, house->issued.len);
}

/* Over and well: of use for its receipt, and only when nothing newer is open. */
static void test_a_delivered_order_comes_with_its_certificate(void **state)
{
    struct house *house = *state;
    struct document_issued issued = {0};

    append(house, JOURNAL_ORDER_REQUESTED);
    append(house, JOURNAL_ORDER_DELIVERED);
    put_order(house, OWN, FACT_ORDER_TO_WRITE, 1790000002);
    put_order(house, OTHER, FACT_ORDER_DONE, 1790000001);
    assert_string_equal(ask(house, &issued).id, OWN);
    assert_false(ask(house, &issued).has_certificate);

    const struct fact_order done = {.status = FACT_ORDER_DONE,
                                    .created_s = 1790000002,
                                    .slot = 0x9A,
                                    .new_fingerprint = {7},
                                    .new_not_after_s = 1800000000};
    put_facts(house, OWN, &done);
    struct fact_order order = ask(house, &issued);
    assert_int_equal(order.status, FACT_ORDER_DONE);
    assert_int_equal(order.new_fingerprint[0], 7);
    assert_string_equal(order.id, OWN);
    assert_true(order.has_certificate);
    assert_int_equal(order.new_not_after_s, 1800000000);
    assert_int_equal(issued.der_len, 0); /* nothing is to be written */

    put_order(house, THIRD, FACT_ORDER_TO_PAY, 1790000000);
    assert_string_equal(ask(house, &issued).id, THIRD);
}

/* A refund is told until something newer is there: it ends no business with a token. */
static void test_what_is_newer_than_a_refund_counts(void **state)
{
    struct house *house = *state;
    struct document_issued issued = {0};

    put_order(house, THIRD, FACT_ORDER_DONE, 1780000000);
    put_order(house, OTHER, FACT_ORDER_REFUND, 1780000001);
    assert_int_equal(ask(house, &issued).status, FACT_ORDER_REFUND);
    append(house, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(ask(house, &issued).status, FACT_ORDER_REQUESTED);
    put_order(house, OWN, FACT_ORDER_TO_PAY, 1790000000);
    struct fact_order order = ask(house, &issued);
    assert_int_equal(order.status, FACT_ORDER_TO_PAY);
    assert_string_equal(order.id, OWN);
    append(house, JOURNAL_ORDER_DELIVERED);
    order = ask(house, &issued);
    assert_int_equal(order.status, FACT_ORDER_DONE);
    assert_string_equal(order.id, OWN);
}

static void test_a_certificate_with_a_bad_seal_is_an_error(void **state)
{
    struct house *house = *state;
    struct document_issued issued = {0};
    struct fact_order order = {0};
    struct order_sources from = {.journal = house->journal,
                                 .inbox = house->inbox,
                                 .keys = &house->keys,
                                 .trust = house->trust,
                                 .kiosk = KIOSK};

    put_order(house, OWN, FACT_ORDER_TO_WRITE, 1790000001);
    struct inbox_document document = issued_document(house);
    document.body[document.body_len - 10] ^= 1;
    assert_false(failed(inbox_put(house->writer, &document, 1, 2)));
    assert_int_equal(order_view_of_token(&from, TOKEN, &order, &issued).code, ERR_DENIED);
    assert_int_equal(order.status, FACT_ORDER_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_journal_and_documents_are_read_together),
        cmocka_unit_test_setup_teardown(test_a_paid_order_comes_before_a_newer_unpaid_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_document_with_a_bad_seal_is_not_believed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_certificate_comes_with_the_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_delivered_order_comes_with_its_certificate, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_newer_than_a_refund_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_certificate_with_a_bad_seal_is_an_error, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
