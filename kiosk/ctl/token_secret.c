/* token_secret.c - hides the terminal: its echo is off while a secret is typed, and on again
 * however that ends. Ctrl-C comes as a character meanwhile, so no signal can leave it off. */
#include "kiosk/ctl/token_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/file.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define TERMINAL "/dev/tty"
#define CTRL_C 0x03
#define CTRL_D 0x04
#define BACKSPACE 0x08
#define DELETE 0x7F

static void destroy_master(struct token_master **at)
{
    token_master_destroy(*at);
}

struct err token_secret_file(const char *path, struct secret *out_line)
{
    CLEANUP(token_secret_free) struct secret *line = secret_create();
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat facts;
    if (line == NULL)
        return ERR(ERR_NO_ROOM, errno, "memory that is locked");
    if (fd < 0 || fstat(fd, &facts) != 0)
        return ERR(ERR_IO, errno, "a file with a secret");
    if ((facts.st_mode & S_IRWXO) != 0) {
        return ERR(ERR_DENIED, facts.st_mode & ALLPERMS,
                   "others may read a file with a secret: chmod 600 it");
    }
    for (uint8_t byte = 0; read(fd, &byte, 1) == 1 && byte != '\n';) {
        struct err e = byte == '\r' ? ERR_OK : secret_push(line, byte);
        if (failed(e))
            return e;
    }
    *out_line = *line;
    return ERR_OK;
}

static struct err next_key(int fd, uint64_t deadline_ms, uint8_t *out_key)
{
    for (;;) {
        uint64_t now_ms = clock_boot_ms();
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = poll(&wait, 1, now_ms < deadline_ms ? (int)(deadline_ms - now_ms) : 0);
        if (ready == 0)
            return ERR(ERR_TIMEOUT, 0, "nothing typed");
        if (ready > 0)
            break;
        if (errno != EINTR)
            return ERR(ERR_IO, errno, "poll");
    }
    return read(fd, out_key, 1) == 1 ? ERR_OK : ERR(ERR_IO, errno, "terminal");
}

static struct err read_line(int fd, struct secret *line)
{
    uint64_t deadline_ms = clock_boot_ms() + TOKEN_TYPE_TIMEOUT_MS;
    for (;;) {
        uint8_t key = 0;
        struct err e = next_key(fd, deadline_ms, &key);
        if (failed(e))
            return e;
        if (key == '\n' || key == '\r')
            return ERR_OK;
        if (key == CTRL_C || key == CTRL_D)
            return ERR(ERR_DENIED, 0, "given up");
        if (key == BACKSPACE || key == DELETE) {
            secret_pop(line);
            continue;
        }
        e = secret_push(line, key);
        if (failed(e))
            return e;
    }
}

static void put(int fd, const char *text)
{
    ssize_t done = write(fd, text, strlen(text));
    (void)done; /* a question that cannot be shown is answered by nobody, which is noticed */
}

struct err token_secret_ask(const char *question, struct secret *out_line)
{
    CLEANUP(token_secret_free) struct secret *line = secret_create();
    CLEANUP(file_close) int fd = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios usual;
    if (line == NULL)
        return ERR(ERR_NO_ROOM, errno, "memory that is locked");
    if (fd < 0 || tcgetattr(fd, &usual) != 0)
        return ERR(ERR_NOT_FOUND, errno, "no terminal to type on; give a file");
    struct termios quiet = usual;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    if (tcsetattr(fd, TCSAFLUSH, &quiet) != 0)
        return ERR(ERR_IO, errno, "tcsetattr");

    put(fd, question);
    struct err e = read_line(fd, line);
    put(fd, "\n");
    if (tcsetattr(fd, TCSAFLUSH, &usual) != 0 && !failed(e))
        return ERR(ERR_IO, errno, "tcsetattr");
    if (!failed(e))
        *out_line = *line;
    return e;
}

void token_secret_question(const char *what, uint8_t tries_left, char out[TOKEN_QUESTION_SIZE])
{
    if (tries_left == TOKEN_TRIES_UNKNOWN) {
        (void)text_print(out, TOKEN_QUESTION_SIZE,
                         "%s (how many tries are left is not told): ", what);
    } else {
        (void)text_print(out, TOKEN_QUESTION_SIZE, "%s (%u %s left): ", what, tries_left,
                         tries_left == 1 ? "try" : "tries");
    }
}

struct err token_secret_get(const char *path, const char *what, uint8_t tries_left,
                            struct secret *out_line)
{
    char question[TOKEN_QUESTION_SIZE];
    if (path != NULL)
        return token_secret_file(path, out_line);
    token_secret_question(what, tries_left, question);
    return token_secret_ask(question, out_line);
}

