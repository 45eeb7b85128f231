/* What this machine does, what it costs, and what cannot be done now: why, and what instead. */
#include <stddef.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/notice.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/screens.h"

#define TILES 6
#define TILE_ICON_UM 19840

struct tile {
    enum service service;
    enum icon icon;
    enum word name;
};

static const struct tile tiles[TILES] = {
    {SERVICE_COLLECT, ICON_VPN_KEY, WORD_COLLECT_NAME},
    {SERVICE_CHANGE, ICON_EDIT_NOTE, WORD_CHANGE_NAME},
    {SERVICE_REPLACE, ICON_SWAP_HORIZ, WORD_REPLACE_NAME},
    {SERVICE_UNLOCK, ICON_LOCK_OPEN, WORD_UNLOCK_NAME},
    {SERVICE_QUERY, ICON_SEARCH, WORD_QUERY_NAME},
    {SERVICE_RENEW_MAIL, ICON_MAIL, WORD_RENEW_MAIL_NAME},
};

/* Why not, and what instead. */
static const struct {
    enum word why, instead;
    bool passing; /* it will be possible again by itself or by staff */
} blocks[SERVICE_BLOCK_COUNT] = {
    [SERVICE_HERE] = {WORD_SERVICES_START, WORD_SERVICES_START, false},
    [SERVICE_NOT_OFFERED] = {WORD_BLOCK_NOT_OFFERED, WORD_INSTEAD_NONE, false},
    [SERVICE_AT_COUNTER] = {WORD_BLOCK_AT_COUNTER, WORD_INSTEAD_COUNTER, false},
    [SERVICE_LINE_DOWN] = {WORD_BLOCK_LINE_DOWN, WORD_INSTEAD_LINE, true},
    [SERVICE_READER_GONE] = {WORD_BLOCK_READER_GONE, WORD_INSTEAD_COUNTER, true},
    [SERVICE_CLOCK_WRONG] = {WORD_BLOCK_CLOCK_WRONG, WORD_INSTEAD_COUNTER, true},
    [SERVICE_NO_ROOM] = {WORD_BLOCK_NO_ROOM, WORD_INSTEAD_COUNTER, true},
};

/* "¥200" and what follows it, in the pieces of the price tag. */
struct price {
    char amount[FORMAT_SIZE];
    const char *before, *after;
    char tail[WORDS_TEXT_MAX];
};

/* Behind the icon of what cannot be done. */
static enum theme_colour off_box(const struct ui *ui)
{
    return ui->theme->high_contrast ? COLOUR_TRACK : COLOUR_HAIRLINE;
}

/* The least yearly price of the platforms here; "from" when they differ. */
static bool price_of_year(const struct ui *ui, struct price *out)
{
    int64_t least = 0;
    bool differ = false;
    bool found = false;
    for (uint8_t i = 0; i < ui->rules->profile_count; i++) {
        const struct profile *profile = &ui->rules->profiles[i];
        if (!profile_offers(profile, service_row(SERVICE_RENEW)->name))
            continue;
        int64_t fen = profile_renew_fen(profile, 1);
        differ = differ || (found && fen != least);
        least = !found || fen < least ? fen : least;
        found = true;
    }
    bool zh = ui->language == LANGUAGE_ZH;
    const char *from = differ ? ui_word(ui, WORD_SERVICES_FROM) : "";
    (void)format_fen_short(least, out->amount);
    out->before = zh ? "" : from;
    (void)text_print(out->tail, sizeof out->tail, "%s%s", ui_word(ui, WORD_SERVICES_PER_YEAR),
                     zh ? from : "");
    return found;
}

