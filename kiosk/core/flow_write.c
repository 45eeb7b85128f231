/* flow_write.c - from a paid certificate to a token that holds it, and the slip about it. */
#include "kiosk/core/flow_inner.h"

void writing_entered(struct step *step)
{
    struct visit *visit = &step->flow->visit;

    if (visit->write == FLOW_WRITE_TEST) { /* back from the PIN that the test wanted */
        flow_await(step, EFFECT_SELF_TEST);
        return;
    }
    visit->write = FLOW_WRITE_INTENT;
    visit->failure = ERR_NONE;
    visit->tested = 0;
    flow_journal(step, ENTRY_WRITE_INTENDED);
}

static void write_failed(struct step *step, enum err_code why, enum flow_message message)
{
    step->flow->visit.failure = why;
    flow_note(step, ENTRY_WRITE_FAILED);
    flow_say(step, message);
}

static void write_gone(struct step *step)
{
    step->flow->visit.pin_verified = false;
    write_failed(step, ERR_GONE, MESSAGE_PULLED_PAID);
}

void writing_removed(struct step *step)
{
    switch (step->flow->visit.write) {
    case FLOW_WRITE_INTENT:
        flow_pulled(step); /* nothing was written yet */
        return;
    case FLOW_WRITE_TOKEN:
    case FLOW_WRITE_TEST:
        write_gone(step);
        return;
    case FLOW_WRITE_OUTCOME: /* all done but the record of it */
    case FLOW_WRITE_COUNT:
        return;
    }
}

static void on_written(struct step *step)
{
    switch (step->event->result) {
    case ERR_NONE:
        step->flow->visit.write = FLOW_WRITE_TEST;
        flow_await(step, EFFECT_SELF_TEST);
        return;
    case ERR_GONE:
        write_gone(step);
        return;
    case ERR_CONFLICT: /* reads back other than written */
    case ERR_DENIED:
    case ERR_BLOCKED:
    case ERR_NO_ROOM:
        write_failed(step, step->event->result, MESSAGE_STAFF_NEEDED);
        return;
    case ERR_TIMEOUT:
    case ERR_MALFORMED:
    case ERR_UNSUPPORTED:
    case ERR_NOT_FOUND:
    case ERR_IO:
    case ERR_CODE_COUNT:
        write_failed(step, step->event->result, MESSAGE_WRITE_FAILED);
        return;
    }
}

static void on_tested(struct step *step)
{
    struct visit *visit = &step->flow->visit;
    enum err_code result = step->event->result;
    bool in_vain = visit->failure == ERR_DENIED && step->event->value <= visit->tested;

    if (result == ERR_NONE) {
        visit->failure = ERR_NONE;
        visit->write = FLOW_WRITE_OUTCOME;
        flow_journal(step, ENTRY_DELIVERED);
    } else if (result == ERR_GONE) {
        write_gone(step);
    } else if (result == ERR_DENIED && !in_vain) {
        visit->failure = ERR_DENIED;
        visit->tested = step->event->value;
        visit->pin_verified = false;
        flow_enter(step, FLOW_PIN);
    } else {
        write_failed(step, result, MESSAGE_STAFF_NEEDED);
    }
}

static void on_journaled(struct step *step)
{
    struct visit *visit = &step->flow->visit;

    if (step->event->result != ERR_NONE) {
        flow_enter(step, FLOW_OUT_OF_SERVICE);
    } else if (visit->write == FLOW_WRITE_INTENT) {
        visit->write = FLOW_WRITE_TOKEN;
        flow_await(step, EFFECT_WRITE);
    } else {
        visit->order.status = FACT_ORDER_DONE;
        flow_enter(step, FLOW_PRINTING);
    }
}

/* The event that answers each step of the write. */
static const enum event_kind answers[FLOW_WRITE_COUNT] = {
    [FLOW_WRITE_INTENT] = EVENT_JOURNALED,
    [FLOW_WRITE_TOKEN] = EVENT_WRITTEN,
    [FLOW_WRITE_TEST] = EVENT_TESTED,
    [FLOW_WRITE_OUTCOME] = EVENT_JOURNALED,
};

