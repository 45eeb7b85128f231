/* inbox_room.h - an inbox in a folder of its own, and the words that its tests share. */
#ifndef TESTS_UNIT_INBOX_ROOM_H
#define TESTS_UNIT_INBOX_ROOM_H

#include "kiosk/ledger/inbox.h"
#include "tests/unit/ledger.h"
#include "tests/unit/unit.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

static struct folder folder;
static struct inbox *inbox;

static inline int make_folder(void **state)
{
    (void)state;
    folder_make(&folder, "inbox.db");
    return failed(inbox_open(folder.path, true, &inbox));
}

static inline int remove_folder(void **state)
{
    (void)state;
    inbox_close(inbox);
    inbox = NULL;
    folder_remove(&folder);
    return 0;
}

static inline void reopen(void)
{
    inbox_close(inbox);
    inbox = NULL;
    assert_int_equal(inbox_open(folder.path, false, &inbox).code, ERR_NONE);
}

static inline struct inbox_document document_of(const char *id, uint64_t version, const char *body)
{
    struct inbox_document document = {.version = version, .body_len = strlen(body)};
    (void)text_copy(document.type, sizeof(document.type), "order");
    (void)text_copy(document.id, sizeof(document.id), id);
    (void)text_copy(document.key_id, sizeof(document.key_id), "0123456789abcdef");
    memset(document.seal, (int)version, sizeof(document.seal));
    memcpy(document.body, body, document.body_len);
    return document;
}

static inline enum err_code put(const char *id, uint64_t version, const char *body, uint64_t cursor)
{
    struct inbox_document document = document_of(id, version, body);
    return inbox_put(inbox, &document, 1, cursor).code;
}

static inline void expect(const char *id, uint64_t version, const char *body)
{
    struct inbox_document document;
    assert_int_equal(inbox_get(inbox, "order", id, &document).code, ERR_NONE);
    assert_int_equal(document.version, version);
    assert_int_equal(document.body_len, strlen(body));
    assert_memory_equal(document.body, body, document.body_len);
}

static inline uint64_t change_of(struct inbox *of)
{
    uint64_t change = 0;
    assert_int_equal(inbox_change(of, &change).code, ERR_NONE);
    return change;
}

static inline struct inbox_state state_of(struct inbox *of)
{
    struct inbox_state state;
    assert_int_equal(inbox_get_state(of, &state).code, ERR_NONE);
    return state;
}

#endif
