/*
 * token_piv.c - each call of token.h as one transaction of APDUs.
 *
 * Whatever fails on the link ends the session, since a card that came back may be another one;
 * and the next watch tells that the token was away, even if the reader did not notice.
 */
#include "hw/token/token_piv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hw/token/token_piv_jobs.h"

#define IDENTIFY_ATTEMPTS 2
#define SETTLE_MS 600 /* a reader notices a pulled card within 400 ms */

/* Blocks that identify may cost: for id, tries and names; for each slot's certificate, in pieces of
 * 256 bytes; for what the token tells of its key. A token of smaller pieces has shorter
 * certificates or fewer of them. */
#define BLOCKS_BASE 40
#define BLOCKS_CERTIFICATE 12
#define BLOCKS_KEY 2

struct token_piv {
    struct token token;
    struct card *card;
    struct piv_session session;
    bool was_lost; /* watch has yet to say so */
};

static const struct job {
    bool proved; /* the card management key comes first */
    struct err (*run)(struct piv_session *session, const struct token_request *request,
                      struct token_reply *out_reply);
} jobs[TOKEN_CALL_COUNT] = {
    [TOKEN_CALL_VERIFY_PIN] = {false, job_verify_pin},
    [TOKEN_CALL_CHANGE_PIN] = {false, job_change_pin},
    [TOKEN_CALL_UNBLOCK] = {false, job_unblock},
    [TOKEN_CALL_WRITE] = {true, job_write},
    [TOKEN_CALL_DELETE] = {true, job_delete},
    [TOKEN_CALL_GENERATE] = {true, job_generate},
    [TOKEN_CALL_MOVE] = {true, job_move},
    [TOKEN_CALL_SIGN] = {false, job_sign},
    [TOKEN_CALL_DECRYPT] = {false, job_decrypt},
    [TOKEN_CALL_PERSONALISE] = {false, job_personalise},
    [TOKEN_CALL_PROVE] = {true, job_prove},
};

static struct token_piv *piv_of(struct token *token)
{
    return CONTAINER_OF(token, struct token_piv, token);
}

static bool is_link_error(struct err e)
{
    return e.code == ERR_GONE || e.code == ERR_IO;
}

/* An answer that makes no sense is, to callers that expect none, a token that does not work. */
static struct err malformed_is_io(struct err e)
{
    return e.code == ERR_MALFORMED ? (struct err){ERR_IO, e.native, e.site} : e;
}

/* End a call: after a link error nothing is certain, so the session ends with it. */
static struct err finish(struct token_piv *piv, struct err e)
{
    e = malformed_is_io(e);
    if (is_link_error(e)) {
        session_stop(&piv->session);
        piv->was_lost = e.code == ERR_GONE;
    } else {
        session_leave(&piv->session);
    }
    return e;
}

static struct err piv_watch(struct token *token, uint32_t timeout_ms,
                            enum token_presence *in_out_presence)
{
    struct token_piv *piv = piv_of(token);
    bool was_lost = piv->was_lost;

    piv->was_lost = false;
    if (was_lost && *in_out_presence == TOKEN_PRESENT) {
        *in_out_presence = TOKEN_ABSENT;
        return ERR_OK;
    }
    struct err e = piv->card->driver->watch(piv->card, timeout_ms, in_out_presence);
    if (failed(e) || *in_out_presence != TOKEN_PRESENT)
        session_stop(&piv->session);
    return e;
}

/* Certificates carry names of people. */
static void identity_wipe(struct token_identity *identity)
{
    explicit_bzero(identity, sizeof(*identity));
}

static struct err identify_once(struct piv_session *session, const struct token_scope *scope,
                                struct token_identity *out_identity)
{
    struct err e = session_start(session);
    if (!failed(e))
        e = job_read(session, scope, out_identity);
    if (failed(e))
        session_stop(session);
    return e;
}

/* Whether the token went away, as far as the reader knows once it had time to notice. */
static bool went_away(struct token_piv *piv)
{
    enum token_presence presence = TOKEN_PRESENT;
    struct err e = piv->card->driver->watch(piv->card, SETTLE_MS, &presence);
    return !failed(e) && presence != TOKEN_PRESENT;
}

