/* Does the key do what the certificate says: what it signs and deciphers is judged by kiosk/pki. */
#include <assert.h>

#include "kiosk/base/text.h"
#include "kiosk/ctl/token_command.h"
#include "kiosk/ctl/token_room.h"
#include "kiosk/ctl/token_test.h"
#include "kiosk/pki/decrypt_test.h"
#include "kiosk/pki/self_test.h"

#define SLOT_KEY_MANAGEMENT 0x9D
#define TEXT_SIZE 128

/* The key that is tested. */
struct tested {
    struct token *token;
    uint8_t slot;
};

static struct err sign(void *context, enum certificate_key kind, struct bytes input, uint8_t *out,
                       size_t *out_len)
{
    static_assert(TOKEN_SIGNATURE_MAX <= SELF_TEST_ANSWER_MAX, "room for a signature");
    const struct tested *key = context;
    return token_sign(key->token, key->slot, token_key_of(kind), input, out, out_len);
}

static struct err decrypt(void *context, enum certificate_key kind, struct bytes input,
                          uint8_t *out, size_t *out_len)
{
    static_assert(TOKEN_PLAIN_MAX <= SELF_TEST_ANSWER_MAX, "room for a plain text");
    const struct tested *key = context;
    return token_decrypt(key->token, key->slot, token_key_of(kind), input, out, out_len);
}

/* Slots for keys that open things, whatever the certificate says; others by its key usage. */
static struct err decrypt_is_due(uint8_t slot, struct bytes der, bool *out_due)
{
    *out_due = false;
    struct err e = decrypt_test_applies(der, out_due);
    bool opens =
        slot == SLOT_KEY_MANAGEMENT || (TOKEN_SLOTS_RETIRED >> token_slot_index(slot) & 1U) != 0;
    *out_due = *out_due || opens;
    return e;
}

enum token_exit token_test_pair(struct token_room *room, uint8_t slot, struct bytes der,
                                bool *out_decrypts)
{
    struct tested tested = {room->token, slot};
    const struct self_test_key key = {&tested, sign, decrypt};
    bool decrypts = false;
    struct err e = decrypt_is_due(slot, der, &decrypts);
    if (failed(e))
        return token_say_failed(room->options, "the certificate", e);
    enum token_exit status = token_room_pin(room);
    if (status != TOKEN_EXIT_DONE)
        return status;
    e = self_test_sign(der, &key);
    if (failed(e))
        return token_say_failed(room->options, "signing", e);
    if (decrypts)
        e = self_test_decrypt(der, &key);
    if (e.code == ERR_DENIED) { /* wants the PIN before each use: the one that was right just now */
        status = token_room_pin(room);
        if (status != TOKEN_EXIT_DONE)
            return status;
        e = self_test_decrypt(der, &key);
    }
    if (failed(e))
        return token_say_failed(room->options, "deciphering", e);
    *out_decrypts = decrypts;
    return TOKEN_EXIT_DONE;
}

enum token_exit token_self_test(const struct token_options *options)
{
    CLEANUP(token_room_close) struct token_room room = {0};
    char text[TEXT_SIZE];
    uint8_t slot = 0;
    bool decrypts = false;
    enum token_exit status = token_room_open_slot(options, true, &room, &slot);
    if (status != TOKEN_EXIT_DONE)
        return status;
    const struct token_certificate *certificate = token_room_certificate(&room, slot);
    if (certificate == NULL) {
        return token_say_failed(options, "the slot",
                                ERR(ERR_NOT_FOUND, slot, "it has no certificate to test with"));
    }
    struct bytes der = {certificate->der, certificate->der_len};
    status = token_test_pair(&room, slot, der, &decrypts);
    if (status != TOKEN_EXIT_DONE)
        return status;
    (void)text_print(text, sizeof(text), "%s: slot %s signs%s\n", room.identity.id,
                     options->words[1], decrypts ? " and deciphers" : "");
    return token_say_done(options, text,
                          json_pack("{s:s, s:s, s:b, s:b}", "token", room.identity.id, "slot",
                                    options->words[1], "signs", 1, "deciphers", decrypts));
}
