/* ctl_room.h - a kiosk's ledger in a folder, and the two programs that answer, played by a thread.
 */
#ifndef TESTS_UNIT_CTL_ROOM_H
#define TESTS_UNIT_CTL_ROOM_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "kiosk/base/clock.h"
#include "kiosk/ctl/report.h"
#include "kiosk/ledger/inbox.h"
#include "tests/unit/ledger.h"
#include "tests/unit/unit.h"

#define WELL_KIOSK \
    "state=attract\nmessage=none\nline=up\nreader=there\nprinter=ready\nledger=ok\nclock=" \
    "trusted\n"
#define WELL_SYNCD "kiosk=hall-1\nline=up\ntrouble=\n"

struct program {
    char path[108];
    int fd;
    atomic_bool stop;
    const char *answer; /* NULL: takes the question and says nothing */
    pthread_t thread;
};

static char dir[64], kiosk_dir[80], sync_dir[80], journal_path[96], inbox_path[96];
static struct journal *journal;
static struct inbox *inbox;
static struct report report;
static struct report_problems problems;

static inline void *answer(void *context)
{
    struct program *program = context;
    while (!atomic_load(&program->stop)) {
        char question[64] = "";
        struct sockaddr_un from;
        socklen_t from_len = sizeof(from);
        ssize_t len = recvfrom(program->fd, question, sizeof(question) - 1, 0,
                               (struct sockaddr *)&from, &from_len);
        if (len > 0 && text_same(question, "status?") && program->answer != NULL) {
            (void)sendto(program->fd, program->answer, strlen(program->answer), 0,
                         (struct sockaddr *)&from, from_len);
        }
    }
    return NULL;
}

static inline void program_start(struct program *program, const char *folder, const char *name,
                                 const char *text)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_usec = 20000};
    (void)text_print(program->path, sizeof(program->path), "%s/%s", folder, name);
    (void)text_copy(address.sun_path, sizeof(address.sun_path), program->path);
    program->answer = text;
    atomic_store(&program->stop, false);
    program->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_true(program->fd >= 0);
    assert_int_equal(bind(program->fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(setsockopt(program->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)), 0);
    assert_int_equal(pthread_create(&program->thread, NULL, answer, program), 0);
}

static inline void program_stop(struct program *program)
{
    atomic_store(&program->stop, true);
    (void)pthread_join(program->thread, NULL);
    (void)close(program->fd);
    (void)unlink(program->path);
}

static inline void boot_id(char out[CHAIN_UUID_LEN + 1])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    assert_non_null(file);
    assert_non_null(fgets(out, CHAIN_UUID_LEN + 1, file));
    (void)fclose(file);
}

/* Both entries acknowledged, time proven just now. */
static inline struct inbox_state well_state(void)
{
    struct journal_status head;
    struct inbox_state state;
    assert_int_equal(journal_get_status(journal, &head).code, ERR_NONE);
    assert_int_equal(inbox_get_state(inbox, &state).code, ERR_NONE);
    (void)text_copy(state.epoch, sizeof(state.epoch), head.epoch);
    state.acked_seq = head.head_seq;
    state.acked_hash = head.head_hash;
    state.proven_ms = clock_wall_ms();
    state.proven_boot_ms = (int64_t)clock_boot_ms();
    state.line = INBOX_LINE_UP;
    boot_id(state.boot_id);
    return state;
}

static inline void append(unsigned number, int64_t at_ms)
{
    struct journal_draft draft = draft_of(number, number, JOURNAL_ORDER_REQUESTED);
    draft.at_ms = at_ms;
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
}

static inline int make_state(void **state)
{
    (void)state;
    (void)text_copy(dir, sizeof(dir), "/tmp/test_ctl.XXXXXX");
    assert_non_null(mkdtemp(dir));
    (void)text_print(kiosk_dir, sizeof(kiosk_dir), "%s/kiosk", dir);
    (void)text_print(sync_dir, sizeof(sync_dir), "%s/sync", dir);
    (void)text_print(journal_path, sizeof(journal_path), "%s/journal.db", kiosk_dir);
    (void)text_print(inbox_path, sizeof(inbox_path), "%s/inbox.db", sync_dir);
    assert_int_equal(mkdir(kiosk_dir, 0700), 0);
    assert_int_equal(mkdir(sync_dir, 0700), 0);
    assert_int_equal(journal_open(journal_path, true, ledger_random, &ledger_guard, &journal).code,
                     ERR_NONE);
    assert_int_equal(inbox_open(inbox_path, true, &inbox).code, ERR_NONE);
    append(1, clock_wall_ms());
    append(2, clock_wall_ms());
    return 0;
}

static inline int remove_state(void **state)
{
    (void)state;
    struct folder folders[3];
    journal_close(journal);
    inbox_close(inbox);
    journal = NULL;
    inbox = NULL;
    (void)text_copy(folders[0].at, sizeof(folders[0].at), kiosk_dir);
    (void)text_copy(folders[1].at, sizeof(folders[1].at), sync_dir);
    (void)text_copy(folders[2].at, sizeof(folders[2].at), dir);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        folder_remove(&folders[i]);
    return 0;
}

static inline void look(const char *kiosk_says, const char *syncd_says)
{
    struct program kiosk;
    struct program syncd;
    if (kiosk_says != NULL)
        program_start(&kiosk, kiosk_dir, "kiosk.sock", kiosk_says);
    if (syncd_says != NULL)
        program_start(&syncd, sync_dir, "syncd.sock", syncd_says);
    report_read(dir, &report);
    report_problems(&report, &problems);
    if (kiosk_says != NULL)
        program_stop(&kiosk);
    if (syncd_says != NULL)
        program_stop(&syncd);
}

static inline void set_state(const struct inbox_state *state)
{
    assert_int_equal(inbox_set_state(inbox, state).code, ERR_NONE);
}

static inline void more_than_there_is(struct inbox_state *state)
{
    state->acked_seq = 3;
}

static inline void another_entry(struct inbox_state *state)
{
    state->acked_hash.at[0] ^= 1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_state, remove_state)

#endif
