#include "kiosk/app/runner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "kiosk/app/keepsake.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/hash.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

struct runner {
    struct runner_setup setup;
    struct flow flow;
    struct fact_hall hall;
    struct secret *pin;
    bool pin_lent; /* the token desk has it, and wipes it */
    struct document_issued issued;
    /* A token that was identified waits until it is known whether it is to be repaired. */
    struct event identified;      /* id 0: none waits */
    uint32_t repairing;           /* id of the repair under way; 0: none */
    char repaired[TOKEN_ID_SIZE]; /* its token */
    struct document_issued kept;  /* what was on the token before a write; der_len 0: nothing */
    struct fact_order kept_for;   /* that write's */
};

static void step(struct runner *runner, const struct event *event);

static void draw_random(uint8_t out[16])
{
    if (getrandom(out, 16, 0) != 16)
        abort(); /* without random numbers nothing here is safe */
}

static void wipe_pin(struct runner *runner)
{
    if (!runner->pin_lent)
        secret_wipe(runner->pin);
}

static void ask_token(struct runner *runner, const struct effect *effect, enum token_job_kind kind)
{
    struct token_job job = {.kind = kind,
                            .id = effect->id,
                            .pin = runner->pin,
                            .order = effect->visit.order,
                            .issued = runner->issued,
                            .kept = runner->kept};
    (void)text_copy(job.token, sizeof(job.token), effect->visit.token.id); /* same size */
    if (kind == TOKEN_JOB_VERIFY_PIN)
        runner->pin_lent = true;
    token_desk_ask(runner->setup.token, &job);
    explicit_bzero(&job, sizeof(job));
}

/* What the write overwrites becomes durable with its intent, so that the token can be repaired. */
static void keep_old(struct runner *runner, const struct visit *visit, struct record *record)
{
    struct token_certificate old;

    if (failed(
            token_desk_certificate(runner->setup.token, visit->token.id, visit->order.slot, &old)))
        return; /* torn, and kept with an earlier intent; or the token is gone, and is not written
                 */
    record->draft.kept_slot = old.slot;
    record->kept_len = old.der_len;
    memcpy(record->kept, old.der, old.der_len);
    explicit_bzero(&old, sizeof(old));
}

/* What is known of this repair, by no other txid the next time: a token that cannot be repaired
 * says so once, however often it comes. */
static void name_repair(const struct visit *visit, struct record *record)
{
    static_assert(FACTS_UUID_SIZE + FACTS_ID_SIZE + 16 <= RECORD_ONCE_MAX, "the name fits");
    int outcome = visit->failure == ERR_NONE ? 1 : 0;
    if (visit->failure == ERR_NOT_FOUND)
        outcome = 2;
    (void)text_print(record->once, sizeof(record->once), "repair %s %s %d", visit->order.id,
                     visit->token.id, outcome);
}

static void append(struct runner *runner, const struct effect *effect)
{
    struct record record;
    struct record_moment moment = {.wall_ms = clock_wall_ms()};

    draw_random(moment.random);
    struct err e =
        record_make(effect->entry, &effect->visit, runner->setup.rules, &moment, &record);
    if (!failed(e) && effect->entry == ENTRY_WRITE_INTENDED)
        keep_old(runner, &effect->visit, &record);
    if (!failed(e) && effect->entry == ENTRY_TOKEN_REPAIR)
        name_repair(&effect->visit, &record);
    if (!failed(e)) {
        book_append(runner->setup.book, effect->kind == EFFECT_JOURNAL ? effect->id : 0, &record);
        return;
    }
    log_err("record", e);
    if (effect->kind == EFFECT_NOTE)
        return;
    struct event event = {.kind = EVENT_JOURNALED, .id = effect->id, .result = e.code};
    step(runner, &event);
}

static void forget_visit(struct runner *runner)
{
    wipe_pin(runner);
    explicit_bzero(&runner->identified, sizeof(runner->identified));
    explicit_bzero(&runner->kept, sizeof(runner->kept));
    explicit_bzero(&runner->kept_for, sizeof(runner->kept_for));
    explicit_bzero(runner->repaired, sizeof(runner->repaired));
    runner->repairing = 0; /* what comes of it is seen when the token comes again */
    explicit_bzero(&runner->issued, sizeof(runner->issued));
    book_forget(runner->setup.book);
    runner->setup.forget(runner->setup.context);
}

static void carry_out(struct runner *runner, const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_IDENTIFY:
        ask_token(runner, effect, TOKEN_JOB_IDENTIFY);
        break;
    case EFFECT_LOOK_UP:
        book_look_up(runner->setup.book, effect->id, effect->visit.token.id);
        break;
    case EFFECT_PROVE:
        ask_token(runner, effect, TOKEN_JOB_PROVE);
        break;
    case EFFECT_VERIFY_PIN:
        ask_token(runner, effect, TOKEN_JOB_VERIFY_PIN);
        break;
    case EFFECT_WIPE_PIN:
        wipe_pin(runner);
        break;
    case EFFECT_JOURNAL:
    case EFFECT_NOTE:
        append(runner, effect);
        break;
    case EFFECT_WRITE:
        ask_token(runner, effect, TOKEN_JOB_WRITE);
        break;
    case EFFECT_SELF_TEST:
        ask_token(runner, effect, TOKEN_JOB_TEST);
        break;
    case EFFECT_PRINT:
        runner->setup.print(runner->setup.context, effect->id, &effect->visit,
                            runner->hall.clock_trusted ? clock_wall_ms() / 1000 : 0);
        break;
    case EFFECT_WIPE_VISIT:
        forget_visit(runner);
        break;
    }
}

