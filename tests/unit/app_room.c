#include "tests/unit/app_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "kiosk/app/rules.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/chip.h"
#include "tests/unit/ledger.h"
#include "tests/unit/ring.h"

#define DAY_S 86400
#define OK(call) assert_false(failed(call))

static EVP_PKEY *token_key; /* of the one room that is open */

/* --- devices behind a lock ---------------------------------------------------------------- */

static struct room_token *locked_token(struct token *token)
{
    struct room_token *room = CONTAINER_OF(token, struct room_token, token);
    (void)pthread_mutex_lock(&room->lock);
    return room;
}

#define WITH_TOKEN(call) \
    struct room_token *room = locked_token(token); \
    struct token *sim = &room->sim.token; \
    struct err e = sim->driver->call; \
    (void)pthread_mutex_unlock(&room->lock); \
    return e

static struct err watch(struct token *token, uint32_t timeout_ms, enum token_presence *in_out)
{
    CONTAINER_OF(token, struct room_token, token)->watcher = pthread_self();
    token->trouble = locked_token(token)->sim.token.trouble;
    (void)pthread_mutex_unlock(&CONTAINER_OF(token, struct room_token, token)->lock);
    WITH_TOKEN(watch(sim, timeout_ms, in_out));
}

static struct err call(struct token *token, const struct token_request *request,
                       struct token_reply *out_reply)
{
    struct room_token *meant = locked_token(token);
    if (meant->meddle_in > 0 && --meant->meddle_in == 0)
        meant->meddle(meant);
    (void)pthread_mutex_unlock(&meant->lock);
    WITH_TOKEN(call(sim, request, out_reply));
}

static void close_token(struct token *token)
{
    /* The room looks at the simulator later. */
    CONTAINER_OF(token, struct room_token, token)->closer = pthread_self();
}

static const struct token_driver token_driver = {
    .name = "locked", .watch = watch, .call = call, .close = close_token};

static struct room_printer *locked_printer(struct printer *printer)
{
    struct room_printer *room = CONTAINER_OF(printer, struct room_printer, printer);
    (void)pthread_mutex_lock(&room->lock);
    return room;
}

static enum printer_state status(struct printer *printer)
{
    struct room_printer *room = locked_printer(printer);
    enum printer_state state = printer_status(room->inner);
    (void)pthread_mutex_unlock(&room->lock);
    return state;
}

static struct err print(struct printer *printer, const struct printer_page *page)
{
    struct room_printer *room = locked_printer(printer);
    struct err e = printer_print(room->inner, page);
    (void)pthread_mutex_unlock(&room->lock);
    return e;
}

static void close_printer(struct printer *printer)
{
    (void)printer; /* the room looks at it later */
}

static const struct printer_driver printer_driver = {
    .name = "locked", .status = status, .print = print, .close = close_printer};

static struct err sign_with_key(uint8_t slot, enum token_key key, struct bytes digest,
                                uint8_t out_signature[TOKEN_SIGNATURE_MAX], size_t *out_len)
{
    size_t len = TOKEN_SIGNATURE_MAX;
    if (slot != ROOM_SLOT || key != TOKEN_KEY_P256 ||
        !chip_sign(token_key, digest, out_signature, &len))
        return ERR(ERR_NOT_FOUND, 0, "no such key");
    *out_len = len;
    return ERR_OK;
}

static struct err decrypt_with_key(uint8_t slot, enum token_key key, struct bytes input,
                                   uint8_t out_plain[TOKEN_PLAIN_MAX], size_t *out_len)
{
    size_t len = TOKEN_PLAIN_MAX;
    if (slot != ROOM_SLOT || key != TOKEN_KEY_P256 ||
        !chip_decipher(token_key, input, out_plain, &len))
        return ERR(ERR_NOT_FOUND, 0, "no such key");
    *out_len = len;
    return ERR_OK;
}

/* --- the room ------------------------------------------------------------------------------ */

