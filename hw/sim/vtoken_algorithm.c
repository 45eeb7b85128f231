/* vtoken_algorithm.c - the table. */
#include "hw/sim/vtoken_algorithm.h"

#include <stddef.h>

#include "kiosk/base/text.h"

static const struct {
    const char *name;
    enum vtoken_algorithm algorithm;
    unsigned rsa_bits;
    bool pair;
} algorithms[] = {
    {"p256", VTOKEN_P256, 0, true},          {"p384", VTOKEN_P384, 0, true},
    {"rsa1024", VTOKEN_RSA1024, 1024, true}, {"rsa2048", VTOKEN_RSA2048, 2048, true},
    {"rsa3072", VTOKEN_RSA3072, 3072, true}, {"3des", VTOKEN_3DES, 0, false},
    {"aes128", VTOKEN_AES128, 0, false},     {"aes192", VTOKEN_AES192, 0, false},
    {"aes256", VTOKEN_AES256, 0, false},
};

static size_t row_of(enum vtoken_algorithm algorithm)
{
    size_t i = 0;
    while (i < ARRAY_LEN(algorithms) - 1 && algorithms[i].algorithm != algorithm)
        i++;
    return i;
}

const char *vtoken_algorithm_name(enum vtoken_algorithm algorithm)
{
    return algorithms[row_of(algorithm)].name;
}

bool vtoken_algorithm_find(const char *name, enum vtoken_algorithm *out_algorithm)
{
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
        if (text_same(algorithms[i].name, name)) {
            *out_algorithm = algorithms[i].algorithm;
            return true;
        }
    }
    return false;
}

bool vtoken_algorithm_of(uint32_t number, enum vtoken_algorithm *out_algorithm)
{
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
        if (algorithms[i].algorithm == number) {
            *out_algorithm = algorithms[i].algorithm;
            return true;
        }
    }
    return false;
}

bool vtoken_algorithm_is_pair(enum vtoken_algorithm algorithm)
{
    return algorithms[row_of(algorithm)].pair;
}

unsigned vtoken_algorithm_rsa_bits(enum vtoken_algorithm algorithm)
{
    return algorithms[row_of(algorithm)].rsa_bits;
}
