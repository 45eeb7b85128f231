/*
 * token_desk.c - jobs in, mail out. A job waits for nobody but the token; between jobs the
 * reader is looked at four times a second, which is twice as often as pcscd does.
 */
#include "kiosk/app/token_desk.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/app/wipe.h"
#include "kiosk/app/worker.h"
#include "kiosk/base/hash.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/decrypt_test.h"
#include "kiosk/pki/self_test.h"

#define JOBS_MAX 8
#define LOOK_MS 250
#define SLOT_SIGNATURE 0x9C

struct token_desk {
    struct token_desk_setup setup;
    struct worker worker;
    enum token_presence presence;
    struct err trouble;          /* of the reader, as it was told last */
    struct token_identity fresh; /* what is being read */
    struct hash has_signed; /* the certificate whose key did, and has yet to decipher; 0: none */
    pthread_mutex_t lock;   /* of: */
    struct token_identity identity; /* of the token that is in; certificate_count 0 before */
};

static void send_event(struct token_desk *desk, const struct event *event)
{
    struct mail mail = {.kind = MAIL_EVENT, .event = *event};
    post_send(desk->setup.post, &mail);
}

/* What was read now, or nothing, is what the desk knows of the token that is in. */
static void set_identity(struct token_desk *desk)
{
    (void)pthread_mutex_lock(&desk->lock); /* cannot fail for this kind */
    desk->identity = desk->fresh;
    (void)pthread_mutex_unlock(&desk->lock);
    explicit_bzero(&desk->fresh, sizeof(desk->fresh));
    desk->has_signed = (struct hash){{0}};
}

static void send_presence(struct token_desk *desk, enum token_presence was, enum token_presence is)
{
    if ((was == TOKEN_READER_GONE) != (is == TOKEN_READER_GONE)) {
        struct mail mail = {.kind = MAIL_READER, .hall.reader_there = is != TOKEN_READER_GONE};
        post_send(desk->setup.post, &mail);
    }
    if ((was == TOKEN_PRESENT) == (is == TOKEN_PRESENT))
        return;

    set_identity(desk);
    struct event event = {.kind = is == TOKEN_PRESENT ? EVENT_INSERTED : EVENT_REMOVED};
    send_event(desk, &event);
}

/* Once for each, not at every look. */
static void tell_trouble(struct token_desk *desk)
{
    struct err now = token_trouble(desk->setup.token);
    struct err was = desk->trouble;

    desk->trouble = now;
    if (failed(now) &&
        (now.code != was.code || now.native != was.native || !text_same(now.site, was.site)))
        log_err("token_reader", now);
}

static void look(struct token_desk *desk)
{
    enum token_presence now = desk->presence;
    struct err e = token_watch(desk->setup.token, 0, &now);
    tell_trouble(desk);
    if (failed(e))
        now = TOKEN_READER_GONE;
    if (now == desk->presence)
        return;

    send_presence(desk, desk->presence, now);
    desk->presence = now;
}

static uint8_t profile_of(const struct flow_rules *rules, const struct fact_certificate *facts)
{
    for (uint8_t i = 0; facts->chain_ok && i < rules->profile_count; i++) {
        if (text_same(rules->profiles[i].issuer, facts->issuer))
            return i;
    }
    return FACTS_NO_PROFILE;
}

/* Facts of what can be read; a torn certificate is as good as none. */
static void collect_facts(const struct token_desk *desk, struct fact_token *token)
{
    const struct token_identity *identity = &desk->identity;

    (void)text_copy(token->id, sizeof(token->id), identity->id); /* same size */
    token->tries_left = identity->pin_tries_left;
    for (uint8_t i = 0;
         i < identity->certificate_count && token->certificate_count < FACTS_CERTIFICATES_MAX;
         i++) {
        struct fact_certificate *facts = &token->certificates[token->certificate_count];
        const struct token_certificate *raw = &identity->certificates[i];
        if (failed(
                certificate_read((struct bytes){raw->der, raw->der_len}, desk->setup.trust, facts)))
            continue;
        facts->slot = raw->slot;
        facts->profile = profile_of(desk->setup.rules, facts);
        token->certificate_count++;
    }
    for (size_t i = 0; i < TOKEN_SLOT_COUNT && token->hidden_count < FACTS_CERTIFICATES_MAX; i++) {
        if ((identity->hidden >> i & 1) != 0)
            token->hidden[token->hidden_count++] = token_slot_at(i);
    }
}

/* Nothing more is asked of it: who takes its place is seen to come, and identified then. */
static void tell_gone(struct token_desk *desk, const struct token_job *job)
{
    struct event event = {.kind = EVENT_IDENTIFIED, .id = job->id, .result = ERR_GONE};
    set_identity(desk);
    send_event(desk, &event);
}