void room_path(const struct room *room, const char *name, char out[ROOM_PATH_SIZE])
{
    assert_true(text_print(out, ROOM_PATH_SIZE, "%s/%s", room->dir, name));
}

static void make_seal(struct room *room)
{
    char path[ROOM_PATH_SIZE];
    room_path(room, "platform.key", path);
    OK(key_create(KEY_ED25519, &room->seal_pair));
    OK(key_save(room->seal_pair, path));
    OK(seal_key_create(path, &room->platform));
    room->ring = ring_of(room->platform);
}

static void make_trust(struct room *room)
{
    char path[ROOM_PATH_SIZE];
    int64_t now_s = clock_wall_ms() / 1000;
    struct issue_subject subject = {.cn = room->rules.profiles[0].issuer};
    struct issue_certificate root;

    OK(issue_root(&subject, (struct issue_term){now_s - 1000 * DAY_S, now_s + 5000 * DAY_S},
                  &room->ca));
    OK(issue_certificate_of(room->ca, &root));
    room_path(room, "trust.pem", path);
    OK(issue_write_pem(path, (const struct issue_certificate *const[]){&root}, 1));
    OK(trust_create(path, &room->trust));
}

void room_issue(const struct room *room, const struct issue_ca *ca, int64_t not_after_s,
                struct issue_certificate *out)
{
    struct issue_order order = {.profile = ISSUE_HOLDER,
                                .subject = {.cn = ROOM_HOLDER},
                                .public_key = {room->spki, room->spki_len},
                                .term = {not_after_s - 365 * DAY_S, not_after_s}};
    OK(issue_leaf(ca != NULL ? ca : room->ca, &order, out));
}

static void issue_certificates(struct room *room)
{
    int64_t now_s = clock_wall_ms() / 1000;

    room->paid_s = now_s;
    room_issue(room, NULL, now_s + 30 * DAY_S, &room->old);
    OK(certificate_read((struct bytes){room->old.der, room->old.len}, room->trust,
                        &room->old_facts));
    struct issue_term term = {
        now_s, eligibility_renewed_until(room->old_facts.not_after_s, 1, room->paid_s)};
    OK(issue_renew(room->ca, (struct bytes){room->old.der, room->old.len}, term, &room->renewed));
    OK(certificate_read((struct bytes){room->renewed.der, room->renewed.len}, room->trust,
                        &room->renewed_facts));
}

static void make_certificates(struct room *room)
{
    char path[ROOM_PATH_SIZE];
    struct key *key = NULL;

    room_path(room, "token.key", path);
    OK(key_create(KEY_P256, &key));
    OK(key_public(key, room->spki, &room->spki_len));
    OK(key_save(key, path));
    key_destroy(key);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    token_key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    assert_non_null(token_key);
    assert_int_equal(fclose(file), 0);
    issue_certificates(room);
}

void room_take_key(struct room *room, const char *token_id, struct bytes spki)
{
    assert_true(spki.len <= sizeof(room->spki));
    memcpy(room->spki, spki.at, spki.len);
    room->spki_len = spki.len;
    (void)text_copy(room->token_id, sizeof(room->token_id), token_id); /* same size */
    issue_certificates(room);
}
static void make_ledger(struct room *room)
{
    char path[ROOM_PATH_SIZE];
    struct journal *journal = NULL;

    room_path(room, "journal.db", path);
    OK(journal_open(path, true, ledger_random, &ledger_guard, &journal));
    journal_close(journal);
    room_path(room, "inbox.db", path);
    OK(inbox_open(path, true, &room->writer));
}

void room_empty_ledger(struct room *room)
{
    static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm",
                                        "inbox.db",   "inbox.db-wal",   "inbox.db-shm"};
    char path[ROOM_PATH_SIZE];

    inbox_close(room->writer);
    room->writer = NULL;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        room_path(room, names[i], path);
        (void)unlink(path); /* it may not be there */
    }
    make_ledger(room);
    inbox_close(room->writer);
    room->writer = NULL;
}

