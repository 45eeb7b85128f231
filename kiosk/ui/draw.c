#include "kiosk/ui/draw.h"

#include <assert.h>
#include <string.h>

#include "kiosk/ui/mix.h"

#define HASH_SEED 0xCBF29CE484222325U
#define HASH_FACTOR 0x9FB21C651E98DF25U

void draw_clear(struct draw_list *list)
{
    list->count = list->target_count = list->code_count = list->dropped = list->cut = 0;
    list->text_used = 0;
}

static struct draw_command *add(struct draw_list *list, enum draw_kind kind, struct rect bounds,
                                uint32_t colour)
{
    static struct draw_command nowhere;
    if (rect_empty(bounds))
        return &nowhere;
    if (list->count == DRAW_COMMANDS_MAX) {
        list->dropped++;
        return &nowhere;
    }
    struct draw_command *command = &list->commands[list->count++];
    *command = (struct draw_command){.kind = kind, .bounds = bounds, .colour = colour};
    return command;
}

/* Keep a text in the pool, with a NUL; false when the pool is full. */
static bool keep(struct draw_list *list, const char *text, size_t len, uint32_t *out_at)
{
    if (len + 1 > DRAW_TEXT_POOL_MAX - list->text_used) {
        list->dropped++;
        return false;
    }
    memcpy(list->text + list->text_used, text, len);
    list->text[list->text_used + len] = '\0';
    *out_at = list->text_used;
    list->text_used += (uint32_t)len + 1;
    return true;
}

void draw_fill(struct draw_list *list, struct rect rect, uint32_t colour)
{
    (void)add(list, DRAW_FILL, rect, colour);
}

static int32_t fitting_radius(struct rect rect, int32_t radius)
{
    int32_t smaller = rect.w < rect.h ? rect.w : rect.h;
    return radius * 2 > smaller ? smaller / 2 : radius;
}

void draw_round(struct draw_list *list, struct rect rect, int32_t radius, uint32_t colour)
{
    add(list, DRAW_ROUND, rect, colour)->radius = fitting_radius(rect, radius);
}

void draw_stroke(struct draw_list *list, struct rect rect, int32_t radius, int32_t thick,
                 uint32_t colour)
{
    struct draw_command *command = add(list, DRAW_STROKE, rect, colour);
    command->radius = fitting_radius(rect, radius);
    command->thick = thick;
}

void draw_shadow(struct draw_list *list, struct rect rect, int32_t radius, int32_t blur,
                 uint32_t colour)
{
    struct draw_command *command = add(list, DRAW_SHADOW, rect_inset(rect, -blur, -blur), colour);
    command->radius = fitting_radius(rect, radius);
    command->thick = blur;
}

void draw_line(struct draw_list *list, const int32_t from[2], const int32_t to[2], int32_t thick,
               uint32_t colour)
{
    int32_t left = from[0] < to[0] ? from[0] : to[0];
    int32_t right = from[0] < to[0] ? to[0] : from[0];
    int32_t top = from[1] < to[1] ? from[1] : to[1];
    int32_t bottom = from[1] < to[1] ? to[1] : from[1];
    int32_t around = thick / 2 + 2;
    struct rect bounds = {left - around, top - around, right - left + 2 * around,
                          bottom - top + 2 * around};
    struct draw_command *command = add(list, DRAW_LINE, bounds, colour);
    command->x0 = from[0];
    command->y0 = from[1];
    command->x1 = to[0];
    command->y1 = to[1];
    command->thick = thick;
}

void draw_arc(struct draw_list *list, const struct draw_arc *arc, uint32_t colour)
{
    if (arc->sweep <= 0)
        return;
    struct draw_command *command = add(list, DRAW_ARC, arc->box, colour);
    command->thick = arc->thick;
    command->x0 = arc->from;
    command->x1 = arc->sweep > 3600 ? 3600 : arc->sweep;
}

void draw_dot(struct draw_list *list, int32_t x, int32_t y, int32_t radius, uint32_t colour)
{
    draw_round(list, (struct rect){x - radius, y - radius, 2 * radius, 2 * radius}, radius, colour);
}

int32_t draw_text(struct draw_list *list, const struct font *font, const struct draw_text *text)
{
    assert(text->style.px > 0 && text->style.px <= FONT_PX_MAX);
    if (text->len == 0)
        return 0;
    int32_t width = font->width(font->self, text->style, text->at, text->len);
    uint32_t at = 0;
    if (!keep(list, text->at, text->len, &at))
        return width;
    int32_t px = text->style.px;
    int32_t around = px / 8 + 1;
    struct rect bounds = {text->x - around, text->baseline - font_ascent(px), width + 2 * around,
                          font_ascent(px) + font_descent(px)};
    struct draw_command *command = add(list, DRAW_TEXT, bounds, text->colour);
    command->x0 = text->x;
    command->y0 = text->baseline;
    command->style = text->style;
    command->text = at;
    command->text_len = (uint32_t)text->len;
    return width;
}

