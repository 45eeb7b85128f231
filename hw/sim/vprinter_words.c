#include "hw/sim/vprinter_words.h"

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"

#define FAULT_BYTES_MAX 100000000

static void paper_ok(struct vprinter *printer)
{
    vprinter_set_paper(printer, VPRINTER_PAPER_OK);
}

static void paper_low(struct vprinter *printer)
{
    vprinter_set_paper(printer, VPRINTER_PAPER_LOW);
}

static void paper_out(struct vprinter *printer)
{
    vprinter_set_paper(printer, VPRINTER_PAPER_OUT);
}

static void cover_open(struct vprinter *printer)
{
    vprinter_set_cover(printer, true);
}

static void cover_closed(struct vprinter *printer)
{
    vprinter_set_cover(printer, false);
}

struct order {
    const char *noun;
    const char *state;
    void (*obey)(struct vprinter *printer);
};

static const struct order orders[] = {
    {"paper", "ok", paper_ok},
    {"paper", "low", paper_low},
    {"paper", "out", paper_out},
    {"cover", "open", cover_open},
    {"cover", "closed", cover_closed},
    {"printer", "off", vprinter_switch_off},
    {"printer", "on", vprinter_switch_on},
    {"printer", "cutter-error", vprinter_set_cutter_error},
    {"printer", "silent", vprinter_set_silent},
};

static const char *const fault_names[VPRINTER_FAULT_COUNT] = {
    [VPRINTER_FAULT_NONE] = "none",
    [VPRINTER_FAULT_PAPER_OUT] = "paper-out-after",
    [VPRINTER_FAULT_COVER_OPEN] = "cover-open-after",
    [VPRINTER_FAULT_CUTTER_ERROR] = "cutter-error-after",
    [VPRINTER_FAULT_SILENT] = "silent-after",
    [VPRINTER_FAULT_OFF] = "off-after",
};

static const char *paper_name(enum vprinter_paper_state state)
{
    switch (state) {
    case VPRINTER_PAPER_OK:
        return "ok";
    case VPRINTER_PAPER_LOW:
        return "low";
    case VPRINTER_PAPER_OUT:
        return "out";
    }
    return "ok";
}

static const char *power_name(const struct vprinter *printer)
{
    if (printer->off)
        return "off";
    return printer->silent ? "silent" : "on";
}

static void say_status(const struct vprinter_words *words, struct control_reply *reply)
{
    const struct vprinter *printer = words->printer;
    control_ok(reply, "power=%s paper=%s cover=%s cutter=%s fault=%s buffered=%zu slips=%u",
               power_name(printer), paper_name(printer->paper_state),
               printer->cover_open ? "open" : "closed", printer->cutter_error ? "error" : "ok",
               fault_names[printer->fault], printer->count, (unsigned)words->slips);
}

static void set_fault(struct vprinter *printer, const struct control_request *request, size_t at,
                      struct control_reply *reply)
{
    uint32_t after = 0;
    const char *name = at < request->count ? request->word[at] : "";
    for (size_t i = 0; i < VPRINTER_FAULT_COUNT; i++) {
        if (!text_same(name, fault_names[i]))
            continue;
        bool counted = i != VPRINTER_FAULT_NONE;
        if (request->count != at + (counted ? 2U : 1U) ||
            (counted && failed(control_number(request->word[at + 1], FAULT_BYTES_MAX, &after)))) {
            control_refuse(reply, "a fault needs a number of bytes, none has no number");
            return;
        }
        vprinter_set_fault(printer, (enum vprinter_fault)i, after);
        control_ok(reply, "fault %s %u", name, (unsigned)after);
        return;
    }
    control_refuse(reply, "no such fault; there are none, paper-out-after, cover-open-after, "
                          "cutter-error-after, silent-after, off-after");
}

static bool obey(struct vprinter *printer, const struct control_request *request,
                 struct control_reply *reply)
{
    for (size_t i = 0; i < ARRAY_LEN(orders) && request->count == 2; i++) {
        if (!text_same(request->word[0], orders[i].noun) ||
            !text_same(request->word[1], orders[i].state))
            continue;
        orders[i].obey(printer);
        control_ok(reply, "%s %s", orders[i].noun, orders[i].state);
        return true;
    }
    return false;
}

void vprinter_words_answer(struct vprinter_words *words, const struct control_request *request,
                           struct control_reply *reply)
{
    size_t at = request->count > 1 && text_same(request->word[0], "printer") ? 1 : 0;

    if (obey(words->printer, request, reply))
        return;
    if (text_same(request->word[at], "status") && request->count == at + 1) {
        say_status(words, reply);
    } else if (text_same(request->word[at], "fault")) {
        set_fault(words->printer, request, at + 1, reply);
    } else if (!text_same(request->word[0], "receipt") || request->count != 1) {
        control_refuse(reply, "the printer knows: paper, cover, printer, status, receipt, fault");
    } else if (words->last[0] == '\0') {
        control_refuse(reply, "nothing was printed yet");
    } else {
        control_ok(reply, "%s", words->last);
    }
}
