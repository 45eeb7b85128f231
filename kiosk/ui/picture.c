#include "kiosk/ui/picture.h"

#define CHEVRONS 3

/* `part` of 100 of `whole`. */
static int32_t percent(int32_t whole, int32_t part)
{
    return whole * part / 100;
}

/* The frame that is lit, and in it the hole, unless a plug fills it. */
static void draw_frame(struct ui *ui, struct rect in, enum theme_colour lit, bool empty)
{
    int32_t most = percent(in.w, 60);
    struct rect frame = rect_middle(in, in.h * 21 / 10 < most ? in.h * 21 / 10 : most, in.h);
    draw_round(ui->out, frame, percent(in.h, 22), ui_colour(ui, COLOUR_DEVICE_DARK));
    draw_stroke(ui->out, frame, percent(in.h, 22), ui_um(ui, 1740), ui_colour(ui, lit));
    if (!empty)
        return;
    struct rect hole = rect_middle(frame, percent(frame.w, 58), percent(frame.h, 44));
    draw_round(ui->out, hole, percent(hole.h, 14), 0xFF000000U);
    struct rect tongue = rect_middle(hole, percent(hole.w, 78), percent(hole.h, 28));
    tongue.y -= percent(hole.h, 6);
    draw_round(ui->out, tongue, percent(tongue.h, 25), ui_colour(ui, COLOUR_METAL));
}

static void draw_panel(struct ui *ui, struct rect rect)
{
    draw_round(ui->out, rect, percent(rect.h, 13), ui_colour(ui, COLOUR_DEVICE));
    if (ui->theme->high_contrast) {
        draw_stroke(ui->out, rect, percent(rect.h, 13), ui_px(ui, METRIC_STROKE),
                    ui_colour(ui, COLOUR_CARD_LINE));
    }
}

void picture_port(struct ui *ui, struct rect rect, enum theme_colour lit, bool named)
{
    draw_panel(ui, rect);
    bool beside = rect.w >= rect.h * 34 / 10; /* room for the name left of the frame */
    struct rect in = rect_inset(rect, 0, percent(rect.h, 12));
    if (named) {
        int32_t height = ui_line_height(ui, TYPE_LABEL_BOLD) * 13 / 10;
        int32_t width = ui_width(ui, TYPE_LABEL_BOLD, ui_word(ui, WORD_PORT_NAME)) + 2 * ui_gap(ui);
        struct rect top = rect_inset(rect, percent(rect.h, 12), percent(rect.h, 11));
        struct rect name = {top.x, top.y, width, height};
        draw_round(ui->out, name, ui_px(ui, METRIC_RADIUS_CHIP) / 2, ui_colour(ui, COLOUR_PRIMARY));
        (void)ui_line(ui, name, (struct ui_type){TYPE_LABEL_BOLD, COLOUR_ON_PRIMARY, UI_CENTRE},
                      ui_word(ui, WORD_PORT_NAME));
        int32_t lamp = percent(height, 22);
        draw_dot(ui->out, top.x + top.w - lamp, top.y + height / 2, lamp, ui_colour(ui, lit));
        if (beside) {
            (void)rect_cut_left(&in, width + percent(rect.h, 16), 0);
        } else {
            (void)rect_cut_top(&in, height + percent(rect.h, 8), 0);
        }
    }
    draw_frame(ui, in, lit, true);
}

/* `holes`: the plug is seen whole, not in the port. */
static void draw_token(struct ui *ui, struct rect rect, bool holes)
{
    int32_t height = rect.h;
    int32_t width = percent(height, 64);
    struct rect at = rect_middle(rect, width, height);
    struct rect plug = rect_middle((struct rect){at.x, at.y, at.w, percent(height, 34)},
                                   percent(width, 58), percent(height, 34));
    draw_round(ui->out, plug, percent(width, 5), ui_colour(ui, COLOUR_METAL));
    int32_t hole = percent(plug.w, 25);
    for (int32_t i = 0; i < 2 && holes; i++) {
        struct rect square = {plug.x + percent(plug.w, i == 0 ? 18 : 57),
                              plug.y + percent(plug.h, 24), hole, hole};
        draw_fill(ui->out, square, ui_colour(ui, COLOUR_METAL_DARK));
    }
    struct rect body = {at.x, at.y + percent(height, 27), width, height - percent(height, 27)};
    draw_round(ui->out, body, percent(width, 27), ui_colour(ui, COLOUR_TOKEN));
    struct rect plate = {body.x + percent(width, 16), body.y + percent(body.h, 20),
                         percent(width, 68), percent(body.h, 36)};
    draw_round(ui->out, plate, percent(width, 8), ui_colour(ui, COLOUR_ON_TOKEN));
    struct font_style style = {FONT_BOLD, percent(width, 24)};
    const char *name = ui_word(ui, WORD_TOKEN_NAME);
    size_t len = 0;
    while (name[len] != '\0')
        len++;
    int32_t text = ui->look->font->width(ui->look->font->self, style, name, len);
    struct draw_text draw = {style,
                             ui_colour(ui, COLOUR_TOKEN),
                             plate.x + (plate.w - text) / 2,
                             plate.y + plate.h / 2 + font_baseline(style.px),
                             name,
                             len};
    (void)draw_text(ui->out, ui->look->font, &draw);
    draw_dot(ui->out, body.x + body.w / 2, body.y + percent(body.h, 77), percent(width, 7),
             ui_colour(ui, COLOUR_TOKEN_LIGHT));
}