static void limit_blocks(struct card *card, const struct token_scope *scope)
{
    uint32_t each = BLOCKS_CERTIFICATE + (scope->keys ? BLOCKS_KEY : 0);

    card->sent = 0;
    card->sent_max = BLOCKS_BASE;
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++)
        card->sent_max += (scope->slots >> i & 1) != 0 ? each : 0;
}

static struct err identify_often(struct token_piv *piv, const struct token_scope *scope,
                                 struct token_identity *out_identity)
{
    CLEANUP(identity_wipe) struct token_identity identity = {.certificate_count = 0};
    struct err e = ERR_OK;

    piv->session.shy = piv->session.memory->hung != 0;
    for (int i = 0; i < IDENTIFY_ATTEMPTS; i++) {
        identity_wipe(&identity);
        e = identify_once(&piv->session, scope, &identity);
        if (e.code != ERR_GONE && !(e.code == ERR_IO && piv->session.shy))
            break;
        piv->was_lost = went_away(piv);
        if (piv->was_lost)
            return e;
    }
    if (e.code == ERR_GONE)
        return ERR(ERR_IO, e.native, "the token is in but does not answer");
    if (failed(e))
        return e;
    session_leave(&piv->session);
    *out_identity = identity;
    return ERR_OK;
}

/* However often it is tried and whatever the token answers, it comes to an end soon. */
static struct err identify(struct token_piv *piv, const struct token_scope *scope,
                           struct token_identity *out_identity)
{
    limit_blocks(piv->card, scope);
    struct err e = identify_often(piv, scope, out_identity);
    piv->card->sent_max = 0;
    return e;
}

/*
 * With the key proved. A card may have forgotten a proof of an earlier call (another program
 * used it in between): then it refuses, which changes nothing, and is asked again.
 */
static struct err run_proved(struct piv_session *session, const struct job *job,
                             const struct token_request *request, struct token_reply *out_reply)
{
    const struct token_target *target = &request->target;
    bool had_proof = session_has_proof(session, target->admin);

    if (strcmp(target->id, session->id) != 0)
        return ERR(ERR_GONE, 0, "another token");
    struct err e = session_prove(session, target->admin);
    if (!failed(e))
        e = job->run(session, request, out_reply);
    if (e.code != ERR_DENIED || !had_proof)
        return e;
    session_forget_proof(session);
    e = session_prove(session, target->admin);
    return failed(e) ? e : job->run(session, request, out_reply);
}

static struct err piv_call(struct token *token, const struct token_request *request,
                           struct token_reply *out_reply)
{
    struct token_piv *piv = piv_of(token);
    struct piv_session *session = &piv->session;

    session_set_deadline(session, request->call == TOKEN_CALL_GENERATE ? TOKEN_KEY_TIMEOUT_MS
                                                                       : TOKEN_CALL_TIMEOUT_MS);
    if (request->call == TOKEN_CALL_IDENTIFY)
        return identify(piv, &request->scope, &out_reply->u.identity);
    const struct job *job = &jobs[request->call];
    struct err e = session_enter(session);
    if (!failed(e)) {
        e = job->proved ? run_proved(session, job, request, out_reply)
                        : job->run(session, request, out_reply);
    }
    return finish(piv, e);
}

static void piv_close(struct token *token)
{
    struct token_piv *piv = piv_of(token);

    session_stop(&piv->session);
    piv->card->driver->close(piv->card);
    explicit_bzero(piv, sizeof(*piv));
    free(piv);
}

static const struct token_driver piv_driver = {
    .name = "piv",
    .watch = piv_watch,
    .call = piv_call,
    .close = piv_close,
};

struct err token_piv_create(struct card *card, struct piv_memory *memory, struct token **out_token)
{
    struct token_piv *piv = calloc(1, sizeof(*piv));

    if (piv == NULL) {
        card->driver->close(card);
        return ERR(ERR_NO_ROOM, 0, "calloc");
    }
    piv->token.driver = &piv_driver;
    piv->card = card;
    piv->session = (struct piv_session){.card = card, .memory = memory};
    *out_token = &piv->token;
    return ERR_OK;
}