static void draw_price(struct ui *ui, struct rect at, enum theme_colour ink)
{
    struct price price;
    if (!price_of_year(ui, &price))
        return;
    int32_t tail = ui_width(ui, TYPE_BODY, price.tail);
    int32_t down = ui->theme->type[TYPE_TITLE].px / 8;
    struct rect small = rect_cut_right(&at, tail, 0);
    small.y += down;
    (void)ui_line(ui, small, (struct ui_type){TYPE_BODY, ink, UI_LEFT}, price.tail);
    int32_t amount = ui_width(ui, TYPE_TITLE, price.amount);
    (void)ui_line(ui, rect_cut_right(&at, amount, ui_gap(ui) / 4),
                  (struct ui_type){TYPE_TITLE, ink, UI_LEFT}, price.amount);
    at.y += down;
    if (price.before[0] != '\0')
        (void)ui_line(ui, at, (struct ui_type){TYPE_LABEL, ink, UI_RIGHT}, price.before);
}

/* The white pill in the main tile. */
static void draw_start(struct ui *ui, struct rect at)
{
    draw_round(ui->out, at, at.h / 2, ui_colour(ui, COLOUR_ON_PRIMARY));
    struct rect in = rect_inset(at, at.h * 2 / 5, 0);
    int32_t px = ui->theme->type[TYPE_BODY_BOLD].px;
    ui_icon(ui, rect_cut_right(&in, px, 0), px * 5 / 4, COLOUR_PRIMARY, ICON_CHEVRON_RIGHT);
    (void)ui_line(ui, in, (struct ui_type){TYPE_BODY_BOLD, COLOUR_PRIMARY, UI_LEFT},
                  ui_word(ui, WORD_SERVICES_START));
}

static int32_t start_width(const struct ui *ui)
{
    int32_t px = ui->theme->type[TYPE_BODY_BOLD].px;
    return ui_width(ui, TYPE_BODY_BOLD, ui_word(ui, WORD_SERVICES_START)) + px * 3;
}

static void draw_block(struct ui *ui, struct rect at, enum service_block block)
{
    bool passing = blocks[block].passing;
    int32_t line = ui_line_height(ui, TYPE_LABEL);
    bool both = at.h >= 2 * line; /* a low tile says why not; help says what instead */
    struct rect lines = rect_middle(at, at.w, both ? 2 * line : line);
    enum theme_colour ink = passing ? COLOUR_WARNING : COLOUR_INK2;
    struct ui_label label = {passing ? ICON_BLOCK : ICON_NONE,
                             ink,
                             {passing ? TYPE_LABEL_BOLD : TYPE_LABEL, ink, UI_LEFT}};
    ui_labelled(ui, rect_cut_top(&lines, line, 0), &label, ui_word(ui, blocks[block].why));
    if (both) {
        (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                          ui_word(ui, blocks[block].instead));
    }
}

/* The texts of the main tile, in the middle of `in`. */
static void draw_main_text(struct ui *ui, struct rect in, enum service_block block)
{
    bool here = block == SERVICE_HERE;
    enum theme_colour ink = here ? COLOUR_ON_PRIMARY : COLOUR_OFF_INK;
    int32_t title = ui_line_height(ui, TYPE_TITLE);
    int32_t body = ui_line_height(ui, TYPE_BODY);
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    if (!here && ui->wide) { /* side by side: the tile is low */
        ui_pair(ui, rect_cut_left(&in, in.w * 40 / 100, ui_gap(ui)),
                (struct ui_type){TYPE_TITLE, ink, UI_LEFT}, WORD_RENEW_NAME);
        draw_block(ui, in, block);
        return;
    }
    int32_t rest = here ? body + (ui->theme->large ? 0 : label) : 2 * label;
    struct rect lines = rect_middle(in, in.w, title + rest);
    ui_pair(ui, rect_cut_top(&lines, title, 0), (struct ui_type){TYPE_TITLE, ink, UI_LEFT},
            WORD_RENEW_NAME);
    if (!here) {
        draw_block(ui, lines, block);
        return;
    }
    (void)ui_line(ui, rect_cut_top(&lines, body, 0), (struct ui_type){TYPE_BODY, ink, UI_LEFT},
                  ui_word(ui, WORD_RENEW_WHAT));
    if (!ui->theme->large) {
        (void)ui_line(ui, lines, (struct ui_type){TYPE_LABEL, ink, UI_LEFT},
                      ui_word(ui, WORD_RENEW_MORE));
    }
}

