/*
 * Coverage of a pixel is taken from the distance of its middle to the edge: 1 half a pixel
 * inside, 0 half a pixel outside. Only corners and rims are computed, the rest is runs.
 */
#include "kiosk/ui/shape.h"

#include <math.h>
#include <string.h>

#include "kiosk/ui/blend.h"

#define RADIUS_MAX 1024
#define TURN 3600
#define PI 3.14159265F

static uint8_t to_byte(float coverage)
{
    if (coverage <= 0.0F)
        return 0;
    return coverage >= 1.0F ? 255 : (uint8_t)lroundf(coverage * 255.0F);
}

static float distance(float dx, float dy)
{
    return sqrtf(dx * dx + dy * dy);
}

void shape_row(const struct shape_canvas *canvas, struct shape_span span, const uint8_t *coverage,
               uint32_t colour)
{
    struct rect clip = canvas->clip;
    if (span.y < clip.y || span.y >= clip.y + clip.h)
        return;
    int32_t skip = span.x < clip.x ? clip.x - span.x : 0;
    int32_t end = span.x + span.count;
    end = end > clip.x + clip.w ? clip.x + clip.w : end;
    if (span.x + skip >= end)
        return;
    const struct paint_surface *surface = canvas->surface;
    uint32_t *row = surface->at + (int64_t)span.y * surface->pitch + span.x + skip;
    blend_mask(row, coverage + skip, end - span.x - skip, colour);
}

/* A run of one coverage. */
static void run(const struct shape_canvas *canvas, int32_t x, int32_t y, int32_t count,
                uint32_t colour)
{
    shape_fill(canvas, (struct rect){x, y, count, 1}, colour);
}

void shape_fill(const struct shape_canvas *canvas, struct rect rect, uint32_t colour)
{
    struct rect at = rect_intersection(rect, canvas->clip);
    if (rect_empty(at) || colour >> 24 == 0)
        return;
    const struct paint_surface *surface = canvas->surface;
    uint8_t full[SHAPE_WIDTH_MAX];
    bool opaque = colour >> 24 == 0xFF;
    if (!opaque)
        memset(full, 255, (size_t)at.w);
    for (int32_t y = at.y; y < at.y + at.h; y++) {
        uint32_t *row = surface->at + (int64_t)y * surface->pitch + at.x;
        if (opaque) {
            blend_fill(row, at.w, colour);
        } else {
            blend_mask(row, full, at.w, colour);
        }
    }
}

/* Coverage by a disc of `radius` in its upper left quarter, pixel (i, j) from that corner. */
static float quarter(int32_t radius, int32_t i, int32_t j)
{
    float dx = (float)radius - (float)i - 0.5F;
    float dy = (float)radius - (float)j - 0.5F;
    return (float)radius + 0.5F - distance(dx, dy);
}

/* What a stroke leaves of the quarter: outer disc without the inner one. */
static float quarter_rim(int32_t radius, int32_t thick, int32_t i, int32_t j)
{
    float outer = quarter(radius, i, j);
    outer = outer > 1.0F ? 1.0F : outer;
    if (i < thick || j < thick)
        return outer;
    float inner = quarter(radius - thick, i - thick, j - thick);
    if (inner <= 0.0F)
        return outer;
    return inner >= 1.0F ? 0.0F : outer - inner;
}

/* Blend a row of a corner at the left and, mirrored, at the right of `rect`. */
static void both_corners(const struct shape_canvas *canvas, struct rect rect, int32_t y,
                         const uint8_t *left, const struct draw_command *command)
{
    int32_t r = command->radius;
    uint8_t right[RADIUS_MAX];
    for (int32_t i = 0; i < r; i++)
        right[r - 1 - i] = left[i]; // cppcheck-suppress uninitvar
    shape_row(canvas, (struct shape_span){rect.x, y, r}, left, command->colour);
    shape_row(canvas, (struct shape_span){rect.x + rect.w - r, y, r}, right, command->colour);
}

void shape_round(const struct shape_canvas *canvas, const struct draw_command *command)
{
    struct rect rect = command->bounds;
    int32_t r = command->radius < RADIUS_MAX ? command->radius : RADIUS_MAX;
    for (int32_t j = 0; j < r; j++) {
        uint8_t row[RADIUS_MAX];
        for (int32_t i = 0; i < r; i++)
            row[i] = to_byte(quarter(r, i, j));
        int32_t bottom = rect.y + rect.h - 1 - j;
        both_corners(canvas, rect, rect.y + j, row, command);
        both_corners(canvas, rect, bottom, row, command);
        run(canvas, rect.x + r, rect.y + j, rect.w - 2 * r, command->colour);
        run(canvas, rect.x + r, bottom, rect.w - 2 * r, command->colour);
    }
    shape_fill(canvas, rect_inset(rect, 0, r), command->colour);
}