void writing_answered(struct step *step)
{
    enum flow_write write = step->flow->visit.write;

    if (step->event->kind != answers[write])
        return;
    step->flow->waiting_for = 0;
    if (write == FLOW_WRITE_TOKEN) {
        on_written(step);
    } else if (write == FLOW_WRITE_TEST) {
        on_tested(step);
    } else {
        on_journaled(step);
    }
}

/* Why no slip can come, as far as the printer says beforehand. */
static enum err_code printer_block(enum fact_printer printer)
{
    switch (printer) {
    case FACT_PRINTER_READY:
    case FACT_PRINTER_PAPER_LOW:
        return ERR_NONE;
    case FACT_PRINTER_PAPER_OUT:
        return ERR_NO_ROOM;
    case FACT_PRINTER_COVER_OPEN:
        return ERR_DENIED;
    case FACT_PRINTER_FAILED:
        return ERR_BLOCKED;
    case FACT_PRINTER_SILENT:
    case FACT_PRINTER_COUNT:
        return ERR_GONE;
    }
    return ERR_GONE;
}

static void slip_settle(struct step *step, enum err_code result)
{
    step->flow->visit.printed = result;
    step->flow->visit.printed_known = true;
    flow_note(step, ENTRY_RECEIPT);
}

/* Ask for the slip. False when the printer cannot: the screen shows it then. */
static bool slip_ask(struct step *step)
{
    enum err_code block = printer_block(step->flow->hall.printer);

    if (block != ERR_NONE) {
        slip_settle(step, block);
        return false;
    }
    step->flow->visit.printed_known = false;
    flow_await(step, EFFECT_PRINT);
    return true;
}

void printing_entered(struct step *step)
{
    if (!slip_ask(step))
        flow_enter(step, FLOW_DONE);
}

void printing_answered(struct step *step)
{
    if (step->event->kind != EVENT_PRINTED)
        return;
    slip_settle(step, step->event->result);
    flow_enter(step, FLOW_DONE);
}

void printing_expired(struct step *step)
{
    slip_settle(step, ERR_TIMEOUT);
    flow_enter(step, FLOW_DONE);
}

void done_touched(struct step *step)
{
    enum action action = step->event->action;

    if (action == ACTION_REPRINT && printer_block(step->flow->hall.printer) == ERR_NONE) {
        flow_enter(step, FLOW_PRINTING);
    } else if (action == ACTION_FINISH || action == ACTION_NEXT || action == ACTION_BACK) {
        flow_leave(step);
    }
}

/* The visitor is about to go. One who has no slip may still be scanning the code. */
void done_removed(struct step *step)
{
    flow_arm(step);
    if (step->flow->visit.printed != ERR_NONE)
        return;
    step->flow->deadline_ms = step->event->now_ms + FLOW_TAKEN_MS;
    step->flow->warn_ms = 0;
}

void ticket_entered(struct step *step)
{
    (void)slip_ask(step); /* without paper the screen shows the ticket */
}

void ticket_touched(struct step *step)
{
    enum action action = step->event->action;

    if (action == ACTION_REPRINT && step->flow->waiting_for == 0) {
        (void)slip_ask(step);
    } else if (action == ACTION_RETRY && step->flow->token_in) {
        flow_enter(step, FLOW_READING);
    } else if (action == ACTION_FINISH || action == ACTION_NEXT || action == ACTION_BACK) {
        flow_leave(step);
    }
}

void ticket_removed(struct step *step)
{
    const struct visit *visit = &step->flow->visit;
    if (visit->printed_known && visit->printed == ERR_NONE)
        message_removed(step); /* else the visitor may still be scanning the code */
}

void ticket_answered(struct step *step)
{
    if (step->event->kind != EVENT_PRINTED)
        return;
    step->flow->waiting_for = 0;
    slip_settle(step, step->event->result);
}

void ticket_ordered(struct step *step)
{
    if (step->flow->visit.order.status == FACT_ORDER_REFUND)
        flow_say(step, MESSAGE_REFUND);
}