static void step(struct runner *runner, const struct event *event)
{
    struct event stamped = *event;
    struct effects effects;
    const char *broken = NULL;
    enum flow_state was = runner->flow.state;

    stamped.now_ms = clock_boot_ms();
    draw_random(stamped.random);
    flow_step(&runner->flow, runner->setup.rules, &stamped, &effects);
    if (!flow_check(&runner->flow, &broken)) {
        log_event(LOG_LEVEL_ERROR, "flow", "broken=\"%s\"", broken);
        abort(); /* the ledger resumes the visit; going on would not be safe */
    }
    if (runner->flow.state != was) {
        log_event(LOG_LEVEL_INFO, "flow", "from=%d to=%d message=%d", (int)was,
                  (int)runner->flow.state, (int)runner->flow.message);
    }
    for (uint8_t i = 0; i < effects.count; i++)
        carry_out(runner, &effects.list[i]);
    explicit_bzero(&effects, sizeof(effects));
    explicit_bzero(&stamped, sizeof(stamped));
}

static void step_hall(struct runner *runner)
{
    struct event event = {.kind = EVENT_HALL, .u.hall = runner->hall};
    step(runner, &event);
}

/* Keep the certificate that has come when it is the one that the visit's order names now: the flow
 * has had the event before, and lets nothing replace it once its write was intended. */
static void take_issued(struct runner *runner, const struct mail *mail)
{
    const struct fact_order *mine = &runner->flow.visit.order;
    const struct fact_order *come =
        mail->event.kind == EVENT_LOOKED_UP ? &mail->event.u.found.order : &mail->event.u.order;

    if (mine->has_certificate && come->has_certificate &&
        memcmp(mine->new_fingerprint, come->new_fingerprint, FACTS_FINGERPRINT_LEN) == 0)
        runner->issued = mail->issued;
}

/* The certificate that was kept is on the token again, and not just something that can be read. */
static bool has_kept(const struct runner *runner, const struct fact_token *token)
{
    for (uint8_t i = 0; i < token->certificate_count; i++) {
        const struct fact_certificate *facts = &token->certificates[i];
        if (facts->slot == runner->kept.slot &&
            memcmp(facts->fingerprint, runner->kept_for.old_fingerprint, FACTS_FINGERPRINT_LEN) ==
                0)
            return true;
    }
    return false;
}

/* Operators learn of a token that an order which is over left torn or with its certificate, and
 * whether it has the old one again. */
static void note_repair(struct runner *runner, const char *token, enum err_code failure)
{
    struct visit visit = runner->flow.visit;
    struct effect note = {.kind = EFFECT_NOTE, .entry = ENTRY_TOKEN_REPAIR};

    visit.order = runner->kept_for;
    visit.order.slot = runner->kept.slot;
    visit.failure = failure;
    (void)text_copy(visit.token.id, sizeof(visit.token.id), token); /* same size */
    note.visit = visit;
    append(runner, &note);
    explicit_bzero(&note, sizeof(note));
    explicit_bzero(&visit, sizeof(visit));
}

static void settle_repair(struct runner *runner, const struct fact_token *token)
{
    bool repaired = has_kept(runner, token);

    note_repair(runner, token->id, repaired ? ERR_NONE : ERR_CONFLICT);
    if (repaired)
        book_erase_kept(runner->setup.book, runner->kept_for.id); /* after the note */
}

/* Before the flow hears of a token, what an interrupted write left of it is mended. True: the flow
 * hears of it later. */
static bool hold_back(struct runner *runner, const struct event *event)
{
    if (runner->repairing != 0 && event->id == runner->repairing) { /* that was the second look */
        bool same = text_same(event->u.token.id, runner->repaired);
        runner->repairing = 0;
        if (event->result == ERR_NONE && same)
            settle_repair(runner, &event->u.token);
        if (event->result != ERR_NONE || same)
            return false;
        explicit_bzero(&runner->kept, sizeof(runner->kept)); /* of the token that was here before */
    }
    if (event->result != ERR_NONE || event->id != runner->flow.waiting_for)
        return false;
    runner->identified = *event;
    book_find_kept(runner->setup.book, event->id, event->u.token.id);
    return true;
}

static void ask_repair(struct runner *runner)
{
    struct token_job job = {.kind = TOKEN_JOB_REPAIR,
                            .id = runner->identified.id,
                            .order = runner->kept_for,
                            .issued = runner->kept};

    runner->repairing = runner->identified.id;
    (void)text_copy(job.token, sizeof(job.token), runner->identified.u.token.id); /* same size */
    (void)text_copy(runner->repaired, sizeof(runner->repaired), job.token);
    token_desk_ask(runner->setup.token, &job);
    explicit_bzero(&job, sizeof(job));
}

