/* A key that is another's is ERR_CONFLICT: ERR_DENIED is kept for "show the PIN again". */
#include "kiosk/pki/self_test.h"

#include <string.h>
#include <sys/random.h>

#include "kiosk/pki/decrypt_test.h"

struct answer {
    uint8_t at[SELF_TEST_ANSWER_MAX];
    size_t len;
};

static void answer_wipe(struct answer *answer)
{
    explicit_bzero(answer, sizeof(*answer));
}

static struct err not_its_own(struct err e)
{
    if (failed(e))
        e.code = ERR_CONFLICT;
    return e;
}

struct err self_test_sign(struct bytes der, const struct self_test_key *key)
{
    uint8_t random[32];
    uint8_t challenge[CERTIFICATE_CHALLENGE_MAX];
    size_t challenge_len = 0;
    struct answer answer = {.len = 0};
    enum certificate_key kind = CERTIFICATE_KEY_OTHER;

    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return ERR(ERR_IO, 0, "getrandom");
    struct err e = certificate_key(der, &kind);
    if (!failed(e))
        e = certificate_challenge(der, random, challenge, &challenge_len);
    if (!failed(e)) {
        e = key->sign(key->context, kind, (struct bytes){challenge, challenge_len}, answer.at,
                      &answer.len);
    }
    if (failed(e))
        return e;
    return not_its_own(certificate_proves(der, random, (struct bytes){answer.at, answer.len}));
}

struct err self_test_decrypt(struct bytes der, const struct self_test_key *key)
{
    CLEANUP(decrypt_test_wipe) struct decrypt_test test = {.input_len = 0};
    CLEANUP(answer_wipe) struct answer plain = {.len = 0};

    struct err e = decrypt_test_begin(der, &test);
    if (!failed(e)) {
        e = key->decrypt(key->context, test.key, (struct bytes){test.input, test.input_len},
                         plain.at, &plain.len);
    }
    if (failed(e))
        return e;
    return not_its_own(decrypt_test_check(&test, (struct bytes){plain.at, plain.len}));
}