struct err token_secret_new(const char *path, const char *question, struct secret *out_line)
{
    CLEANUP(token_secret_free) struct secret *first = secret_create();
    CLEANUP(token_secret_free) struct secret *again = secret_create();
    if (first == NULL || again == NULL)
        return ERR(ERR_NO_ROOM, errno, "memory that is locked");
    if (path != NULL)
        return token_secret_file(path, out_line);
    struct err e = token_secret_ask(question, first);
    if (!failed(e))
        e = token_secret_ask("again: ", again);
    if (failed(e))
        return e;
    if (first->len != again->len || memcmp(first->at, again->at, first->len) != 0)
        return ERR(ERR_CONFLICT, 0, "not the same twice");
    *out_line = *first;
    return ERR_OK;
}

struct err token_secret_hex(const struct secret *line, struct secret *out_bytes)
{
    CLEANUP(secret_wipe) struct secret text = *line;
    CLEANUP(secret_wipe) struct secret bytes = {.len = line->len / 2};
    char digits[SECRET_LEN_MAX + 1];
    memcpy(digits, text.at, text.len);
    digits[text.len] = '\0';
    struct err e = hex_parse(digits, bytes.at, bytes.len);
    explicit_bzero(digits, sizeof(digits));
    if (!failed(e))
        *out_bytes = bytes;
    return e;
}

void token_secret_factory(enum token_cipher cipher, struct token_admin *out_admin)
{
    *out_admin = (struct token_admin){.key.len = 24, .aes = cipher != TOKEN_CIPHER_3DES};
    for (size_t i = 0; i < out_admin->key.len; i++)
        out_admin->key.at[i] = (uint8_t)(i % 8 + 1);
}

static struct err derive_admin(const struct token_options *options, const char *id,
                               struct token_admin *admin)
{
    CLEANUP(destroy_master) struct token_master *master = NULL;
    struct err e = token_master_open(options->master_key, &master);
    if (!failed(e))
        e = token_key_derive(master, id, options->cipher, &admin->key);
    admin->aes = options->cipher != TOKEN_CIPHER_3DES;
    admin->diversified = true;
    return e;
}

static struct err read_admin(const struct token_options *options, struct token_admin *admin)
{
    CLEANUP(token_secret_free) struct secret *line = secret_create();
    if (line == NULL)
        return ERR(ERR_NO_ROOM, errno, "memory that is locked");
    struct err e = token_secret_file(options->admin_key, line);
    if (!failed(e))
        e = token_secret_hex(line, &admin->key);
    if (failed(e))
        return e;
    size_t len = admin->key.len;
    if (len != 16 && len != 24 && len != 32)
        return ERR(ERR_MALFORMED, len, "a management key has 16, 24 or 32 bytes");
    admin->aes = len != 24 || options->cipher != TOKEN_CIPHER_3DES;
    return ERR_OK;
}

struct err token_secret_admin(const struct token_options *options, const char *id,
                              struct token_admin *out_admin)
{
    CLEANUP(token_secret_admin_free) struct token_admin *admin = token_secret_admin_create();
    struct err e = ERR_OK;
    if (admin == NULL || out_admin == NULL)
        return ERR(ERR_NO_ROOM, errno, "memory that is locked");
    if (options->master_key != NULL) {
        e = derive_admin(options, id, admin);
    } else if (options->admin_key != NULL) {
        e = read_admin(options, admin);
    } else if (options->factory_key) {
        token_secret_factory(options->cipher, admin);
    } else {
        e = ERR(ERR_NOT_FOUND, 0, "--admin-key, --master-key or --factory-key is needed");
    }
    if (!failed(e))
        *out_admin = *admin;
    return e;
}

struct err token_secret_puk(const struct token_options *options, const char *id, uint8_t tries_left,
                            struct secret *out_puk)
{
    CLEANUP(destroy_master) struct token_master *master = NULL;
    if (options->master_key == NULL || options->puk_file != NULL)
        return token_secret_get(options->puk_file, "PUK", tries_left, out_puk);
    struct err e = token_master_open(options->master_key, &master);
    return failed(e) ? e : token_puk_derive(master, id, out_puk);
}

void token_secret_free(struct secret *const *at)
{
    secret_destroy(*at);
}

struct token_admin *token_secret_admin_create(void)
{
    return secret_pages_create(sizeof(struct token_admin));
}

void token_secret_admin_free(struct token_admin *const *at)
{
    secret_pages_destroy(*at, sizeof(struct token_admin));
}

void token_secret_admin_wipe(struct token_admin *admin)
{
    explicit_bzero(admin, sizeof(*admin));
}
