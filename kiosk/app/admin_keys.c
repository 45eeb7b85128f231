#include "kiosk/app/admin_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/pki/token_key.h"

#define HEX_MAX (2 * SECRET_LEN_MAX)
#define SHARED_ALLOWED "a file with 32, 48 or 64 hexadecimal digits, a key of 16, 24 or 32 bytes"
#define MASTER_ALLOWED "a file with 64 hexadecimal digits that only its owner may read"

struct admin_keys {
    struct secret *shared;       /* of all tokens; NULL: each has its own */
    struct token_master *master; /* of those */
    enum token_cipher cipher;
    bool aes;
};

static struct err read_shared(const char *path, struct secret *out_key)
{
    char text[HEX_MAX + 2] = "";
    uint8_t raw[SECRET_LEN_MAX];
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return ERR(ERR_IO, errno, "admin key file");

    (void)setvbuf(file, NULL, _IONBF, 0); /* else a buffer of its own keeps the key */
    bool some = fgets(text, sizeof(text), file) != NULL;
    (void)fclose(file); /* only read */
    text[strcspn(text, "\r\n")] = '\0';
    size_t digits = strlen(text);
    size_t len = digits / 2;
    bool right_len = digits == 2 * len && (len == 16 || len == 24 || len == 32);
    struct err e =
        some && right_len ? hex_parse(text, raw, len) : ERR(ERR_MALFORMED, len, "admin key");
    if (!failed(e))
        e = secret_set(out_key, (struct bytes){raw, len});
    explicit_bzero(text, sizeof(text));
    explicit_bzero(raw, sizeof(raw));
    return e;
}

static struct err open_shared(struct admin_keys *keys, const char *path)
{
    keys->shared = secret_create();
    return keys->shared != NULL ? read_shared(path, keys->shared)
                                : ERR(ERR_NO_ROOM, 0, "locked memory");
}

static struct err refuse(const struct settings *settings, struct err why, char *out_message)
{
    bool shared = settings->token_admin_key[0] != '\0';
    struct config_fault fault = {.path = settings->path,
                                 .section = "token",
                                 .key = shared ? "admin_key" : "master_key",
                                 .value = shared ? settings->token_admin_key
                                                 : settings->token_master_key,
                                 .why = why,
                                 .allowed = shared ? SHARED_ALLOWED : MASTER_ALLOWED};
    return config_refuse(&fault, out_message);
}

struct err admin_keys_open(const struct settings *settings, struct admin_keys **out_keys,
                           char *out_message)
{
    bool shared = settings->token_admin_key[0] != '\0';
    const char *path = shared ? settings->token_admin_key : settings->token_master_key;
    struct admin_keys *keys = calloc(1, sizeof(*keys));
    if (keys == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");

    keys->aes = settings->token_admin_aes;
    keys->cipher = (enum token_cipher)settings->token_master_cipher;
    struct err e = shared ? open_shared(keys, path) : token_master_open(path, &keys->master);
    if (failed(e)) {
        admin_keys_destroy(keys);
        return refuse(settings, e, out_message);
    }
    *out_keys = keys;
    return ERR_OK;
}

void admin_keys_destroy(struct admin_keys *keys)
{
    if (keys == NULL)
        return;
    secret_destroy(keys->shared);
    token_master_destroy(keys->master);
    free(keys);
}

struct err admin_keys_find(const struct admin_keys *keys, const char *id,
                           struct token_admin *out_admin)
{
    struct token_admin admin = {.aes = keys->aes};
    struct err e = ERR_OK;

    if (keys->shared != NULL) {
        admin.key = *keys->shared;
    } else {
        admin.aes = keys->cipher != TOKEN_CIPHER_3DES;
        admin.diversified = true;
        e = token_key_derive(keys->master, id, keys->cipher, &admin.key);
    }
    if (!failed(e))
        *out_admin = admin;
    admin_wipe(&admin);
    return e;
}

void admin_wipe(struct token_admin *admin)
{
    explicit_bzero(admin, sizeof(*admin));
}