void shape_stroke(const struct shape_canvas *canvas, const struct draw_command *command)
{
    struct rect rect = command->bounds;
    int32_t r = command->radius < RADIUS_MAX ? command->radius : RADIUS_MAX;
    int32_t thick = command->thick;
    for (int32_t j = 0; j < r; j++) {
        uint8_t row[RADIUS_MAX];
        for (int32_t i = 0; i < r; i++)
            row[i] = to_byte(quarter_rim(r, thick, i, j));
        both_corners(canvas, rect, rect.y + j, row, command);
        both_corners(canvas, rect, rect.y + rect.h - 1 - j, row, command);
    }
    int32_t wide = rect.w - 2 * r;
    struct rect top = {rect.x + r, rect.y, wide, thick};
    struct rect bottom = {rect.x + r, rect.y + rect.h - thick, wide, thick};
    int32_t over = r < thick ? thick - r : 0; /* square corners: sides stand between the bars */
    struct rect left = {rect.x, rect.y + r + over, thick, rect.h - 2 * (r + over)};
    struct rect right = left;
    right.x = rect.x + rect.w - thick;
    shape_fill(canvas, top, command->colour);
    shape_fill(canvas, bottom, command->colour);
    shape_fill(canvas, left, command->colour);
    shape_fill(canvas, right, command->colour);
}

/* How dark a shadow is `d` pixels outside its edge: full at -blur, none at +blur. */
static float shade(float d, float blur)
{
    float t = (d + blur) / (2.0F * blur);
    if (t <= 0.0F)
        return 1.0F;
    return t >= 1.0F ? 0.0F : (1.0F - t) * (1.0F - t) * (1.0F + 2.0F * t);
}

/* The rows of a shadow that differ only in how far they are from the edge. */
struct shadow {
    int32_t zone; /* pixels at each end in which it fades */
    int32_t corner, blur;
    uint8_t left[RADIUS_MAX], right[RADIUS_MAX];
};

/* The ends of the row that is `qy` pixels out of the flat middle. */
static void shade_ends(struct shadow *shadow, float qy)
{
    for (int32_t i = 0; i < shadow->zone; i++) {
        float qx = (float)(shadow->zone - i) - 0.5F;
        float d = distance(qx, qy) - (float)shadow->corner;
        shadow->left[i] = to_byte(shade(d, (float)shadow->blur));
        shadow->right[shadow->zone - 1 - i] = shadow->left[i];
    }
}

static void shadow_row(const struct shape_canvas *canvas, const struct draw_command *command,
                       const struct shadow *shadow, int32_t y)
{
    struct rect bounds = command->bounds;
    int32_t right = bounds.x + bounds.w - shadow->zone;
    shape_row(canvas, (struct shape_span){bounds.x, y, shadow->zone}, shadow->left,
              command->colour);
    shape_row(canvas, (struct shape_span){right, y, shadow->zone}, shadow->right, command->colour);
}

static bool has_row(const struct shape_canvas *canvas, int32_t y)
{
    return y >= canvas->clip.y && y < canvas->clip.y + canvas->clip.h;
}

/*
 * The shadow is that of a box with corners of at least `blur`, so that its middle is flat: there
 * all rows are the same, and what the box itself will cover is left out.
 */
void shape_shadow(const struct shape_canvas *canvas, const struct draw_command *command)
{
    struct rect bounds = command->bounds;
    int32_t blur = command->thick;
    struct shadow shadow = {.corner = command->radius > blur ? command->radius : blur,
                            .blur = blur};
    shadow.zone = shadow.corner + blur;
    if (shadow.zone >= RADIUS_MAX || bounds.w < 2 * shadow.zone || bounds.h < 2 * shadow.zone ||
        blur <= 0)
        return;
    for (int32_t j = 0; j < shadow.zone; j++) {
        if (!has_row(canvas, bounds.y + j) && !has_row(canvas, bounds.y + bounds.h - 1 - j))
            continue;
        float qy = (float)(shadow.zone - j) - 0.5F;
        shade_ends(&shadow, qy);
        uint32_t alpha = command->colour >> 24;
        alpha = alpha * to_byte(shade(qy - (float)shadow.corner, (float)blur)) / 255;
        uint32_t colour = (command->colour & 0xFFFFFFU) | alpha << 24;
        int32_t wide = bounds.w - 2 * shadow.zone;
        int32_t bottom = bounds.y + bounds.h - 1 - j;
        shadow_row(canvas, command, &shadow, bounds.y + j);
        shadow_row(canvas, command, &shadow, bottom);
        run(canvas, bounds.x + shadow.zone, bounds.y + j, wide, colour);
        run(canvas, bounds.x + shadow.zone, bottom, wide, colour);
    }
    shade_ends(&shadow, 0.0F);
    for (int32_t j = shadow.zone; j < bounds.h - shadow.zone; j++)
        shadow_row(canvas, command, &shadow, bounds.y + j);
}