static void do_identify(struct token_desk *desk, const struct token_job *job)
{
    const struct token_scope scope = TOKEN_SCOPE_VISIT;
    struct event event = {.kind = EVENT_IDENTIFIED, .id = job->id};
    struct err e = token_identify(desk->setup.token, &scope, &desk->fresh);
    set_identity(desk);
    if (!failed(e)) {
        collect_facts(desk, &event.u.token);
    } else {
        log_err("token_identify", e);
    }
    event.result = e.code;
    send_event(desk, &event);
}

/* What the house could not write is known before anyone pays for it. */
static void do_prove(struct token_desk *desk, const struct token_job *job)
{
    CLEANUP(admin_wipe) struct token_admin admin = {.aes = false};
    struct token_target target = {.id = job->token, .admin = &admin};

    struct err e = admin_keys_find(desk->setup.keys, job->token, &admin);
    if (!failed(e))
        e = token_prove(desk->setup.token, &target);
    if (failed(e))
        log_err("token_prove", e);

    struct event event = {.kind = EVENT_PROVED, .id = job->id, .result = e.code};
    send_event(desk, &event);
}

static void do_verify_pin(struct token_desk *desk, const struct token_job *job)
{
    uint8_t tries_left = 0;
    struct err e = token_verify_pin(desk->setup.token, job->pin, &tries_left);
    secret_wipe(job->pin);
    if (failed(e) && e.code != ERR_DENIED)
        log_err("token_verify_pin", e);

    struct event event = {
        .kind = EVENT_PIN_ANSWERED, .id = job->id, .result = e.code, .value = tries_left};
    send_event(desk, &event);
}

static const struct token_certificate *certificate_in(const struct token_identity *identity,
                                                      uint8_t slot)
{
    for (uint8_t i = 0; i < identity->certificate_count; i++) {
        if (identity->certificates[i].slot == slot)
            return &identity->certificates[i];
    }
    return NULL;
}

/* What stands in `slot`, no bytes when it is torn or empty. */
static struct bytes readable_in(const struct token_desk *desk, uint8_t slot)
{
    const struct token_certificate *raw = certificate_in(&desk->identity, slot);
    struct fact_certificate facts = {0};

    if (raw == NULL ||
        failed(certificate_read((struct bytes){raw->der, raw->der_len}, desk->setup.trust, &facts)))
        return (struct bytes){NULL, 0};
    return (struct bytes){raw->der, raw->der_len};
}

/*
 * Is this the renewal that was paid for? Compared with the certificate on the token or, when that
 * one is torn, with what the ledger kept of it. When neither is there, or the token has the new one
 * already (an earlier write whose outcome was not recorded), chain and self-test decide.
 */
static struct err check_issued(const struct token_desk *desk, const struct token_job *job)
{
    struct bytes issued = {job->issued.der, job->issued.der_len};
    struct fact_certificate facts = {0};
    struct err e = certificate_read(issued, desk->setup.trust, &facts);
    if (failed(e))
        return e;
    if (!facts.chain_ok)
        return ERR(ERR_DENIED, 0, "issued certificate does not chain");
    if (memcmp(facts.fingerprint, job->order.new_fingerprint, FACTS_FINGERPRINT_LEN) != 0)
        return ERR(ERR_DENIED, 0, "not the certificate that was intended");

    if (token_slot_index(job->issued.slot) == TOKEN_SLOT_COUNT)
        return ERR(ERR_MALFORMED, job->issued.slot, "slot of the issued certificate");
    struct bytes old_der = readable_in(desk, job->issued.slot);
    if (old_der.len == 0 && job->kept.slot == job->issued.slot)
        old_der = (struct bytes){job->kept.der, job->kept.der_len};
    if (old_der.len == 0)
        return ERR_OK;
    if (old_der.len == issued.len && memcmp(old_der.at, issued.at, issued.len) == 0)
        return ERR_OK;

    int64_t until = eligibility_renewed_until(job->order.old_not_after_s, job->order.term_years,
                                              job->order.paid_s);
    /* By the time that the platform says, not the machine's: what was paid is not held back because
     * a clock was set wrong meanwhile. */
    return certificate_renews(issued, old_der, desk->setup.trust, until, job->order.paid_s);
}

static struct err write_issued(struct token_desk *desk, const struct token_job *job)
{
    CLEANUP(admin_wipe) struct token_admin admin = {.aes = false};
    struct token_target target = {job->token, job->issued.slot, &admin};

