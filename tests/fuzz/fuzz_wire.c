/* The first byte chooses a reader. Whatever it accepts can be written, and reads back as the same.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sync/wire/batch.h"
#include "sync/wire/code.h"
#include "sync/wire/document.h"
#include "sync/wire/enrol.h"
#include "sync/wire/entry.h"

#define UNPACK_MAX 65536
#define DOCUMENT_TYPES 4

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_entry(enum entry_kind kind, struct bytes body)
{
    struct entry entry;
    uint8_t out[ENTRY_BODY_MAX];
    size_t len = 0;
    if (failed(entry_read(kind, body, &entry)))
        return;
    assert(!failed(entry_write(&entry, out, &len)));
    assert(!failed(entry_read(kind, (struct bytes){out, len}, &entry)));
}

static void try_document(unsigned type, struct bytes body)
{
    struct document_account account;
    struct document_order order;
    struct document_issued issued;
    struct fact_announcement notice;
    uint8_t out[DOCUMENT_BODY_MAX];
    size_t len = 0;
    if (type == 0 && !failed(document_read_account(body, &account)))
        assert(!failed(document_write_account(&account, out, &len)));
    if (type == 1 && !failed(document_read_order(body, &order)))
        assert(!failed(document_write_order(&order, out, &len)));
    if (type == 2 && !failed(document_read_issued(body, &issued)))
        assert(!failed(document_write_issued(&issued, out, &len)));
    if (type == 3 && !failed(document_read_notice(body, &notice)))
        assert(!failed(document_write_notice(&notice, out, &len)));
}

static void try_batch(struct bytes text)
{
    static struct batch batch;
    char *out = NULL;
    if (!failed(batch_read(text, &batch)))
        assert(!failed(batch_write(&batch, &out)));
    free(out);
}

static void try_feed(struct bytes text)
{
    static struct feed feed;
    char *out = NULL;
    if (!failed(feed_read(text, &feed)))
        assert(!failed(feed_write(&feed, &out)));
    free(out);
}

static void try_answer(struct bytes text)
{
    static struct ack ack;
    static struct sealed_ack sealed;
    struct refusal refusal;
    char *out = NULL;
    if (!failed(ack_read(text, &ack)))
        assert(!failed(ack_write(&ack, &out)));
    free(out);
    out = NULL;
    if (!failed(sealed_ack_read(text, &sealed)))
        assert(!failed(sealed_ack_write(&sealed, &out)));
    free(out);
    out = NULL;
    if (!failed(refusal_read(text, &refusal)))
        assert(!failed(refusal_write(&refusal, &out)));
    free(out);
}

static void try_unpack(struct bytes packed)
{
    uint8_t *out = NULL;
    size_t len = 0;
    if (!failed(wire_unpack(packed, UNPACK_MAX, &out, &len)))
        assert(len <= UNPACK_MAX);
    free(out);
}

static void try_code(const char *text)
{
    struct code code, again;
    char out[CODE_TEXT_SIZE];
    if (failed(code_read(text, &code)))
        return;
    code_print(&code, out);
    assert(!failed(code_read(out, &again)) && memcmp(code.at, again.at, CODE_LEN) == 0);
}

static void try_enrol(struct bytes text)
{
    static struct enrol_request request;
    static struct renew_request renew;
    static struct enrol_answer answer;
    struct enrol_refusal refusal;
    char *out = NULL;
    if (!failed(enrol_request_read(text, &request))) {
        try_code(request.code);
        assert(!failed(enrol_request_write(&request, &out)));
    }
    free(out);
    out = NULL;
    if (!failed(renew_request_read(text, &renew)))
        assert(!failed(renew_request_write(&renew, &out)));
    free(out);
    out = NULL;
    if (!failed(enrol_answer_read(text, &answer)))
        assert(!failed(enrol_answer_write(&answer, &out)));
    free(out);
    out = NULL;
    if (!failed(enrol_refusal_read(text, &refusal)))
        assert(!failed(enrol_refusal_write(&refusal, &out)));
    free(out);
}

/* NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    unsigned which = data[0] - (unsigned)'A';
    struct bytes rest = {data + 1, size - 1};
    static void (*const readers[])(struct bytes) = {try_batch, try_feed, try_answer, try_unpack,
                                                    try_enrol};
    if (which < ENTRY_COUNT) {
        try_entry((enum entry_kind)which, rest);
        return 0;
    }
    which -= ENTRY_COUNT;
    if (which < DOCUMENT_TYPES) {
        try_document(which, rest);
        return 0;
    }
    readers[(which - DOCUMENT_TYPES) % (sizeof(readers) / sizeof(readers[0]))](rest);
    return 0;
}
