#include "kiosk/ctl/token_values.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/secret.h"
#include "kiosk/base/text.h"
#include "kiosk/ctl/token_secret.h"

#define FILE_MAX 512
#define FILE_MODE 0600

struct page {
    size_t len;
    char at[FILE_MAX + 1];
};

static void page_wipe(struct page *page)
{
    explicit_bzero(page, sizeof(*page));
}

static struct err read_page(const char *path, struct page *page)
{
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat facts;
    if (fd < 0 || fstat(fd, &facts) != 0)
        return ERR(ERR_IO, errno, "values");
    if ((facts.st_mode & S_IRWXO) != 0)
        return ERR(ERR_DENIED, facts.st_mode & ALLPERMS, "others may read the values: chmod 600");
    ssize_t len = read(fd, page->at, sizeof(page->at));
    if (len < 0)
        return ERR(ERR_IO, errno, "values");
    if (len > FILE_MAX)
        return ERR(ERR_NO_ROOM, len, "values");
    page->len = (size_t)len;
    page->at[len] = '\0';
    return ERR_OK;
}

static struct err take_guid(struct token_values *values, const struct secret *text)
{
    CLEANUP(secret_wipe) struct secret bytes = {.len = 0};
    struct err e = token_secret_hex(text, &bytes);
    if (failed(e) || bytes.len != TOKEN_GUID_LEN)
        return ERR(ERR_MALFORMED, text->len, "guid");
    memcpy(values->guid, bytes.at, TOKEN_GUID_LEN);
    values->has_guid = true;
    return ERR_OK;
}

static struct err take_pin(struct token_values *values, const struct secret *text)
{
    values->pin = *text;
    return ERR_OK;
}

static struct err take_puk(struct token_values *values, const struct secret *text)
{
    values->puk = *text;
    return ERR_OK;
}

static struct err take_cipher(struct token_values *values, const struct secret *text)
{
    char word[SECRET_LEN_MAX + 1];
    memcpy(word, text->at, text->len);
    word[text->len] = '\0';
    return token_cipher_find(word, &values->cipher) ? ERR_OK : ERR(ERR_MALFORMED, 0, "cipher");
}

static struct err take_key(struct token_values *values, const struct secret *text)
{
    return token_secret_hex(text, &values->admin.key);
}

static struct err take_id(const struct secret *text, char out[TOKEN_ID_SIZE])
{
    if (text->len == 0 || text->len >= TOKEN_ID_SIZE)
        return ERR(ERR_MALFORMED, text->len, "the id of a token");
    memcpy(out, text->at, text->len);
    out[text->len] = '\0';
    return ERR_OK;
}

static struct err take_token(struct token_values *values, const struct secret *text)
{
    return take_id(text, values->token);
}

static struct err take_token_after(struct token_values *values, const struct secret *text)
{
    return take_id(text, values->token_after);
}

static struct err take_line(struct token_values *values, const char *line, size_t len)
{
    static const struct {
        const char *name;
        struct err (*take)(struct token_values *values, const struct secret *text);
    } rows[] = {{"token=", take_token},  {"token_after=", take_token_after},
                {"guid=", take_guid},    {"pin=", take_pin},
                {"puk=", take_puk},      {"cipher=", take_cipher},
                {"admin_key=", take_key}};
    CLEANUP(secret_wipe) struct secret text = {.len = 0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t name_len = strlen(rows[i].name);
        if (len < name_len || memcmp(line, rows[i].name, name_len) != 0)
            continue;
        struct err e =
            secret_set(&text, (struct bytes){(const uint8_t *)line + name_len, len - name_len});
        return failed(e) ? e : rows[i].take(values, &text);
    }
    return len == 0 ? ERR_OK : ERR(ERR_MALFORMED, 0, "a line of the values");
}

struct err token_values_load(const char *path, struct token_values *in_out_values)
{
    CLEANUP(page_wipe) struct page page = {.len = 0};
    CLEANUP(token_values_wipe) struct token_values values = *in_out_values;
    struct err e = read_page(path, &page);
    for (const char *at = page.at; !failed(e) && *at != '\0';) {
        size_t len = strcspn(at, "\n");
        e = take_line(&values, at, len);
        at += len + (at[len] == '\n' ? 1 : 0);
    }
    if (failed(e))
        return e;
    if (values.admin.key.len != 0 && values.admin.key.len != token_key_len(values.cipher)) {
        return ERR(ERR_MALFORMED, values.admin.key.len,
                   "a key of another length than its cipher's");
    }
    values.admin.aes = values.cipher != TOKEN_CIPHER_3DES;
    *in_out_values = values;
    return ERR_OK;
}

/* Append "name=value\n". */
static struct err add(struct page *page, const char *name, struct bytes value)
{
    size_t len = strlen(name);
    if (page->len + len + 1 + value.len + 1 > FILE_MAX)
        return ERR(ERR_NO_ROOM, 0, "values");
    memcpy(page->at + page->len, name, len);
    page->len += len;
    page->at[page->len++] = '=';
    memcpy(page->at + page->len, value.at, value.len);
    page->len += value.len;
    page->at[page->len++] = '\n';
    return ERR_OK;
}

static struct err add_hex(struct page *page, const char *name, struct bytes bytes)
{
    char hex[HEX_SIZE(SECRET_LEN_MAX)];
    hex_print(hex, bytes);
    struct err e = add(page, name, (struct bytes){(const uint8_t *)hex, 2 * bytes.len});
    explicit_bzero(hex, sizeof(hex));
    return e;
}

static struct err add_text(struct page *page, const char *name, const char *text)
{
    return add(page, name, (struct bytes){(const uint8_t *)text, strlen(text)});
}

static struct err add_token(struct page *page, const struct token_values *values)
{
    struct err e = values->token[0] == '\0' ? ERR_OK : add_text(page, "token", values->token);
    if (!failed(e) && values->token_after[0] != '\0')
        e = add_text(page, "token_after", values->token_after);
    return e;
}

bool token_values_are_of(const struct token_values *values, const char *id)
{
    return values->token[0] == '\0' || text_same(values->token, id) ||
           (values->token_after[0] != '\0' && text_same(values->token_after, id));
}

struct err token_values_save(const char *path, const struct token_values *values, bool derived)
{
    CLEANUP(page_wipe) struct page page = {.len = 0};
    struct err e = add_token(&page, values);
    if (!failed(e))
        e = add_hex(&page, "guid", (struct bytes){values->guid, TOKEN_GUID_LEN});
    if (!failed(e))
        e = add(&page, "pin", (struct bytes){values->pin.at, values->pin.len});
    if (!failed(e))
        e = add_text(&page, "cipher", token_cipher_word(values->cipher));
    if (!failed(e) && !derived)
        e = add(&page, "puk", (struct bytes){values->puk.at, values->puk.len});
    if (!failed(e) && !derived) {
        e = add_hex(&page, "admin_key",
                    (struct bytes){values->admin.key.at, values->admin.key.len});
    }
    return failed(e)
               ? e
               : file_put(path, (struct bytes){(const uint8_t *)page.at, page.len}, FILE_MODE);
}

struct token_values *token_values_create(void)
{
    return secret_pages_create(sizeof(struct token_values));
}

void token_values_free(struct token_values *const *at)
{
    secret_pages_destroy(*at, sizeof(struct token_values));
}

void token_values_wipe(struct token_values *values)
{
    explicit_bzero(values, sizeof(*values));
}