/* The factory's key, which the simulator takes as it takes any. */
static void make_keys(struct room *room)
{
    struct settings settings = {.token_admin_aes = false};
    char message[CONFIG_MESSAGE_MAX] = "";
    static const char digits[] = "010203040506070801020304050607080102030405060708\n";

    room_path(room, "admin.hex", settings.token_admin_key);
    FILE *file = fopen(settings.token_admin_key, "we");
    assert_non_null(file);
    assert_true(fputs(digits, file) >= 0);
    assert_int_equal(fclose(file), 0);
    OK(admin_keys_open(&settings, &room->keys, message));
}

void room_after_fork(struct room *room)
{
    char path[ROOM_PATH_SIZE];

    admin_keys_destroy(room->keys);
    make_keys(room);
    room_path(room, "inbox.db", path);
    OK(inbox_open(path, false, &room->writer));
}

static void make_devices(struct room *room)
{
    (void)pthread_mutex_init(&room->token.lock, NULL);
    (void)pthread_mutex_init(&room->printer.lock, NULL);
    room->token.token.driver = &token_driver;
    token_sim_init(&room->token.sim);
    room->token.sim.signer.sign = sign_with_key;
    room->token.sim.signer.decrypt = decrypt_with_key;
    token_sim_load(&room->token.sim, ROOM_SLOT, (struct bytes){room->old.der, room->old.len});
    room->printer.printer.driver = &printer_driver;
    OK(printer_sim_open(&room->printer.inner));
}

static void count_wake(void *context)
{
    __atomic_add_fetch((uint32_t *)context, 1, __ATOMIC_SEQ_CST);
}

void room_open(struct room *room)
{
    struct settings settings = {.assets_dir = "assets", .profiles = "norinco"};
    char message[CONFIG_MESSAGE_MAX] = "";

    memset(room, 0, sizeof(*room));
    (void)text_copy(room->token_id, sizeof(room->token_id), TOKEN_SIM_ID); /* it fits */
    (void)text_copy(room->dir, sizeof(room->dir), "/tmp/test-app-XXXXXX");
    assert_non_null(mkdtemp(room->dir));
    OK(rules_read(&settings, &room->rules, message));
    make_seal(room);
    make_trust(room);
    make_certificates(room);
    make_ledger(room);
    make_keys(room);
    make_devices(room);
    OK(post_init(&room->post, count_wake, &room->wakes));
}

void room_close(struct room *room)
{
    struct folder folder;

    post_done(&room->post);
    printer_close(room->printer.inner);
    token_close(&room->token.sim.token);
    inbox_close(room->writer);
    admin_keys_destroy(room->keys);
    EVP_PKEY_free(token_key);
    issue_destroy(room->ca);
    trust_destroy(room->trust);
    seal_key_destroy(room->platform);
    key_destroy(room->seal_pair);
    (void)text_copy(folder.at, sizeof(folder.at), room->dir);
    folder_remove(&folder);
}

struct book *room_book(struct room *room)
{
    return room_book_of(room, &ledger_guard);
}

struct book *room_book_of(struct room *room, const struct journal_guard *guard)
{
    struct book *book = NULL;
    struct book_setup setup = {.kiosk = ROOM_KIOSK,
                               .guard = guard,
                               .keys = &room->ring,
                               .trust = room->trust,
                               .post = &room->post};
    room_path(room, "journal.db", setup.journal_path);
    room_path(room, "inbox.db", setup.inbox_path);
    room_path(room, "syncd.sock", setup.syncd_socket);
    room_path(room, "reserve", setup.reserve_path);
    setup.reserve_size = ROOM_RESERVE;
    OK(book_create(&setup, &book));
    return book;
}

