#include "tests/golden/slips.h"

#include <string.h>

#include "kiosk/ui/paint.h"
#include "tests/golden/samples.h"
#include "tests/golden/samples_order.h"

#define PAPER 0xFFFFFFFFU
#define DARK_BELOW 0x60 /* as the kiosk burns: coverage of a dot from which it is black */

static void delivered_3_years(struct flow *flow)
{
    sample_done(flow);
    flow->visit.order.term_years = 3;
    flow->visit.order.amount_fen = 60000;
    flow->visit.token.certificates[0].profile = 1;
}

const struct slip_sample slip_samples[] = {
    {"delivered", sample_done, RECEIPT_DELIVERED, false, false},
    {"delivered-3-years", delivered_3_years, RECEIPT_DELIVERED, false, false},
    {"delivered-torn", sample_done_torn, RECEIPT_DELIVERED, true, false},
    {"delivered-no-clock", sample_done, RECEIPT_DELIVERED, false, true},
    {"ticket", sample_ticket, RECEIPT_TICKET, false, false},
    {"ticket-review", sample_ticket_review, RECEIPT_TICKET, false, false},
    {"ticket-torn", sample_ticket_torn, RECEIPT_TICKET, true, false},
};
const size_t slip_sample_count = ARRAY_LEN(slip_samples);

struct receipt slip_receipt(const struct slip_sample *sample, const struct flow_rules *rules,
                            enum language language, struct flow *flow)
{
    const struct sample one = {sample->name, sample->set};
    sample_flow(&one, language, flow);
    return (struct receipt){.kind = sample->kind,
                            .visit = &flow->visit,
                            .profile = sample->torn ? NULL : flow_profile(flow, rules),
                            .hall = language == LANGUAGE_ZH ? "江城市政务服务中心"
                                                            : "Jiangcheng Government Services",
                            .kiosk = "kiosk-01",
                            .check_url = flow->visit.order.check_url,
                            .wall_s = sample->no_clock ? 0 : SAMPLES_NOW_S};
}

int32_t slip_burn(const struct receipt *receipt, int32_t width, struct draw_list *list,
                  uint8_t *out_dots)
{
    static uint32_t pixels[SLIPS_ROWS_MAX * SLIPS_WIDTH_MAX];
    int32_t height = 0;

    receipt_draw(receipt, width, list, &height);
    if (height > SLIPS_ROWS_MAX || list->dropped > 0)
        return 0;
    struct paint_surface surface = {.at = pixels, .width = width, .height = height, .pitch = width};
    for (int32_t i = 0; i < width * height; i++)
        pixels[i] = PAPER;
    paint_list(&surface, list, receipt->font, (struct rect){0, 0, width, height});
    for (int32_t i = 0; i < width * height; i++) {
        uint32_t green = pixels[i] >> 8 & 0xFFU;
        out_dots[i] = green < 0xFFU - DARK_BELOW ? 0 : 0xFF;
    }
    return height;
}