void picture_token(struct ui *ui, struct rect rect)
{
    draw_token(ui, rect, true);
}

void picture_inserted(struct ui *ui, struct rect rect)
{
    int32_t port = percent(rect.h, 34);
    int32_t width = port * 27 / 10 < rect.w ? port * 27 / 10 : rect.w;
    struct rect top = rect_middle((struct rect){rect.x, rect.y, rect.w, port}, width, port);
    draw_panel(ui, top);
    draw_frame(ui, rect_inset(top, 0, percent(port, 12)), COLOUR_DEVICE_OK, false);
    int32_t reach = percent(rect.h, 15);
    struct rect token = {rect.x, rect.y + port - reach, rect.w, rect.h - port + reach};
    draw_token(ui, token, false);
}

void picture_arrows(struct ui *ui, struct rect rect, bool up)
{
    int32_t thick = rect.w / 9;
    int32_t pitch = rect.h / CHEVRONS;
    int32_t rise = pitch * 9 / 10;
    for (int32_t i = 0; i < CHEVRONS; i++) {
        /* the strongest one is the first in the direction */
        int32_t strength = 256 - i * 90;
        uint32_t colour =
            draw_mix(ui_colour(ui, COLOUR_SURFACE), ui_colour(ui, COLOUR_PRIMARY), strength);
        int32_t row = up ? i : CHEVRONS - 1 - i;
        int32_t y = rect.y + thick / 2 + row * pitch;
        int32_t tip = up ? y : y + rise;
        int32_t foot = up ? y + rise : y;
        int32_t middle = rect.x + rect.w / 2;
        int32_t left[2] = {rect.x + thick / 2, foot};
        int32_t right[2] = {rect.x + rect.w - thick / 2, foot};
        int32_t top[2] = {middle, tip};
        draw_line(ui->out, left, top, thick, colour);
        draw_line(ui->out, top, right, thick, colour);
    }
}

/* The screen of the machine, with something like this screen on it. */
static void draw_little_screen(struct ui *ui, struct rect rect)
{
    draw_round(ui->out, rect, percent(rect.w, 5), ui_colour(ui, COLOUR_TRACK));
    struct rect in = rect_inset(rect, percent(rect.w, 10), percent(rect.h, 10));
    int32_t unit = in.h / 12;
    struct rect bar = rect_cut_top(&in, unit, unit);
    bar.w = percent(bar.w, 70);
    draw_round(ui->out, bar, unit / 2, ui_colour(ui, COLOUR_PRIMARY));
    draw_round(ui->out, rect_cut_top(&in, unit * 4, unit), unit / 2, ui_colour(ui, COLOUR_SURFACE));
    draw_round(ui->out, rect_cut_top(&in, unit * 2, unit), unit / 2, ui_colour(ui, COLOUR_SURFACE));
    struct rect button = rect_cut_top(&in, unit * 3 / 2, 0);
    button.w = percent(button.w, 46);
    draw_round(ui->out, button, unit / 2, ui_colour(ui, COLOUR_PRIMARY));
}

void picture_machine(struct ui *ui, struct rect rect)
{
    int32_t height = rect.h < rect.w * 2 ? rect.h : rect.w * 2;
    struct rect at = rect_middle(rect, height * 48 / 100, height);
    struct rect head = {at.x + percent(at.w, 7), at.y, percent(at.w, 86), percent(height, 62)};
    struct rect leg = {at.x + percent(at.w, 19), at.y + percent(height, 60), percent(at.w, 62),
                       percent(height, 34)};
    struct rect foot = {at.x, at.y + percent(height, 93), at.w, percent(height, 7)};
    draw_fill(ui->out, leg, ui_colour(ui, COLOUR_DEVICE_STAND));
    draw_round(ui->out, head, percent(at.w, 8), ui_colour(ui, COLOUR_DEVICE));
    draw_round(ui->out, foot, percent(foot.h, 40), ui_colour(ui, COLOUR_DEVICE));
    struct rect screen = rect_inset(head, percent(head.w, 9), percent(head.w, 9));
    screen.h -= percent(head.h, 9);
    draw_little_screen(ui, screen);
    int32_t x = leg.x + percent(leg.w, 68);
    int32_t y = leg.y + percent(leg.h, 42);
    int32_t radius = percent(at.w, 18);
    uint32_t lit = ui_colour(ui, COLOUR_DEVICE_LIT);
    struct draw_arc ring = {
        {x - radius, y - radius, 2 * radius, 2 * radius}, ui_um(ui, 1240), 0, 3600};
    draw_arc(ui->out, &ring, lit);
    ring.box = rect_inset(ring.box, -radius / 4, -radius / 4);
    ring.thick = ui_um(ui, 500);
    draw_arc(ui->out, &ring, lit);
    struct rect port = rect_middle((struct rect){x - radius, y - radius, 2 * radius, 2 * radius},
                                   radius, percent(radius, 45));
    draw_round(ui->out, port, percent(port.h, 25), ui_colour(ui, COLOUR_PAPER));
}