/* A tile's face: the panel, pressed or not; returns what is inside. */
static struct rect draw_main_face(struct ui *ui, struct rect rect, bool here)
{
    if (here) {
        (void)ui_card(ui, rect);
        bool down = ui_down(ui, ACTION_SERVICE, SERVICE_RENEW);
        draw_round(ui->out, rect, ui_px(ui, METRIC_RADIUS),
                   ui_colour(ui, down ? COLOUR_PRIMARY_DOWN : COLOUR_PRIMARY));
    } else {
        draw_round(ui->out, rect, ui_px(ui, METRIC_RADIUS), ui_colour(ui, COLOUR_OFF_SURFACE));
        draw_stroke(ui->out, rect, ui_px(ui, METRIC_RADIUS), ui_px(ui, METRIC_STROKE),
                    ui_colour(ui, COLOUR_OFF_LINE));
    }
    return rect_inset(rect, ui_px(ui, METRIC_PAD), ui_gap(ui) / 2);
}

static void draw_main(struct ui *ui, struct rect rect)
{
    enum service_block block = flow_service_block(ui->flow, ui->rules, SERVICE_RENEW);
    bool here = block == SERVICE_HERE;
    struct rect in = draw_main_face(ui, rect, here);
    if (!ui->theme->large) {
        int32_t side = ui_um(ui, 37200) < in.h ? ui_um(ui, 37200) : in.h;
        struct rect box = rect_middle(rect_cut_left(&in, side, ui_gap(ui) * 4 / 3), side, side);
        draw_round(ui->out, box, ui_px(ui, METRIC_RADIUS),
                   ui_colour(ui, here ? COLOUR_ON_PRIMARY : off_box(ui)));
        ui_icon(ui, box, side * 6 / 10, here ? COLOUR_PRIMARY : COLOUR_OFF_INK, ICON_AUTORENEW);
    }
    if (here) {
        int32_t most = in.h - ui_line_height(ui, TYPE_TITLE) - ui_gap(ui) / 2;
        int32_t pill = ui_line_height(ui, TYPE_BODY_BOLD) * 3 / 2;
        pill = pill > most ? most : pill;
        int32_t title = ui_line_height(ui, TYPE_TITLE);
        int32_t width = start_width(ui);
        int32_t gap = ui_gap(ui);
        struct rect right =
            rect_cut_right(&in, width > ui_um(ui, 60000) ? width : ui_um(ui, 60000), gap / 2);
        right = rect_middle(right, right.w, title + gap / 2 + pill);
        draw_price(ui, rect_cut_top(&right, title, gap / 2), COLOUR_ON_PRIMARY);
        draw_start(ui, rect_cut_right(&right, width, 0));
    }
    draw_main_text(ui, in, block);
    if (here)
        ui_touch(ui, rect, ACTION_SERVICE, SERVICE_RENEW, ui_word(ui, WORD_RENEW_NAME));
}

static void draw_tile_name(struct ui *ui, struct rect at, const struct tile *tile,
                           enum theme_colour ink)
{
    bool second = !ui->theme->large;
    int32_t first = ui->theme->type[TYPE_HEADING].px * 12 / 10;
    int32_t below = second ? ui->theme->type[TYPE_LABEL].px * 13 / 10 : 0;
    struct rect lines = rect_middle(at, at.w, first + below);
    (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0),
                      (struct ui_type){TYPE_HEADING, ink, UI_LEFT}, ui_word(ui, tile->name));
    if (second) {
        (void)ui_line(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                      ui_second(ui, tile->name));
    }
}