    struct err e = admin_keys_find(desk->setup.keys, job->token, &admin);
    if (failed(e))
        return e;
    return token_write(desk->setup.token, &target,
                       (struct bytes){job->issued.der, job->issued.der_len});
}

static void do_write(struct token_desk *desk, const struct token_job *job)
{
    struct err e = check_issued(desk, job);
    if (!failed(e)) {
        e = write_issued(desk, job);
    } else {
        e.code = ERR_CONFLICT; /* not what was ordered: nothing is written */
    }
    if (failed(e))
        log_err("token_write", e);

    struct event event = {.kind = EVENT_WRITTEN, .id = job->id, .result = e.code};
    send_event(desk, &event);
}

static bool same_key(struct bytes a, struct bytes b)
{
    uint8_t keys[2][TOKEN_PUBLIC_KEY_MAX];
    size_t lens[2] = {0};

    return !failed(certificate_public(a, keys[0], sizeof(keys[0]), &lens[0])) &&
           !failed(certificate_public(b, keys[1], sizeof(keys[1]), &lens[1])) &&
           lens[0] == lens[1] && memcmp(keys[0], keys[1], lens[0]) == 0;
}

/* Whether all that stands in `slot` was shown: what was hidden, or not asked for, may be whole. */
static bool was_seen(const struct token_desk *desk, uint8_t slot)
{
    uint32_t asked = (TOKEN_SCOPE_VISIT).slots;
    return ((asked & ~desk->identity.hidden) >> token_slot_index(slot) & 1) != 0;
}

/* Whether the slot may be given back its old certificate: it is torn or empty, or has what the
 * order wrote that is over. */
static bool may_be_undone(const struct token_desk *desk, const struct token_job *job)
{
    struct bytes on = readable_in(desk, job->issued.slot);
    if (on.len == 0)
        return was_seen(desk, job->issued.slot);
    struct hash name = hash_of(on);
    return job->order.has_certificate &&
           memcmp(name.at, job->order.new_fingerprint, FACTS_FINGERPRINT_LEN) == 0 &&
           same_key(on, (struct bytes){job->issued.der, job->issued.der_len});
}

/* Only what is of this house goes back. */
static struct err check_repair(const struct token_desk *desk, const struct token_job *job)
{
    struct fact_certificate facts = {0};
    struct err e = certificate_read((struct bytes){job->issued.der, job->issued.der_len},
                                    desk->setup.trust, &facts);

    if (failed(e))
        return e;
    if (!facts.chain_ok || token_slot_index(job->issued.slot) == TOKEN_SLOT_COUNT)
        return ERR(ERR_MALFORMED, job->issued.slot, "what was kept");
    if (!text_same(desk->identity.id, job->token))
        return ERR(ERR_GONE, 0, "the token to repair");
    if (!may_be_undone(desk, job))
        return ERR(ERR_CONFLICT, job->issued.slot, "nothing to repair");
    return ERR_OK;
}

static void do_repair(struct token_desk *desk, const struct token_job *job)
{
    struct err e = check_repair(desk, job);
    if (!failed(e))
        e = write_issued(desk, job);
    if (failed(e)) {
        log_err("token_repair", e);
    } else {
        log_event(LOG_LEVEL_INFO, "token_repair", "slot=%02X", job->issued.slot);
    }
    if (e.code == ERR_GONE) {
        tell_gone(desk, job);
    } else {
        do_identify(desk, job);
    }
}

/* The key whose certificate was just written. */
struct tested {
    struct token *token;
    uint8_t slot;
};

static const enum token_key kinds[] = {[CERTIFICATE_KEY_P256] = TOKEN_KEY_P256,
                                       [CERTIFICATE_KEY_P384] = TOKEN_KEY_P384,
                                       [CERTIFICATE_KEY_RSA2048] = TOKEN_KEY_RSA2048,
                                       [CERTIFICATE_KEY_RSA3072] = TOKEN_KEY_RSA3072};

static struct err sign(void *context, enum certificate_key kind, struct bytes input, uint8_t *out,
                       size_t *out_len)
{
    static_assert(TOKEN_SIGNATURE_MAX <= SELF_TEST_ANSWER_MAX, "room for a signature");
    const struct tested *key = context;

    return token_sign(key->token, key->slot, kinds[kind], input, out, out_len);
}

static struct err decrypt(void *context, enum certificate_key kind, struct bytes input,
                          uint8_t *out, size_t *out_len)
{
    static_assert(TOKEN_PLAIN_MAX <= SELF_TEST_ANSWER_MAX, "room for a plain text");
    const struct tested *key = context;

    return token_decrypt(key->token, key->slot, kinds[kind], input, out, out_len);
}

/* Whether the key is to open what was enciphered for it, old bids: not one that is for signing
 * alone, nor one in the slot of signatures. */