/* A ring as the painter needs it. */
struct ring {
    float x, y;         /* centre */
    float outer, inner; /* radii */
    bool whole, wide;   /* a full turn; more than half a turn */
    float ways[2][2];   /* where it begins and ends: of length 1, from the centre */
    float ends[2][2];   /* centres of the round ends */
};

static struct ring ring_of(const struct draw_command *command)
{
    struct rect box = command->bounds;
    struct ring ring = {.x = (float)box.x + (float)box.w / 2.0F,
                        .y = (float)box.y + (float)box.h / 2.0F,
                        .outer = (float)box.w / 2.0F};
    ring.inner = ring.outer - (float)command->thick;
    ring.whole = command->x1 >= TURN;
    ring.wide = command->x1 > TURN / 2;
    float middle = (ring.outer + ring.inner) / 2.0F;
    for (int32_t i = 0; i < 2; i++) {
        float angle = (float)(command->x0 + (i == 0 ? 0 : command->x1)) * 2.0F * PI / TURN;
        ring.ways[i][0] = sinf(angle);
        ring.ways[i][1] = -cosf(angle);
        ring.ends[i][0] = ring.x + middle * ring.ways[i][0];
        ring.ends[i][1] = ring.y + middle * ring.ways[i][1];
    }
    return ring;
}

/* Whether a point is clockwise of a way from the centre, by less than half a turn. */
static bool is_after(const float way[2], float dx, float dy)
{
    return way[0] * dy - way[1] * dx >= 0.0F;
}

/* Whether a point is between the ways, clockwise from the first to the second. */
static bool in_sweep(const struct ring *ring, float dx, float dy)
{
    bool after = is_after(ring->ways[0], dx, dy);
    bool before = !is_after(ring->ways[1], dx, dy);
    return ring->wide ? after || before : after && before;
}

static float ring_coverage(const struct ring *ring, float x, float y)
{
    float dx = x - ring->x;
    float dy = y - ring->y;
    float square = dx * dx + dy * dy;
    float far = ring->outer + 0.5F;
    float near = ring->inner - 0.5F;
    if (square >= far * far || (near > 0.0F && square <= near * near))
        return 0.0F; /* most points are here: without a root */
    float d = sqrtf(square);
    float rim = far - d < d - near ? far - d : d - near;
    if (ring->whole || in_sweep(ring, dx, dy))
        return rim;
    float half = (ring->outer - ring->inner) / 2.0F;
    float first = half - distance(x - ring->ends[0][0], y - ring->ends[0][1]) + 0.5F;
    float last = half - distance(x - ring->ends[1][0], y - ring->ends[1][1]) + 0.5F;
    return first > last ? first : last;
}

void shape_arc(const struct shape_canvas *canvas, const struct draw_command *command)
{
    struct rect at = rect_intersection(command->bounds, canvas->clip);
    struct ring ring = ring_of(command);
    uint8_t row[SHAPE_WIDTH_MAX];
    for (int32_t y = at.y; y < at.y + at.h; y++) {
        for (int32_t i = 0; i < at.w; i++)
            row[i] = to_byte(ring_coverage(&ring, (float)(at.x + i) + 0.5F, (float)y + 0.5F));
        shape_row(canvas, (struct shape_span){at.x, y, at.w}, row, command->colour);
    }
}

void shape_line(const struct shape_canvas *canvas, const struct draw_command *command)
{
    struct rect at = rect_intersection(command->bounds, canvas->clip);
    float x0 = (float)command->x0;
    float y0 = (float)command->y0;
    float vx = (float)command->x1 - x0;
    float vy = (float)command->y1 - y0;
    float square = vx * vx + vy * vy;
    float half = (float)command->thick / 2.0F;
    uint8_t row[SHAPE_WIDTH_MAX];
    for (int32_t y = at.y; y < at.y + at.h; y++) {
        for (int32_t i = 0; i < at.w; i++) {
            float px = (float)(at.x + i) + 0.5F - x0;
            float py = (float)y + 0.5F - y0;
            float t = square > 0.0F ? (px * vx + py * vy) / square : 0.0F;
            t = t < 0.0F ? 0.0F : t;
            t = t > 1.0F ? 1.0F : t;
            row[i] = to_byte(half - distance(px - t * vx, py - t * vy) + 0.5F);
        }
        shape_row(canvas, (struct shape_span){at.x, y, at.w}, row, command->colour);
    }
}

void shape_code(const struct shape_canvas *canvas, const struct draw_command *command,
                const struct draw_code *code)
{
    int32_t module = command->thick;
    for (int32_t i = 0; i < code->modules * code->modules; i++) {
        if ((code->bits[i / 8] >> (7 - i % 8) & 1) == 0)
            continue;
        shape_fill(canvas,
                   (struct rect){command->bounds.x + i % code->modules * module,
                                 command->bounds.y + i / code->modules * module, module, module},
                   command->colour);
    }
}