static void draw_tile_face(struct ui *ui, struct rect rect, const struct tile *tile, bool here)
{
    int32_t radius = ui_px(ui, METRIC_RADIUS);
    if (!here) {
        draw_round(ui->out, rect, radius, ui_colour(ui, COLOUR_OFF_SURFACE));
        draw_stroke(ui->out, rect, radius, ui_px(ui, METRIC_HAIRLINE),
                    ui_colour(ui, COLOUR_OFF_LINE));
        return;
    }
    (void)ui_card(ui, rect);
    if (ui_down(ui, ACTION_SERVICE, tile->service))
        draw_round(ui->out, rect, radius, ui_colour(ui, COLOUR_DOWN));
}

/* Icon and name. */
static void draw_tile_head(struct ui *ui, struct rect head, const struct tile *tile, bool here)
{
    int32_t side = ui_um(ui, TILE_ICON_UM);
    if (!ui->theme->large) {
        struct rect box = rect_middle(rect_cut_left(&head, side, ui_gap(ui) * 5 / 6), side, side);
        draw_round(ui->out, box, ui_px(ui, METRIC_RADIUS_CHIP),
                   ui_colour(ui, here ? COLOUR_TINT : off_box(ui)));
        ui_icon(ui, box, side * 6 / 10, here ? COLOUR_TINT_INK : COLOUR_OFF_INK, tile->icon);
    }
    draw_tile_name(ui, head, tile, here ? COLOUR_INK : COLOUR_OFF_INK);
}

static void draw_tile(struct ui *ui, struct rect rect, const struct tile *tile)
{
    enum service_block block = flow_service_block(ui->flow, ui->rules, tile->service);
    bool here = block == SERVICE_HERE;
    draw_tile_face(ui, rect, tile, here);
    struct rect in = rect_inset(rect, ui_gap(ui), ui_gap(ui) / 2);
    int32_t lines = here ? 0 : 2 * ui_line_height(ui, TYPE_LABEL) + ui_gap(ui) / 2;
    int32_t top =
        ui->theme->large ? ui->theme->type[TYPE_HEADING].px * 5 / 4 : ui_um(ui, TILE_ICON_UM);
    int32_t all = top + lines;
    in = rect_middle(in, in.w, all < in.h ? all : in.h);
    draw_tile_head(ui, rect_cut_top(&in, top, ui_gap(ui) / 2), tile, here);
    if (here) {
        ui_touch(ui, rect, ACTION_SERVICE, tile->service, ui_word(ui, tile->name));
    } else {
        draw_block(ui, in, block);
    }
}

/* Portrait: the strip that says a token may be inserted at once. */
static void draw_insert_strip(struct ui *ui, struct rect rect)
{
    struct rect in = ui_card(ui, rect);
    int32_t px = ui->theme->type[TYPE_TITLE].px;
    struct rect picture = rect_cut_left(&in, in.h * 2 / 3, ui_gap(ui));
    picture_token(ui, picture);
    ui_icon(ui, rect_cut_right(&in, px, ui_gap(ui)), px, COLOUR_TINT_INK, ICON_SOUTH_EAST);
    int32_t first = ui_line_height(ui, TYPE_BUTTON);
    int32_t below = ui_line_height(ui, TYPE_LABEL);
    struct rect lines = rect_middle(in, in.w, first + below);
    (void)ui_line(ui, rect_cut_top(&lines, first, 0),
                  (struct ui_type){TYPE_BUTTON, COLOUR_INK, UI_LEFT},
                  ui_word(ui, WORD_SERVICES_INSERT));
    (void)ui_line(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                  ui_word(ui, WORD_SERVICES_INSERT_TEXT));
}