struct token_desk *room_token_desk(struct room *room)
{
    struct token_desk *desk = NULL;
    struct token_desk_setup setup = {.token = room->real != NULL ? room->real : &room->token.token,
                                     .keys = room->keys,
                                     .trust = room->trust,
                                     .rules = &room->rules,
                                     .post = &room->post};
    OK(token_desk_create(&setup, &desk));
    return desk;
}

struct printer_desk *room_printer_desk(struct room *room)
{
    struct printer_desk *desk = NULL;
    OK(printer_desk_create(&room->printer.printer, &room->post, &desk));
    return desk;
}

struct token_sim *room_take_token(struct room *room)
{
    (void)pthread_mutex_lock(&room->token.lock);
    return &room->token.sim;
}

void room_give_token(struct room *room)
{
    (void)pthread_mutex_unlock(&room->token.lock);
}

void room_insert(struct room *room)
{
    token_sim_insert(room_take_token(room));
    room_give_token(room);
}

void room_pull(struct room *room)
{
    token_sim_pull(room_take_token(room));
    room_give_token(room);
}

struct printer_sim *room_take_printer(struct room *room)
{
    (void)pthread_mutex_lock(&room->printer.lock);
    return printer_sim_of(room->printer.inner);
}

void room_give_printer(struct room *room)
{
    (void)pthread_mutex_unlock(&room->printer.lock);
}

/* --- mail ---------------------------------------------------------------------------------- */

void room_mail(struct room *room, enum mail_kind kind, struct mail *out_mail)
{
    assert_true(post_take(&room->post, ROOM_WAIT_MS, out_mail));
    assert_int_equal(out_mail->kind, kind);
}

void room_event(struct room *room, enum event_kind kind, struct mail *out_mail)
{
    do {
        assert_true(post_take(&room->post, ROOM_WAIT_MS, out_mail));
    } while (out_mail->kind != MAIL_EVENT);
    assert_int_equal(out_mail->event.kind, kind);
}

void room_no_event(struct room *room, uint32_t ms)
{
    uint64_t until_ms = clock_boot_ms() + ms;
    struct mail mail;

    for (uint64_t now_ms = clock_boot_ms(); now_ms < until_ms; now_ms = clock_boot_ms()) {
        if (post_take(&room->post, (uint32_t)(until_ms - now_ms), &mail))
            assert_int_not_equal(mail.kind, MAIL_EVENT);
    }
}

/* --- the ledger ---------------------------------------------------------------------------- */

struct record room_record(const struct room *room, uint8_t number)
{
    struct visit visit = {.id = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
                          .service = SERVICE_RENEW,
                          .term_years = 1,
                          .token = {.id = TOKEN_SIM_ID, .certificate_count = 1},
                          .order = room_order(room, FACT_ORDER_REQUESTED)};
    struct record_moment moment = {.wall_ms = 1790000000000, .random = {number}};
    struct record record;

    visit.token.certificates[0] = room->old_facts;
    visit.token.certificates[0].slot = ROOM_SLOT;
    OK(record_make(ENTRY_ORDER_REQUESTED, &visit, &room->rules, &moment, &record));
    return record;
}

uint64_t room_head(const struct room *room)
{
    char path[ROOM_PATH_SIZE];
    struct journal *journal = NULL;
    struct journal_status status = {0};

    room_path(room, "journal.db", path);
    OK(journal_open_read(path, &journal));
    OK(journal_get_status(journal, &status));
    journal_close(journal);
    return status.head_seq;
}

uint64_t room_signed(const struct room *room)
{
    char path[ROOM_PATH_SIZE];
    struct journal *journal = NULL;
    struct journal_head head = {0};

    room_path(room, "journal.db", path);
    OK(journal_open_read(path, &journal));
    OK(journal_get_head(journal, &head));
    journal_close(journal);
    return head.seq;
}

void room_expect_ledger(struct room *room, bool ok)
{
    struct mail mail;
    do {
        assert_true(post_take(&room->post, ROOM_WAIT_MS, &mail));
    } while (mail.kind != MAIL_LEDGER || mail.hall.ledger_ok != ok);
}
