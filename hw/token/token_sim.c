/* token_sim.c - the token that comes and goes, and what an interruption leaves of a call. */
#include "hw/token/token_sim.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "hw/token/token_sim_jobs.h"
#include "kiosk/base/text.h"

static struct token_sim *sim_of(struct token *token)
{
    return CONTAINER_OF(token, struct token_sim, token);
}

static void end_session(struct token_sim *sim)
{
    sim->in_session = false;
    sim->verified = false;
    sim->fresh = false;
}

static enum token_presence presence_of(const struct token_sim *sim)
{
    if (sim->reader_gone)
        return TOKEN_READER_GONE;
    return sim->inserted ? TOKEN_PRESENT : TOKEN_ABSENT;
}

static struct err sim_watch(struct token *token, uint32_t timeout_ms,
                            enum token_presence *in_out_presence)
{
    struct token_sim *sim = sim_of(token);
    enum err_code planned = sim->fail[TOKEN_SIM_WATCH];

    sim->calls[TOKEN_SIM_WATCH]++;
    sim->fail[TOKEN_SIM_WATCH] = ERR_NONE;
    if (planned != ERR_NONE)
        return ERR(planned, 0, "planned");

    enum token_presence now = presence_of(sim);
    if (sim->was_lost && now == TOKEN_PRESENT && *in_out_presence == TOKEN_PRESENT)
        now = TOKEN_ABSENT;
    sim->was_lost = false;
    if (sim->created && now == *in_out_presence)
        (void)poll(NULL, 0, (int)(timeout_ms & 0x7FFFFFFF)); /* nothing will happen meanwhile */
    *in_out_presence = now;
    return ERR_OK;
}

static bool names_token(enum token_call call)
{
    return call == TOKEN_CALL_WRITE || call == TOKEN_CALL_DELETE || call == TOKEN_CALL_GENERATE ||
           call == TOKEN_CALL_MOVE || call == TOKEN_CALL_PERSONALISE || call == TOKEN_CALL_PROVE;
}

static bool is_meant(const struct token_sim *sim, const struct token_request *request)
{
    return request->call == TOKEN_CALL_IDENTIFY ||
           (sim->in_session &&
            (!names_token(request->call) || text_same(request->target.id, sim->id)));
}

/* The token leaves in the middle of this call. */
static void cut_off(struct token_sim *sim, const struct token_request *request)
{
    struct token_reply lost;
    bool torn = sim->cut == TOKEN_SIM_CUT_TORN && is_meant(sim, request);

    if (torn && request->call == TOKEN_CALL_WRITE &&
        token_sim_admin_right(sim, request->target.admin))
        token_sim_slot(sim, request->target.slot)->torn = true;
    if (torn && request->call == TOKEN_CALL_PERSONALISE) /* nobody hears its answer */
        (void)failed(token_sim_personalise(sim, request->personal, false));
    if (sim->cut == TOKEN_SIM_CUT_NEW && is_meant(sim, request)) /* nor this one */
        (void)failed(token_sim_do(sim, request, &lost));
    token_sim_pull(sim);
    explicit_bzero(&lost, sizeof(lost));
}

static struct err lose(struct token_sim *sim, const char *site)
{
    end_session(sim);
    sim->was_lost = true;
    return (struct err){ERR_GONE, 0, site};
}

static struct err planned_fault(struct token_sim *sim, enum err_code code,
                                struct token_reply *reply)
{
    if (code == ERR_GONE)
        return lose(sim, "planned");
    if (code == ERR_IO)
        end_session(sim);
    reply->tries_left = sim->pin_tries_left > 0 ? sim->pin_tries_left : 1;
    return ERR(code, 0, "planned");
}

static struct err sim_call(struct token *token, const struct token_request *request,
                           struct token_reply *out_reply)
{
    struct token_sim *sim = sim_of(token);
    enum err_code planned = sim->fail[request->call];

    sim->calls[request->call]++;
    sim->fail[request->call] = ERR_NONE;
    if (request->call == TOKEN_CALL_IDENTIFY)
        end_session(sim);
    if (sim->pull_after > 0 && --sim->pull_after == 0 && presence_of(sim) == TOKEN_PRESENT)
        cut_off(sim, request);
    if (planned != ERR_NONE)
        return planned_fault(sim, planned, out_reply);
    if (presence_of(sim) != TOKEN_PRESENT)
        return lose(sim, "no token");
    if (!is_meant(sim, request))
        return lose(sim, "another token, or no session");
    return token_sim_do(sim, request, out_reply);
}

static void sim_close(struct token *token)
{
    struct token_sim *sim = sim_of(token);
    bool created = sim->created;

    explicit_bzero(sim, sizeof(*sim));
    if (created)
        free(sim);
}

static const struct token_driver sim_driver = {
    .name = "sim",
    .watch = sim_watch,
    .call = sim_call,
    .close = sim_close,
};

/* --- for tests ---------------------------------------------------------------------------- */

void token_sim_init(struct token_sim *sim)
{
    memset(sim, 0, sizeof(*sim));
    sim->token.driver = &sim_driver;
    token_sim_make_blank(sim, TOKEN_SIM_ID);
}

struct err token_sim_create(struct token **out_token)
{
    struct token_sim *sim = calloc(1, sizeof(*sim));
    if (sim == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    token_sim_init(sim);
    sim->created = true;
    *out_token = &sim->token;
    return ERR_OK;
}

void token_sim_insert(struct token_sim *sim)
{
    sim->inserted = true;
}

void token_sim_pull(struct token_sim *sim)
{
    sim->inserted = false;
    end_session(sim);
}

void token_sim_swap(struct token_sim *sim, const char *id)
{
    assert(sim->inserted);

    end_session(sim);
    sim->was_lost = true;
    token_sim_make_blank(sim, id);
}

void token_sim_load(struct token_sim *sim, uint8_t slot, struct bytes der)
{
    struct token_sim_slot *at = token_sim_slot(sim, slot);
    assert(der.len <= TOKEN_CERTIFICATE_MAX);

    at->torn = false;
    at->hidden = false;
    at->der_len = (uint16_t)der.len;
    if (der.len > 0)
        memmove(at->der, der.at, der.len); /* it may be what was in another slot, or in this */
}

struct bytes token_sim_certificate(const struct token_sim *sim, uint8_t slot)
{
    const struct token_sim_slot *at = &sim->slots[token_slot_index(slot)];
    return (struct bytes){at->der, at->torn ? 0 : at->der_len};
}

struct token_sim_slot *token_sim_slot(struct token_sim *sim, uint8_t slot)
{
    size_t index = token_slot_index(slot);
    assert(index < TOKEN_SLOT_COUNT);
    return &sim->slots[index];
}
