/* Any text as a list of the platform's keys, and any body as a statement about one: taken, with
 * what it promises, or refused with a line that says why. */
#include "kiosk/base/config.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/keyring.h"
#include "sync/wire/document.h"
#include "tests/fuzz/fuzz.h"

static void try_list(const char *text)
{
    static struct keyring ring;
    char message[CONFIG_MESSAGE_MAX] = "";

    if (failed(keyring_parse("f.keys", text, &ring, message))) {
        size_t len = strlen(message);
        assert(len > 0 && len < CONFIG_MESSAGE_MAX && memchr(message, '\n', len) == NULL);
        return;
    }
    assert(ring.count > 0 && ring.count <= KEYRING_FILE_MAX);
    for (size_t i = 0; i < ring.count; i++) {
        const struct keyring_key *key = &ring.keys[i];
        assert(key->not_before_s < key->not_after_s && key->introducer[0] == '\0');
        assert(keyring_find(&ring, key->id) == key);
        assert(keyring_counts(&ring, key->id) == !key->revoked);
    }
}

/* Nobody has sealed it, so whatever it says changes nothing. */
static void try_statement(struct bytes body)
{
    struct keyring ring = {.count = 1, .keys = {{.not_after_s = INT64_MAX}}};
    struct keyring_statement statement = {.body_len = body.len};
    struct err fate = ERR_OK;
    struct document_key said;
    uint8_t out[DOCUMENT_BODY_MAX];
    size_t len = 0;

    if (body.len > KEYRING_BODY_MAX || failed(document_read_key(body, &said)))
        return;
    assert(!failed(document_write_key(&said, out, &len)));
    /* The base point (RFC 8032, 5.1): a point of small order, such as zeros, takes empty seals. */
    memset(ring.keys[0].public_key, 0x66, SEAL_PUBLIC_LEN);
    ring.keys[0].public_key[0] = 0x58;
    seal_public_id(ring.keys[0].public_key, ring.keys[0].id);
    memcpy(statement.key_id, ring.keys[0].id, SEAL_KEY_ID_SIZE);
    memcpy(statement.body, body.at, body.len);
    memcpy(statement.key.public_key, said.public_key, sizeof(said.public_key));
    seal_public_id(said.public_key, statement.key.id);
    statement.key.not_before_s = said.not_before_s;
    statement.key.not_after_s = said.not_after_s;
    statement.key.revoked = said.revoked_s != 0;
    keyring_take_arriving(&ring, &(const struct keyring_hearer){"k", 0}, &statement, 1, &fate);
    assert(failed(fate));
    assert(ring.count == 1 && !ring.keys[0].revoked);
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(fuzz_text_cleanup) char *text = fuzz_text(data, size);

    try_list(text);
    try_statement((struct bytes){data, size});
    return 0;
}