void draw_code(struct draw_list *list, const struct draw_code *code, int32_t x, int32_t y,
               int32_t module_px)
{
    if (list->code_count == DRAW_CODES_MAX) {
        list->dropped++;
        return;
    }
    int32_t side = code->modules * module_px;
    struct draw_command *command =
        add(list, DRAW_CODE, (struct rect){x, y, side, side}, 0xFF000000U);
    command->thick = module_px;
    command->text = list->code_count;
    struct draw_code *place = &list->codes[list->code_count++];
    if (place != code)
        *place = *code;
}

const struct draw_code *draw_code_kept(const struct draw_list *list, const char *text)
{
    if (list->code_count == DRAW_CODES_MAX || text[0] == '\0')
        return NULL;
    const struct draw_code *code = &list->codes[list->code_count];
    return strncmp(code->text, text, DRAW_CODE_TEXT_MAX) == 0 ? code : NULL;
}

uint32_t draw_target_id(enum action action, uint32_t value)
{
    return ((uint32_t)action + 1) << 16 | (value & 0xFFFFU);
}

void draw_target(struct draw_list *list, struct draw_target target, const char *label)
{
    if (list->target_count == DRAW_TARGETS_MAX) {
        list->dropped++;
        return;
    }
    if (!keep(list, label, strlen(label), &target.label))
        return;
    target.id = draw_target_id(target.action, target.value);
    list->targets[list->target_count++] = target;
}

static int32_t beyond(int32_t at, int32_t from, int32_t size)
{
    if (at < from)
        return from - at;
    return at >= from + size ? at - (from + size) + 1 : 0;
}

const struct draw_target *draw_hit(const struct draw_list *list, int32_t x, int32_t y, int32_t slop)
{
    const struct draw_target *nearest = NULL;
    int64_t nearest_square = (int64_t)slop * slop;
    for (uint16_t i = 0; i < list->target_count; i++) {
        const struct draw_target *target = &list->targets[i];
        int64_t dx = beyond(x, target->rect.x, target->rect.w);
        int64_t dy = beyond(y, target->rect.y, target->rect.h);
        int64_t square = dx * dx + dy * dy;
        if (square == 0)
            return target->enabled ? target : NULL;
        if (target->enabled && square <= nearest_square) {
            nearest = target;
            nearest_square = square;
        }
    }
    return nearest;
}

const struct draw_target *draw_find(const struct draw_list *list, uint32_t id)
{
    for (uint16_t i = 0; i < list->target_count; i++) {
        if (list->targets[i].id == id)
            return &list->targets[i];
    }
    return NULL;
}

const char *draw_label(const struct draw_list *list, const struct draw_target *target)
{
    return list->text + target->label;
}

/* Eight bytes at a time, folded so that each of them reaches all bits of what follows. */
static uint64_t hash_bytes(uint64_t hash, const void *from, size_t len)
{
    const uint8_t *at = from;
    for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        size_t left = len - i;
        memcpy(&word, at + i, left < sizeof word ? left : sizeof word);
        hash = mix_product(hash ^ word, HASH_FACTOR);
        hash ^= hash >> 32;
    }
    return hash;
}

static uint64_t hash_code(uint64_t hash, const struct draw_code *code)
{
    hash = hash_bytes(hash, &code->modules, sizeof code->modules);
    return hash_bytes(hash, code->bits, (size_t)(code->modules * code->modules + 7) / 8);
}

uint64_t draw_hash(const struct draw_list *list, const struct draw_command *command)
{
    const int32_t numbers[] = {
        (int32_t)command->kind,
        command->bounds.x,
        command->bounds.y,
        command->bounds.w,
        command->bounds.h,
        command->radius,
        command->thick,
        command->x0,
        command->y0,
        command->x1,
        command->y1,
        (int32_t)command->style.face,
        command->style.px,
    };
    uint64_t hash = hash_bytes(HASH_SEED, numbers, sizeof numbers);
    hash = hash_bytes(hash, &command->colour, sizeof command->colour);
    if (command->kind == DRAW_TEXT)
        hash = hash_bytes(hash, list->text + command->text, command->text_len);
    if (command->kind == DRAW_CODE)
        hash = hash_code(hash, &list->codes[command->text]);
    return hash;
}

uint32_t draw_mix(uint32_t bottom, uint32_t top, int32_t part)
{
    uint32_t mixed = 0xFF;
    for (int32_t shift = 16; shift >= 0; shift -= 8) {
        int32_t from = (int32_t)(bottom >> shift & 0xFF);
        int32_t to = (int32_t)(top >> shift & 0xFF);
        mixed = mixed << 8 | (uint32_t)(from + (to - from) * part / 256);
    }
    return mixed;
}