static void take_kept(struct runner *runner, const struct mail *mail)
{
    struct event *held = &runner->identified;

    if (held->id == 0 || held->id != mail->event.id || held->id != runner->flow.waiting_for)
        return; /* that token has gone */
    runner->kept = mail->issued;
    runner->kept_for = mail->event.u.order;
    switch (keepsake_next(&runner->kept_for, &runner->kept, &held->u.token)) {
    case KEEPSAKE_STAYS:
        step(runner, held);
        break;
    case KEEPSAKE_GOES:
        book_erase_kept(runner->setup.book, runner->kept_for.id);
        step(runner, held);
        break;
    case KEEPSAKE_GOES_BACK:
        ask_repair(runner);
        break;
    case KEEPSAKE_IS_MISSED:
        note_repair(runner, held->u.token.id, ERR_NOT_FOUND);
        step(runner, held);
        break;
    }
    explicit_bzero(held, sizeof(*held));
}

void runner_mail(struct runner *runner, const struct mail *mail)
{
    struct fact_hall *hall = &runner->hall;

    hall->wall_s = clock_wall_ms() / 1000;
    switch (mail->kind) {
    case MAIL_EVENT:
        if (mail->event.kind == EVENT_PIN_ANSWERED)
            runner->pin_lent = false;
        if (mail->event.kind == EVENT_IDENTIFIED && hold_back(runner, &mail->event))
            return;
        step(runner, &mail->event);
        if (mail->event.kind == EVENT_ORDER || mail->event.kind == EVENT_LOOKED_UP)
            take_issued(runner, mail);
        return;
    case MAIL_LINE:
        hall->line_up = mail->hall.line_up;
        break;
    case MAIL_READER:
        hall->reader_there = mail->hall.reader_there;
        break;
    case MAIL_PRINTER:
        hall->printer = mail->hall.printer;
        break;
    case MAIL_LEDGER:
        hall->ledger_ok = mail->hall.ledger_ok;
        hall->ledger_fault = mail->hall.ledger_fault;
        hall->room_ok = mail->hall.room_ok;
        hall->clock_trusted = mail->hall.clock_trusted;
        hall->announcement_count = mail->hall.announcement_count;
        memcpy(hall->announcements, mail->hall.announcements, sizeof(hall->announcements));
        break;
    case MAIL_KEPT:
        take_kept(runner, mail);
        return;
    case MAIL_QUIT:
        return;
    }
    step_hall(runner);
}

/* Change the PIN by one key; false when the key does nothing now. */
static bool press_pin_key(struct runner *runner, enum action action, uint32_t digit)
{
    if (runner->flow.state != FLOW_PIN || runner->pin_lent)
        return false;
    if (action == ACTION_PIN_CLEAR) {
        secret_wipe(runner->pin);
        return true;
    }
    if (action == ACTION_PIN_ERASE) {
        secret_pop(runner->pin);
        return true;
    }
    return runner->pin->len < FLOW_PIN_MAX && digit <= 9 &&
           !failed(secret_push(runner->pin, (uint8_t)('0' + digit)));
}

void runner_touch(struct runner *runner, enum action action, uint32_t value)
{
    if (action == ACTION_PIN_DIGIT || action == ACTION_PIN_ERASE || action == ACTION_PIN_CLEAR) {
        if (!press_pin_key(runner, action, value))
            return;
        struct event event = {.kind = EVENT_PIN_LENGTH, .value = (uint32_t)runner->pin->len};
        step(runner, &event);
        return;
    }
    struct event event = {.kind = EVENT_TOUCH, .action = action, .value = value};
    step(runner, &event);
}

void runner_tick(struct runner *runner)
{
    struct event event = {.kind = EVENT_TICK};
    int64_t wall_s = clock_wall_ms() / 1000;

    step(runner, &event);
    if (wall_s / 60 != runner->hall.wall_s / 60) {
        runner->hall.wall_s = wall_s;
        step_hall(runner);
    }
}

const struct flow *runner_flow(const struct runner *runner)
{
    return &runner->flow;
}

struct err runner_create(const struct runner_setup *setup, struct runner **out_runner)
{
    struct runner *runner = calloc(1, sizeof(*runner));
    if (runner == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    runner->pin = secret_create();
    if (runner->pin == NULL) {
        free(runner);
        return ERR(ERR_NO_ROOM, 0, "no locked memory for the PIN");
    }
    runner->setup = *setup;
    runner->hall.wall_s = clock_wall_ms() / 1000;
    runner->hall.printer = FACT_PRINTER_SILENT;
    flow_init(&runner->flow, setup->rules, clock_boot_ms());
    *out_runner = runner;
    return ERR_OK;
}

void runner_destroy(struct runner *runner)
{
    if (runner == NULL)
        return;
    secret_destroy(runner->pin);
    explicit_bzero(runner, sizeof(*runner));
    free(runner);
}
