/* Does the key do what the certificate says: what it signs and deciphers is judged by kiosk/pki. */
#include <string.h>
#include <sys/random.h>

#include "kiosk/base/text.h"
#include "kiosk/ctl/token_command.h"
#include "kiosk/ctl/token_room.h"
#include "kiosk/ctl/token_test.h"
#include "kiosk/pki/decrypt_test.h"

#define SLOT_SIGNATURE 0x9C
#define SLOT_KEY_MANAGEMENT 0x9D
#define TEXT_SIZE 128

struct plain {
    uint8_t at[TOKEN_PLAIN_MAX];
    size_t len;
};

static void plain_wipe(struct plain *plain)
{
    explicit_bzero(plain, sizeof(*plain));
}

struct err token_test_sign(struct token *token, uint8_t slot, struct bytes der)
{
    uint8_t random[32];
    uint8_t challenge[CERTIFICATE_CHALLENGE_MAX];
    uint8_t signature[TOKEN_SIGNATURE_MAX];
    size_t challenge_len = 0;
    size_t signature_len = 0;
    enum certificate_key key = CERTIFICATE_KEY_OTHER;
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return ERR(ERR_IO, 0, "getrandom");
    struct err e = certificate_key(der, &key);
    if (!failed(e))
        e = certificate_challenge(der, random, challenge, &challenge_len);
    if (!failed(e)) {
        e = token_sign(token, slot, token_key_of(key), (struct bytes){challenge, challenge_len},
                       signature, &signature_len);
    }
    if (failed(e))
        return e;
    e = certificate_proves(der, random, (struct bytes){signature, signature_len});
    if (failed(e))
        e.code = ERR_CONFLICT; /* the key is not the certificate's */
    return e;
}

struct err token_test_decrypt(struct token *token, uint8_t slot, struct bytes der)
{
    CLEANUP(decrypt_test_wipe) struct decrypt_test test = {.input_len = 0};
    CLEANUP(plain_wipe) struct plain plain = {.len = 0};
    struct err e = decrypt_test_begin(der, &test);
    if (!failed(e)) {
        e = token_decrypt(token, slot, token_key_of(test.key),
                          (struct bytes){test.input, test.input_len}, plain.at, &plain.len);
    }
    if (failed(e))
        return e;
    e = decrypt_test_check(&test, (struct bytes){plain.at, plain.len});
    if (failed(e))
        e.code = ERR_CONFLICT;
    return e;
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
    bool decrypts = false;
    struct err e = decrypt_is_due(slot, der, &decrypts);
    if (failed(e))
        return token_say_failed(room->options, "the certificate", e);
    enum token_exit status = token_room_pin(room);
    if (status != TOKEN_EXIT_DONE)
        return status;
    e = token_test_sign(room->token, slot, der);
    if (failed(e))
        return token_say_failed(room->options, "signing", e);
    if (decrypts && slot == SLOT_SIGNATURE) { /* wants the PIN before each use */
        status = token_room_pin(room);
        if (status != TOKEN_EXIT_DONE)
            return status;
    }
    if (decrypts)
        e = token_test_decrypt(room->token, slot, der);
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
    enum token_exit status = token_room_slot(options, &slot);
    if (status != TOKEN_EXIT_DONE)
        return status;
    const struct token_scope scope = {.slots = 1U << token_slot_index(slot), .pin_tries = true};
    status = token_room_open(options, &scope, &room);
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
