#include "tests/unit/app_room.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "kiosk/app/rules.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "tests/unit/ledger.h"

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
    WITH_TOKEN(watch(sim, timeout_ms, in_out));
}

static struct err call(struct token *token, const struct token_request *request,
                       struct token_reply *out_reply)
{
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

/* As the chip on the token would. */
static struct err sign_with_key(uint8_t slot, enum token_key key, struct bytes digest,
                                uint8_t out_signature[TOKEN_SIGNATURE_MAX], size_t *out_len)
{
    size_t len = TOKEN_SIGNATURE_MAX;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(token_key, NULL);
    bool good = slot == ROOM_SLOT && key == TOKEN_KEY_P256 && EVP_PKEY_sign_init(context) == 1 &&
                EVP_PKEY_sign(context, out_signature, &len, digest.at, digest.len) == 1;
    EVP_PKEY_CTX_free(context);
    if (!good)
        return ERR(ERR_NOT_FOUND, 0, "no such key");
    *out_len = len;
    return ERR_OK;
}

static struct err decrypt_with_key(uint8_t slot, enum token_key key, struct bytes input,
                                   uint8_t out_plain[TOKEN_PLAIN_MAX], size_t *out_len)
{
    size_t len = TOKEN_PLAIN_MAX;
    EVP_PKEY *peer = EVP_PKEY_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(token_key, NULL);
    bool good = slot == ROOM_SLOT && key == TOKEN_KEY_P256 &&
                EVP_PKEY_copy_parameters(peer, token_key) == 1 &&
                EVP_PKEY_set1_encoded_public_key(peer, input.at, input.len) == 1 &&
                EVP_PKEY_derive_init(context) == 1 &&
                EVP_PKEY_derive_set_peer(context, peer) == 1 &&
                EVP_PKEY_derive(context, out_plain, &len) == 1;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(peer);
    if (!good)
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

static void make_certificates(struct room *room)
{
    char path[ROOM_PATH_SIZE];
    struct key *key = NULL;
    int64_t now_s = clock_wall_ms() / 1000;

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

static void make_ledger(struct room *room)
{
    char path[ROOM_PATH_SIZE];
    struct journal *journal = NULL;

    room_path(room, "journal.db", path);
    OK(journal_open(path, true, ledger_random, &journal));
    journal_close(journal);
    room_path(room, "inbox.db", path);
    OK(inbox_open(path, true, &room->writer));
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
    struct book *book = NULL;
    struct book_setup setup = {
        .kiosk = ROOM_KIOSK, .platform = room->platform, .trust = room->trust, .post = &room->post};
    room_path(room, "journal.db", setup.journal_path);
    room_path(room, "inbox.db", setup.inbox_path);
    room_path(room, "syncd.sock", setup.syncd_socket);
    OK(book_create(&setup, &book));
    return book;
}

struct token_desk *room_token_desk(struct room *room)
{
    struct token_desk *desk = NULL;
    struct token_desk_setup setup = {.token = &room->token.token,
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

/* --- documents ----------------------------------------------------------------------------- */

static void seal(const struct room *room, struct inbox_document *document)
{
    char version[21];
    (void)text_print(version, sizeof(version), "%" PRIu64, document->version);
    struct seal_message message = {.context = "certkiosk-document-1",
                                   .parts = {ROOM_KIOSK, document->type, document->id, version},
                                   .body = {document->body, document->body_len}};
    OK(seal_sign(room->platform, &message, document->seal));
    (void)text_copy(document->key_id, sizeof(document->key_id), seal_key_id(room->platform));
}

void room_put(struct room *room, struct inbox_document *document)
{
    document->version = ++room->version;
    seal(room, document);
    OK(inbox_put(room->writer, document, 1, ++room->cursor));
}

struct fact_order room_order(const struct room *room, enum fact_order_status status)
{
    struct fact_order order = {.status = status,
                               .id = ROOM_ORDER,
                               .order_no = "20261122000001",
                               .pay_url = "https://platform.example/p/abc",
                               .check_url = "https://platform.example/r/abc",
                               .method = "demo",
                               .term_years = 1,
                               .amount_fen = 20000,
                               .created_s = room->paid_s - 60,
                               .paid_s = room->paid_s,
                               .old_not_after_s = room->old_facts.not_after_s,
                               .slot = ROOM_SLOT};
    memcpy(order.old_fingerprint, room->old_facts.fingerprint, FACTS_FINGERPRINT_LEN);
    memcpy(order.new_fingerprint, room->renewed_facts.fingerprint, FACTS_FINGERPRINT_LEN);
    return order;
}

void room_put_order(struct room *room, const struct fact_order *facts)
{
    struct document_order order = {
        .facts = *facts, .token = TOKEN_SIM_ID, .service = "renew", .profile = "norinco"};
    struct inbox_document document = {.type = "order"};

    (void)text_copy(document.id, sizeof(document.id), facts->id);
    OK(document_write_order(&order, document.body, &document.body_len));
    room_put(room, &document);
}

void room_put_issued(struct room *room, const char *order, const struct issue_certificate *made)
{
    struct document_issued issued = {.slot = ROOM_SLOT, .der_len = made->len};
    struct inbox_document document = {.type = "issued"};

    memcpy(issued.der, made->der, made->len);
    (void)text_copy(document.id, sizeof(document.id), order);
    OK(document_write_issued(&issued, document.body, &document.body_len));
    room_put(room, &document);
}

void room_put_account(struct room *room)
{
    struct document_account account = {.facts = {.known = true,
                                                 .status = FACT_CERTIFICATE_ACTIVE,
                                                 .seals = 2,
                                                 .account = "hongyuan01",
                                                 .key_no = "360205191187",
                                                 .phone_masked = "138****6021"},
                                       .profile = "norinco",
                                       .holder = ROOM_HOLDER};
    struct inbox_document document = {.type = "account", .id = TOKEN_SIM_ID};

    memcpy(account.fingerprint, room->old_facts.fingerprint, FACTS_FINGERPRINT_LEN);
    OK(document_write_account(&account, document.body, &document.body_len));
    room_put(room, &document);
}

void room_put_notice(struct room *room, const char *id, const char *zh, bool sealed)
{
    struct fact_announcement notice = {.en = "news"};
    struct inbox_document document = {.type = "notice", .version = ++room->version};

    (void)text_copy(notice.zh, sizeof(notice.zh), zh);
    (void)text_copy(document.id, sizeof(document.id), id);
    OK(document_write_notice(&notice, document.body, &document.body_len));
    seal(room, &document);
    if (!sealed)
        document.seal[3] ^= 1;
    OK(inbox_put(room->writer, &document, 1, ++room->cursor));
}

void room_prove_clock(struct room *room)
{
    struct inbox_state state;
    OK(inbox_get_state(room->writer, &state));
    state.proven_ms = clock_wall_ms();
    OK(inbox_set_state(room->writer, &state));
}