static struct err decrypt_is_due(struct bytes issued, uint8_t slot, bool *out_due)
{
    struct err e = decrypt_test_applies(issued, out_due);
    if (!failed(e))
        *out_due = *out_due && slot != SLOT_SIGNATURE;
    return e;
}

/* A key may want the PIN anew for each use: what it has shown is not asked for twice. */
static struct err test_key(struct token_desk *desk, const struct token_job *job, bool *out_signed)
{
    struct bytes issued = {job->issued.der, job->issued.der_len};
    struct tested tested = {desk->setup.token, job->issued.slot};
    const struct self_test_key key = {&tested, sign, decrypt};
    struct hash name = hash_of(issued);
    bool due = false;

    if (memcmp(desk->has_signed.at, name.at, HASH_LEN) != 0) {
        struct err e = self_test_sign(issued, &key);
        if (failed(e))
            return e;
    }
    desk->has_signed = name;
    *out_signed = true;
    struct err e = decrypt_is_due(issued, job->issued.slot, &due);
    return failed(e) || !due ? e : self_test_decrypt(issued, &key);
}

static void do_test(struct token_desk *desk, const struct token_job *job)
{
    bool has_signed = false;
    struct err e = test_key(desk, job, &has_signed);
    if (failed(e))
        log_err("token_self_test", e);
    if (e.code != ERR_DENIED)
        desk->has_signed = (struct hash){{0}};

    struct event event = {
        .kind = EVENT_TESTED, .id = job->id, .result = e.code, .value = has_signed};
    send_event(desk, &event);
}

static WIPE_BELOW bool handle(struct token_desk *desk, const struct token_job *job)
{
    switch (job->kind) {
    case TOKEN_JOB_IDENTIFY:
        do_identify(desk, job);
        return true;
    case TOKEN_JOB_PROVE:
        do_prove(desk, job);
        return true;
    case TOKEN_JOB_VERIFY_PIN:
        do_verify_pin(desk, job);
        return true;
    case TOKEN_JOB_WRITE:
        do_write(desk, job);
        return true;
    case TOKEN_JOB_REPAIR:
        do_repair(desk, job);
        return true;
    case TOKEN_JOB_TEST:
        do_test(desk, job);
        return true;
    case TOKEN_JOB_STOP:
        return false;
    }
    return true;
}

static void *work(void *context)
{
    struct token_desk *desk = context;
    struct token_job job;
    bool on = true;

    while (on) {
        if (failed(queue_pop(&desk->worker.jobs, LOOK_MS, &job))) {
            look(desk);
            continue;
        }
        on = handle(desk, &job);
        explicit_bzero(&job, sizeof(job));
        wipe_stack();
    }
    token_close(desk->setup.token); /* here: what serves the token dies with its thread */
    return NULL;
}

struct err token_desk_create(const struct token_desk_setup *setup, struct token_desk **out_desk)
{
    struct token_desk *desk = calloc(1, sizeof(*desk));
    if (desk == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    desk->setup = *setup;
    desk->presence = TOKEN_READER_GONE;

    (void)pthread_mutex_init(&desk->lock, NULL); /* cannot fail for this kind */
    struct err e = worker_start(&desk->worker, sizeof(struct token_job), JOBS_MAX, work, desk);
    if (failed(e)) {
        free(desk);
        return e;
    }
    *out_desk = desk;
    return ERR_OK;
}

void token_desk_destroy(struct token_desk *desk)
{
    if (desk == NULL)
        return;
    struct token_job stop = {.kind = TOKEN_JOB_STOP};
    token_desk_ask(desk, &stop);
    worker_join(&desk->worker);
    (void)pthread_mutex_destroy(&desk->lock);
    explicit_bzero(desk, sizeof(*desk));
    free(desk);
}

void token_desk_ask(struct token_desk *desk, const struct token_job *job)
{
    struct err e = queue_push(&desk->worker.jobs, job);
    assert(!failed(e)); /* the flow asks one thing at a time */
    (void)e;
}

struct err token_desk_certificate(struct token_desk *desk, const char *id, uint8_t slot,
                                  struct token_certificate *out_certificate)
{
    struct err e = ERR(ERR_NOT_FOUND, 0, "certificate");

    (void)pthread_mutex_lock(&desk->lock);
    const struct token_certificate *certificate =
        text_same(desk->identity.id, id) ? certificate_in(&desk->identity, slot) : NULL;
    if (certificate != NULL && readable_in(desk, slot).len > 0) {
        *out_certificate = *certificate;
        e = ERR_OK;
    }
    (void)pthread_mutex_unlock(&desk->lock);
    return e;
}
