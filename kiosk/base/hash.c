#include "kiosk/base/hash.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

struct hash hash_of(struct bytes bytes)
{
    struct hash hash;
    const unsigned char *done = SHA256(bytes.at, bytes.len, hash.at);
    assert(done != NULL);
    (void)done;
    return hash;
}

struct hash hash_keyed(struct bytes key, struct bytes bytes)
{
    struct hash hash;
    unsigned len = 0;
    const unsigned char *done =
        HMAC(EVP_sha256(), key.at, (int)key.len, bytes.at, bytes.len, hash.at, &len);
    assert(done != NULL && len == HASH_LEN);
    (void)done;
    return hash;
}

bool hash_same(const struct hash *a, const struct hash *b)
{
    return CRYPTO_memcmp(a->at, b->at, HASH_LEN) == 0;
}
