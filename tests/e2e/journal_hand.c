/*
 * journal_hand - does to a ledger what certkiosk does, without a kiosk.
 *
 *     journal_hand append JOURNAL EPOCH_BYTE COUNT [BODY_BYTES]
 *         create the journal (its epoch made of that byte) or open it, append COUNT entries; each
 *         body is another one, of about so many bytes; and sign the head. With the environment's
 *         DEVICE_KEY, the file of a device key, it is the journal of KIOSK; else of nobody's
 *     journal_hand ask SOCKET TEXT     send a datagram, print the answer
 *     journal_hand tell SOCKET TEXT    send a datagram
 *     journal_hand listen SOCKET MS    print what datagrams arrive there, one a line, for so long
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "kiosk/ledger/journal.h"
#include "tests/e2e/hand_device.h"

#define ANSWER_MAX 4096
#define ANSWER_MS 3000
#define RANDOM_LEN 32
#define CHECKPOINT_EACH 5000
#define BODY_MAX 4000
#define BODY_SIZE (BODY_MAX + 16)

/* A JSON text that no other entry has, with what a wire could spoil: quotes, escapes, UTF-8. */
static struct bytes make_body(const uint8_t random[RANDOM_LEN], size_t len, char out[BODY_SIZE])
{
    static const char *const bits[] = {"a",       "7", "\\\"", "\\\\", "\xe5\xae\x8f",
                                       "\\u0007", " ", "/"};
    char hex[HEX_SIZE(RANDOM_LEN)];
    hex_print(hex, (struct bytes){random, RANDOM_LEN});
    (void)text_print(out, BODY_SIZE, "{\"name\":\"%s\",\"text\":\"", hex);
    size_t at = strlen(out);
    for (size_t i = 0; at < len && at < BODY_MAX; i++) {
        const char *bit = bits[(random[i % RANDOM_LEN] + i) % ARRAY_LEN(bits)];
        memcpy(out + at, bit, strlen(bit) + 1);
        at += strlen(bit);
    }
    memcpy(out + at, "\"}", sizeof("\"}"));
    return (struct bytes){(const uint8_t *)out, at + 2};
}

static bool append_one(struct journal *journal, size_t body_len)
{
    struct journal_draft draft = {.at_ms = clock_wall_ms(), .kind = "visit_ended"};
    char body[BODY_SIZE];
    uint8_t random[RANDOM_LEN];
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return false;
    chain_uuid(draft.txid, random);
    chain_uuid(draft.visit, random + 16);
    draft.body = make_body(random, body_len, body);
    return !failed(journal_append(journal, &draft));
}

static int append(const char *path, const char *epoch_byte, const char *count, size_t body_len)
{
    struct journal *journal = NULL;
    struct device device;
    uint8_t random[16];
    memset(random, (int)strtol(epoch_byte, NULL, 10), sizeof(random));
    struct err e = hand_device(&device);
    if (!failed(e))
        e = journal_open(path, true, random, &device.guard, &journal);
    if (failed(e)) {
        (void)fprintf(stderr, "journal_open: %s at %s\n", err_name(e.code), e.site);
        return 1;
    }
    bool well = true;
    for (long left = strtol(count, NULL, 10); well && left > 0; left--) {
        well = append_one(journal, body_len) &&
               (left % CHECKPOINT_EACH != 1 || !failed(journal_checkpoint(journal)));
    }
    well = well && !failed(journal_sign_head(journal));
    journal_close(journal);
    device_close(&device);
    return well ? 0 : 1;
}

static bool address_of(const char *path, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    return text_copy(out->sun_path, sizeof(out->sun_path), path);
}

/* A datagram socket bound to `path`; -1. */
static int bound_to(const char *path)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && address_of(path, &address) &&
        bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static bool say(int fd, const char *path, const char *text)
{
    struct sockaddr_un address;
    return address_of(path, &address) &&
           sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address, sizeof(address)) ==
               (ssize_t)strlen(text);
}

/* Print one datagram that comes within `wait_ms`. */
static bool print_one(int fd, int wait_ms, const char *end)
{
    char text[ANSWER_MAX];
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    if (poll(&watched, 1, wait_ms) != 1)
        return false;
    ssize_t len = recv(fd, text, sizeof(text) - 1, 0);
    if (len < 0)
        return false;
    text[len] = '\0';
    return printf("%s%s", text, end) >= 0;
}

static int ask(const char *path, const char *text)
{
    char own[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
    if (!text_print(own, sizeof(own), "%s.ask%d", path, (int)getpid()))
        return 1;
    int fd = bound_to(own);
    bool well = fd >= 0 && say(fd, path, text) && print_one(fd, ANSWER_MS, "");
    (void)unlink(own);
    return well ? 0 : 1;
}

static int tell(const char *path, const char *text)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd >= 0 && say(fd, path, text) ? 0 : 1;
}

static int listen_at(const char *path, const char *ms)
{
    uint64_t until_ms = clock_boot_ms() + (uint64_t)strtol(ms, NULL, 10);
    int fd = bound_to(path);
    if (fd < 0)
        return 1;
    for (uint64_t now_ms = clock_boot_ms(); now_ms < until_ms; now_ms = clock_boot_ms())
        (void)print_one(fd, (int)(until_ms - now_ms), "\n"); /* nothing is fine */
    (void)unlink(path);
    return 0;
}

int main(int argc, char **argv)
{
    if ((argc == 5 || argc == 6) && strcmp(argv[1], "append") == 0)
        return append(argv[2], argv[3], argv[4], argc == 6 ? strtoul(argv[5], NULL, 10) : 0);
    if (argc == 4 && strcmp(argv[1], "ask") == 0)
        return ask(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "tell") == 0)
        return tell(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "listen") == 0)
        return listen_at(argv[2], argv[3]);
    return 2;
}
