#include "kiosk/ui/picture.h"

#define LINES 4

/* Widths of the slip's lines, in percent. */
static const int32_t line_widths[LINES] = {62, 90, 90, 50};

void picture_slip(struct ui *ui, struct rect rect)
{
    int32_t width = rect.w < ui_um(ui, 60000) ? rect.w : ui_um(ui, 60000);
    int32_t height = rect.h < width * 3 / 2 ? rect.h : width * 3 / 2;
    struct rect at = rect_middle(rect, width, height);
    struct rect device = rect_cut_top(&at, at.h * 34 / 100, 0);
    struct rect slot = {device.x + device.w / 5, device.y + device.h * 62 / 100, device.w * 3 / 5,
                        ui_um(ui, 2500)};
    struct rect paper = {slot.x + slot.w / 14, slot.y + slot.h / 2, slot.w * 6 / 7,
                         at.h + device.h / 4};
    int32_t gap = paper.h / 9;

    draw_round(ui->out, device, ui_px(ui, METRIC_RADIUS_CHIP), ui_colour(ui, COLOUR_DEVICE));
    draw_round(ui->out, slot, slot.h / 2, ui_colour(ui, COLOUR_DEVICE_DARK));
    draw_fill(ui->out, paper, ui_colour(ui, COLOUR_PAPER));
    draw_stroke(ui->out, paper, 0, ui_px(ui, METRIC_HAIRLINE), ui_colour(ui, COLOUR_OUTLINE));
    struct rect inside = rect_inset(paper, paper.w / 8, gap);
    for (int i = 0; i < LINES; i++) {
        struct rect line = rect_cut_top(&inside, gap * 2 / 3, gap * 2 / 3);
        line.w = line.w * line_widths[i] / 100;
        enum theme_colour ink = i == 0           ? COLOUR_CODE
                                : i == LINES - 1 ? COLOUR_SUCCESS
                                                 : COLOUR_METAL;
        draw_round(ui->out, line, line.h / 2, ui_colour(ui, ink));
    }
}