/* Landscape: the card with the port at the right. */
static void draw_insert_card(struct ui *ui, struct rect rect)
{
    struct rect in = ui_card(ui, rect);
    (void)ui_line_fit(ui, rect_cut_top(&in, ui_line_height(ui, TYPE_HEADING), 0),
                      (struct ui_type){TYPE_HEADING, COLOUR_INK, UI_CENTRE},
                      ui_word(ui, WORD_SERVICES_INSERT_SHORT));
    if (!ui->theme->large) {
        (void)ui_line(ui, rect_cut_top(&in, ui_line_height(ui, TYPE_LABEL), ui_gap(ui) / 2),
                      (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_CENTRE},
                      ui_second(ui, WORD_SERVICES_INSERT_SHORT));
    }
    const char *where = ui_word(ui, WORD_SERVICES_PORT);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_LABEL, where);
    (void)ui_paragraph(ui, rect_cut_bottom(&in, height, ui_gap(ui) / 2),
                       (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_CENTRE}, where);
    struct rect port = rect_cut_top(&in, in.h * 30 / 100, ui_gap(ui) / 2);
    picture_port(ui, rect_middle(port, in.w * 3 / 4, port.h), COLOUR_DEVICE_LIT, false);
    struct rect arrows = rect_cut_top(&in, in.h * 26 / 100, ui_gap(ui) / 4);
    picture_arrows(ui, rect_middle(arrows, arrows.h * 6 / 5, arrows.h), true);
    picture_token(ui, in);
}

static void draw_wide(struct ui *ui, struct rect body)
{
    if (!ui->theme->large)
        draw_insert_card(ui, rect_cut_right(&body, body.w * 31 / 100, ui_gap(ui)));
    struct rect rows[2];
    bool here = flow_service_block(ui->flow, ui->rules, SERVICE_RENEW) == SERVICE_HERE;
    const struct rect_part parts[2] = {{ui_um(ui, here ? 46000 : 30000), here ? 1 : 0},
                                       {ui_um(ui, 80000), 3}};
    (void)rect_rows(body, ui_gap(ui), parts, 2, rows);
    draw_main(ui, rows[0]);
    for (uint8_t i = 0; i < TILES; i++)
        draw_tile(ui, rect_cell(rows[1], ui_gap(ui), 3, 2, i), &tiles[i]);
}

static void draw_tall(struct ui *ui, struct rect body)
{
    struct rect rows[3];
    int32_t strip = ui_um(ui, 34720);
    struct rect_part parts[3] = {{ui_um(ui, 55000), 2}, {ui_um(ui, 120000), 6}, {strip, 0}};
    uint8_t count = ui->theme->large ? 2 : 3;
    (void)rect_rows(body, ui_gap(ui), parts, count, rows);
    draw_main(ui, rows[0]);
    for (uint8_t i = 0; i < TILES; i++)
        draw_tile(ui, rect_cell(rows[1], ui_gap(ui), 2, 3, i), &tiles[i]);
    if (count == 3)
        draw_insert_strip(ui, rows[2]);
}

void screen_services(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_SERVICES_TITLE, .step = FRAME_NO_STEPS};
    struct rect body = frame_draw(ui, &frame);
    if (!ui->wide && !ui->theme->large) {
        (void)ui_line(ui, rect_cut_top(&body, ui_line_height(ui, TYPE_LABEL), ui_gap(ui)),
                      (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                      ui_word(ui, WORD_SERVICES_SUBTITLE));
    }
    int32_t notice = notice_height(ui, body.w);
    int32_t title = ui_px(ui, METRIC_TITLE);
    struct rect beside = {body.x, body.y - title, body.w, title};
    beside = rect_cut_right(&beside, body.w * 61 / 100, 0);
    int32_t narrow = notice_height(ui, beside.w);
    if (ui->wide && narrow > 0 && narrow <= title) {
        notice_draw(ui, rect_middle(beside, beside.w, narrow));
    } else if (notice > 0) {
        notice_draw(ui, rect_cut_top(&body, notice, ui_gap(ui)));
    }
    if (ui->wide) {
        draw_wide(ui, body);
    } else {
        draw_tall(ui, body);
    }
}
